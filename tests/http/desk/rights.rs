//! Who sees what of the console, and who may do what there: what is not theirs is not there.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use quanze::http::console_paths;

use super::forgery::plausible;
use super::{Browser, CITY, DRAFT, Scene};
use crate::support::app::Answer;

/// Every page, and what the cast is answered while the draft is under review: the department's editor,
/// another's, list office, legal office, operator, auditor.
const PAGES: [(&str, [u16; 6]); 24] = [
    ("/console/sign-in", [200; 6]),
    ("/console/password", [200; 6]),
    ("/console", [200; 6]),
    ("/console/done", [200; 6]),
    ("/console/upload", [200, 200, 403, 403, 403, 403]),
    ("/console/drafts/{id}", REVIEWED),
    ("/console/drafts/{id}/act", LEADS),
    ("/console/drafts/{id}/declaration", LEADS),
    ("/console/drafts/{id}/changes", LEADS),
    ("/console/drafts/{id}/rebase", LEADS),
    (
        "/console/drafts/{id}/items/{position}",
        [403, 404, 403, 403, 404, 403],
    ),
    ("/console/drafts/{id}/file", REVIEWED),
    ("/console/drafts/{id}/marked.xlsx", REVIEWED),
    ("/console/drafts/{id}/findings", REVIEWED),
    ("/console/lists/{number}", OWN),
    ("/console/lists/{number}/edition.xlsx", OWN),
    ("/console/lists/{number}/new", OWN),
    ("/console/lists/{number}/items/{code}", OWN),
    ("/console/accounts", [403, 403, 403, 403, 200, 200]),
    ("/console/accounts/{id}", [403, 403, 403, 403, 200, 403]),
    ("/console/tokens", [200; 6]),
    ("/console/letters", [200; 6]),
    ("/console/letters/{id}", [200, 404, 200, 404, 404, 200]),
    ("/console/journal", [403, 403, 403, 403, 200, 200]),
];
const REVIEWED: [u16; 6] = [200, 404, 200, 200, 404, 200];
/// What only takes forms leads those who see the draft to it.
const LEADS: [u16; 6] = [303, 404, 303, 303, 404, 303];
const OWN: [u16; 6] = [200, 404, 404, 404, 404, 404];

/// Forms by path, and who may send them.
const FORMS: [(&str, &[&str]); 15] = [
    ("/console/upload", &["editor", "other editor"]),
    ("/console/drafts/{id}/act", &["editor"]),
    ("/console/drafts/{id}/declaration", &["editor"]),
    ("/console/drafts/{id}/changes", &["editor"]),
    ("/console/drafts/{id}/rebase", &["editor"]),
    ("/console/drafts/{id}/file", &["editor"]),
    ("/console/lists/{number}/new", &["editor"]),
    ("/console/lists/{number}/items/{code}", &["editor"]),
    (
        "/console/lists/{number}/items/{code}/withdrawal",
        &["editor"],
    ),
    ("/console/accounts", &["operator"]),
    ("/console/accounts/{id}", &["operator"]),
    ("/console/tokens", &["editor"]),
    ("/console/tokens/{id}/revocation", &["editor", "operator"]),
    ("/console/letters/{id}", &["editor", "list office"]),
    ("/console/letters/{id}/contact", &["editor", "list office"]),
];

#[tokio::test]
async fn every_page_is_shown_to_those_alone_whose_it_is() {
    let scene = Scene::new().await;
    scene.submit().await;
    for pattern in console_paths() {
        let is_page = scene.app.get(&scene.path(pattern)).await.status != 405;
        let is_known = PAGES.iter().any(|(known, _)| *known == pattern);
        assert_eq!(is_page, is_known, "{pattern} is not told whose it is");
    }
    for (place, (who, person)) in scene.cast.all().into_iter().enumerate() {
        let mut browser = scene.browser(person).await;
        for (pattern, answers) in PAGES {
            let page = browser.get(&scene.path(pattern)).await;
            assert_eq!(page.status, answers[place], "{pattern} for the {who}");
        }
    }
}

