//! Paths through the site, with what readers see on each.

use std::time::Duration;

use fantoccini::Locator;

use super::{Driver, Scene, WIDTHS, attribute, click, is_readable, saved, text, type_into};
use crate::cli::{Server, quanze};
use crate::intake::make::xlsx_of;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_finds_who_answers_for_noise() {
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    for width in WIDTHS {
        let client = scene.browser(width).await;
        client.goto(&format!("{site}/")).await.expect("home");
        is_readable(&client, "home", width).await;

        // Types a question and sends the form with the keyboard alone.
        let field = client
            .find(Locator::Css("form input[name=q]"))
            .await
            .expect("search field");
        field.send_keys("施工噪声\u{e007}").await.expect("typed");
        client
            .wait()
            .for_element(Locator::Css("mark"))
            .await
            .expect("marked hits");
        is_readable(&client, "search", width).await;

        // The first hit leads to the item, with its basis and the way to complain.
        client
            .find(Locator::Css("main a[href^='/items/']"))
            .await
            .expect("a hit")
            .click()
            .await
            .expect("followed");
        client
            .wait()
            .for_element(Locator::Css("main h1"))
            .await
            .expect("item");
        is_readable(&client, "item", width).await;
        let item = text(&client, "main").await;
        assert!(
            item.contains("噪声") && item.contains("《") && item.contains("12345"),
            "{item}"
        );
        assert!(item.contains("样例"), "sample data says so: {item}");

        for (path, name) in [
            ("/departments", "departments"),
            ("/departments/1", "department"),
            ("/kinds/power", "kind"),
            ("/lists/1", "list"),
            ("/publications", "publications"),
            ("/publications/36", "publication"),
            (
                "/search?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84%E4%BA%8B%E9%BE%98%E9%BE%98",
                "nothing-found",
            ),
            ("/negative-lists", "negative-lists"),
            ("/negative-lists?section=C", "negative-lists-section"),
            ("/no-such-page", "not-found"),
        ] {
            client.goto(&format!("{site}{path}")).await.expect("page");
            is_readable(&client, name, width).await;
        }
        client.close().await.expect("browser ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suggestions_are_chosen_by_keys_alone() {
    const OPEN: &str = "#suggestions:not([hidden]) [role=option]";
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    for width in WIDTHS {
        let client = scene.browser(width).await;
        client.goto(&format!("{site}/")).await.expect("home");
        assert_eq!(attribute(&client, "#q", "aria-expanded").await, "false");
        // By pinyin, as one types before the input method has made characters of it.
        type_into(&client, "#q", "canyin").await;
        let shown = client.wait().for_element(Locator::Css(OPEN)).await;
        shown.expect("suggestions");
        assert_eq!(attribute(&client, "#q", "aria-expanded").await, "true");
        is_readable(&client, "suggestions", width).await;
        let heard = attribute(&client, "#suggestions-status", "role").await;
        assert_eq!(heard, "status");

        // Escape closes and keeps what was typed.
        type_into(&client, "#q", "\u{e00c}").await;
        assert_eq!(attribute(&client, "#q", "aria-expanded").await, "false");

        // Down marks the first, Enter follows it.
        type_into(&client, "#q", "\u{e003}n").await;
        let shown = client.wait().for_element(Locator::Css(OPEN)).await;
        shown.expect("suggestions");
        type_into(&client, "#q", "\u{e015}").await;
        let marked = attribute(&client, "#q", "aria-activedescendant").await;
        assert_eq!(marked, "suggestion-0");
        let first = format!("#{marked}");
        assert_eq!(attribute(&client, &first, "aria-selected").await, "true");
        type_into(&client, "#q", "\u{e007}").await;
        let followed = client.wait().for_element(Locator::Css("main h1")).await;
        followed.expect("the page");
        let mut address = client.current_url().await.expect("an address");
        for _ in 0..50 {
            if address.path() != "/" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            address = client.current_url().await.expect("an address");
        }
        assert_ne!(address.path(), "/");
        client.close().await.expect("browser ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_owner_asks_and_a_clerk_uploads_a_table() {
    let Some(scene) = Scene::start() else {
        return;
    };
    let site = &scene.site;
    for width in WIDTHS {
        let downloads = tempfile::tempdir().expect("folder");
        let client = scene.driver.browser(width, downloads.path()).await;
        client.goto(&format!("{site}/check")).await.expect("page");
        is_readable(&client, "check", width).await;

        type_into(&client, "#text", "开个小卖部，顺便卖香烟").await;
        click(&client, "form.check button", ".verdict").await;
        is_readable(&client, "check-answer", width).await;
        let answer = text(&client, "main").await;
        for expected in ["需许可", "烟草专卖零售", "不是法律意见"] {
            assert!(answer.contains(expected), "{expected}: {answer}");
        }
        // The permanent link shows the same again.
        click(&client, ".rests a[href*='publication=']", ".verdict").await;
        assert_eq!(text(&client, "main").await, answer);

        // A whole table: what is no table is told on the page, a workbook answered by a workbook.
        client.goto(&format!("{site}/check")).await.expect("page");
        let wrong = downloads.path().join("wrong.txt");
        std::fs::write(&wrong, "编号,投资者,描述\n").expect("written");
        type_into(&client, "#table", &wrong.to_string_lossy()).await;
        click(&client, ".batch button", ".batch [role=alert]").await;
        is_readable(&client, "check-table-refused", width).await;
        let rows = [
            ["编号", "投资者", "描述"],
            ["1", "内资", "卖香烟"],
            ["2", "火星", "卖香烟"],
        ];
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let table = downloads.path().join("table.in");
        std::fs::write(&table, xlsx_of(&rows)).expect("written");
        type_into(&client, "#table", &table.to_string_lossy()).await;
        click(&client, ".batch input[value=csv]", ".batch").await;
        click(&client, ".batch button", ".batch").await;
        let answers = saved(downloads.path(), ".csv").await;
        let answers = std::fs::read_to_string(answers).expect("text");
        assert!(answers.contains("1,内资,卖香烟,需许可,"), "{answers}");
        assert!(
            answers.contains("未核对") && answers.contains("第 3 行"),
            "{answers}"
        );
        client.close().await.expect("browser ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn very_long_names_and_empty_fields_look_right() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(driver) = Driver::start() else {
        return;
    };
    let long = |text: &str, times: usize| text.repeat(times);
    let department = format!("辽阳市{}管理局", long("综合行政执法与应急", 3));
    let name = long("对违反规定擅自占用挖掘城市道路的处罚", 12);
    let word = long("abcdefghij", 30);
    let rows = [
        [
            "序号",
            "事项名称",
            "子项名称",
            "权力类型",
            "实施依据",
            "行使主体",
            "承办机构",
            "监督电话",
        ],
        [
            "1",
            &name,
            &word,
            "行政处罚",
            &word,
            &department,
            &long("科", 200),
            &word,
        ],
        [
            "2",
            "名",
            "",
            "行政检查",
            "《广告法》",
            &department,
            "一科",
            "",
        ],
    ];
    let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    let file = folder.path().join("长.xlsx");
    std::fs::write(&file, xlsx_of(&rows)).expect("written");
    let state = folder.path();
    let arguments = [
        "--department",
        &department,
        "--region",
        "211000",
        "--kind",
        "power",
    ];
    let done = quanze(state)
        .arg("ingest")
        .args(arguments)
        .args([
            "--title",
            &long("权责清单", 40),
            "--effective",
            "2025-01-01",
        ])
        .arg(&file)
        .output()
        .expect("ingest runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stdout)
    );
    let server = Server::start(state, &[]);
    let site = format!("http://{}", server.address);
    for width in WIDTHS {
        let client = driver.browser(width, folder.path()).await;
        for (page, path) in [
            ("long-home", "/"),
            ("long-search", "/search?q=占用道路"),
            ("long-item", "/items/QZ-QL-0000001"),
            ("empty-item", "/items/QZ-QL-0000002"),
            (
                "long-compare",
                "/compare?item=QZ-QL-0000001&item=QZ-QL-0000002",
            ),
            ("long-department", "/departments/1"),
            ("long-list", "/lists/1"),
            ("long-lists", "/lists"),
            ("long-publication", "/publications/1"),
            ("long-overview", "/overview"),
        ] {
            client.goto(&format!("{site}{path}")).await.expect("page");
            is_readable(&client, page, width).await;
        }
        client.close().await.expect("browser ends");
    }
}
