//! Real lists: numbers counted by hand in the workbooks, cells read by eye.

use std::collections::BTreeMap;

use quanze::intake::{Bytes, DraftItem, Hints, Source};

use crate::support;

/// Items per file and sheet, counted by hand.
const COUNTS: [(&str, &[(&str, usize)]); 14] = [
    (
        "2024年市农业农村局权责清单.xls",
        &[
            ("行政许可（11项）", 10),
            ("行政强制（21项）", 21),
            ("行政处罚（254项）", 254),
            ("行政征收（ 1 项）", 3),
            ("行政确认（1项）", 1),
            ("行政奖励（2项）", 2),
            ("行政检查（ 17项）", 17),
            ("行政裁决（1项）", 1),
            ("其他行政权力（3项）", 3),
        ],
    ),
    ("2025年克拉玛依市统计局权责清单.xlsx", &[("Sheet1", 3)]),
    (
        "克拉玛依市人力资源和社会保障局2024年权责清单.xls",
        &[("附表1", 108)],
    ),
    ("克拉玛依市医疗保障局2024年权责清单.xls", &[("Sheet1", 17)]),
    (
        "克拉玛依市发展和改革委员会2024年权责清单.xls",
        &[("权责清单", 57)],
    ),
    ("克拉玛依市商务局2024年权责清单.xlsx", &[("1", 21)]),
    (
        "克拉玛依市委宣传部（新闻出版局）2024年权责清单 (1).xlsx",
        &[("Sheet1", 1)],
    ),
    (
        "克拉玛依市林业和草原系统2024年地县两级权责清单指导目录.xls",
        &[("地州级", 149), ("区县级", 161)],
    ),
    ("克拉玛依市科学技术局2024年权责清单.xls", &[("市科技局", 4)]),
    (
        "克拉玛依市自然资源局2024年权责清单 (1).xls",
        &[("克拉玛依市自然资源局权责清单", 169)],
    ),
    (
        "国动办权责清单公示.xlsx",
        &[
            ("行政检查（3项）", 3),
            ("行政许可（3项）", 4),
            ("行政征收（1项）", 1),
            ("行政处罚（5项）", 5),
            ("其他行政权力（5项）", 5),
        ],
    ),
    (
        "附件：克拉玛依市交通运输局2024年权责清单.xlsx",
        &[("打印版", 360)],
    ),
    (
        "附件：克拉玛依市市场监督管理局2024年权责清单.xls",
        &[("Sheet1", 442)],
    ),
    (
        "附件：克拉玛依市财政局2025年权责清单 (1).xlsx",
        &[("Sheet1", 19)],
    ),
];

/// Departments that the files are to be filed under when read as one batch.
const DEPARTMENTS: [(&str, &str); 14] = [
    ("2024年市农业农村局", "克拉玛依市农业农村局"),
    ("2025年克拉玛依市统计局", "克拉玛依市统计局"),
    ("克拉玛依市人力资源", "克拉玛依市人力资源和社会保障局"),
    ("克拉玛依市医疗保障局", "克拉玛依市医疗保障局"),
    ("克拉玛依市发展和改革", "克拉玛依市发展和改革委员会"),
    ("克拉玛依市商务局", "克拉玛依市商务局"),
    ("克拉玛依市委宣传部", "克拉玛依市委宣传部"),
    ("克拉玛依市林业和草原", "克拉玛依市林业和草原局"),
    ("克拉玛依市科学技术局", "克拉玛依市科学技术局"),
    ("克拉玛依市自然资源局", "克拉玛依市自然资源局"),
    (
        "国动办",
        "克拉玛依市国防动员办公室（克拉玛依市人民防空办公室）",
    ),
    ("附件：克拉玛依市交通", "克拉玛依市交通运输局"),
    ("附件：克拉玛依市市场", "克拉玛依市市场监督管理局"),
    ("附件：克拉玛依市财政", "克拉玛依市财政局"),
];

fn read(folder: &str, name: &str) -> Option<(String, Vec<DraftItem>)> {
    let path = support::shared(&format!("lists/{folder}/{name}"))?;
    let intake = support::intake();
    let hints = Hints {
        usual_region: intake.regions.resolve("克拉玛依市"),
        ..Hints::default()
    };
    let opened = intake.open(
        &Source {
            name: name.into(),
            bytes: Bytes::File(path),
        },
        &hints,
    );
    let lists = support::read_all(&opened);
    assert_eq!(lists.len(), 1, "{name}: {:?}", opened.findings);
    let (plan, drafts) = lists.into_iter().next()?;
    Some((plan.list.department, drafts.items))
}

#[test]
fn every_workbook_gives_the_items_counted_by_hand() {
    for (file, sheets) in COUNTS {
        let Some((_, items)) = read("karamay", file) else {
            return;
        };
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for item in &items {
            *found.entry(&item.origin.sheet).or_default() += 1;
        }
        assert_eq!(found, sheets.iter().copied().collect(), "{file}");
    }
}

#[test]
fn departments_are_inferred_in_full() {
    for (start, department) in DEPARTMENTS {
        let Some((file, _)) = COUNTS.iter().find(|(f, _)| f.starts_with(start)) else {
            panic!("no file begins with {start}");
        };
        let Some((found, _)) = read("karamay", file) else {
            return;
        };
        assert_eq!(found, department, "{file}");
    }
}

