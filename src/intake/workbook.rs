//! Workbooks (.xls, .xlsx) as tables. The only user of calamine, zip and cfb.
//! Must not know headings or kinds.
#![expect(
    clippy::disallowed_types,
    reason = "this module is the one owner of the workbook parsers"
)]

mod guard;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Cursor;

use calamine::{Data, DataRef, Reader, SheetVisible, Style, Xls, XlsError, Xlsx, XlsxError};

use super::limits::Limits;
use super::table::{Doubt, DoubtfulCell, Merge, Merges, Row, Table};

/// Most doubtful cells noted in a sheet.
const MAX_DOUBTS: usize = 10_000;
/// Most cells with a number format of their own that are noted in a sheet.
const MAX_SHOWN: usize = 1_000_000;

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
    #[error("这是{0}，不是 Excel 工作簿。请另存为 .xlsx 或 .csv 后再提交")]
    NotAWorkbook(&'static str),
    #[error("文件中有 {0} MB 以上的单元格，不是正常的清单。请删除超长的内容后再试")]
    HugeCell(u64),
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
    guard::check_archive(bytes, limits)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|e| match e {
        XlsxError::Password => WorkbookError::Password,
        other => WorkbookError::Damaged(other.to_string()),
    })?;
    let mut collector = Collector::new(limits);
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
        match read_cells(&mut book, &meta.name, &mut collector) {
            Ok(()) => sheets.push(collector.sheet(meta.name, &merges)),
            Err(CellsError::Parser(XlsxError::NotAWorksheet(_))) => {}
            Err(CellsError::Parser(e)) => return Err(WorkbookError::Damaged(e.to_string())),
            Err(CellsError::Limit(e)) => return Err(e),
        }
    }
    Ok(sheets)
}

/// Why the cells of a sheet cannot be read.
#[derive(Debug, thiserror::Error)]
enum CellsError {
    #[error(transparent)]
    Parser(#[from] XlsxError),
    #[error(transparent)]
    Limit(#[from] WorkbookError),
}

/// How a number format shows a number otherwise than its plain digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// 0.035 as 3.5%.
    Percent,
    /// 12 as 0012: a code.
    Padded(usize),
}

impl Shown {
    fn of(style: &Style) -> Option<Self> {
        let format = style.number_format.as_ref()?.format_code.as_str();
        if format.contains('%') {
            return Some(Self::Percent);
        }
        let padded = format.len() > 1 && format.bytes().all(|b| b == b'0');
        padded.then_some(Self::Padded(format.len()))
    }

    fn text(self, number: f64) -> String {
        match self {
            // Fifteen digits are what a spreadsheet keeps; more are an artefact of the fraction.
            Self::Percent => {
                let text = format!("{:.10}", number * 100.0);
                let text = text.trim_end_matches('0').trim_end_matches('.');
                format!("{text}%")
            }
            Self::Padded(width) => format!("{number:0width$.0}"),
        }
    }
}

/// Reads the cells of a sheet, then looks for formulas that were saved without their result.
fn read_cells(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    collector: &mut Collector<'_>,
) -> Result<(), CellsError> {
    let numbers = shown_numbers(book, sheet)?;
    let mut cells = book.worksheet_cells_reader(sheet)?;
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let value = cell.get_value();
        if let DataRef::Float(number) = value {
            if is_rounded(*number) {
                collector.doubt(row, column, Doubt::Rounded);
            }
            if let Some(shown) = numbers.get(&(row, column)) {
                collector.put(row, column, &shown.text(*number), sheet)?;
                continue;
            }
        }
        collector.put(row, column, &text_of_ref(value), sheet)?;
    }
    drop(cells);
    let mut formulas = book.worksheet_cells_reader(sheet)?;
    while let Some(formula) = formulas.next_formula()? {
        let (row, column) = formula.get_position();
        if !formula.get_value().is_empty() && !collector.has(row, column) {
            collector.doubt(row, column, Doubt::NoResult);
        }
    }
    Ok(())
}

/// Cells whose number format shows more than plain digits. Most workbooks have no such format, and
/// their cells are not gone over for it.
fn shown_numbers(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
) -> Result<HashMap<(u32, u32), Shown>, XlsxError> {
    let mut cells = book.worksheet_cells_reader(sheet)?;
    let palette: Vec<Option<Shown>> = cells.styles().iter().map(Shown::of).collect();
    let mut found = HashMap::new();
    if palette.iter().all(Option::is_none) {
        return Ok(found);
    }
    while let Some((row, column, style)) = cells.next_style_id()? {
        if let Some(shown) = palette[style]
            && found.len() < MAX_SHOWN
        {
            found.insert((row, column), shown);
        }
    }
    Ok(found)
}

