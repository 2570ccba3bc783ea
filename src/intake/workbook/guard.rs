//! Guards time and memory against hostile workbooks before a parser sees them.
//! Must not read cells.

use std::io::{Cursor, Read};

use super::WorkbookError;
use crate::intake::limits::Limits;

/// Most cells, blank ones between included, that the sheets of an .xls may span together: the
/// parser lays them out densely, at 32 bytes each.
const DENSE_CELLS: u64 = 10_000_000;
/// Longest text in one piece that is given to the parser, which copies it several times.
const HUGE_TEXT: u64 = 16 << 20;
/// Rows and columns of the largest .xls sheet.
const XLS_SHEET: (u32, u32) = (1 << 16, 1 << 8);

/// Refuses an archive that unpacks to more than the limit, by unpacking it into nothing: the sizes
/// an archive declares may lie.
pub(super) fn check_archive(bytes: &[u8], limits: &Limits) -> Result<(), WorkbookError> {
    let damaged = |e: &dyn std::fmt::Display| WorkbookError::Damaged(e.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    if let Some(what) = other_archive(&archive) {
        return Err(WorkbookError::NotAWorkbook(what));
    }
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
        if counts.longest_text > HUGE_TEXT {
            return Err(WorkbookError::HugeCell(HUGE_TEXT >> 20));
        }
        if counts.largest > read {
            return Err(damaged(
                &"more shared strings are stated than the file can hold",
            ));
        }
    }
    Ok(())
}

/// What an archive without a workbook's parts is.
fn other_archive(archive: &zip::ZipArchive<Cursor<&[u8]>>) -> Option<&'static str> {
    let names: Vec<_> = archive.file_names().filter_map(Result::ok).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    if names.iter().any(|n| n.starts_with("xl/")) {
        return None;
    }
    [
        ("word/document.xml", "Word 文档"),
        ("ppt/presentation.xml", "演示文稿"),
        ("content.xml", "OpenDocument 文档"),
    ]
    .into_iter()
    .find_map(|(name, what)| has(name).then_some(what))
    .or_else(|| (!has("[Content_Types].xml")).then_some("压缩包"))
}

/// Looks for `uniqueCount` in what is written to it (the parser reserves memory for as many
/// strings as the file says it has), and for the longest text in one piece.
#[derive(Default)]
struct StatedCounts {
    largest: u64,
    /// Longest stretch without a mark-up character, and the one that has begun.
    longest_text: u64,
    text: u64,
    /// End of what came before, without zero bytes: the text may be UTF-16.
    tail: Vec<u8>,
}

impl std::io::Write for StatedCounts {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        const NAME: &[u8] = b"uniqueCount";
        /// Longest piece of interest: the name, `=`, a quotation mark, blanks and digits.
        const PIECE: usize = 96;
        for piece in bytes.split_inclusive(|&b| b == b'<') {
            self.text += piece.len() as u64;
            self.longest_text = self.longest_text.max(self.text);
            if piece.ends_with(b"<") {
                self.text = 0;
            }
        }
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
pub(super) fn check_biff(bytes: &[u8]) -> Result<(), WorkbookError> {
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
