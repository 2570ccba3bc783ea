//! The console's pages: what may be done with a draft, files and what is found in them, and what becomes
//! public of it all.

use quanze::http::url::encode;
use quanze::intake::{self, Bytes, Limits, Source};

use super::{CITY, DECLARED, DRAFT, FINANCE, Person, Scene, amended, city, csv, edition};
use crate::support::app::Answer;

/// What a draft's page lets its reader do.
fn offered(page: &Answer) -> Vec<&'static str> {
    if page.status == 404 {
        return GONE.to_vec();
    }
    let html = page.text();
    let marks = [
        ("submit", "name=\"act\" value=\"submit\"".to_owned()),
        ("recall", "name=\"act\" value=\"recall\"".to_owned()),
        ("discard", "name=\"act\" value=\"discard\"".to_owned()),
        ("approve", "name=\"act\" value=\"approve\"".to_owned()),
        ("return", "name=\"act\" value=\"return\"".to_owned()),
        ("declare", format!("action=\"{DRAFT}/declaration\"")),
        ("upload", format!("action=\"{DRAFT}/file\"")),
        ("annotate", "value=\"annotate\"".to_owned()),
        ("leave out", "value=\"leave-out\"".to_owned()),
        ("remark", "value=\"remark\"".to_owned()),
    ];
    let found = marks.iter().filter(|(_, mark)| html.contains(mark));
    found.map(|(what, _)| *what).collect()
}

const GONE: &[&str] = &["nothing is there"];
const NOTHING: &[&str] = &[];
const EDITS: &[&str] = &[
    "submit",
    "discard",
    "declare",
    "upload",
    "annotate",
    "leave out",
];
const RECALL: &[&str] = &["recall"];
const REVIEWS: &[&str] = &["approve", "return", "remark"];

/// Compares what the draft's page offers to the editor, another editor, the list office, the legal
/// office, an operator and an auditor.
async fn assert_offered(scene: &Scene, stage: &str, expected: [&[&str]; 6]) {
    for ((who, person), expected) in scene.cast.all().into_iter().zip(expected) {
        let page = scene.browser(person).await.get(DRAFT).await;
        assert_eq!(offered(&page), expected, "{stage} for the {who}");
    }
}

#[tokio::test]
async fn the_page_of_a_draft_offers_exactly_what_may_be_done_with_it() {
    let scene = Scene::new().await;
    let cast = &scene.cast;
    // Nothing is declared yet.
    let begun = &EDITS[1..];
    let drafted = [begun, GONE, GONE, GONE, GONE, NOTHING];
    assert_offered(&scene, "begun", drafted).await;
    let mut editor = scene.browser(&cast.editor).await;
    let declared = [
        ("cause", "《城市管理条例》修改"),
        ("caused_on", "2026-11-20"),
        ("effective_on", "2027-01-01"),
        ("timing", "on-effective-day"),
    ];
    editor.send_to_draft(DRAFT, "declaration", &declared).await;
    let drafted = [EDITS, GONE, GONE, GONE, GONE, NOTHING];
    assert_offered(&scene, "declared", drafted).await;
    editor.act(DRAFT, "submit", "").await;
    let first = [RECALL, GONE, REVIEWS, NOTHING, GONE, NOTHING];
    assert_offered(&scene, "under first review", first).await;
    let mut list_office = scene.browser(&cast.list_office).await;
    list_office.act(DRAFT, "return", "请写明条款").await;
    let returned = [EDITS, GONE, NOTHING, NOTHING, GONE, NOTHING];
    assert_offered(&scene, "returned", returned).await;
    editor.act(DRAFT, "submit", "").await;
    list_office.act(DRAFT, "approve", "").await;
    let second = [RECALL, GONE, NOTHING, REVIEWS, GONE, NOTHING];
    assert_offered(&scene, "under second review", second).await;
    let mut legal_office = scene.browser(&cast.legal_office).await;
    legal_office.act(DRAFT, "approve", "").await;
    // It waits for its day, and the office that manages the lists may stop it.
    let stop: &[&str] = &["return", "remark"];
    let approved = [RECALL, GONE, stop, NOTHING, GONE, NOTHING];
    assert_offered(&scene, "approved", approved).await;
    scene.app.at("2027-01-01T01:00:00Z");
    let published = scene.app.console.publish_due();
    assert_eq!(published.expect("drafts are read"), 1);
    let done = [NOTHING, GONE, NOTHING, NOTHING, GONE, NOTHING];
    assert_offered(&scene, "published", done).await;
}

#[tokio::test]
async fn nothing_may_be_done_with_a_discarded_draft() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    editor.act(DRAFT, "discard", "").await;
    let done = [NOTHING, GONE, GONE, GONE, GONE, NOTHING];
    assert_offered(&scene, "discarded", done).await;
    for page in ["/console/done", DRAFT] {
        assert!(editor.get(page).await.text().contains("已作废"), "{page}");
    }
}

