//! Delimited text (CSV, TSV, Excel's Unicode text) as a stream of rows. The only user of csv for reading.
//! Must not know headings or kinds, and must not hold a whole file in memory.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::sniff::TextEncoding;
use super::table::Row;
use crate::domain::formula::unguarded;

/// UTF-8 text that can be opened again and again: where the stream begins after its mark.
#[derive(Debug)]
pub struct Delimited {
    store: Store,
    skip: u64,
    delimiter: u8,
    /// Columns looked at; those past them are not kept.
    columns: usize,
}

#[derive(Debug)]
enum Store {
    Memory(Arc<[u8]>),
    File(PathBuf),
    /// Transcoded copy, deleted with this value.
    Temporary(tempfile::NamedTempFile),
}

/// Where a row begins.
#[derive(Clone, Copy, Debug)]
pub struct RowStart {
    pub byte: u64,
    /// Number of the row, from 1.
    pub row: u32,
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Delimited {
    /// Text in memory.
    ///
    /// # Errors
    /// When a temporary file for the transcoded copy cannot be written.
    pub fn from_bytes(
        bytes: Arc<[u8]>,
        encoding: TextEncoding,
        columns: usize,
    ) -> io::Result<Self> {
        if encoding == TextEncoding::Utf8 {
            return Self::new(Store::Memory(bytes), columns);
        }
        Self::transcoded(&mut &bytes[..], encoding, columns)
    }

    /// Text in a file of any size.
    ///
    /// # Errors
    /// When the file cannot be read, or the transcoded copy not written.
    pub fn from_file(path: &Path, encoding: TextEncoding, columns: usize) -> io::Result<Self> {
        if encoding == TextEncoding::Utf8 {
            return Self::new(Store::File(path.to_owned()), columns);
        }
        Self::transcoded(&mut File::open(path)?, encoding, columns)
    }

    fn transcoded(from: &mut dyn Read, encoding: TextEncoding, columns: usize) -> io::Result<Self> {
        let mut copy = tempfile::NamedTempFile::new()?;
        transcode(from, encoding, copy.as_file_mut())?;
        Self::new(Store::Temporary(copy), columns)
    }

    fn new(store: Store, columns: usize) -> io::Result<Self> {
        let mut text = Self {
            store,
            skip: 0,
            delimiter: b',',
            columns,
        };
        let mut head = Vec::new();
        text.open(0)?.take(64 << 10).read_to_end(&mut head)?;
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            text.skip = 3;
        }
        text.delimiter = delimiter_of(&head);
        Ok(text)
    }

    /// Columns looked at.
    pub fn columns(&self) -> usize {
        self.columns
    }

    fn bytes(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(match &self.store {
            Store::Memory(bytes) => Box::new(Cursor::new(&bytes[..])),
            Store::File(path) => Box::new(File::open(path)?),
            Store::Temporary(file) => Box::new(file.reopen()?),
        })
    }

    fn open(&self, from: u64) -> io::Result<BufReader<Box<dyn ReadSeek + '_>>> {
        let mut reader = self.bytes()?;
        reader.seek(SeekFrom::Start(from))?;
        Ok(BufReader::with_capacity(256 << 10, reader))
    }

    fn builder(&self) -> csv::ReaderBuilder {
        let mut builder = csv::ReaderBuilder::new();
        builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter);
        builder
    }

    /// Passes every row undecoded, with where it begins and the byte after it; `false` stops.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn scan(
        &self,
        each: &mut dyn FnMut(RowStart, u64, &csv::ByteRecord) -> bool,
    ) -> io::Result<()> {
        let mut reader = self.builder().from_reader(self.open(self.skip)?);
        let mut beside = self.open(self.skip)?;
        let mut at = 0;
        let mut record = csv::ByteRecord::new();
        let mut rows = RowCounter::default();
        while reader
            .read_byte_record(&mut record)
            .map_err(io::Error::other)?
        {
            let end = reader.position().byte();
            let last = end.saturating_sub(1);
            beside.seek_relative(i64::try_from(last - at).unwrap_or(0))?;
            let mut byte = [0];
            beside.read_exact(&mut byte)?;
            at = end;
            let start = RowStart {
                byte: self.skip + record.position().map_or(0, csv::Position::byte),
                row: rows.next(reader.position().line(), &record, byte == *b"\n"),
            };
            if !each(start, self.skip + end, &record) {
                break;
            }
        }
        Ok(())
    }

    /// Whether a quotation mark that opens a cell is never closed: the parser then takes all that
    /// follows for one cell. `last` is that cell.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn has_open_quote(&self, last: &str) -> io::Result<bool> {
        let delimiter = char::from(self.delimiter);
        let swallowed = last
            .lines()
            .skip(1)
            .any(|l| l.matches(delimiter).count() >= 2);
        if !swallowed {
            return Ok(false);
        }
        let mut reader = self.open(self.skip)?;
        let mut odd = false;
        loop {
            let piece = io::BufRead::fill_buf(&mut reader)?;
            if piece.is_empty() {
                return Ok(odd);
            }
            odd ^= piece.iter().filter(|&&b| b == b'"').count() % 2 == 1;
            let read = piece.len();
            io::BufRead::consume(&mut reader, read);
        }
    }

    /// Reads the rows of byte ranges seen by [`Delimited::scan`], in the order given.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn read(
        &self,
        ranges: &mut dyn Iterator<Item = (RowStart, u64)>,
        each: &mut dyn FnMut(Row),
    ) -> io::Result<()> {
        let mut file = self.bytes()?;
        // One reader for all ranges: making one costs more than reading a row.
        let mut reader = self.builder().from_reader(Cursor::new(Vec::new()));
        let mut record = csv::ByteRecord::new();
        for (start, end) in ranges {
            let length = usize::try_from(end.saturating_sub(start.byte)).unwrap_or(0);
            let piece = reader.get_mut().get_mut();
            piece.resize(length, 0);
            file.seek(SeekFrom::Start(start.byte))?;
            file.read_exact(piece)?;
            // Forgets what was read ahead of the range before.
            reader
                .seek_raw(SeekFrom::Start(0), csv::Position::new())
                .map_err(io::Error::other)?;
            let mut rows = RowCounter::starting_at(start.row);
            while reader
                .read_byte_record(&mut record)
                .map_err(io::Error::other)?
            {
                let end = usize::try_from(reader.position().byte()).unwrap_or(0);
                let ended = end
                    .checked_sub(1)
                    .and_then(|e| reader.get_ref().get_ref().get(e))
                    == Some(&b'\n');
                each(Row {
                    number: rows.next(reader.position().line(), &record, ended),
                    cells: record
                        .iter()
                        .take(self.columns)
                        .map(|c| unguarded(&String::from_utf8_lossy(c)).to_owned())
                        .collect(),
                });
            }
        }
        Ok(())
    }
}

