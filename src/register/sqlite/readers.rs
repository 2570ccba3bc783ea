//! Read-only connections, lent out one per call.
//! Must not know what is read.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::schema::BUSY;
use crate::register::RegisterError;

/// Connections kept open while idle; past these a call opens one and closes it again, so that
/// no call ever waits for another, not even one made from inside a callback.
const IDLE: usize = 8;

/// Lends read-only connections.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs a reading on one state of the database: what is published meanwhile is not seen.
    pub(super) fn read<T>(
        &self,
        reading: impl FnOnce(&Connection) -> Result<T, RegisterError>,
    ) -> Result<T, RegisterError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let db = match idle {
            Some(db) => db,
            None => self.connect()?,
        };
        let snapshot = db.unchecked_transaction()?;
        let result = reading(&snapshot);
        // A connection that cannot end its transaction is closed instead of lent again.
        snapshot.rollback()?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(db);
        }
        result
    }

    fn connect(&self) -> Result<Connection, RegisterError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.path, flags)?;
        db.busy_timeout(BUSY)?;
        db.pragma_update(None, "cache_size", -8_000)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(db)
    }
}
