//! Forms that were not made for whoever sends them: each is refused and changes nothing.

use quanze::http::{console_paths, page_paths};
use quanze::service::console::letters::RawLetter;

use super::{Browser, CITY, DECLARED, FINANCE, Form, PASSWORD, Person, Scene, amended, city, form};
use crate::support::app::{TestApp, added, power};

/// Who may send a form of the console in this scene, and one that would be taken. Every path that takes
/// forms has to be here; `None` for the others.
pub fn plausible<'a>(scene: &'a Scene, pattern: &str) -> Option<(&'a Person, Form)> {
    let Scene { app, cast } = scene;
    let editor = &cast.editor;
    let draft = app.console.draft(&cast.auditor.actor(), 1);
    let version = draft.expect("the draft").draft.version.to_string();
    let own = app.console.own_items(&editor.actor(), 1);
    let in_hand = own.expect("the list").stamp.to_string();
    let of_draft = |fields: &[(&str, &str)]| form(fields).with("version", &version);
    let of_item = |fields: &[(&str, &str)]| form(fields).with("version", &in_hand);
    let item = [
        ("field.name", "对占用盲道的处罚"),
        ("field.type", "行政处罚"),
        ("field.basis", "《无障碍环境建设法》第六十五条"),
        ("field.department", CITY),
        ("field.office", "市容管理科"),
    ];
    let new = "另一句好记的话 2027";
    let list = ("权责清单.csv", amended(app));
    Some(match pattern {
        "/console/sign-in" => {
            let person = &cast.legal_office;
            let fields = [
                ("account", person.account.name.as_str()),
                ("password", person.first.as_str()),
            ];
            (person, form(&fields))
        }
        "/console/sign-out" => (&cast.list_office, form(&[])),
        "/console/password" => {
            let fields = [("old", PASSWORD), ("password", new), ("again", new)];
            (&cast.auditor, form(&fields))
        }
        "/console/upload" => (editor, form(&[]).with_file(list.0, &list.1)),
        "/console/drafts/{id}/act" => (editor, of_draft(&[("act", "discard")])),
        "/console/drafts/{id}/declaration" => (editor, of_draft(&DECLARED)),
        "/console/drafts/{id}/changes" => {
            let fields = [("do", "annotate"), ("position", "0"), ("kind", "entrusted")];
            (editor, of_draft(&fields))
        }
        "/console/drafts/{id}/rebase" => (editor, of_draft(&[])),
        "/console/drafts/{id}/file" => (editor, of_draft(&[]).with_file(list.0, &list.1)),
        "/console/lists/{number}/new" | "/console/lists/{number}/items/{code}" => {
            (editor, of_item(&item))
        }
        "/console/lists/{number}/items/{code}/withdrawal" => (editor, of_item(&[])),
        "/console/accounts" => {
            let fields = [
                ("name", "xinren"),
                ("office", "新单位"),
                ("role", "auditor"),
            ];
            (&cast.operator, form(&fields))
        }
        "/console/accounts/{id}" => {
            let fields = [
                ("office", "新单位"),
                ("role", "editor"),
                ("departments", FINANCE),
                ("active", "0"),
            ];
            (&cast.operator, form(&fields))
        }
        "/console/tokens" => {
            let fields = [
                ("name", "政务系统同步"),
                ("department", CITY),
                ("scope", "submit"),
                ("expires_on", "2027-01-31"),
            ];
            (editor, form(&fields))
        }
        "/console/tokens/{id}/revocation" => (editor, form(&[])),
        "/console/letters/{id}" => {
            let fields = [("state", "accepted"), ("reply", "已改正"), ("before", "")];
            (editor, form(&fields))
        }
        "/console/letters/{id}/contact" => (editor, form(&[])),
        _ => return None,
    })
}

