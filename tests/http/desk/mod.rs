//! The console over HTTP, and what leads to it from outside: the people who work there with their
//! browsers, and a desk in the middle of work.

mod browser;
mod forgery;
mod forms;
mod letters;
mod markup;
mod pages;
mod programs;
mod rights;
mod sessions;
mod submissions;
mod texts;

use axum::Router;
use quanze::domain::{Account, AccountRole, Fields, Grant, ListId, Profile, Scope};
use quanze::http::Reached;
use quanze::register::journal::JournalFilter;
use quanze::service::console::Actor;
use quanze::service::console::letters::RawLetter;
use quanze::service::read::Paging;

use crate::support::app::{TestApp, list};

pub use browser::{Browser, Form, form, hidden};

pub const CITY: &str = "克拉玛依市城市管理局";
pub const FINANCE: &str = "克拉玛依市财政局";
/// What everybody chooses for a password.
pub const PASSWORD: &str = "一句好记的话 2026";
/// The draft of a [`Scene`].
pub const DRAFT: &str = "/console/drafts/1";
/// What is declared with it: its list's last edition takes effect on the first day of 2027.
pub const DECLARED: [(&str, &str); 4] = [
    ("cause", "《城市管理条例》修改"),
    ("caused_on", "2026-11-20"),
    ("effective_on", "2027-01-01"),
    ("timing", "at-once"),
];
/// Everything there is, on one page.
pub const ALL: Paging = Paging {
    page: 1,
    size: 1_000,
};

/// The same register as readers reach it under another address, or through a proxy.
pub fn site(app: &TestApp, address: &str, behind_proxy: bool) -> Router {
    let reached = Reached {
        site: address.into(),
        behind_proxy,
    };
    quanze::http::router(app.services.clone(), app.console.clone(), reached)
}

/// Somebody with an account, and the password that they were first given.
pub struct Person {
    pub account: Account,
    pub first: String,
}

impl Person {
    pub fn new(
        app: &TestApp,
        name: &str,
        office: &str,
        roles: &[AccountRole],
        departments: &[&str],
    ) -> Self {
        let profile = Profile {
            office: office.into(),
            roles: roles.to_vec(),
            departments: departments.iter().map(|d| (*d).to_owned()).collect(),
        };
        let added = app.console.add_account_locally(name, profile);
        let (account, first) = added.expect("account is added");
        Self { account, first }
    }

    /// The same person where no browser is needed.
    pub fn actor(&self) -> Actor {
        Actor {
            account: self.account.clone(),
            address: String::new(),
            token: None,
        }
    }

    /// A token of theirs for a department.
    pub fn token(&self, app: &TestApp, department: &str, scopes: &[Scope]) -> String {
        let grant = Grant {
            name: "政务系统同步".into(),
            department: department.into(),
            scopes: scopes.to_vec(),
            expires_on: "2027-01-31".parse().expect("test day"),
        };
        let added = app.console.add_token(&self.actor(), grant);
        added.expect("token is added").1
    }
}

/// Everybody who works at the desk.
pub struct Cast {
    /// Of [`CITY`].
    pub editor: Person,
    /// Of [`FINANCE`].
    pub other: Person,
    pub list_office: Person,
    pub legal_office: Person,
    pub operator: Person,
    pub auditor: Person,
}

impl Cast {
    pub fn new(app: &TestApp) -> Self {
        use AccountRole::{Auditor, Editor, LegalOffice, ListOffice, Operator};
        let person = |name, office, role| Person::new(app, name, office, &[role], &[]);
        Self {
            editor: Person::new(app, "chengguan-li", CITY, &[Editor], &[CITY]),
            other: Person::new(app, "caizheng-wang", FINANCE, &[Editor], &[FINANCE]),
            list_office: person("bianban-zhao", "克拉玛依市委编办", ListOffice),
            legal_office: person("sifa-qian", "克拉玛依市司法局", LegalOffice),
            operator: person("guanli-sun", "克拉玛依市政务服务局", Operator),
            auditor: person("shenji-zhou", "克拉玛依市审计局", Auditor),
        }
    }