/// Reads a workbook of the OLE kind (.xls, and .xlsx that is .xls inside).
///
/// # Errors
/// As [`read_xlsx`].
pub fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, WorkbookError> {
    guard::check_biff(bytes)?;
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|e| match e {
        XlsError::Password => WorkbookError::Password,
        other => WorkbookError::Damaged(other.to_string()),
    })?;
    let mut collector = Collector::new(limits);
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
        let (top, left) = range.start().unwrap_or((0, 0));
        for (row, column, value) in range.used_cells() {
            let at = |origin: u32, offset: usize| {
                origin.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX))
            };
            let (row, column) = (at(top, row), at(left, column));
            if matches!(value, Data::Float(f) if is_rounded(*f)) {
                collector.doubt(row, column, Doubt::Rounded);
            }
            collector.put(row, column, &text_of(value), &meta.name)?;
        }
        sheets.push(collector.sheet(meta.name, &merges));
    }
    Ok(sheets)
}

/// The cells of a workbook as they come, within its limits.
struct Collector<'a> {
    limits: &'a Limits,
    /// Rows that may still come.
    rows_left: Option<u32>,
    /// Bytes that the cells may still take: a text that the file holds once may stand in every cell.
    bytes_left: u64,
    rows: Vec<Row>,
    doubts: Vec<DoubtfulCell>,
}

impl<'a> Collector<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            rows_left: limits.rows,
            bytes_left: limits.unpacked_bytes,
            rows: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// Puts a cell at its place; cells come row by row. Blank cells and columns past the limit are
    /// left out; of a text past the limit, enough is kept to be refused for its length.
    fn put(&mut self, row: u32, column: u32, text: &str, sheet: &str) -> Result<(), WorkbookError> {
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if text.is_empty() || column >= self.limits.columns {
            return Ok(());
        }
        let number = row.saturating_add(1);
        if self.rows.last().is_none_or(|r| r.number != number) {
            if let Some(left) = &mut self.rows_left {
                *left = left
                    .checked_sub(1)
                    .ok_or_else(|| WorkbookError::TooManyRows {
                        sheet: sheet.to_owned(),
                        rows: self.limits.rows.unwrap_or_default(),
                    })?;
            }
            self.rows.push(Row {
                number,
                cells: Vec::new(),
            });
        }
        let Some(last) = self.rows.last_mut() else {
            return Ok(());
        };
        let end = text
            .char_indices()
            .nth(self.limits.cell_chars + 1)
            .map_or(text.len(), |(end, _)| end);
        let text = &text[..end];
        let wider = (column + 1).saturating_sub(last.cells.len());
        let bytes = (wider * size_of::<String>() + text.len()) as u64;
        self.bytes_left = self
            .bytes_left
            .checked_sub(bytes)
            .ok_or(WorkbookError::TooLarge(self.limits.unpacked_bytes >> 20))?;
        if wider > 0 {
            last.cells.resize(column + 1, String::new());
        }
        text.clone_into(&mut last.cells[column]);
        Ok(())
    }

    /// Notes a cell that may not say what the sheet shows.
    fn doubt(&mut self, row: u32, column: u32, doubt: Doubt) {
        if self.doubts.len() < MAX_DOUBTS {
            self.doubts.push(DoubtfulCell {
                row: row.saturating_add(1),
                column: column as usize,
                doubt,
            });
        }
    }

    /// Whether a cell was put there.
    fn has(&self, row: u32, column: u32) -> bool {
        let number = row.saturating_add(1);
        let found = self.rows.binary_search_by_key(&number, |r| r.number);
        found.is_ok_and(|at| !self.rows[at].cell(column as usize).is_empty())
    }

    /// The sheet that its rows make; the next one begins.
    fn sheet(&mut self, name: String, merges: &[calamine::Dimensions]) -> Sheet {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by_key(|r| r.number);
        let doubts = std::mem::take(&mut self.doubts);
        Sheet::Table(Table::new(name, rows, merges_of(merges), doubts))
    }
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

/// Whether a whole number has more digits than the format keeps.
fn is_rounded(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() >= 1e15
}

fn text_of_ref<'a>(value: &'a DataRef<'_>) -> Cow<'a, str> {
    match value {
        DataRef::SharedString(s) => Cow::Borrowed(s),
        DataRef::String(s) => Cow::Borrowed(s),
        other => Cow::Owned(text_of(&Data::from(other.clone())).into_owned()),
    }
}

/// A cell as a reader of the sheet sees it, but for number formats (see [`Shown`]; of .xls the
/// parser does not tell them): whole numbers without a decimal point, days as days.
fn text_of(value: &Data) -> Cow<'_, str> {
    Cow::Owned(match value {
        Data::Empty => return Cow::Borrowed(""),
        Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => return Cow::Borrowed(s),
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
    })
}
