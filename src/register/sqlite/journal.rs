//! The journal's records and their chain of digests. Must not know what is worth recording.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::chain::cover;
use super::{damaged, key, number};
use crate::domain::journal::{Deed, Entry, Record};
use crate::domain::{AccountId, Break, hex};
use crate::register::RegisterError;
use crate::register::journal::JournalFilter;

/// Begins every digest: another way of computing it would begin otherwise.
const FORM: &[u8] = b"quanze journal 1\n";

const RECORD: &str = "
    SELECT number, at, actor, account, address, deed, object, detail, content FROM journal
    WHERE number = ?1";

/// Number and digest of the last record; 0 and zeros before the first.
pub(super) fn head(db: &Connection) -> Result<(u64, [u8; 32]), RegisterError> {
    let mut find =
        db.prepare_cached("SELECT number, digest FROM journal ORDER BY number DESC LIMIT 1")?;
    let found = find
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(found.map_or((0, [0; 32]), |(last, digest)| (number(last), digest)))
}

/// Digest of a record as stored; zeros for 0.
pub(super) fn stored(db: &Connection, record: u64) -> Result<Option<[u8; 32]>, RegisterError> {
    if record == 0 {
        return Ok(Some([0; 32]));
    }
    let mut find = db.prepare_cached("SELECT digest FROM journal WHERE number = ?1")?;
    Ok(find.query_row([key(record)], |r| r.get(0)).optional()?)
}

/// Appends a record; `id` is what `{}` in the entry's object stands for.
pub(super) fn append(
    db: &Connection,
    entry: &Entry,
    id: impl std::fmt::Display,
) -> Result<(), RegisterError> {
    let (last, before) = head(db)?;
    let object = entry.object.replace("{}", &id.to_string());
    let row = (
        key(last + 1),
        entry.at.to_string(),
        &entry.actor,
        entry.account.map(|a| key(a.0)),
        &entry.address,
        entry.deed.key(),
        object,
        &entry.detail,
        &entry.content,
    );
    // What is covered is what will be stored, column by column.
    let mut find = db.prepare_cached("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9")?;
    let digest = find.query_row(row.clone(), |r| Ok(digest(r, &before)))??;
    let (number, at, actor, account, address, deed, object, detail, content) = row;
    let mut insert = db.prepare_cached(
        "INSERT INTO journal (number, at, actor, account, address, deed, object, detail, content, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    insert.execute(params![
        number, at, actor, account, address, deed, object, detail, content, digest
    ])?;
    Ok(())
}

fn digest(row: &Row<'_>, before: &[u8; 32]) -> Result<[u8; 32], RegisterError> {
    let mut hasher = Sha256::new();
    hasher.update(FORM);
    hasher.update(before);
    cover(&mut hasher, row)?;
    Ok(hasher.finalize().into())
}

/// Computes every record's digest anew. Gives their number, or the first that is not as it was.
pub(super) fn verify(db: &Connection) -> Result<Result<u64, Break>, RegisterError> {
    let mut before = [0; 32];
    let (last, _) = head(db)?;
    let mut find = db.prepare_cached(RECORD)?;
    for record in 1..=last {
        let broken = |why: &str| {
            Ok(Err(Break {
                place: format!("审计记录第 {record} 条"),
                why: why.to_owned(),
            }))
        };
        let mut rows = find.query([key(record)])?;
        let Some(row) = rows.next()? else {
            return Ok(Err(missing(record)));
        };
        let computed = digest(row, &before)?;
        if stored(db, record)? != Some(computed) {
            return broken("内容或校验值与记录时不同");
        }
        before = computed;
    }
    Ok(Ok(last))
}

/// A record that was there once.
pub(super) fn missing(record: u64) -> Break {
    Break {
        place: format!("审计记录第 {record} 条"),
        why: "不见了".to_owned(),
    }
}

/// A page of records, newest first, and how many there are in all.
pub(super) fn records(
    db: &Connection,
    filter: &JournalFilter,
    offset: u64,
    limit: u64,
) -> Result<(Vec<Record>, u64), RegisterError> {
    const MATCHING: &str = "FROM journal WHERE (?1 IS NULL OR deed = ?1)
         AND (?2 IS NULL OR actor = ?2 OR substr(actor, 1, length(?2) + 1) = ?2 || '（')
         AND (?3 IS NULL OR object = ?3)";
    let deed = filter.deed.map(Deed::key);
    let total: i64 = db
        .prepare_cached(&format!("SELECT count(*) {MATCHING}"))?
        .query_row(params![deed, filter.actor, filter.object], |r| r.get(0))?;
    let mut page = db.prepare_cached(&format!(
        "SELECT number, at, actor, account, address, deed, object, detail, content, digest {MATCHING}
         ORDER BY number DESC LIMIT ?4 OFFSET ?5"
    ))?;
    let mut rows = page.query(params![
        deed,
        filter.actor,
        filter.object,
        key(limit),
        key(offset)
    ])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok((found, number(total)))
}

fn read(row: &Row<'_>) -> Result<Record, RegisterError> {
    let (at, deed): (String, String) = (row.get(1)?, row.get(5)?);
    Ok(Record {
        number: number(row.get(0)?),
        entry: Entry {
            at: at.parse().map_err(|_| damaged("instant", &at))?,
            actor: row.get(2)?,
            account: row.get::<_, Option<i64>>(3)?.map(|a| AccountId(number(a))),
            address: row.get(4)?,
            deed: Deed::parse(&deed).ok_or_else(|| damaged("deed", &deed))?,
            object: row.get(6)?,
            detail: row.get(7)?,
            content: row.get(8)?,
        },
        digest: hex(&row.get::<_, [u8; 32]>(9)?),
    })
}
