//! Publications, lists and departments, and their counts.
//! Must not read any item's content: these pages stay fast whatever the lists hold.

use std::collections::HashMap;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{damaged, key, number};
use crate::domain::{Date, FileRef, ItemCode, ListId, Publication, Region};
use crate::register::{DepartmentSummary, ListSummary, PublicationFilter, RegisterError};

/// Columns that [`read_publication`] reads.
const COLUMNS: &str = "
    p.number, d.name, d.region_code, d.region_name, l.kind, l.title, p.document_no, p.reason,
    p.published_on, p.effective_on, p.recorded_at, p.submitted_by, p.approved_by, p.file_name,
    p.file_sha256, p.file_bytes, p.added, p.amended, p.withdrawn, p.supervision";

const WITH_LIST: &str = "
    publication p JOIN list l ON l.id = p.list JOIN department d ON d.id = l.department";

/// Items in force in each list on the day `?1`.
///
/// A list's publications take effect in their order (the schema sees to it), an item is added
/// only where it is absent and withdrawn only where it is present: so those in force are those
/// added less those withdrawn, and no revision need be read.
const COUNTS: &str = "
    SELECT list, max(number) AS latest, count(*) AS publications,
           coalesce(sum(added - withdrawn) FILTER (WHERE effective_on <= ?1), 0) AS items
    FROM publication GROUP BY list";

/// Number of the newest publication; 0 when there is none.
pub(super) fn last_number(db: &Connection) -> Result<u64, RegisterError> {
    let mut last = db.prepare_cached("SELECT coalesce(max(number), 0) FROM publication")?;
    Ok(number(last.query_row([], |r| r.get(0))?))
}

/// Internal number of a list.
pub(super) fn list_number(db: &Connection, list: &ListId) -> Result<Option<i64>, RegisterError> {
    let mut find = db.prepare_cached(
        "SELECT l.id FROM department d JOIN list l ON l.department = d.id
         WHERE (d.name, d.region_code, d.region_name) = (?1, ?2, ?3) AND (l.kind, l.title) = (?4, ?5)",
    )?;
    let region = &list.region;
    let of = params![
        list.department,
        region.code,
        region.name,
        list.kind,
        list.title
    ];
    Ok(find.query_row(of, |r| r.get(0)).optional()?)
}

/// Number and effective date of a list's last publication.
pub(super) fn latest_of_list(
    db: &Connection,
    list: i64,
) -> Result<Option<(u64, Date)>, RegisterError> {
    let found: Option<(i64, String)> = db
        .prepare_cached(
            "SELECT number, effective_on FROM publication WHERE list = ?1 ORDER BY number DESC LIMIT 1",
        )?
        .query_row([list], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    found
        .map(|(n, day)| Ok((number(n), parse(&day, "day")?)))
        .transpose()
}

/// One publication.
pub(super) fn publication(
    db: &Connection,
    number: u64,
) -> Result<Option<Publication>, RegisterError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {WITH_LIST} WHERE p.number = ?1"
    ))?;
    let mut rows = find.query([key(number)])?;
    rows.next()?.map(read_publication).transpose()
}

/// A page of publications, newest first, and how many there are in all.
pub(super) fn publications(
    db: &Connection,
    filter: &PublicationFilter,
    offset: u64,
    limit: u64,
) -> Result<(Vec<Publication>, u64), RegisterError> {
    // The lists of a filter are few, and an index gives their publications' numbers; the rest of
    // a publication is read for the page alone. Both texts take the same parameters.
    let matching = if *filter == PublicationFilter::default() {
        "FROM publication WHERE coalesce(?1, ?2, ?3, ?4, ?5) IS NULL"
    } else {
        "FROM publication WHERE list IN
            (SELECT l.id FROM list l JOIN department d ON d.id = l.department
             WHERE (?1 IS NULL OR l.id = ?1) AND (?2 IS NULL OR d.name = ?2)
               AND (?3 IS NULL OR l.kind = ?3))
             AND (?4 IS NULL OR published_on BETWEEN ?4 AND ?5)"
    };
    let list = filter.list.map(key);
    let day = |of: fn((Date, Date)) -> Date| filter.published.map(|days| of(days).to_string());
    let (first, last) = (day(|days| days.0), day(|days| days.1));
    let total: i64 = db
        .prepare_cached(&format!("SELECT count(*) {matching}"))?
        .query_row(
            params![list, filter.department, filter.kind, first, last],
            |r| r.get(0),
        )?;
    let mut page = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {WITH_LIST} WHERE p.number IN
            (SELECT number {matching} ORDER BY number DESC LIMIT ?6 OFFSET ?7)
         ORDER BY p.number DESC"
    ))?;
    let of = params![
        list,
        filter.department,
        filter.kind,
        first,
        last,
        key(limit),
        key(offset)
    ];
    let mut rows = page.query(of)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_publication(row)?);
    }
    Ok((found, number(total)))
}

