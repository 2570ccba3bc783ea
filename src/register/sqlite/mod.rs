//! The register in one folder: a SQLite database and the kept files beside it.
//! The only user of rusqlite; must not know who publishes or who reads.
//!
//! | file | question |
//! |---|---|
//! | `schema.sql`, `schema.rs` | is this folder a register, and of which version? |
//! | `publish.rs` | how does a publication get in, whole or not at all? |
//! | `catalog.rs` | which publications, lists and departments are there? |
//! | `revisions.rs` | what did an item say, and what is in force? |
//! | `chain.rs`, `chain.sql` | is everything still as it was recorded? |
//! | `journal.rs` | who did what, and is that record whole? |
//! | `accounts.rs`, `desk.rs`, `letters.rs`, `office.sql` | what leads to publications? |
//! | `content.rs` | how is an item's content packed? |
//! | `files.rs` | where are the original files? |
//! | `readers.rs` | who may read while someone writes? |
#![expect(
    clippy::disallowed_types,
    reason = "sqlite/ is the one owner of rusqlite"
)]

mod accounts;
mod catalog;
mod chain;
mod content;
mod desk;
mod files;
mod journal;
mod letters;
mod publish;
mod readers;
mod revisions;
mod schema;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use super::journal::{Journal, JournalFilter};
use super::{DepartmentSummary, ListSummary, PublicationFilter, Register, RegisterError};
use crate::domain::diff::Recorded;
use crate::domain::journal::{Deed, Entry, Record};
use crate::domain::{
    Break, Date, FileRef, ItemCode, ItemId, ListId, Position, Publication, PublicationDraft,
    Revision, Verified,
};
use files::Files;
use readers::Readers;

/// A register kept in a folder: `register.db` and `files/`.
///
/// Any number of threads may use one handle, and several processes may have one folder open:
/// readers never wait, writers wait for each other for up to [`schema::BUSY`].
pub struct SqliteRegister {
    database: PathBuf,
    files: Files,
    // Dropped before the writer: the last connection to close folds the log into the database,
    // which a read-only one cannot.
    readers: Readers,
    writer: Mutex<Connection>,
    /// Whether the log holds what was to be deleted for good.
    must_fold: AtomicBool,
}

impl SqliteRegister {
    /// Opens the register in the folder, and creates both when there are none.
    ///
    /// # Errors
    /// `Incompatible` when the folder holds a newer register, something else, a damaged
    /// database, or kept files without their database; `Store` when it cannot be read or written.
    pub fn open(dir: &Path) -> Result<Self, RegisterError> {
        std::fs::create_dir_all(dir)?;
        let database = dir.join("register.db");
        let files = Files::open(&dir.join("files"))?;
        let new = std::fs::metadata(&database).map_or(true, |m| m.len() == 0);
        if new && files.any()? {
            return Err(RegisterError::Incompatible(format!(
                "{} 中保存有原始文件，但登记库 register.db 不存在或为空；请从备份恢复完整的文件夹",
                dir.display()
            )));
        }
        let writer = schema::open(&database)?;
        Ok(Self {
            readers: Readers::new(&database),
            database,
            files,
            writer: Mutex::new(writer),
            must_fold: AtomicBool::new(false),
        })
    }

    /// Writes in one transaction: all of it or nothing.
    fn write<T>(
        &self,
        writing: impl FnOnce(&Connection) -> Result<T, RegisterError>,
    ) -> Result<T, RegisterError> {
        // A panic while the lock was held has rolled its transaction back.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // IMMEDIATE: what is read here is still so at the commit.
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = writing(&tx)?;
        tx.commit()?;
        if self.must_fold.load(Ordering::Relaxed) {
            self.fold_log(&writer);
        }
        Ok(written)
    }

    /// Folds the log into the database and empties it, if no reader is in the way; else the next
    /// writing tries again.
    fn fold_log(&self, writer: &Connection) {
        let fold = || {
            writer.busy_timeout(std::time::Duration::from_millis(100))?;
            let busy: i64 =
                writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
            writer.busy_timeout(schema::BUSY)?;
            Ok::<_, rusqlite::Error>(busy != 0)
        };
        let again = fold().unwrap_or_else(|error| {
            tracing::warn!(%error, "the log was not folded");
            true
        });
        self.must_fold.store(again, Ordering::Relaxed);
    }

    /// What can be told wrong with a publication before it is written.
    fn check(&self, draft: &PublicationDraft) -> Result<(), RegisterError> {
        publish::check(draft)?;
        if self.files.has(&draft.file.sha256) {
            return Ok(());
        }
        Err(RegisterError::Invalid(format!(
            "原始文件“{}”尚未保存到登记库",
            draft.file.name
        )))
    }
}

impl Journal for SqliteRegister {
    fn record(&self, entry: &Entry) -> Result<(), RegisterError> {
        self.write(|db| journal::append(db, entry, ""))
    }

