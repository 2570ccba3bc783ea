//! The whole sample site, link by link: nothing is dead, every page says what it is, of which day and
//! from whom, and the HTML is valid (Nu HTML checker).

mod crawl;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::Server;
use crawl::{Crawl, Page};

/// Pages of one sort that are kept for the checker of HTML: more of them say the same.
const KEPT: usize = 12;

/// The folder in which `tests/run` puts what checks pages.
pub fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules")
}

/// Whether a tool is there. Where it is not, says so; in CI it has to be.
pub fn is_there(tool: &Path) -> bool {
    let there = tool.is_file();
    assert!(
        there || std::env::var_os("CI").is_none(),
        "{} is missing: tests/run installs it",
        tool.display()
    );
    if !there {
        println!("skipped: {} is missing", tool.display());
    }
    there
}

#[test]
fn no_link_is_dead_and_the_html_is_valid() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(folder.path(), &[]);
    let pages = Crawl::new(&server).run();
    for page in &pages {
        assert_eq!(page.status, 200, "{} from {}", page.path, page.from);
        if page.is_html() {
            check(page);
        }
    }
    assert!(pages.len() > 2_000, "only {} links", pages.len());
    for path in [
        "/overview",
        "/data",
        "/api",
        "/compare",
        "/negative-lists",
        "/catalog.jsonld",
        "/sitemap.xml",
        "/api/v1/statistics",
    ] {
        let found = pages.iter().any(|page| page.path.starts_with(path));
        assert!(found, "{path} is not linked");
    }
    validate(&pages, &server.get("/no-such-page"));
}

/// What every page says.
fn check(page: &Page) {
    let (path, html) = (&page.path, &page.body);
    let between = |start: &str, end: &str| {
        let rest = html.split_once(start)?.1;
        Some(rest.split_once(end)?.0.trim().to_owned())
    };
    let title = between("<title>", "</title>").unwrap_or_default();
    assert!(
        title.ends_with(" - 权责") && title.len() > 9,
        "{path}: title {title:?}"
    );
    let day = between("数据截至 <strong>", "</strong>").unwrap_or_default();
    assert!(
        day.contains('年') && day.ends_with('日'),
        "{path}: day {day:?}"
    );
    let source = between("来源：", "。").unwrap_or_default();
    assert!(!source.is_empty(), "{path} does not say its source");
    assert_eq!(
        html.matches("<h1").count(),
        1,
        "{path} has one main heading"
    );
    // Only documents that hold whole texts may be longer: items and differences.
    let is_text = ["/items/", "/compare", "/lists/"]
        .iter()
        .any(|p| path.starts_with(p));
    assert!(
        is_text || html.len() < 50_000,
        "{path} has {} bytes",
        html.len()
    );
}

/// Some pages of every sort, and one of an error.
fn validate(pages: &[Page], error: &str) {
    let mut kept: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let (head, error) = error.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains(" 404 "), "{head}");
    let mut checked = vec![("an error".to_owned(), error.to_owned())];
    for page in pages.iter().filter(|page| page.is_html()) {
        let sort = page
            .path
            .split(['/', '?'])
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        let count = kept.entry(sort).or_default();
        *count += 1;
        if *count <= KEPT {
            checked.push((page.path.clone(), page.body.clone()));
        }
    }
    let count = checked.len();
    assert!(count > 60, "only {count} pages are checked");
    check_html(&checked);
}

/// Asks the checker of HTML, which may be missing, for pages, warnings included; each has the path that
/// it was asked for by.
pub fn check_html(pages: &[(String, String)]) {
    let checker = tools().join("vnu-jar/build/dist/vnu.jar");
    if !is_there(&checker) {
        return;
    }
    let folder = tempfile::tempdir().expect("folder");
    let mut names = Vec::new();
    for (path, html) in pages {
        let name = format!("{}.html", names.len());
        std::fs::write(folder.path().join(&name), html).expect("written");
        names.push(format!("{name} is {path}"));
    }
    let output = Command::new("java")
        .args(["-Xmx512m", "-jar"])
        .arg(&checker)
        .args(["--Werror", "--stdout"])
        .arg(folder.path())
        .output()
        .expect("java runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", names.join("\n"));
}
