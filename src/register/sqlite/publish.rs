//! Recording a publication: one transaction, all of it or nothing.
//! Must not know how contents are packed.
//!
//! Every statement here finds its rows by an index, so that the time depends on the number of
//! changes and not on the size of the register.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::content::Packed;
use super::{catalog, chain, key, number};
use crate::domain::date::chinese;
use crate::domain::{Action, Change, ChangeType, ItemCode, ListId, Publication, PublicationDraft};
use crate::register::RegisterError;

/// What can be told wrong with a draft without looking into the register.
pub(super) fn check(draft: &PublicationDraft) -> Result<(), RegisterError> {
    let years = 0..=9999;
    if !years.contains(&draft.effective_on.year()) || !years.contains(&draft.published_on.year()) {
        return invalid("公布日期或生效日期超出范围");
    }
    if ItemCode::parse(ItemCode::assigned(&draft.code_prefix, 0).as_str()).is_err() {
        return invalid(format!("编码前缀“{}”无效", draft.code_prefix));
    }
    // Counts go by the list, search results by the item: they must tell the same.
    for head in draft.changes.iter().map(|c| &c.item.head) {
        if head.kind != draft.list.kind || head.department != draft.list.department {
            return invalid(format!(
                "事项“{}”的清单类型或部门与所属清单不一致",
                head.name
            ));
        }
    }
    Ok(())
}

/// Records the draft, whose changes' contents are given packed in their order.
///
/// `tx` is a connection in a writing transaction: nobody else can publish between the comparison with
/// `base` and the commit.
pub(super) fn record(
    tx: &Connection,
    draft: &PublicationDraft,
    base: u64,
    contents: &[Packed],
) -> Result<Publication, RegisterError> {
    let list = catalog::list_number(tx, &draft.list)?;
    follow(tx, list, draft, base)?;
    let list = match list {
        Some(list) => list,
        None => add_list(tx, &draft.list)?,
    };
    let next = catalog::last_number(tx)? + 1;
    let mut writer = Writer {
        tx,
        list,
        publication: key(next),
        day: draft.effective_on.to_string(),
        prefix: &draft.code_prefix,
        touched: HashSet::with_capacity(draft.changes.len()),
    };
    for (position, (change, packed)) in draft.changes.iter().zip(contents).enumerate() {
        writer.write(position, change, packed)?;
    }
    let publication = seal(tx, list, next, draft)?;
    chain::extend(tx, next)?;
    Ok(publication)
}

/// Checks that the draft may follow the list's last publication.
fn follow(
    tx: &Connection,
    list: Option<i64>,
    draft: &PublicationDraft,
    base: u64,
) -> Result<(), RegisterError> {
    let latest = match list {
        Some(list) => catalog::latest_of_list(tx, list)?,
        None => None,
    };
    let latest_number = latest.map_or(0, |(number, _)| number);
    if latest_number != base {
        return Err(RegisterError::Conflict {
            latest: latest_number,
        });
    }
    let Some((_, effective_on)) = latest else {
        return Ok(());
    };
    if draft.changes.is_empty() {
        return invalid("没有任何变动，不需要公布");
    }
    // The counts by list, and "what is in force", rely on editions taking effect in their order.
    if draft.effective_on < effective_on {
        return invalid(format!(
            "生效日期 {} 早于该清单上一次公布的生效日期 {}",
            chinese(draft.effective_on),
            chinese(effective_on)
        ));
    }
    Ok(())
}

fn add_list(tx: &Connection, id: &ListId) -> Result<i64, RegisterError> {
    let region = &id.region;
    let department = tx
        .prepare_cached(
            "SELECT id FROM department WHERE (name, region_code, region_name) = (?1, ?2, ?3)",
        )?
        .query_row(params![id.department, region.code, region.name], |r| {
            r.get(0)
        })
        .optional()?;
    let department: i64 = match department {
        Some(known) => known,
        None => tx
            .prepare_cached(
                "INSERT INTO department (name, region_code, region_name) VALUES (?1, ?2, ?3)",
            )?
            .insert(params![id.department, region.code, region.name])?,
    };
    let list = tx
        .prepare_cached("INSERT INTO list (department, kind, title) VALUES (?1, ?2, ?3)")?
        .insert(params![department, id.kind, id.title])?;
    Ok(list)
}

