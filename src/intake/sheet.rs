//! A sheet as a source of rows, in memory or streamed. Must not know headings or kinds.

use std::borrow::Cow;
use std::io;

use super::clean;
use super::delimited::{Delimited, RowStart};
use super::table::{DoubtfulCell, Merges, Row, Table};
use crate::domain::formula::unguarded;

/// Bytes of text that one run holds at most, so that reading it back stays bounded.
const RUN_BYTES: u64 = 4 << 20;

/// Consecutive rows that can be read again.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    start: RowStart,
    end: u64,
}

impl Run {
    /// Adds the next row; `false` when it does not follow or the run is full.
    pub fn take(&mut self, next: Run) -> bool {
        let follows = self.end == next.start.byte && next.end - self.start.byte <= RUN_BYTES;
        if follows {
            self.end = next.end;
        }
        follows
    }
}

/// A row being scanned, undecoded where it is streamed.
pub enum RowView<'a> {
    Row(&'a Row),
    /// Record, row number, columns looked at.
    Record(&'a csv::ByteRecord, u32, usize),
}

impl RowView<'_> {
    pub fn number(&self) -> u32 {
        match self {
            Self::Row(row) => row.number,
            Self::Record(_, number, _) => *number,
        }
    }

    /// Text of a column; broken bytes become replacement characters.
    pub fn cell(&self, column: usize) -> Cow<'_, str> {
        match self {
            Self::Row(row) => row.cell(column).into(),
            Self::Record(record, ..) => {
                match String::from_utf8_lossy(record.get(column).unwrap_or_default()) {
                    Cow::Borrowed(cell) => unguarded(cell).into(),
                    Cow::Owned(cell) => unguarded(&cell).to_owned().into(),
                }
            }
        }
    }

    pub fn width(&self) -> usize {
        match self {
            Self::Row(row) => row.cells.len(),
            Self::Record(record, _, columns) => record.len().min(*columns),
        }
    }

    /// Whether the column has visible text; undecoded bytes beyond white space count as such.
    pub fn is_filled(&self, column: usize) -> bool {
        match self {
            Self::Row(row) => !clean::is_blank(row.cell(column)),
            Self::Record(record, ..) => {
                let bytes = record.get(column).unwrap_or_default();
                !bytes.is_empty()
                    && !clean::is_blank(&String::from_utf8_lossy(&bytes[..bytes.len().min(64)]))
            }
        }
    }

    /// The whole row, copied.
    pub fn to_row(&self) -> Row {
        Row {
            number: self.number(),
            cells: (0..self.width())
                .map(|c| self.cell(c).into_owned())
                .collect(),
        }
    }
}

/// Rows of one sheet.
#[derive(Debug)]
pub struct SheetSource {
    /// Empty for delimited text.
    pub name: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Table(Table),
    Text(Delimited),
}

static NO_MERGES: Merges = Merges::none();

impl SheetSource {
    pub fn table(table: Table) -> Self {
        Self {
            name: table.sheet.clone(),
            content: Content::Table(table),
        }
    }

    pub fn text(text: Delimited) -> Self {
        Self {
            name: String::new(),
            content: Content::Text(text),
        }
    }

    pub fn merges(&self) -> &Merges {
        match &self.content {
            Content::Table(table) => &table.merges,
            Content::Text(_) => &NO_MERGES,
        }
    }

    /// Cells that may not say what the sheet shows; delimited text has none.
    pub fn doubts(&self) -> &[DoubtfulCell] {
        match &self.content {
            Content::Table(table) => &table.doubts,
            Content::Text(_) => &[],
        }
    }

    /// Whether a cell, the last of the sheet, has swallowed rows for want of a quotation mark.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn has_open_quote(&self, last: &str) -> io::Result<bool> {
        match &self.content {
            Content::Table(_) => Ok(false),
            Content::Text(text) => text.has_open_quote(last),
        }
    }

    /// The first rows with content.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn first_rows(&self, count: usize) -> io::Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.scan(&mut |_, view| {
            let row = view.to_row();
            if !row.is_blank() {
                rows.push(row);
            }
            rows.len() < count
        })?;
        Ok(rows)
    }

    /// Passes every row; `false` stops.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn scan(&self, each: &mut dyn FnMut(Run, &RowView<'_>) -> bool) -> io::Result<()> {
        match &self.content {
            Content::Table(table) => {
                for (index, row) in table.rows.iter().enumerate() {
                    let at = index as u64;
                    let run = Run {
                        start: RowStart {
                            byte: at,
                            row: row.number,
                        },
                        end: at + 1,
                    };
                    if !each(run, &RowView::Row(row)) {
                        break;
                    }
                }
                Ok(())
            }
            Content::Text(text) => text.scan(&mut |start, end, record| {
                let view = RowView::Record(record, start.row, text.columns());
                each(Run { start, end }, &view)
            }),
        }
    }

    /// Reads the rows of runs in order.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn read(
        &self,
        runs: &mut dyn Iterator<Item = Run>,
        each: &mut dyn FnMut(&Row),
    ) -> io::Result<()> {
        match &self.content {
            Content::Table(table) => {
                let index = |n: u64| {
                    usize::try_from(n)
                        .unwrap_or(usize::MAX)
                        .min(table.rows.len())
                };
                for run in runs {
                    table.rows[index(run.start.byte)..index(run.end)]
                        .iter()
                        .for_each(&mut *each);
                }
                Ok(())
            }
            Content::Text(text) => {
                text.read(&mut runs.map(|r| (r.start, r.end)), &mut |row| each(&row))
            }
        }
    }
}
