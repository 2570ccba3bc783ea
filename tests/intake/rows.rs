//! Rows that are no items, rows that look like none but are, and what is told of each.

use quanze::domain::Severity;
use quanze::intake::plan::RowNotTaken;
use quanze::intake::{Hints, Limits};
use rust_xlsxwriter::Format;

use super::make::{self, POWER};
use super::{names, open, open_with};
use crate::support;

const WIDE: &[&str] = &[
    "序号",
    "事项名称",
    "子项名称",
    "权力类型",
    "实施依据",
    "行使主体",
    "承办机构",
    "实施层级及权限",
    "责任事项内容",
];

/// An item of [`WIDE`].
fn item<'a>(seq: &'a str, name: &'a str, sub: &'a str) -> [&'a str; 9] {
    [
        seq,
        name,
        sub,
        "行政许可",
        "《某法》第一条",
        "辽阳市财政局",
        "监督科",
        "市级",
        "1.受理。",
    ]
}

/// Rows not taken, of a file that becomes one list.
fn not_taken(name: &str, bytes: &[u8]) -> Vec<RowNotTaken> {
    let opened = support::open_bytes(name, bytes, &Hints::default());
    let mut rows = opened.not_taken.clone();
    for (_, drafts) in support::read_all(&opened) {
        rows.extend(drafts.not_taken);
    }
    rows
}

#[test]
fn words_of_notes_begin_real_rows_too() {
    let (first, note) = (
        item("1", "外商投资企业登记", "设立登记"),
        ["注：本表由财政局负责解释"],
    );
    let sub = |text| ["", "", text, "", "", "", "", "", ""];
    let (cancel, leaflet, remark) = (sub("注销登记"), sub("说明书备案"), sub("备注栏变更"));
    let rows: [&[&str]; 6] = [WIDE, &first, &cancel, &leaflet, &remark, &note];
    let (_, items, _) = open("注.csv", &make::csv(&rows));
    let subs: Vec<&str> = items
        .iter()
        .map(|i| i.coded.item.head.sub_name.as_str())
        .collect();
    assert_eq!(subs, ["设立登记", "注销登记", "说明书备案", "备注栏变更"]);
    assert_eq!(not_taken("注.csv", &make::csv(&rows)).len(), 1);
}

#[test]
fn sub_items_have_what_their_item_says() {
    let first = item("3", "外商投资企业登记", "设立登记");
    let second = ["", "", "变更登记", "", "", "", "", "", ""];
    let county = ["", "", "", "", "", "", "", "县级", ""];
    let rows: [&[&str]; 4] = [WIDE, &first, &second, &county];
    let (_, items, _) = open("子项.csv", &make::csv(&rows));
    let fields = |at: usize, key: &str| items[at].coded.item.fields.get(key).map(String::as_str);
    assert_eq!(items.len(), 3);
    for key in ["seq", "level", "basis", "office"] {
        assert_eq!(fields(1, key), fields(0, key), "{key}");
    }
    assert_eq!(fields(2, "level"), Some("县级"));
}

#[test]
fn a_numbered_row_without_a_name_is_an_error_and_not_the_item_above() {
    let (first, nameless) = (item("1", "食品经营许可", ""), item("2", "", ""));
    let rows: [&[&str]; 3] = [WIDE, &first, &nameless];
    for (name, bytes) in [
        ("缺名.csv", make::csv(&rows)),
        ("缺名.xlsx", make::xlsx_of(&rows)),
    ] {
        let (_, items, findings) = open(name, &bytes);
        assert_eq!(names(&items), ["食品经营许可"], "{name}");
        let told = findings
            .iter()
            .find(|f| f.rule == "missing-title")
            .expect(name);
        assert_eq!((told.severity, told.place.row), (Severity::Error, 3));
        assert!(not_taken(name, &bytes).iter().any(|n| n.refused));
    }
}

