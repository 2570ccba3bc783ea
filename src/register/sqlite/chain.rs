//! The chain of digests over publications: each covers the publication's row, its revisions, the
//! digest of its file and the digest before it. Computed from what is stored, so that anybody who has
//! the file can compute it again; the fields and their order are those of the two queries here.
//! Must not know what the columns mean.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};

use super::content::Unpacker;
use super::files::{Files, Kept};
use super::{catalog, journal, key, number};
use crate::domain::{Break, Verified, hex};
use crate::register::RegisterError;

/// Begins every digest, by the form it is computed in.
const FORMS: [&[u8]; 2] = [b"quanze chain 1\n", b"quanze chain 2\n"];
/// The form of what is recorded now.
const FORM: i64 = 2;

const PUBLICATION: &str = "
    SELECT p.number, d.name, d.region_code, d.region_name, l.id, l.kind, l.title, p.document_no,
           p.reason, p.published_on, p.effective_on, p.recorded_at, p.submitted_by, p.approved_by,
           p.file_name, p.file_sha256, p.file_bytes, p.added, p.amended, p.withdrawn
    FROM publication p JOIN list l ON l.id = p.list JOIN department d ON d.id = l.department
    WHERE p.number = ?1";

const REVISIONS: &str = "
    SELECT r.position, i.id, i.code, i.list, r.effective_on, r.action, r.sheet, r.first_row,
           r.last_row, r.reason, r.successor, r.digest
    FROM revision r JOIN item i ON i.id = r.item
    WHERE r.publication = ?1 ORDER BY r.position";

/// Columns added by schema version 3.
const FURTHER: &str = "
    SELECT -1, supervision FROM publication WHERE number = ?1 AND supervision IS NOT NULL
    UNION ALL
    SELECT position, change FROM revision WHERE publication = ?1 AND change IS NOT NULL
    ORDER BY 1";

/// How a publication's digest is computed: its form, and the record of the journal up to which it
/// covers that.
#[derive(Clone, Copy)]
struct Manner {
    form: i64,
    journal: u64,
}

/// Adds the digests of publications up to a number that have none yet.
pub(super) fn extend(db: &Connection, upto: u64) -> Result<(), RegisterError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO chain (publication, digest, form, journal) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let (mut last, mut digest) = head(db)?;
    let (journal, _) = journal::head(db)?;
    let manner = Manner {
        form: FORM,
        journal,
    };
    while last < upto {
        last += 1;
        digest = link(db, last, &digest, manner)?.ok_or_else(|| {
            RegisterError::Store(format!("damaged publication: there is no {last}"))
        })?;
        insert.execute((key(last), digest.as_slice(), FORM, key(journal)))?;
    }
    Ok(())
}

/// Digest of a publication, in lower-case hexadecimal.
pub(super) fn digest(db: &Connection, publication: u64) -> Result<Option<String>, RegisterError> {
    Ok(stored(db, publication)?.map(|(digest, _)| hex(&digest)))
}

/// The newest link; all zeros before the first.
fn head(db: &Connection) -> Result<(u64, [u8; 32]), RegisterError> {
    let mut find = db.prepare_cached(
        "SELECT publication, digest FROM chain ORDER BY publication DESC LIMIT 1",
    )?;
    let found = find
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(found.map_or((0, [0; 32]), |(last, digest)| (number(last), digest)))
}

/// Digest of a publication as stored, and how it was computed.
fn stored(db: &Connection, publication: u64) -> Result<Option<([u8; 32], Manner)>, RegisterError> {
    let mut find =
        db.prepare_cached("SELECT digest, form, journal FROM chain WHERE publication = ?1")?;
    let read = |r: &Row<'_>| {
        let manner = Manner {
            form: r.get(1)?,
            journal: number(r.get(2)?),
        };
        Ok((r.get(0)?, manner))
    };
    Ok(find.query_row([key(publication)], read).optional()?)
}

/// Digest of a publication after the digest before it; `None` where there is no such publication.
fn link(
    db: &Connection,
    publication: u64,
    before: &[u8; 32],
    manner: Manner,
) -> Result<Option<[u8; 32]>, RegisterError> {
    let mut hasher = Sha256::new();
    hasher.update(FORMS[usize::from(manner.form == FORM)]);
    hasher.update(before);
    let mut find = db.prepare_cached(PUBLICATION)?;
    let mut rows = find.query([key(publication)])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    cover(&mut hasher, row)?;
    let mut find = db.prepare_cached(REVISIONS)?;
    let mut rows = find.query([key(publication)])?;
    while let Some(row) = rows.next()? {
        cover(&mut hasher, row)?;
    }
    // What was published before these columns were there has nothing in them.
    let mut find = db.prepare_cached(FURTHER)?;
    let mut rows = find.query([key(publication)])?;
    while let Some(row) = rows.next()? {
        cover(&mut hasher, row)?;
    }
    if manner.form == FORM {
        let record = journal::stored(db, manner.journal)?;
        hasher.update(manner.journal.to_be_bytes());
        hasher.update(record.unwrap_or_default());
    }
    Ok(Some(hasher.finalize().into()))
}

