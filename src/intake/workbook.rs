//! Workbooks (.xls, .xlsx) as tables. The only user of calamine, zip and cfb.
//! Must not know headings or kinds; guards memory against hostile files before they are opened.
#![expect(
    clippy::disallowed_types,
    reason = "this module is the one owner of the workbook parsers"
)]

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Reader, SheetVisible, Xls, XlsError, Xlsx, XlsxError};

use super::limits::Limits;
use super::table::{Merge, Merges, Row, Table};

/// Most cells, blank ones between included, that the sheets of an .xls may span together: the
/// parser lays them out densely, at 32 bytes each.
const DENSE_CELLS: u64 = 10_000_000;
/// Rows and columns of the largest .xls sheet.
const XLS_SHEET: (u32, u32) = (1 << 16, 1 << 8);

/// Why a workbook cannot be read; each is told to the user in its own words.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    #[error("文件设有打开密码，无法读取。请另存为无密码的副本后再试")]
    Password,
    #[error(
        "文件已损坏或不完整，无法作为 Excel 工作簿打开。请用 Excel 或 WPS 打开原件，另存后再试"
    )]
    Damaged(String),
    #[error("文件解压后超过 {0} MB，可能不是正常的工作簿。请删除多余的工作表、图片后再试")]
    TooLarge(u64),
    #[error("工作表“{sheet}”内容超过 {rows} 行的上限。请拆分后分别提交")]
    TooManyRows { sheet: String, rows: u32 },
    #[error(
        "工作表的单元格位置超出正常范围，可能在很远处有无意输入的内容。请删除表格以外的行和列后再试"
    )]
    Sprawling,
}

/// A sheet that was read, or why it was passed over.
#[derive(Debug)]
pub enum Sheet {
    Table(Table),
    /// Hidden sheets are not what the department publishes.
    Hidden(String),
}

/// Reader of one container format.
pub type ReadBook = fn(&[u8], &Limits) -> Result<Vec<Sheet>, WorkbookError>;

/// Reads a workbook; a parser that panics over a malformed file counts as a damaged file.
///
/// # Errors
/// As the reader's.
pub fn read(bytes: &[u8], limits: &Limits, reader: ReadBook) -> Result<Vec<Sheet>, WorkbookError> {
    std::panic::catch_unwind(|| reader(bytes, limits))
        .unwrap_or_else(|_| Err(WorkbookError::Damaged("the parser panicked".into())))
}

/// Reads a workbook of the OOXML kind.
///
/// # Errors
/// [`WorkbookError`] when it is protected, damaged, hostile or over a limit.
pub fn read_xlsx(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, WorkbookError> {
    check_archive(bytes, limits)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|e| match e {
        XlsxError::Password => WorkbookError::Password,
        other => WorkbookError::Damaged(other.to_string()),
    })?;
    let mut budget = limits.rows;
    let mut sheets = Vec::new();
    for meta in book.sheets_metadata().to_vec() {
        if meta.visible != SheetVisible::Visible {
            sheets.push(Sheet::Hidden(meta.name));
            continue;
        }
        let merges = match book.merge_cells_by_sheet_name(&meta.name) {
            Ok(merges) => merges,
            // Chart sheets have no cells.
            Err(XlsxError::WorksheetNotFound(_) | XlsxError::NotAWorksheet(_)) => continue,
            Err(e) => return Err(WorkbookError::Damaged(e.to_string())),
        };
        let mut rows = Vec::new();
        let mut reader = match book.worksheet_cells_reader(&meta.name) {
            Ok(reader) => reader,
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(e) => return Err(WorkbookError::Damaged(e.to_string())),
        };
        loop {
            let cell = reader
                .next_cell()
                .map_err(|e| WorkbookError::Damaged(e.to_string()))?;
            let Some(cell) = cell else { break };
            let (row, column) = cell.get_position();
            let text = text_of_ref(cell.get_value());
            put(
                &mut rows,
                row,
                column,
                text,
                limits,
                &mut budget,
                &meta.name,
            )?;
        }
        rows.sort_by_key(|r: &Row| r.number);
        sheets.push(Sheet::Table(Table::new(
            meta.name,
            rows,
            merges_of(&merges),
        )));
    }
    Ok(sheets)
}

