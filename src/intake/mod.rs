//! From a file's bytes to lists of item drafts, every problem with its place.
//! Must not know the register or the engine.

pub mod clean;
pub mod delimited;
pub mod draft;
pub mod heading;
pub mod infer;
pub mod limits;
pub mod manifest;
pub mod plan;
pub mod records;
pub mod remark;
pub mod sheet;
pub mod sniff;
pub mod table;
pub mod workbook;

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{Date, Finding, Kinds, Place, Region, Regions, Severity, finding};

pub use draft::DraftItem;
pub use limits::Limits;
pub use plan::{ListDrafts, ListPlan, Opened};

/// Where a file's bytes are.
#[derive(Clone, Debug)]
pub enum Bytes {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

/// A file to read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Name as the user knows it.
    pub name: String,
    pub bytes: Bytes,
}

impl Source {
    /// A stream over the bytes.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(&self) -> std::io::Result<Box<dyn Read + '_>> {
        Ok(match &self.bytes {
            Bytes::File(path) => Box::new(std::fs::File::open(path)?),
            Bytes::Memory(bytes) => Box::new(&bytes[..]),
        })
    }

    fn len(&self) -> std::io::Result<u64> {
        Ok(match &self.bytes {
            Bytes::File(path) => std::fs::metadata(path)?.len(),
            Bytes::Memory(bytes) => bytes.len() as u64,
        })
    }

    fn read_all(&self) -> std::io::Result<Arc<[u8]>> {
        match &self.bytes {
            Bytes::File(path) => Ok(std::fs::read(path)?.into()),
            Bytes::Memory(bytes) => Ok(bytes.clone()),
        }
    }
}

/// What the submitter says of a file; everything else is inferred.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Key or name of the kind.
    pub kind: Option<String>,
    pub department: Option<String>,
    /// Code or name.
    pub region: Option<String>,
    pub document_no: Option<String>,
    pub published_on: Option<Date>,
    pub effective_on: Option<Date>,
    pub title: Option<String>,
    /// Region of the other files of the batch, and which files those are.
    pub usual_region: Option<Region>,
}

/// Something that was not given and was concluded instead.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Inference {
    /// What was inferred (部门, 区划, 清单类型, 生效日期 …).
    pub what: String,
    pub value: String,
    /// From what, in Chinese.
    pub from: String,
}

/// Reads files by the kinds and regions of this installation.
#[derive(Clone)]
pub struct Intake {
    pub kinds: Arc<Kinds>,
    pub regions: Arc<Regions>,
    pub limits: Limits,
}

impl Intake {
    /// Opens a file: finds its tables and the lists it holds, without reading the items yet.
    ///
    /// A file that cannot be read at all gives no lists and at least one error finding.
    pub fn open(&self, source: &Source, hints: &Hints) -> Opened {
        match sheets(source, &self.limits) {
            Ok((sheets, findings)) => plan::plan(self, source, hints, sheets, findings),
            Err(finding) => Opened::refused(source, *finding),
        }
    }
}

/// Whether a sheet is the list of findings in a workbook that was given back with its faults marked.
pub fn is_of_findings(sheet: &sheet::SheetSource) -> bool {
    let is_headed = |row: &table::Row| row.filled().map(|(_, text)| text).eq(finding::HEADINGS);
    let first = || sheet.first_rows(1).unwrap_or_default();
    sheet.name == finding::SHEET && first().first().is_some_and(is_headed)
}

/// Opens a file as its sheets, with findings on those that are left out.
///
/// # Errors
/// The finding that says why it cannot be read, and how to mend that.
pub fn sheets(
    source: &Source,
    limits: &Limits,
) -> Result<(Vec<sheet::SheetSource>, Vec<Finding>), Box<Finding>> {
    let place = Place {
        file: source.name.clone(),
        ..Place::default()
    };
    let refuse = |rule: &str, problem: String, mend: &str| {
        Box::new(Finding::new(
            Severity::Error,
            rule,
            place.clone(),
            problem,
            mend,
        ))
    };
    let unreadable = |e: std::io::Error| {
        tracing::warn!(file = %source.name, error = %e, "file cannot be read");
        refuse(
            "unreadable",
            "文件无法读取".into(),
            "请确认文件存在、有读取权限且未被其他程序占用",
        )
    };
    let size = source.len().map_err(unreadable)?;
    if size == 0 {
        return Err(refuse(
            "empty-file",
            "文件是空的".into(),
            "请检查是否选错文件",
        ));
    }
    if let Some(limit) = limits.file_bytes.filter(|&l| size > l) {
        let problem = format!("文件大小 {} MB，超过 {} MB 的上限", size >> 20, limit >> 20);
        return Err(refuse("file-too-large", problem, "请拆分后分别提交"));
    }
    let mut head = Vec::new();
    source
        .open()
        .and_then(|r| r.take(64 << 10).read_to_end(&mut head))
        .map_err(unreadable)?;
    let format = sniff::format(&head);
    let read = match format {
        sniff::Format::Other(what) => {
            let problem = format!("这是{what}，不是 Excel 工作簿或 CSV 文本");
            return Err(refuse(
                "not-a-table",
                problem,
                "请提交 .xls、.xlsx 或 .csv 文件",
            ));
        }
        sniff::Format::Text(encoding) => {
            let columns = limits.columns;
            let text = match &source.bytes {
                Bytes::File(path) => delimited::Delimited::from_file(path, encoding, columns),
                Bytes::Memory(bytes) => {
                    delimited::Delimited::from_bytes(bytes.clone(), encoding, columns)
                }
            };
            let text = text.map_err(unreadable)?;
            return Ok((vec![sheet::SheetSource::text(text)], Vec::new()));
        }
        sniff::Format::Ole => workbook::read(
            &source.read_all().map_err(unreadable)?,
            limits,
            workbook::read_xls,
        ),
        sniff::Format::Zip => workbook::read(
            &source.read_all().map_err(unreadable)?,
            limits,
            workbook::read_xlsx,
        ),
    };
    let read = read.map_err(|e| {
        if let workbook::WorkbookError::Damaged(cause) = &e {
            tracing::warn!(file = %source.name, %cause, "workbook cannot be opened");
        }
        let text = e.to_string();
        let (problem, mend) = text.split_once('。').unwrap_or((&text, ""));
        refuse("workbook", problem.to_owned(), mend)
    })?;
    let mut findings = Vec::new();
    let mut sheets = Vec::new();
    for sheet in read {
        match sheet {
            workbook::Sheet::Table(table) => sheets.push(sheet::SheetSource::table(table)),
            workbook::Sheet::Hidden(name) => findings.push(Finding::new(
                Severity::Warning,
                "hidden-sheet",
                Place {
                    file: source.name.clone(),
                    sheet: name,
                    ..Place::default()
                },
                "工作表是隐藏的，未导入",
                "如需公布其中的事项，请取消隐藏",
            )),
        }
    }
    Ok((sheets, findings))
}
