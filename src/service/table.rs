//! Tables written row by row, as CSV or as a workbook, and workbooks with marked cells. The only user
//! of rust_xlsxwriter. Must not know what the rows say.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;

use rust_xlsxwriter::{Format as CellFormat, FormatAlign, Note, Workbook, Worksheet};

use super::ServiceError;
use crate::domain::Severity;
use crate::domain::formula::guarded;
use crate::intake::table::Merge;

/// Rows of a workbook's sheet at most.
const MOST_ROWS: u32 = 1_048_576;
/// Columns of a workbook's sheet at most.
pub(super) const MOST_COLUMNS: u16 = 16_384;
/// Length of a cell's text at most, in UTF-16 units.
const CELL_UNITS: usize = 32_767;
/// Length of a note at most, in UTF-16 units.
const NOTE_UNITS: usize = CELL_UNITS - 54;
/// Notes of a workbook at most: spreadsheets are slow to open one with many.
const MOST_NOTES: usize = 10_000;
/// Cells of merged ranges of a workbook at most: each is remembered. Ranges beyond are left apart.
const MOST_MERGED: u64 = 200_000;
/// Sheets at most whose rows go to a temporary file as they come: each keeps its file open.
const STREAMED_SHEETS: usize = 32;

/// Width of a note, in pixels and in Chinese characters.
const NOTE_WIDTH: (u32, usize) = (320, 24);
/// Height of a note's line in pixels.
const NOTE_LINE: u32 = 16;

/// Format of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// UTF-8 with a byte order mark, which spreadsheets need to recognise Chinese.
    Csv,
    Xlsx,
}

impl TableFormat {
    /// Ending of the names of such files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A table being written to `to`.
pub struct TableWriter<'w>(Target<'w>);

enum Target<'w> {
    Csv(Box<csv::Writer<&'w mut dyn Write>>),
    Xlsx {
        book: Box<Workbook>,
        /// The next row.
        row: u32,
        to: &'w mut dyn Write,
    },
}

fn failed(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(format!("table: {error}"))
}

