//! An uploaded file given back as a workbook: what was found in it, and its sheets with the faulty
//! cells marked. Must not know how findings are made, nor HTTP.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;

use crate::domain::Finding;
use crate::domain::finding::{HEADINGS, SHEET};
use crate::intake::sheet::SheetSource;
use crate::intake::table::{Merge, Row};
use crate::intake::{self, Limits, Source, is_of_findings};
use crate::service::ServiceError;
use crate::service::table::{MOST_COLUMNS, Mark, MarkedBook, RowMarks, clipped};

/// Widths of the columns of findings, in characters.
const WIDTHS: [f64; 7] = [10.0, 20.0, 8.0, 8.0, 20.0, 60.0, 60.0];

/// Sheets of a file at most.
const MOST_SHEETS: usize = 200;
/// Length of a sheet's name at most, in UTF-16 units.
const NAME_UNITS: usize = 31;

/// Marks of a sheet by row, counted from 1.
type Marks = BTreeMap<u32, RowMarks>;

/// Writes a workbook with the findings in front and behind them the sheets of the file, each cell as
/// text at its own place and marked with what was found in it, merged as it was. Hidden sheets are left
/// out, and an earlier list of findings.
///
/// # Errors
/// `Invalid` when the file cannot be read or does not fit into a workbook; `Internal` when it fails
/// on the way, or the target does.
pub fn marked(
    source: &Source,
    limits: &Limits,
    findings: &[Finding],
    to: &mut dyn Write,
) -> Result<(), ServiceError> {
    let (sheets, _) = intake::sheets(source, limits).map_err(|finding| unreadable(&finding))?;
    if sheets.len() > MOST_SHEETS {
        return Err(ServiceError::Invalid {
            code: "too_many_sheets",
            detail: format!(
                "文件有 {} 张工作表，最多能标注 {MOST_SHEETS} 张",
                sheets.len()
            ),
            parameter: None,
        });
    }
    // What was found in an earlier turn is found again, or mended.
    let sheets: Vec<SheetSource> = sheets.into_iter().filter(|s| !is_of_findings(s)).collect();
    let own: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    let names = sheet_names(source, &own);
    let mut book = MarkedBook::new(to);
    list(&mut book, findings, &own, &names)?;
    for ((sheet, name), marks) in sheets.iter().zip(&names).zip(marks(&own, findings)) {
        book.sheet(name)?;
        copy(&mut book, sheet, marks)?;
    }
    book.finish()
}

fn unreadable(finding: &Finding) -> ServiceError {
    ServiceError::Invalid {
        code: "unreadable_file",
        detail: format!("{}。{}", finding.problem, finding.mend),
        parameter: None,
    }
}

/// Writes the sheet of findings, a row for each. Sheets are named as the workbook names them.
fn list(
    book: &mut MarkedBook<'_>,
    findings: &[Finding],
    own: &[&str],
    names: &[String],
) -> Result<(), ServiceError> {
    let named: HashMap<&str, &str> = own
        .iter()
        .copied()
        .zip(names.iter().map(String::as_str))
        .collect();
    let columns: Vec<(&str, f64)> = HEADINGS.into_iter().zip(WIDTHS).collect();
    book.list(SHEET, &columns)?;
    for (number, finding) in (2..).zip(findings) {
        let place = &finding.place;
        // The one sheet of a text has no name, as findings on the whole file have none.
        let of_file = place.sheet.is_empty() && place.row == 0 && place.column.is_empty();
        let sheet = match named.get(place.sheet.as_str()) {
            Some(&name) if !of_file => name,
            _ => place.sheet.as_str(),
        };
        let row = match place.row {
            0 => String::new(),
            row => row.to_string(),
        };
        let problem = problem(finding);
        let cells = [
            finding.severity.label(),
            sheet,
            row.as_str(),
            place.column.as_str(),
            place.heading.as_str(),
            problem.as_str(),
            finding.mend.as_str(),
        ];
        let mark = Mark {
            severity: finding.severity,
            note: String::new(),
        };
        book.row(number, &cells, &RowMarks::from([(0, mark)]))?;
    }
    Ok(())
}