/// Writes the changes of one publication.
struct Writer<'a> {
    tx: &'a Connection,
    list: i64,
    publication: i64,
    day: String,
    prefix: &'a str,
    /// Items written so far.
    touched: HashSet<i64>,
}

/// An item as the register has it.
struct Known {
    id: i64,
    code: String,
    list: i64,
}

impl Writer<'_> {
    fn write(
        &mut self,
        position: usize,
        change: &Change,
        packed: &Packed,
    ) -> Result<(), RegisterError> {
        let known = self.known(change)?;
        let item = match change.action {
            Action::Added => self.added(change, known)?,
            Action::Amended | Action::Withdrawn => self.continued(change, known)?,
        };
        if !self.touched.insert(item) {
            return invalid(format!(
                "事项“{}”在一次公布中出现两次",
                change.item.head.name
            ));
        }
        let origin = &change.origin;
        let successor = change.successor.as_ref().map(ItemCode::as_str);
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO revision (item, publication, position, effective_on, action, sheet, first_row,
                                   last_row, reason, successor, digest, content, change)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?;
        insert.execute(params![
            item,
            self.publication,
            key(position as u64),
            self.day,
            word(change.action),
            origin.sheet,
            origin.first_row,
            origin.last_row,
            change.reason,
            successor,
            packed.digest,
            packed.frame,
            change.kind.map(ChangeType::key),
        ])?;
        Ok(())
    }

    /// The item the change names by id, else by code.
    fn known(&self, change: &Change) -> Result<Option<Known>, RegisterError> {
        let read = |r: &rusqlite::Row<'_>| {
            Ok(Known {
                id: r.get(0)?,
                code: r.get(1)?,
                list: r.get(2)?,
            })
        };
        let found = match (change.id, &change.code) {
            (Some(id), _) => self
                .tx
                .prepare_cached("SELECT id, code, list FROM item WHERE id = ?1")?
                .query_row([key(id.0)], read)
                .optional()?,
            (None, Some(code)) => self
                .tx
                .prepare_cached("SELECT id, code, list FROM item WHERE code = ?1")?
                .query_row([code.as_str()], read)
                .optional()?,
            (None, None) => None,
        };
        Ok(found)
    }

    /// Id for an added item: a new one, or its old one if it had been withdrawn.
    fn added(&self, change: &Change, known: Option<Known>) -> Result<i64, RegisterError> {
        let Some(known) = known else {
            if change.id.is_some() {
                return invalid(format!("事项“{}”不在登记库中", change.item.head.name));
            }
            let code = match &change.code {
                Some(code) => code.clone(),
                None => self.assign()?,
            };
            let id = self
                .tx
                .prepare_cached("INSERT INTO item (code, list) VALUES (?1, ?2)")?
                .insert(params![code.as_str(), self.list])?;
            return Ok(id);
        };
        if known.list != self.list {
            return Err(taken(known.code)?);
        }
        Self::same_code(change, &known)?;
        if !self.touched.contains(&known.id) && self.present(known.id)? {
            return invalid(format!(
                "编码 {} 的事项已在清单中，不能再次新增",
                known.code
            ));
        }
        Ok(known.id)
    }

    /// Id of an item that the list must still have.
    fn continued(&self, change: &Change, known: Option<Known>) -> Result<i64, RegisterError> {
        let Some(known) = known.filter(|k| k.list == self.list) else {
            return invalid(format!("事项“{}”不在该清单中", change.item.head.name));
        };
        Self::same_code(change, &known)?;
        if !self.touched.contains(&known.id) && !self.present(known.id)? {
            return invalid(format!(
                "编码 {} 的事项已取消，不能调整或再次取消",
                known.code
            ));
        }
        Ok(known.id)
    }

    fn same_code(change: &Change, known: &Known) -> Result<(), RegisterError> {
        match &change.code {
            Some(code) if code.as_str() != known.code => invalid(format!(
                "事项“{}”的编码应为 {}，现为 {code}",
                change.item.head.name, known.code
            )),
            _ => Ok(()),
        }
    }

    /// Whether the item's newest revision is not a withdrawal.
    fn present(&self, item: i64) -> Result<bool, RegisterError> {
        let action: Option<String> = self
            .tx
            .prepare_cached(
                "SELECT action FROM revision WHERE item = ?1 ORDER BY publication DESC LIMIT 1",
            )?
            .query_row([item], |r| r.get(0))
            .optional()?;
        Ok(action.is_some_and(|a| a != word(Action::Withdrawn)))
    }

    /// The next code with the draft's prefix, passing over those that lists have brought along.
    fn assign(&self) -> Result<ItemCode, RegisterError> {
        loop {
            let next: Option<i64> = self
                .tx
                .prepare_cached(
                    "UPDATE counter SET last = last + 1 WHERE prefix = ?1 RETURNING last",
                )?
                .query_row([self.prefix], |r| r.get(0))
                .optional()?;
            let next = match next {
                Some(next) => next,
                None => {
                    self.tx
                        .prepare_cached("INSERT INTO counter (prefix, last) VALUES (?1, 1)")?
                        .execute([self.prefix])?;
                    1
                }
            };
            let code = ItemCode::assigned(self.prefix, number(next));
            let used = self
                .tx
                .prepare_cached("SELECT 1 FROM item WHERE code = ?1")?
                .exists([code.as_str()])?;
            if !used {
                return Ok(code);
            }
        }
    }
}

