//! Forms that are refused are given back with what was typed.

use super::{Browser, CITY, DRAFT, Scene};
use crate::support::app::Answer;

/// What a refused form has lost of what was typed; each is looked for as its page has it.
fn lost<'a>(answer: &Answer, status: u16, typed: &[&'a str]) -> Vec<&'a str> {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(
        answer.text().contains("role=\"alert\""),
        "it says what is wrong"
    );
    let mut lost = typed.to_vec();
    lost.retain(|typed| !answer.text().contains(typed));
    lost
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed() {
    let scene = Scene::new().await;
    let cast = &scene.cast;
    let long = "意".repeat(1_001);
    let nothing: [&str; 0] = [];
    let mut editor = scene.browser(&cast.editor).await;
    let fields = [
        ("cause", "因法律修改"),
        ("caused_on", "2026-02-30"),
        ("document_no", "克政发〔2026〕1号"),
        ("effective_on", "2027-05-01"),
        ("timing", "on-effective-day"),
        ("supervision", "加强抽查"),
    ];
    let answer = editor.send_to_draft(DRAFT, "declaration", &fields).await;
    let typed = [
        ">因法律修改</textarea>",
        "value=\"2026-02-30\"",
        "value=\"克政发〔2026〕1号\"",
        "value=\"2027-05-01\"",
        "value=\"on-effective-day\" checked",
        ">加强抽查</textarea>",
    ];
    assert_eq!(lost(&answer, 400, &typed), nothing, "the declaration");
    editor.get("/console/lists/1/new").await;
    let version = editor.version.clone();
    let fields = [
        ("version", version.as_str()),
        ("field.name", ""),
        ("field.basis", "《行政许可法》第十二条"),
        ("field.office", "审批科"),
    ];
    let answer = editor.post("/console/lists/1/new", &fields).await;
    let typed = ["《行政许可法》第十二条</textarea>", "value=\"审批科\""];
    assert_eq!(lost(&answer, 400, &typed), nothing, "the item");
    editor.get("/console/letters/1").await;
    for (reply, state) in [("", "accepted"), (long.as_str(), "answered")] {
        let fields = [("state", state), ("reply", reply), ("public", "1")];
        let answer = editor.post("/console/letters/1", &fields).await;
        let typed = [
            format!("value=\"{state}\" checked"),
            "name=\"public\" value=\"1\" checked".to_owned(),
            format!(">{reply}</textarea>"),
        ];
        let typed = typed.each_ref().map(String::as_str);
        assert_eq!(lost(&answer, 400, &typed), nothing, "the reply");
    }
    let mut operator = scene.browser(&cast.operator).await;
    for path in ["/console/accounts", "/console/accounts/1"] {
        operator.get(path).await;
        let fields = [
            ("name", "新"),
            ("office", "新的单位"),
            ("role", "editor"),
            ("role", "auditor"),
            ("departments", ""),
            ("active", "1"),
        ];
        let answer = operator.post(path, &fields).await;
        let typed = [
            "value=\"新的单位\"",
            "value=\"editor\" checked",
            "value=\"auditor\" checked",
        ];
        assert_eq!(lost(&answer, 400, &typed), nothing, "{path}");
    }
    scene.submit().await;
    let mut list_office = scene.browser(&cast.list_office).await;
    let fields = [("act", "return"), ("comment", long.as_str())];
    let answer = list_office.send_to_draft(DRAFT, "act", &fields).await;
    assert_eq!(lost(&answer, 400, &[&long]), nothing, "the comment");
    let answer = Browser::new(&scene.app)
        .sign_in("chengguan-li", "不是这一句")
        .await;
    let typed = ["value=\"chengguan-li\""];
    assert_eq!(lost(&answer, 403, &typed), nothing, "the account");
    assert!(!answer.text().contains("不是这一句"), "but no password");
}

#[tokio::test]
async fn no_refused_form_loses_what_was_typed() {
    let scene = Scene::new().await;
    let cast = &scene.cast;
    let mut all_lost = Vec::new();
    // An account that is to be disabled must not be saved as active, once the office is filled in.
    let mut operator = scene.browser(&cast.operator).await;
    let account = scene.path("/console/accounts/{id}");
    operator.get(&account).await;
    let fields = [("office", ""), ("role", "auditor"), ("active", "0")];
    let answer = operator.post(&account, &fields).await;
    all_lost.extend(lost(&answer, 400, &["name=\"active\" value=\"0\" checked"]));
    let mut editor = scene.browser(&cast.editor).await;
    editor.get("/console/tokens").await;
    let fields = [
        ("name", "每夜同步"),
        ("department", CITY),
        ("scope", "draft"),
        ("expires_on", "2030-01-01"),
    ];
    let answer = editor.post("/console/tokens", &fields).await;
    let typed = [
        "value=\"每夜同步\"",
        "value=\"draft\" checked",
        "value=\"2030-01-01\"",
    ];
    all_lost.extend(lost(&answer, 400, &typed));
    // A withdrawal with a successor that is no code.
    editor.get("/console/lists/1").await;
    let version = editor.version.clone();
    let fields = [("version", version.as_str())];
    editor
        .post("/console/lists/1/items/KL-002/withdrawal", &fields)
        .await;
    let fields = [
        ("do", "annotate"),
        ("position", "1"),
        ("reason", "条例第九条已删去"),
        ("successor", "没有编码"),
    ];
    let answer = editor.send_to_draft(DRAFT, "changes", &fields).await;
    let typed = ["value=\"条例第九条已删去\"", "value=\"没有编码\""];
    all_lost.extend(lost(&answer, 400, &typed));
    assert!(all_lost.is_empty(), "lost: {all_lost:?}");
}
