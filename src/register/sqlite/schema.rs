//! Opening the database: recognising it, creating it, refusing what this program cannot keep safe.
//! Must not know what the tables are used for.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::{catalog, chain};
use crate::register::RegisterError;

/// What each schema version adds, the first first.
const SCHEMA: [&str; 3] = [
    include_str!("schema.sql"),
    include_str!("chain.sql"),
    include_str!("office.sql"),
];

/// Schema version this program reads and writes, kept in `user_version`. Older ones are brought up to
/// it.
pub(super) const VERSION: i64 = 3;

/// Marks the file as a register (`application_id`): "QZDJ", 权责登记.
pub(super) const APPLICATION: i64 = 0x515A_444A;

/// How long a writer waits for another one, of this process or another.
pub(super) const BUSY: Duration = Duration::from_secs(30);

/// Opens the one writing connection, creating the tables in a new file.
///
/// # Errors
/// `Incompatible` for a file that is newer, foreign or damaged; `Store` otherwise.
pub(super) fn open(path: &Path) -> Result<Connection, RegisterError> {
    let explain = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => incompatible(path, "不是权责清单登记库"),
        Some(ErrorCode::DatabaseCorrupt) => incompatible(path, "不完整或已损坏，请从备份恢复"),
        _ => RegisterError::from(error),
    };
    let mut db = Connection::open(path).map_err(explain)?;
    db.busy_timeout(BUSY).map_err(explain)?;
    // Before anything is written: a foreign file is left as it was found. In one transaction:
    // another process may be creating the tables at this moment.
    let seen = db.transaction().and_then(|tx| recognise(&tx, path));
    match seen.map_err(explain)?? {
        VERSION => {}
        0 => create(&mut db, path).map_err(explain)??,
        _ => upgrade(&mut db, path)?,
    }
    configure(&db).map_err(explain)?;
    Ok(db)
}

/// Schema version of the register that the file is; 0 when it is still empty.
fn recognise(db: &Connection, path: &Path) -> rusqlite::Result<Result<i64, RegisterError>> {
    let application: i64 = db.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let version: i64 = db.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    Ok(match (application, version, tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION, 1..=VERSION, _) => Ok(version),
        (APPLICATION, newer, _) if newer > VERSION => Err(incompatible(
            path,
            &format!("由更新版本的程序写入（格式 {newer}，本程序支持到 {VERSION}），请升级程序"),
        )),
        _ => Err(incompatible(path, "不是权责清单登记库")),
    })
}

/// Creates the tables, unless another process has done so meanwhile.
fn create(db: &mut Connection, path: &Path) -> rusqlite::Result<Result<(), RegisterError>> {
    // An item packs to about 1 KB: larger pages lose less at their ends. Only before the first write.
    db.pragma_update(None, "page_size", 8192)?;
    write_ahead(db)?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match recognise(&tx, path)? {
        Ok(0) => {}
        Ok(_) => return Ok(Ok(())),
        Err(foreign) => return Ok(Err(foreign)),
    }
    for added in SCHEMA {
        tx.execute_batch(added)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()?;
    Ok(Ok(()))
}

/// Brings an older register up to this version, all of it or nothing. What it holds is not touched.
fn upgrade(db: &mut Connection, path: &Path) -> Result<(), RegisterError> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = recognise(&tx, path)??;
    for added in SCHEMA
        .iter()
        .skip(usize::try_from(version).unwrap_or_default())
    {
        tx.execute_batch(added)?;
    }
    chain::extend(&tx, catalog::last_number(&tx)?)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()?;
    Ok(())
}

fn configure(db: &Connection) -> rusqlite::Result<()> {
    write_ahead(db)?;
    // FULL: a publication that was acknowledged survives a power cut.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // What readers have had deleted (a contact) must not be left in the file.
    db.pragma_update(None, "secure_delete", true)?;
    // So that REPLACE cannot slip past the delete triggers on this connection.
    db.pragma_update(None, "recursive_triggers", true)?;
    // 32 MB of log between check points: each one costs two more fsyncs and rewrites hot pages.
    db.pragma_update(None, "wal_autocheckpoint", 4096)?;
    db.pragma_update(None, "journal_size_limit", 64 << 20)?;
    db.pragma_update(None, "cache_size", -32_000)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Changing the journal mode does not wait for other connections by itself.
fn write_ahead(db: &Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    loop {
        match db.pragma_update_and_check(None, "journal_mode", "WAL", |r| r.get::<_, String>(0)) {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 100 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other.map(drop),
        }
    }
}

fn incompatible(path: &Path, why: &str) -> RegisterError {
    RegisterError::Incompatible(format!("{} {why}", path.display()))
}
