//! The console through its use cases, without HTTP: who may do what with accounts, drafts and letters,
//! and what comes of it.

mod accounts;
mod conflicts;
mod contested;
mod drafts;
mod forms;
mod guards;
mod letters;
mod list;
mod obstacles;
mod publication;
mod review;
mod samples;
mod sessions;
mod terms;
mod tokens;
mod uploads;

use std::cell::OnceCell;
use std::sync::Arc;

use quanze::domain::journal::Record;
use quanze::domain::workday::Calendar;
use quanze::domain::workflow::{Act, State};
use quanze::domain::{Account, AccountRole, Clock, Date, Deed, Draft, Entry, Profile, Publication};
use quanze::intake::{Bytes, Hints, Intake, Limits, Source};
use quanze::register::journal::JournalFilter;
use quanze::register::sqlite::SqliteRegister;
use quanze::service::ServiceError;
use quanze::service::console::drafts::ChangeRow;
use quanze::service::console::upload::Uploaded;
use quanze::service::console::work::{Annotation, RawDeclaration};
use quanze::service::console::{Actor, Console, Terms};
use quanze::service::ingest::{IngestOptions, Ingester, Outcome};
use quanze::service::read::{Paging, Standing};

use crate::support;
use crate::support::app::TestApp;
use list::{FIFTH, HEADINGS, LOUDER, MILDER, Row, STRICTER, amended, cells, csv, first};

/// Whose list most drafts change, and another department.
const CITY: &str = "克拉玛依市城市管理局";
const FINANCE: &str = "克拉玛依市财政局";
/// Title of both their lists, and the name of their files.
const TITLE: &str = "权责清单";
const FILE: &str = "权责清单.csv";
/// Both offices, as readers see them.
const LIST_OFFICE: &str = "中共克拉玛依市委机构编制委员会办公室";
const LEGAL_OFFICE: &str = "克拉玛依市司法局";
/// Where everybody sits.
const ADDRESS: &str = "192.0.2.1";
const PAGE: Paging = Paging {
    page: 1,
    size: 1_000,
};
const CAUSE: &str = "《城市市容和环境卫生管理条例》修改";
const SUPERVISION: &str = "纳入“双随机”抽查，每半年检查一次";

fn source(name: &str, bytes: &[u8]) -> Source {
    Source {
        name: name.into(),
        bytes: Bytes::Memory(bytes.into()),
    }
}

fn day(text: &str) -> Date {
    text.parse().expect("test day")
}

fn profile(office: &str, roles: &[AccountRole], departments: &[&str]) -> Profile {
    Profile {
        office: office.into(),
        roles: roles.to_vec(),
        departments: departments.iter().map(|d| (*d).to_owned()).collect(),
    }
}

/// A declaration that lacks nothing.
fn said() -> RawDeclaration {
    RawDeclaration {
        cause: CAUSE.into(),
        caused_on: "2026-11-20".into(),
        document_no: "克政办发〔2026〕12号".into(),
        effective_on: String::new(),
        on_effective_day: false,
        supervision: SUPERVISION.into(),
    }
}

fn annotation(kind: &str, reason: &str, successor: &str) -> Annotation {
    Annotation {
        kind: kind.into(),
        reason: reason.into(),
        successor: successor.into(),
    }
}

/// The record of a saving that came about without the console.
fn edited(office: &Office) -> Entry {
    Entry {
        at: office.app.clock.now(),
        actor: "nobody".into(),
        account: None,
        address: String::new(),
        deed: Deed::Edited,
        object: "草稿 {}".into(),
        detail: String::new(),
        content: String::new(),
    }
}

/// Why something was not done.
#[derive(Debug)]
struct Why {
    code: &'static str,
    detail: String,
    parameter: String,
}

#[track_caller]
fn refused<T>(done: Result<T, ServiceError>) -> Why {
    let Err(error) = done else {
        panic!("it was done");
    };
    let (code, detail, parameter) = match error {
        ServiceError::Invalid {
            code,
            detail,
            parameter,
        } => (code, detail, parameter.unwrap_or_default()),
        ServiceError::NotFound { code, detail }
        | ServiceError::Refused { code, detail }
        | ServiceError::Conflict { code, detail } => (code, detail, String::new()),
        ServiceError::SignedOut => ("signed_out", String::new(), String::new()),
        ServiceError::TooMany(detail) => ("too_many", detail, String::new()),
        ServiceError::Unavailable(detail) => ("unavailable", detail, String::new()),
        ServiceError::Internal(detail) => ("internal", detail, String::new()),
    };
    Why {
        code,
        detail,
        parameter,
    }
}

/// The change of the item with this code.
#[track_caller]
fn of_code<'r>(rows: &'r [ChangeRow], code: &str) -> &'r ChangeRow {
    let has = |row: &&ChangeRow| row.code.as_ref().is_some_and(|c| c.as_str() == code);
    let found = rows.iter().find(has);
    found.unwrap_or_else(|| panic!("the draft does not change {code}: {rows:?}"))
}

