//! Finding the heading row and mapping columns to a kind's fields.
//! Must not read data rows beyond those it is given.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::columns::PUBLISHER;
use crate::domain::{Kind, Kinds, Role};

use super::clean;
use super::table::{Merges, Row};

/// Rows looked at for headings.
pub const HEADING_ROWS: usize = 10;

/// A column and what it holds.
#[derive(Clone, Debug)]
pub struct Column {
    pub index: usize,
    /// Position of the field in its kind.
    pub field: usize,
    /// Heading as written, line breaks folded.
    pub heading: String,
}

/// A kind's reading of one heading row.
#[derive(Clone, Debug)]
pub struct Columns {
    pub kind: Arc<Kind>,
    pub columns: Vec<Column>,
    /// Type given by the table's shape, for kinds of several tables.
    pub table_type: Option<String>,
    /// Columns with a heading that the kind does not know.
    pub unknown: Vec<(usize, String)>,
    /// Columns whose heading stands a second time; `field` is the one it repeats.
    pub repeated: Vec<Column>,
}

impl Columns {
    /// First column of a role.
    pub fn with_role(&self, role: Role) -> Option<&Column> {
        self.columns
            .iter()
            .find(|c| self.kind.fields[c.field].role == Some(role))
    }

    pub fn column_of_field(&self, key: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|c| self.kind.fields[c.field].key == key)
    }

    /// Settles headings that stand twice (a commerce office repeats four columns and hides the
    /// first set): the column with more filled cells is read, the first of equals. Gives
    /// `(read, passed over)` for each.
    pub fn settle_repeats(&mut self, filled: impl Fn(usize) -> usize) -> Vec<(Column, Column)> {
        let mut settled = Vec::new();
        for repeat in std::mem::take(&mut self.repeated) {
            let Some(chosen) = self.columns.iter_mut().find(|c| c.field == repeat.field) else {
                continue;
            };
            if filled(repeat.index) > filled(chosen.index) {
                let passed = std::mem::replace(chosen, repeat);
                settled.push((chosen.clone(), passed));
            } else if filled(repeat.index) > 0 {
                settled.push((chosen.clone(), repeat));
            }
        }
        settled
    }

    fn score(&self) -> usize {
        self.columns.len()
    }
}

/// Headings found in a sheet.
#[derive(Clone, Debug)]
pub struct Headings {
    /// Comparable heading alternatives per column: most specific first.
    pub alternatives: Vec<Vec<String>>,
    /// Headings as written.
    pub written: Vec<String>,
    /// Last row that belongs to the headings.
    pub last_row: u32,
    /// Best reading.
    pub best: Columns,
}

/// Finds the headings among the first rows of a sheet.
///
/// `only` restricts to one kind; `named` is the kind that the title or the file's name suggests
/// and wins between equals. Of several heading rows (tables under each other) that the best kind
/// can read, the first is taken: what stands above a heading row is not read.
pub fn find(
    rows: &[Row],
    merges: &Merges,
    kinds: &Kinds,
    only: Option<&Kind>,
    named: Option<&Kind>,
) -> Option<Headings> {
    let mut readings: Vec<(usize, usize, Headings)> = Vec::new();
    for (index, row) in rows.iter().take(HEADING_ROWS).enumerate() {
        if row.filled().take(2).count() < 2 {
            continue;
        }
        for second in [rows.get(index + 1), None] {
            let two_rows = second.is_some();
            if let Some(second) = second
                && !is_second(row, second, merges)
            {
                continue;
            }
            let alternatives = alternatives(row, second, merges);
            for kind in kinds.iter().filter(|k| only.is_none_or(|o| o.key == k.key)) {
                let Some(columns) = read(&alternatives, row, second, kind) else {
                    continue;
                };
                let score = columns.score() * 4
                    + usize::from(named.is_some_and(|n| n.key == kind.key)) * 6
                    + usize::from(two_rows);
                let headings = Headings {
                    written: written(row, second),
                    alternatives: alternatives.clone(),
                    last_row: second.map_or(row.number, |r| r.number),
                    best: columns,
                };
                readings.push((index, score, headings));
            }
        }
    }
    // Sorting is stable: of equals the earlier row and the kind of lower order stay in front.
    readings.sort_by_key(|(_, score, _)| Reverse(*score));
    let kind = readings.first()?.2.best.kind.clone();
    readings.retain(|(_, _, h)| h.best.kind.key == kind.key);
    let first = readings.iter().map(|(index, ..)| *index).min()?;
    let best = readings.into_iter().find(|(index, ..)| *index == first);
    best.map(|(.., headings)| headings)
}

