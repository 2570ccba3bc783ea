//! The site in headless Chromium, as a citizen walks through it, on a phone and on a desk.
//! Screenshots are kept under `target/screenshots/`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;

use crate::cli::Server;
use crate::intake::make::xlsx_of;

/// Widths in pixels: an old phone and a desk.
const WIDTHS: [u32; 2] = [390, 1280];

/// The driver's process; it ends with the test.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// `None`, with a printed reason, where no driver is installed; `tests/run` installs one.
    fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .ok()?
            .local_addr()
            .ok()?
            .port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => Some(Self { child, port }),
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "chromedriver: {error}");
                println!("skipped: chromedriver cannot be started: {error}");
                None
            }
        }
    }

    /// A browser that keeps downloads in a folder.
    async fn browser(&self, width: u32, downloads: &Path) -> Client {
        let profile = tempfile::tempdir().expect("folder").keep();
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--no-first-run".to_owned(),
            format!("--user-data-dir={}", profile.display()),
            format!("--window-size={width},1400"),
        ];
        let mut capabilities = serde_json::Map::new();
        // A window is never narrower than 500 pixels; an emulated screen is.
        let screen =
            json!({ "width": width, "height": 1400, "pixelRatio": 1, "mobile": width < 600 });
        let options = json!({
            "args": arguments,
            "mobileEmulation": { "deviceMetrics": screen },
            "prefs": { "download.default_directory": downloads },
        });
        capabilities.insert("goog:chromeOptions".into(), options);
        let address = format!("http://127.0.0.1:{}", self.port);
        for _ in 0..50 {
            let connected =
                ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
                    .capabilities(capabilities.clone())
                    .connect(&address)
                    .await;
            if let Ok(client) = connected {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("the browser does not start");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn keep_screenshot(client: &Client, name: &str, width: u32) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).expect("folder");
    let picture = client.screenshot().await.expect("screenshot");
    std::fs::write(folder.join(format!("{name}-{width}.png")), picture).expect("written");
}

async fn text(client: &Client, css: &str) -> String {
    let element = client.find(Locator::Css(css)).await;
    element
        .unwrap_or_else(|e| panic!("{css}: {e}"))
        .text()
        .await
        .expect("text")
}

/// Nothing sticks out sideways, and the page says its language and has one main heading.
async fn is_readable(client: &Client, name: &str, width: u32) {
    keep_screenshot(client, name, width).await;
    let facts = client
        .execute(
            "return [document.documentElement.scrollWidth <= window.innerWidth,
                     document.documentElement.lang, document.querySelectorAll('h1').length,
                     document.title.length > 0,
                     performance.getEntriesByType('resource').every(r => new URL(r.name).host === location.host)]",
            vec![],
        )
        .await
        .expect("script runs");
    assert_eq!(
        facts,
        json!([true, "zh-CN", 1, true, true]),
        "{name} at {width}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_finds_who_answers_for_noise() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(driver) = Driver::start() else {
        return;
    };
    let server = Server::start(folder.path(), &[]);
    let site = format!("http://{}", server.address);
    for width in WIDTHS {
        let client = driver.browser(width, folder.path()).await;
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

async fn type_into(client: &Client, css: &str, keys: &str) {
    let field = client.find(Locator::Css(css)).await;
    let field = field.unwrap_or_else(|e| panic!("{css}: {e}"));
    field.send_keys(keys).await.expect("typed");
}

/// Clicks, and waits for what then shows.
async fn click(client: &Client, css: &str, then: &str) {
    let place = client.find(Locator::Css(css)).await;
    let place = place.unwrap_or_else(|e| panic!("{css}: {e}"));
    place.click().await.expect("clicked");
    let shown = client.wait().for_element(Locator::Css(then)).await;
    shown.unwrap_or_else(|e| panic!("{then} after {css}: {e}"));
}

/// The file of this ending in a folder, once it has been saved.
async fn saved(folder: &Path, ending: &str) -> PathBuf {
    for _ in 0..100 {
        let entries = std::fs::read_dir(folder).expect("folder");
        let mut paths = entries.map(|e| e.expect("entry").path());
        if let Some(path) = paths.find(|p| p.to_string_lossy().ends_with(ending)) {
            return path;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no file of {ending} was saved");
}

/// The attribute of the element, blank where it has none.
async fn attribute(client: &Client, css: &str, name: &str) -> String {
    let element = client.find(Locator::Css(css)).await;
    let element = element.unwrap_or_else(|e| panic!("{css}: {e}"));
    let value = element.attr(name).await.expect("an attribute");
    value.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suggestions_are_chosen_by_keys_alone() {
    const OPEN: &str = "#suggestions:not([hidden]) [role=option]";
    let folder = tempfile::tempdir().expect("folder");
    let Some(driver) = Driver::start() else {
        return;
    };
    let server = Server::start(folder.path(), &[]);
    let site = format!("http://{}", server.address);
    for width in WIDTHS {
        let client = driver.browser(width, folder.path()).await;
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
    let folder = tempfile::tempdir().expect("folder");
    let Some(driver) = Driver::start() else {
        return;
    };
    let server = Server::start(folder.path(), &[]);
    let site = format!("http://{}", server.address);
    for width in WIDTHS {
        let downloads = tempfile::tempdir().expect("folder");
        let client = driver.browser(width, downloads.path()).await;
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
