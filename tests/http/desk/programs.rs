//! Departments' own systems at `/api/v1/console`: who comes in by a token and how far, and what becomes
//! of a list that is handed in.

use quanze::domain::{AccountId, AccountRole, Profile, Scope};
use quanze::http::api_paths;
use serde_json::{Value, json};

use super::{ALL, Browser, CITY, Cast, FINANCE, Person, Scene, city, csv, edition, held};
use crate::support::app::{Answer, TestApp};

pub const FINDINGS: &str = "/api/v1/console/findings";
pub const DRAFTS: &str = "/api/v1/console/drafts";

/// Every path, its method, and the scope that it needs.
const PATHS: [(&str, &str, Scope); 6] = [
    ("POST", FINDINGS, Scope::Validate),
    ("POST", DRAFTS, Scope::Draft),
    ("GET", "/api/v1/console/drafts/{id}", Scope::Draft),
    ("GET", "/api/v1/console/drafts/{id}/findings", Scope::Draft),
    ("GET", "/api/v1/console/drafts/{id}/diff", Scope::Draft),
    ("POST", "/api/v1/console/drafts/{id}/submit", Scope::Submit),
];

/// What a program is answered that brings this token, and a body where it sends one.
pub async fn ask(app: &TestApp, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = match method {
        "GET" => String::new(),
        _ => body.to_string(),
    };
    app.send(method, path, &headers, &body).await
}

/// An item as a program says it, by the keys of its fields.
pub fn item(name: &str) -> Value {
    json!({
        "name": name,
        "type": "行政检查",
        "basis": "《城市管理条例》第三条",
        "department": CITY,
        "office": "监督科",
        "level": "市级",
    })
}

/// A whole list of powers.
pub fn whole(title: &str, items: &[Value]) -> Value {
    json!({"kind": "power", "title": title, "items": items})
}

