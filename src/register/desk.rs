//! The register's interface for drafts: keeping them, and turning an approved one into a publication.
//! Must not know who may do what; `domain::workflow` says so.

use crate::domain::draft::{Draft, DraftChange};
use crate::domain::journal::Entry;
use crate::domain::workflow::State;
use crate::domain::{Finding, ListId, Publication, PublicationDraft};

use super::RegisterError;

/// Which drafts to list; the one changed last comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftFilter {
    /// Only of these departments; all where absent.
    pub departments: Option<Vec<String>>,
    /// Only in these states; all where empty.
    pub states: Vec<State>,
    pub list: Option<ListId>,
}

/// A draft's content, where it is saved anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct Content<'a> {
    pub changes: Option<&'a [DraftChange]>,
    pub findings: Option<&'a [Finding]>,
}

/// Where drafts are kept. Every saving is one transaction with its record in the journal; the contract
/// is `tests/contract/office.rs`.
pub trait Desk: Send + Sync {
    /// Stores a draft: a new one (`id` 0) gets its number, a known one must still be of the version
    /// that it says, and is of the next afterwards. Content that is not given stays as it was.
    /// In the entry's object `{}` stands for the number.
    ///
    /// # Errors
    /// `Outdated` when it has been saved by somebody else meanwhile.
    fn save_draft(
        &self,
        draft: &mut Draft,
        content: Content<'_>,
        entry: &Entry,
    ) -> Result<(), RegisterError>;

    fn draft(&self, id: u64) -> Result<Option<Draft>, RegisterError>;

    /// A page of drafts, and how many there are in all.
    fn drafts(
        &self,
        filter: &DraftFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Draft>, u64), RegisterError>;

    /// Changes of a draft in their order, from `offset` on.
    fn draft_changes(
        &self,
        id: u64,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<DraftChange>, RegisterError>;

    /// Findings of the draft's file.
    fn draft_findings(&self, id: u64) -> Result<Vec<Finding>, RegisterError>;

    /// Digest over a draft's list, file, declaration and changes, in lower-case hexadecimal; the same that
    /// the record of every saving has.
    fn draft_digest(&self, id: u64) -> Result<String, RegisterError>;

    /// Records the publication and that the draft has become it, in one transaction: both or neither.
    /// In the entry's object `{}` stands for the publication's number.
    ///
    /// # Errors
    /// As [`super::Register::publish`], and `Outdated` as [`Desk::save_draft`].
    fn publish_draft(
        &self,
        draft: &mut Draft,
        publication: &PublicationDraft,
        entry: &Entry,
    ) -> Result<Publication, RegisterError>;
}