    /// Everybody, with what they are called in messages.
    pub fn all(&self) -> [(&'static str, &Person); 6] {
        [
            ("editor", &self.editor),
            ("other editor", &self.other),
            ("list office", &self.list_office),
            ("legal office", &self.legal_office),
            ("operator", &self.operator),
            ("auditor", &self.auditor),
        ]
    }
}

/// The city's list of powers.
pub fn city() -> ListId {
    list(CITY, "权责清单")
}

/// The items of a list as its last edition has them.
pub fn edition(app: &TestApp, list: &ListId) -> Vec<Fields> {
    let edition = app.services.register.latest_edition(list);
    let (_, recorded) = edition.expect("list is read");
    recorded.into_iter().map(|r| r.item.fields).collect()
}

/// Items of a power list as a department hands them in: a CSV file under the kind's headings.
pub fn csv(app: &TestApp, items: &[Fields]) -> Vec<u8> {
    let kind = app.services.kinds.get("power").expect("the kind");
    let mut fields: Vec<_> = kind.fields.iter().collect();
    fields.retain(|field| items.iter().any(|item| item.contains_key(&field.key)));
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let headings: Vec<String> = fields.iter().map(|field| quoted(&field.label)).collect();
    let mut lines = vec![headings.join(",")];
    for item in items {
        let cell = |key: &String| quoted(item.get(key).map_or("", String::as_str));
        let cells: Vec<String> = fields.iter().map(|field| cell(&field.key)).collect();
        lines.push(cells.join(","));
    }
    (lines.join("\n") + "\n").into_bytes()
}

/// The city's list with another office for its first item.
pub fn amended(app: &TestApp) -> Vec<u8> {
    let mut items = edition(app, &city());
    items[0].insert("office".into(), "执法监督科".into());
    csv(app, &items)
}

/// A desk in the middle of work: the city has a draft in hand ([`DRAFT`]) that amends one item, a letter
/// on one of its items (1), and a token (1).
pub struct Scene {
    pub app: TestApp,
    pub cast: Cast,
}

impl Scene {
    pub async fn new() -> Self {
        let app = TestApp::new();
        let cast = Cast::new(&app);
        let mut editor = Browser::of(&app, &cast.editor).await;
        let file = amended(&app);
        let answer = editor
            .upload("/console/upload", &[], ("权责清单.csv", &file))
            .await;
        assert_eq!(answer.header("location"), DRAFT, "{}", answer.text());
        let letter = RawLetter {
            aspect: "truth".into(),
            text: "监督电话一直打不通".into(),
            contact: "13800000000".into(),
        };
        let written = app.console.write_letter("KL-001", &letter, "");
        written.expect("letter is taken");
        cast.editor.token(&app, CITY, &Scope::ALL);
        Self { app, cast }
    }

    /// A browser of one of the cast.
    pub async fn browser(&self, person: &Person) -> Browser {
        Browser::of(&self.app, person).await
    }

    /// The path of a route, filled in with what the scene has.
    pub fn path(&self, pattern: &str) -> String {
        let id = match pattern.starts_with("/console/accounts/") {
            true => self.cast.other.account.id.0,
            false => 1,
        };
        let path = pattern.replace("{number}", "1").replace("{code}", "KL-001");
        path.replace("{position}", "0")
            .replace("{id}", &id.to_string())
    }

    /// Has the draft declared and submitted.
    pub async fn submit(&self) {
        let mut editor = self.browser(&self.cast.editor).await;
        let answer = editor.send_to_draft(DRAFT, "declaration", &DECLARED).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        editor.act(DRAFT, "submit", "").await;
    }

    /// Has the submitted draft approved by both offices.
    pub async fn approve(&self) {
        for person in [&self.cast.list_office, &self.cast.legal_office] {
            let mut browser = self.browser(person).await;
            browser.act(DRAFT, "approve", "同意").await;
        }
    }

    /// Everything that work leaves behind.
    pub fn held(&self) -> Held {
        held(&self.app, &self.cast.auditor)
    }
}

/// What work leaves behind: how many records and publications there are, and every draft as it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Held {
    pub records: u64,
    pub publications: u64,
    pub drafts: Vec<String>,
}

/// What an auditor finds.
pub fn held(app: &TestApp, auditor: &Person) -> Held {
    let (auditor, console) = (auditor.actor(), &app.console);
    let journal = console.journal(&auditor, &JournalFilter::default(), ALL);
    let (_, records) = journal.expect("journal is read");
    let mut drafts = Vec::new();
    for done in [false, true] {
        for view in console.drafts(&auditor, done).expect("drafts are read") {
            let changes = console.changes(&auditor, view.draft.id, None, ALL);
            let changes = changes.expect("changes are read");
            drafts.push(format!("{:?}: {changes:?}", view.draft));
        }
    }
    let publications = app.services.register.last_number();
    Held {
        records,
        publications: publications.expect("register is read"),
        drafts,
    }
}
