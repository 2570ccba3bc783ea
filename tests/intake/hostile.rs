//! Files that are broken, mean or no lists at all: told clearly, in bounded time and memory.

use std::fmt::Write as _;

use quanze::domain::Severity;
use quanze::intake::{Intake, Limits};

use super::make::{self, POWER};
use super::{open, open_with, taken_whole};
use crate::support;

/// Nothing is taken, and an error says in Chinese what is wrong with which file, and what to do.
fn refused_with(intake: &Intake, name: &str, bytes: &[u8], rule: &str, says: &str) {
    let (_, items, findings) = open_with(intake, name, bytes);
    assert!(items.is_empty(), "{name}: {} items", items.len());
    let error = findings
        .iter()
        .find(|f| f.severity == Severity::Error)
        .unwrap_or_else(|| panic!("{name}: no error, but {findings:?}"));
    assert_eq!(error.place.file, name);
    assert_eq!(error.rule, rule, "{error}");
    assert!(error.problem.contains(says), "{name}: {error}");
    assert!(!error.mend.is_empty(), "{name}: {error}");
    let told = error.to_string();
    assert!(
        told.chars().count() < 300 && !told.chars().any(char::is_control),
        "{name}: {told}"
    );
}

fn refused(name: &str, bytes: &[u8], rule: &str, says: &str) {
    refused_with(&support::intake(), name, bytes, rule, says);
}

/// Bytes that look like nothing, the same in every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(length)
    .collect()
}

#[test]
fn made_files_are_good_before_they_are_spoilt() {
    for (name, bytes) in [
        ("好.csv", make::csv(&POWER)),
        ("好.xlsx", make::xlsx_of(&POWER)),
        ("好.xls", make::xls_of(&POWER)),
        // The name lies, as in real files.
        ("名不副实.xlsx", make::xls_of(&POWER)),
        ("名不副实.xls", make::xlsx_of(&POWER)),
        ("名不副实.csv", make::xlsx_of(&POWER)),
    ] {
        taken_whole(name, &bytes);
    }
}

#[test]
fn files_without_content() {
    refused("空.csv", b"", "empty-file", "空");
    refused("空.xlsx", b"", "empty-file", "空");
    refused("空格.csv", b"   \r\n\t \r\n", "empty-file", "没有任何内容");
    refused(
        "逗号.csv",
        &b",,,,\n".repeat(100),
        "empty-file",
        "没有任何内容",
    );
    refused("标记.csv", b"\xef\xbb\xbf", "empty-file", "没有任何内容");
    refused(
        "空表.xlsx",
        &make::xlsx_of(&[]),
        "empty-file",
        "没有任何内容",
    );
    refused("空表.xls", &make::xls_of(&[]), "empty-file", "没有任何内容");
    refused(
        "空行.csv",
        &b"\n".repeat(1_000_000),
        "empty-file",
        "没有任何内容",
    );
    refused("只有表头.csv", &make::csv(&POWER[..1]), "no-items", "没有");
}

#[test]
fn workbooks_cut_short() {
    let xlsx = make::xlsx_of(&POWER);
    for part in [9, xlsx.len() / 4, xlsx.len() / 2, xlsx.len() - 9] {
        refused("截断.xlsx", &xlsx[..part], "workbook", "损坏或不完整");
    }
    // An OLE container ends with unused space.
    let rows: Vec<&[&str]> = std::iter::once(POWER[0])
        .chain(std::iter::repeat_n(POWER[1], 500))
        .collect();
    let xls = make::xls_of(&rows);
    for part in [9, xls.len() / 4, xls.len() / 2, xls.len() * 9 / 10] {
        refused("截断.xls", &xls[..part], "workbook", "损坏或不完整");
    }
    let folder = "lists/karamay/克拉玛依市科学技术局2024年权责清单.xls";
    if let Some(path) = support::shared(folder) {
        let bytes = std::fs::read(path).expect("file can be read");
        refused("截断.xls", &bytes[..bytes.len() / 2], "workbook", "损坏");
    }
}

#[test]
fn workbooks_with_bytes_turned() {
    for (name, good) in [
        ("翻转.xlsx", make::xlsx_of(&POWER)),
        ("翻转.xls", make::xls_of(&POWER)),
    ] {
        // Whatever comes out, it comes out without a panic and with a word about what is wrong.
        for step in [3, 7, 31, 97, 509] {
            let mut bytes = good.clone();
            for at in (8 + step..bytes.len()).step_by(step * 5) {
                bytes[at] ^= 0x55;
            }
            let (_, items, findings) = open(name, &bytes);
            assert!(!items.is_empty() || !findings.is_empty(), "{name} {step}");
        }
    }
}

