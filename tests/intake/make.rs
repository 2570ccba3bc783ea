//! Files made for the tests: delimited text, workbooks of both kinds, and parts of them changed.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::{Workbook, Worksheet};

/// Headings of a power list and two items, the smallest list that is taken whole.
pub const POWER: [&[&str]; 3] = [
    &["序号", "事项名称", "权力类型", "实施依据", "行使主体"],
    &[
        "1",
        "食品经营许可",
        "行政许可",
        "《中华人民共和国食品安全法》第三十五条",
        "辽阳市市场监督管理局",
    ],
    &[
        "2",
        "对无照经营的处罚",
        "行政处罚",
        "《无证无照经营查处办法》第十三条",
        "辽阳市市场监督管理局",
    ],
];

/// Rows as comma separated text.
pub fn csv(rows: &[&[&str]]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(*row).expect("memory takes it");
    }
    writer.into_inner().expect("memory takes it")
}

/// A workbook of sheets filled by the caller.
pub fn xlsx(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().expect("workbook can be written")
}

/// A workbook of one sheet of texts.
pub fn xlsx_of(rows: &[&[&str]]) -> Vec<u8> {
    xlsx(|book| put(book.add_worksheet(), 0, rows))
}

/// Writes texts from a row (counted from 0) on; empty ones are left out.
pub fn put(sheet: &mut Worksheet, from: u32, rows: &[&[&str]]) {
    for (row, cells) in (from..).zip(rows) {
        for (column, text) in (0..).zip(*cells) {
            if !text.is_empty() {
                sheet.write_string(row, column, *text).expect("cell");
            }
        }
    }
}

/// The archive again, with each entry as the caller changes it.
pub fn rezipped(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("archive");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut entry = from.by_index(index).expect("entry");
        let name = entry.name().expect("name").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        to.start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .expect("entry");
        to.write_all(&change(&name, content)).expect("content");
    }
    to.finish().expect("archive").into_inner()
}

/// The workbook with a text of a named entry replaced.
pub fn edited(bytes: &[u8], entry: &str, from: &str, to: &str) -> Vec<u8> {
    rezipped(bytes, |name, content| {
        if name != entry {
            return content;
        }
        let text = String::from_utf8(content).expect("entry is text");
        assert!(text.contains(from), "{entry} does not hold {from}: {text}");
        text.replace(from, to).into_bytes()
    })
}

/// An OLE container with the given streams.
pub fn ole(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file =
        cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))
            .expect("container");
    for (name, content) in streams {
        let mut stream = file.create_stream(name).expect("stream");
        stream.write_all(content).expect("content");
    }
    file.flush().expect("container");
    file.into_inner().into_inner()
}

/// One record of an .xls stream.
pub fn biff(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).expect("a record is short");
    [&kind.to_le_bytes(), &length.to_le_bytes(), body].concat()
}

/// Records that open the workbook's own part of an .xls stream, with more of the caller's inside.
fn globals(extra: &[u8], sheet_at: usize) -> Vec<u8> {
    let mut sheet = u32::try_from(sheet_at)
        .expect("small")
        .to_le_bytes()
        .to_vec();
    // Visible, a worksheet, a name of six one-byte characters.
    sheet.extend([0, 0, 6, 0]);
    sheet.extend(b"Sheet1");
    [
        biff(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        extra.to_vec(),
        biff(0x0042, &1200u16.to_le_bytes()),
        biff(0x0085, &sheet),
        biff(0x000a, &[]),
    ]
    .concat()
}

/// An .xls of one sheet of texts; `extra` stands among the workbook's records, `first` at the
/// beginning of the sheet's.
pub fn xls_with(rows: &[&[&str]], extra: &[u8], first: &[u8]) -> Vec<u8> {
    let mut sheet = biff(0x0809, &[0, 6, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    sheet.extend(first);
    for (row, cells) in (0u16..).zip(rows) {
        for (column, text) in (0u16..).zip(*cells) {
            let units: Vec<u16> = text.encode_utf16().collect();
            let mut body = [row, column, 0, u16::try_from(units.len()).expect("short")]
                .map(u16::to_le_bytes)
                .concat();
            body.push(1);
            body.extend(units.iter().flat_map(|u| u.to_le_bytes()));
            sheet.extend(biff(0x0204, &body));
        }
    }
    sheet.extend(biff(0x000a, &[]));
    let at = globals(extra, 0).len();
    ole(&[("/Workbook", &[globals(extra, at), sheet].concat())])
}

/// An .xls of one sheet of texts.
pub fn xls_of(rows: &[&[&str]]) -> Vec<u8> {
    xls_with(rows, &[], &[])
}
