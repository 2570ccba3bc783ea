//! Pages as readers meet them.

use crate::support::app::{TestApp, added, list, power};

/// A path for each route of pages in an app that has lists.
fn paths() -> Vec<String> {
    quanze::http::page_paths()
        .into_iter()
        .map(|path| {
            let path = path.replace("{code}", "KL-001").replace("{number}", "1");
            let path = path
                .replace("{key}", "power")
                .replace("{name}", "style.css");
            match path.as_str() {
                "/compare" => format!("{path}?item=KL-001&item=KL-002"),
                _ if path.ends_with("/difference") => format!("{path}?from=1&to=2"),
                _ => path,
            }
        })
        .collect()
}

#[tokio::test]
async fn every_page_renders() {
    let app = TestApp::new();
    for path in paths() {
        let page = app.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        if page.header("content-type").starts_with("text/html") {
            check(&path, page.text());
            // A form is made for one reader. Elsewhere a publication is seen at once, also through a
            // cache.
            if path.ends_with("/feedback") {
                assert_eq!(page.header("cache-control"), "no-store", "{path}");
                continue;
            }
            assert_eq!(page.header("cache-control"), "no-cache", "{path}");
            assert!(!page.header("etag").is_empty(), "{path}");
        }
    }
}

/// What holds for every page.
fn check(path: &str, html: &str) {
    for (what, words) in [
        ("language", "<html lang=\"zh-CN\">"),
        ("width", "width=device-width"),
        ("skip link", "href=\"#main\""),
        ("main", "<main id=\"main\""),
        ("labelled search", "<label for=\"q\">"),
        ("day", "数据截至 <strong>2026年"),
        ("source", "来源："),
        ("law", "清单不是法律"),
        ("data", "本页数据（JSON）"),
    ] {
        assert!(html.contains(words), "{path} lacks its {what}\n{html}");
    }
    assert_eq!(
        html.matches("<h1").count(),
        1,
        "{path} has one main heading"
    );
    // What search engines read of an item is data and does not run.
    let data = html
        .matches("<script type=\"application/ld+json\">")
        .count();
    let scripts = html.matches("<script").count() - data;
    let own = html.matches("<script src=\"/static/suggest.js?v=").count();
    assert!(scripts == own && own == 1, "{path} runs our one script");
    assert!(
        !html.contains(" style=") && !html.contains("<style"),
        "{path} has inline style"
    );
    for host in [
        "src=\"http",
        "link rel=\"stylesheet\" href=\"http",
        "src=\"//",
    ] {
        assert!(!html.contains(host), "{path} loads from {host}");
    }
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere() {
    let app = TestApp::new();
    let mut seen: Vec<String> = Vec::new();
    let mut open = vec!["/".to_owned()];
    while let Some(path) = open.pop() {
        if seen.contains(&path) || seen.len() > 400 {
            continue;
        }
        seen.push(path.clone());
        let page = app.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        for part in page.text().split("href=\"").skip(1) {
            let link = part
                .split('"')
                .next()
                .unwrap()
                .replace("&#38;", "&")
                .replace("&amp;", "&");
            if link.starts_with('/') {
                open.push(link);
            }
        }
    }
    assert!(seen.len() > 60, "only {} links", seen.len());
    for path in [
        "/items/KL-003",
        "/departments/1",
        "/publications/2",
        "/lists/2",
    ] {
        assert!(seen.iter().any(|s| s == path), "{path} is not linked");
    }
}

#[tokio::test]
async fn an_empty_register_is_told_plainly() {
    let app = TestApp::empty();
    app.follow();
    for path in [
        "/",
        "/departments",
        "/lists",
        "/publications",
        "/kinds",
        "/kinds/power",
    ] {
        let page = app.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        check(path, page.text());
    }
    assert!(app.get("/").await.text().contains("尚未收录"));
    assert_eq!(app.get("/api/v1/search?q=a").await.json()["total"], 0);
}

#[tokio::test]
async fn markup_in_values_stays_text() {
    let app = TestApp::empty();
    let nasty = "<script>alert(1)</script>\"'&<img src=x onerror=y>";
    let list = list("<b>城市管理局</b>", "<i>清单</i>");
    let mut item = power(&list, nasty, nasty);
    item.head.sub_name = nasty.into();
    for value in item.fields.values_mut() {
        *value = nasty.into();
    }
    item.originals = item.fields.clone();
    let both = ["KL-001", "KL-002"].map(|code| added(code, item.clone()));
    app.publish(&list, "2025-01-01", both.into());
    item.fields
        .insert("basis".into(), format!("{nasty}{nasty}"));
    let change = app.change(quanze::domain::Action::Amended, "KL-001", item);
    app.publish(&list, "2025-02-01", vec![change]);
    app.follow();
    let mut paths = paths();
    paths.push("/search?q=%3Cscript%3Ealert(1)&type=%3Cscript%3E".into());
    paths.push("/search?q=alert".into());
    for path in paths {
        let page = app.get(&path).await;
        assert!(page.status == 200, "{path}: {}", page.text());
        let html = page.text();
        for raw in ["<script>alert", "<img src=x", "<b>城市", "<i>清单"] {
            assert!(!html.contains(raw), "{path} lets {raw} through");
        }
    }
    let hit = &app.get("/api/v1/search?q=alert").await.json()["hits"][0]["highlights"]["name"];
    assert!(
        hit.as_str()
            .unwrap()
            .contains("&lt;script&gt;<mark>alert</mark>"),
        "{hit}"
    );
}

#[tokio::test]
async fn very_long_texts_render() {
    let app = TestApp::empty();
    let long = "依照法律法规的规定，责令改正；逾期不改正的，处罚款。\n".repeat(1_300);
    let list = list(&"克拉玛依市城市管理局".repeat(20), &"权责清单".repeat(50));
    let mut item = power(&list, &"对违法行为的处罚".repeat(60), "行政处罚");
    item.head.sub_name = "子项".repeat(200);
    for value in item.fields.values_mut() {
        *value = long.clone();
    }
    let both = ["KL-001", "KL-002"].map(|code| added(code, item.clone()));
    app.publish(&list, "2025-01-01", both.into());
    item.fields
        .insert("basis".into(), format!("{long}增加一款。"));
    let change = app.change(quanze::domain::Action::Amended, "KL-001", item);
    app.publish(&list, "2025-02-01", vec![change]);
    app.follow();
    for path in paths() {
        assert_eq!(app.get(&path).await.status, 200, "{path}");
    }
    let page = app.get("/lists/1/difference?from=1&to=2").await;
    assert!(
        page.body.len() < 60_000,
        "unchanged text is left out of differences"
    );
}

#[tokio::test]
async fn static_files_are_kept_for_ever_under_their_digest() {
    let app = TestApp::empty();
    let page = app.get("/").await;
    let path = page
        .text()
        .split("href=\"")
        .find(|p| p.starts_with("/static/style.css"))
        .unwrap();
    let path = path.split('"').next().unwrap();
    assert!(path.contains("?v="), "{path}");
    let style = app.get(path).await;
    assert_eq!(
        (style.status, style.header("content-type")),
        (200, "text/css; charset=utf-8")
    );
    assert!(style.header("cache-control").contains("immutable"));
    assert!(style.body.len() < 20_000);
    let script = app.get("/static/suggest.js").await;
    assert!(script.status == 200 && script.body.len() < 10_000);
    let again = app
        .ask("GET", path, &[("if-none-match", style.header("etag"))])
        .await;
    assert_eq!(again.status, 304);
    assert_eq!(
        app.get("/favicon.ico").await.header("content-type"),
        "image/svg+xml"
    );
}