#[test]
fn signatures_under_the_table_are_no_part_of_the_last_item() {
    let first = item("1", "食品经营许可", "");
    let under = |text: &'static str| ["", "", "", "", "", "", "", "", text];
    let (office, day, page) = (
        under("辽阳市财政局（盖章）"),
        under("2024年12月3日"),
        under("第1页 共1页"),
    );
    let close: [&[&str]; 4] = [WIDE, &first, &day, &page];
    let (_, items, _) = open("落款.csv", &make::csv(&close));
    assert_eq!(items[0].coded.item.fields["responsibility"], "1.受理。");
    assert_eq!(not_taken("落款.csv", &make::csv(&close)).len(), 2);
    let blank = [""; 9];
    let apart: [&[&str]; 5] = [WIDE, &first, &blank, &office, &under("辽阳市财政局")];
    let (_, items, _) = open("落款.xlsx", &make::xlsx_of(&apart));
    assert_eq!(items[0].coded.item.fields["responsibility"], "1.受理。");
    assert_eq!(not_taken("落款.xlsx", &make::xlsx_of(&apart)).len(), 2);
}

#[test]
fn a_blank_row_parts_no_sub_item_from_its_item_and_loses_nothing_unsaid() {
    let first = item("1", "外商投资企业登记", "设立登记");
    let sub = ["", "", "注销登记", "", "", "", "", "", ""];
    let loose = ["", "", "", "", "", "", "", "", "2.审查。"];
    let blank = [""; 9];
    let rows: [&[&str]; 6] = [WIDE, &first, &blank, &sub, &blank, &loose];
    for (name, bytes) in [
        ("隔行.csv", make::csv(&rows)),
        ("隔行.xlsx", make::xlsx_of(&rows)),
    ] {
        let (_, items, findings) = open(name, &bytes);
        let subs: Vec<&str> = items
            .iter()
            .map(|i| i.coded.item.head.sub_name.as_str())
            .collect();
        assert_eq!(subs, ["设立登记", "注销登记"], "{name}: {findings:?}");
        // Text that may or may not belong to the item above is not dropped without a word.
        let told = findings.iter().find(|f| f.rule == "row-apart");
        assert_eq!(told.expect(name).place.row, 6);
    }
}

#[test]
fn every_row_is_an_item_or_is_reported() {
    let (a, b) = (item("1", "食品经营许可", ""), item("2", "食品生产许可", ""));
    let people = ["", "填表人：张三", "", "2024年12月3日", "", "", "", "", ""];
    let numbers = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let example = ["示例", "对某事项的处罚", "", "行政处罚", "", "", "", "", ""];
    let rows: [&[&str]; 10] = [
        WIDE,
        &numbers,
        &example,
        &["一、行政许可（共2项）"],
        &a,
        &["各区市场监管局参照执行"],
        WIDE,
        &b,
        &["2.各区参照执行。"],
        &people,
    ];
    for (name, bytes) in [
        ("各样.csv", make::csv(&rows)),
        ("各样.xlsx", make::xlsx_of(&rows)),
    ] {
        let (_, items, findings) = open(name, &bytes);
        assert_eq!(
            names(&items),
            ["食品经营许可", "食品生产许可"],
            "{name}: {findings:?}"
        );
        let mut told: Vec<u32> = not_taken(name, &bytes)
            .iter()
            .map(|n| n.place.row)
            .collect();
        told.sort_unstable();
        assert_eq!(told, [2, 3, 4, 6, 7, 9, 10], "{name}");
    }
}

#[test]
fn sections_titles_and_sheet_names_give_the_type() {
    let head: &[&str] = &["序号", "事项名称", "实施依据", "行使主体"];
    let row = |name: &'static str| ["1", name, "《某法》第一条", "辽阳市财政局"];
    let rows: [&[&str]; 7] = [
        head,
        &["一、行政许可（共1项）"],
        &row("食品经营许可"),
        &["", "2.行政处罚"],
        &row("对无照经营的处罚"),
        &["三", "行政检查"],
        &row("对食品的检查"),
    ];
    let types = |name: &str, bytes: &[u8]| -> Vec<String> {
        let (_, items, _) = open(name, bytes);
        items
            .into_iter()
            .map(|i| i.coded.item.head.item_type)
            .collect()
    };
    for (name, bytes) in [
        ("段.csv", make::csv(&rows)),
        ("段.xlsx", make::xlsx_of(&rows)),
    ] {
        assert_eq!(
            types(name, &bytes),
            ["行政许可", "行政处罚", "行政检查"],
            "{name}"
        );
    }
    let titled: [&[&str]; 3] = [
        &["辽阳市财政局权责清单（行政奖励）"],
        head,
        &row("对节约的奖励"),
    ];
    assert_eq!(types("标题.csv", &make::csv(&titled)), ["行政奖励"]);
    for sheet in ["一、行政确认", "附件3 行政确认", "（二）行政确认（1项）"] {
        let bytes = make::xlsx(|book| {
            let page = book.add_worksheet().set_name(sheet).expect("name");
            make::put(page, 0, &[head, &row("学历确认")]);
        });
        assert_eq!(types("表名.xlsx", &bytes), ["行政确认"], "{sheet}");
    }
}

