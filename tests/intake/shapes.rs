//! Tables laid out as departments lay them out, and small ones of any shape.

use std::collections::BTreeSet;

use proptest::prelude::*;
use quanze::domain::Severity;
use rust_xlsxwriter::{Format, Formula};

use super::make::{self, POWER};
use super::{names, open, taken_whole};
use crate::support;

/// [`POWER`] under so many rows of other text.
fn under(rows: usize) -> Vec<u8> {
    let above: &[&str] = &["公开公示材料"];
    let all: Vec<&[&str]> = std::iter::repeat_n(above, rows).chain(POWER).collect();
    make::csv(&all)
}

#[test]
fn headings_may_stand_in_the_tenth_row() {
    taken_whole("第十行.csv", &under(9));
    let (_, items, findings) = open("第十二行.csv", &under(11));
    assert!(items.is_empty());
    let error = findings.iter().find(|f| f.severity == Severity::Error);
    let error = error.expect("an error says why").to_string();
    assert!(
        error.contains("第十二行.csv") && error.contains("前 10 行") && error.contains("表头"),
        "{error}"
    );
}

#[test]
fn blank_rows_above_do_not_count_but_keep_the_numbers_of_rows() {
    let bytes = make::xlsx(|book| make::put(book.add_worksheet(), 30, &POWER));
    let (_, items, _) = open("靠下.xlsx", &bytes);
    let rows: Vec<u32> = items.iter().map(|i| i.origin.first_row).collect();
    assert_eq!(rows, [32, 33]);
    // A line with nothing in it is a row of the sheet all the same.
    for (lines, name) in [("\n", "空行.csv"), ("\r\n", "空行CRLF.csv")] {
        let text = String::from_utf8(make::csv(&POWER)).expect("text");
        let text = format!("\n\n{}", text.replace("\n2,", "\n\n\n\n2,"));
        let text = text.replace("食品经营许可", "\"食品\n经营许可\"");
        let (_, items, _) = open(name, text.replace('\n', lines).as_bytes());
        let rows: Vec<u32> = items.iter().map(|i| i.origin.first_row).collect();
        assert_eq!(rows, [4, 8], "{name}");
    }
}

#[test]
fn formulas_count_by_their_last_result() {
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &POWER);
        let formula = Formula::new("=CONCAT(\"食品\",\"销售许可\")").set_result("食品销售许可");
        sheet.write_formula(1, 1, formula).expect("cell");
        let number = Formula::new("=1+1").set_result("2");
        sheet.write_formula(2, 0, number).expect("cell");
        let broken = Formula::new("=A0").set_result("#REF!");
        sheet.write_formula(2, 3, broken).expect("cell");
    });
    let (_, items, findings) = open("公式.xlsx", &bytes);
    assert_eq!(names(&items), ["食品销售许可", "对无照经营的处罚"]);
    assert_eq!(items[1].coded.item.fields["seq"], "2");
    assert!(!items[1].coded.item.fields.contains_key("basis"));
    let told = findings.iter().find(|f| f.rule == "formula-error");
    let place = &told.unwrap_or_else(|| panic!("{findings:?}")).place;
    assert_eq!((place.row, place.column.as_str()), (3, "D"));
}

#[test]
fn hidden_sheets_are_named_and_left_alone() {
    let bytes = make::xlsx(|book| {
        make::put(book.add_worksheet(), 0, &POWER);
        let hidden = book.add_worksheet();
        hidden.set_name("底稿").expect("name").set_hidden(true);
        make::put(hidden, 0, &POWER);
    });
    let findings = taken_whole("隐藏.xlsx", &bytes);
    let told = findings.iter().find(|f| f.rule == "hidden-sheet");
    assert_eq!(told.expect("it is named").place.sheet, "底稿");
}

#[test]
fn sheets_255_columns_wide() {
    let wide: Vec<String> = (0..250).map(|n| format!("附加{n}")).collect();
    let widened = |row: &[&'static str]| -> Vec<String> {
        row.iter()
            .map(ToString::to_string)
            .chain(wide.clone())
            .collect()
    };
    let rows: Vec<Vec<String>> = POWER.iter().map(|r| widened(r)).collect();
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|r| r.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    for (name, bytes) in [
        ("宽.xlsx", make::xlsx_of(&rows)),
        ("宽.xls", make::xls_of(&rows)),
        ("宽.csv", make::csv(&rows)),
    ] {
        let findings = taken_whole(name, &bytes);
        assert!(findings.iter().any(|f| f.rule == "unknown-column"));
    }
}