/// Everybody who has a part, each made when first needed.
#[derive(Default)]
struct Cast {
    editor: OnceCell<Actor>,
    other_editor: OnceCell<Actor>,
    list_office: OnceCell<Actor>,
    legal_office: OnceCell<Actor>,
    operator: OnceCell<Actor>,
    auditor: OnceCell<Actor>,
}

/// A site and its people, at noon of 24 November 2026.
struct Office {
    app: TestApp,
    cast: Cast,
}

impl Office {
    /// An empty register.
    fn empty() -> Self {
        Self {
            app: TestApp::empty(),
            cast: Cast::default(),
        }
    }

    /// The city's list with the items of [`first`] as publication 1, in force since 1 January.
    fn new() -> Self {
        let office = Self::empty();
        office.ingest(CITY, &first(), "2026-01-01");
        office
    }

    fn console(&self) -> &Console {
        &self.app.console
    }

    fn ingester(&self, submitted_by: &str) -> Ingester {
        Ingester {
            register: self.app.services.register.clone(),
            intake: Intake {
                limits: Limits::OPERATOR,
                ..support::intake()
            },
            clock: self.app.clock.clone(),
            options: IngestOptions {
                submitted_by: submitted_by.into(),
                accept_withdrawals: true,
                ..IngestOptions::default()
            },
        }
    }