/// Reads a workbook of the OLE kind (.xls, and .xlsx that is .xls inside).
///
/// # Errors
/// As [`read_xlsx`].
pub fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, WorkbookError> {
    check_biff(bytes)?;
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|e| match e {
        XlsError::Password => WorkbookError::Password,
        other => WorkbookError::Damaged(other.to_string()),
    })?;
    let mut budget = limits.rows;
    let mut sheets = Vec::new();
    for meta in book.sheets_metadata().to_vec() {
        if meta.visible != SheetVisible::Visible {
            sheets.push(Sheet::Hidden(meta.name));
            continue;
        }
        let Ok(range) = book.worksheet_range(&meta.name) else {
            continue;
        };
        let merges = book
            .merge_cells_by_sheet_name(&meta.name)
            .unwrap_or_default();
        let mut rows = Vec::new();
        let (top, left) = range.start().unwrap_or((0, 0));
        for (row, column, value) in range.used_cells() {
            let at = |origin: u32, offset: usize| {
                origin.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX))
            };
            put(
                &mut rows,
                at(top, row),
                at(left, column),
                text_of(value),
                limits,
                &mut budget,
                &meta.name,
            )?;
        }
        sheets.push(Sheet::Table(Table::new(
            meta.name,
            rows,
            merges_of(&merges),
        )));
    }
    Ok(sheets)
}

/// Puts a cell at its place; cells come row by row. Blank cells and columns past the limit are left out.
fn put(
    rows: &mut Vec<Row>,
    row: u32,
    column: u32,
    text: String,
    limits: &Limits,
    budget: &mut Option<u32>,
    sheet: &str,
) -> Result<(), WorkbookError> {
    let column = usize::try_from(column).unwrap_or(usize::MAX);
    if text.is_empty() || column >= limits.columns {
        return Ok(());
    }
    let number = row.saturating_add(1);
    if rows.last().is_none_or(|r| r.number != number) {
        if let Some(left) = budget {
            *left = left
                .checked_sub(1)
                .ok_or_else(|| WorkbookError::TooManyRows {
                    sheet: sheet.to_owned(),
                    rows: limits.rows.unwrap_or_default(),
                })?;
        }
        rows.push(Row {
            number,
            cells: Vec::new(),
        });
    }
    if let Some(last) = rows.last_mut() {
        if last.cells.len() <= column {
            last.cells.resize(column + 1, String::new());
        }
        last.cells[column] = text;
    }
    Ok(())
}

fn merges_of(ranges: &[calamine::Dimensions]) -> Merges {
    Merges::new(
        ranges
            .iter()
            .map(|d| Merge {
                first_row: d.start.0.saturating_add(1),
                last_row: d.end.0.saturating_add(1),
                first_column: d.start.1,
                last_column: d.end.1,
            })
            .collect(),
    )
}

fn text_of_ref(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(s) => (*s).to_owned(),
        DataRef::String(s) => s.clone(),
        other => text_of(&Data::from(other.clone())),
    }
}

/// A cell as a reader of the sheet sees it: whole numbers without a decimal point, days as days.
fn text_of(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => s.clone(),
        Data::Int(n) => n.to_string(),
        Data::Float(f) if f.fract() == 0.0 && f.abs() < 1e15 => format!("{f:.0}"),
        Data::Float(f) => f.to_string(),
        Data::Bool(b) => if *b { "是" } else { "否" }.to_owned(),
        Data::DateTime(d) if d.is_datetime() => {
            let (year, month, day, ..) = d.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTime(d) => d.as_f64().to_string(),
        Data::Error(e) => e.to_string(),
    }
}

/// Refuses an archive that unpacks to more than the limit, by unpacking it into nothing: the sizes
/// an archive declares may lie.
fn check_archive(bytes: &[u8], limits: &Limits) -> Result<(), WorkbookError> {
    let damaged = |e: &dyn std::fmt::Display| WorkbookError::Damaged(e.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let mut left = limits.unpacked_bytes;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|e| damaged(&e))?;
        if entry.encrypted() {
            return Err(WorkbookError::Password);
        }
        let mut counts = StatedCounts::default();
        let read =
            std::io::copy(&mut entry.take(left + 1), &mut counts).map_err(|e| damaged(&e))?;
        left = left
            .checked_sub(read)
            .ok_or(WorkbookError::TooLarge(limits.unpacked_bytes >> 20))?;
        if counts.largest > read {
            return Err(damaged(
                &"more shared strings are stated than the file can hold",
            ));
        }
    }
    Ok(())
}

