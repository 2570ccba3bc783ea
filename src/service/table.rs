//! Tables written row by row, as CSV or as a workbook. The only user of rust_xlsxwriter.
//! Must not know what the rows say.

use std::io::Write;

use rust_xlsxwriter::{Format as CellFormat, Workbook, Worksheet};

use super::ServiceError;
use crate::domain::formula::guarded;

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
    if text.is_empty() {
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
