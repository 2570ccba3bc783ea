//! From a department's desk to the public, with a real workbook: upload, findings, mending, two reviews,
//! publication, the citizen's page, and a byte changed behind the register's back.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use fantoccini::{Client, Locator};
use serde_json::json;

use super::access::{FINDINGS, renew_gallery};
use super::{Chromium, Driver, attribute, click, keep_screenshot, saved, text, type_into};
use crate::cli::{Server, quanze};
use crate::intake::make::edited;
use crate::site::{is_there, tools};
use crate::support::shared;

const DEPARTMENT: &str = "克拉玛依市商务局";
/// What everybody chooses for a password.
const PASSWORD: &str = "a long and plain 2026";

/// A person at a browser of their own.
struct Person<'a> {
    client: Client,
    desk: &'a Desk,
}

/// The site, and who works there.
struct Desk {
    driver: Driver,
    site: String,
    folder: tempfile::TempDir,
    axe: Option<String>,
    /// What was found wrong with pages.
    findings: Mutex<Vec<String>>,
    _server: Server,
}

/// Output of a command on the desk's register.
fn command(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = quanze(folder).args(arguments).output().expect("runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

impl Desk {
    /// With the list of a real workbook in force.
    fn start(workbook: &Path) -> Option<Self> {
        let driver = Driver::start()?;
        let folder = tempfile::tempdir().expect("folder");
        let path = workbook.to_str().expect("a path");
        let ingest = ["ingest", "--department", DEPARTMENT, path];
        let (done, said) = command(folder.path(), &ingest);
        assert!(done, "{said}");
        let server = Server::start(folder.path(), &["serve"]);
        let axe = tools().join("axe-core/axe.min.js");
        Some(Self {
            driver,
            site: format!("http://{}", server.address),
            axe: is_there(&axe).then(|| std::fs::read_to_string(&axe).expect("axe-core")),
            findings: Mutex::default(),
            folder,
            _server: server,
        })
    }

    /// Adds an account by command, signs in and chooses a password.
    async fn person(&self, name: &str, office: &str, more: &[&str]) -> Person<'_> {
        let add = ["account", "add", name, "--office", office];
        let (done, said) = command(self.folder.path(), &[&add[..], more].concat());
        assert!(done, "{said}");
        let first = said.split("初始密码：").nth(1).expect("a password");
        let first = first.lines().next().expect("a line");
        let client = self.driver.browser(1280, self.folder.path()).await;
        let person = Person { client, desk: self };
        person.go("/console").await;
        type_into(&person.client, "#account", name).await;
        type_into(&person.client, "#password", first).await;
        person.press("main button", "#again").await;
        for field in ["#old", "#new", "#again"] {
            let typed = if field == "#old" { first } else { PASSWORD };
            type_into(&person.client, field, typed).await;
        }
        person.press("main button", "#waiting").await;
        person
    }
}

impl Person<'_> {
    async fn go(&self, path: &str) {
        let address = format!("{}{path}", self.desk.site);
        self.client.goto(&address).await.expect("page");
    }

    async fn press(&self, css: &str, then: &str) {
        click(&self.client, css, then).await;
    }

    /// Presses what leads to the same page anew.
    async fn send(&self, css: &str) {
        let mark = "document.body.insertAdjacentHTML('beforeend', '<i id=\"old-page\"></i>')";
        self.client.execute(mark, vec![]).await.expect("marked");
        self.press(css, "body:not(:has(#old-page)) h1").await;
    }

    async fn text(&self) -> String {
        text(&self.client, "main").await
    }

    /// Replaces what a field says.
    async fn fill(&self, css: &str, value: &str) {
        // A date is typed differently in every language of the browser.
        let set = "document.querySelector(arguments[0]).value = arguments[1]";
        let arguments = vec![json!(css), json!(value)];
        self.client.execute(set, arguments).await.expect("filled");
    }

    /// Opens what is folded around an element.
    async fn open(&self, css: &str) {
        let open = "for (let e = document.querySelector(arguments[0]); e; e = e.parentElement)
                        if (e.tagName === 'DETAILS') e.open = true;";
        self.client
            .execute(open, vec![json!(css)])
            .await
            .expect("opened");
    }

    async fn upload(&self, css: &str, file: &Path) {
        self.open(css).await;
        type_into(&self.client, css, file.to_str().expect("a path")).await;
        self.send(&format!("form:has({css}) button")).await;
    }

    /// Looks at the page on a desk and on a phone: nothing is wrong with it by axe-core, no line too
    /// close, nothing wider than the screen.
    async fn look(&self, name: &str) {
        for width in [390, 1280] {
            let screen = json!({ "width": width, "height": 1400, "deviceScaleFactor": 1,
                                 "mobile": width < 600 });
            let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": screen });
            self.client
                .issue_cmd(Chromium(command))
                .await
                .expect("a screen");
            keep_screenshot(&self.client, &format!("desk-{name}"), width).await;
            let Some(axe) = &self.desk.axe else {
                continue;
            };
            self.client.execute(axe, vec![]).await.expect("axe");
            let found = self
                .client
                .execute(FINDINGS, vec![])
                .await
                .expect("axe runs");
            let found = found.as_array().expect("a list").iter();
            let found = found.map(|f| format!("{name} at {width}: {f}"));
            self.desk.findings.lock().expect("findings").extend(found);
        }
    }
}