impl<'w> TableWriter<'w> {
    /// Begins a table with its headings; `name` is that of a workbook's sheet.
    ///
    /// # Errors
    /// `Internal` when the target fails.
    pub fn new<S: AsRef<str>>(
        format: TableFormat,
        name: &str,
        headings: &[S],
        to: &'w mut dyn Write,
    ) -> Result<Self, ServiceError> {
        let mut table = match format {
            TableFormat::Csv => {
                to.write_all("\u{feff}".as_bytes()).map_err(failed)?;
                Self(Target::Csv(Box::new(csv::Writer::from_writer(to))))
            }
            TableFormat::Xlsx => {
                let mut book = Box::new(Workbook::new());
                // Rows go to a temporary file as they come, so that memory stays bounded.
                let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
                sheet.set_name(name).map_err(failed)?;
                sheet.set_freeze_panes(1, 0).map_err(failed)?;
                let row = 0;
                Self(Target::Xlsx { book, row, to })
            }
        };
        let bold = CellFormat::new().set_bold();
        table.write(headings, Some(&bold))?;
        Ok(table)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `Internal` when the target fails.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<(), ServiceError> {
        self.write(cells, None)
    }

    fn write<S: AsRef<str>>(
        &mut self,
        cells: &[S],
        format: Option<&CellFormat>,
    ) -> Result<(), ServiceError> {
        match &mut self.0 {
            Target::Csv(writer) => {
                // A workbook says what is text; here only a guard does.
                let cells = cells.iter().map(|cell| guarded(cell.as_ref()));
                let cells: Vec<_> = cells.collect();
                let cells = cells.iter().map(|cell| cell.as_bytes());
                writer.write_record(cells).map_err(failed)
            }
            Target::Xlsx { book, row, .. } => {
                let sheet = book.worksheet_from_index(0).map_err(failed)?;
                for (column, text) in cells.iter().enumerate() {
                    cell(sheet, *row, column, text.as_ref(), format)?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    /// Ends the table.
    ///
    /// # Errors
    /// `Internal` when the target fails.
    pub fn finish(self) -> Result<(), ServiceError> {
        match self.0 {
            Target::Csv(mut writer) => writer.flush().map_err(failed),
            Target::Xlsx { mut book, to, .. } => {
                let bytes = book.save_to_buffer().map_err(failed)?;
                to.write_all(&bytes).map_err(failed)
            }
        }
    }
}

fn cell(
    sheet: &mut Worksheet,
    row: u32,
    column: usize,
    text: &str,
    format: Option<&CellFormat>,
) -> Result<(), ServiceError> {
    if text.is_empty() && format.is_none() {
        return Ok(());
    }
    let column = u16::try_from(column).map_err(failed)?;
    match format {
        None => sheet.write_string(row, column, text),
        Some(format) => sheet.write_string_with_format(row, column, text, format),
    }
    .map(drop)
    .map_err(failed)
}

/// What is said of a faulty cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Tells the cell's colour.
    pub severity: Severity,
    /// Text of the note on the cell; there is none when it is empty.
    pub note: String,
}

/// Marks of one row's cells, by column from 0.
pub type RowMarks = BTreeMap<usize, Mark>;

/// A workbook of texts at given places, some of them marked, being written to `to`.
pub struct MarkedBook<'w> {
    book: Workbook,
    /// Notes that may still be added; cells marked after the last have only their colour.
    notes_left: usize,
    /// Cells that may still be merged.
    merged_left: u64,
    /// Cells of the sheet begun last that are in a merged range.
    merged: HashSet<(u32, u16)>,
    to: &'w mut dyn Write,
}

impl<'w> MarkedBook<'w> {
    /// Begins a workbook without sheets.
    pub fn new(to: &'w mut dyn Write) -> Self {
        Self {
            book: Workbook::new(),
            notes_left: MOST_NOTES,
            merged_left: MOST_MERGED,
            merged: HashSet::new(),
            to,
        }
    }

    /// Begins a sheet; the rows that follow are its. No two names may differ in case only.
    ///
    /// # Errors
    /// `Internal` when spreadsheets do not take the name, or no temporary file can be made.
    pub fn sheet(&mut self, name: &str) -> Result<(), ServiceError> {
        self.begin(name).map(drop)
    }

    /// Begins a sheet whose first row holds the headings, bold and always in view; `columns` are the
    /// headings with the widths in characters. Long texts are broken into lines.
    ///
    /// # Errors
    /// As [`MarkedBook::sheet`].
    pub fn list(&mut self, name: &str, columns: &[(&str, f64)]) -> Result<(), ServiceError> {
        let bold = CellFormat::new().set_bold();
        let broken = CellFormat::new()
            .set_text_wrap()
            .set_align(FormatAlign::Top);
        let sheet = self.begin(name)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        for (column, &(heading, width)) in (0_u16..).zip(columns) {
            sheet.set_column_format(column, &broken).map_err(failed)?;
            sheet.set_column_width(column, width).map_err(failed)?;
            cell(sheet, 0, usize::from(column), heading, Some(&bold))?;
        }
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<&mut Worksheet, ServiceError> {
        self.merged.clear();
        let sheet = if self.book.worksheets_mut().len() < STREAMED_SHEETS {
            let sheet = self.book.add_worksheet_with_constant_memory();
            sheet.map_err(failed)?
        } else {
            self.book.add_worksheet()
        };
        sheet.set_name(name).map_err(failed)
    }

    /// Merges a range of the sheet begun last, before its first row is written. What overlaps an earlier
    /// range, no sheet has or is too much is left apart.
    ///
    /// # Errors
    /// `Internal` without a sheet.
    pub fn merge(&mut self, range: &Merge) -> Result<(), ServiceError> {
        let Merge {
            first_row,
            last_row,
            first_column,
            last_column,
        } = *range;
        let columns = (u16::try_from(first_column), u16::try_from(last_column));
        let (Some(top), Ok(left), Ok(right)) = (first_row.checked_sub(1), columns.0, columns.1)
        else {
            return Ok(());
        };
        let bottom = last_row.saturating_sub(1);
        if bottom >= MOST_ROWS || right >= MOST_COLUMNS || top > bottom || left > right {
            return Ok(());
        }
        let area = u64::from(bottom - top + 1) * u64::from(right - left + 1);
        let cells =
            || (top..=bottom).flat_map(|row| (left..=right).map(move |column| (row, column)));
        if area > self.merged_left || cells().any(|cell| self.merged.contains(&cell)) {
            return Ok(());
        }
        self.merged_left -= area;
        self.merged.extend(cells());
        let sheet = self.book.worksheets_mut().last_mut();
        let sheet = sheet.ok_or_else(|| failed("no sheet has begun"))?;
        let plain = CellFormat::default();
        let merged = sheet.merge_range(top, left, bottom, right, "", &plain);
        merged.map(drop).map_err(failed)
    }

    /// Writes a row, counted from 1, of the sheet begun last. Rows come in their order; marks may stand
    /// on cells that the row does not have. Texts longer than a cell may hold are cut.
    ///
    /// # Errors
    /// `Invalid` past the last row of a sheet; `Internal` past its last column or without a sheet.
    pub fn row<S: AsRef<str>>(
        &mut self,
        number: u32,
        cells: &[S],
        marks: &RowMarks,
    ) -> Result<(), ServiceError> {
        if marks.is_empty() && cells.iter().all(|c| c.as_ref().is_empty()) {
            return Ok(());
        }
        let row = number.checked_sub(1).filter(|row| *row < MOST_ROWS);
        let row = row.ok_or_else(|| beyond(number))?;
        let sheets = self.book.worksheets_mut();
        let sheet = sheets
            .last_mut()
            .ok_or_else(|| failed("no sheet has begun"))?;
        for (column, text) in cells.iter().enumerate() {
            if !marks.contains_key(&column) {
                let text = clipped(text.as_ref(), CELL_UNITS);
                cell(sheet, row, column, text, None)?;
            }
        }
        for (&column, mark) in marks {
            let text = cells.get(column).map_or("", |c| c.as_ref());
            let text = clipped(text, CELL_UNITS);
            cell(sheet, row, column, text, Some(&look(mark.severity)))?;
            if !mark.note.is_empty() && self.notes_left > 0 {
                self.notes_left -= 1;
                let column = u16::try_from(column).map_err(failed)?;
                let note = note(&mark.note);
                sheet.insert_note(row, column, &note).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Ends the workbook.
    ///
    /// # Errors
    /// `Internal` when the target fails, or two sheets have one name.
    pub fn finish(mut self) -> Result<(), ServiceError> {
        let bytes = self.book.save_to_buffer().map_err(failed)?;
        self.to.write_all(&bytes).map_err(failed)
    }
}

fn beyond(number: u32) -> ServiceError {
    ServiceError::Invalid {
        code: "too_many_rows",
        detail: format!("第 {number} 行超出工作表的 {MOST_ROWS} 行，请拆分后分别提交"),
        parameter: None,
    }
}

/// How cells of a severity look: red, yellow or blue.
fn look(severity: Severity) -> CellFormat {
    let colour = match severity {
        Severity::Error => "#FFC7CE",
        Severity::Warning => "#FFEB9C",
        Severity::Notice => "#BDD7EE",
    };
    CellFormat::new()
        .set_background_color(colour)
        .set_align(FormatAlign::Top)
}

/// A note large enough for its text, within reason.
fn note(text: &str) -> Note {
    let (pixels, characters) = NOTE_WIDTH;
    let text = clipped(text, NOTE_UNITS);
    let lines = text.lines();
    let lines: usize = lines
        .map(|line| line.chars().count().div_ceil(characters).max(1))
        .sum();
    let lines = u32::try_from(lines).unwrap_or(u32::MAX).clamp(3, 30);
    Note::new(text)
        .set_author("权责")
        .add_author_prefix(false)
        .set_font_name("宋体")
        .set_font_size(9)
        .set_width(pixels)
        .set_height((lines + 1) * NOTE_LINE)
}

/// As much of a text from its beginning as has no more UTF-16 units, in which spreadsheets count.
pub(super) fn clipped(text: &str, units: usize) -> &str {
    // No text has more units than bytes.
    if text.len() <= units {
        return text;
    }
    let mut left = units;
    let mut fits = |c: char| {
        let rest = left.checked_sub(c.len_utf16());
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    let end = text.char_indices().find(|&(_, c)| !fits(c));
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::clipped;

    #[test]
    fn texts_are_cut_between_characters_by_their_units() {
        for (text, units, kept) in [
            ("清单", 6, "清单"),
            ("清单", 2, "清单"),
            ("清单", 1, "清"),
            ("清单", 0, ""),
            ("a𠮷b", 2, "a"),
            ("a𠮷b", 3, "a𠮷"),
        ] {
            assert_eq!(clipped(text, units), kept, "{text} {units}");
        }
    }
}
