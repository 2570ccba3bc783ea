//! Every sort of page by axe-core (WCAG 2.2 AA and good practice), in light, dark and large type, on a
//! phone and on a desk; the keyboard alone; how lines stand.

use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::{Value, json};

use super::{Chromium, Scene, WIDTHS, attribute, is_readable, keep_screenshot, text, type_into};

use crate::site::{is_there, tools};

/// A page of every template over the sample lists.
const PAGES: [(&str, &str); 28] = [
    ("home", "/"),
    ("search", "/search?q=油烟"),
    (
        "search-filtered",
        "/search?q=许可&type=行政许可&sort=department",
    ),
    ("search-unsure", "/search?q=电焊培训"),
    ("nothing-found", "/search?q=量子龘龘"),
    ("nothing-left", "/search?q=油烟&type=行政奖励"),
    ("item", "/items/QZ-QL-0000074"),
    ("item-of-a-day", "/items/QZ-QL-0000074?as_of=2025-01-01"),
    ("item-measure", "/items/QZ-SC-0000001"),
    ("item-permit", "/items/QZ-QL-0000001"),
    ("compare", "/compare?item=QZ-QL-0000074&item=QZ-QL-0000001"),
    ("departments", "/departments"),
    ("department", "/departments/7"),
    ("kinds", "/kinds"),
    ("kind", "/kinds/power"),
    ("lists", "/lists"),
    ("list", "/lists/3"),
    ("difference", "/lists/3/difference?from=3&to=37"),
    (
        "difference-of-days",
        "/lists/3/difference?from=2025-01-01&to=2026-01-01&code=QZ-QL-0000002",
    ),
    ("publications", "/publications?month=2025-06"),
    ("publication", "/publications/37"),
    ("check", "/check"),
    ("check-answer", "/check?text=开个小卖部，顺便卖香烟"),
    ("negative-lists", "/negative-lists?section=C"),
    ("overview", "/overview"),
    ("data", "/data"),
    ("api", "/api"),
    ("not-found", "/no-such-page"),
];

/// Buttons, each with what shows once it is pressed.
type Presses = &'static [(&'static str, &'static str)];

/// How pages are shown: name, colour scheme, what the reader presses and what then shows.
const MODES: [(&str, &str, Presses); 3] = [
    ("light", "light", &[]),
    ("dark", "dark", &[]),
    (
        "large",
        "light",
        &[(".if-usual", "html.large"), (".if-hans", "html.hant")],
    ),
];

async fn prefer(client: &Client, scheme: &str) {
    let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
    let command = json!({
        "cmd": "Emulation.setEmulatedMedia",
        "params": { "features": [feature] },
    });
    client
        .issue_cmd(Chromium(command))
        .await
        .expect("a colour scheme");
}

/// What is wrong with the page that is shown: axe's findings, lines that stand too close, a page that
/// is wider than its screen.
pub(super) const FINDINGS: &str = "
    document.querySelectorAll('details').forEach(d => d.open = true);
    const close = [...document.querySelectorAll('body *')].filter(e => {
        const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        if (!own || e.closest('svg')) return false;
        const style = getComputedStyle(e);
        return parseFloat(style.lineHeight) < 1.3 * parseFloat(style.fontSize);
    }).map(e => 'lines too close: ' + e.outerHTML.slice(0, 120));
    const wide = document.documentElement.scrollWidth > innerWidth ? ['too wide'] : [];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(found =>
        found.violations.flatMap(rule => rule.nodes.map(node =>
            rule.impact + ' ' + rule.id + ': ' + node.html.slice(0, 160)
        )).concat(close, wide));";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_in_every_mode() {
    let axe = tools().join("axe-core/axe.min.js");
    if !is_there(&axe) {
        return;
    }
    let axe = std::fs::read_to_string(axe).expect("axe-core");
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    let mut findings = Vec::new();
    for width in WIDTHS {
        let client = scene.browser(width).await;
        client.goto(site).await.expect("home");
        for (mode, scheme, chosen) in MODES {
            prefer(&client, scheme).await;
            for (button, then) in chosen {
                super::click(&client, button, then).await;
            }
            for (name, path) in PAGES {
                client.goto(&format!("{site}{path}")).await.expect("page");
                client.execute(&axe, vec![]).await.expect("axe");
                let found = client.execute(FINDINGS, vec![]).await.expect("axe runs");
                for finding in found.as_array().expect("a list") {
                    findings.push(format!("{name} {mode} {width}: {finding}"));
                }
                keep_screenshot(&client, &format!("{name}-{mode}"), width).await;
            }
        }
        client.close().await.expect("browser ends");
    }
    renew_gallery(&GALLERY);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// Screenshots that the README shows.
