//! Rows to records: which rows form one item, and which text each of its cells has.
//! Must not know departments, codes or dates; works on a stream of rows.

use crate::domain::{Role, Span};

use super::clean;
use super::heading::Columns;
use super::table::{Merges, Row};

/// One item's cells, raw, by the position of the column in [`Columns::columns`].
#[derive(Clone, Debug)]
pub struct Record {
    pub first_row: u32,
    pub last_row: u32,
    pub cells: Vec<String>,
    /// Heading rows inside the table that the record stands under (section of a negative list).
    pub sections: Vec<String>,
    /// Whether the name came from a row above (a sub-item, a level, a band).
    pub continued: bool,
}

/// A row that yields no item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub row: u32,
    pub why: Skip,
    /// Beginning of its text.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// A note under the table or between items.
    Note,
    /// A total.
    Total,
    /// Headings printed again.
    Heading,
    /// Text, but no item name in the row or above it.
    NoTitle,
    /// A running number and nothing else: a row of a form that was not filled in.
    NumberOnly,
}

/// Builds records from rows in order.
pub struct Builder<'a> {
    columns: &'a Columns,
    merges: &'a Merges,
    title: Option<usize>,
    /// Columns that begin a new record inside one item name.
    dividers: Vec<usize>,
    sequence: Option<usize>,
    current: Option<Record>,
    /// Last non-blank value of columns that span the whole list.
    list_values: Vec<String>,
    sections: Vec<String>,
    pub done: Vec<Record>,
    pub skipped: Vec<Skipped>,
}

impl<'a> Builder<'a> {
    pub fn new(columns: &'a Columns, merges: &'a Merges) -> Self {
        let role = |role: Role| {
            columns
                .columns
                .iter()
                .position(|c| columns.kind.fields[c.field].role == Some(role))
        };
        let dividers = [
            Role::Subtitle,
            Role::Grade,
            Role::Key,
            Role::Code,
            Role::Department,
            Role::Level,
            Role::Type,
        ]
        .into_iter()
        .filter_map(role)
        .collect();
        Self {
            columns,
            merges,
            title: role(Role::Title),
            dividers,
            sequence: role(Role::Sequence),
            current: None,
            list_values: vec![String::new(); columns.columns.len()],
            sections: Vec::new(),
            done: Vec::new(),
            skipped: Vec::new(),
        }
    }

