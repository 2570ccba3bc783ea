//! How a reader wants pages shown: large type, traditional characters.

use crate::support::app::{Answer, TestApp};

async fn shown(app: &TestApp, path: &str, chosen: &str) -> Answer {
    app.ask("GET", path, &[("cookie", &format!("display={chosen}"))])
        .await
}

#[tokio::test]
async fn a_choice_is_kept_in_a_cookie_and_leads_back() {
    let app = TestApp::new();
    let headers = [
        ("host", "qz.example.cn"),
        ("referer", "https://qz.example.cn/search?q=%E6%B2%B9"),
        ("cookie", "display=hant"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = app.send("POST", "/display", &headers, "large=1").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/search?q=%E6%B2%B9")
    );
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("display=large.hant; Path=/;"),
        "{cookie}"
    );
    assert!(
        cookie.contains("SameSite=Lax") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    for (body, status) in [
        ("large=2", 400),
        ("colour=red", 400),
        ("large=1&large=0", 400),
        ("", 303),
    ] {
        let answer = app.send("POST", "/display", &headers, body).await;
        assert_eq!(answer.status, status, "{body}");
    }
    assert_eq!(app.get("/display").await.status, 405);
}

#[tokio::test]
async fn pages_and_errors_are_shown_as_chosen() {
    let app = TestApp::new();
    for (path, status) in [
        ("/items/KL-001", 200),
        ("/no-such", 404),
        ("/search?page=0", 400),
    ] {
        let page = shown(&app, path, "large.hant").await;
        assert_eq!(page.status, status, "{path}");
        let html = page.text();
        assert!(
            html.contains("<html lang=\"zh-Hant\" class=\"large hant\">"),
            "{path}"
        );
        assert!(html.contains("法律、法規、規章為準"), "{path}");
    }
    let large = shown(&app, "/items/KL-001", "large").await;
    assert!(
        large
            .text()
            .contains("<html lang=\"zh-CN\" class=\"large\">")
    );
    assert!(large.text().contains("法律、法规、规章为准"));
    // Programs get the same whatever a browser chose.
    let plain = app.get("/api/v1/items/KL-001").await;
    assert_eq!(
        shown(&app, "/api/v1/items/KL-001", "hant").await.body,
        plain.body
    );
}

#[tokio::test]
async fn a_page_kept_from_before_is_not_taken_for_the_one_chosen() {
    let app = TestApp::new();
    let plain = app.get("/items/KL-001").await.header("etag").to_owned();
    let large = shown(&app, "/items/KL-001", "large")
        .await
        .header("etag")
        .to_owned();
    assert_ne!(plain, large);
    for (kept, chosen, status) in [
        (&plain, "large", 200),
        (&large, "large", 304),
        (&plain, "", 304),
        (&large, "", 200),
        (&large, "hant", 200),
    ] {
        let cookie = format!("display={chosen}");
        for encoding in ["", "gzip"] {
            let encoded = kept.trim_end_matches('"').to_owned();
            let tag = match encoding {
                "" => kept.clone(),
                _ => format!("{encoded}-gzip\""),
            };
            let headers = [
                ("cookie", cookie.as_str()),
                ("if-none-match", tag.as_str()),
                ("accept-encoding", encoding),
            ];
            let answer = app.ask("GET", "/items/KL-001", &headers).await;
            assert_eq!(answer.status, status, "{tag} {chosen}");
        }
    }
    let vary = app.get("/").await;
    let vary = vary.headers.get_all("vary").iter();
    assert!(
        vary.map(|v| v.to_str().expect("text"))
            .any(|v| v == "cookie")
    );
}

#[tokio::test]
async fn a_weakened_tag_is_known_and_a_long_page_is_whole() {
    let app = TestApp::new();
    let large = shown(&app, "/items/KL-001", "large").await;
    let weak = format!("W/{}", large.header("etag"));
    let headers = [
        ("cookie", "display=large"),
        ("if-none-match", weak.as_str()),
    ];
    let again = app.ask("GET", "/items/KL-001", &headers).await;
    assert_eq!(again.status, 304);
    assert_eq!(again.header("vary"), "cookie");
    // Files are the same for everybody, and known again.
    let file = app.get("/kinds/power/items.csv").await;
    assert_eq!(
        shown(&app, "/kinds/power/items.csv", "hant").await.body,
        file.body
    );
}
