//! Readers' letters and, apart from them, their writers' contacts. Must not know who may read them.

use std::sync::atomic::Ordering;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::accounts::{instant, read_instant};
use super::{SqliteRegister, damaged, desk, journal, key, number};
use crate::domain::journal::Entry;
use crate::domain::letter::{Aspect, Letter, LetterCounts, LetterState};
use crate::domain::{ItemCode, Timestamp};
use crate::register::RegisterError;
use crate::register::accounts::SecretDigest;
use crate::register::letters::{LetterFilter, Letters};

/// Everything but the contact itself.
const LETTER: &str = "
    SELECT id, code, item, department, publication, aspect, text, state, reply, is_public, office,
           received_at, handled_at, contact IS NOT NULL
    FROM letter";

fn read(row: &Row<'_>) -> Result<Letter, RegisterError> {
    let (code, aspect, state): (String, String, String) = (row.get(1)?, row.get(5)?, row.get(7)?);
    let (received, handled): (String, Option<String>) = (row.get(11)?, row.get(12)?);
    Ok(Letter {
        id: number(row.get(0)?),
        code: ItemCode::parse(&code).map_err(|e| damaged("code", e))?,
        item: row.get(2)?,
        department: row.get(3)?,
        publication: number(row.get(4)?),
        aspect: Aspect::parse(&aspect).ok_or_else(|| damaged("aspect", &aspect))?,
        text: row.get(6)?,
        state: LetterState::parse(&state).ok_or_else(|| damaged("state", &state))?,
        reply: row.get(8)?,
        is_public: row.get(9)?,
        office: row.get(10)?,
        received_at: read_instant(&received)?,
        handled_at: handled.as_deref().map(read_instant).transpose()?,
        has_contact: row.get(13)?,
    })
}

impl SqliteRegister {
    fn letter_where(
        &self,
        condition: &str,
        of: impl rusqlite::ToSql,
    ) -> Result<Option<Letter>, RegisterError> {
        self.readers.read(|db| {
            let mut find = db.prepare_cached(&format!("{LETTER} WHERE {condition} = ?1"))?;
            let mut rows = find.query([of])?;
            rows.next()?.map(read).transpose()
        })
    }
}

impl Letters for SqliteRegister {
    fn add_letter(
        &self,
        letter: &Letter,
        contact: Option<&str>,
        receipt: &SecretDigest,
        entry: &Entry,
    ) -> Result<u64, RegisterError> {
        self.write(|db| {
            let mut insert = db.prepare_cached(
                "INSERT INTO letter (receipt, code, item, department, publication, aspect, text,
                                     contact, state, reply, is_public, office, received_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?;
            let id = insert.insert(params![
                receipt.as_slice(),
                letter.code.as_str(),
                letter.item,
                letter.department,
                key(letter.publication),
                letter.aspect.key(),
                letter.text,
                contact,
                letter.state.key(),
                letter.reply,
                letter.is_public,
                letter.office,
                instant(letter.received_at)
            ])?;
            journal::append(db, entry, id)?;
            Ok(number(id))
        })
    }

    fn letter(&self, id: u64) -> Result<Option<Letter>, RegisterError> {
        self.letter_where("id", key(id))
    }

    fn letter_of(&self, receipt: &SecretDigest) -> Result<Option<Letter>, RegisterError> {
        self.letter_where("receipt", receipt.as_slice())
    }

    fn letters(
        &self,
        filter: &LetterFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Letter>, u64), RegisterError> {
        let states: Vec<&str> = filter.states.iter().map(|s| s.key()).collect();
        let (mut condition, mut of) = desk::matching(filter.departments.as_deref(), &states, None);
        if let Some(code) = &filter.code {
            condition += " AND code = ?";
            of.push(code.as_str().to_owned().into());
        }
        self.readers.read(|db| {
            let mut count = db.prepare(&format!("SELECT count(*) FROM letter {condition}"))?;
            let total: i64 = count.query_row(params_from_iter(of.iter()), |r| r.get(0))?;
            let mut page = db.prepare(&format!(
                "{LETTER} {condition} ORDER BY id DESC LIMIT ? OFFSET ?"
            ))?;
            of.extend([Value::from(key(limit)), Value::from(key(offset))]);
            let mut rows = page.query(params_from_iter(of.iter()))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok((found, number(total)))
        })
    }

    fn letter_counts(&self, code: &ItemCode) -> Result<LetterCounts, RegisterError> {
        self.readers.read(|db| {
            let mut count = db.prepare_cached(
                "SELECT count(*), count(*) FILTER (WHERE state IN ('received', 'handling')),
                        count(*) FILTER (WHERE state = 'accepted')
                 FROM letter WHERE code = ?1",
            )?;
            let counts = count.query_row([code.as_str()], |r| {
                Ok(LetterCounts {
                    received: number(r.get(0)?),
                    open: number(r.get(1)?),
                    accepted: number(r.get(2)?),
                })
            })?;
            Ok(counts)
        })
    }

    fn contact(&self, id: u64) -> Result<Option<String>, RegisterError> {
        self.readers.read(|db| {
            let mut find = db.prepare_cached("SELECT contact FROM letter WHERE id = ?1")?;
            let contact: Option<Option<String>> =
                find.query_row([key(id)], |r| r.get(0)).optional()?;
            Ok(contact.flatten())
        })
    }

    fn delete_contact(&self, id: u64, entry: &Entry) -> Result<(), RegisterError> {
        self.write(|db| {
            let deleted = db
                .prepare_cached(
                    "UPDATE letter SET contact = NULL WHERE id = ?1 AND contact IS NOT NULL",
                )?
                .execute([key(id)])?;
            if deleted == 0 {
                return Ok(());
            }
            // The log holds it too, until it is folded into the file.
            self.must_fold.store(true, Ordering::Relaxed);
            journal::append(db, entry, id)
        })
    }

    fn handle_letter(
        &self,
        letter: &Letter,
        before: Option<Timestamp>,
        entry: &Entry,
    ) -> Result<(), RegisterError> {
        self.write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE letter SET state = ?2, reply = ?3, is_public = ?4, office = ?5,
                                       handled_at = ?6
                     WHERE id = ?1 AND handled_at IS ?7",
                )?
                .execute(params![
                    key(letter.id),
                    letter.state.key(),
                    letter.reply,
                    letter.is_public,
                    letter.office,
                    letter.handled_at.map(instant),
                    before.map(instant)
                ])?;
            if changed == 0 {
                return Err(RegisterError::Outdated);
            }
            journal::append(db, entry, letter.id)
        })
    }
}
