//! The register's interface for readers' letters (纠错/建议). Must not know who may read or answer them.

use crate::domain::journal::Entry;
use crate::domain::letter::{Letter, LetterCounts, LetterState};
use crate::domain::{ItemCode, Timestamp};

use super::RegisterError;
use super::accounts::SecretDigest;

/// Which letters to list; the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterFilter {
    /// Only to these departments; all where absent.
    pub departments: Option<Vec<String>>,
    /// Only in these states; all where empty.
    pub states: Vec<LetterState>,
    pub code: Option<ItemCode>,
}

/// Where letters are kept. A contact is kept apart from its letter, is in no record of the journal,
/// and can be deleted for good. The contract is `tests/contract/office.rs`.
pub trait Letters: Send + Sync {
    /// Stores a new letter and gives its number. `receipt` is the digest of the secret by which its
    /// writer finds it again. In the entry's object `{}` stands for the number.
    fn add_letter(
        &self,
        letter: &Letter,
        contact: Option<&str>,
        receipt: &SecretDigest,
        entry: &Entry,
    ) -> Result<u64, RegisterError>;

    fn letter(&self, id: u64) -> Result<Option<Letter>, RegisterError>;

    fn letter_of(&self, receipt: &SecretDigest) -> Result<Option<Letter>, RegisterError>;

    /// A page of letters, and how many there are in all.
    fn letters(
        &self,
        filter: &LetterFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Letter>, u64), RegisterError>;

    fn letter_counts(&self, code: &ItemCode) -> Result<LetterCounts, RegisterError>;

    /// The writer's contact, while it is there.
    fn contact(&self, id: u64) -> Result<Option<String>, RegisterError>;

    fn delete_contact(&self, id: u64, entry: &Entry) -> Result<(), RegisterError>;

    /// Saves what was done about a letter: state, reply, office, whether its words are public.
    ///
    /// # Errors
    /// `Outdated` when somebody else has handled it since `before`.
    fn handle_letter(
        &self,
        letter: &Letter,
        before: Option<Timestamp>,
        entry: &Entry,
    ) -> Result<(), RegisterError>;
}
