//! The site in headless Chromium, as a citizen walks through it, on a phone and on a desk.
//! Screenshots are kept under `target/screenshots/`.

mod access;
mod desk;
mod reading;
mod walks;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::cli::Server;

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

/// The site over the sample lists, and a driver of browsers.
struct Scene {
    driver: Driver,
    /// `http://…`, without a slash at the end.
    site: String,
    _server: Server,
    folder: tempfile::TempDir,
}

impl Scene {
    /// `None`, with a printed reason, where no driver is installed.
    fn start() -> Option<Self> {
        let driver = Driver::start()?;
        let folder = tempfile::tempdir().expect("folder");
        let server = Server::start(folder.path(), &[]);
        Some(Self {
            driver,
            site: format!("http://{}", server.address),
            _server: server,
            folder,
        })
    }

    async fn browser(&self, width: u32) -> Client {
        self.driver.browser(width, self.folder.path()).await
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command of Chromium's own protocol.
#[derive(Debug)]
struct Chromium(Value);

impl WebDriverCompatibleCommand for Chromium {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.0.to_string()))
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
        // The browser keeps the name by an empty file until it has all of it.
        let is_whole = |p: &PathBuf| p.metadata().is_ok_and(|m| m.len() > 0);
        if let Some(path) = paths.find(|p| p.to_string_lossy().ends_with(ending) && is_whole(p)) {
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