#[test]
fn files_of_other_kinds() {
    refused(
        "扫描件.xlsx",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        "not-a-table",
        "PDF",
    );
    refused(
        "截图.xls",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "not-a-table",
        "图片",
    );
    let page = "\u{feff}\n<!DOCTYPE html><html><body><table><tr><td>事项名称</td></tr></table>";
    refused("网页.xls", page.as_bytes(), "not-a-table", "网页");
    refused("清单.rar", b"Rar!\x1a\x07\x01\0", "not-a-table", "压缩包");
    refused(
        "程序.csv",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0",
        "not-a-table",
        "二进制",
    );
    let nul = String::from_utf8(make::csv(&POWER)).expect("text");
    let nul = nul.replace("许可", "许\0可");
    refused("零.csv", nul.as_bytes(), "not-a-table", "二进制");
    let document = make::ole(&[("/WordDocument", &[0; 512])]);
    refused(
        "通知.doc",
        &document,
        "workbook",
        "无法作为 Excel 工作簿打开",
    );
    let archive = make::rezipped(&make::xlsx_of(&POWER), |name, content| {
        // The same entries, none of which says that it is a workbook.
        if name.ends_with(".rels") || name.contains("workbook") {
            b"plain text".to_vec()
        } else {
            content
        }
    });
    refused(
        "资料.zip",
        &archive,
        "workbook",
        "无法作为 Excel 工作簿打开",
    );
    refused(
        "散文.csv",
        "今天天气很好。\n没有表格。\n".as_bytes(),
        "no-table",
        "表头",
    );
}

#[test]
fn noise_of_any_length() {
    for length in [1, 2, 3, 7, 512, 4_096, 1 << 20] {
        let bytes = noise(length);
        let (_, items, findings) = open("乱码.csv", &bytes);
        assert!(items.is_empty() && findings.iter().any(|f| f.severity == Severity::Error));
    }
    for magic in [&b"PK\x03\x04"[..], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] {
        let bytes = [magic, &noise(100_000)].concat();
        refused("乱码.xlsx", &bytes, "workbook", "损坏或不完整");
    }
}

#[test]
fn archives_that_unpack_to_too_much() {
    let mut intake = support::intake();
    intake.limits = Limits {
        unpacked_bytes: 4 << 20,
        ..Limits::UPLOAD
    };
    let bomb = make::rezipped(&make::xlsx_of(&POWER), |name, content| {
        if name == "xl/worksheets/sheet1.xml" {
            [content, vec![b' '; 64 << 20]].concat()
        } else {
            content
        }
    });
    assert!(bomb.len() < 1 << 20);
    refused_with(&intake, "炸弹.xlsx", &bomb, "workbook", "解压后超过 4 MB");
    // Spread over entries that the parser would never open.
    let spread = make::rezipped(&bomb, |name, content| {
        if name.starts_with("docProps") {
            vec![0; 3 << 20]
        } else {
            content[..content.len().min(10_000)].to_vec()
        }
    });
    refused_with(&intake, "炸弹.xlsx", &spread, "workbook", "解压后超过 4 MB");
}

#[test]
fn files_over_the_limit_of_size_or_rows() {
    let mut intake = support::intake();
    intake.limits.file_bytes = Some(1 << 20);
    refused_with(
        &intake,
        "大.csv",
        &noise(2 << 20),
        "file-too-large",
        "超过 1 MB",
    );
    intake.limits.file_bytes = None;
    intake.limits.rows = Some(1);
    refused_with(
        &intake,
        "长.csv",
        &make::csv(&POWER),
        "too-many-rows",
        "1 行的上限",
    );
    refused_with(
        &intake,
        "长.xlsx",
        &make::xlsx_of(&POWER),
        "workbook",
        "1 行的上限",
    );
    refused_with(
        &intake,
        "长.xls",
        &make::xls_of(&POWER),
        "workbook",
        "1 行的上限",
    );
}