#[test]
fn an_item_s_name_above_its_sub_items_is_no_item_of_its_own() {
    let parent = ["1", "外商投资企业登记", "", "行政许可", "", "", "", "", ""];
    let (a, b) = (item("", "", "设立登记"), item("", "", "注销登记"));
    let rows: [&[&str]; 4] = [WIDE, &parent, &a, &b];
    let (_, items, _) = open("主项.csv", &make::csv(&rows));
    let subs: Vec<&str> = items
        .iter()
        .map(|i| i.coded.item.head.sub_name.as_str())
        .collect();
    assert_eq!(subs, ["设立登记", "注销登记"]);
    assert_eq!(not_taken("主项.csv", &make::csv(&rows)).len(), 1);
    // With a basis of its own it is.
    let parent = item("1", "外商投资企业登记", "");
    let rows: [&[&str]; 4] = [WIDE, &parent, &a, &b];
    assert_eq!(open("主项.csv", &make::csv(&rows)).1.len(), 3);
}

#[test]
fn a_name_that_begins_like_a_chapter_is_an_item() {
    let first = ["1", "第二类医疗器械经营备案", "", "", "", "", "", "", ""];
    let sub = item("", "", "新办");
    let rows: [&[&str]; 3] = [WIDE, &first, &sub];
    let (_, items, findings) = open("第二类.csv", &make::csv(&rows));
    assert_eq!(names(&items), ["第二类医疗器械经营备案"], "{findings:?}");
}

#[test]
fn headings_of_two_rows_printed_again() {
    let bytes = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        let format = Format::new();
        for top in [0, 4] {
            for (column, text) in
                (0u16..).zip(["序号", "事项名称", "权力类型", "实施依据", "行使主体"])
            {
                let merged = sheet.merge_range(top, column, top + 1, column, text, &format);
                merged.expect("range");
            }
            sheet
                .merge_range(top, 5, top, 6, "实施层级及权限", &format)
                .expect("range");
            sheet.write_string(top + 1, 5, "层级").expect("cell");
            sheet.write_string(top + 1, 6, "权限").expect("cell");
        }
        make::put(sheet, 2, &POWER[1..2]);
        make::put(sheet, 6, &POWER[2..3]);
    });
    let (_, items, findings) = open("两行表头.xlsx", &bytes);
    assert_eq!(
        names(&items),
        ["食品经营许可", "对无照经营的处罚"],
        "{findings:?}"
    );
    let told: Vec<u32> = not_taken("两行表头.xlsx", &bytes)
        .iter()
        .map(|n| n.place.row)
        .collect();
    assert_eq!(told, [5, 6]);
}

#[test]
fn a_quotation_mark_without_its_partner_is_told_and_nothing_is_swallowed() {
    let text = String::from_utf8(make::csv(&POWER)).expect("text");
    let text = text.replace("辽阳市市场监督管理局\n2", "\"辽阳市市场监督管理局\n2");
    let (opened, items, findings) = open("引号.csv", text.as_bytes());
    assert!(items.is_empty() && opened.lists.is_empty());
    let told = findings
        .iter()
        .find(|f| f.rule == "open-quote")
        .expect("it is told");
    assert!(told.problem.contains("第 2 行"), "{}", told.problem);
}

