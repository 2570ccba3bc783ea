//! Cells of workbooks that say something else than they hold, or hold too much.

use quanze::domain::Severity;
use rust_xlsxwriter::{Format, Formula};

use super::make::{self, POWER};
use super::{open, taken_whole};

#[test]
fn cells_that_do_not_say_what_the_sheet_shows_are_named() {
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &POWER);
        sheet.write_string(0, 5, "编码").expect("cell");
        sheet.write_string(0, 6, "备注").expect("cell");
        sheet
            .write_number(1, 5, 123_456_789_012_345_680_f64)
            .expect("cell");
        let formula = Formula::new("=A2").set_result("待删");
        sheet.write_formula(1, 6, formula).expect("cell");
    });
    let bytes = make::rezipped(&bytes, |_, content| {
        let Ok(text) = String::from_utf8(content.clone()) else {
            return content;
        };
        text.replace("<v>待删</v>", "").into_bytes()
    });
    let findings = taken_whole("存疑.xlsx", &bytes);
    let place = |rule: &str| {
        let told = findings.iter().find(|f| f.rule == rule);
        let place = &told
            .unwrap_or_else(|| panic!("no {rule}: {findings:?}"))
            .place;
        (place.row, place.column.clone())
    };
    assert_eq!(place("rounded-number"), (2, "F".into()));
    assert_eq!(place("formula-without-result"), (2, "G".into()));
}

#[test]
fn numbers_read_as_the_sheet_shows_them() {
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &POWER);
        sheet.write_string(0, 5, "备注").expect("cell");
        let (percent, code) = (
            Format::new().set_num_format("0.0%"),
            Format::new().set_num_format("0000"),
        );
        sheet
            .write_number_with_format(1, 5, 0.035, &percent)
            .expect("cell");
        sheet
            .write_number_with_format(2, 5, 12, &code)
            .expect("cell");
    });
    let (_, items, _) = open("格式.xlsx", &bytes);
    let notes: Vec<&str> = items
        .iter()
        .map(|i| i.coded.item.fields["note"].as_str())
        .collect();
    assert_eq!(notes, ["3.5%", "0012"]);
}

#[test]
fn one_text_in_very_many_cells_stays_bounded() {
    let long = "长".repeat(30_000);
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &POWER);
        for row in 3..12_000 {
            sheet.write_string(row, 1, &long).expect("cell");
        }
    });
    let (opened, items, findings) = open("重复引用.xlsx", &bytes);
    assert!(opened.lists.is_empty() && items.is_empty());
    assert!(
        findings.iter().any(|f| f.severity == Severity::Error),
        "{findings:?}"
    );
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &POWER[..1]);
        let format = Format::new();
        for column in [1, 3] {
            let merged = sheet.merge_range(1, column, 20_000, column, &long, &format);
            merged.expect("range");
        }
        for row in 1..=20_000 {
            sheet.write_string(row, 0, row.to_string()).expect("cell");
        }
    });
    let (_, items, findings) = open("一个合并.xlsx", &bytes);
    assert!(items.is_empty());
    assert!(
        findings.iter().any(|f| f.rule == "too-large"),
        "{findings:?}"
    );
}

#[test]
fn other_office_files_are_called_by_their_name() {
    let bytes = make::rezipped(&make::xlsx_of(&POWER), |_, content| content);
    let source = |part: &str| {
        let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        to.start_file(part, zip::write::SimpleFileOptions::default())
            .expect("entry");
        to.finish().expect("archive").into_inner()
    };
    taken_whole("再压缩.xlsx", &bytes);
    for (part, word) in [("word/document.xml", "Word"), ("清单.txt", "压缩包")] {
        let (_, _, findings) = open("清单.xlsx", &source(part));
        assert!(findings[0].problem.contains(word), "{findings:?}");
    }
}