/// The problem, with the other place where two contradict each other.
fn problem(finding: &Finding) -> String {
    let Some(other) = &finding.other else {
        return finding.problem.clone();
    };
    let mut other = other.clone();
    if other.file == finding.place.file {
        other.file.clear();
    }
    format!("{}（另一处：{other}）", finding.problem)
}

/// What the note on a cell says of one finding.
fn said(finding: &Finding) -> String {
    let mut said = format!("{}：{}", finding.severity.label(), problem(finding));
    if !finding.mend.is_empty() {
        said.push_str("\n如何改正：");
        said.push_str(&finding.mend);
    }
    said
}

/// Marks of each sheet: a cell has the colour of its worst finding and a note of all of them. A
/// finding on a whole row marks the row's first cell; one without a row marks none.
fn marks(own: &[&str], findings: &[Finding]) -> Vec<Marks> {
    let positions = own.iter().enumerate();
    let positions: HashMap<&str, usize> = positions.map(|(at, name)| (*name, at)).collect();
    let mut marks = vec![Marks::new(); own.len()];
    for finding in findings.iter().filter(|f| f.place.row > 0) {
        let position = positions.get(finding.place.sheet.as_str());
        let Some(sheet) = position.and_then(|&at| marks.get_mut(at)) else {
            continue;
        };
        let column = column_index(&finding.place.column).unwrap_or(0);
        let said = said(finding);
        let row = sheet.entry(finding.place.row).or_default();
        row.entry(column)
            .and_modify(|mark| {
                // The worst severity is the least.
                mark.severity = mark.severity.min(finding.severity);
                mark.note.push('\n');
                mark.note.push_str(&said);
            })
            .or_insert(Mark {
                severity: finding.severity,
                note: said,
            });
    }
    marks
}

/// Column of a letter, counted from 0; `None` for what is no column of a spreadsheet.
fn column_index(letters: &str) -> Option<usize> {
    let count = letters.bytes().try_fold(0_usize, |count, letter| {
        let digit = letter
            .is_ascii_uppercase()
            .then(|| usize::from(letter - b'A') + 1)?;
        let count = count * 26 + digit;
        (count <= usize::from(MOST_COLUMNS)).then_some(count)
    })?;
    count.checked_sub(1)
}

/// Writes the rows of a sheet with their marks.
fn copy(
    book: &mut MarkedBook<'_>,
    sheet: &SheetSource,
    mut marks: Marks,
) -> Result<(), ServiceError> {
    let mut merges: BTreeMap<u32, Vec<&Merge>> = BTreeMap::new();
    for merge in sheet.merges().iter() {
        merges.entry(merge.first_row).or_default().push(merge);
    }
    let mut written = Ok(());
    let scanned = sheet.scan(&mut |_, view| {
        let row = view.to_row();
        let merges = merges.get(&row.number).map_or(&[][..], Vec::as_slice);
        written = copy_row(book, &row, merges, &mut marks);
        written.is_ok()
    });
    scanned.map_err(|error| ServiceError::Internal(format!("marked: {error}")))?;
    written?;
    blank_rows(book, u32::MAX, &mut marks)
}

/// Writes a row and the merged ranges that begin on it. Ranges that begin on a row without text show
/// nothing and are not written.
fn copy_row(
    book: &mut MarkedBook<'_>,
    row: &Row,
    merges: &[&Merge],
    marks: &mut Marks,
) -> Result<(), ServiceError> {
    blank_rows(book, row.number, marks)?;
    for merge in merges {
        book.merge(merge)?;
    }
    let own = marks.remove(&row.number).unwrap_or_default();
    book.row(row.number, &row.cells, &own)
}

/// Writes the marks that are left of rows before this one: such rows have no text.
fn blank_rows(
    book: &mut MarkedBook<'_>,
    before: u32,
    marks: &mut Marks,
) -> Result<(), ServiceError> {
    while let Some(first) = marks.first_entry().filter(|first| *first.key() < before) {
        let (number, own) = first.remove_entry();
        book.row::<&str>(number, &[], &own)?;
    }
    Ok(())
}

