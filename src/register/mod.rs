//! The register's interface: publications, revisions and the files they came from, append-only; and,
//! each in its file, what leads to them: accounts, drafts, letters, the journal.
//! Must not know the engine or HTTP; SQL lives in `sqlite/` alone.

pub mod accounts;
pub mod desk;
pub mod journal;
pub mod letters;
pub mod sqlite;

use std::io::Read;

use accounts::Accounts;
use desk::Desk;
use journal::Journal;
use letters::Letters;

use crate::domain::{
    Break, Date, FileRef, ItemCode, ItemId, ListId, Position, Publication, PublicationDraft,
    Region, Revision, Verified, diff::Recorded,
};

/// Why the register could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// A code of the draft belongs to an item of another list.
    #[error("code {code} belongs to another list")]
    CodeTaken { code: ItemCode },
    /// The draft was made against an older edition: the list has been published to meanwhile.
    #[error("list has moved on to publication {latest}")]
    Conflict { latest: u64 },
    /// Somebody else has saved the same draft or letter meanwhile.
    #[error("saved by somebody else meanwhile")]
    Outdated,
    /// A name that is in use.
    #[error("the name {0} is in use")]
    Taken(String),
    /// The draft contradicts itself (empty, unknown item, effective before the last edition).
    #[error("invalid publication: {0}")]
    Invalid(String),
    /// The folder was written by a newer program, or is not a register.
    #[error("{0}")]
    Incompatible(String),
    /// The store failed; the text is for the log.
    #[error("register store: {0}")]
    Store(String),
}

/// All that leads to publications.
pub trait Office: Accounts + Desk + Letters + Journal {}

impl<T: Accounts + Desk + Letters + Journal> Office for T {}

/// A list's present state.
#[derive(Clone, Debug)]
pub struct ListSummary {
    /// Internal number, from 1 in order of first publication; used in URLs.
    pub number: u64,
    pub list: ListId,
    /// Number of the last publication, and its dates.
    pub latest: Publication,
    pub publications: u64,
    /// Items in force on the day asked for.
    pub items: u64,
}

/// A department with its items in force.
#[derive(Clone, Debug)]
pub struct DepartmentSummary {
    /// Internal number, from 1 in order of first publication; used in URLs.
    pub number: u64,
    pub name: String,
    pub region: Region,
    /// Items in force by kind key, in no order; kinds without any are absent.
    pub items: Vec<(String, u64)>,
}

/// Which publications to list; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicationFilter {
    pub department: Option<String>,
    pub kind: Option<String>,
    pub list: Option<u64>,
    /// First and last day of publishing.
    pub published: Option<(Date, Date)>,
}

/// Where the register keeps what it is given. Every implementation passes
/// `tests/contract/register.rs`.
///
/// "In force on day D" is, for each item, the revision with the highest publication number among
/// those whose effective date is not after D; an item whose newest such revision is a withdrawal
/// is not in force.
pub trait Register: Send + Sync {
    /// Keeps a file byte for byte under its SHA-256; keeping it again changes nothing.
    fn keep_file(&self, name: &str, bytes: &mut dyn Read) -> Result<FileRef, RegisterError>;

    /// Opens a kept file, after checking that it is still what was kept; `None` when there is none
    /// with this digest. It is read as the caller goes, and never held in memory whole.
    fn open_file(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send>>, RegisterError>;

    /// Records a publication in one transaction: all of it or nothing.
    ///
    /// `base` is the list's last publication the draft was compared with (0: none). The draft's
    /// file must have been kept; its items are of the list's kind and department. An item added
    /// with the code of one this list has withdrawn is that item again.
    ///
    /// # Errors
    /// `Conflict` when the list has moved on since `base`, `CodeTaken`, `Invalid`, `Store`.
    fn publish(&self, draft: &PublicationDraft, base: u64) -> Result<Publication, RegisterError>;

    /// Number of the newest publication; 0 when there is none.
    fn last_number(&self) -> Result<u64, RegisterError>;

    fn publication(&self, number: u64) -> Result<Option<Publication>, RegisterError>;

    /// A page of publications, newest first, and how many there are in all.
    fn publications(
        &self,
        filter: &PublicationFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Publication>, u64), RegisterError>;

    /// A page of one publication's revisions in the order of the draft's changes. The publication
    /// says how many there are: `added`, `amended` and `withdrawn` together.
    fn revisions(
        &self,
        number: u64,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<Revision>, RegisterError>;

    /// The list's last publication and its items by newest revision whatever their effective
    /// date, withdrawn ones left out, in the order recorded; `(0, [])` for an unknown list. What a
    /// new edition is compared with. Recorded order: as the items first appeared; one amended, or
    /// withdrawn and added again, keeps its place.
    fn latest_edition(&self, list: &ListId) -> Result<(u64, Vec<Recorded>), RegisterError>;

    /// Lists with at least one publication, in the order of their departments, then by kind and title.
    fn lists(&self, day: Date) -> Result<Vec<ListSummary>, RegisterError>;

    /// Departments that publish, by region code and name, with or without items in force.
    fn departments(&self, day: Date) -> Result<Vec<DepartmentSummary>, RegisterError>;

    /// Revisions in force at the position by item id, in the order asked; missing ones are skipped.
    /// Publications after `at.publication` do not count.
    fn in_force(&self, ids: &[ItemId], at: Position) -> Result<Vec<Revision>, RegisterError>;

    /// Newest revision of the code effective on the day, which may be a withdrawal.
    fn item_on(&self, code: &ItemCode, day: Date) -> Result<Option<Revision>, RegisterError>;

    /// All revisions of the code, oldest first; empty for an unknown code.
    fn history(&self, code: &ItemCode) -> Result<Vec<Revision>, RegisterError>;

    /// Which of these codes are already used, and by which list.
    fn owners(&self, codes: &[ItemCode]) -> Result<Vec<(ItemCode, ListId)>, RegisterError>;

    /// Streams the items in force at the position, in the order of `lists` and then as recorded;
    /// `kind` restricts. The callback's `false` stops; it may itself use the register, whose
    /// later publications this streaming does not see.
    fn each_in_force(
        &self,
        at: Position,
        kind: Option<&str>,
        each: &mut dyn FnMut(Revision) -> bool,
    ) -> Result<(), RegisterError>;

    /// Streams, for every item touched between two positions, its state in force at `to`
    /// (`Err(id)` where it is not in force). Touched: it has a revision in a publication
    /// after `from.publication`, or one that came into force after `from.day`. Publications
    /// after `to.publication` do not count; where `to` is the earlier of the two, in number or in
    /// day, what lies between counts all the same. Each item comes once, by id.
    fn each_changed(
        &self,
        from: Position,
        to: Position,
        each: &mut dyn FnMut(Result<Revision, ItemId>) -> bool,
    ) -> Result<(), RegisterError>;

    /// Digest of a publication in lower-case hexadecimal: it covers all that the publication recorded
    /// and the digest of the one before it. `None` for an unknown number.
    fn digest(&self, publication: u64) -> Result<Option<String>, RegisterError>;

    /// Computes every digest anew, from contents, files and records, and compares it with the one of
    /// recording; the first difference ends it. `each` is called with the number of every publication
    /// before it is read.
    fn verify(&self, each: &mut dyn FnMut(u64)) -> Result<Result<Verified, Break>, RegisterError>;

    /// Bytes of the database and of the kept files.
    fn size(&self) -> Result<(u64, u64), RegisterError>;
}