#[test]
fn headings_printed_again_on_every_page() {
    let rows = [POWER[0], POWER[1], POWER[0], POWER[2], POWER[0]];
    for (name, bytes) in [
        ("重复.csv", make::csv(&rows)),
        ("重复.xlsx", make::xlsx_of(&rows)),
    ] {
        taken_whole(name, &bytes);
    }
}

#[test]
fn headings_of_two_rows() {
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        let plain = Format::new();
        let mut merged = |row, column, to_row, to_column, text: &str| {
            sheet
                .merge_range(row, column, to_row, to_column, text, &plain)
                .expect("range");
        };
        merged(0, 0, 0, 6, "辽阳市市场监督管理局权责清单");
        merged(1, 0, 2, 0, "序号");
        merged(1, 1, 1, 2, "职权名称");
        merged(1, 3, 2, 3, "权力类型");
        merged(1, 4, 2, 4, "实施依据");
        merged(1, 5, 2, 5, "行使主体");
        merged(1, 6, 2, 6, "承办机构");
        let body: [&[&str]; 3] = [
            &["", "事项名称", "子项名称"],
            &[
                "1",
                "食品经营许可",
                "新办",
                "行政许可",
                "依据",
                "辽阳市市场监督管理局",
                "许可科",
            ],
            &[
                "2",
                "对无照经营的处罚",
                "",
                "行政处罚",
                "依据",
                "辽阳市市场监督管理局",
                "执法科",
            ],
        ];
        make::put(sheet, 2, &body);
    });
    let (_, items, findings) = open("两行表头.xlsx", &bytes);
    assert_eq!(
        names(&items),
        ["食品经营许可", "对无照经营的处罚"],
        "{findings:?}"
    );
    assert_eq!(items[0].coded.item.head.sub_name, "新办");
    assert_eq!(items[1].coded.item.fields["office"], "执法科");
}

#[test]
fn totals_and_notes_are_no_items() {
    let rows: [&[&str]; 6] = [
        POWER[0],
        POWER[1],
        &["小计", "1项"],
        POWER[2],
        &["合计", "2项"],
        &["备注：本清单由辽阳市市场监督管理局负责解释。"],
    ];
    for (name, bytes) in [
        ("合计.csv", make::csv(&rows)),
        ("合计.xlsx", make::xlsx_of(&rows)),
    ] {
        taken_whole(name, &bytes);
        let opened = support::open_bytes(name, &bytes, &quanze::intake::Hints::default());
        let lists = support::read_all(&opened);
        let not_taken: Vec<u32> = lists[0].1.not_taken.iter().map(|n| n.place.row).collect();
        assert_eq!(not_taken, [3, 5, 6], "{name}");
    }
}

#[test]
fn four_tables_of_one_responsibility_list_in_one_sheet() {
    let rows: [&[&str]; 13] = [
        &["辽阳市卫生健康委员会责任清单"],
        &["一、部门职责"],
        &["序号", "主要职责", "具体工作事项", "责任处室"],
        &["1", "负责传染病防治", "拟订防治规划", "疾控科"],
        &["二、与相关部门的职责边界"],
        &["序号", "管理事项", "相关部门", "职责分工", "相关依据"],
        &[
            "1",
            "食品安全风险监测",
            "市市场监督管理局",
            "卫生健康部门负责监测",
            "食品安全法",
        ],
        &["三、事中事后监管制度"],
        &["序号", "监管制度", "监管内容"],
        &["1", "医疗机构校验制度", "定期校验"],
        &["四、公共服务事项"],
        &["序号", "服务事项", "服务内容", "联系电话"],
        &["1", "预防接种咨询", "解答接种疑问", "12345"],
    ];
    for (name, bytes) in [
        ("四张表.csv", make::csv(&rows)),
        ("四张表.xlsx", make::xlsx_of(&rows)),
        ("四张表.xls", make::xls_of(&rows)),
    ] {
        let (opened, items, findings) = open(name, &bytes);
        assert_eq!(opened.lists.len(), 1, "{name}: one list");
        let found: Vec<(&str, &str)> = items
            .iter()
            .map(|i| &i.coded.item.head)
            .map(|h| (h.name.as_str(), h.item_type.as_str()))
            .collect();
        let expected = [
            ("负责传染病防治", "部门职责"),
            ("食品安全风险监测", "职责边界"),
            ("医疗机构校验制度", "事中事后监管制度"),
            ("预防接种咨询", "公共服务事项"),
        ];
        assert_eq!(found, expected, "{name}: {findings:?}");
    }
}