/// Numbers rows as a spreadsheet does: an empty line is a row, a line break inside a cell is not.
/// The parser passes over empty lines without a word.
#[derive(Debug, Default)]
struct RowCounter {
    /// Line breaks inside the cells so far.
    inside: u64,
    last: Option<u32>,
    /// Where counting begins, and the line on which that row was found.
    from: Option<(u32, Option<u64>)>,
}

impl RowCounter {
    fn starting_at(row: u32) -> Self {
        Self {
            from: Some((row, None)),
            ..Self::default()
        }
    }

    /// Number of the record that was just read; `line` is where the parser stands after it, and
    /// `ended` whether it has passed the record's line break (of CR LF it has passed the CR).
    fn next(&mut self, line: u64, record: &csv::ByteRecord, ended: bool) -> u32 {
        let own = record.as_slice().split(|&b| b == b'\n').count() as u64 - 1;
        let line = line.saturating_sub(own + u64::from(ended) + self.inside);
        self.inside += own;
        let row = match &mut self.from {
            None => u32::try_from(line).unwrap_or(u32::MAX),
            Some((row, first)) => {
                let first = *first.get_or_insert(line);
                row.saturating_add(u32::try_from(line.saturating_sub(first)).unwrap_or(0))
            }
        };
        // Lines that end in CR alone are not counted by the parser.
        let row = row.max(self.last.map_or(1, |l| l.saturating_add(1)));
        self.last = Some(row);
        row
    }
}

/// Comma, tab or semicolon: whichever the first lines hold most of outside quotation marks.
fn delimiter_of(head: &[u8]) -> u8 {
    let mut quoted = false;
    let plain: Vec<u8> = head
        .iter()
        .take(16 << 10)
        .copied()
        .filter(|&b| {
            quoted ^= b == b'"';
            !quoted
        })
        .collect();
    let count = |d: u8| plain.iter().filter(|&&b| b == d).count();
    [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|&d| (count(d), d == b','))
        .unwrap_or(b',')
}

/// A short text decoded at once; what cannot be decoded becomes replacement characters.
pub fn decode(bytes: &[u8], encoding: TextEncoding) -> String {
    let mut text = Vec::new();
    // Reading and writing memory cannot fail.
    let _ = transcode(&mut &bytes[..], encoding, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Decodes a stream to UTF-8 piece by piece.
fn transcode(from: &mut dyn Read, encoding: TextEncoding, to: &mut dyn Write) -> io::Result<()> {
    let encoding = match encoding {
        TextEncoding::Utf8 => encoding_rs::UTF_8,
        TextEncoding::Gb18030 => encoding_rs::GB18030,
        TextEncoding::Utf16Le => encoding_rs::UTF_16LE,
        TextEncoding::Utf16Be => encoding_rs::UTF_16BE,
    };
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut input = vec![0u8; 64 << 10];
    let mut out = String::with_capacity(256 << 10);
    loop {
        let read = from.read(&mut input)?;
        let last = read == 0;
        let mut piece = &input[..read];
        loop {
            let (result, used, _) = decoder.decode_to_string(piece, &mut out, last);
            to.write_all(out.as_bytes())?;
            out.clear();
            piece = &piece[used..];
            if result == encoding_rs::CoderResult::InputEmpty {
                break;
            }
        }
        if last {
            return to.flush();
        }
    }
}