#[tokio::test]
async fn every_page_is_valid_html() {
    let scene = Scene::new().await;
    let mut pages = Vec::new();
    for path in ["/items/KL-001/feedback", "/feedback"] {
        pages.push((path.to_owned(), scene.app.get(path).await.text().to_owned()));
    }
    for under_review in [false, true] {
        if under_review {
            scene.submit().await;
        }
        for (who, person) in scene.cast.all() {
            let mut browser = scene.browser(person).await;
            for (pattern, _) in PAGES {
                let page = browser.get(&scene.path(pattern)).await;
                let is_html = |kind: &HeaderValue| kind == "text/html; charset=utf-8";
                if page.headers.get(CONTENT_TYPE).is_some_and(is_html) {
                    let name = format!("{pattern} for the {who}");
                    pages.push((name, page.text().to_owned()));
                }
            }
        }
    }
    crate::site::check_html(&pages);
}

#[tokio::test]
async fn while_a_department_drafts_only_it_and_the_auditor_see_the_draft() {
    let scene = Scene::new().await;
    for (who, person) in scene.cast.all() {
        let mut browser = scene.browser(person).await;
        let status = match who {
            "editor" | "auditor" => 200,
            _ => 404,
        };
        for form in ["", "/file", "/marked.xlsx", "/findings"] {
            let page = browser.get(&format!("{DRAFT}{form}")).await;
            assert_eq!(page.status, status, "{form} for the {who}");
        }
        let listed = browser.get("/console").await.text().contains(DRAFT);
        assert_eq!(listed, status == 200, "among the drafts of the {who}");
    }
}

#[tokio::test]
async fn what_is_another_departments_is_on_no_page() {
    let scene = Scene::new().await;
    scene.submit().await;
    let mut other = scene.browser(&scene.cast.other).await;
    for (pattern, _) in PAGES {
        let page = other.get(&scene.path(pattern)).await;
        if page.status == 200 {
            for theirs in [CITY, DRAFT, "监督电话一直打不通", "政务系统同步（"] {
                assert!(!page.text().contains(theirs), "{pattern} shows {theirs}");
            }
        }
    }
    // An operator keeps accounts and tokens, and knows nothing of drafts and letters.
    let mut operator = scene.browser(&scene.cast.operator).await;
    for path in ["/console", "/console/done", "/console/letters"] {
        let page = operator.get(path).await;
        assert!(!page.text().contains(CITY), "{path} shows {CITY}");
    }
    // Reviewers of law answer no letters; the contact of a reader is not the auditor's to know.
    let mut legal = scene.browser(&scene.cast.legal_office).await;
    let page = legal.get("/console/letters").await;
    assert!(!page.text().contains("监督电话一直打不通"));
    for (person, knows) in [(&scene.cast.editor, true), (&scene.cast.auditor, false)] {
        let mut browser = scene.browser(person).await;
        let page = browser.get("/console/letters/1").await;
        assert!(page.text().contains("监督电话一直打不通"));
        assert_eq!(page.text().contains("13800000000"), knows);
    }
}

/// Whether two answers are the same apart from numbers.
fn assert_alike(what: &str, one: &Answer, other: &Answer) {
    let apart_from_numbers = |answer: &Answer| {
        let text = answer.text().replace(|c: char| c.is_ascii_digit(), "");
        (answer.status, answer.headers.clone(), text)
    };
    assert_eq!(apart_from_numbers(one), apart_from_numbers(other), "{what}");
}

