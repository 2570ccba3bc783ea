//! What a file is, by its bytes; names lie. Must not read whole files.

/// Format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OLE container: .xls, or .xlsx that is .xls inside, or a protected workbook.
    Ole,
    /// ZIP container: .xlsx.
    Zip,
    Text(TextEncoding),
    /// Something that holds no list; the word says what it seems to be.
    Other(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    Utf8,
    /// Covers GBK and GB2312.
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl TextEncoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }
}

/// Tells the format from the beginning of a file (64 KB suffice).
pub fn format(head: &[u8]) -> Format {
    match head {
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Format::Ole,
        [b'P', b'K', 3 | 5 | 7, ..] => return Format::Zip,
        [b'%', b'P', b'D', b'F', ..] => return Format::Other("PDF 文件"),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => return Format::Other("图片"),
        [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xbc, 0xaf, ..] | [0x1f, 0x8b, ..] => {
            return Format::Other("压缩包");
        }
        [0xff, 0xfe, ..] => return Format::Text(TextEncoding::Utf16Le),
        [0xfe, 0xff, ..] => return Format::Text(TextEncoding::Utf16Be),
        _ => {}
    }
    if let Some(what) = markup(head) {
        return Format::Other(what);
    }
    if let Some(encoding) = utf16_without_mark(head) {
        return Format::Text(encoding);
    }
    if head.contains(&0) {
        return Format::Other("二进制文件");
    }
    match std::str::from_utf8(head) {
        Ok(_) => Format::Text(TextEncoding::Utf8),
        // A character cut by the end of the sample is no fault.
        Err(e) if e.error_len().is_none() => Format::Text(TextEncoding::Utf8),
        Err(_) if mostly_utf8(head) => Format::Text(TextEncoding::Utf8),
        Err(_) => Format::Text(TextEncoding::Gb18030),
    }
}

/// Pages and XML, which some systems export under the name .xls.
fn markup(head: &[u8]) -> Option<&'static str> {
    let start = String::from_utf8_lossy(&head[..head.len().min(512)]).to_ascii_lowercase();
    let start = start.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let begins = |tags: &[&str]| tags.iter().any(|t| start.starts_with(t));
    if begins(&[
        "<html",
        "<!doctype html",
        "<table",
        "<head",
        "<meta",
        "<style",
    ]) {
        Some("网页")
    } else if begins(&["<?xml"]) {
        Some("XML 文件")
    } else {
        None
    }
}

/// Whether a text that is not UTF-8 throughout has only single broken places: then its characters
/// of several bytes are many more than its faults. GB18030 read as UTF-8 is nearly all faults.
fn mostly_utf8(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let faults = text.matches(char::REPLACEMENT_CHARACTER).count();
    let sound = text.chars().filter(|c| !c.is_ascii()).count() - faults;
    sound > faults * 10
}

/// UTF-16 without a byte order mark shows by its ASCII commas, tabs and line ends.
fn utf16_without_mark(head: &[u8]) -> Option<TextEncoding> {
    let (mut le, mut be) = (0, 0);
    for pair in head.chunks_exact(2) {
        match pair {
            [b',' | b'\t' | b'\n' | b'\r' | b'0'..=b'9', 0] => le += 1,
            [0, b',' | b'\t' | b'\n' | b'\r' | b'0'..=b'9'] => be += 1,
            _ => {}
        }
    }
    // A full-width space is a zero byte and an ASCII digit: it counts for the other order.
    match (le, be) {
        (le, be) if le > 2 && le > be * 2 => Some(TextEncoding::Utf16Le),
        (le, be) if be > 2 && be > le * 2 => Some(TextEncoding::Utf16Be),
        _ => None,
    }
}