/// Writes the publication itself: from here on the schema lets nothing be added to it.
fn seal(
    tx: &Connection,
    list: i64,
    number: u64,
    draft: &PublicationDraft,
) -> Result<Publication, RegisterError> {
    let count = |action| draft.changes.iter().filter(|c| c.action == action).count() as u64;
    let publication = Publication {
        number,
        list: draft.list.clone(),
        document_no: draft.document_no.clone(),
        reason: draft.reason.clone(),
        published_on: draft.published_on,
        effective_on: draft.effective_on,
        recorded_at: draft.recorded_at,
        submitted_by: draft.submitted_by.clone(),
        approved_by: draft.approved_by.clone(),
        supervision: draft.supervision.clone(),
        file: draft.file.clone(),
        added: count(Action::Added),
        amended: count(Action::Amended),
        withdrawn: count(Action::Withdrawn),
    };
    let mut insert = tx.prepare_cached(
        "INSERT INTO publication (number, list, document_no, reason, published_on, effective_on,
                                  recorded_at, submitted_by, approved_by, file_name, file_sha256,
                                  file_bytes, added, amended, withdrawn, supervision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    insert.execute(params![
        key(number),
        list,
        publication.document_no,
        publication.reason,
        publication.published_on.to_string(),
        publication.effective_on.to_string(),
        publication.recorded_at.to_string(),
        publication.submitted_by,
        publication.approved_by,
        publication.file.name,
        publication.file.sha256,
        key(publication.file.bytes),
        key(publication.added),
        key(publication.amended),
        key(publication.withdrawn),
        publication.supervision,
    ])?;
    Ok(publication)
}

/// An action as the schema spells it.
pub(super) fn word(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Amended => "amended",
        Action::Withdrawn => "withdrawn",
    }
}

fn taken(code: String) -> Result<RegisterError, RegisterError> {
    let code = ItemCode::parse(&code).map_err(|e| super::damaged("code", e))?;
    Ok(RegisterError::CodeTaken { code })
}

fn invalid<T>(why: impl Into<String>) -> Result<T, RegisterError> {
    Err(RegisterError::Invalid(why.into()))
}
