//! Instants, entries, accounts and drafts for the office's suite, and a watch on the journal.

use quanze::domain::draft::{Decision, FindingCounts, Remark};
use quanze::domain::journal::Record;
use quanze::domain::workflow::{Act, State};
use quanze::domain::{
    Account, AccountId, AccountRole, Declaration, Deed, Draft, DraftChange, Entry, FileRef, Grant,
    ListId, Profile, Scope, Timestamp, Timing, Token,
};
use quanze::register::accounts::SecretDigest;
use quanze::register::desk::Content;
use quanze::register::journal::JournalFilter;

use super::Whole;
pub use crate::contract::register::support::{
    add, amend, code, day, draft as publication, item, list, newest, publish, revisions, withdraw,
};

/// An instant so many seconds after the suite's first, to the millisecond.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_millisecond(1_795_500_000_789 + 1_000 * second).expect("test instant")
}

pub fn entry(deed: Deed, object: &str, second: i64) -> Entry {
    Entry {
        at: at(second),
        actor: "caizheng".into(),
        account: Some(AccountId(7)),
        address: "10.0.0.9".into(),
        deed,
        object: object.into(),
        detail: "说明：“引号”、\n换行".into(),
        content: String::new(),
    }
}

/// Digest of a secret.
pub fn secret(byte: u8) -> SecretDigest {
    [byte; 32]
}

pub fn finance() -> ListId {
    list("克拉玛依市财政局", "power", "权责清单")
}

pub fn water() -> ListId {
    list("克拉玛依市水务局", "power", "权责清单")
}

pub fn profile(office: &str) -> Profile {
    Profile {
        office: office.into(),
        roles: vec![AccountRole::Editor, AccountRole::Auditor],
        departments: vec![finance().department, water().department],
    }
}

/// An account that has been added.
pub fn account(office: &dyn Whole, name: &str) -> Account {
    let entry = entry(Deed::AccountAdded, "账号 {}", 0);
    office
        .add_account(name, &profile("财政局"), "密码的摘要", &entry)
        .expect("an account is added")
}

/// A session that has been opened.
pub fn session(office: &dyn Whole, byte: u8, account: AccountId) {
    let entry = entry(Deed::SignIn, "账号", 1);
    office
        .add_session(&secret(byte), account, &entry)
        .expect("a session is opened");
}

pub fn grant(name: &str) -> Grant {
    Grant {
        name: name.into(),
        department: finance().department,
        scopes: vec![Scope::Draft, Scope::Submit],
        expires_on: day("2027-06-30"),
    }
}

/// A token that has been added.
pub fn token(office: &dyn Whole, byte: u8, account: AccountId) -> Token {
    let entry = entry(Deed::TokenAdded, "令牌 {}", 2);
    office
        .add_token(&secret(byte), account, &grant("业务系统"), &entry)
        .expect("a token is added")
}

pub fn new_draft(list: &ListId) -> Draft {
    Draft::new(list.clone(), 0, at(0))
}

/// A draft with something in every field.
pub fn full_draft(list: &ListId) -> Draft {
    Draft {
        base: 3,
        state: State::LegalReview,
        authors: vec![AccountId(1), AccountId(4)],
        declaration: Declaration {
            cause: "《预算法》修改；\n“机构改革”".into(),
            caused_on: Some(day("2026-10-01")),
            document_no: "克政发〔2026〕3号".into(),
            effective_on: Some(day("2027-01-01")),
            timing: Timing::OnEffectiveDay,
            supervision: "双随机检查".into(),
        },
        file: Some(FileRef {
            name: "清单.xlsx".into(),
            sha256: "ab".repeat(32),
            bytes: 12_345,
        }),
        is_edited: true,
        refused_rows: 2,
        findings: FindingCounts {
            errors: 1,
            warnings: 2,
            notices: 3,
        },
        added: 4,
        amended: 5,
        withdrawn: 6,
        contested: 1,
        decisions: vec![Decision {
            act: Act::Return,
            by: None,
            office: "系统".into(),
            at: "2026-11-24T06:00:00.123456789Z"
                .parse()
                .expect("an instant"),
            comment: "退回".into(),
            to: State::Returned,
        }],
        remarks: vec![Remark {
            key: "#7".into(),
            item: "会计许可".into(),
            text: "依据已废止".into(),
            by: AccountId(9),
            office: "司法局".into(),
            at: at(4),
        }],
        submitted_at: Some(at(2)),
        approved_at: Some(at(3)),
        publication: Some(8),
        ..new_draft(list)
    }
}

/// Saves a draft and its changes.
pub fn save(office: &dyn Whole, draft: &mut Draft, changes: &[DraftChange], second: i64) {
    let content = Content {
        changes: Some(changes),
        findings: None,
    };
    office
        .save_draft(draft, content, &entry(Deed::Edited, "草稿 {}", second))
        .expect("a draft is saved");
}

/// So many changes that each add an item.
pub fn additions(list: &ListId, prefix: &str, count: usize) -> Vec<DraftChange> {
    let name = |n| format!("{prefix}{n}");
    (0..count)
        .map(|n| DraftChange::new(add(item(list, &name(n), ""), None)))
        .collect()
}

pub fn stored(office: &dyn Whole, id: u64) -> Draft {
    let found = office.draft(id).expect("a draft is read");
    found.unwrap_or_else(|| panic!("there is no draft {id}"))
}

pub fn all_changes(office: &dyn Whole, id: u64) -> Vec<DraftChange> {
    office
        .draft_changes(id, 0, u64::MAX)
        .expect("changes are read")
}

/// All records, newest first.
pub fn all_records(office: &dyn Whole) -> Vec<Record> {
    let (found, total) = office
        .records(&JournalFilter::default(), 0, u64::MAX)
        .expect("records are read");
    assert_eq!(found.len() as u64, total, "all records are counted");
    found
}

/// Looks at what each deed leaves in the journal.
pub struct Watch<'a> {
    office: &'a dyn Whole,
    pub records: u64,
}

impl<'a> Watch<'a> {
    pub fn new(office: &'a dyn Whole) -> Self {
        let records = Self::newest(office).1;
        Self { office, records }
    }

    fn newest(office: &dyn Whole) -> (Vec<Record>, u64) {
        office
            .records(&JournalFilter::default(), 0, 1)
            .expect("records are read")
    }

    /// One record has come since the last look: this entry, of this object. Gives what it says of the
    /// content.
    pub fn one(&mut self, entry: &Entry, object: &str) -> String {
        let (newest, total) = Self::newest(self.office);
        assert_eq!(total, self.records + 1, "{object}: one record");
        self.records = total;
        let found = newest.into_iter().next().expect("a record");
        assert_eq!(found.number, total, "{object}: the next number");
        let content = found.entry.content.clone();
        let expected = Entry {
            object: object.to_owned(),
            content: content.clone(),
            ..entry.clone()
        };
        assert_eq!(found.entry, expected, "what was done is what is recorded");
        content
    }

    /// No record has come since the last look.
    pub fn none(&self, what: &str) {
        let total = Self::newest(self.office).1;
        assert_eq!(total, self.records, "{what}: no record");
    }
}