#[tokio::test]
async fn a_draft_that_cannot_take_effect_yet_is_told_so_before_it_is_reviewed() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    // The list's last edition takes effect in 2027: one that takes effect at once cannot follow it.
    let declared = [("effective_on", ""), DECLARED[0], DECLARED[1], DECLARED[3]];
    editor.send_to_draft(DRAFT, "declaration", &declared).await;
    let fields = [("act", "submit"), ("comment", "")];
    let answer = editor.send_to_draft(DRAFT, "act", &fields).await;
    assert_eq!(
        answer.status,
        400,
        "submitted: {}",
        answer.header("location")
    );
    assert!(answer.text().contains("2027年1月1日"), "{}", answer.text());
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_with_the_limit() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    let page = editor.get("/console/upload").await;
    assert!(page.text().contains("不超过 1 MB"), "{}", page.text());
    let before = scene.held();
    let file = vec![b'a'; 3 << 20];
    let answer = editor
        .upload("/console/upload", &[], ("大.csv", &file))
        .await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("文件过大"), "{}", answer.text());
    assert!(
        answer.text().contains("不能超过 1 MB"),
        "the same limit as on the page: {}",
        answer.text()
    );
    assert_eq!(scene.held(), before);
}

/// Fields, name and bytes of a file, and what is told of it.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a [u8], &'a str);

#[tokio::test]
async fn a_wrong_file_tells_why() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    editor.get("/console/upload").await;
    let before = scene.held();
    let long = "甲,乙\n".repeat(200_000);
    let list = csv(&scene.app, &edition(&scene.app, &city()));
    let kind = [("kind", "nonsense")];
    let department = [("department", FINANCE)];
    let cases: [Case<'_>; 7] = [
        (&[], "", b"", "请先选择"),
        (&[], "清单.csv", b"", "文件是空的"),
        (&[], "清单.pdf", b"%PDF-1.7", "这是PDF 文件"),
        (
            &[],
            "清单.csv",
            "甲,乙\n一,二\n".as_bytes(),
            "没有可识别的表头",
        ),
        (&[], "清单.csv", long.as_bytes(), "超过 1 MB 的上限"),
        (&kind, "清单.csv", &list, "没有名为“nonsense”的清单类型"),
        (&department, "清单.csv", &list, "不是您经办的部门"),
    ];
    for (fields, name, content, told) in cases {
        let file = (name, content);
        let answer = editor.upload("/console/upload", fields, file).await;
        let page = answer.text();
        let is_told = page.contains("role=\"alert\"") && page.contains(told);
        assert!(is_told && page.contains("上传并检查"), "{told}: {page}");
        assert_eq!(scene.held(), before, "{told}");
    }
    // Nor does it take the place of the draft's file.
    editor.get(DRAFT).await;
    let version = editor.version.clone();
    let path = format!("{DRAFT}/file");
    for (name, content, told) in [
        ("", &b""[..], "请先选择"),
        ("清单.pdf", b"%PDF-1.7", "这是PDF 文件"),
    ] {
        let fields = [("version", version.as_str())];
        let answer = editor.upload(&path, &fields, (name, content)).await;
        assert!(answer.text().contains(told), "{told}: {}", answer.text());
        assert_eq!(scene.held(), before, "{told}");
    }
}

#[tokio::test]
async fn a_file_that_says_nothing_new_makes_no_draft() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    editor.get("/console/upload").await;
    let before = scene.held();
    let list = csv(&scene.app, &edition(&scene.app, &city()));
    let file = ("权责清单.csv", list.as_slice());
    let answer = editor.upload("/console/upload", &[], file).await;
    assert_eq!(answer.status, 200);
    let page = answer.text();
    assert!(page.contains("“权责清单”与现行内容完全相同"), "{page}");
    assert_eq!(scene.held(), before);
    // Nor does the file of the draft in hand, sent once more.
    let list = amended(&scene.app);
    let file = ("权责清单.csv", list.as_slice());
    let answer = editor.upload("/console/upload", &[], file).await;
    assert_eq!(answer.header("location"), DRAFT, "{}", answer.text());
    assert_eq!(scene.held(), before, "twice makes one");
}

/// The city's list with two items of one code, one of an unknown type.
fn faulty(scene: &Scene) -> Vec<u8> {
    let mut items = edition(&scene.app, &city());
    items[2].insert("type".into(), "行政怪事".into());
    for item in &mut items[..2] {
        item.insert("code".into(), "KL-001".into());
    }
    csv(&scene.app, &items)
}

