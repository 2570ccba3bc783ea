//! Rows to records: which rows form one item, and which text each of its cells has.
//! Must not know departments, codes or dates; works on a stream of rows.

use crate::domain::{Role, Span};

use super::clean;
use super::heading::Columns;
use super::remark::{
    bare_section, is_column_numbers, is_number, is_signature, names_people, opens_note,
    opens_section,
};
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
    /// Text, but no item name in the row or above it.
    NoTitle,
    /// A running number and nothing else: a row of a form that was not filled in.
    NumberOnly,
    /// A heading inside the table; items below it take their type or industry from it.
    Section,
    /// Text only in columns that no field takes.
    Unread,
    /// Numbers of the columns, printed under the headings.
    ColumnNumbers,
    /// The name of the sub-items that follow, without anything of its own.
    Parent,
    /// Text after blank rows, without a sub-item or a name: it may have been meant for the item above.
    Apart,
    /// Nothing but a date, a page number or a signature.
    Signature,
}

impl Skip {
    /// The same for the report.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Note => "表下说明，不是事项",
            Self::Total => "合计行，不是事项",
            Self::NoTitle => "没有名称，上方也没有可以接续的事项",
            Self::NumberOnly => "只有序号，没有内容",
            Self::Section => "表内小标题，不是事项",
            Self::Unread => "只有未导入的列有内容",
            Self::ColumnNumbers => "栏号行，不是事项",
            Self::Parent => "只有主项名称，其子项已分别收录",
            Self::Apart => "与上方事项隔有空行，没有并入",
            Self::Signature => "日期、页码或落款，不是事项",
        }
    }
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
    /// Per column, what was last added to the current record.
    last_pieces: Vec<String>,
    /// Last non-blank value of columns that span the whole list.
    list_values: Vec<String>,
    sections: Vec<String>,
    pub done: Vec<Record>,
    pub skipped: Vec<Skipped>,
    /// Bytes that records may still take over from above; `None` once they are used up, and no
    /// further row is read.
    bytes_left: Option<u64>,
}

