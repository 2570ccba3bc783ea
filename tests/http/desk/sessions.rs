//! Signing in and out: who gets a session, how long it lasts, and what a cookie is worth that somebody
//! else has set.

use quanze::http::{console_paths, url};

use super::{Browser, Cast, PASSWORD, Person, Scene, form, hidden, site};
use crate::support::app::{Answer, TestApp};

const SIGN_IN: &str = "/console/sign-in";

/// A path of the console filled in with numbers that need not exist.
fn filled(pattern: &str) -> String {
    let path = pattern.replace("{id}", "1").replace("{number}", "1");
    path.replace("{code}", "KL-001").replace("{position}", "0")
}

/// Where an answer leads; blank for one that leads nowhere.
fn leads_to(answer: &Answer) -> &str {
    match answer.status {
        303 => answer.header("location"),
        _ => "",
    }
}

/// What the console's first page answers whoever has this session.
async fn opened(app: &TestApp, session: &str) -> Answer {
    let cookie = format!("session={session}");
    app.ask("GET", "/console", &[("cookie", &cookie)]).await
}

#[tokio::test]
async fn without_a_session_every_path_leads_to_the_sign_in_page_alone() {
    let app = TestApp::new();
    let unknown = format!("session={}", "ab".repeat(32));
    for pattern in console_paths() {
        if pattern == SIGN_IN {
            continue;
        }
        let path = filled(pattern);
        let mut methods = Vec::new();
        for method in ["GET", "POST"] {
            let to = match (method, pattern) {
                ("GET", "/console") | ("POST", _) => String::new(),
                _ => path.clone(),
            };
            let to = url::with(SIGN_IN, [("to", to)]);
            for cookie in ["", "session=", &unknown] {
                let answer = app.ask(method, &path, &[("cookie", cookie)]).await;
                if answer.status == 405 {
                    // Nor does it say otherwise which methods there are.
                    let allowed = answer.header("allow");
                    assert!(!allowed.contains(method), "{method} {path}: {allowed}");
                    continue;
                }
                assert_eq!(leads_to(&answer), to, "{method} {path} with {cookie}");
                assert!(answer.body.is_empty(), "{method} {path} shows something");
                assert_eq!(answer.header("cache-control"), "no-store", "{path}");
                methods.push(method);
            }
        }
        assert!(!methods.is_empty(), "{path} takes neither GET nor POST");
    }
}

#[tokio::test]
async fn the_cookie_of_a_session_is_for_the_console_alone_and_for_no_script() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    for (address, secure) in [
        ("https://qz.example.cn", true),
        ("http://10.0.0.5", true),
        ("http://127.0.0.1:8080", false),
        ("http://localhost:8080", false),
        ("http://[::1]:8080", false),
    ] {
        let mut browser = Browser::at(site(&app, address, false));
        let person = &cast.editor;
        let answer = browser.sign_in(&person.account.name, &person.first).await;
        assert_eq!(answer.status, 303, "{address}: {}", answer.text());
        let cookie = answer.header("set-cookie");
        let (pair, attributes) = cookie.split_once(';').expect("attributes");
        let secret = pair.strip_prefix("session=").expect("the session");
        let is_hex = |secret: &str| secret.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(secret.len() == 64 && is_hex(secret), "{cookie}");
        let mut attributes: Vec<&str> = attributes.split(';').map(str::trim).collect();
        attributes.sort_unstable();
        let mut expected = vec!["HttpOnly", "Path=/console", "SameSite=Lax"];
        if secure {
            expected.push("Secure");
        }
        assert_eq!(attributes, expected, "{address}");
    }
}

