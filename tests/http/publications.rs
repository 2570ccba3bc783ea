//! Departments, kinds, lists and publications.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::http::Request;
use quanze::domain::{Action, PublicationDraft};
use serde_json::Value;
use tower::ServiceExt;

use crate::support::app::{TestApp, added, list, power, with};

#[tokio::test]
async fn departments_are_listed_and_shown_with_their_items() {
    let app = TestApp::new();
    let all = app.get("/api/v1/departments").await.json();
    let departments = all["departments"].as_array().unwrap();
    assert_eq!(departments.len(), 2);
    let city = departments
        .iter()
        .find(|d| d["name"] == "克拉玛依市城市管理局")
        .unwrap();
    assert_eq!(
        (&city["items"], &city["kinds"]["power"]),
        (&4.into(), &4.into())
    );
    assert_eq!(city["region"], "克拉玛依市");

    let number = city["number"].as_u64().unwrap();
    let one = app
        .get(&format!("/api/v1/departments/{number}"))
        .await
        .json();
    assert_eq!(one["total"], 4);
    assert_eq!(one["items"].as_array().unwrap().len(), 4);
    assert_eq!(one["kinds"][0]["types"][0]["items"], 2);
    assert_eq!(one["lists"][0]["latest"]["number"], 4);
    let by_name = format!(
        "/api/v1/departments/{}",
        "%E5%85%8B%E6%8B%89%E7%8E%9B%E4%BE%9D%E5%B8%82%E5%9F%8E%E5%B8%82%E7%AE%A1%E7%90%86%E5%B1%80"
    );
    assert_eq!(app.get(&by_name).await.json()["number"], number);

    let page = app.get(&format!("/departments/{number}")).await;
    for words in [
        "克拉玛依市城市管理局</h1>",
        "行政处罚",
        "全部事项",
        "/items/KL-005",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
}

#[tokio::test]
async fn kinds_come_with_their_fields() {
    let app = TestApp::new();
    let all = app.get("/api/v1/kinds").await.json();
    let kinds = all["kinds"].as_array().unwrap();
    assert!(kinds.len() >= 8);
    let power = kinds.iter().find(|k| k["key"] == "power").unwrap();
    assert_eq!(
        (&power["name"], &power["items"]),
        (&"权责清单".into(), &6.into())
    );
    let name = power["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["key"] == "name")
        .unwrap();
    assert_eq!(
        (&name["role"], &name["required"], &name["label"]),
        (&"title".into(), &true.into(), &"事项名称".into())
    );
    for kind in kinds {
        let key = kind["key"].as_str().unwrap();
        assert_eq!(app.get(&format!("/kinds/{key}")).await.status, 200, "{key}");
        assert_eq!(
            app.get(&format!("/api/v1/kinds/{key}")).await.status,
            200,
            "{key}"
        );
    }
}

#[tokio::test]
async fn publications_are_listed_newest_first() {
    let app = TestApp::new();
    let page = app.get("/api/v1/publications?size=2").await.json();
    assert_eq!(page["total"], 4);
    let numbers: Vec<_> = page["publications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [4, 3]);
    let page = app.get("/api/v1/publications?department=%E5%85%8B%E6%8B%89%E7%8E%9B%E4%BE%9D%E5%B8%82%E8%B4%A2%E6%94%BF%E5%B1%80").await.json();
    assert_eq!(page["total"], 1);
    assert_eq!(page["publications"][0]["sample"], true);
    assert!(app.get("/publications/3").await.text().contains("样例"));
    assert!(!app.get("/publications/1").await.text().contains("样例"));
}

#[tokio::test]
async fn a_publication_shows_its_changes_field_by_field() {
    let app = TestApp::new();
    let publication = app.get("/api/v1/publications/2").await.json();
    assert_eq!(
        (
            &publication["added"],
            &publication["amended"],
            &publication["withdrawn"]
        ),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(
        (&publication["previous"], &publication["next"]),
        (&1.into(), &4.into())
    );
    let changes = publication["changes"].as_array().unwrap();
    let of = |action: &str| changes.iter().find(|c| c["action"] == action).unwrap();
    assert_eq!(of("amended")["changes"][0]["field"], "basis");
    assert_eq!(of("withdrawn")["reason"], "法律修改");
    assert_eq!(of("added")["code"], "KL-005");
    let html = app.get("/publications/2").await;
    for words in [
        "新增 1 项",
        "调整 1 项",
        "取消 1 项",
        "<mark>五千</mark>",
        "<mark>一万</mark>",
        "法律修改",
    ] {
        assert!(html.text().contains(words), "{words}");
    }
    let page = app.get("/api/v1/publications/1?size=3&page=2").await.json();
    assert_eq!(
        (&page["total"], page["changes"].as_array().unwrap().len()),
        (&4.into(), 1)
    );
}

#[tokio::test]
async fn the_original_file_is_given_byte_for_byte() {
    let app = TestApp::new();
    let file = app.get("/api/v1/publications/1/file").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.text(), "编码,名称\n2025-01-01\n");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename*=UTF-8''%E6%9D%83")
    );
    let etag = file.header("etag");
    let again = app
        .ask(
            "GET",
            "/api/v1/publications/1/file",
            &[("if-none-match", etag)],
        )
        .await;
    assert_eq!(again.status, 304);

    // Who has it is not made to wait for a disk.
    app.lose_files();
    let path = "/api/v1/publications/1/file";
    let again = app.ask("GET", path, &[("if-none-match", etag)]).await;
    assert_eq!(again.status, 304);
    assert_eq!(app.get(path).await.status, 500);
}

#[tokio::test]
async fn a_large_file_is_sent_in_pieces() {
    let app = TestApp::empty();
    let list = list("克拉玛依市城市管理局", "权责清单");
    let bytes: Vec<u8> = (0..1_500_000u32).flat_map(u32::to_le_bytes).collect();
    let register = &app.services.register;
    let file = register
        .keep_file("权责清单.xlsx", &mut bytes.as_slice())
        .unwrap();
    let draft = PublicationDraft {
        list: list.clone(),
        document_no: None,
        reason: None,
        published_on: "2025-01-01".parse().unwrap(),
        effective_on: "2025-01-01".parse().unwrap(),
        recorded_at: "2025-01-01T02:03:04Z".parse().unwrap(),
        submitted_by: "提交人".into(),
        approved_by: None,
        supervision: None,
        file,
        code_prefix: "QL".into(),
        changes: vec![added("KL-1", power(&list, "占道经营的处罚", "行政处罚"))],
    };
    register.publish(&draft, 0).unwrap();

    let request = Request::get("/api/v1/publications/1/file")
        .body(Body::empty())
        .unwrap();
    let site = app.router();
    let response = site.oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-length"], "6000000");
    let mut body = response.into_body();
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let piece = frame.unwrap().into_data().unwrap();
        assert!(piece.len() <= 256 * 1024, "{} bytes at once", piece.len());
        read.extend_from_slice(&piece);
    }
    assert!(read == bytes, "the file arrives byte for byte");
}

#[tokio::test]
async fn lists_show_their_editions_and_what_changed_between_them() {
    let app = TestApp::new();
    let lists = app.get("/api/v1/lists").await.json();
    assert_eq!(lists["lists"].as_array().unwrap().len(), 2);
    let list = app.get("/api/v1/lists/1").await.json();
    assert_eq!(list["history"].as_array().unwrap().len(), 3);
    let page = app.get("/lists/1").await;
    assert!(page.text().contains("/lists/1/difference?from=1&#38;to=4"));

    let difference = app
        .get("/api/v1/lists/1/difference?from=1&to=4")
        .await
        .json();
    let mut changes: Vec<_> = difference["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["code"].as_str().unwrap(), c["action"].as_str().unwrap()))
        .collect();
    changes.sort_unstable();
    assert_eq!(
        changes,
        [
            ("KL-001", "amended"),
            ("KL-002", "amended"),
            ("KL-004", "withdrawn"),
            ("KL-005", "added"),
            ("KL-006", "added"),
        ]
    );
    let page = app.get("/lists/1/difference?from=1&to=2").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("涉及 3 项"));
}

/// Code and action of what differs in the city's list.
async fn differing(app: &TestApp, query: &str) -> Vec<(String, String)> {
    let path = format!("/api/v1/lists/1/difference?{query}");
    let answer = app.get(&path).await.json();
    let changes = answer["changes"].as_array();
    let changes = changes.unwrap_or_else(|| panic!("{query}: {answer}"));
    assert_eq!(answer["total"], changes.len(), "{query}");
    let of = |change: &Value, key: &str| change[key].as_str().unwrap_or_default().to_owned();
    let told = |change| (of(change, "code"), of(change, "action"));
    let mut told: Vec<_> = changes.iter().map(told).collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn two_days_of_a_list_are_compared_by_what_was_in_force() {
    let app = TestApp::new();
    for (query, expected) in [
        ("from=2024-01-01&to=2024-12-31", vec![]),
        (
            "from=2024-12-31&to=2025-01-01",
            vec![
                ("KL-001", "added"),
                ("KL-002", "added"),
                ("KL-003", "added"),
                ("KL-004", "added"),
            ],
        ),
        // As if what came and went in between had never been.
        (
            "from=2024-12-31&to=2026-11-25",
            vec![
                ("KL-001", "added"),
                ("KL-002", "added"),
                ("KL-003", "added"),
                ("KL-005", "added"),
            ],
        ),
        (
            "from=2025-01-01&to=2025-06-01",
            vec![
                ("KL-001", "amended"),
                ("KL-004", "withdrawn"),
                ("KL-005", "added"),
            ],
        ),
        ("from=2025-06-01&to=2026-12-31", vec![]),
        (
            "from=2026-12-31&to=2027-01-01",
            vec![("KL-002", "amended"), ("KL-006", "added")],
        ),
        (
            "from=2025-01-01&to=2027-01-01&code=KL-001",
            vec![("KL-001", "amended")],
        ),
        ("from=2025-01-01&to=2027-01-01&code=KL-003", vec![]),
        ("from=1&to=4&code=KL-002", vec![("KL-002", "amended")]),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(code, action)| (code.to_owned(), action.to_owned()))
            .collect();
        assert_eq!(differing(&app, query).await, expected, "{query}");
    }
    let page = app
        .get("/lists/1/difference?from=2025-01-01&to=2025-06-01")
        .await;
    assert!(
        page.text()
            .contains("2025年1月1日有效的内容与 2025年6月1日有效的内容相比")
    );
    assert!(page.text().contains("涉及 3 项"), "{}", page.text());
    for (path, form) in [
        ("/lists/1", ""),
        ("/items/KL-001", r#"name="code" value="KL-001""#),
    ] {
        let page = app.get(path).await;
        assert!(
            page.text().contains(r#"action="/lists/1/difference""#),
            "{path}"
        );
        assert!(page.text().contains(form), "{path}");
    }
}

#[tokio::test]
async fn one_item_is_compared_between_two_days() {
    let app = TestApp::new();
    let path = "/lists/1/difference?code=KL-004&from=2025-01-01&to=";
    for (to, told) in [("2025-05-31", "没有不同"), ("2025-06-01", "有变动")] {
        let page = app.get(&format!("{path}{to}")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(told), "{to}: {}", page.text());
        // Why it is gone, and what replaced it.
        assert_eq!(page.text().contains("KL-002"), to == "2025-06-01", "{to}");
    }
    // An item of the other list.
    let other = app.get("/api/v1/lists/2/difference?code=KL-001&from=2025-01-01&to=2026-01-01");
    assert_eq!(other.await.json()["code"], "item_not_found");
}

#[tokio::test]
async fn what_comes_to_nothing_is_no_difference_and_takes_no_place() {
    let app = TestApp::empty();
    let list = list("克拉玛依市城市管理局", "权责清单");
    let names = ["甲", "乙", "丙", "丁", "戊"];
    let item = |n: usize| power(&list, &format!("对{}的处罚", names[n]), "行政处罚");
    let codes = ["KL-1", "KL-2", "KL-3", "KL-4", "KL-5"];
    let new = |n: usize| added(codes[n], item(n));
    let office = |n: usize| with(item(n), "office", "执法科");
    app.publish(&list, "2025-01-01", vec![new(0), new(1), new(2)]);
    let amend = |n: usize, item| app.change(Action::Amended, codes[n], item);
    let withdraw = |n: usize| app.change(Action::Withdrawn, codes[n], item(n));
    app.publish(
        &list,
        "2025-02-01",
        vec![
            amend(0, office(0)),
            withdraw(1),
            new(3),
            amend(2, office(2)),
            new(4),
        ],
    );
    // The first three are as they were at the beginning: amended back, back, and gone again.
    app.publish(
        &list,
        "2025-03-01",
        vec![amend(0, item(0)), new(1), withdraw(3), withdraw(2)],
    );
    let path = "/api/v1/lists/1/difference?from=1&to=3&size=1";
    let mut changes = Vec::new();
    for page in 1..=3 {
        let answer = app.get(&format!("{path}&page={page}")).await.json();
        assert_eq!(answer["total"], 2, "page {page}");
        for change in answer["changes"].as_array().unwrap() {
            let of = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
            changes.push((page, of("code"), of("action")));
        }
    }
    let expected = [(1, "KL-3", "withdrawn"), (2, "KL-5", "added")];
    let expected = expected.map(|(page, code, action)| (page, code.into(), action.into()));
    assert_eq!(changes, expected);
    let page = app.get("/lists/1/difference?from=1&to=3").await;
    assert!(page.text().contains("涉及 2 项"), "{}", page.text());
}
