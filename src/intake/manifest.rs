//! The manifest of a folder (`lists.csv`): what is said of each file.
//! Must not read the lists themselves.

use crate::domain::{Finding, Place, Severity, date};

use super::{Hints, delimited, sniff};

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

/// What a manifest says.
#[derive(Debug, Default)]
pub struct Manifest {
    /// Files in order with their hints.
    pub entries: Vec<(String, Hints)>,
    /// Files of rows with an error: to be left alone until the row is mended.
    pub refused: Vec<String>,
    pub findings: Vec<Finding>,
}

/// Reads a manifest of any usual encoding; `None` when the text is something else.
pub fn read(name: &str, bytes: &[u8]) -> Option<Manifest> {
    let sniff::Format::Text(encoding) = sniff::format(bytes) else {
        return None;
    };
    let text = delimited::decode(bytes, encoding);
    text.starts_with("file,").then(|| parse(name, &text))
}

fn parse(name: &str, text: &str) -> Manifest {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut findings = Vec::new();
    let (mut entries, mut refused) = (Vec::new(), Vec::new());
    let headings = reader.headers().cloned().unwrap_or_default();
    unknown_columns(name, &headings, &mut findings);
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
            let at = headings.iter().position(|h| h.trim() == column)?;
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
        // A date that was meant otherwise could not be taken back once published.
        let readable = [
            ("published_on", published_on),
            ("effective_on", effective_on),
        ]
        .iter()
        .all(|(column, day)| day.is_some() || cell(column).is_none());
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
        if readable {
            entries.push((file, hints));
        } else {
            refused.push(file);
        }
    }
    Manifest {
        entries,
        refused,
        findings,
    }
}

/// A misspelt column would be a hint that nobody takes.
fn unknown_columns(name: &str, headings: &csv::StringRecord, findings: &mut Vec<Finding>) {
    for heading in headings.iter().map(str::trim) {
        if !heading.is_empty() && !COLUMNS.contains(&heading) {
            findings.push(Finding::new(
                Severity::Warning,
                "manifest",
                Place {
                    file: name.to_owned(),
                    row: 1,
                    heading: heading.to_owned(),
                    ..Place::default()
                },
                format!("不认识“{heading}”列，未读取"),
                format!("可用的列：{}", COLUMNS.join("、")),
            ));
        }
    }
}