#[tokio::test]
async fn a_session_set_beforehand_is_not_the_one_afterwards_and_opens_nothing() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let made_up = "ab".repeat(32);
    let attacker = Browser::of(&app, &cast.other).await;
    for planted in [made_up.clone(), attacker.cookie("session")] {
        let mut victim = Browser::new(&app);
        victim.set_cookie("session", &planted, "/console");
        victim.enter(&app, &cast.list_office).await;
        let own = victim.cookie("session");
        assert_ne!(own, planted, "a session of one's own");
        assert_eq!(opened(&app, &own).await.status, 200);
        // Whatever it opens, it is not the victim's desk.
        let page = opened(&app, &planted).await;
        let office = &cast.list_office.account.profile.office;
        assert!(!page.text().contains(office), "{}", page.text());
        assert!(opened(&app, &own).await.text().contains(office));
    }
    assert_eq!(leads_to(&opened(&app, &made_up).await), SIGN_IN);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let mut browser = Browser::of(&app, &cast.editor).await;
    let before = browser.cookie("session");
    browser.enter(&app, &cast.editor).await;
    assert_ne!(browser.cookie("session"), before);
    assert_eq!(
        leads_to(&opened(&app, &before).await),
        SIGN_IN,
        "what the browser had before opens nothing"
    );
}

#[tokio::test]
async fn a_session_ends_an_hour_after_its_last_use() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let browser = Browser::of(&app, &cast.editor).await;
    let session = browser.cookie("session");
    for at in ["2026-11-24T04:59:59Z", "2026-11-24T05:59:59Z"] {
        app.at(at);
        assert_eq!(opened(&app, &session).await.status, 200, "{at}");
    }
    app.at("2026-11-24T07:00:00Z");
    assert_eq!(leads_to(&opened(&app, &session).await), SIGN_IN);
    // It has ended on the server: no clock brings it back.
    app.at("2026-11-24T06:00:00Z");
    assert_eq!(leads_to(&opened(&app, &session).await), SIGN_IN);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_much_it_is_used() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let browser = Browser::of(&app, &cast.editor).await;
    let session = browser.cookie("session");
    for hour in 4..16 {
        for minute in [0, 45] {
            app.at(&format!("2026-11-24T{hour:02}:{minute:02}:00Z"));
            let status = opened(&app, &session).await.status;
            assert_eq!(status, 200, "{hour}:{minute}");
        }
    }
    app.at("2026-11-24T16:00:01Z");
    assert_eq!(leads_to(&opened(&app, &session).await), SIGN_IN);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let mut browser = Browser::of(&app, &cast.editor).await;
    let session = browser.cookie("session");
    let elsewhere = Browser::of(&app, &cast.editor).await.cookie("session");
    let answer = browser.post("/console/sign-out", &[]).await;
    assert_eq!(leads_to(&answer), SIGN_IN);
    assert_eq!(browser.cookie("session"), "", "the browser forgets it");
    assert_eq!(leads_to(&opened(&app, &session).await), SIGN_IN);
    assert_eq!(opened(&app, &elsewhere).await.status, 200, "that one alone");
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_all_other_browsers() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let mut here = Browser::of(&app, &cast.editor).await;
    let mut there = Browser::of(&app, &cast.editor).await;
    let before = here.cookie("session");
    here.get("/console/password").await;
    let new = "另一句好记的话 2027";
    let fields = [("old", PASSWORD), ("password", new), ("again", new)];
    let answer = here.post("/console/password", &fields).await;
    assert_eq!(leads_to(&answer), "/console", "{}", answer.text());
    assert_eq!(here.get("/console").await.status, 200);
    assert_eq!(leads_to(&there.get("/console").await), SIGN_IN);
    assert_eq!(leads_to(&opened(&app, &before).await), SIGN_IN);
    let name = &cast.editor.account.name;
    assert_eq!(there.sign_in(name, PASSWORD).await.status, 403);
    assert_eq!(there.sign_in(name, new).await.status, 303);
}