/// A field of the item whose rows begin at the place given.
fn field(file: &str, sheet: &str, row: u32, key: &str) -> Option<String> {
    let (_, items) = read("karamay", file)?;
    let item = items
        .iter()
        .find(|i| i.origin.sheet == sheet && i.origin.first_row == row)
        .unwrap_or_else(|| panic!("{file} {sheet}: no item at row {row}"));
    Some(item.coded.item.fields.get(key).cloned().unwrap_or_default())
}

#[test]
fn cells_are_as_a_reader_of_the_workbook_sees_them() {
    let transport = "附件：克拉玛依市交通运输局2024年权责清单.xlsx";
    let statistics = "2025年克拉玛依市统计局权责清单.xlsx";
    let science = "克拉玛依市科学技术局2024年权责清单.xls";
    let staff = "克拉玛依市人力资源和社会保障局2024年权责清单.xls";
    let defence = "国动办权责清单公示.xlsx";
    let farming = "2024年市农业农村局权责清单.xls";
    let levies = "行政征收（ 1 项）";
    let commerce = "克拉玛依市商务局2024年权责清单.xlsx";
    let press = "克拉玛依市委宣传部（新闻出版局）2024年权责清单 (1).xlsx";
    // file, sheet, first row of the item, field, how the cell begins, how it ends
    let cells: [(&str, &str, u32, &str, &str, &str); 19] = [
        // One item over four merged rows.
        (
            transport,
            "打印版",
            172,
            "name",
            "对生产经营单位未按规定设置",
            "",
        ),
        (
            transport,
            "打印版",
            172,
            "basis",
            "【",
            "未将有关情况告知承运人的。",
        ),
        // A formula's cached value.
        (transport, "打印版", 777, "seq", "360", "360"),
        // Line breaks of a narrow column.
        (
            statistics,
            "Sheet1",
            3,
            "department",
            "市统计局",
            "市统计局",
        ),
        (statistics, "Sheet1", 3, "type", "行政处罚", "行政处罚"),
        (statistics, "Sheet1", 3, "name", "对拒绝配合统计调查", ""),
        // Left-overs under merged cells are not read.
        (
            science,
            "市科技局",
            3,
            "accountability",
            "因不履行",
            "法律法规规章规定的行为。",
        ),
        (science, "市科技局", 5, "type", "行政确认", "行政确认"),
        (science, "市科技局", 5, "level", "地州市级", "地州市级"),
        // A sub-item whose name cell is empty and not merged.
        (
            staff,
            "附表1",
            14,
            "sub_name",
            "5.中外合作职业技能培训机构终止审批",
            "终止审批",
        ),
        (
            staff,
            "附表1",
            14,
            "name",
            "中外合作职业技能培训机构设立",
            "",
        ),
        (
            defence,
            "行政许可（3项）",
            6,
            "sub_name",
            "2.新建民用建筑防空地下室易地建设审批",
            "",
        ),
        (
            defence,
            "行政许可（3项）",
            6,
            "basis",
            "",
            "每平方米600元。",
        ),
        // One name, three levels; the basis of the second is merged with the first.
        (farming, levies, 2, "level", "自治区级", "自治区级"),
        (farming, levies, 3, "level", "县市区级", "县市区级"),
        (
            farming,
            levies,
            3,
            "basis",
            "【法律】《中华人民共和国渔业法》",
            "",
        ),
        (farming, "行政许可（11项）", 3, "seq", "2,3", "2,3"),
        // The hidden first set of four repeated columns is not the one published.
        (commerce, "1", 23, "responsibility_basis", "", "第二十三条"),
        // Level and scope in one column.
        (press, "Sheet1", 3, "level", "地州市级", "地州市级"),
    ];
    for (file, sheet, row, key, start, end) in cells {
        let Some(value) = field(file, sheet, row, key) else {
            return;
        };
        assert!(!value.is_empty(), "{file} {sheet} {row} {key} is empty");
        assert!(
            value.starts_with(start) && value.ends_with(end),
            "{file} {sheet} {row} {key}: {value}"
        );
    }
    let Some(name) = field(transport, "打印版", 172, "name") else {
        return;
    };
    assert_eq!(name.chars().count(), 41);
    let Some(scope) = field(press, "Sheet1", 3, "scope") else {
        return;
    };
    assert!(scope.starts_with("负责行政区域内"), "{scope}");
}

#[test]
fn doubts_are_findings_at_their_cells() {
    let Some(path) = support::shared("lists/karamay/2024年市农业农村局权责清单.xls")
    else {
        return;
    };
    let intake = support::intake();
    let hints = Hints {
        usual_region: intake.regions.resolve("克拉玛依市"),
        ..Hints::default()
    };
    let opened = intake.open(
        &Source {
            name: "2024年市农业农村局权责清单.xls".into(),
            bytes: Bytes::File(path),
        },
        &hints,
    );
    let (plan, drafts) = support::read_all(&opened).remove(0);
    let checked = quanze::check::list(&drafts.items, &plan.kind, &plan.list, &intake.regions);
    let count = |rule: &str| checked.findings.iter().filter(|f| f.rule == rule).count();
    // 行使主体 地州市… 309 + 1 times and 县市区… once.
    assert_eq!(count("template-left-over"), 311);
    // The autonomous region's and the counties' rows of one levy.
    assert_eq!(count("other-level"), 2);
    // Four blank types, taken from the sheets' names.
    let inferred = drafts
        .findings
        .iter()
        .filter(|f| f.rule == "inferred-type")
        .count();
    assert_eq!(inferred, 4);
}