/// An error as programs are told it.
pub fn problem(answer: &Answer) -> Value {
    let kind = answer.header("content-type");
    assert_eq!(kind, "application/problem+json", "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn only_a_living_token_opens_the_interface() {
    let scene = Scene::new().await;
    let Scene { app, cast } = &scene;
    let mut patterns: Vec<&str> = api_paths();
    patterns.retain(|path| path.starts_with("/api/v1/console"));
    assert_eq!(
        patterns,
        PATHS.map(|(_, path, _)| path),
        "every path is tried"
    );
    let token = |person: &Person| person.token(app, CITY, &Scope::ALL);
    let colleague = |name| Person::new(app, name, CITY, &[AccountRole::Editor], &[CITY]);
    let (revoked, living) = (token(&cast.editor), token(&cast.editor));
    let editor = cast.editor.actor();
    app.console
        .revoke_token(&editor, 2)
        .expect("token 2 is revoked");
    let (gone, moved) = (colleague("yijing-lizhi"), colleague("yijing-diaozou"));
    let (of_gone, of_moved) = (token(&gone), token(&moved));
    let operator = cast.operator.actor();
    let change = |id: AccountId, department: &str, active| {
        let profile = Profile {
            office: department.into(),
            roles: vec![AccountRole::Editor],
            departments: vec![department.into()],
        };
        let changed = app.console.change_account(&operator, id, profile, active);
        changed.expect("account is changed");
    };
    change(gone.account.id, CITY, false);
    change(moved.account.id, FINANCE, true);
    let browser = scene.browser(&cast.editor).await;
    let session = browser.cookie("session");
    let cookie = format!("session={session}");
    let before = scene.held();
    for (method, pattern, _) in PATHS {
        let path = scene.path(pattern);
        for (what, authorization) in [
            ("nothing", String::new()),
            ("no secret", "Bearer ".to_owned()),
            ("a wrong secret", format!("Bearer qz_{}", "ab".repeat(32))),
            ("another scheme", format!("Basic {living}")),
            ("a revoked token", format!("Bearer {revoked}")),
            ("a token of a disabled account", format!("Bearer {of_gone}")),
            (
                "a token of one who works elsewhere now",
                format!("Bearer {of_moved}"),
            ),
            ("a session", format!("Bearer {session}")),
        ] {
            let mut headers = vec![("cookie", cookie.as_str())];
            if !authorization.is_empty() {
                headers.push(("authorization", &authorization));
            }
            let answer = app.send(method, &path, &headers, "{}").await;
            assert_eq!(answer.status, 401, "{method} {path} with {what}");
            assert_eq!(problem(&answer)["code"], "signed_out", "{path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
        }
        // The same token would do, until its last day is over.
        let answer = ask(app, &living, method, &path, &json!({})).await;
        assert!(
            !matches!(answer.status, 401 | 403),
            "{path}: {}",
            answer.text()
        );
    }
    assert_eq!(scene.held(), before);
    for (at, status) in [("2027-01-31T15:59:59Z", 200), ("2027-01-31T16:00:00Z", 401)] {
        app.at(at);
        let path = "/api/v1/console/drafts/1";
        let answer = ask(app, &living, "GET", path, &Value::Null).await;
        assert_eq!(answer.status, status, "{at}");
    }
}

#[tokio::test]
async fn a_token_opens_nothing_on_the_console() {
    let scene = Scene::new().await;
    let token = scene.cast.editor.token(&scene.app, CITY, &Scope::ALL);
    let bearer = format!("Bearer {token}");
    let cookie = format!("session={token}");
    for path in ["/console", "/console/drafts/1", "/console/drafts/1/file"] {
        let headers = [("authorization", bearer.as_str()), ("cookie", &cookie)];
        let page = scene.app.ask("GET", path, &headers).await;
        assert_eq!(page.status, 303, "{path}");
        assert!(
            page.header("location").starts_with("/console/sign-in"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say() {
    let scene = Scene::new().await;
    let Scene { app, cast } = &scene;
    for scope in Scope::ALL {
        let mut others = Scope::ALL.to_vec();
        others.retain(|other| *other != scope);
        let with = cast.editor.token(app, CITY, &[scope]);
        let without = cast.editor.token(app, CITY, &others);
        for (method, pattern, needed) in PATHS {
            let path = scene.path(pattern);
            let body = match path.as_str() {
                FINDINGS | DRAFTS => whole("接口清单", &[item("对共享单车的检查")]),
                _ => json!({}),
            };
            let (allowed, refused) = match needed == scope {
                true => (&with, &without),
                false => (&without, &with),
            };
            let before = scene.held();
            let answer = ask(app, refused, method, &path, &body).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            let problem = problem(&answer);
            assert_eq!(problem["code"], "scope_missing", "{path}");
            let detail = problem["detail"].as_str().expect("a detail");
            assert!(detail.contains(needed.key()), "{path}: {detail}");
            assert_eq!(scene.held(), before, "{path}");
            let answer = ask(app, allowed, method, &path, &body).await;
            assert!(
                !matches!(answer.status, 401 | 403 | 404),
                "{path}: {}",
                answer.text()
            );
        }
    }
}

#[tokio::test]
async fn anothers_draft_is_like_one_that_does_not_exist() {
    let scene = Scene::new().await;
    let Scene { app, cast } = &scene;
    // Whatever the account may see, a token is of one department.
    let both = [CITY, FINANCE];
    let of_both = Person::new(app, "liangbu-wu", CITY, &[AccountRole::Editor], &both);
    let before = scene.held().drafts;
    for person in [&cast.other, &of_both] {
        let token = person.token(app, FINANCE, &Scope::ALL);
        for (method, pattern, _) in PATHS.into_iter().filter(|(_, p, _)| p.contains("{id}")) {
            let answer = ask(app, &token, method, &scene.path(pattern), &json!({})).await;
            let none = pattern.replace("{id}", "99");
            let none = ask(app, &token, method, &none, &json!({})).await;
            assert_eq!(answer.status, 404, "{method} {pattern}: {}", answer.text());
            assert_eq!(problem(&answer), problem(&none), "{pattern}");
            assert_eq!(answer.headers, none.headers, "{pattern}");
        }
    }
    let token = of_both.token(app, CITY, &Scope::ALL);
    let answer = ask(app, &token, "GET", "/api/v1/console/drafts/1", &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(scene.held().drafts, before);
}

/// Number of files that the register keeps.
fn kept_files(app: &TestApp) -> usize {
    let mut folders = vec![app.register_folder().join("files")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => files += 1,
            }
        }
    }
    files
}

/// A list as a file in a form, with what is said of it.
async fn hand_in(app: &TestApp, token: &str, path: &str, file: &[u8], title: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let form = super::form(&[("kind", "power"), ("title", title)]);
    let form = form.with_file("清单.csv", file);
    Browser::new(app).send(path, &headers, &form).await
}

#[tokio::test]
async fn a_list_is_checked_without_keeping_anything() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &[Scope::Validate]);
    let mut items = edition(&app, &city());
    for item in &mut items[..2] {
        item.insert("code".into(), "KL-001".into());
    }
    let file = csv(&app, &items);
    let as_json = whole(
        "权责清单",
        &items.iter().map(|item| json!(item)).collect::<Vec<_>>(),
    );
    let (before, files) = (held(&app, &cast.auditor), kept_files(&app));
    for answer in [
        hand_in(&app, &token, FINDINGS, &file, "权责清单").await,
        ask(&app, &token, "POST", FINDINGS, &as_json).await,
    ] {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let told = answer.json();
        assert_eq!(
            (&told["errors"], &told["lists"][0]["items"]),
            (&json!(1), &json!(4)),
            "{told}"
        );
        let list =
            ["department", "region", "kind", "title"].map(|key| told["lists"][0][key].clone());
        assert_eq!(
            list,
            [CITY, "克拉玛依市", "power", "权责清单"].map(Value::from),
            "{told}"
        );
        let findings = told["findings"].as_array().expect("findings").iter();
        let error = findings
            .filter(|f| f["severity"] == "error")
            .collect::<Vec<_>>();
        assert_eq!(error.len(), 1, "{told}");
        let place = ["rule", "heading", "row"].map(|key| error[0][key].clone());
        assert_eq!(
            place,
            [json!("repeated-code"), json!("编码"), json!(3)],
            "{told}"
        );
    }
    assert_eq!(held(&app, &cast.auditor), before);
    assert_eq!(kept_files(&app), files, "nor is the file kept");
}

#[tokio::test]
async fn a_draft_is_made_of_a_file_and_of_json_by_key_and_by_heading() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &[Scope::Draft]);
    let by_heading = json!({
        "事项名称": "对共享单车的检查",
        "权力类型": "行政检查",
        "实施依据": "《城市管理条例》第三条",
        "行使主体": CITY,
        "承办机构": "监督科",
        "实施层级及权限": "市级",
    });
    let by_name = json!({"kind": "权责清单", "title": "乙清单", "items": [by_heading]});
    let file = "事项名称,权力类型,实施依据,行使主体,承办机构,实施层级及权限\n\
                对共享单车的检查,行政检查,《城市管理条例》第三条,克拉玛依市城市管理局,监督科,市级\n";
    let answers = [
        ask(
            &app,
            &token,
            "POST",
            DRAFTS,
            &whole("甲清单", &[item("对共享单车的检查")]),
        )
        .await,
        ask(&app, &token, "POST", DRAFTS, &by_name).await,
        hand_in(&app, &token, DRAFTS, file.as_bytes(), "丙清单").await,
    ];
    let mut made = Vec::new();
    for (number, answer) in (1..).zip(answers) {
        assert_eq!(answer.status, 201, "{}", answer.text());
        let draft = answer.json()["drafts"][0].clone();
        assert_eq!(
            (&draft["id"], &draft["state"]),
            (&json!(number), &json!("editing")),
            "{draft}"
        );
        let counts = ["added", "amended", "withdrawn", "base"].map(|key| draft[key].clone());
        assert_eq!(counts, [1, 0, 0, 0].map(Value::from), "{draft}");
        let changes = app.console.changes(&cast.editor.actor(), number, None, ALL);
        let (changes, _) = changes.expect("changes are read");
        made.push(changes.into_iter().map(|c| c.item).collect::<Vec<_>>());
    }
    assert_eq!(made[0].len(), 1);
    assert_eq!(made[0], made[1], "by key and by heading");
    assert_eq!(made[0], made[2], "as JSON and as a file");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_with_its_place() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &Scope::ALL);
    let before = held(&app, &cast.auditor);
    let odd = json!({"name": "对共享单车的检查", "办理情况": "很好"});
    let listed = json!({"name": "对共享单车的检查", "basis": ["第三条"]});
    for (body, parameter, told) in [
        (
            whole("甲清单", &[item("甲"), odd]),
            "items",
            "第 2 项：“权责清单”没有栏目“办理情况”",
        ),
        (
            json!({"kind": "nonsense", "items": []}),
            "kind",
            "没有清单种类“nonsense”",
        ),
        (json!({"kind": "power"}), "body", "有误"),
        (json!({"kind": "power", "item": []}), "body", "有误"),
        (whole("甲清单", &[listed]), "body", "有误"),
        (json!([]), "body", "有误"),
    ] {
        for path in [FINDINGS, DRAFTS] {
            let answer = ask(&app, &token, "POST", path, &body).await;
            assert_eq!(answer.status, 400, "{body}");
            let problem = problem(&answer);
            assert_eq!(problem["parameter"], parameter, "{problem}");
            let detail = problem["detail"].as_str().expect("a detail");
            assert!(detail.contains(told), "{detail}");
        }
    }
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    for (path, body) in [(DRAFTS, ""), (DRAFTS, "{"), (FINDINGS, "kind=power")] {
        let answer = app.send("POST", path, &headers, body).await;
        assert_eq!(
            (answer.status, &problem(&answer)["parameter"]),
            (400, &json!("body"))
        );
    }
    assert_eq!(held(&app, &cast.auditor), before);
}

