//! Drafts and their changes, and the one transaction in which a draft becomes a publication.
//! Must not know who may do what.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use sha2::{Digest, Sha256};

use super::accounts::{instant, json, read_json};
use super::chain;
use super::content::{self, Unpacker};
use super::{SqliteRegister, damaged, journal, key, number, publish};
use crate::domain::journal::Entry;
use crate::domain::workflow::State;
use crate::domain::{Draft, DraftChange, Finding, Publication, PublicationDraft, hex};
use crate::register::RegisterError;
use crate::register::desk::{Content, Desk, DraftFilter};

impl Desk for SqliteRegister {
    fn save_draft(
        &self,
        draft: &mut Draft,
        content: Content<'_>,
        entry: &Entry,
    ) -> Result<(), RegisterError> {
        // Packing takes most of the time, and needs no lock.
        let changes = content.changes.map(content::pack_json).transpose()?;
        let findings = content
            .findings
            .map(|f| content::pack_one(&f))
            .transpose()?;
        let mut next = draft.clone();
        self.write(|db| {
            store(db, &mut next, entry)?;
            let id = key(next.id);
            if let Some(frames) = &changes {
                db.prepare_cached("DELETE FROM draft_change WHERE draft = ?1")?
                    .execute([id])?;
                let mut insert = db.prepare_cached(
                    "INSERT INTO draft_change (draft, position, content) VALUES (?1, ?2, ?3)",
                )?;
                for (position, frame) in frames.iter().enumerate() {
                    insert.execute(params![id, key(position as u64), frame])?;
                }
            }
            if let Some(frame) = &findings {
                db.prepare_cached("UPDATE draft SET findings = ?2 WHERE id = ?1")?
                    .execute(params![id, frame])?;
            }
            let content = Entry {
                content: digest(db, next.id)?,
                ..entry.clone()
            };
            journal::append(db, &content, next.id)
        })?;
        *draft = next;
        Ok(())
    }

    fn draft(&self, id: u64) -> Result<Option<Draft>, RegisterError> {
        self.readers.read(|db| {
            let mut find = db.prepare_cached("SELECT body FROM draft WHERE id = ?1")?;
            let body: Option<String> = find.query_row([key(id)], |r| r.get(0)).optional()?;
            body.as_deref().map(read_json).transpose()
        })
    }

    fn drafts(
        &self,
        filter: &DraftFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Draft>, u64), RegisterError> {
        let list = filter.list.as_ref().map(json).transpose()?;
        let states: Vec<&str> = filter.states.iter().map(|s| s.key()).collect();
        let (condition, mut of) = matching(filter.departments.as_deref(), &states, list);
        self.readers.read(|db| {
            let mut count = db.prepare(&format!("SELECT count(*) FROM draft {condition}"))?;
            let total: i64 = count.query_row(params_from_iter(of.iter()), |r| r.get(0))?;
            let mut page = db.prepare(&format!(
                "SELECT body FROM draft {condition} ORDER BY updated_at DESC, id DESC LIMIT ? OFFSET ?"
            ))?;
            of.extend([Value::from(key(limit)), Value::from(key(offset))]);
            let mut rows = page.query(params_from_iter(of.iter()))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read_json(&row.get::<_, String>(0)?)?);
            }
            Ok((found, number(total)))
        })
    }

    fn draft_changes(
        &self,
        id: u64,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<DraftChange>, RegisterError> {
        self.readers.read(|db| {
            let mut page = db.prepare_cached(
                "SELECT content FROM draft_change WHERE draft = ?1 AND position >= ?2
                 ORDER BY position LIMIT ?3",
            )?;
            let mut rows = page.query([key(id), key(offset), key(limit)])?;
            let mut unpacker = Unpacker::new()?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let frame = row.get_ref(0)?.as_blob().unwrap_or_default();
                found.push(unpacker.value(frame)?);
            }
            Ok(found)
        })
    }

    fn draft_findings(&self, id: u64) -> Result<Vec<Finding>, RegisterError> {
        self.readers.read(|db| {
            let mut find = db.prepare_cached("SELECT findings FROM draft WHERE id = ?1")?;
            let frame: Option<Option<Vec<u8>>> =
                find.query_row([key(id)], |r| r.get(0)).optional()?;
            match frame.flatten() {
                Some(frame) => Unpacker::new()?.value(&frame),
                None => Ok(Vec::new()),
            }
        })
    }

    fn draft_digest(&self, id: u64) -> Result<String, RegisterError> {
        self.readers.read(|db| digest(db, id))
    }

    fn publish_draft(
        &self,
        draft: &mut Draft,
        publication: &PublicationDraft,
        entry: &Entry,
    ) -> Result<Publication, RegisterError> {
        self.check(publication)?;
        let contents = content::pack_all(&publication.changes)?;
        let mut next = draft.clone();
        let published = self.write(|db| {
            // Before anything else: somebody else may have published it already.
            let stored = db
                .prepare_cached("SELECT version FROM draft WHERE id = ?1")?
                .query_row([key(draft.id)], |r| r.get(0))
                .optional()?;
            if stored.map(number) != Some(draft.version) {
                return Err(RegisterError::Outdated);
            }
            let published = publish::record(db, publication, draft.base, &contents)?;
            next.state = State::Published;
            next.publication = Some(published.number);
            store(db, &mut next, entry)?;
            let content = Entry {
                content: chain::digest(db, published.number)?.unwrap_or_default(),
                ..entry.clone()
            };
            journal::append(db, &content, published.number)?;
            Ok(published)
        })?;
        *draft = next;
        Ok(published)
    }
}

