//! Workbooks given back with their faults marked: sheets stay as they were merged, whatever a file says.

use std::collections::BTreeSet;
use std::io::Read;

use quanze::intake::{Bytes, Limits, Source};
use quanze::service::console::marked::marked;

use super::make;

const FOUND: &str = r#"<mergeCell ref="A1:C1"/>"#;

fn given_back(bytes: Vec<u8>) -> Vec<u8> {
    let source = Source {
        name: "清单.xlsx".into(),
        bytes: Bytes::Memory(bytes.into()),
    };
    let mut book = Vec::new();
    marked(&source, &Limits::UPLOAD, &[], &mut book).expect("a workbook");
    book
}

/// Merged ranges of the last sheet, as the workbook says them.
fn merged(book: &[u8]) -> BTreeSet<String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("an archive");
    let mut sheet = String::new();
    let mut entry = archive
        .by_name("xl/worksheets/sheet2.xml")
        .expect("two sheets");
    entry.read_to_string(&mut sheet).expect("UTF-8");
    let ranges = sheet.split("<mergeCell ref=\"").skip(1);
    ranges
        .filter_map(|rest| rest.split_once('"'))
        .map(|(range, _)| range.to_owned())
        .collect()
}

/// A list under a title, two of its items under one law; the range of the title is the first.
fn list() -> Vec<u8> {
    make::xlsx(|book| {
        let sheet = book.add_worksheet();
        let plain = rust_xlsxwriter::Format::new();
        make::put(
            sheet,
            0,
            &[
                &["辽阳市财政局权责清单"],
                &["事项名称", "实施依据", "备注"],
                &["甲", "《会计法》", ""],
                &["乙", "", "说明"],
            ],
        );
        let merges = [
            (0, 0, 0, 2, "辽阳市财政局权责清单"),
            (2, 1, 3, 1, "《会计法》"),
        ];
        for (top, left, bottom, right, text) in merges {
            let merged = sheet.merge_range(top, left, bottom, right, text, &plain);
            merged.expect("merged");
        }
    })
}

#[test]
fn what_was_merged_is_merged() {
    let book = given_back(list());
    assert_eq!(merged(&book), ["A1:C1", "B3:B4"].map(String::from).into());
    // And again, as it is.
    assert_eq!(merged(&given_back(book.clone())), merged(&book));
}

#[test]
fn ranges_that_no_workbook_may_have_are_left_apart() {
    for (ranges, kept) in [
        (
            r#"<mergeCell ref="A1:C1"/><mergeCell ref="C1:C9"/>"#,
            vec!["A1:C1", "B3:B4"],
        ),
        (r#"<mergeCell ref="C1:C1048576"/>"#, vec!["B3:B4"]),
        (
            r#"<mergeCell ref="A1:C1"/><mergeCell ref="C1:D2"/><mergeCell ref="D2:E3"/>"#,
            vec!["A1:C1", "B3:B4", "D2:E3"],
        ),
    ] {
        let file = make::edited(&list(), "xl/worksheets/sheet1.xml", FOUND, ranges);
        let kept: BTreeSet<String> = kept.into_iter().map(String::from).collect();
        assert_eq!(merged(&given_back(file)), kept, "{ranges}");
    }
}