#[tokio::test]
async fn what_is_found_in_a_file_is_told_marked_and_beside_the_file_itself() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    editor.get("/console/upload").await;
    let content = faulty(&scene);
    let file = ("城管权责清单.csv", content.as_slice());
    let answer = editor
        .upload("/console/upload", &[("title", "权责清单")], file)
        .await;
    let draft = answer.header("location").to_owned();
    assert_eq!(draft, "/console/drafts/2", "{}", answer.text());
    let page = editor.get(&format!("{draft}/findings")).await;
    let html = page.text();
    let (error, notice) = ("编码“KL-001”已用于", "行政怪事");
    let places = [error, notice].map(|told| html.find(told).expect(told));
    assert!(places[0] < places[1], "the worst first");
    assert!(
        html.contains("第3行") && html.contains("编码"),
        "its place: {html}"
    );
    // Rows that were refused must not be taken for withdrawn.
    let page = editor.get(&draft).await;
    for told in ["错误 1 条", "1 行未收录", "须改正后重新上传", error] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    let marked = editor.get(&format!("{draft}/marked.xlsx")).await;
    assert_eq!(marked.status, 200);
    let name = encode("城管权责清单（问题已标注）.xlsx");
    assert_eq!(
        marked.header("content-disposition"),
        format!("attachment; filename*=UTF-8''{name}")
    );
    assert!(marked.body.starts_with(b"PK"));
    let book = Source {
        name: "book.xlsx".into(),
        bytes: Bytes::Memory(marked.body.into()),
    };
    let (sheets, _) = intake::sheets(&book, &Limits::UPLOAD).expect("a workbook");
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["问题清单", "城管权责清单"]);
    let kept = editor.get(&format!("{draft}/file")).await;
    assert_eq!(
        kept.header("content-disposition"),
        format!(
            "attachment; filename*=UTF-8''{}",
            encode("城管权责清单.csv")
        )
    );
    assert_eq!(kept.header("content-type"), "application/octet-stream");
    assert_eq!(kept.header("x-content-type-options"), "nosniff");
    assert!(kept.body == content, "byte for byte");
}

#[tokio::test]
async fn the_marked_workbook_is_sent_as_a_workbook() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    let marked = editor.get(&format!("{DRAFT}/marked.xlsx")).await;
    assert_eq!(
        marked.header("content-type"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "as all other workbooks of the site"
    );
}

#[tokio::test]
async fn a_draft_filled_in_on_pages_has_no_file() {
    let scene = Scene::new().await;
    let mut editor = scene.browser(&scene.cast.editor).await;
    editor.act(DRAFT, "discard", "").await;
    let form = editor.get("/console/lists/1/items/KL-001").await;
    assert_eq!(form.status, 200);
    let version = editor.version.clone();
    let fields = [
        ("version", version.as_str()),
        ("field.name", "对餐饮服务业经营者油烟违法排放的处罚"),
        ("field.type", "行政处罚"),
        ("field.basis", "《大气污染防治法》第一百一十八条"),
        ("field.department", CITY),
        ("field.office", "执法监督科"),
        ("field.level", "市级"),
    ];
    let answer = editor.post("/console/lists/1/items/KL-001", &fields).await;
    assert_eq!(
        answer.header("location"),
        "/console/drafts/2?saved=1",
        "{}",
        answer.text()
    );
    for form in ["file", "marked.xlsx"] {
        let answer = editor.get(&format!("/console/drafts/2/{form}")).await;
        assert_eq!(answer.status, 404, "{form}");
        assert!(answer.text().contains("没有上传的文件"), "{form}");
    }
}

#[tokio::test]
async fn of_two_who_save_at_once_the_second_is_told_and_loses_nothing() {
    let scene = Scene::new().await;
    let mut first = scene.browser(&scene.cast.editor).await;
    let mut second = scene.browser(&scene.cast.editor).await;
    first.get(DRAFT).await;
    second.get(DRAFT).await;
    for (browser, cause, status) in [
        (&mut first, "先写的原因", 303),
        (&mut second, "后写的原因", 409),
    ] {
        let version = browser.version.clone();
        let fields = [("version", version.as_str()), ("cause", cause)];
        let answer = browser.post(&format!("{DRAFT}/declaration"), &fields).await;
        assert_eq!(answer.status, status, "{cause}");
        if status == 409 {
            let page = answer.text();
            assert!(
                page.contains("他人已作修改") && page.contains(cause),
                "{page}"
            );
        }
    }
    assert!(first.get(DRAFT).await.text().contains("先写的原因"));
}

#[tokio::test]
async fn a_publication_names_the_offices_that_approved_it_and_no_account() {
    let scene = Scene::new().await;
    scene.submit().await;
    scene.approve().await;
    let page = scene.app.get("/publications/5").await;
    assert_eq!(page.status, 200);
    let answer = scene.app.get("/api/v1/publications/5").await.json();
    let cast = &scene.cast;
    let office = |person: &Person| person.account.profile.office.clone();
    let offices = [&cast.list_office, &cast.legal_office]
        .map(office)
        .join("、");
    assert_eq!(answer["approved_by"], offices.as_str(), "{answer}");
    assert!(
        page.text().contains(&format!("{offices}审查通过")),
        "{}",
        page.text()
    );
    for told in ["《城市管理条例》修改", CITY] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    for path in [
        "/publications/5",
        "/api/v1/publications/5",
        "/items/KL-001",
        "/publications.atom",
    ] {
        let page = scene.app.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        for (who, person) in cast.all() {
            let name = &person.account.name;
            assert!(!page.text().contains(name), "{path} names the {who}");
        }
    }
}
