//! Real lists through the register: workbooks and their exports agree, the normalised corpus loads.

use std::collections::BTreeMap;

use quanze::intake::{Bytes, Hints, Source};
use quanze::service::ingest::{IngestOptions, Outcome};

use super::desk::Desk;
use crate::support;

/// Exports of `lists/csv` and the workbook each was made from.
const EXPORTS: [(&str, &str); 5] = [
    (
        "人社局-gb18030.csv",
        "克拉玛依市人力资源和社会保障局2024年权责清单.xls",
    ),
    (
        "医保局-Sheet1-utf16-tab.txt",
        "克拉玛依市医疗保障局2024年权责清单.xls",
    ),
    (
        "发改委-utf8-bom.csv",
        "克拉玛依市发展和改革委员会2024年权责清单.xls",
    ),
    ("商务局-gbk.csv", "克拉玛依市商务局2024年权责清单.xlsx"),
    (
        "财政局-Sheet1-utf8.csv",
        "附件：克拉玛依市财政局2025年权责清单 (1).xlsx",
    ),
];

fn source(folder: &str, name: &str) -> Option<Source> {
    let path = support::shared(&format!("{folder}/{name}"))?;
    Some(Source {
        name: name.to_owned(),
        bytes: Bytes::File(path),
    })
}

#[test]
fn exports_give_the_same_items_as_their_workbooks() {
    for (export, workbook) in EXPORTS {
        let (Some(export), Some(workbook)) = (
            source("lists/csv", export),
            source("lists/karamay", workbook),
        ) else {
            return;
        };
        let desk = Desk::new();
        desk.ingest_source(&workbook, &Hints::default(), IngestOptions::default());
        let items = desk.in_force("2026-11-24").len();
        assert!(items > 0);
        // The strictest comparison there is: as an edition of the same list the export changes nothing.
        let report = desk.ingest_source(&export, &Hints::default(), IngestOptions::default());
        assert_eq!(report.lists.len(), 1);
        assert_eq!(
            report.lists[0].outcome,
            Outcome::Unchanged,
            "{}",
            export.name
        );
        assert_eq!(report.lists[0].items as usize, items);
    }
}

#[test]
fn discretion_tables_load_band_by_band() {
    for name in ["jiangmen_env_discretion.xls", "jiangmen_env_discretion.csv"] {
        let Some(source) = source("lists/other", name) else {
            return;
        };
        let desk = Desk::new();
        let hints = Hints {
            department: Some("江门市生态环境局".into()),
            ..Hints::default()
        };
        let report = desk.ingest_source(&source, &hints, IngestOptions::default());
        assert_eq!(report.lists.len(), 1, "{name}");
        assert_eq!(
            (report.lists[0].kind.as_str(), report.lists[0].items),
            ("discretion", 872),
            "{name}"
        );
    }
}

#[test]
fn the_normalised_corpus_loads_with_its_codes() {
    let Some(source) = source("corpus", "real-items.csv") else {
        return;
    };
    let desk = Desk::new();
    let report = desk.ingest_source(&source, &Hints::default(), IngestOptions::default());
    let items: u64 = report.lists.iter().map(|l| l.items).sum();
    assert_eq!(items, 5_116);
    assert_eq!(report.lists.len() as u64, desk.last());
    let in_force = desk.in_force("2026-11-24");
    assert_eq!(in_force.len(), 5_116);
    let own = in_force.iter().filter(|r| !r.code.is_assigned()).count();
    assert_eq!(own, 5_116);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for revision in &in_force {
        *kinds.entry(&revision.item.head.kind).or_default() += 1;
    }
    assert_eq!(kinds, [("power", 3_530), ("service", 1_586)].into());
    assert!(
        desk.search("KLMY-NYNC-0001")
            .contains(&"种畜禽生产经营许可".to_owned())
    );
    assert!(
        desk.search("食品经营许可")
            .iter()
            .any(|n| n.contains("食品经营许可"))
    );
    let again = desk.ingest_source(&source, &Hints::default(), IngestOptions::default());
    assert!(again.lists.iter().all(|l| l.outcome == Outcome::Unchanged));
}