    /// Publishes an edition by the command line.
    fn ingest(&self, department: &str, rows: &[Row<'_>], effective_on: &str) {
        let hints = Hints {
            department: Some(department.into()),
            effective_on: Some(day(effective_on)),
            ..Hints::default()
        };
        let file = source(FILE, &csv(department, rows));
        let report = self.ingester("管理员").file(&file, &hints, &mut |_, _| {});
        let published = report
            .lists
            .iter()
            .all(|l| matches!(l.outcome, Outcome::Published { .. }));
        assert!(
            published && !report.lists.is_empty(),
            "{:?}",
            report.findings
        );
    }

    /// The register by a handle of its own, as another process has it.
    fn register(&self) -> SqliteRegister {
        SqliteRegister::open(&self.app.register_folder()).expect("register opens")
    }

    /// The same office after a start of the program, which takes files within these limits.
    fn restarted(&self, limits: Limits) -> Console {
        let intake = Intake {
            limits,
            ..support::intake()
        };
        let calendar = Calendar::parse(quanze::assets::index_text("holidays.txt"));
        Console::new(
            self.app.services.clone(),
            Arc::new(self.register()),
            intake,
            calendar.expect("holidays parse"),
            Terms::default(),
        )
    }

    /// An account and its first password.
    fn add(&self, name: &str, profile: Profile) -> (Account, String) {
        let added = self.console().add_account_locally(name, profile);
        added.expect("account is added")
    }

    /// Signs in; gives the secret of the session.
    fn enter(&self, name: &str, password: &str) -> String {
        let session = self.console().sign_in(name, password, ADDRESS);
        session.expect("account signs in").0
    }

    fn actor(&self, session: &str) -> Actor {
        let actor = self.console().actor(session, ADDRESS);
        actor.expect("session is open")
    }

    /// Somebody new, signed in.
    fn join(&self, name: &str, office: &str, roles: &[AccountRole], departments: &[&str]) -> Actor {
        let (_, password) = self.add(name, profile(office, roles, departments));
        self.actor(&self.enter(name, &password))
    }

    /// Drafts the list of [`CITY`].
    fn editor(&self) -> &Actor {
        let join = || self.join("chengguan", CITY, &[AccountRole::Editor], &[CITY]);
        self.cast.editor.get_or_init(join)
    }

    /// Drafts the list of [`FINANCE`].
    fn other_editor(&self) -> &Actor {
        let join = || self.join("caizheng", FINANCE, &[AccountRole::Editor], &[FINANCE]);
        self.cast.other_editor.get_or_init(join)
    }

    fn list_office(&self) -> &Actor {
        let join = || self.join("bianban", LIST_OFFICE, &[AccountRole::ListOffice], &[]);
        self.cast.list_office.get_or_init(join)
    }

    fn legal_office(&self) -> &Actor {
        let join = || self.join("sifa", LEGAL_OFFICE, &[AccountRole::LegalOffice], &[]);
        self.cast.legal_office.get_or_init(join)
    }

    fn operator(&self) -> &Actor {
        let join = || self.join("guanli", "大数据中心", &[AccountRole::Operator], &[]);
        self.cast.operator.get_or_init(join)
    }

    fn auditor(&self) -> &Actor {
        let join = || self.join("shenji", "审计局", &[AccountRole::Auditor], &[]);
        self.cast.auditor.get_or_init(join)
    }

    /// What becomes of a file that somebody hands in.
    fn upload(&self, actor: &Actor, bytes: &[u8]) -> Uploaded {
        let file = source(FILE, bytes);
        let uploaded = self.console().upload(actor, &file, &Hints::default(), None);
        uploaded.expect("file is read")
    }

    /// A new draft of the city's list with these items.
    fn drafted(&self, rows: &[Row<'_>]) -> u64 {
        let uploaded = self.upload(self.editor(), &csv(CITY, rows));
        let ids: Vec<u64> = uploaded.drafts.iter().map(|d| d.draft.id).collect();
        assert_eq!(ids.len(), 1, "{:?}", uploaded.report.findings);
        ids[0]
    }

    /// Hands in the draft's file anew.
    fn drafted_anew(&self, id: u64, rows: &[Row<'_>]) {
        let file = source(FILE, &csv(CITY, rows));
        let into = Some(self.at(id));
        let uploaded = self
            .console()
            .upload(self.editor(), &file, &Hints::default(), into);
        let drafts = uploaded.expect("file is read").drafts;
        assert_eq!(drafts.len(), 1, "the draft has its new content");
        assert_eq!(drafts[0].draft.id, id, "it is the same draft");
    }

    /// A draft of the city, as its editor sees it.
    fn draft(&self, id: u64) -> Draft {
        let view = self.console().draft(self.editor(), id);
        view.expect("the editor sees the draft").draft
    }

    /// A draft of the city with its present version.
    fn at(&self, id: u64) -> (u64, u64) {
        (id, self.draft(id).version)
    }

    fn changes_by(&self, actor: &Actor, id: u64) -> Vec<ChangeRow> {
        let page = self.console().changes(actor, id, None, PAGE);
        page.expect("changes are read").0
    }

    fn changes(&self, id: u64) -> Vec<ChangeRow> {
        self.changes_by(self.editor(), id)
    }

    fn act(&self, actor: &Actor, id: u64, act: Act, comment: &str) -> Result<State, ServiceError> {
        self.console().act(actor, self.at(id), act, comment)
    }

    fn declare(&self, id: u64, said: &RawDeclaration) {
        let (id, version) = self.at(id);
        let declared = self.console().declare(self.editor(), id, version, said);
        declared.expect("it is declared");
    }

    /// Says of what type a change is, and of a withdrawal why and what replaces it.
    fn annotate(&self, id: u64, code: &str, said: &Annotation) -> Result<(), ServiceError> {
        let position = of_code(&self.changes(id), code).position;
        let at = self.at(id);
        self.console().annotate(self.editor(), at, position, said)
    }

    fn obstacles(&self, id: u64) -> Vec<String> {
        let obstacles = self.console().obstacles(self.editor(), id);
        obstacles.expect("obstacles are told")
    }

    /// Gives withdrawals that have none a reason, declares and submits.
    fn submit(&self, id: u64, said: &RawDeclaration) {
        if self.draft(id).withdrawn > 0 {
            let why = annotation("", "法律修改", "");
            let at = self.at(id);
            let told = self.console().annotate_withdrawals(self.editor(), at, &why);
            told.expect("reasons are given");
        }
        self.declare(id, said);
        let state = self.act(self.editor(), id, Act::Submit, "");
        assert_eq!(state.expect("it is submitted"), State::ListReview);
    }

    /// Both offices approve; gives the state after it.
    fn approve(&self, id: u64) -> State {
        let first = self.act(self.list_office(), id, Act::Approve, "");
        let first = first.expect("the list office approves");
        assert_eq!(first, State::LegalReview);
        let second = self.act(self.legal_office(), id, Act::Approve, "");
        second.expect("the legal office approves")
    }

    /// From a draft to its publication.
    fn publish(&self, id: u64) -> Publication {
        self.submit(id, &said());
        assert_eq!(self.approve(id), State::Published);
        self.publication_of(id)
    }

    /// What a draft has become.
    fn publication_of(&self, id: u64) -> Publication {
        let number = self.draft(id).publication.expect("it is published");
        let publication = self.app.services.register.publication(number);
        publication.expect("register reads").expect("it is there")
    }

    fn last(&self) -> u64 {
        let last = self.app.services.register.last_number();
        last.expect("register reads")
    }

    fn publish_due(&self) -> u64 {
        self.console().publish_due().expect("drafts are read")
    }

    /// The basis of an item on a day; `None` while it is not in force.
    fn basis_on(&self, code: &str, on: &str) -> Option<String> {
        let services = &self.app.services;
        let at = services.position(Some(day(on)), None).expect("position");
        let item = services.item(code, at).expect("item is read");
        let mut fields = item.fields.into_iter();
        let basis = fields.find(|f| f.key == "basis").map(|f| f.value);
        basis.filter(|_| item.standing == Standing::InForce)
    }

    /// The journal, the oldest record first.
    fn records(&self) -> Vec<Record> {
        let everything = JournalFilter::default();
        let page = self.console().journal(self.operator(), &everything, PAGE);
        let (mut records, total) = page.expect("journal is read");
        assert_eq!(records.len() as u64, total, "all on one page");
        records.reverse();
        records
    }

    /// What was done with a thing, in order.
    fn deeds(&self, object: &str) -> Vec<Deed> {
        let records = self.records().into_iter();
        let of = records.filter(|r| r.entry.object == object);
        of.map(|r| r.entry.deed).collect()
    }

    /// Everything recorded is as it was recorded.
    #[track_caller]
    fn verify(&self) {
        let verified = self.app.services.register.verify(&mut |_| {});
        let verified = verified.expect("register reads");
        assert!(verified.is_ok(), "{verified:?}");
    }
}