/// Covers every column of a row: its type, its length, its bytes.
pub(super) fn cover(hasher: &mut Sha256, row: &Row<'_>) -> Result<(), RegisterError> {
    for column in 0..row.as_ref().column_count() {
        let number = |n: i64| n.to_be_bytes();
        let (sort, bytes): (u8, Vec<u8>) = match row.get_ref(column)? {
            ValueRef::Null => (0, Vec::new()),
            ValueRef::Integer(n) => (1, number(n).to_vec()),
            ValueRef::Real(n) => (2, n.to_be_bytes().to_vec()),
            ValueRef::Text(text) => (3, text.to_vec()),
            ValueRef::Blob(blob) => (4, blob.to_vec()),
        };
        hasher.update([sort]);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(&bytes);
    }
    Ok(())
}

/// Recomputes everything: the journal, then from the first publication on contents, files, the chain.
/// `each` is called with the number of every publication before it is read.
pub(super) fn verify(
    db: &Connection,
    files: &Files,
    each: &mut dyn FnMut(u64),
) -> Result<Result<Verified, Break>, RegisterError> {
    let last = catalog::last_number(db)?;
    let (linked, _) = head(db)?;
    let mut verified = Verified::default();
    match journal::verify(db)? {
        Ok(records) => {
            verified.records = records;
            let last = journal::stored(db, records)?.filter(|_| records > 0);
            verified.journal = last.map(|digest| hex(&digest)).unwrap_or_default();
        }
        Err(broken) => return Ok(Err(broken)),
    }
    let first: Option<i64> =
        db.query_row("SELECT min(number) FROM publication", [], |r| r.get(0))?;
    if let Some(foreign) = first.filter(|number| *number < 1) {
        return Ok(Err(Break {
            place: format!("第 {foreign} 号公布"),
            why: "公布从第 1 号起，没有这一号".to_owned(),
        }));
    }
    let mut before = [0; 32];
    for publication in 1..=last.max(linked) {
        each(publication);
        let broken = |why: String| {
            let place = format!("第 {publication} 号公布");
            Ok(Err(Break { place, why }))
        };
        let Some((kept, manner)) = stored(db, publication)? else {
            return broken("没有校验值".to_owned());
        };
        if journal::stored(db, manner.journal)?.is_none() {
            return Ok(Err(journal::missing(manner.journal)));
        }
        let Some(digest) = link(db, publication, &before, manner)? else {
            return broken("登记簿中没有这次公布".to_owned());
        };
        if let Some(why) = contents(db, publication, &mut verified)? {
            return broken(why);
        }
        if let Some(why) = file(db, files, publication)? {
            return broken(why);
        }
        if kept != digest {
            return broken("公布信息、事项的登记信息或校验值与登记时不同".to_owned());
        }
        verified.publications += 1;
        verified.head = hex(&digest);
        before = digest;
    }
    Ok(Ok(verified))
}

/// What is wrong with the contents of a publication's items.
fn contents(
    db: &Connection,
    publication: u64,
    verified: &mut Verified,
) -> Result<Option<String>, RegisterError> {
    let mut find = db.prepare_cached(
        "SELECT i.code, r.digest, r.content FROM revision r JOIN item i ON i.id = r.item
         WHERE r.publication = ?1 ORDER BY r.position",
    )?;
    let mut unpacker = Unpacker::new()?;
    let mut rows = find.query([key(publication)])?;
    while let Some(row) = rows.next()? {
        let (code, digest): (String, [u8; 32]) = (row.get(0)?, row.get(1)?);
        let frame = row.get_ref(2)?.as_blob().unwrap_or_default();
        let found = unpacker
            .json(frame)
            .map(|json| Sha256::digest(&json).into());
        if found.ok() != Some(digest) {
            return Ok(Some(format!("事项 {code} 的内容与登记时不同")));
        }
        verified.revisions += 1;
    }
    Ok(None)
}

/// What is wrong with a publication's file.
fn file(db: &Connection, files: &Files, publication: u64) -> Result<Option<String>, RegisterError> {
    let mut find =
        db.prepare_cached("SELECT file_name, file_sha256 FROM publication WHERE number = ?1")?;
    let (name, sha256): (String, String) =
        find.query_row([key(publication)], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(match files.check(&sha256)? {
        Kept::Whole => None,
        Kept::Missing => Some(format!("原始文件“{name}”不见了")),
        Kept::Changed => Some(format!("原始文件“{name}”与登记时不同")),
    })
}