/// Reads the same headings as another kind does (files whose rows are of several kinds). A heading
/// that only the table's own kind knows goes to the field of the same meaning.
pub fn reread(headings: &Headings, kind: &Arc<Kind>) -> Columns {
    let mut columns = map(&headings.alternatives, &headings.written, kind);
    for own in &headings.best.columns {
        let role = headings.best.kind.fields[own.field].role;
        let unread = !columns.columns.iter().any(|c| c.index == own.index);
        let field = kind
            .fields
            .iter()
            .position(|f| role.is_some() && f.role == role);
        if let Some(field) = field
            && unread
            && !columns.columns.iter().any(|c| c.field == field)
        {
            columns.columns.push(Column {
                field,
                ..own.clone()
            });
            columns.unknown.retain(|(index, _)| *index != own.index);
        }
    }
    columns
}

/// Whether a data row, with a second one where it has one, repeats headings: most of its filled
/// cells are headings of a table; gives the reading.
pub fn repeated(
    row: &Row,
    second: Option<&Row>,
    merges: &Merges,
    current: &Columns,
    kinds: &Kinds,
) -> Option<Headings> {
    let filled = row.filled().count();
    if filled < 2 || row.filled().any(|(_, text)| text.chars().count() > 24) {
        return None;
    }
    let alternatives = alternatives(row, second, merges);
    let same = current.kind.clone();
    let mut readings: Vec<Columns> = kinds
        .iter()
        .filter_map(|kind| read(&alternatives, row, second, kind))
        .filter(|c| c.columns.len() * 5 >= filled * 3)
        .collect();
    readings.sort_by_key(|c| (Reverse(c.score()), c.kind.key != same.key));
    let best = readings.into_iter().next()?;
    Some(Headings {
        written: written(row, second),
        alternatives,
        last_row: second.map_or(row.number, |r| r.number),
        best,
    })
}

/// The second of two heading rows: the first has a merge that leaves columns to the second, and
/// the second holds only short labels.
pub fn is_second(first: &Row, second: &Row, merges: &Merges) -> bool {
    if second.number != first.number + 1 {
        return false;
    }
    let reaches_down = (0..first.cells.len()).any(|c| {
        merges
            .in_column(first.number, c)
            .is_some_and(|m| m.last_row > first.number)
    });
    let short = second.filled().all(|(_, text)| text.chars().count() <= 16);
    let new = second
        .filled()
        .any(|(c, _)| clean::is_blank(first.cell(c)) || merges.is_wide(first.number, c));
    reaches_down && short && new && second.filled().count() < first.filled().count()
}

/// Beginning of a cell, longer than any heading: cells may hold megabytes.
fn brief(text: &str) -> &str {
    text.char_indices()
        .nth(200)
        .map_or(text, |(end, _)| &text[..end])
}

fn written(row: &Row, second: Option<&Row>) -> Vec<String> {
    let width = row.cells.len().max(second.map_or(0, |r| r.cells.len()));
    (0..width)
        .map(|c| {
            let own = second.map_or("", |r| r.cell(c));
            clean::short(brief(if clean::is_blank(own) {
                row.cell(c)
            } else {
                own
            }))
        })
        .collect()
}