#[tokio::test]
async fn a_password_that_others_have_set_is_changed_before_all_else() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let Person { account, first } = &cast.editor;
    let mut browser = Browser::new(&app);
    browser.sign_in(&account.name, first).await;
    let page = browser.get("/console/password").await;
    assert!(
        page.text().contains("请先改成自己的密码"),
        "{}",
        page.text()
    );
    for pattern in console_paths() {
        let own = [SIGN_IN, "/console/sign-out", "/console/password"];
        if own.contains(&pattern) {
            continue;
        }
        let path = filled(pattern);
        for answer in [browser.get(&path).await, browser.post(&path, &[]).await] {
            let leads_there = leads_to(&answer) == "/console/password";
            assert!(leads_there || answer.status == 405, "{path}");
        }
    }
    // Not by the same one, nor by one that is easily guessed.
    let simple = format!("{} 2026", account.name);
    for (new, again) in [
        (first.as_str(), first.as_str()),
        (simple.as_str(), simple.as_str()),
        ("短", "短"),
        (PASSWORD, "别的一句话 2026"),
    ] {
        let fields = [("old", first.as_str()), ("password", new), ("again", again)];
        let answer = browser.post("/console/password", &fields).await;
        assert_eq!(answer.status, 400, "{new}");
        assert!(!answer.text().contains(new), "{new} is on the page");
        assert_eq!(
            leads_to(&browser.get("/console").await),
            "/console/password"
        );
    }
    let fields = [
        ("old", first.as_str()),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let answer = browser.post("/console/password", &fields).await;
    assert_eq!(leads_to(&answer), "/console", "{}", answer.text());
    assert_eq!(browser.get("/console").await.status, 200);
}

/// Where signing in leads with this destination, by the page's own form.
async fn signed_in_to(app: &TestApp, person: &Person, to: &str) -> (String, String) {
    let mut browser = Browser::new(app);
    let page = browser
        .get(&url::with(SIGN_IN, [("to", to.to_owned())]))
        .await;
    let offered = hidden(page.text(), "to").expect("a destination");
    let fields = [
        ("account", person.account.name.as_str()),
        ("password", person.first.as_str()),
        ("to", to),
    ];
    let answer = browser.post(SIGN_IN, &fields).await;
    assert_eq!(answer.status, 303, "{to}: {}", answer.text());
    (offered, answer.header("location").to_owned())
}

#[tokio::test]
async fn signing_in_leads_inside_the_console_alone() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    for to in [
        "//evil.example",
        "https://evil.example",
        "https://evil.example/console/",
        "/\\evil.example",
        "/console/\\evil.example",
        "/consoleevil.example",
        "/console.evil.example",
        "javascript:alert(1)",
        "/items/KL-001",
        "/console/\r\nset-cookie: session=a",
        "",
    ] {
        let (offered, led) = signed_in_to(&app, &cast.editor, to).await;
        assert_eq!(
            (offered.as_str(), led.as_str()),
            ("/console", "/console"),
            "{to}"
        );
    }
    for to in ["/console/drafts/7", "/console/letters?done=1"] {
        let (_, led) = signed_in_to(&app, &cast.editor, to).await;
        assert_eq!(led, to);
    }
}

#[tokio::test]
async fn a_destination_with_dots_or_of_other_signs_leads_inside_too() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    for to in [
        "/console/../items/KL-001",
        "/console/%2e%2e/items/KL-001",
        // What no header can say must not leave whoever has signed in before a blank page.
        "/console/lists/1?q=油烟",
    ] {
        let (_, led) = signed_in_to(&app, &cast.editor, to).await;
        let base = ::url::Url::parse("https://qz.example.cn/console/sign-in").expect("an address");
        let shown = base.join(&led).expect("an address");
        let inside = shown.path() == "/console" || shown.path().starts_with("/console/");
        assert!(!led.is_empty() && inside, "{to} leads to “{led}”");
    }
}