#[tokio::test]
async fn a_form_of_the_console_is_taken_only_with_its_sessions_token_and_from_this_site() {
    let scene = Scene::new().await;
    // So that there is something to compare anew.
    let item = power(&city(), "对占道经营的处罚", "行政处罚");
    let changes = vec![added("KL-007", item)];
    scene.app.publish(&city(), "2027-02-01", changes);
    let mut patterns = console_paths();
    // The draft of the scene adds nothing: there is no genuine form of an item that it adds.
    patterns.retain(|pattern| !pattern.ends_with("{position}"));
    // What discards the draft comes last.
    patterns.sort_by_key(|pattern| pattern.ends_with("/act"));
    let mut tried = 0;
    for pattern in patterns {
        let path = scene.path(pattern);
        let takes_forms = scene.app.ask("POST", &path, &[]).await.status != 405;
        let Some((person, form)) = plausible(&scene, pattern) else {
            assert!(
                !takes_forms,
                "{pattern} takes forms, and none is forged here"
            );
            continue;
        };
        assert!(takes_forms, "{pattern} takes no forms");
        let (mut own, other) = match pattern {
            "/console/sign-in" => (visitor(&scene.app).await, visitor(&scene.app).await),
            _ => (scene.browser(person).await, scene.browser(person).await),
        };
        let (token, others) = (own.csrf.clone(), other.csrf);
        assert_ne!(token, others, "{pattern}: a token of each session's own");
        let before = scene.held();
        for (what, token, from) in [
            ("no token", None, "same-origin"),
            ("a blank token", Some(""), "same-origin"),
            (
                "another session's token",
                Some(others.as_str()),
                "same-origin",
            ),
            ("another site", Some(token.as_str()), "cross-site"),
            ("a neighbouring site", Some(token.as_str()), "same-site"),
        ] {
            let forged = match token {
                Some(token) => form.clone().with("csrf", token),
                None => form.clone(),
            };
            let from = [("sec-fetch-site", from)];
            let answer = own.send(&path, &from, &forged).await;
            assert_eq!(answer.status, 403, "{path} with {what}: {}", answer.text());
            assert!(
                answer.text().contains("表单已过期或不是从本站页面提交的"),
                "{path} with {what}: {}",
                answer.text()
            );
            assert_eq!(scene.held(), before, "{path} with {what}");
        }
        // The same form would have been taken.
        let form = form.with("csrf", &token);
        let answer = own
            .send(&path, &[("sec-fetch-site", "same-origin")], &form)
            .await;
        assert!(
            matches!(answer.status, 200 | 303),
            "{path}: {}",
            answer.text()
        );
        assert!(scene.held().records > before.records, "{path} does nothing");
        tried += 1;
    }
    assert!(tried >= 17, "only {tried} forms");
}

/// A browser before the sign-in page's form.
async fn visitor(app: &TestApp) -> Browser {
    let mut browser = Browser::new(app);
    browser.get("/console/sign-in").await;
    browser
}

#[tokio::test]
async fn a_token_says_nothing_of_the_session_and_is_the_same_on_all_its_pages() {
    let scene = Scene::new().await;
    let mut browser = scene.browser(&scene.cast.editor).await;
    let (secret, token) = (browser.cookie("session"), browser.csrf.clone());
    assert!(token.len() == 64 && !token.contains(&secret) && token != secret);
    for path in ["/console/upload", "/console/drafts/1", "/console/tokens"] {
        let page = browser.get(path).await;
        assert!(!page.text().contains(&secret), "{path} shows the session");
        assert_eq!(browser.csrf, token, "{path}");
    }
}

#[tokio::test]
async fn a_form_for_readers_is_taken_only_with_its_browsers_token_and_from_this_site() {
    let scene = Scene::new().await;
    let letter = RawLetter {
        aspect: "sense".into(),
        text: "要求的材料太多".into(),
        contact: "0990-1234567".into(),
    };
    let receipt = scene.app.console.write_letter("KL-002", &letter, "");
    let receipt = receipt.expect("letter is taken");
    let mut tried = Vec::new();
    for pattern in page_paths() {
        let path = pattern.replace("{code}", "KL-001").replace("{number}", "1");
        let path = path.replace("{key}", "power");
        let fields = match pattern {
            "/items/{code}/feedback" => vec![
                ("aspect", "truth"),
                ("text", "地址已经搬了"),
                ("contact", ""),
                ("website", ""),
            ],
            "/feedback" => vec![("receipt", receipt.as_str()), ("do", "delete-contact")],
            // Answers a table by a table, and keeps nothing.
            "/check" => continue,
            _ => {
                let status = scene.app.ask("POST", &path, &[]).await.status;
                assert_eq!(
                    status, 405,
                    "{pattern} takes forms, and none is forged here"
                );
                continue;
            }
        };
        let form = form(&fields);
        let (mut own, mut other) = (Browser::new(&scene.app), Browser::new(&scene.app));
        own.get(&path).await;
        other.get(&path).await;
        let (token, others) = (own.csrf.clone(), other.csrf.clone());
        assert_ne!(token, others, "{path}: a token of each browser's own");
        let before = scene.held();
        for (what, token, from) in [
            ("no token", "", "same-origin"),
            ("another browser's token", others.as_str(), "same-origin"),
            ("another site", token.as_str(), "cross-site"),
            ("a neighbouring site", token.as_str(), "same-site"),
            ("no cookie", token.as_str(), "same-origin"),
        ] {
            let forged = form.clone().with("csrf", token);
            let from = [("sec-fetch-site", from)];
            let answer = match what {
                "no cookie" => Browser::new(&scene.app).send(&path, &from, &forged).await,
                _ => own.send(&path, &from, &forged).await,
            };
            assert_eq!(answer.status, 403, "{path} with {what}: {}", answer.text());
            assert_eq!(scene.held(), before, "{path} with {what}");
        }
        let answer = own.send(&path, &[], &form.with("csrf", &token)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(scene.held().records > before.records, "{path} does nothing");
        tried.push(pattern);
    }
    assert_eq!(tried, ["/items/{code}/feedback", "/feedback"]);
}