fn alternatives(row: &Row, second: Option<&Row>, merges: &Merges) -> Vec<Vec<String>> {
    let width = row.cells.len().max(second.map_or(0, |r| r.cells.len()));
    (0..width)
        .map(|c| {
            let mut found = Vec::new();
            let beside = || merges.left_edge(row.number, c).map(|left| row.cell(left));
            let upper = match second {
                Some(_) if clean::is_blank(row.cell(c)) => beside().unwrap_or_default(),
                _ => row.cell(c),
            };
            let upper = clean::heading(brief(upper));
            if let Some(second) = second {
                let lower = clean::heading(brief(second.cell(c)));
                if !lower.is_empty() {
                    found.push(lower.clone());
                    found.push(format!("{upper}{lower}"));
                }
            }
            if !upper.is_empty() {
                if let Some((base, _)) = upper.split_once('（')
                    && !base.is_empty()
                {
                    found.push(upper.clone());
                    found.push(base.to_owned());
                } else {
                    found.push(upper);
                }
            }
            found
        })
        .collect()
}

/// Maps the headings by a kind; `None` when no table of the kind has all it requires.
fn read(
    alternatives: &[Vec<String>],
    row: &Row,
    second: Option<&Row>,
    kind: &Arc<Kind>,
) -> Option<Columns> {
    let mut columns = map(alternatives, &written(row, second), kind);
    let has = |key: &String| columns.column_of_field(key).is_some();
    let table = kind.tables.iter().find(|t| t.requires.iter().all(has))?;
    columns.table_type.clone_from(&table.item_type);
    Some(columns)
}

fn map(alternatives: &[Vec<String>], written: &[String], kind: &Arc<Kind>) -> Columns {
    let mut by_heading: HashMap<String, usize> = HashMap::new();
    // Labels before aliases: an alias of one field may be the label of another.
    for (index, field) in kind.fields.iter().enumerate() {
        by_heading
            .entry(clean::heading(&field.label))
            .or_insert(index);
    }
    for (index, field) in kind.fields.iter().enumerate() {
        for alias in &field.aliases {
            by_heading.entry(clean::heading(alias)).or_insert(index);
        }
    }
    let ignored = |names: &[String]| {
        // Exports say beside each item who published it.
        let ours = std::iter::once(PUBLISHER).chain(kind.ignored.iter().map(String::as_str));
        ours.into_iter().any(|i| names.contains(&clean::heading(i)))
    };
    let mut result = Columns {
        kind: kind.clone(),
        columns: Vec::new(),
        table_type: None,
        unknown: Vec::new(),
        repeated: Vec::new(),
    };
    let mut taken = vec![false; kind.fields.len()];
    let mut companion: Option<usize> = None;
    for (index, names) in alternatives.iter().enumerate() {
        let heading = written.get(index).cloned().unwrap_or_default();
        if names.is_empty() {
            // The unlabelled second column under a heading that spans two.
            if let Some(field) = companion.take() {
                taken[field] = true;
                result.columns.push(Column {
                    index,
                    field,
                    heading,
                });
            }
            continue;
        }
        companion = None;
        if ignored(names) {
            continue;
        }
        match names.iter().find_map(|n| by_heading.get(n)) {
            None => result.unknown.push((index, heading)),
            Some(&field) if taken[field] => {
                // 层级 and 权限 under one merged heading: the second column of the same heading
                // is its companion.
                let partner = companion_of(kind, field);
                match partner {
                    Some(partner) if !taken[partner] && names.len() > 1 => {
                        taken[partner] = true;
                        result.columns.push(Column {
                            index,
                            field: partner,
                            heading,
                        });
                    }
                    _ => result.repeated.push(Column {
                        index,
                        field,
                        heading,
                    }),
                }
            }
            Some(&field) => {
                taken[field] = true;
                result.columns.push(Column {
                    index,
                    field,
                    heading,
                });
                companion = companion_of(kind, field).filter(|&c| !taken[c]);
            }
        }
    }
    result
}

fn companion_of(kind: &Kind, field: usize) -> Option<usize> {
    kind.field_index(kind.fields[field].companion.as_deref()?)
}