#[test]
fn a_band_of_another_grade_is_an_item_though_it_reads_the_same() {
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        let rows: [&[&str]; 4] = [
            &[
                "序号",
                "违法行为",
                "法律依据",
                "类别",
                "裁量情节",
                "裁量标准",
            ],
            &[
                "1",
                "偷排废气",
                "第九十九条",
                "1",
                "两年内再犯的",
                "处十万元",
            ],
            &["", "", "", "2", "两年内再犯的", "处二十万元"],
            &["", "", "", "3", "造成后果的", "处五十万元"],
        ];
        make::put(sheet, 0, &rows);
        for (column, text) in (0..).zip(&rows[1][..3]) {
            sheet
                .merge_range(1, column, 3, column, text, &Format::new())
                .expect("range");
        }
    });
    let hints = quanze::intake::Hints {
        department: Some("江门市生态环境局".into()),
        ..Default::default()
    };
    let lists = support::read_all(&support::open_bytes("裁量.xlsx", &bytes, &hints));
    let rows: Vec<u32> = lists[0]
        .1
        .items
        .iter()
        .map(|i| i.origin.first_row)
        .collect();
    assert_eq!(rows, [2, 3, 4]);
}

/// A cell of an arbitrary table: mostly what lists hold, sometimes what only looks so.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        4 => "[甲乙丙丁戊己庚辛]{1,6}",
        2 => "[0-9]{1,3}",
        1 => Just("行政许可".to_owned()),
        1 => Just("市级".to_owned()),
        1 => Just("合计".to_owned()),
        1 => Just("备注：见附件".to_owned()),
        1 => Just("一、行政处罚".to_owned()),
        1 => Just("（一）许可".to_owned()),
        1 => Just("无".to_owned()),
        1 => Just("事项名称".to_owned()),
        1 => "[ \u{3000}\n\t]{1,3}",
        1 => any::<String>().prop_map(|s| s.replace('\0', "")),
    ]
}

fn table(columns: usize) -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(cell(), columns), 0..12)
}

const HEADINGS: [&str; 7] = [
    "序号",
    "事项名称",
    "子项名称",
    "权力类型",
    "实施依据",
    "行使主体",
    "行使层级",
];

/// Rows, as columns of text, in a CSV or workbook under [`HEADINGS`] in row 1.
fn bytes_of(rows: &[Vec<String>], as_workbook: bool) -> Vec<u8> {
    let rows: Vec<Vec<&str>> = std::iter::once(HEADINGS.to_vec())
        .chain(rows.iter().map(|r| r.iter().map(String::as_str).collect()))
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    if as_workbook {
        make::xlsx_of(&rows)
    } else {
        make::csv(&rows)
    }
}

/// Rows of the table that must be found again: those with two visible cells or more (one alone
/// may be a heading of a section) that do not repeat the table's own headings.
fn accountable(rows: &[Vec<String>]) -> BTreeSet<u32> {
    let visible = |c: &&String| !quanze::intake::clean::is_blank(c);
    (2..)
        .zip(rows)
        .filter(|(_, row)| row.iter().filter(visible).count() > 1)
        .filter(|(_, row)| !row.iter().any(|c| c == "事项名称"))
        .map(|(number, _)| number)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_row_of_a_table_is_lost(rows in table(HEADINGS.len()), as_workbook: bool) {
        let name = if as_workbook { "任意.xlsx" } else { "任意.csv" };
        let hints = quanze::intake::Hints {
            department: Some("辽阳市市场监督管理局".into()),
            ..Default::default()
        };
        let opened = support::open_bytes(name, &bytes_of(&rows, as_workbook), &hints);
        let mut found = BTreeSet::new();
        found.extend(opened.findings.iter().map(|f| f.place.row));
        for (_, drafts) in support::read_all(&opened) {
            for item in &drafts.items {
                found.extend(item.origin.first_row..=item.origin.last_row);
            }
            found.extend(drafts.findings.iter().map(|f| f.place.row));
            found.extend(drafts.not_taken.iter().map(|n| n.place.row));
        }
        let lost: Vec<u32> = accountable(&rows).difference(&found).copied().collect();
        prop_assert!(lost.is_empty(), "rows {:?} of {:?}", lost, rows);
    }

    #[test]
    fn tables_of_any_kind_never_panic(rows in table(5), as_workbook: bool, bytes: Vec<u8>) {
        let rows: Vec<Vec<&str>> = rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let made = if as_workbook { make::xlsx_of(&rows) } else { make::csv(&rows) };
        for content in [made, bytes] {
            let (_, items, findings) = open("任意", &content);
            prop_assert!(!items.is_empty() || !findings.is_empty());
        }
    }
}
