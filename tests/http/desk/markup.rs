//! Whatever somebody types is text wherever it is shown: at the desk, and on the pages for readers.

use quanze::domain::{AccountRole, Item, ListId};
use quanze::http::url::encode;

use super::{Browser, DRAFT, Person, csv, edition};
use crate::support::app::{Answer, TestApp, added, list, power};

/// Begins everything that is typed here; what follows tells the places apart.
const NASTY: &str = "<script>alert(1)</script>\"'&";
/// The same as a page has it.
const AS_TEXT: &str = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;";
const FILE: &str = "<img src=x>\"'&清单.csv";
const FILE_AS_TEXT: &str = "&#60;img src=x&#62;&#34;&#39;&#38;清单.csv";
/// A level, which is told to be unknown.
const LEVEL: &str = "<b>\"'&级";
const LEVEL_AS_TEXT: &str = "&#60;b&#62;&#34;&#39;&#38;级";

fn nasty(what: &str) -> String {
    format!("{NASTY}{what}")
}

/// Whether a page shows what was typed as text, and nothing of it as markup.
fn assert_text(what: &str, page: &Answer, told: &[&str]) {
    let html = page.text();
    for raw in ["<script>alert", "<img src=x", "<b>\"", "\"'&"] {
        assert!(!html.contains(raw), "{what} lets {raw} through: {html}");
    }
    for told in told {
        let text = match *told {
            FILE => FILE_AS_TEXT.to_owned(),
            LEVEL => LEVEL_AS_TEXT.to_owned(),
            told => format!("{AS_TEXT}{told}"),
        };
        assert!(html.contains(&text), "{what} lacks {text}: {html}");
    }
}

fn item(list: &ListId, name: &str) -> Item {
    let mut item = power(list, &nasty(name), "行政处罚");
    item.head.sub_name = nasty("子项");
    for (key, what) in [
        ("sub_name", "子项"),
        ("basis", "依据"),
        ("office", "科室"),
        ("complaint", "电话"),
        ("responsibility", "责任"),
        ("note", "备注"),
    ] {
        item.fields.insert(key.into(), nasty(what));
    }
    item
}

/// A department whose every text is markup, and all who work on its lists.
struct Marked {
    app: TestApp,
    list: ListId,
    editor: Person,
    list_office: Person,
    legal_office: Person,
    operator: Person,
}

impl Marked {
    fn new() -> Self {
        let app = TestApp::empty();
        let list = list(&nasty("局"), &nasty("清单"));
        let both = [("KL-001", "甲"), ("KL-002", "乙")];
        let both = both.map(|(code, name)| added(code, item(&list, name)));
        app.publish(&list, "2025-01-01", both.into());
        app.follow();
        let person = |name, office: &str, role, departments: &[&str]| {
            Person::new(&app, name, &nasty(office), &[role], departments)
        };
        let department = list.department.as_str();
        Self {
            editor: person("bianji", "单位", AccountRole::Editor, &[department]),
            list_office: person("bianban", "编办", AccountRole::ListOffice, &[]),
            legal_office: person("sifa", "司法局", AccountRole::LegalOffice, &[]),
            operator: person("guanli", "管理员", AccountRole::Operator, &[]),
            list,
            app,
        }
    }

    async fn browser(&self, person: &Person) -> Browser {
        Browser::of(&self.app, person).await
    }