#[test]
fn a_count_that_lies() {
    // The parsers reserve memory for as many as the file says there are.
    let xlsx = make::xlsx_of(&POWER);
    for count in ["99999999999", "18446744073709551615", "4000000000"] {
        let lying = make::edited(
            &xlsx,
            "xl/sharedStrings.xml",
            "uniqueCount=\"14\"",
            &format!("uniqueCount=\"{count}\""),
        );
        refused("谎报.xlsx", &lying, "workbook", "损坏");
    }
    for (first, end) in [(0, u32::MAX), (9, 3), (0, 1 << 20)] {
        let rows = [first, end].map(u32::to_le_bytes).concat();
        let dimensions = [rows, vec![0, 0, 255, 0, 0, 0]].concat();
        let lying = make::xls_with(&POWER, &[], &make::biff(0x0200, &dimensions));
        refused("谎报.xls", &lying, "workbook", "单元格位置超出正常范围");
    }
    let old_form = [0, 65_535, 0, 65_535, 0].map(u16::to_le_bytes).concat();
    let lying = make::xls_with(&POWER, &[], &make::biff(0x0200, &old_form));
    refused("谎报.xls", &lying, "workbook", "单元格位置超出正常范围");
    let honest = [0, 65_536, 256 << 16].map(u32::to_le_bytes).concat();
    let honest = [honest, vec![0, 0]].concat();
    let honest = make::xls_with(&POWER, &[], &make::biff(0x0200, &honest));
    taken_whole("整张工作表.xls", &honest);
}

#[test]
fn a_million_rows_that_only_look_used() {
    let mut blanks = String::from("</row>");
    for row in 4..=1_048_576 {
        let _ = write!(blanks, "<row r=\"{row}\"><c r=\"A{row}\" s=\"0\"/></row>");
    }
    let sheet = "xl/worksheets/sheet1.xml";
    let end = "</row></sheetData>";
    let bytes = make::edited(
        &make::xlsx_of(&POWER),
        sheet,
        end,
        &format!("{blanks}</sheetData>"),
    );
    taken_whole("满表格式.xlsx", &bytes);
}

#[test]
fn a_cell_in_the_far_corner() {
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &POWER);
        sheet.write_string(1_048_575, 16_383, "远").expect("cell");
    });
    taken_whole("远处.xlsx", &bytes);
    let some = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &POWER);
        let plain = rust_xlsxwriter::Format::new();
        sheet.merge_range(3, 0, 4, 4, "", &plain).expect("range");
    });
    let sheet = "xl/worksheets/sheet1.xml";
    let bytes = make::edited(&some, sheet, "\"A4:E5\"", "\"A4:XFD1048576\"");
    taken_whole("合并到底.xlsx", &bytes);
    // In .xls the far corner is 65,536 × 256, and the parser lays cells out densely.
    let mut far = [65_535u16, 255, 0, 1].map(u16::to_le_bytes).concat();
    far.extend([0, b'x']);
    let bytes = make::xls_with(&POWER, &[], &make::biff(0x0204, &far));
    refused("远处.xls", &bytes, "workbook", "单元格位置超出正常范围");
}

#[test]
fn cells_of_ten_megabytes() {
    let long = "长".repeat(3_500_000);
    let mut rows: Vec<&[&str]> = POWER.to_vec();
    let bad = [
        "3",
        "对很长的处罚",
        "行政处罚",
        &long,
        "辽阳市市场监督管理局",
    ];
    rows.push(&bad);
    let in_workbook = make::edited(
        &make::xlsx_of(&[
            POWER[0],
            POWER[1],
            POWER[2],
            &[
                "3",
                "对很长的处罚",
                "行政处罚",
                "此处很长",
                "辽阳市市场监督管理局",
            ],
        ]),
        "xl/sharedStrings.xml",
        "此处很长",
        &long,
    );
    for (name, bytes) in [("长.csv", make::csv(&rows)), ("长.xlsx", in_workbook)] {
        let findings = taken_whole(name, &bytes);
        let error = findings.iter().find(|f| f.severity == Severity::Error);
        let error = error.unwrap_or_else(|| panic!("{name}: {findings:?}"));
        assert_eq!((error.place.row, error.place.column.as_str()), (4, "D"));
        assert!(error.problem.contains("32767") && error.to_string().len() < 600);
    }
    // The same in the heading row.
    let heading = [long.as_str(), "事项名称", "实施依据"];
    refused("长表头.csv", &make::csv(&[&heading]), "no-items", "没有");
}

#[test]
fn a_row_of_a_million_columns() {
    let mut text = String::from_utf8(make::csv(&POWER)).expect("text");
    text.push_str(&",".repeat(1_000_000));
    text.push('\n');
    text.push_str(&",".repeat(600));
    text.push_str(&"字,".repeat(1_000_000));
    taken_whole("宽.csv", text.as_bytes());
}

#[test]
fn protected_workbooks() {
    let xlsx = make::ole(&[
        ("/EncryptionInfo", &[4, 0, 4, 0, 0x40, 0, 0, 0]),
        ("/EncryptedPackage", &noise(8_192)),
    ]);
    refused("加密.xlsx", &xlsx, "workbook", "密码");
    let pass = make::biff(0x002f, &[1, 0, 1, 0, 1, 0]);
    let xls = make::xls_with(&POWER, &pass, &[]);
    refused("加密.xls", &xls, "workbook", "密码");
}