/// Names of the sheets as the workbook has them: their own as far as spreadsheets take them, that of
/// a text after its file.
fn sheet_names(source: &Source, own: &[&str]) -> Vec<String> {
    // Excel keeps the name History to itself.
    let mut taken = HashSet::from([SHEET.to_owned(), "history".to_owned()]);
    let mut names = Vec::with_capacity(own.len());
    for name in own {
        let name = match *name {
            "" => stem(&source.name),
            name => name,
        };
        names.push(unique(&allowed(name), &mut taken));
    }
    names
}

/// Name of a file without its folders and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The name without what spreadsheets forbid in it.
fn allowed(name: &str) -> String {
    const FORBIDDEN: &str = "*?:[]/\\\u{fffe}\u{ffff}";
    let name = name.replace(|c: char| c.is_control() || FORBIDDEN.contains(c), "_");
    let name = clipped(name.trim_matches('\''), NAME_UNITS).trim_end_matches('\'');
    match name.trim() {
        "" => "工作表".to_owned(),
        _ => name.to_owned(),
    }
}

/// The name, with a number behind it where another sheet has it already, be it in other case.
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let mut unique = name.to_owned();
    let mut number = 1_u32;
    while !taken.insert(unique.to_lowercase()) {
        number += 1;
        let ending = format!("（{number}）");
        let room = NAME_UNITS.saturating_sub(ending.encode_utf16().count());
        unique = format!("{}{ending}", clipped(name, room));
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::column_letter;
    use crate::domain::{Place, Severity};
    use crate::intake::Bytes;

    const FILE: &str = "上报/权力清单.csv";
    const CSV: &str = "序号,事项名称,备注\n1,食品经营许可,=1+1\n\n2,,'=2\n";

    fn source(name: &str, bytes: &[u8]) -> Source {
        Source {
            name: name.to_owned(),
            bytes: Bytes::Memory(bytes.into()),
        }
    }

    fn place(row: u32, column: &str) -> Place {
        Place {
            file: FILE.to_owned(),
            row,
            column: column.to_owned(),
            ..Place::default()
        }
    }

    fn findings() -> Vec<Finding> {
        let notice = |at: Place, problem: &str| {
            let finding = Finding::new(Severity::Notice, "notice", at, problem, "");
            finding.with_other(place(2, "B"))
        };
        let error = |at: Place, problem: &str| {
            Finding::new(Severity::Error, "error", at, problem, "请填写名称")
        };
        let warning = Finding::new(Severity::Warning, "row", place(2, ""), "该行重复", "请删除");
        vec![
            error(place(0, ""), "文件缺列"),
            notice(place(4, "B"), "与上文不一致"),
            error(place(4, "B"), "名称为空"),
            warning,
            notice(place(3, "C"), "空行"),
        ]
    }

    fn written(source: &Source, findings: &[Finding]) -> Vec<u8> {
        let mut bytes = Vec::new();
        marked(source, &Limits::UPLOAD, findings, &mut bytes).expect("a workbook");
        bytes
    }

    /// Names of the workbook's sheets, and their rows.
    fn read(bytes: &[u8]) -> Vec<(String, Vec<Row>)> {
        let book = source("book.xlsx", bytes);
        let (sheets, findings) = intake::sheets(&book, &Limits::UPLOAD).expect("a workbook");
        assert!(findings.is_empty(), "{findings:?}");
        let rows = |sheet: &SheetSource| sheet.first_rows(100).expect("in memory");
        let sheets = sheets.iter();
        sheets.map(|s| (s.name.clone(), rows(s))).collect()
    }

    fn row(number: u32, cells: &[&str]) -> Row {
        let cells = cells.iter().map(|&c| c.to_owned()).collect();
        Row { number, cells }
    }

    #[test]
    fn cells_stand_where_they_stood_behind_the_findings() {
        let book = read(&written(&source(FILE, CSV.as_bytes()), &findings()));
        let names: Vec<&str> = book.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["问题清单", "权力清单"]);
        let list = [
            row(1, &HEADINGS),
            row(2, &["错误", "", "", "", "", "文件缺列", "请填写名称"]),
            row(
                3,
                &[
                    "提示",
                    "权力清单",
                    "4",
                    "B",
                    "",
                    "与上文不一致（另一处：第2行 B列）",
                ],
            ),
            row(
                4,
                &["错误", "权力清单", "4", "B", "", "名称为空", "请填写名称"],
            ),
            row(5, &["警告", "权力清单", "2", "", "", "该行重复", "请删除"]),
            row(
                6,
                &[
                    "提示",
                    "权力清单",
                    "3",
                    "C",
                    "",
                    "空行（另一处：第2行 B列）",
                ],
            ),
        ];
        assert_eq!(book[0].1, list);
        let sheet = [
            row(1, &["序号", "事项名称", "备注"]),
            row(2, &["1", "食品经营许可", "=1+1"]),
            row(4, &["2", "", "=2"]),
        ];
        assert_eq!(book[1].1, sheet);
    }

    #[test]
    fn a_marked_workbook_can_be_marked_again() {
        let first = written(&source(FILE, CSV.as_bytes()), &findings());
        let mut found = findings();
        for finding in &mut found {
            finding.place.sheet = "权力清单".to_owned();
        }
        let again = read(&written(&source("again.xlsx", &first), &found));
        let names: Vec<&str> = again.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["问题清单", "权力清单"]);
        assert_eq!(again[1].1, read(&first)[1].1);
    }

    #[test]
    fn a_cell_has_the_colour_of_its_worst_finding_and_a_note_of_all() {
        let marks = marks(&[""], &findings());
        let cells: Vec<(u32, usize, Severity, &str)> = marks
            .iter()
            .flatten()
            .flat_map(|(row, cells)| cells.iter().map(move |(column, mark)| (row, column, mark)))
            .map(|(row, column, mark)| (*row, *column, mark.severity, mark.note.as_str()))
            .collect();
        let of_cell =
            "提示：与上文不一致（另一处：第2行 B列）\n错误：名称为空\n如何改正：请填写名称";
        assert_eq!(
            cells,
            [
                (2, 0, Severity::Warning, "警告：该行重复\n如何改正：请删除"),
                (3, 2, Severity::Notice, "提示：空行（另一处：第2行 B列）"),
                (4, 1, Severity::Error, of_cell),
            ]
        );
    }

    #[test]
    fn findings_mark_only_sheets_that_the_workbook_has() {
        let mut found = findings();
        for (finding, sheet) in found.iter_mut().zip(["一", "二", "二", "三", ""]) {
            finding.place.sheet = sheet.to_owned();
        }
        let marks = marks(&["一", "二"], &found);
        assert_eq!(marks.len(), 2);
        assert!(marks[0].is_empty(), "{marks:?}");
        assert_eq!(marks[1].keys().copied().collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn sheets_have_names_that_a_workbook_takes() {
        let long = "单".repeat(40);
        let own = [
            "问题清单",
            "A/B",
            "a_b",
            "",
            "'一'",
            "'",
            "History",
            &long,
            &long,
        ];
        let cut = "单".repeat(31);
        let second = format!("{}（2）", "单".repeat(28));
        assert_eq!(
            sheet_names(&source(FILE, b""), &own),
            [
                "问题清单（2）",
                "A_B",
                "a_b（2）",
                "权力清单",
                "一",
                "工作表",
                "History（2）",
                &cut,
                &second,
            ]
        );
    }

    #[test]
    fn columns_are_found_by_their_letters() {
        for index in [0, 25, 26, 701, 702, usize::from(MOST_COLUMNS) - 1] {
            assert_eq!(column_index(&column_letter(index)), Some(index));
        }
        for letters in ["", "a", "甲", "A1", "XFE", "AAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(column_index(letters), None, "{letters}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_refused() {
        let refused = marked(
            &source("x.csv", b""),
            &Limits::UPLOAD,
            &[],
            &mut std::io::sink(),
        );
        let Err(ServiceError::Invalid { code, detail, .. }) = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(*code, "unreadable_file");
        assert!(detail.contains("文件是空的"), "{detail}");
    }
}