/// Lists in the order of their departments, then by kind and title.
pub(super) fn lists(db: &Connection, day: Date) -> Result<Vec<ListSummary>, RegisterError> {
    let mut all = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, l.id, c.publications, c.items
         FROM ({COUNTS}) c JOIN ({WITH_LIST}) ON p.number = c.latest
         ORDER BY d.region_code, d.region_name, d.name, l.kind, l.title"
    ))?;
    let mut rows = all.query([day.to_string()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let latest = read_publication(row)?;
        found.push(ListSummary {
            number: number(row.get(20)?),
            list: latest.list.clone(),
            latest,
            publications: number(row.get(21)?),
            items: number(row.get(22)?),
        });
    }
    Ok(found)
}

/// Departments by region and name, with the kinds they have items of.
pub(super) fn departments(
    db: &Connection,
    day: Date,
) -> Result<Vec<DepartmentSummary>, RegisterError> {
    let mut all = db.prepare_cached(&format!(
        "SELECT d.id, d.name, d.region_code, d.region_name, l.kind, sum(c.items)
         FROM ({COUNTS}) c JOIN list l ON l.id = c.list JOIN department d ON d.id = l.department
         GROUP BY d.region_code, d.region_name, d.name, d.id, l.kind
         ORDER BY d.region_code, d.region_name, d.name, d.id, l.kind"
    ))?;
    let mut rows = all.query([day.to_string()])?;
    let mut found: Vec<DepartmentSummary> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = number(row.get(0)?);
        if found.last().is_none_or(|d| d.number != id) {
            found.push(DepartmentSummary {
                number: id,
                name: row.get(1)?,
                region: Region {
                    code: row.get(2)?,
                    name: row.get(3)?,
                },
                items: Vec::new(),
            });
        }
        let items = number(row.get(5)?);
        if let Some(department) = found.last_mut()
            && items > 0
        {
            department.items.push((row.get(4)?, items));
        }
    }
    Ok(found)
}

/// Codes in use, in the order asked, with their lists.
pub(super) fn owners(
    db: &Connection,
    codes: &[ItemCode],
) -> Result<Vec<(ItemCode, ListId)>, RegisterError> {
    let mut find = db.prepare_cached("SELECT list FROM item WHERE code = ?1")?;
    let mut read = db.prepare_cached(
        "SELECT d.name, d.region_code, d.region_name, l.kind, l.title
         FROM list l JOIN department d ON d.id = l.department WHERE l.id = ?1",
    )?;
    let mut lists: HashMap<i64, ListId> = HashMap::new();
    let mut found = Vec::new();
    for code in codes {
        let list: Option<i64> = find.query_row([code.as_str()], |r| r.get(0)).optional()?;
        let Some(list) = list else { continue };
        let owner = match lists.get(&list) {
            Some(known) => known.clone(),
            None => {
                let owner = read.query_row([list], |r| read_list(r, 0))?;
                lists.insert(list, owner.clone());
                owner
            }
        };
        found.push((code.clone(), owner));
    }
    Ok(found)
}

/// A list from five columns beginning at `first`.
fn read_list(row: &Row<'_>, first: usize) -> rusqlite::Result<ListId> {
    Ok(ListId {
        department: row.get(first)?,
        region: Region {
            code: row.get(first + 1)?,
            name: row.get(first + 2)?,
        },
        kind: row.get(first + 3)?,
        title: row.get(first + 4)?,
    })
}

fn read_publication(row: &Row<'_>) -> Result<Publication, RegisterError> {
    let text = |column: usize| {
        row.get_ref(column)?
            .as_str()
            .map_err(|e| damaged("text", e))
    };
    Ok(Publication {
        number: number(row.get(0)?),
        list: read_list(row, 1)?,
        document_no: row.get(6)?,
        reason: row.get(7)?,
        published_on: parse(text(8)?, "day")?,
        effective_on: parse(text(9)?, "day")?,
        recorded_at: parse(text(10)?, "instant")?,
        submitted_by: row.get(11)?,
        approved_by: row.get(12)?,
        file: FileRef {
            name: row.get(13)?,
            sha256: row.get(14)?,
            bytes: number(row.get(15)?),
        },
        added: number(row.get(16)?),
        amended: number(row.get(17)?),
        withdrawn: number(row.get(18)?),
        supervision: row.get(19)?,
    })
}

/// Reads a stored day or instant.
pub(super) fn parse<T: FromStr>(text: &str, what: &str) -> Result<T, RegisterError> {
    text.parse().map_err(|_| damaged(what, text))
}
