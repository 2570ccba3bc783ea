//! From a program's list to a publication: submitting, what hinders it, the reviews, and repeating a
//! request without harm.

use quanze::domain::workflow::Act;
use quanze::domain::{AccountRole, Fields, Scope};
use quanze::service::console::work::RawDeclaration;
use serde_json::{Value, json};

use super::programs::{DRAFTS, FINDINGS, ask, item, problem, whole};
use super::{Browser, CITY, Cast, Person, Scene, city, edition, held};
use crate::support::app::{Answer, TestApp};

const DRAFT: &str = "/api/v1/console/drafts/1";
const SUBMIT: &str = "/api/v1/console/drafts/1/submit";

/// A new list of one item, made a draft (1).
async fn drafted(app: &TestApp, token: &str) {
    let body = whole("接口清单", &[item("对共享单车的检查")]);
    let answer = ask(app, token, "POST", DRAFTS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// What is declared with a draft that withdraws nothing.
pub fn declared() -> Value {
    let declaration = json!({"cause": "《城市管理条例》修改", "caused_on": "2026-11-20"});
    json!({"declaration": declaration})
}

/// Has a submitted draft approved by both offices.
pub fn approve(app: &TestApp, cast: &Cast, draft: u64) {
    for person in [&cast.list_office, &cast.legal_office] {
        let actor = person.actor();
        let view = app
            .console
            .draft(&actor, draft)
            .expect("it is under review");
        let seen = (draft, view.draft.version);
        let approved = app.console.act(&actor, seen, Act::Approve, "");
        approved.expect("it is approved");
    }
}

/// The city's list as it stands, as a program says it: KL-001, KL-002, KL-003, KL-005, KL-006.
pub fn standing(app: &TestApp) -> Vec<Fields> {
    edition(app, &city())
}

pub fn values(items: &[Fields]) -> Vec<Value> {
    items.iter().map(|item| json!(item)).collect()
}

#[tokio::test]
async fn a_list_goes_from_a_program_through_both_offices_to_the_public() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    let mut items = standing(&app);
    items[0].insert("office".into(), "执法监督科".into());
    items.remove(1);
    items[1].insert("office".into(), "检查科".into());
    let mut body = values(&items);
    body.push(item("对共享单车的检查"));
    let answer = ask(&app, &token, "POST", DRAFTS, &whole("权责清单", &body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let told = ask(&app, &token, "GET", DRAFT, &Value::Null).await.json();
    let counts = ["base", "added", "amended", "withdrawn"].map(|key| told[key].clone());
    assert_eq!(counts, [4, 1, 2, 1].map(Value::from), "{told}");
    let diff = ask(&app, &token, "GET", &format!("{DRAFT}/diff"), &Value::Null)
        .await
        .json();
    let office = &diff["changes"][0]["differences"][0];
    assert_eq!(office["field"], "office", "{diff}");
    assert_eq!(
        (&office["before"], &office["after"]),
        (&json!("市容管理科"), &json!("执法监督科"))
    );
    // What is missing is told, and keeps it from being submitted.
    let obstacles = told["obstacles"].to_string();
    for missing in [
        "没有填写变动原因",
        "没有填写原因发生日期",
        "1 个取消或下放的事项没有填写原因",
        "事中事后监管",
        "2027年1月1日",
    ] {
        assert!(obstacles.contains(missing), "{missing}: {obstacles}");
    }
    let answer = ask(&app, &token, "POST", SUBMIT, &json!({})).await;
    let refused = problem(&answer);
    assert_eq!(
        (answer.status, &refused["code"]),
        (400, &json!("not_ready")),
        "{refused}"
    );
    assert!(
        refused["detail"].to_string().contains("没有填写变动原因"),
        "{refused}"
    );
    let asked = json!({
        "version": told["version"],
        "comment": "由政务系统提交",
        "declaration": {
            "cause": "《城市管理条例》修改",
            "caused_on": "2026-11-20",
            "document_no": "克政办发〔2026〕8号",
            "effective_on": "2027-01-01",
            "supervision": "加强事中抽查",
        },
        "withdrawals": [{"code": "KL-002", "reason": "条例已经废止", "successor": "KL-001"}],
    });
    let answer = ask(&app, &token, "POST", SUBMIT, &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!(
        (&told["state"], &told["state_label"]),
        (&json!("list-review"), &json!("待编办审查"))
    );
    assert_eq!(
        told["deadline"], "2026-12-15",
        "fifteen working days from the next: {told}"
    );
    for person in [&cast.list_office, &cast.legal_office] {
        let mut browser = Browser::of(&app, person).await;
        let page = browser.get(super::DRAFT).await;
        for shown in ["由政务系统提交", "条例已经废止", "加强事中抽查"] {
            assert!(page.text().contains(shown), "{shown}: {}", page.text());
        }
        browser.act(super::DRAFT, "approve", "同意").await;
    }
    let told = ask(&app, &token, "GET", DRAFT, &Value::Null).await.json();
    assert_eq!(
        (&told["state"], &told["publication"]),
        (&json!("published"), &json!(5)),
        "{told}"
    );
    let comments = told["comments"].to_string();
    assert!(
        comments.contains("克拉玛依市司法局（审查通过）：同意"),
        "{comments}"
    );
    let published = app.get("/api/v1/publications/5").await.json();
    for (key, value) in [
        ("document_no", "克政办发〔2026〕8号"),
        ("reason", "《城市管理条例》修改"),
        ("supervision", "加强事中抽查"),
        ("effective_on", "2027-01-01"),
    ] {
        assert_eq!(published[key], value, "{published}");
    }
    let history = app
        .get("/api/v1/items/KL-002?as_of=2027-01-02")
        .await
        .json();
    let gone = ["status", "reason", "successor"].map(|key| history[key].clone());
    assert_eq!(
        gone,
        ["withdrawn", "条例已经废止", "KL-001"].map(Value::from),
        "{history}"
    );
    for (path, told) in [(SUBMIT, 403), ("/api/v1/console/drafts/99/submit", 404)] {
        let answer = ask(&app, &token, "POST", path, &json!({})).await;
        assert_eq!(answer.status, told, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn what_hinders_a_draft_is_told_as_soon_as_it_is_made() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    let body = whole("接口清单", &[item("对共享单车的检查")]);
    let answer = ask(&app, &token, "POST", DRAFTS, &body).await;
    let made = answer.json()["drafts"][0].clone();
    let told = ask(&app, &token, "GET", DRAFT, &Value::Null).await.json();
    assert_ne!(told["obstacles"], json!([]), "nothing is declared yet");
    assert_eq!(made, told, "the same draft");
}

#[tokio::test]
async fn nothing_hinders_a_draft_any_more_once_it_is_published() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    drafted(&app, &token).await;
    let answer = ask(&app, &token, "POST", SUBMIT, &declared()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    approve(&app, &cast, 1);
    let told = ask(&app, &token, "GET", DRAFT, &Value::Null).await.json();
    assert_eq!(told["state"], "published", "{told}");
    assert_eq!(told["obstacles"], json!([]), "it has been submitted");
}

#[tokio::test]
async fn a_submission_that_is_refused_leaves_the_draft_as_it_was() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    drafted(&app, &token).await;
    let before = held(&app, &cast.auditor);
    let mut asked = declared();
    asked["version"] = json!(1);
    asked["withdrawals"] = json!([{"code": "KL-001", "reason": "条例已经废止"}]);
    let answer = ask(&app, &token, "POST", SUBMIT, &asked).await;
    assert_eq!(answer.status, 404, "{}", answer.text());
    // Mended, the same request goes through: its version is still the draft's.
    assert_eq!(held(&app, &cast.auditor), before, "all of it or nothing");
    asked["withdrawals"] = json!([]);
    let answer = ask(&app, &token, "POST", SUBMIT, &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn whoever_names_a_version_means_that_one() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    drafted(&app, &token).await;
    let before = held(&app, &cast.auditor);
    let mut asked = declared();
    asked["version"] = json!(7);
    let answer = ask(&app, &token, "POST", SUBMIT, &asked).await;
    assert_eq!(
        (answer.status, &problem(&answer)["code"]),
        (409, &json!("outdated"))
    );
    for wrong in [
        json!({"declaration": {"cause": "因"}}),
        json!({"versions": 1}),
        json!([1]),
    ] {
        let answer = ask(&app, &token, "POST", SUBMIT, &wrong).await;
        assert_eq!(
            (answer.status, &problem(&answer)["parameter"]),
            (400, &json!("body")),
            "{wrong}"
        );
    }
    let mut asked = declared();
    asked["declaration"]["caused_on"] = json!("2026-02-30");
    let answer = ask(&app, &token, "POST", SUBMIT, &asked).await;
    assert_eq!(
        (answer.status, &problem(&answer)["parameter"]),
        (400, &json!("caused_on"))
    );
    assert_eq!(held(&app, &cast.auditor), before);
}

#[tokio::test]
async fn whoever_made_the_token_does_not_approve_what_came_by_it() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let roles = [AccountRole::Editor, AccountRole::ListOffice];
    let maker = Person::new(&app, "jianzhi-zheng", CITY, &roles, &[CITY]);
    let token = maker.token(&app, CITY, &Scope::ALL);
    drafted(&app, &token).await;
    let answer = ask(&app, &token, "POST", SUBMIT, &declared()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut browser = Browser::of(&app, &maker).await;
    let page = browser.get(super::DRAFT).await;
    assert!(
        !page.text().contains("value=\"approve\""),
        "{}",
        page.text()
    );
    let before = held(&app, &cast.auditor);
    for act in ["approve", "return"] {
        let fields = [("act", act), ("comment", "同意")];
        let answer = browser.send_to_draft(super::DRAFT, "act", &fields).await;
        assert_eq!(answer.status, 403, "{act}");
        assert!(
            answer.text().contains("请由另一人审查"),
            "{}",
            answer.text()
        );
    }
    assert_eq!(held(&app, &cast.auditor), before);
    approve(&app, &cast, 1);
    assert_eq!(
        held(&app, &cast.auditor).publications,
        5,
        "another one does"
    );
}

/// What a request under an idempotency key is answered.
async fn keyed(app: &TestApp, (token, key): (&str, &str), path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    app.send("POST", path, &headers, &body.to_string()).await
}

#[tokio::test]
async fn a_request_repeated_under_its_key_is_done_once() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    let body = whole("接口清单", &[item("对共享单车的检查")]);
    let first = keyed(&app, (&token, "key-1"), DRAFTS, &body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    // The draft goes on: whoever asks anew is told of its second version.
    let declared = RawDeclaration {
        cause: "《城市管理条例》修改".into(),
        ..RawDeclaration::default()
    };
    let declared = app.console.declare(&cast.editor.actor(), 1, 1, &declared);
    declared.expect("it is declared");
    let before = held(&app, &cast.auditor);
    let again = keyed(&app, (&token, "key-1"), DRAFTS, &body).await;
    assert_eq!((again.status, again.text()), (201, first.text()));
    let other = whole("接口清单", &[item("对摊点的检查")]);
    let answer = keyed(&app, (&token, "key-1"), DRAFTS, &other).await;
    let code = problem(&answer)["code"].clone();
    assert_eq!(
        (answer.status, code),
        (409, json!("idempotency_key_reused"))
    );
    for wrong in ["", &"k".repeat(129)] {
        let answer = keyed(&app, (&token, wrong), DRAFTS, &body).await;
        let parameter = problem(&answer)["parameter"].clone();
        assert_eq!(
            (answer.status, parameter),
            (400, json!("Idempotency-Key")),
            "{wrong}"
        );
    }
    assert_eq!(held(&app, &cast.auditor), before);
    // A key is one token's, and for a day.
    let others = cast.editor.token(&app, CITY, &Scope::ALL);
    for (token, at, version) in [
        (&others, "2026-11-24T04:00:00Z", 2),
        (&token, "2026-11-25T04:00:00Z", 1),
        (&token, "2026-11-25T04:00:01Z", 2),
    ] {
        app.at(at);
        let answer = keyed(&app, (token, "key-1"), DRAFTS, &body).await;
        let draft = answer.json()["drafts"][0].clone();
        assert_eq!(
            (&draft["id"], &draft["version"]),
            (&json!(1), &json!(version)),
            "{at}"
        );
    }
}

#[tokio::test]
async fn an_error_is_not_kept_under_a_key() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    drafted(&app, &token).await;
    let key = (token.as_str(), "submit-1");
    let answer = keyed(&app, key, SUBMIT, &json!({})).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let mut editor = Browser::of(&app, &cast.editor).await;
    let fields = [
        ("cause", "《城市管理条例》修改"),
        ("caused_on", "2026-11-20"),
    ];
    editor
        .send_to_draft(super::DRAFT, "declaration", &fields)
        .await;
    let first = keyed(&app, key, SUBMIT, &json!({})).await;
    assert_eq!(first.status, 200, "{}", first.text());
    // What would be refused by now is answered as it was.
    let again = keyed(&app, key, SUBMIT, &json!({})).await;
    assert_eq!((again.status, again.text()), (200, first.text()));
}

#[tokio::test]
async fn a_key_used_on_one_path_does_not_answer_on_another() {
    let scene = Scene::new().await;
    let Scene { app, cast } = &scene;
    let token = cast.editor.token(app, CITY, &Scope::ALL);
    let body = whole("接口清单", &[item("对共享单车的检查")]);
    let checked = keyed(app, (&token, "key-1"), FINDINGS, &body).await;
    assert_eq!(checked.status, 200, "{}", checked.text());
    let drafts = scene.held().drafts.len();
    let answer = keyed(app, (&token, "key-1"), DRAFTS, &body).await;
    // Either it is refused, or the draft is made: never is a check taken for a draft.
    let made = scene.held().drafts.len() - drafts;
    let is_sound = matches!((answer.status, made), (201, 1) | (409, 0));
    assert!(
        is_sound,
        "{} with {made} drafts: {}",
        answer.status,
        answer.text()
    );
}
