//! Departments, kinds, lists and publications.

use crate::support::app::TestApp;

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
