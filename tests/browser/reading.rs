//! A journalist narrows a search down, compares, follows numbers, takes data away; a reader without our
//! script does the same as any other.

use fantoccini::{Client, Locator};
use serde_json::json;

use super::{Chromium, Scene, WIDTHS, click, is_readable, saved, text, type_into};

/// The number that an element says first.
async fn number(client: &Client, css: &str) -> u64 {
    let text = text(client, css).await.replace(',', "");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("{css}: {text}"))
}

async fn count(client: &Client, css: &str) -> usize {
    client
        .find_all(Locator::Css(css))
        .await
        .expect("elements")
        .len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journalist_narrows_down_compares_and_takes_away() {
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    for width in WIDTHS {
        let downloads = tempfile::tempdir().expect("folder");
        let client = scene.driver.browser(width, downloads.path()).await;
        let go = async |path: &str| client.goto(&format!("{site}{path}")).await.expect("page");

        // Facets narrow down one by one, each to as many as it said, and are taken away one by one.
        go("/search?q=许可").await;
        let all = number(&client, ".bar strong").await;
        let said = number(&client, ".facet .count").await;
        click(&client, ".facet a", ".active").await;
        assert_eq!(number(&client, ".bar strong").await, said);
        click(
            &client,
            ".facet a:not(.selected)",
            ".active li:nth-child(3)",
        )
        .await;
        is_readable(&client, "search-two-filters", width).await;
        click(&client, ".active a", ".active li:nth-child(2)").await;
        click(&client, ".active a", "main h1").await;
        assert_eq!(count(&client, ".active").await, 0);
        assert_eq!(number(&client, ".bar strong").await, all);
        click(
            &client,
            ".sort a",
            ".sort a[href='/search?q=%E8%AE%B8%E5%8F%AF']",
        )
        .await;
        click(&client, ".pager [rel=next]", "ol.items[start='21']").await;
        click(&client, ".take a[href^='/search.csv']", "main").await;
        let table = std::fs::read_to_string(saved(downloads.path(), ".csv").await);
        assert!(table.expect("text").lines().count() > 20);

        // An item leads to what else rests on its law, and stands beside its like.
        go("/items/QZ-QL-0000074").await;
        let loaded = "return document.querySelector('.qr img').naturalWidth > 0";
        let loaded = client.execute(loaded, vec![]).await.expect("an answer");
        assert_eq!(loaded, json!(true), "the QR code is there");
        // Printed, it says on its first page what it is of, and nothing that is of use only here.
        let print = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "media": "print" } });
        client.issue_cmd(Chromium(print)).await.expect("print");
        let shown = "const shown = css => [...document.querySelectorAll(css)].some(e => e.offsetHeight > 0);
            return [shown('.sheet'), shown('.qr img'), shown('.law'), shown('nav, form, aside, .links')]";
        let shown = client.execute(shown, vec![]).await.expect("an answer");
        assert_eq!(shown, json!([true, true, true, false]));
        let sheet = text(&client, ".sheet").await;
        assert!(
            sheet.contains("QZ-QL-0000074") && sheet.contains("号公布（20"),
            "{sheet}"
        );
        is_readable(&client, "item-printed", width).await;
        let screen = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "media": "" } });
        client.issue_cmd(Chromium(screen)).await.expect("screen");
        click(&client, ".laws p:not(.sub) + p a", "ol.items").await;
        assert!(text(&client, "main").await.contains("大气污染防治法"));
        go("/items/QZ-CL-0000011").await;
        click(&client, "a[href^='/compare']", "table.compared").await;
        is_readable(&client, "compare-from-item", width).await;

        // A department's picture has its table; a number of the overview leads to as many.
        go("/departments/7").await;
        assert_eq!(count(&client, "svg.chart[role=img]").await, 1);
        click(
            &client,
            "[aria-labelledby=shared] summary",
            "details[open] table",
        )
        .await;
        is_readable(&client, "department-table", width).await;
        go("/overview").await;
        let said = number(&client, ".bars .number").await;
        click(&client, ".bars a", ".bar strong").await;
        assert_eq!(number(&client, ".bar strong").await, said);
        go("/overview").await;
        click(
            &client,
            "[aria-labelledby=changes] summary",
            "details[open] table",
        )
        .await;
        click(
            &client,
            "[aria-labelledby=changes] tbody a",
            ".publications",
        )
        .await;
        is_readable(&client, "publications-of-a-month", width).await;

        // Data is taken away whole; an example of the API answers.
        go("/data").await;
        click(
            &client,
            "button[formaction$='/kinds/power/items.jsonl']",
            "main",
        )
        .await;
        let lines = std::fs::read_to_string(saved(downloads.path(), ".jsonl").await);
        assert!(
            lines
                .expect("text")
                .lines()
                .all(|line| line.starts_with('{'))
        );
        go("/api").await;
        click(&client, ".endpoint p a", "pre, body").await;
        let answer = client.source().await.expect("source");
        assert!(answer.contains("\"query\""), "{answer}");
        client.close().await.expect("browser ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_needs_a_script() {
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    // A driver cannot steer a browser that runs no script at all; ours is the only one of the site.
    let on = json!({ "cmd": "Network.enable", "params": {} });
    let off = json!({
        "cmd": "Network.setBlockedURLs",
        "params": { "urls": ["*/static/*.js*"] },
    });
    for width in WIDTHS {
        let client = scene.browser(width).await;
        for command in [&on, &off] {
            let sent = client.issue_cmd(Chromium(command.clone())).await;
            sent.expect("no script");
        }
        client.goto(&format!("{site}/")).await.expect("home");
        type_into(&client, "#q", "餐饮油烟\u{e007}").await;
        let shown = client.wait().for_element(Locator::Css("ol.items")).await;
        shown.expect("results");
        // The script that would make a combobox of the box has not run.
        let input = client.find(Locator::Css("#q")).await.expect("the box");
        assert_eq!(input.attr("role").await.expect("an attribute"), None);
        click(&client, "ol.items a", "article").await;
        click(&client, ".if-usual", "html.large").await;
        click(&client, ".if-hans", "html.hant").await;
        click(&client, ".if-large", "html:not(.large)").await;
        client.goto(&format!("{site}/check")).await.expect("page");
        type_into(&client, "#text", "开个小卖部，顺便卖香烟").await;
        click(&client, "form.check button", ".verdict").await;
        client
            .goto(&format!("{site}/departments/7"))
            .await
            .expect("page");
        click(
            &client,
            "[aria-labelledby=shared] summary",
            "details[open] table",
        )
        .await;
        client.close().await.expect("browser ends");
    }
}