/// Condition and values of a selection by department, by state, and by one more column.
pub(super) fn matching(
    departments: Option<&[String]>,
    states: &[&str],
    list: Option<String>,
) -> (String, Vec<Value>) {
    let mut conditions = vec!["WHERE 1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let marks = |n: usize| vec!["?"; n].join(", ");
    if let Some(departments) = departments {
        conditions.push(format!("department IN ({})", marks(departments.len())));
        values.extend(departments.iter().cloned().map(Value::from));
    }
    if !states.is_empty() {
        conditions.push(format!("state IN ({})", marks(states.len())));
        values.extend(states.iter().map(|s| Value::from((*s).to_owned())));
    }
    if let Some(list) = list {
        conditions.push("list = ?".to_owned());
        values.push(list.into());
    }
    (conditions.join(" AND "), values)
}

/// Stores a draft's row under its next version.
fn store(db: &Connection, draft: &mut Draft, entry: &Entry) -> Result<(), RegisterError> {
    let before = draft.version;
    draft.version += 1;
    draft.updated_at = entry.at;
    let list = json(&draft.list)?;
    if draft.id == 0 {
        let next: i64 = db.query_row("SELECT coalesce(max(id), 0) + 1 FROM draft", [], |r| {
            r.get(0)
        })?;
        draft.id = number(next);
        let row = params![
            next,
            key(draft.version),
            draft.state.key(),
            draft.list.department,
            list,
            json(draft)?,
            instant(draft.updated_at)
        ];
        db.prepare_cached(
            "INSERT INTO draft (id, version, state, department, list, body, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(row)?;
        return Ok(());
    }
    let row = params![
        key(draft.id),
        key(before),
        key(draft.version),
        draft.state.key(),
        draft.list.department,
        list,
        json(draft)?,
        instant(draft.updated_at)
    ];
    let changed = db
        .prepare_cached(
            "UPDATE draft SET version = ?3, state = ?4, department = ?5, list = ?6, body = ?7,
                              updated_at = ?8
             WHERE id = ?1 AND version = ?2",
        )?
        .execute(row)?;
    match changed {
        1 => Ok(()),
        _ => Err(RegisterError::Outdated),
    }
}

/// Covers the list, the file, what is declared and every change.
fn digest(db: &Connection, id: u64) -> Result<String, RegisterError> {
    let body: String = db
        .prepare_cached("SELECT body FROM draft WHERE id = ?1")?
        .query_row([key(id)], |r| r.get(0))
        .optional()?
        .ok_or_else(|| damaged("draft", id))?;
    let draft: Draft = read_json(&body)?;
    let mut hasher = Sha256::new();
    hasher.update(json(&(
        &draft.list,
        draft.base,
        &draft.file,
        &draft.declaration,
    ))?);
    let mut all =
        db.prepare_cached("SELECT content FROM draft_change WHERE draft = ?1 ORDER BY position")?;
    let mut rows = all.query([key(id)])?;
    let mut unpacker = Unpacker::new()?;
    while let Some(row) = rows.next()? {
        let json = unpacker.json(row.get_ref(0)?.as_blob().unwrap_or_default())?;
        hasher.update((json.len() as u64).to_be_bytes());
        hasher.update(&json);
    }
    Ok(hex(&hasher.finalize()))
}