    /// A draft that amends, adds and withdraws, by a form and then by a file; declared.
    async fn draft(&self, editor: &mut Browser) {
        let form = editor.get("/console/lists/1/items/KL-001").await;
        assert_text(
            "the item's form",
            &form,
            &["甲", "子项", "依据", "科室", "备注"],
        );
        let version = editor.version.clone();
        let texts = ["甲", "局", "科室（新）"].map(nasty);
        let fields = [
            ("version", version.as_str()),
            ("field.name", texts[0].as_str()),
            ("field.type", "行政处罚"),
            ("field.department", texts[1].as_str()),
            ("field.office", texts[2].as_str()),
            ("field.basis", "《城市管理条例》第五条"),
            ("field.duties", "1.受理。"),
            ("field.responsibility", "1.受理。"),
        ];
        let answer = editor.post("/console/lists/1/items/KL-001", &fields).await;
        let to = answer.header("location");
        assert_eq!(to.trim_end_matches("?saved=1"), DRAFT, "{}", answer.text());
        let mut items = edition(&self.app, &self.list);
        items[1].insert("name".into(), nasty("丙"));
        items[1].insert("level".into(), LEVEL.into());
        items[0].insert("office".into(), nasty("科室（新）"));
        let content = csv(&self.app, &items);
        editor.get(DRAFT).await;
        let version = editor.version.clone();
        let fields = [("version", version.as_str())];
        let path = format!("{DRAFT}/file");
        let answer = editor.upload(&path, &fields, (FILE, &content)).await;
        let to = answer.header("location");
        assert_eq!(to.trim_end_matches("?saved=1"), DRAFT, "{}", answer.text());
        let (reason, texts) = (nasty("理由"), ["原因", "文号", "监管"].map(nasty));
        let fields = [
            ("do", "annotate"),
            ("position", "2"),
            ("reason", reason.as_str()),
        ];
        let answer = editor.send_to_draft(DRAFT, "changes", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let fields = [
            ("cause", texts[0].as_str()),
            ("caused_on", "2026-11-20"),
            ("document_no", texts[1].as_str()),
            ("supervision", texts[2].as_str()),
        ];
        let answer = editor.send_to_draft(DRAFT, "declaration", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
}

#[tokio::test]
async fn what_a_department_and_its_reviewers_write_is_text_on_every_page() {
    let desk = Marked::new();
    let mut editor = desk.browser(&desk.editor).await;
    desk.draft(&mut editor).await;
    let pages: [(&str, &[&str]); 7] = [
        (
            DRAFT,
            &[
                "局", "清单", "甲", "乙", "丙", "科室", "理由", "原因", "文号", "监管", FILE,
            ],
        ),
        ("/console/drafts/1/findings", &["清单", LEVEL, FILE]),
        ("/console", &["局", "清单", "单位"]),
        ("/console/upload", &["局"]),
        ("/console/lists/1", &["局", "清单", "甲", "乙", "子项"]),
        ("/console/lists/1/new", &["局", "清单"]),
        ("/console/lists/1/items/KL-001", &["甲", "科室（新）"]),
    ];
    for (path, told) in pages {
        assert_text(path, &editor.get(path).await, told);
    }
    let path = format!("/console/lists/1?q={}", encode(&nasty("甲")));
    assert_text(&path, &editor.get(&path).await, &["甲"]);
    editor.act(DRAFT, "submit", &nasty("说明")).await;
    let mut list_office = desk.browser(&desk.list_office).await;
    let remark = nasty("意见");
    let fields = [
        ("do", "remark"),
        ("position", "0"),
        ("remark", remark.as_str()),
    ];
    let answer = list_office.send_to_draft(DRAFT, "changes", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let reviewed = [
        "局", "清单", "说明", "意见", "编办", "理由", "原因", "文号", "监管", FILE,
    ];
    assert_text("under review", &list_office.get(DRAFT).await, &reviewed);
    list_office.act(DRAFT, "approve", &nasty("同意")).await;
    let mut legal_office = desk.browser(&desk.legal_office).await;
    legal_office.act(DRAFT, "approve", &nasty("合法")).await;
    let published = ["同意", "合法", "编办", "司法局", "说明", "意见"];
    assert_text("published", &editor.get(DRAFT).await, &published);
    assert_text("done", &editor.get("/console/done").await, &["局", "清单"]);
    let page = desk.app.get("/publications/2").await;
    let told = [
        "局",
        "清单",
        "原因",
        "文号",
        "监管",
        "理由",
        "编办、",
        "司法局",
        "甲",
        "丙",
        FILE,
    ];
    assert_eq!(page.status, 200, "{}", page.text());
    assert_text("the publication", &page, &told);
    let mut operator = desk.browser(&desk.operator).await;
    let journal = operator.get("/console/journal?size=100").await;
    let told = ["单位", "说明", "同意", "合法", "甲", "意见", FILE];
    assert_text("the journal", &journal, &told);
    let typed = encode(&nasty("谁"));
    let path = format!("/console/journal?actor={typed}&object={typed}");
    assert_text("a filter", &operator.get(&path).await, &["谁"]);
    let path = format!("/console/journal?deed={typed}");
    assert_text("a filter that is none", &operator.get(&path).await, &[]);
}

#[tokio::test]
async fn what_readers_write_and_are_answered_is_text_on_every_page() {
    let desk = Marked::new();
    let mut reader = Browser::new(&desk.app);
    let path = "/items/KL-001/feedback";
    let page = reader.get(path).await;
    assert_text("the form", &page, &["甲", "局"]);
    let (text, contact, reply) = (nasty("来信"), nasty("联系"), nasty("答复"));
    // One that is refused is given back.
    let fields = [("text", text.as_str()), ("contact", contact.as_str())];
    let answer = reader.post(path, &fields).await;
    assert_eq!(answer.status, 400);
    assert_text("a refused letter", &answer, &["来信", "联系"]);
    let fields = [&fields[..], &[("aspect", "truth")][..]].concat();
    let answer = reader.post(path, &fields).await;
    assert_eq!(answer.status, 200);
    assert_text("the receipt", &answer, &["甲", "局"]);
    let (_, receipt) = answer
        .text()
        .split_once("查询码：<code class=\"break\">")
        .expect("one");
    let receipt = receipt.split('<').next().expect("its text").to_owned();
    let mut editor = desk.browser(&desk.editor).await;
    let page = editor.get("/console/letters").await;
    assert_text("the queue", &page, &["甲", "局", "来信"]);
    let page = editor.get("/console/letters/1").await;
    assert_text("the letter", &page, &["甲", "局", "来信", "联系"]);
    let fields = [
        ("state", "answered"),
        ("reply", reply.as_str()),
        ("public", "1"),
    ];
    let answer = editor.post("/console/letters/1", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = editor.get("/console/letters/1").await;
    assert_text(
        "the handled letter",
        &page,
        &["来信", "联系", "答复", "单位"],
    );
    let page = reader.get(path).await;
    assert_text("the replies", &page, &["来信", "答复", "单位"]);
    let contact = format!("{AS_TEXT}联系");
    assert!(!page.text().contains(&contact), "no contact in public");
    reader.get("/feedback").await;
    let answer = reader
        .post("/feedback", &[("receipt", receipt.as_str())])
        .await;
    assert_text(
        "one's own letter",
        &answer,
        &["甲", "局", "来信", "答复", "单位"],
    );
    let typed = nasty("查询码");
    let answer = reader
        .post("/feedback", &[("receipt", typed.as_str())])
        .await;
    assert_text("a wrong receipt", &answer, &[]);
    let mut operator = desk.browser(&desk.operator).await;
    let journal = operator.get("/console/journal?size=100").await;
    assert_text("the journal", &journal, &["答复"]);
    assert!(!journal.text().contains(&contact), "nor in the journal");
}

#[tokio::test]
async fn names_of_accounts_tokens_and_files_are_text_on_every_page() {
    let desk = Marked::new();
    let typed = nasty("名");
    let mut nobody = Browser::new(&desk.app);
    let answer = nobody.sign_in(&typed, "不是这一句").await;
    assert_eq!(answer.status, 403);
    assert_text("the sign-in page", &answer, &["名"]);
    let mut operator = desk.browser(&desk.operator).await;
    let page = operator.get("/console/accounts").await;
    assert_text(
        "the accounts",
        &page,
        &["单位", "编办", "司法局", "管理员", "局"],
    );
    let page = operator.get("/console/accounts/1").await;
    assert_text("an account", &page, &["单位", "局"]);
    // A name that is none, and a profile that is none, are given back.
    let (office, departments) = (nasty("新单位"), nasty("新部门"));
    let fields = [
        ("name", typed.as_str()),
        ("office", office.as_str()),
        ("role", "auditor"),
        ("departments", departments.as_str()),
    ];
    let answer = operator.post("/console/accounts", &fields).await;
    assert_eq!(answer.status, 400);
    assert_text("a refused account", &answer, &["名", "新单位", "新部门"]);
    let answer = operator.post("/console/accounts/1", &fields).await;
    assert_eq!(answer.status, 400);
    assert_text("a refused profile", &answer, &["新单位", "新部门"]);
    let mut editor = desk.browser(&desk.editor).await;
    editor.get("/console/tokens").await;
    let (name, department) = (nasty("用途"), nasty("局"));
    let fields = [
        ("name", name.as_str()),
        ("department", department.as_str()),
        ("scope", "draft"),
        ("expires_on", "2027-01-31"),
    ];
    let answer = editor.post("/console/tokens", &fields).await;
    assert_text("a new token", &answer, &["用途", "局"]);
    assert_text(
        "tokens",
        &operator.get("/console/tokens").await,
        &["用途", "局"],
    );
    editor.get("/console/upload").await;
    let file = (FILE, &b"%PDF-1.7"[..]);
    let answer = editor.upload("/console/upload", &[], file).await;
    assert_text("a wrong file", &answer, &[FILE, "局"]);
    let journal = operator.get("/console/journal?size=100").await;
    assert_text("the journal", &journal, &["单位", "局", "用途"]);
}
