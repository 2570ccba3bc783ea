//! The manifest of a folder (`lists.csv`): what is said of each file.
//! Must not read the lists themselves.

use crate::domain::{Finding, Place, Severity, date};

use super::Hints;

/// Name of the manifest file.
pub const FILE_NAME: &str = "lists.csv";

/// Columns of the manifest.
pub const COLUMNS: [&str; 8] = [
    "file",
    "kind",
    "department",
    "region",
    "document_no",
    "published_on",
    "effective_on",
    "title",
];

/// Whether the headings are a manifest's.
pub fn is_manifest(text: &[u8]) -> bool {
    let text = text.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(text);
    text.starts_with(b"file,")
}

/// Reads a manifest: files in order with their hints, and what is wrong in it.
pub fn parse(name: &str, text: &[u8]) -> (Vec<(String, Hints)>, Vec<Finding>) {
    let text = text.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let mut findings = Vec::new();
    let mut entries = Vec::new();
    let headers = reader.headers().cloned().unwrap_or_default();
    for (index, record) in reader.records().enumerate() {
        let row = u32::try_from(index + 2).unwrap_or(u32::MAX);
        let place = |heading: &str| Place {
            file: name.to_owned(),
            row,
            heading: heading.to_owned(),
            ..Place::default()
        };
        let Ok(record) = record else {
            findings.push(Finding::new(
                Severity::Error,
                "manifest",
                place(""),
                "该行无法读取",
                "请另存为 UTF-8 的 CSV",
            ));
            continue;
        };
        let cell = |column: &str| {
            let at = headers.iter().position(|h| h.trim() == column)?;
            record
                .get(at)
                .map(str::trim)
                .filter(|c| !c.is_empty())
                .map(str::to_owned)
        };
        let mut day = |column: &str| {
            let text = cell(column)?;
            let parsed = date::parse(&text);
            if parsed.is_none() {
                let problem = format!("“{text}”不是日期");
                findings.push(Finding::new(
                    Severity::Error,
                    "manifest",
                    place(column),
                    problem,
                    "请写成 2026-11-23",
                ));
            }
            parsed
        };
        let (published_on, effective_on) = (day("published_on"), day("effective_on"));
        let Some(file) = cell("file") else {
            findings.push(Finding::new(
                Severity::Error,
                "manifest",
                place("file"),
                "没有写文件名",
                "请填写 file 列",
            ));
            continue;
        };
        let hints = Hints {
            kind: cell("kind"),
            department: cell("department"),
            region: cell("region"),
            document_no: cell("document_no"),
            published_on,
            effective_on,
            title: cell("title"),
            usual_region: None,
        };
        entries.push((file, hints));
    }
    (entries, findings)
}