#[tokio::test]
async fn what_a_draft_changes_comes_in_pages() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let token = cast.editor.token(&app, CITY, &[Scope::Draft]);
    let items = ["甲", "乙", "丙", "丁", "戊"].map(|n| item(&format!("对{n}类摊点的检查")));
    let answer = ask(&app, &token, "POST", DRAFTS, &whole("接口清单", &items)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let diff = "/api/v1/console/drafts/1/diff";
    let mut names = Vec::new();
    for (page, on_page) in [(1, 2), (2, 2), (3, 1), (4, 0)] {
        let path = format!("{diff}?size=2&page={page}");
        let told = ask(&app, &token, "GET", &path, &Value::Null).await.json();
        let numbers = ["total", "page", "size"].map(|key| told[key].clone());
        assert_eq!(numbers, [5, page, 2].map(Value::from), "{told}");
        let changes = told["changes"].as_array().expect("changes");
        assert_eq!(changes.len(), on_page, "{told}");
        names.extend(changes.iter().map(|change| change["name"].clone()));
        let kinds = changes
            .iter()
            .all(|c| c["action"] == "added" && c["change"] == "added");
        assert!(kinds, "{told}");
    }
    assert_eq!(
        names,
        items.map(|item| item["name"].clone()),
        "in the order of the list"
    );
    for wrong in ["page=0", "size=101", "by=added", "page=1&page=2"] {
        let answer = ask(
            &app,
            &token,
            "GET",
            &format!("{diff}?{wrong}"),
            &Value::Null,
        )
        .await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert_eq!(problem(&answer)["code"], "invalid_parameter", "{wrong}");
    }
}
