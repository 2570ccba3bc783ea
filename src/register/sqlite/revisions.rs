//! What items said and say: revisions by publication, by code and by day.
//! Must not write.

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::content::Unpacker;
use super::{catalog, damaged, key, number, publish};
use crate::domain::diff::Recorded;
use crate::domain::{
    Action, ChangeType, Date, ItemCode, ItemId, ListId, Origin, Position, Revision,
};
use crate::register::RegisterError;

const REVISION: &str = "
    SELECT r.item, i.code, r.publication, r.effective_on, r.action, r.content, r.sheet, r.first_row,
           r.last_row, r.reason, r.successor, r.change
    FROM revision r JOIN item i ON i.id = r.item";

/// Newest revision of item `?1` effective on day `?2`, among publications up to `?3`.
const STATE: &str = "
    WHERE r.item = ?1 AND r.effective_on <= ?2 AND r.publication <= ?3
    ORDER BY r.publication DESC LIMIT 1";

/// The same for every item of list `?1`, in recorded order.
const LIST_STATE: &str = "
    WHERE i.list = ?1 AND r.action <> 'withdrawn' AND r.publication =
        (SELECT s.publication FROM revision s WHERE s.item = i.id AND s.effective_on <= ?2
         AND s.publication <= ?3 ORDER BY s.publication DESC LIMIT 1)
    ORDER BY i.id";

/// Later than every day a list can name.
const ALL_DAYS: &str = "9999-12-31";

/// A page of one publication's revisions in the order of the draft's changes.
pub(super) fn of_publication(
    db: &Connection,
    number: u64,
    offset: u64,
    limit: u64,
) -> Result<Vec<Revision>, RegisterError> {
    // Positions count from 0 without gaps: the index leads to the page, however far down it is.
    collect(
        db,
        "WHERE r.publication = ?1 AND r.position >= ?2 ORDER BY r.position LIMIT ?3",
        [key(number), key(offset), key(limit)],
    )
}

/// All revisions of a code, oldest first.
pub(super) fn history(db: &Connection, code: &ItemCode) -> Result<Vec<Revision>, RegisterError> {
    collect(
        db,
        "WHERE i.code = ?1 ORDER BY r.publication",
        [code.as_str()],
    )
}

/// The list's last publication and its items that are not withdrawn.
pub(super) fn latest_edition(
    db: &Connection,
    list: &ListId,
) -> Result<(u64, Vec<Recorded>), RegisterError> {
    let Some(list) = catalog::list_number(db, list)? else {
        return Ok((0, Vec::new()));
    };
    let latest = catalog::latest_of_list(db, list)?.map_or(0, |(number, _)| number);
    let mut items = Vec::new();
    for_each(
        db,
        LIST_STATE,
        params![list, ALL_DAYS, i64::MAX],
        &mut |r| {
            items.push(Recorded {
                id: r.id,
                code: r.code,
                item: r.item,
            });
            true
        },
    )?;
    Ok((latest, items))
}

/// Revisions in force at the position, in the order asked.
pub(super) fn in_force(
    db: &Connection,
    ids: &[ItemId],
    at: Position,
) -> Result<Vec<Revision>, RegisterError> {
    let mut states = States::new(db, at.day, key(at.publication))?;
    let mut found = Vec::with_capacity(ids.len());
    for &id in ids {
        found.extend(
            states
                .of(key(id.0))?
                .filter(|r| r.action != Action::Withdrawn),
        );
    }
    Ok(found)
}

/// Newest revision of the code effective on the day.
pub(super) fn item_on(
    db: &Connection,
    code: &ItemCode,
    day: Date,
) -> Result<Option<Revision>, RegisterError> {
    let item: Option<i64> = db
        .prepare_cached("SELECT id FROM item WHERE code = ?1")?
        .query_row([code.as_str()], |r| r.get(0))
        .optional()?;
    match item {
        Some(item) => States::new(db, day, i64::MAX)?.of(item),
        None => Ok(None),
    }
}

/// Streams what is in force at the position, list by list.
pub(super) fn each_in_force(
    db: &Connection,
    at: Position,
    kind: Option<&str>,
    each: &mut dyn FnMut(Revision) -> bool,
) -> Result<(), RegisterError> {
    // One statement over all lists would sort, and so hold, every content.
    let mut lists = db.prepare_cached(
        "SELECT l.id FROM list l JOIN department d ON d.id = l.department
         WHERE ?1 IS NULL OR l.kind = ?1
         ORDER BY d.region_code, d.region_name, d.name, l.kind, l.title",
    )?;
    let mut lists = lists.query([kind])?;
    let day = at.day.to_string();
    while let Some(row) = lists.next()? {
        let list: i64 = row.get(0)?;
        if !for_each(
            db,
            LIST_STATE,
            params![list, day, key(at.publication)],
            each,
        )? {
            break;
        }
    }
    Ok(())
}

