//! Real lists through the register: workbooks and their exports agree, the normalised corpus loads.

use std::collections::{BTreeMap, BTreeSet};

use quanze::intake::{Bytes, Hints, Limits, Source};
use quanze::query::{Facet, RawSearchParams};
use quanze::service::console::marked;
use quanze::service::ingest::{FileReport, IngestOptions, Outcome};
use quanze::service::search::HitView;
use quanze::text::normal::normalise;

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

/// What clerks do: they mend the workbook that was given back with its faults marked, and send that.
#[test]
fn a_workbook_given_back_with_its_faults_marked_says_the_same() {
    let Some(folder) = support::shared("lists/karamay") else {
        return;
    };
    let mut wrong = Vec::new();
    let entries = std::fs::read_dir(folder).expect("folder");
    for entry in entries {
        let name = entry.expect("entry").file_name();
        let name = name.to_str().expect("UTF-8");
        let Some(own) = source("lists/karamay", name) else {
            return;
        };
        let desk = Desk::new();
        let first = desk.ingest_source(&own, &Hints::default(), IngestOptions::default());
        if first.lists.iter().all(|l| l.items == 0) {
            continue;
        }
        let mut bytes = Vec::new();
        let done = marked::marked(&own, &Limits::OPERATOR, &first.findings, &mut bytes);
        done.unwrap_or_else(|error| panic!("{name}: {error}"));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let given_back = Source {
            name: format!("{stem}（问题已标注）.xlsx"),
            bytes: Bytes::Memory(bytes.into()),
        };
        let again = desk.ingest_source(&given_back, &Hints::default(), IngestOptions::default());
        let told = |report: &FileReport| {
            // Text that a merged range hides is not read, and so not given back.
            let findings = report.findings.iter().filter(|f| f.rule != "covered-text");
            let told = findings.map(|f| (f.rule.clone(), f.place.row, f.place.column.clone()));
            told.collect::<BTreeSet<_>>()
        };
        let (before, after) = (told(&first), told(&again));
        let outcomes: Vec<_> = again.lists.iter().map(|l| &l.outcome).collect();
        if outcomes.iter().any(|o| **o != Outcome::Unchanged) || before != after {
            let differ: Vec<_> = before.symmetric_difference(&after).take(5).collect();
            wrong.push(format!("{name}: {outcomes:?} {differ:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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

/// The corpus in a register of its own, the engine following it.
fn corpus() -> Option<Desk> {
    let source = source("corpus", "real-items.csv")?;
    let desk = Desk::new();
    desk.ingest_source(&source, &Hints::default(), IngestOptions::default());
    desk.search("许可");
    Some(desk)
}

/// All hits of a question, where paging reaches them, and how many there are.
fn all_hits(desk: &Desk, q: &str) -> (BTreeSet<String>, u64) {
    let mut codes = BTreeSet::new();
    for page in 1..=10 {
        let raw = RawSearchParams {
            q: q.to_owned(),
            size: Some("100".into()),
            page: Some(page.to_string()),
            ..RawSearchParams::default()
        };
        let answer = desk.services.search(&raw).expect("search answers");
        codes.extend(answer.hits.iter().map(|h| h.head.code.clone()));
        if (codes.len() as u64) >= answer.total || page == 10 {
            return (codes, answer.total);
        }
    }
    (codes, 0)
}

#[test]
fn every_item_is_found_by_any_word_of_its_title() {
    let Some(desk) = corpus() else {
        return;
    };
    let items: Vec<(String, String)> = desk
        .in_force("2026-11-24")
        .into_iter()
        .map(|r| (r.code.to_string(), normalise(&r.item.head.name)))
        .collect();
    // Words of two to four characters from all over the titles, the same in every run.
    let letters = |c: char| c.is_alphanumeric();
    for n in 0..500_usize {
        let title: Vec<char> = items[n * 10_007 % items.len()].1.chars().collect();
        let length = (2 + n % 3).min(title.len());
        let from = n * 31 % (title.len() - length + 1);
        let word: String = title[from..from + length].iter().collect();
        if !word.chars().all(letters) {
            continue;
        }
        let wanted: BTreeSet<&str> = items
            .iter()
            .filter(|(_, name)| name.contains(&word))
            .map(|(code, _)| code.as_str())
            .collect();
        let (found, total) = all_hits(&desk, &word);
        assert!(total >= wanted.len() as u64, "{word}: {total}");
        if total <= 1_000 {
            let missing: Vec<_> = wanted.iter().filter(|c| !found.contains(**c)).collect();
            assert!(missing.is_empty(), "{word}: {missing:?}");
        }
    }
}

#[test]
fn every_title_finds_its_own_item_and_counts_are_a_scan_s() {
    let Some(desk) = corpus() else {
        return;
    };
    let items = desk.in_force("2026-11-24");
    for item in items.iter().step_by(97) {
        let name = &item.item.head.name;
        let q: String = name.chars().take(200).collect();
        let raw = RawSearchParams {
            q,
            size: Some("100".into()),
            ..RawSearchParams::default()
        };
        let answer = desk.services.search(&raw).expect("search answers");
        let own = answer.hits.iter().find(|h| h.head.name == *name);
        let own = own.unwrap_or_else(|| panic!("{name} does not find itself"));
        let best = answer.hits[0].score;
        assert!(own.score >= best * 0.999, "{name}: {} < {best}", own.score);
        // Counts of each facet are those of all hits, which fit on the pages that can be reached.
        if answer.total <= 100 {
            for (facet, values) in &answer.facets {
                for value in values {
                    let of_hit = |h: &HitView| match facet {
                        Facet::Kind => h.head.kind.clone(),
                        Facet::Type => h.head.item_type.clone(),
                        Facet::Department => h.head.department.clone(),
                        Facet::Level => h.head.level.clone(),
                        Facet::Region => value.value.clone(),
                    };
                    let scan = answer.hits.iter().filter(|h| of_hit(h) == value.value);
                    if *facet != Facet::Region {
                        assert_eq!(scan.count() as u64, value.count, "{name} {}", value.value);
                    }
                }
            }
        }
    }
}

/// Texts that a page marks, in the order in which they stand.
fn marked(html: &str) -> Vec<String> {
    let parts = html.split("<mark>").skip(1);
    let inside = parts.filter_map(|part| part.split("</mark>").next());
    inside.map(shown).collect()
}

/// HTML as a reader sees it.
fn shown(html: &str) -> String {
    ["<mark>", "</mark>"]
        .iter()
        .fold(html.to_owned(), |text, tag| text.replace(tag, ""))
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[test]
fn what_is_marked_stands_in_the_item_and_was_asked_for() {
    let (Some(desk), Some(subjects)) = (corpus(), support::shared("messages/subjects.txt")) else {
        return;
    };
    let subjects = std::fs::read_to_string(subjects).expect("subjects");
    let mut seen = 0;
    for subject in subjects.lines().step_by(61) {
        let raw = RawSearchParams {
            q: subject.chars().take(60).collect(),
            ..RawSearchParams::default()
        };
        let page = desk.services.search(&raw).expect("search answers");
        let searched = normalise(page.searched.as_deref().unwrap_or(&page.query));
        let asked: Vec<char> = searched.chars().filter(|c| !c.is_whitespace()).collect();
        let mut sought: Vec<String> = asked.windows(2).map(|w| w.iter().collect()).collect();
        let wordings = page
            .understood
            .expansions
            .iter()
            .flat_map(|(_, meant)| meant);
        sought.extend(wordings.flat_map(|w| w.split(' ')).map(str::to_owned));
        for hit in &page.hits {
            let now = desk.services.position(None, None).expect("a position");
            let item = desk.services.item(&hit.head.code, now);
            let item = item.expect("a hit is an item");
            let fields: Vec<&str> = item.fields.iter().map(|f| f.value.as_str()).collect();
            for highlight in &hit.highlights {
                let extract = shown(&highlight.html);
                let extract = extract.trim_matches('…');
                let stands = fields.iter().any(|text| text.contains(extract));
                assert!(stands || hit.head.name == extract, "{subject}: {extract}");
                for text in marked(&highlight.html).iter().map(|m| normalise(m)) {
                    let mut covered = vec![false; text.len()];
                    for part in &sought {
                        for (at, _) in text.char_indices() {
                            if text[at..].starts_with(part.as_str()) {
                                covered[at..at + part.len()].fill(true);
                            }
                        }
                    }
                    let single = text.chars().count() == 1 && searched.contains(&text);
                    assert!(single || covered.iter().all(|c| *c), "{subject}: {text}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}