#[test]
fn blank_rows_do_not_count_against_the_limit() {
    let mut text = String::from_utf8(make::csv(&POWER)).expect("text");
    text.push_str(&",,,,\n".repeat(1_000));
    let mut intake = support::intake();
    intake.limits = Limits {
        rows: Some(10),
        ..Limits::UPLOAD
    };
    let (_, items, findings) = open_with(&intake, "空行.csv", text.as_bytes());
    assert_eq!(items.len(), 2, "{findings:?}");
}

#[test]
fn lists_of_two_departments_in_one_workbook() {
    let bytes = make::xlsx(|book| {
        for (department, name) in [
            ("教育局", "民办学校设立审批"),
            ("民政局", "社会团体成立登记"),
        ] {
            let title = format!("克拉玛依市{department}2024年权责清单");
            let body = format!("克拉玛依市{department}");
            let row = ["1", name, "行政许可", "《某法》第一条", &body];
            let sheet = book.add_worksheet().set_name(department).expect("name");
            make::put(sheet, 0, &[&[&title], POWER[0], &row]);
        }
    });
    let opened = support::open_bytes("汇编.xlsx", &bytes, &Hints::default());
    let lists: Vec<(String, usize)> = support::read_all(&opened)
        .into_iter()
        .map(|(plan, drafts)| (plan.list.department, drafts.items.len()))
        .collect();
    let entry = |name: &str| (name.to_owned(), 1);
    assert_eq!(
        lists,
        [entry("克拉玛依市教育局"), entry("克拉玛依市民政局")]
    );
}

#[test]
fn rows_of_several_bodies_without_a_title_are_lists_of_their_own() {
    let row =
        |name: &'static str, body: &'static str| ["1", name, "行政许可", "《某法》第一条", body];
    let rows: [&[&str]; 5] = [
        POWER[0],
        &row("甲许可", "克拉玛依市教育局"),
        &row("乙许可", "克拉玛依市民政局"),
        &row("丙许可", "克拉玛依市教育局"),
        &row("丁许可", "克拉玛依市民政局"),
    ];
    let opened = support::open_bytes("汇总.csv", &make::csv(&rows), &Hints::default());
    let lists: Vec<(String, String, usize)> = support::read_all(&opened)
        .into_iter()
        .map(|(p, d)| (p.list.department, p.list.region.name, d.items.len()))
        .collect();
    let entry = |name: &str| (name.to_owned(), "克拉玛依市".to_owned(), 2);
    assert_eq!(
        lists,
        [entry("克拉玛依市教育局"), entry("克拉玛依市民政局")]
    );
}

#[test]
fn lines_above_the_headings_date_the_list() {
    let rows: [&[&str]; 5] = [
        &["克拉玛依市财政局2024年权责清单"],
        &["文号：克财发〔2024〕12号", "公布日期：2024年3月5日"],
        &["施行日期：2024年4月1日"],
        POWER[0],
        POWER[1],
    ];
    let opened = support::open_bytes("a.csv", &make::csv(&rows), &Hints::default());
    let plan = &opened.lists[0];
    assert_eq!(plan.document_no.as_deref(), Some("克财发〔2024〕12号"));
    assert_eq!(
        plan.published_on.map(|d| d.to_string()).as_deref(),
        Some("2024-03-05")
    );
    assert_eq!(
        plan.effective_on.map(|d| d.to_string()).as_deref(),
        Some("2024-04-01")
    );
}

#[test]
fn a_list_that_names_nobody_is_kept_and_said_to_name_nobody() {
    let rows: [&[&str]; 2] = [
        &["违法行为", "法律依据", "类别", "裁量情节", "裁量标准"],
        &[
            "偷排污水",
            "《水污染防治法》第八十三条",
            "1.0",
            "一般",
            "罚款十万元",
        ],
    ];
    let (opened, items, findings) = open("bands.csv", &make::csv(&rows));
    assert_eq!(opened.lists[0].list.department, "未注明部门");
    assert_eq!(items[0].coded.item.fields["grade"], "1");
    assert!(
        findings
            .iter()
            .any(|f| f.rule == "no-department" && f.mend.contains("--department"))
    );
}