/// Looks for `uniqueCount` in what is written to it: the parser reserves memory for as many
/// strings as the file says it has.
#[derive(Default)]
struct StatedCounts {
    largest: u64,
    /// End of what came before, without zero bytes: the text may be UTF-16.
    tail: Vec<u8>,
}

impl std::io::Write for StatedCounts {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        const NAME: &[u8] = b"uniqueCount";
        /// Longest piece of interest: the name, `=`, a quotation mark, blanks and digits.
        const PIECE: usize = 96;
        self.tail.extend(bytes.iter().filter(|&&b| b != 0));
        let mut from = 0;
        while let Some(found) = self.tail[from..]
            .windows(NAME.len())
            .position(|w| w == NAME)
        {
            from += found + NAME.len();
            let digits = self.tail[from..]
                .iter()
                .skip_while(|b| b" \t\r\n=\"'".contains(b))
                .take_while(|b| b.is_ascii_digit());
            let count = digits.fold(0u64, |n, b| {
                n.saturating_mul(10).saturating_add(u64::from(b - b'0'))
            });
            self.largest = self.largest.max(count);
        }
        self.tail.drain(..self.tail.len().saturating_sub(PIECE));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// BIFF records that place a value: FORMULA, NUMBER, LABEL, BOOLERR, RK, LABELSST, MULRK.
const CELL_RECORDS: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x027e, 0x00fd, 0x00bd];
const BOF: u16 = 0x0809;
const FILEPASS: u16 = 0x002f;
const DIMENSIONS: u16 = 0x0200;

/// Walks the records of an OLE workbook before the parser sees it: a password, and cells so far
/// apart that laying them out densely would exhaust the memory.
fn check_biff(bytes: &[u8]) -> Result<(), WorkbookError> {
    let damaged = |e: std::io::Error| WorkbookError::Damaged(e.to_string());
    let mut ole = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    if ole.is_stream("/EncryptedPackage") {
        return Err(WorkbookError::Password);
    }
    let name = ["/Workbook", "/WORKBOOK", "/Book", "/BOOK"]
        .into_iter()
        .find(|n| ole.is_stream(n))
        .ok_or_else(|| WorkbookError::Damaged("no workbook stream".into()))?;
    let mut stream = Vec::new();
    ole.open_stream(name)
        .and_then(|mut s| s.read_to_end(&mut stream))
        .map_err(damaged)?;
    let (mut at, mut last_row, mut last_column, mut total) = (0usize, 0u64, 0u64, 0u64);
    while let Some(header) = stream.get(at..at + 4) {
        let record = u16::from_le_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let Some(body) = stream.get(at + 4..at + 4 + length) else {
            break;
        };
        at += 4 + length;
        match record {
            FILEPASS => return Err(WorkbookError::Password),
            DIMENSIONS if !fits_sheet(body) => return Err(WorkbookError::Sprawling),
            BOF => {
                total += last_row * last_column;
                (last_row, last_column) = (0, 0);
            }
            r if CELL_RECORDS.contains(&r) && length >= 4 => {
                let row = u64::from(u16::from_le_bytes([body[0], body[1]]));
                let mut column = u64::from(u16::from_le_bytes([body[2], body[3]]));
                if r == 0x00bd && length >= 6 {
                    // MULRK ends with its last column.
                    column = column.max(u64::from(u16::from_le_bytes([
                        body[length - 2],
                        body[length - 1],
                    ])));
                }
                last_row = last_row.max(row + 1);
                last_column = last_column.max(column + 1);
            }
            _ => {}
        }
    }
    if total + last_row * last_column > DENSE_CELLS {
        return Err(WorkbookError::Sprawling);
    }
    Ok(())
}

/// Whether the rows and columns that a sheet says it has can be those of a sheet: the parser
/// reserves memory for them.
fn fits_sheet(dimensions: &[u8]) -> bool {
    let number = |at: usize, length: usize| -> u32 {
        let bytes = dimensions.get(at..at + length).unwrap_or_default();
        bytes.iter().rev().fold(0, |n, &b| n << 8 | u32::from(b))
    };
    // Rows are four bytes wide since BIFF8, two before.
    let wide = if dimensions.len() < 14 { 2 } else { 4 };
    let (first, end) = (number(0, wide), number(wide, wide));
    let last = number(2 * wide + 2, 2);
    end <= XLS_SHEET.0 && (first < end || end == 0) && last <= XLS_SHEET.1
}