    fn text<'r>(&self, row: &'r Row, position: usize) -> &'r str {
        row.cell(self.columns.columns[position].index)
    }

    fn filled(&self, row: &Row, position: usize) -> bool {
        !clean::is_blank(self.text(row, position))
    }

    fn span(&self, position: usize) -> Option<Span> {
        self.columns.kind.fields[self.columns.columns[position].field].span
    }

    /// Takes the next row of the sheet.
    pub fn push(&mut self, row: &Row) {
        let known = (0..self.columns.columns.len())
            .filter(|&p| self.filled(row, p))
            .count();
        if known == 0 && row.filled().count() == 0 {
            return;
        }
        if let Some(why) = self.is_remark(row, known) {
            self.skip(row, why);
            return;
        }
        if known == 0 {
            return;
        }
        if self.is_section(row, known) {
            return;
        }
        if known == 1 && self.is_unfilled(row) {
            self.skip(row, Skip::NumberOnly);
            return;
        }
        if self.title.is_some_and(|t| self.filled(row, t)) {
            self.begin(row, false);
        } else if self.current.is_none() {
            self.skip(row, Skip::NoTitle);
        } else if self.divides(row) {
            self.begin(row, true);
        } else {
            self.extend(row);
        }
    }

    /// Ends the sheet.
    pub fn finish(&mut self) {
        if let Some(record) = self.current.take() {
            self.done.push(record);
        }
    }

    fn skip(&mut self, row: &Row, why: Skip) {
        let text = row.filled().map(|(_, t)| t).collect::<Vec<_>>().join(" ");
        self.skipped.push(Skipped {
            row: row.number,
            why,
            text: clean::short(&text).chars().take(40).collect(),
        });
    }

    /// Totals and notes: they begin with a word that says so, and hold little else.
    fn is_remark(&self, row: &Row, known: usize) -> Option<Skip> {
        let (_, first) = row.filled().next()?;
        let first = clean::heading(first);
        let title_filled = self.title.is_some_and(|t| self.filled(row, t));
        let total = ["合计", "总计", "小计", "共计"]
            .iter()
            .any(|w| first.starts_with(w));
        if total && known <= 4 && first.chars().count() <= 24 {
            return Some(Skip::Total);
        }
        let note = [
            "备注",
            "注：",
            "注:",
            "注1",
            "说明",
            "填表",
            "制表",
            "填报",
            "审核人",
            "单位（盖章）",
            "附注",
        ]
        .iter()
        .any(|w| first.starts_with(&clean::heading(w)) || first == clean::heading(w));
        let spare = row.filled().count() <= 3;
        if note && spare && (!title_filled || known <= 1) {
            return Some(Skip::Note);
        }
        // A sentence merged across the table is a note too.
        let (column, text) = row.filled().next()?;
        let alone = row.filled().count() == 1;
        (alone && self.merges.is_wide(row.number, column) && text.chars().count() > 40)
            .then_some(Skip::Note)
    }

    /// A heading inside the table: one short text alone in the row, in a merged range or before
    /// the title's column.
    fn is_section(&mut self, row: &Row, known: usize) -> bool {
        let mut filled = row.filled();
        let Some((column, text)) = filled.next() else {
            return false;
        };
        if filled.next().is_some() || known > 1 || text.chars().count() > 40 {
            return false;
        }
        let covered = self.current.as_ref().is_some_and(|_| {
            self.title
                .map(|t| self.columns.columns[t].index)
                .is_some_and(|t| self.merges.covered_from(row.number, t).is_some())
        });
        let title_column = self.title.map(|t| self.columns.columns[t].index);
        let wide = self.merges.is_wide(row.number, column);
        let before_title = title_column.is_some_and(|t| column < t);
        let opens = clean::heading(text).starts_with([
            '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '（', '第',
        ]);
        if covered
            || !(wide
                || before_title
                || (Some(column) == title_column && opens && text.chars().count() <= 20))
        {
            return false;
        }
        // A bare running number is not a heading.
        let section = clean::short(text);
        if section.chars().all(|c| c.is_ascii_digit()) {
            return false;
        }
        self.finish();
        // Sections of one level replace each other; 一、 stands above （一）.
        let deep = section.starts_with('（') || !section.contains('、');
        if !deep {
            self.sections.clear();
        } else if self.sections.len() > 1 {
            self.sections.pop();
        }
        self.sections.push(section);
        true
    }

    /// Whether the one known cell of a row is its running number, and the name above does not
    /// reach down to it.
    fn is_unfilled(&self, row: &Row) -> bool {
        self.sequence.is_some_and(|s| self.filled(row, s))
            && self.title.is_none_or(|t| {
                let column = self.columns.columns[t].index;
                self.merges.covered_from(row.number, column).is_none()
            })
    }

    /// Whether a row without a name of its own is another record of the item above: it has its
    /// own sub-item, or another level, department or code than the record before it.
    fn divides(&self, row: &Row) -> bool {
        let Some(current) = &self.current else {
            return false;
        };
        let numbered = self.sequence.is_some_and(|s| {
            self.filled(row, s)
                && clean::short(self.text(row, s)) != clean::short(&current.cells[s])
        });
        // A sub-item of its own is a record even when its text repeats the one above (two bands of
        // one offence may have the same circumstances).
        let divides = |&p: &usize| {
            let own = clean::short(self.text(row, p));
            let role = self.columns.kind.fields[self.columns.columns[p].field].role;
            !own.is_empty()
                && (role == Some(Role::Subtitle) || own != clean::short(&current.cells[p]))
        };
        numbered || self.dividers.iter().any(divides)
    }

    fn begin(&mut self, row: &Row, continued: bool) {
        let previous = self.current.take();
        let mut cells = Vec::with_capacity(self.columns.columns.len());
        for position in 0..self.columns.columns.len() {
            let own = self.text(row, position);
            let value = if clean::is_blank(own) {
                self.inherited(row, position, previous.as_ref(), continued)
            } else {
                own.to_owned()
            };
            if self.span(position) == Some(Span::List) && !clean::is_blank(&value) {
                self.list_values[position].clone_from(&value);
            }
            cells.push(value);
        }
        if let Some(previous) = previous {
            self.done.push(previous);
        }
        self.current = Some(Record {
            first_row: row.number,
            last_row: row.number,
            cells,
            sections: self.sections.clone(),
            continued,
        });
    }

    /// Value of a blank cell at the beginning of a record: from the merged range that covers it;
    /// without one, from the item's first row where the field says that it spans.
    fn inherited(
        &self,
        row: &Row,
        position: usize,
        previous: Option<&Record>,
        continued: bool,
    ) -> String {
        let column = self.columns.columns[position].index;
        let Some(previous) = previous else {
            return if self.span(position) == Some(Span::List) {
                self.list_values[position].clone()
            } else {
                String::new()
            };
        };
        if self.merges.covered_from(row.number, column).is_some() {
            return previous.cells[position].clone();
        }
        let is_title = Some(position) == self.title;
        let fills = match self.span(position) {
            Some(Span::List) => return self.list_values[position].clone(),
            Some(Span::Item) => continued && self.merges.is_empty(),
            None => false,
        };
        if (continued && is_title) || fills {
            return previous.cells[position].clone();
        }
        String::new()
    }

    /// Another row of the same record: its cells follow those above.
    fn extend(&mut self, row: &Row) {
        let texts: Vec<(usize, String)> = (0..self.columns.columns.len())
            .filter(|&p| self.filled(row, p))
            .map(|p| (p, self.text(row, p).to_owned()))
            .collect();
        let Some(current) = &mut self.current else {
            return;
        };
        current.last_row = row.number;
        for (position, text) in texts {
            let cell = &mut current.cells[position];
            if clean::is_blank(cell) {
                *cell = text;
            } else if clean::short(cell) != clean::short(&text) {
                cell.push('\n');
                cell.push_str(&text);
            }
        }
    }
}
