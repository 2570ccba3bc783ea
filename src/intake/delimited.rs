//! Delimited text (CSV, TSV, Excel's Unicode text) as a stream of rows. The only user of csv for reading.
//! Must not know headings or kinds, and must not hold a whole file in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::sniff::TextEncoding;
use super::table::Row;

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

    fn open(&self, from: u64) -> io::Result<Box<dyn BufRead + '_>> {
        let mut reader: Box<dyn ReadSeek + '_> = match &self.store {
            Store::Memory(bytes) => Box::new(Cursor::new(&bytes[..])),
            Store::File(path) => Box::new(File::open(path)?),
            Store::Temporary(file) => Box::new(file.reopen()?),
        };
        reader.seek(SeekFrom::Start(from))?;
        Ok(Box::new(BufReader::with_capacity(256 << 10, reader)))
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
        let mut record = csv::ByteRecord::new();
        let mut row = 0;
        while reader
            .read_byte_record(&mut record)
            .map_err(io::Error::other)?
        {
            row += 1;
            let start = RowStart {
                byte: self.skip + record.position().map_or(0, csv::Position::byte),
                row,
            };
            if !each(start, self.skip + reader.position().byte(), &record) {
                break;
            }
        }
        Ok(())
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
        let mut file: Box<dyn ReadSeek + '_> = match &self.store {
            Store::Memory(bytes) => Box::new(Cursor::new(&bytes[..])),
            Store::File(path) => Box::new(File::open(path)?),
            Store::Temporary(file) => Box::new(file.reopen()?),
        };
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
            let mut row = start.row;
            while reader
                .read_byte_record(&mut record)
                .map_err(io::Error::other)?
            {
                each(Row {
                    number: row,
                    cells: record
                        .iter()
                        .take(self.columns)
                        .map(|c| String::from_utf8_lossy(c).into_owned())
                        .collect(),
                });
                row += 1;
            }
        }
        Ok(())
    }
}

/// Comma, tab or semicolon: whichever the first lines hold most of.
fn delimiter_of(head: &[u8]) -> u8 {
    let count = |d: u8| head.iter().take(4096).filter(|&&b| b == d).count();
    [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|&d| (count(d), d == b','))
        .unwrap_or(b',')
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