/// Streams the items that two positions may see differently, by id, as `to` sees them.
pub(super) fn each_changed(
    db: &Connection,
    from: Position,
    to: Position,
    each: &mut dyn FnMut(Result<Revision, ItemId>) -> bool,
) -> Result<(), RegisterError> {
    // Publications that count at one position and not at the other, whichever is the earlier:
    // clocks are set back and registers restored. Of those not yet published at either, none do.
    let mut touched = db.prepare_cached(
        "SELECT r.item FROM revision r JOIN publication p ON p.number = r.publication
         WHERE p.number > ?1 AND p.number <= ?2
         UNION
         SELECT r.item FROM publication p JOIN revision r ON r.publication = p.number
         WHERE p.effective_on > ?3 AND p.effective_on <= ?4 AND p.number <= ?2
         ORDER BY 1",
    )?;
    let (first, last) = order(from.publication, to.publication);
    let (before, until) = order(from.day, to.day);
    let range = params![key(first), key(last), before.to_string(), until.to_string()];
    let mut touched = touched.query(range)?;
    let mut states = States::new(db, to.day, key(to.publication))?;
    while let Some(row) = touched.next()? {
        let item: i64 = row.get(0)?;
        let state = match states.of(item)? {
            Some(revision) if revision.action != Action::Withdrawn => Ok(revision),
            _ => Err(ItemId(number(item))),
        };
        if !each(state) {
            break;
        }
    }
    Ok(())
}

fn order<T: Ord>(a: T, b: T) -> (T, T) {
    if a <= b { (a, b) } else { (b, a) }
}

/// Looks up one item after the other on the same day.
struct States<'db> {
    find: rusqlite::CachedStatement<'db>,
    day: String,
    last: i64,
    unpacker: Unpacker,
}

impl<'db> States<'db> {
    fn new(db: &'db Connection, day: Date, last: i64) -> Result<Self, RegisterError> {
        Ok(Self {
            find: db.prepare_cached(&format!("{REVISION}{STATE}"))?,
            day: day.to_string(),
            last,
            unpacker: Unpacker::new()?,
        })
    }

    /// The item's newest revision on the day, which may be a withdrawal.
    fn of(&mut self, item: i64) -> Result<Option<Revision>, RegisterError> {
        let mut rows = self.find.query(params![item, self.day, self.last])?;
        rows.next()?
            .map(|row| read(row, &mut self.unpacker))
            .transpose()
    }
}

fn collect(db: &Connection, which: &str, of: impl Params) -> Result<Vec<Revision>, RegisterError> {
    let mut found = Vec::new();
    for_each(db, which, of, &mut |revision| {
        found.push(revision);
        true
    })?;
    Ok(found)
}

/// Streams revisions; whether the callback let it come to the end.
fn for_each(
    db: &Connection,
    which: &str,
    of: impl Params,
    each: &mut dyn FnMut(Revision) -> bool,
) -> Result<bool, RegisterError> {
    let mut unpacker = Unpacker::new()?;
    let mut statement = db.prepare_cached(&format!("{REVISION} {which}"))?;
    let mut rows = statement.query(of)?;
    while let Some(row) = rows.next()? {
        if !each(read(row, &mut unpacker)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(row: &Row<'_>, unpacker: &mut Unpacker) -> Result<Revision, RegisterError> {
    let text = |column: usize| {
        row.get_ref(column)?
            .as_str()
            .map_err(|e| damaged("text", e))
    };
    let code = |raw: &str| ItemCode::parse(raw).map_err(|_| damaged("code", raw));
    let frame = row
        .get_ref(5)?
        .as_blob()
        .map_err(|e| damaged("content", e))?;
    let action = text(4)?;
    let actions = [Action::Added, Action::Amended, Action::Withdrawn];
    let known = actions.into_iter().find(|&a| publish::word(a) == action);
    Ok(Revision {
        id: ItemId(number(row.get(0)?)),
        code: code(text(1)?)?,
        publication: number(row.get(2)?),
        effective_on: catalog::parse(text(3)?, "day")?,
        action: known.ok_or_else(|| damaged("action", action))?,
        item: unpacker.unpack(frame)?,
        origin: Origin {
            sheet: row.get(6)?,
            first_row: row.get(7)?,
            last_row: row.get(8)?,
        },
        reason: row.get(9)?,
        successor: row
            .get::<_, Option<String>>(10)?
            .map(|raw| code(&raw))
            .transpose()?,
        kind: row
            .get::<_, Option<String>>(11)?
            .map(|raw| ChangeType::parse(&raw).ok_or_else(|| damaged("change", raw)))
            .transpose()?,
    })
}