/// The real workbook as a clerk has changed it: texts of its string table replaced.
fn changed(workbook: &Path, to: &Path, texts: &[(&str, &str)]) -> PathBuf {
    let mut bytes = std::fs::read(workbook).expect("a workbook");
    for (from, to) in texts {
        bytes = edited(&bytes, "xl/sharedStrings.xml", from, to);
    }
    std::fs::write(to, bytes).expect("written");
    to.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_goes_from_the_desk_to_the_public_and_stays_provable() {
    let Some(workbook) = shared("lists/karamay/克拉玛依市商务局2024年权责清单.xlsx")
    else {
        return;
    };
    let Some(desk) = Desk::start(&workbook) else {
        return;
    };
    let files = tempfile::tempdir().expect("folder");
    let clerk = ["--role", "editor", "--department", DEPARTMENT];
    let clerk = desk.person("shangwu", DEPARTMENT, &clerk).await;
    clerk.look("home").await;

    // The clerk uploads this year's file. It has the faults of last year, and one more.
    let basis = "餐饮业经营管理办法（试行）》（2014年9月22日";
    let faulty = changed(
        &workbook,
        &files.path().join("商务局2026年权责清单.xlsx"),
        &[(basis, "餐饮业经营管理办法（试行）》（2014年9月31日")],
    );
    clerk.go("/console/upload").await;
    clerk.look("upload").await;
    clerk.upload("#file", &faulty).await;
    let draft = clerk.client.current_url().await.expect("an address");
    let draft = draft.path().to_owned();
    let said = clerk.text().await;
    assert!(said.contains("“9月31日”这一天不存在"), "{said}");
    assert!(said.contains("E列（实施依据）"), "{said}");
    assert!(said.contains("没有填写变动原因"), "{said}");
    clerk.look("draft-faulty").await;
    clerk.go(&format!("{draft}/findings")).await;
    let findings = clerk.text().await;
    assert!(
        findings.contains("“地州市商务主管部门”是模板中的泛称"),
        "{findings}"
    );
    assert!(findings.contains("第3行 F列（行使主体）"), "{findings}");
    clerk.look("findings").await;
    let marked = clerk
        .client
        .find(Locator::LinkText("下载标注了问题的工作簿"));
    marked
        .await
        .expect("a link")
        .click()
        .await
        .expect("clicked");
    let marked = saved(desk.folder.path(), "（问题已标注）.xlsx").await;
    assert!(std::fs::read(marked).expect("read").starts_with(b"PK"));

    // Mended, and with what the law says now.
    let mended = changed(
        &workbook,
        &files.path().join("商务局2026年权责清单（改）.xlsx"),
        &[
            ("地州市商务主管部门", DEPARTMENT),
            (
                basis,
                "餐饮业经营管理办法（试行）》（2026年修正，2014年9月22日",
            ),
        ],
    );
    clerk.go(&draft).await;
    clerk.upload("#again", &mended).await;
    let said = clerk.text().await;
    assert!(
        !said.contains("这一天不存在") && !said.contains("泛称"),
        "{said}"
    );
    // One item is no longer the department's: taken out in the list, where it is marked.
    clerk.go("/console").await;
    clerk.press("a[href^='/console/lists/']", "#q").await;
    let filter = ["#q", "form:has(#q) button"];
    type_into(&clerk.client, filter[0], "洗染业经营者备案").await;
    clerk.send(filter[1]).await;
    clerk.look("list").await;
    clerk.send("ol.items button").await;

    // What is withdrawn needs a reason, and somebody who looks after it.
    clerk.open("input[id^='reason-']:not(#reason-all)").await;
    type_into(
        &clerk.client,
        "input[id^='reason-']:not(#reason-all)",
        "依据已修改，不再备案",
    )
    .await;
    clerk
        .send("form:has(input[id^='reason-']:not(#reason-all)) button[value=annotate]")
        .await;
    clerk.go(&draft).await;
    for (field, value) in [
        ("#cause", "《餐饮业经营管理办法（试行）》修正，机构名称核对"),
        ("#document_no", "克政办发〔2026〕1号"),
        ("#supervision", "由行业管理科每季度抽查洗染业经营者。"),
    ] {
        clerk.fill(field, value).await;
    }
    let days_ago = "document.querySelector('#caused_on').value =
                        new Date(Date.now() - 3 * 864e5).toISOString().slice(0, 10)";
    clerk
        .client
        .execute(days_ago, vec![])
        .await
        .expect("filled");
    clerk.send("form:has(#cause) button").await;
    clerk.look("draft-ready").await;
    clerk.send("button[value=submit]").await;
    assert!(clerk.text().await.contains("待编办审查"));

    // The list office remarks on one item and returns the draft.
    let list_office = desk
        .person("bianban", "克拉玛依市委编办", &["--role", "list-office"])
        .await;
    list_office.look("review-home").await;
    list_office.go(&format!("{draft}?by=amended")).await;
    list_office.look("review").await;
    let remark = "ol.changes > li:first-child textarea[name=remark]";
    list_office.open(remark).await;
    type_into(&list_office.client, remark, "请写明承办机构的全称").await;
    list_office
        .send("ol.changes > li:first-child button[value=remark]")
        .await;
    type_into(&list_office.client, "#comment", "承办机构须写全称").await;
    list_office.send("button[value=return]").await;
    assert!(list_office.text().await.contains("退回修改"));

    // The clerk sees why, edits the item in a form and submits again.
    clerk.go(&format!("{draft}?by=amended")).await;
    let said = clerk.text().await;
    assert!(
        said.contains("请写明承办机构的全称") && said.contains("承办机构须写全称"),
        "{said}"
    );
    clerk.look("returned").await;
    let edit = "ol.changes li:nth-child(1) a[href*='/items/']";
    clerk.open(edit).await;
    clerk.press(edit, "#f-office").await;
    clerk.look("item-form").await;
    clerk.fill("#f-office", "克拉玛依市商务局行业管理科").await;
    clerk.send("form:has(#f-office) button").await;
    clerk.send("button[value=submit]").await;

    // Both offices approve. The clerk cannot.
    assert!(
        clerk
            .client
            .find(Locator::Css("button[value=approve]"))
            .await
            .is_err()
    );
    list_office.go(&draft).await;
    list_office.send("button[value=approve]").await;
    assert!(list_office.text().await.contains("待司法局审查"));
    let legal = desk
        .person("sifa", "克拉玛依市司法局", &["--role", "legal-office"])
        .await;
    legal.go(&draft).await;
    legal.look("legal-review").await;
    legal.send("button[value=approve]").await;
    let said = legal.text().await;
    assert!(said.contains("已作为第 2 号公布登载"), "{said}");
    legal.look("published").await;

    // A citizen finds the new text, what it was before, and who approved it.
    let client = desk.driver.browser(1280, desk.folder.path()).await;
    let citizen = Person {
        client,
        desk: &desk,
    };
    let query = quanze::http::url::search("餐饮经营者违规");
    let mut found = false;
    for _ in 0..50 {
        citizen.go(&query).await;
        let first = citizen.client.find(Locator::Css("main h2 a"));
        if let Ok(first) = first.await {
            found = first
                .text()
                .await
                .expect("text")
                .contains("餐饮经营者违规行为");
        }
        if found {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(found, "{}", citizen.text().await);
    citizen.press("main h2 a", "#history").await;
    citizen.open("#history ~ ol del").await;
    let item = citizen.text().await;
    assert!(item.contains("2026年修正，2014年9月22日"), "{item}");
    assert!(item.contains("地州市商务主管部门"), "its history: {item}");
    let code = attribute(&citizen.client, "link[rel=canonical]", "href").await;
    citizen.go("/publications/2").await;
    let publication = citizen.text().await;
    for words in [
        "克拉玛依市委编办、克拉玛依市司法局审查通过",
        "克政办发〔2026〕1号",
        "由行业管理科每季度抽查",
        "依据已修改，不再备案",
    ] {
        assert!(publication.contains(words), "{words}: {publication}");
    }
    assert!(!publication.contains("shangwu") && !publication.contains("bianban"));
    citizen.look("publication").await;

    // A letter, and its answer.
    citizen.go(&format!("{code}/feedback")).await;
    citizen.look("feedback").await;
    citizen.press("input[value=truth]", "#text").await;
    type_into(&citizen.client, "#text", "电话打不通，请更新。").await;
    citizen.send("form:has(#text) button").await;
    assert!(citizen.text().await.contains("查询码"));
    clerk.go("/console/letters").await;
    clerk.press("main h2 a", "#reply").await;
    clerk.look("letter").await;
    clerk.press("input[value=accepted]", "#reply").await;
    type_into(&clerk.client, "#reply", "已核实，电话改为 0990-6222222。").await;
    clerk.send("form:has(#reply) button").await;
    citizen.go(&format!("{code}/feedback")).await;
    assert!(citizen.text().await.contains("0990-6222222"));

    // Everything holds; then one byte of what was published is changed behind the program's back.
    let (holds, said) = command(desk.folder.path(), &["verify"]);
    assert!(holds && said.contains("已核对 2 次公布"), "{said}");
    let changed = change_one_byte(&desk.folder.path().join("state/register.db"));
    let (holds, said) = command(desk.folder.path(), &["verify"]);
    assert!(!holds, "{said}");
    let place = format!("第 2 号公布：事项 {changed} 的内容与登记时不同");
    assert!(said.contains(&place), "{said}");
    for person in [clerk, list_office, legal, citizen] {
        person.client.close().await.expect("browser ends");
    }
    let findings = desk.findings.lock().expect("findings");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    renew_gallery(&[
        "desk-draft-faulty-1280.png",
        "desk-draft-ready-1280.png",
        "desk-review-1280.png",
    ]);
}

/// Flips one bit of the content of a revision of publication 2 and gives the item's code.
fn change_one_byte(database: &Path) -> String {
    #[expect(clippy::disallowed_types, reason = "what no program of ours does")]
    let db = rusqlite::Connection::open(database).expect("opens");
    let (id, code, mut content): (i64, String, Vec<u8>) = db
        .query_row(
            "SELECT r.id, i.code, r.content FROM revision r JOIN item i ON i.id = r.item
             WHERE r.publication = 2 ORDER BY r.position DESC LIMIT 1",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .expect("a revision");
    let middle = content.len() / 2;
    content[middle] ^= 1;
    db.execute_batch("DROP TRIGGER revision_is_final")
        .expect("gone");
    db.execute(
        "UPDATE revision SET content = ?2 WHERE id = ?1",
        (id, content),
    )
    .expect("changed");
    code
}