    fn records(
        &self,
        filter: &JournalFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Record>, u64), RegisterError> {
        self.readers
            .read(|db| journal::records(db, filter, offset, limit))
    }
}

impl Register for SqliteRegister {
    fn keep_file(&self, name: &str, bytes: &mut dyn Read) -> Result<FileRef, RegisterError> {
        self.files.keep(name, bytes)
    }

    fn open_file(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send>>, RegisterError> {
        let file = self.files.open_kept(sha256)?;
        Ok(file.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn publish(&self, draft: &PublicationDraft, base: u64) -> Result<Publication, RegisterError> {
        self.check(draft)?;
        // Packing takes most of the time, and needs no lock.
        let contents = content::pack_all(&draft.changes)?;
        self.write(|db| {
            let publication = publish::record(db, draft, base, &contents)?;
            let entry = Entry {
                at: draft.recorded_at,
                actor: draft.submitted_by.clone(),
                account: None,
                address: String::new(),
                deed: Deed::Published,
                object: "第 {} 号公布".to_owned(),
                detail: format!("{}：{}", draft.list.department, draft.list.title),
                content: chain::digest(db, publication.number)?.unwrap_or_default(),
            };
            journal::append(db, &entry, publication.number)?;
            Ok(publication)
        })
    }

    fn last_number(&self) -> Result<u64, RegisterError> {
        self.readers.read(catalog::last_number)
    }

    fn publication(&self, number: u64) -> Result<Option<Publication>, RegisterError> {
        self.readers.read(|db| catalog::publication(db, number))
    }

    fn publications(
        &self,
        filter: &PublicationFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Publication>, u64), RegisterError> {
        self.readers
            .read(|db| catalog::publications(db, filter, offset, limit))
    }

    fn revisions(
        &self,
        number: u64,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<Revision>, RegisterError> {
        self.readers
            .read(|db| revisions::of_publication(db, number, offset, limit))
    }

    fn latest_edition(&self, list: &ListId) -> Result<(u64, Vec<Recorded>), RegisterError> {
        self.readers.read(|db| revisions::latest_edition(db, list))
    }

    fn lists(&self, day: Date) -> Result<Vec<ListSummary>, RegisterError> {
        self.readers.read(|db| catalog::lists(db, day))
    }

    fn departments(&self, day: Date) -> Result<Vec<DepartmentSummary>, RegisterError> {
        self.readers.read(|db| catalog::departments(db, day))
    }

    fn in_force(&self, ids: &[ItemId], at: Position) -> Result<Vec<Revision>, RegisterError> {
        self.readers.read(|db| revisions::in_force(db, ids, at))
    }

    fn item_on(&self, code: &ItemCode, day: Date) -> Result<Option<Revision>, RegisterError> {
        self.readers.read(|db| revisions::item_on(db, code, day))
    }

    fn history(&self, code: &ItemCode) -> Result<Vec<Revision>, RegisterError> {
        self.readers.read(|db| revisions::history(db, code))
    }

    fn owners(&self, codes: &[ItemCode]) -> Result<Vec<(ItemCode, ListId)>, RegisterError> {
        self.readers.read(|db| catalog::owners(db, codes))
    }

    fn each_in_force(
        &self,
        at: Position,
        kind: Option<&str>,
        each: &mut dyn FnMut(Revision) -> bool,
    ) -> Result<(), RegisterError> {
        self.readers
            .read(|db| revisions::each_in_force(db, at, kind, each))
    }

    fn each_changed(
        &self,
        from: Position,
        to: Position,
        each: &mut dyn FnMut(Result<Revision, ItemId>) -> bool,
    ) -> Result<(), RegisterError> {
        self.readers
            .read(|db| revisions::each_changed(db, from, to, each))
    }

    fn digest(&self, publication: u64) -> Result<Option<String>, RegisterError> {
        self.readers.read(|db| chain::digest(db, publication))
    }

    fn verify(&self, each: &mut dyn FnMut(u64)) -> Result<Result<Verified, Break>, RegisterError> {
        self.readers.read(|db| chain::verify(db, &self.files, each))
    }

    fn size(&self) -> Result<(u64, u64), RegisterError> {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
        let log = self.database.with_extension("db-wal");
        Ok((length(&self.database) + length(&log), self.files.size()?))
    }
}

impl From<rusqlite::Error> for RegisterError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<std::io::Error> for RegisterError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(error.to_string())
    }
}

/// A stored value that no version of this program writes.
fn damaged(what: &str, value: impl std::fmt::Display) -> RegisterError {
    RegisterError::Store(format!("damaged {what}: {value}"))
}

/// A number as SQLite's signed integer. Those past its range become the greatest, which no row has.
fn key(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A stored number, which is never negative.
fn number(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or_default()
}
