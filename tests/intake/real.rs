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
