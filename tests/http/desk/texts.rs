//! What programs write: texts that mean something to spreadsheets or to readers of tables, items without
//! names, lists without titles.

use quanze::domain::Scope;
use quanze::intake::Hints;
use serde_json::json;

use super::programs::{DRAFTS, FINDINGS, ask, item, whole};
use super::submissions::{approve, declared, standing, values};
use super::{ALL, CITY, Cast};
use crate::support::app::TestApp;
use crate::support::{open_bytes, read_all};

const SUBMIT: &str = "/api/v1/console/drafts/1/submit";

/// Texts by the key of their field, as a program sends them and as they are published: white space
/// around a text is no part of it.
const TEXTS: [(&str, &str, &str); 7] = [
    ("basis", "=1+1", "=1+1"),
    ("office", "+86 990", "+86 990"),
    ("complaint", "-1", "-1"),
    ("responsibility", "@SUM(A1)", "@SUM(A1)"),
    ("conditions", "\t=2", "=2"),
    ("materials", "\r=3", "=3"),
    ("note", "'=4", "'=4"),
];

#[tokio::test]
async fn texts_like_formulas_are_published_exported_guarded_and_read_back() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    let mut sent = item("=公式事项");
    for (key, text, _) in TEXTS {
        sent[key] = json!(text);
    }
    let answer = ask(&app, &token, "POST", DRAFTS, &whole("接口清单", &[sent])).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let answer = ask(&app, &token, "POST", SUBMIT, &declared()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    approve(&app, &cast, 1);
    let published = app.get("/api/v1/publications/5").await.json();
    let code = published["changes"][0]["code"].as_str().expect("a code");
    let shown = app.get(&format!("/api/v1/items/{code}")).await.json();
    assert_eq!(shown["name"], "=公式事项", "{shown}");
    for (key, _, text) in TEXTS {
        assert_eq!(shown["fields"][key], text, "{key}: {shown}");
    }
    let export = app.get("/kinds/power/items.csv").await;
    let line = export.text().lines().find(|line| line.contains("公式事项"));
    let line = line.expect("the item is exported");
    for guarded in [
        "'=公式事项",
        "'=1+1",
        "'+86 990",
        "'-1",
        "'@SUM(A1)",
        "'=2",
        "'=3",
        "''=4",
    ] {
        assert!(
            line.split(',').any(|cell| cell == guarded),
            "{guarded}: {line}"
        );
    }
    let hints = Hints {
        kind: Some("power".into()),
        department: Some(CITY.into()),
        ..Hints::default()
    };
    let opened = open_bytes("导出.csv", &export.body, &hints);
    let lists = read_all(&opened).into_iter();
    let items = lists.flat_map(|(_, drafts)| drafts.items);
    let mut items = items.map(|item| item.coded.item);
    let back = items
        .find(|item| item.head.name == "=公式事项")
        .expect("it is read back");
    for (key, _, text) in TEXTS {
        assert_eq!(
            back.fields.get(key).map(String::as_str),
            Some(text),
            "{key}"
        );
    }
}

#[tokio::test]
async fn a_text_may_hold_any_signs() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    for (draft, sign) in (1..).zip([";", "\t", "\"", ",", "\n"]) {
        let text = format!("甲{sign}乙").repeat(200);
        let mut sent = item("对共享单车的检查");
        sent["basis"] = json!(text);
        let body = whole(&format!("第{draft}份清单"), &[sent]);
        let answer = ask(&app, &token, "POST", DRAFTS, &body).await;
        assert_eq!(answer.status, 201, "{sign:?}: {}", answer.text());
        let changes = app.console.changes(&cast.editor.actor(), draft, None, ALL);
        let (changes, _) = changes.expect("changes are read");
        let basis = changes[0].item.fields.get("basis").expect("a basis");
        assert_eq!(basis.matches('甲').count(), 200, "{sign:?}: {basis}");
    }
}

#[tokio::test]
async fn an_item_without_a_name_is_told_and_not_taken_for_more_of_the_one_before() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    for (place, second) in [
        json!({"basis": "《城市管理条例》第九条"}),
        json!({"name": "", "type": "行政处罚", "basis": "《城市管理条例》第九条"}),
        json!({"name": " ", "office": "执法科"}),
    ]
    .into_iter()
    .enumerate()
    {
        let body = whole(
            &format!("第{place}份清单"),
            &[item("对共享单车的检查"), second],
        );
        let answer = ask(&app, &token, "POST", FINDINGS, &body).await;
        let told = answer.text();
        let is_told = answer.status == 400 && told.contains("第 2 项")
            || answer.status == 200 && answer.json()["errors"] == 1;
        assert!(is_told, "{body}: {told}");
    }
}

#[tokio::test]
async fn a_list_handed_in_without_a_title_is_the_departments_list_of_that_kind() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    let mut items = standing(&app);
    items[0].insert("office".into(), "执法监督科".into());
    let body = json!({"kind": "power", "items": values(&items)});
    let answer = ask(&app, &token, "POST", DRAFTS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let draft = answer.json()["drafts"][0].clone();
    assert_eq!(
        (&draft["title"], &draft["base"]),
        (&json!("权责清单"), &json!(4)),
        "{draft}"
    );
    assert_eq!(draft["amended"], 1, "{draft}");
}