const GALLERY: [&str; 4] = [
    "search-light-1280.png",
    "item-light-390.png",
    "department-light-390.png",
    "overview-dark-1280.png",
];

/// Takes this run's screenshots into the README's gallery where `UPDATE` says so: otherwise every run
/// would change files of the repository.
pub(super) fn renew_gallery(names: &[&str]) {
    if std::env::var_os("UPDATE").is_none() {
        return;
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let gallery = root.join("tests/gallery");
    std::fs::create_dir_all(&gallery).expect("folder");
    for name in names {
        let from = root.join("target/screenshots").join(name);
        std::fs::copy(from, gallery.join(name)).expect("copied");
    }
}

async fn press(client: &Client, value: char) {
    let keys = KeyActions::new("keys".to_owned());
    let keys = keys.then(KeyAction::Down { value });
    let keys = keys.then(KeyAction::Up { value });
    client.perform_actions(keys).await.expect("a key");
}

/// What has the focus: its text, and how thick its outline is.
const FOCUSED: &str = "
    const e = document.activeElement;
    const style = getComputedStyle(e);
    return [e.innerText || e.getAttribute('aria-label') || e.name || e.tagName,
            style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)];";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_reached_and_seen_by_keyboard() {
    const TAB: char = '\u{e004}';
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    for width in WIDTHS {
        let client = scene.browser(width).await;
        for path in [
            "/",
            "/items/QZ-QL-0000074",
            "/search?q=许可",
            "/check",
            "/data",
        ] {
            client.goto(&format!("{site}{path}")).await.expect("page");
            let count = "return document.querySelectorAll('a[href], button, input:not([type=hidden]), \
                         textarea, summary, [tabindex=\"0\"]').length";
            let count = client.execute(count, vec![]).await.expect("a number");
            let mut seen = Vec::new();
            // The parts of a date are stops of their own.
            for _ in 0..count.as_u64().expect("a number") * 3 {
                press(&client, TAB).await;
                let focused = client.execute(FOCUSED, vec![]).await.expect("the focus");
                let (name, outline) = (focused[0].clone(), focused[1].as_f64());
                if name.as_str().is_some_and(|n| n.contains("接口文档")) {
                    seen.push(name);
                    break;
                }
                assert!(
                    outline >= Some(2.0),
                    "{path} at {width}: {name} has no outline"
                );
                seen.push(name);
            }
            assert_eq!(seen[0], "跳到正文", "{path} at {width}");
            let last = seen.last().and_then(Value::as_str).unwrap_or_default();
            assert!(
                last.contains("接口文档"),
                "{path} at {width}: ends at {last}: {seen:?}"
            );
        }
        // The first link leads past the heading of the site.
        client.goto(site).await.expect("home");
        press(&client, TAB).await;
        press(&client, '\u{e007}').await;
        let focused = client.active_element().await.expect("an element");
        assert_eq!(
            focused.attr("id").await.expect("an id").as_deref(),
            Some("main")
        );
        client.close().await.expect("browser ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_chooses_large_type_and_traditional_characters() {
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    for width in WIDTHS {
        let client = scene.browser(width).await;
        client
            .goto(&format!("{site}/search?q=油烟"))
            .await
            .expect("page");
        let size = "return parseFloat(getComputedStyle(document.body).fontSize)";
        let usual = client.execute(size, vec![]).await.expect("a size").as_f64();
        super::click(&client, ".if-usual", "html.large").await;
        let large = client.execute(size, vec![]).await.expect("a size").as_f64();
        assert!(
            large > usual.map(|usual| usual * 1.3),
            "{usual:?} {large:?}"
        );
        super::click(&client, ".if-hans", "html.hant").await;
        // Back on the same page, whose question is as it was typed.
        assert_eq!(attribute(&client, "html", "lang").await, "zh-Hant");
        assert_eq!(attribute(&client, "#q", "value").await, "油烟");
        let read = text(&client, "main").await;
        assert!(read.contains("排放油煙的處罰"), "{read}");
        keep_screenshot(&client, "large-traditional", width).await;
        // Links go on working, and what is chosen stays.
        super::click(&client, "main h2 a", "html.large article").await;
        super::click(&client, ".if-large", "html:not(.large)").await;
        super::click(&client, ".if-hant", "html:not(.hant)").await;
        is_readable(&client, "item-again", width).await;
        type_into(&client, "#q", "施工").await;
        client.close().await.expect("browser ends");
    }
}
