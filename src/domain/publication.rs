//! Publications and revisions: the append-only history of the lists.
//! Must not know how they are stored or who serves them.

use serde::{Deserialize, Serialize};

use super::code::ItemCode;
use super::date::{Date, Timestamp};
use super::draft::ChangeType;
use super::item::{Item, ItemId};
use super::region::Region;

/// Identifies a list across its editions. Two files with equal values are two editions of one list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListId {
    /// Full name of the publishing department (克拉玛依市财政局).
    pub department: String,
    pub region: Region,
    /// Key of the kind.
    pub kind: String,
    /// Title without department and year; tells apart two lists of one kind by one department.
    pub title: String,
}

/// The original file of a publication, kept byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    pub name: String,
    /// Lower-case hexadecimal SHA-256 of the bytes.
    pub sha256: String,
    pub bytes: u64,
}

/// Place of an item in its file, 1-based.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub sheet: String,
    pub first_row: u32,
    pub last_row: u32,
}

/// What a publication does to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Added,
    Amended,
    Withdrawn,
}

impl Action {
    pub fn label(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Amended => "调整",
            Self::Withdrawn => "取消",
        }
    }
}

/// One item's change inside a publication that is not yet in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub action: Action,
    /// What the rules on list management call it, where somebody said so.
    pub kind: Option<ChangeType>,
    /// `None` for an added item.
    pub id: Option<ItemId>,
    /// Code the item keeps (amended, withdrawn) or brings (added); `None`: the register assigns one.
    pub code: Option<ItemCode>,
    /// New content; for a withdrawal the last content.
    pub item: Item,
    pub origin: Origin,
    /// Reason of a withdrawal.
    pub reason: Option<String>,
    /// Item that replaces a withdrawn one.
    pub successor: Option<ItemCode>,
}

/// A publication as handed to the register, which gives it its number.
#[derive(Clone, Debug)]
pub struct PublicationDraft {
    pub list: ListId,
    /// 文号 of the document that ordered it.
    pub document_no: Option<String>,
    pub reason: Option<String>,
    /// Day the department published the list.
    pub published_on: Date,
    pub effective_on: Date,
    /// Instant of recording, from the injected clock.
    pub recorded_at: Timestamp,
    pub submitted_by: String,
    /// Offices that approved it, in their order; none where it was not reviewed here.
    pub approved_by: Option<String>,
    /// How cancelled, delegated and entrusted powers are supervised afterwards.
    pub supervision: Option<String>,
    pub file: FileRef,
    /// Registered codes for items that bring none start with this (see `Kind::prefix`).
    pub code_prefix: String,
    pub changes: Vec<Change>,
}

/// A recorded publication. Never changed or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Global sequence from 1.
    pub number: u64,
    pub list: ListId,
    pub document_no: Option<String>,
    pub reason: Option<String>,
    pub published_on: Date,
    pub effective_on: Date,
    pub recorded_at: Timestamp,
    pub submitted_by: String,
    /// Offices that approved it, in their order; none where it was not reviewed here.
    pub approved_by: Option<String>,
    /// How cancelled, delegated and entrusted powers are supervised afterwards.
    pub supervision: Option<String>,
    pub file: FileRef,
    pub added: u64,
    pub amended: u64,
    pub withdrawn: u64,
}

/// What was found when everything recorded was computed anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub publications: u64,
    pub revisions: u64,
    /// Records of the journal, and the digest of the last; blank where there is none.
    pub records: u64,
    pub journal: String,
    /// Digest of the newest publication, which covers all before it, in lower-case hexadecimal; blank
    /// where there is none.
    pub head: String,
}

/// The first place where what is recorded is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Which record it is, in Chinese.
    pub place: String,
    /// What is wrong with it, in Chinese.
    pub why: String,
}

/// One item's state in one publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    pub id: ItemId,
    pub code: ItemCode,
    /// Number of the publication.
    pub publication: u64,
    pub effective_on: Date,
    pub action: Action,
    /// What the rules on list management call the change, where somebody said so.
    pub kind: Option<ChangeType>,
    pub item: Item,
    pub origin: Origin,
    pub reason: Option<String>,
    pub successor: Option<ItemCode>,
}

/// How far the engine has followed the register: all publications up to a number, as in force
/// on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub publication: u64,
    pub day: Date,
}

impl Position {
    /// Everything published, as in force on the day.
    pub fn on(day: Date) -> Self {
        Self {
            publication: u64::MAX,
            day,
        }
    }
}