#[tokio::test]
async fn anothers_draft_is_exactly_like_a_number_that_does_not_exist() {
    for is_submitted in [false, true] {
        let scene = Scene::new().await;
        let cast = &scene.cast;
        let mut outsiders = vec![("other editor", &cast.other), ("operator", &cast.operator)];
        if is_submitted {
            scene.submit().await;
        } else {
            outsiders.push(("list office", &cast.list_office));
            outsiders.push(("legal office", &cast.legal_office));
        }
        let before = scene.held();
        for (who, person) in outsiders {
            let mut browser = scene.browser(person).await;
            let records = scene.held().records;
            for pattern in console_paths() {
                let Some(rest) = pattern.strip_prefix("/console/drafts/{id}") else {
                    continue;
                };
                let (draft, none) = (
                    format!("{DRAFT}{rest}"),
                    format!("/console/drafts/99{rest}"),
                );
                let what = format!("{pattern} for the {who}, submitted: {is_submitted}");
                let (page, missing) = (browser.get(&draft).await, browser.get(&none).await);
                assert!(matches!(page.status, 404 | 405), "{what}: {}", page.status);
                assert_alike(&what, &page, &missing);
                let Some((_, form)) = plausible(&scene, pattern) else {
                    continue;
                };
                let form = form.with("csrf", &browser.csrf);
                let answer = browser.send(&draft, &[], &form).await;
                let missing = browser.send(&none, &[], &form).await;
                assert_eq!(answer.status, 404, "{what}: {}", answer.text());
                assert_alike(&what, &answer, &missing);
            }
            assert_eq!(scene.held().records, records, "the {who} leaves no record");
        }
        assert_eq!(
            scene.held().drafts,
            before.drafts,
            "all drafts as they were"
        );
    }
}

#[tokio::test]
async fn whoever_may_not_send_a_form_is_refused_and_changes_nothing() {
    let scene = Scene::new().await;
    let own = ["/console/sign-in", "/console/sign-out", "/console/password"];
    for pattern in console_paths() {
        let takes_forms = plausible(&scene, pattern).is_some() && !own.contains(&pattern);
        let is_known = FORMS.iter().any(|(known, _)| *known == pattern);
        assert_eq!(
            takes_forms, is_known,
            "{pattern} is not told who may send it"
        );
    }
    let mut refused = 0;
    for (who, person) in scene.cast.all() {
        let mut browser = scene.browser(person).await;
        let before = scene.held();
        for (pattern, may) in FORMS {
            if may.contains(&who) {
                continue;
            }
            let (_, form) = plausible(&scene, pattern).expect("a form");
            let form = form.with("csrf", &browser.csrf);
            let answer = browser.send(&scene.path(pattern), &[], &form).await;
            let is_refused = matches!(answer.status, 403 | 404);
            assert!(is_refused, "{pattern} by the {who}: {}", answer.status);
            assert_eq!(scene.held(), before, "{pattern} by the {who}");
            refused += 1;
        }
        if who == "auditor" {
            let sees = browser.get(DRAFT).await;
            assert_eq!(
                sees.status, 200,
                "the auditor sees what is not theirs to change"
            );
        }
    }
    assert_eq!(refused, 15 * 6 - 19, "every form by everybody else");
}

#[tokio::test]
async fn reviews_are_refused_to_all_but_the_office_whose_turn_it_is() {
    let scene = Scene::new().await;
    scene.submit().await;
    for turn in ["list office", "legal office"] {
        for act in ["approve", "return"] {
            for (who, person) in scene.cast.all() {
                if who == turn {
                    continue;
                }
                let mut browser = scene.browser(person).await;
                let before = scene.held();
                let fields = [("act", act), ("comment", "同意")];
                let answer = refused_act(&scene, &mut browser, &fields).await;
                let unseen = matches!(who, "other editor" | "operator");
                let status = if unseen { 404 } else { 403 };
                assert_eq!(answer.status, status, "{act} by the {who}, not the {turn}");
                assert_eq!(scene.held(), before, "{act} by the {who}");
            }
        }
        let whose = match turn {
            "list office" => &scene.cast.list_office,
            _ => &scene.cast.legal_office,
        };
        scene.browser(whose).await.act(DRAFT, "approve", "").await;
    }
}

/// What an act is answered in the draft's present version, whatever page the browser has seen.
async fn refused_act(scene: &Scene, browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let draft = scene.app.console.draft(&scene.cast.auditor.actor(), 1);
    let version = draft.expect("the draft").draft.version.to_string();
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    browser.post(&format!("{DRAFT}/act"), &all).await
}