impl<'a> Builder<'a> {
    /// `bytes` bounds what records take over from above: a merged range repeats its text for each.
    pub fn new(columns: &'a Columns, merges: &'a Merges, bytes: u64) -> Self {
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
            last_pieces: vec![String::new(); columns.columns.len()],
            list_values: vec![String::new(); columns.columns.len()],
            sections: Vec::new(),
            done: Vec::new(),
            skipped: Vec::new(),
            bytes_left: Some(bytes),
        }
    }

    /// Whether rows were left unread because the records would have taken over too much.
    pub fn is_exhausted(&self) -> bool {
        self.bytes_left.is_none()
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
        if self.is_exhausted() {
            return;
        }
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
            self.skip(row, Skip::Unread);
            return;
        }
        if is_column_numbers(row) {
            self.skip(row, Skip::ColumnNumbers);
            return;
        }
        if self.is_section(row, known) {
            self.skip(row, Skip::Section);
            return;
        }
        if known == 1 && self.is_unfilled(row) {
            self.skip(row, Skip::NumberOnly);
            return;
        }
        if self.title.is_some_and(|t| self.filled(row, t)) {
            self.begin(row, false);
        } else if self.current.is_none() || self.lacks_name(row) {
            self.skip(row, Skip::NoTitle);
        } else if let Some(why) = self.is_apart(row) {
            self.skip(row, why);
        } else if self.divides(row) {
            self.begin(row, true);
        } else {
            self.extend(row);
        }
    }

    /// Whether the name above reaches down to the row by a merged range.
    fn is_covered(&self, row: &Row) -> bool {
        let column = self.title.map(|t| self.columns.columns[t].index);
        column.is_some_and(|c| self.merges.covered_from(row.number, c).is_some())
    }

    /// Whether a row without a name looks like an item of its own: a running number of its own, no
    /// sub-item, and what only an item's first row has.
    fn lacks_name(&self, row: &Row) -> bool {
        let numbered = self.sequence.is_some_and(|s| self.filled(row, s));
        let own = self.has(row, Role::Type) && self.has(row, Role::Basis);
        numbered && own && !self.has(row, Role::Subtitle) && !self.is_covered(row)
    }

    /// Whether the row fills the column of a role.
    fn has(&self, row: &Row, role: Role) -> bool {
        self.columns
            .with_role(role)
            .is_some_and(|c| !clean::is_blank(row.cell(c.index)))
    }

    /// Whether a row without a name or sub-item of its own stands apart from the item above it.
    fn is_apart(&self, row: &Row) -> Option<Skip> {
        if self.is_covered(row) || self.has(row, Role::Subtitle) {
            return None;
        }
        if row.filled().all(|(_, text)| is_signature(text)) {
            return Some(Skip::Signature);
        }
        let current = self.current.as_ref()?;
        (current.last_row + 1 < row.number).then_some(Skip::Apart)
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

    /// Totals and notes: they stand before or under the names, begin with a word that says so, and
    /// hold little else.
    fn is_remark(&self, row: &Row, known: usize) -> Option<Skip> {
        let (column, text) = row.filled().next()?;
        // Beside the names, or where the name above reaches down, every row is part of an item.
        let title = self.title.map(|t| self.columns.columns[t].index);
        if title.is_some_and(|t| column > t || self.merges.covered_from(row.number, t).is_some()) {
            return None;
        }
        let first = clean::heading(text);
        let total = ["合计", "总计", "小计", "共计"]
            .iter()
            .any(|w| first.starts_with(w));
        if total && known <= 4 && first.chars().count() <= 24 {
            return Some(Skip::Total);
        }
        let others = row.filled().count() - 1;
        let title_filled = title.is_some_and(|t| !clean::is_blank(row.cell(t)));
        if opens_note(text) && others <= 2 && (!title_filled || known <= 1) {
            return Some(Skip::Note);
        }
        // 填表人：… may stand under the names.
        if names_people(text) && known <= 4 {
            return Some(Skip::Note);
        }
        if matches!(first.as_str(), "示例" | "样例" | "范例" | "例") {
            return Some(Skip::Note);
        }
        // A sentence merged across the table is a note too.
        let wide = self.merges.is_wide(row.number, column);
        (others == 0 && wide && text.chars().count() > 40).then_some(Skip::Note)
    }

    /// A heading inside the table: one short text alone in the row, in a merged range or before
    /// the title's column, perhaps with its number in a cell of its own; or a type's name where an
    /// item's should be.
    fn is_section(&mut self, row: &Row, known: usize) -> bool {
        let title = self.title.map(|t| self.columns.columns[t].index);
        let cells: Vec<(usize, &str)> = row.filled().take(3).collect();
        let (column, text) = match cells[..] {
            [one] => one,
            [(_, number), second] if opens_section(&format!("{}、", number.trim())) => second,
            [(_, number), second] if is_number(number) => second,
            _ => return false,
        };
        if self.is_covered(row) || text.chars().count() > 40 {
            return false;
        }
        let is_type_column = self
            .columns
            .with_role(Role::Type)
            .is_some_and(|c| c.index == column);
        let names_type = !is_type_column && self.names_type(text);
        let alone = cells.len() == 1 && known <= 1;
        let wide = self.merges.is_wide(row.number, column);
        let before_title = title.is_some_and(|t| column < t);
        let numbered = Some(column) == title && opens_section(text) && text.chars().count() <= 20;
        if !(names_type && known <= 2 || alone && (wide || before_title || numbered)) {
            return false;
        }
        // A bare running number is not a heading.
        let section = clean::short(text);
        if is_number(&section) {
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

    /// Whether a text is a type of the kind and no more, but for numbering and a count.
    fn names_type(&self, text: &str) -> bool {
        let kind = &self.columns.kind;
        let field = kind.field_with(Role::Type);
        field.is_some_and(|f| f.known_value(bare_section(&clean::heading(text))).is_some())
    }

    /// Whether the one known cell of a row is its running number, and the name above does not
    /// reach down to it.
    fn is_unfilled(&self, row: &Row) -> bool {
        self.sequence.is_some_and(|s| is_number(self.text(row, s)))
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
            if continued && self.only_heads(&previous) {
                self.skipped.push(Skipped {
                    row: previous.first_row,
                    why: Skip::Parent,
                    text: previous.cells.join(" ").chars().take(40).collect(),
                });
            } else {
                self.done.push(previous);
            }
        }
        let inherited = (0..cells.len()).filter(|&p| !self.filled(row, p));
        let bytes = inherited.map(|p| cells[p].len() as u64).sum();
        self.bytes_left = self.bytes_left.and_then(|left| left.checked_sub(bytes));
        self.last_pieces.clone_from(&cells);
        self.current = Some(Record {
            first_row: row.number,
            last_row: row.number,
            cells,
            sections: self.sections.clone(),
            continued,
        });
    }

    /// Whether a record only names what the sub-items below it belong to: name, number and type,
    /// and nothing that is done or rests on a law.
    fn only_heads(&self, record: &Record) -> bool {
        let fields = self.columns.columns.iter().zip(&record.cells);
        !record.continued
            && fields
                .filter(|(_, cell)| !clean::is_blank(cell))
                .all(|(c, _)| {
                    let role = self.columns.kind.fields[c.field].role;
                    matches!(role, Some(Role::Title | Role::Sequence | Role::Type))
                })
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
            Some(Span::Item) => {
                continued && self.merges.is_empty() && !self.has_own_lead(row, position)
            }
            None => false,
        };
        if (continued && is_title) || fills {
            return previous.cells[position].clone();
        }
        String::new()
    }

    /// Whether the field is the companion of one that the row fills itself: then what the companion
    /// said above was said of another level.
    fn has_own_lead(&self, row: &Row, position: usize) -> bool {
        let kind = &self.columns.kind;
        let key = &kind.fields[self.columns.columns[position].field].key;
        (0..self.columns.columns.len()).any(|p| {
            let field = &kind.fields[self.columns.columns[p].field];
            field.companion.as_ref() == Some(key) && self.filled(row, p)
        })
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
            let last = &mut self.last_pieces[position];
            if clean::is_blank(cell) {
                cell.clone_from(&text);
            } else if *cell != *last || clean::short(last) != clean::short(&text) {
                cell.push('\n');
                cell.push_str(&text);
            }
            *last = text;
        }
    }
}