#[tokio::test]
async fn after_too_many_failures_an_account_has_to_wait() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let Person { account, first } = &cast.editor;
    let mut browser = Browser::new(&app);
    for _ in 0..5 {
        let answer = browser.sign_in(&account.name, "不是这一句").await;
        assert_eq!(answer.status, 403, "{}", answer.text());
    }
    // Neither with the right password, nor written otherwise.
    for name in [
        account.name.clone(),
        format!(" {} ", account.name.to_uppercase()),
    ] {
        let answer = browser.sign_in(&name, first).await;
        assert_eq!(answer.status, 429, "{name}");
        assert!(answer.text().contains("请 15 分钟后再试"));
        assert_eq!(browser.cookie("session"), "");
    }
    let other = &cast.other;
    let answer = browser.sign_in(&other.account.name, &other.first).await;
    assert_eq!(answer.status, 303, "others come in");
    // Trying meanwhile does not make the wait longer.
    app.at("2026-11-24T04:10:00Z");
    assert_eq!(browser.sign_in(&account.name, first).await.status, 429);
    app.at("2026-11-24T04:15:01Z");
    assert_eq!(browser.sign_in(&account.name, first).await.status, 303);
}

#[tokio::test]
async fn a_failure_does_not_tell_which_accounts_there_are() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let (known, unknown) = (cast.editor.account.name.as_str(), "meiyouzhege");
    let mut pages = Vec::new();
    for name in [known, unknown] {
        let mut browser = Browser::new(&app);
        let mut said = Vec::new();
        for _ in 0..6 {
            let answer = browser.sign_in(name, "不是这一句").await;
            let page = answer.text().replace(&browser.csrf, "");
            said.push((answer.status, page.replace(name, "")));
        }
        assert_eq!(said.last().map(|(status, _)| *status), Some(429), "{name}");
        pages.push(said);
    }
    assert!(pages[0] == pages[1], "the same words for both");
}

#[tokio::test]
async fn after_too_many_failures_an_address_has_to_wait() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let reached = site(&app, "https://qz.example.cn", true);
    let tried = async |name: &str, password: &str, from: &str| {
        let mut browser = Browser::at(reached.clone());
        browser.get(SIGN_IN).await;
        let fields = form(&[("account", name), ("password", password)]);
        let fields = fields.with("csrf", &browser.csrf);
        let headers = [("x-forwarded-for", from)];
        browser.send(SIGN_IN, &headers, &fields).await.status
    };
    for n in 0..30 {
        // What the sender says of itself counts for nothing: only the proxy's own word does.
        let from = format!("198.51.100.{n}, 203.0.113.7");
        let status = tried(&format!("nobody-{n}"), "不是这一句", &from).await;
        assert_eq!(status, 403, "{n}");
    }
    let Person { account, first } = &cast.editor;
    assert_eq!(tried(&account.name, first, "203.0.113.7").await, 429);
    assert_eq!(tried(&account.name, first, "203.0.113.8").await, 303);
}

#[tokio::test]
async fn signing_in_well_makes_nobody_else_wait() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let reached = site(&app, "https://qz.example.cn", true);
    let Person { account, first } = &cast.editor;
    // A building whose people share one address, on a morning.
    for n in 1..=31 {
        let mut browser = Browser::at(reached.clone());
        browser.get(SIGN_IN).await;
        let fields = form(&[("account", &account.name), ("password", first)]);
        let fields = fields.with("csrf", &browser.csrf);
        let headers = [("x-forwarded-for", "203.0.113.7")];
        let answer = browser.send(SIGN_IN, &headers, &fields).await;
        assert_eq!(
            answer.status, 303,
            "only failures count, and this is the {n}th success"
        );
    }
}

#[tokio::test]
async fn nothing_of_the_console_is_kept_by_anybody() {
    let scene = Scene::new().await;
    let mut seen = 0;
    for (who, person) in scene.cast.all() {
        let mut browser = scene.browser(person).await;
        for pattern in console_paths() {
            let path = scene.path(pattern);
            let page = browser.get(&path).await;
            seen += u32::from(page.status == 200);
            assert_eq!(page.header("cache-control"), "no-store", "{who}: {path}");
            assert_eq!(page.header("etag"), "", "{who}: {path}");
        }
    }
    assert!(seen > 40, "only {seen} pages");
}
