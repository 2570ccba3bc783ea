//! The register's interface for the journal: what was done, by whom, from where. Append-only.
//! Must not know what is worth recording.

use crate::domain::journal::{Deed, Entry, Record};

use super::RegisterError;

/// Which records to list; the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalFilter {
    pub deed: Option<Deed>,
    /// Sign-in name, also of what its tokens did.
    pub actor: Option<String>,
    pub object: Option<String>,
}

/// Where deeds are recorded. What others do to the register is recorded with it; this is for what
/// leaves no other trace.
pub trait Journal: Send + Sync {
    fn record(&self, entry: &Entry) -> Result<(), RegisterError>;

    /// A page of records, and how many there are in all.
    fn records(
        &self,
        filter: &JournalFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Record>, u64), RegisterError>;
}
