//! One list through its editions.

use quanze::domain::{Action, Position};
use quanze::intake::Hints;
use quanze::service::ingest::{IngestOptions, Outcome};

use super::desk::{Desk, date, outcome, rules};

const HEADINGS: &str = "序号,事项名称,权力类型,实施依据,行使主体,承办机构,实施层级及权限";

/// A power list of 辽阳市财政局 with the rows given as (name, basis).
fn list(title: &str, rows: &[(&str, &str)]) -> String {
    let mut text = format!("{title},,,,,,\n{HEADINGS}\n");
    for (index, (name, basis)) in rows.iter().enumerate() {
        text += &format!(
            "{},{name},行政检查,{basis},辽阳市财政局,监督科,市级\n",
            index + 1
        );
    }
    text
}

/// Twelve checks, so that one withdrawal is less than a tenth.
fn twelve() -> Vec<(String, String)> {
    (1..=12)
        .map(|n| {
            (
                format!("对第{n}类会计资料的检查"),
                format!("《会计法》第{n}条"),
            )
        })
        .collect()
}

fn text_of(title: &str, rows: &[(String, String)]) -> String {
    let rows: Vec<(&str, &str)> = rows.iter().map(|(n, b)| (n.as_str(), b.as_str())).collect();
    list(title, &rows)
}

const TITLE: &str = "辽阳市财政局2025年权责清单";

#[test]
fn the_same_file_again_publishes_nothing() {
    let desk = Desk::new();
    let text = text_of(TITLE, &twelve());
    let first = desk.ingest("财政局.csv", &text, &Hints::default());
    assert!(matches!(
        outcome(&first),
        Outcome::Published {
            added: 12,
            amended: 0,
            withdrawn: 0,
            ..
        }
    ));
    let again = desk.ingest("财政局 (1).csv", &text, &Hints::default());
    assert_eq!(*outcome(&again), Outcome::Unchanged);
    assert_eq!(desk.last(), 1);
}

#[test]
fn a_new_edition_publishes_exactly_the_differences() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    let mut rows = twelve();
    rows[4].1 = "《会计法》第五十条".into();
    rows.remove(8);
    rows.push(("对代理记账机构的检查".into(), "《会计法》第三十四条".into()));
    let report = desk.ingest(
        "b.csv",
        &text_of("辽阳市财政局2026年权责清单", &rows),
        &Hints::default(),
    );
    assert!(
        matches!(
            outcome(&report),
            Outcome::Published {
                publication: 2,
                added: 1,
                amended: 1,
                withdrawn: 1
            }
        ),
        "{:?}",
        outcome(&report)
    );
    let revisions = desk.register.revisions(2, 0, 100).expect("register reads");
    let of = |action| {
        revisions
            .iter()
            .find(|r| r.action == action)
            .expect("revision")
    };
    assert_eq!(
        of(Action::Amended).item.fields["basis"],
        "《会计法》第五十条"
    );
    assert_eq!(
        of(Action::Withdrawn).item.head.name,
        "对第9类会计资料的检查"
    );
    assert_eq!(of(Action::Added).item.head.name, "对代理记账机构的检查");
    // The code of a withdrawn item is never given to another.
    let codes: std::collections::HashSet<_> = (1..=2)
        .flat_map(|n| desk.register.revisions(n, 0, 100).expect("reads"))
        .map(|r| (r.id, r.code))
        .collect();
    assert_eq!(codes.len(), 13);
}

#[test]
fn a_row_put_in_above_renumbers_the_others_and_changes_none() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    let mut rows = twelve();
    rows.insert(
        0,
        ("对彩票销售的检查".into(), "《彩票管理条例》第五条".into()),
    );
    let report = desk.ingest("b.csv", &text_of(TITLE, &rows), &Hints::default());
    assert!(
        matches!(
            outcome(&report),
            Outcome::Published {
                added: 1,
                amended: 0,
                withdrawn: 0,
                ..
            }
        ),
        "{:?}",
        outcome(&report)
    );
}

/// The numbers of the list for foreign investors run: what stands under one is another measure once
/// something above it was taken out.
#[test]
fn a_measure_taken_out_above_makes_no_other_measure_of_those_below() {
    let measures: Vec<String> = (1..=12)
        .map(|n| format!("第{n}类企业由中方控股。"))
        .collect();
    let text = |edition: &str, measures: &[String]| {
        let mut text = "版本,行业门类,序号,特别管理措施,管理方式\n".to_owned();
        for (index, measure) in measures.iter().enumerate() {
            text += &format!("{edition},采矿业,{},{measure},限制\n", index + 1);
        }
        text
    };
    let hints = Hints {
        kind: Some("foreign-investment".into()),
        ..Hints::default()
    };
    let desk = Desk::new();
    desk.ingest("a.csv", &text("2024", &measures), &hints);
    let before = desk.in_force("2026-11-24");
    let mut fewer = measures.clone();
    fewer.remove(2);
    let report = desk.ingest("b.csv", &text("2024", &fewer), &hints);
    assert!(
        matches!(
            outcome(&report),
            Outcome::Published {
                added: 0,
                withdrawn: 1,
                ..
            }
        ),
        "{report:?}"
    );
    let after = desk.in_force("2026-11-24");
    for revision in &after {
        let name = &revision.item.head.name;
        let was = before.iter().find(|b| b.code == revision.code);
        let was = was.expect("the item was there before");
        assert_eq!(was.item.head.name, *name, "{}", revision.code);
    }
}

#[test]
fn more_than_a_tenth_withdrawn_stops_and_names_them() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    let short = text_of(TITLE, &twelve()[..10]);
    let report = desk.ingest("b.csv", &short, &Hints::default());
    assert_eq!(*outcome(&report), Outcome::Stopped);
    let withdrawals = &report.lists[0].withdrawals;
    assert_eq!(withdrawals.len(), 2);
    assert!(
        withdrawals[0].contains("对第11类会计资料的检查"),
        "{withdrawals:?}"
    );
    assert!(rules(&report).contains(&"too-many-withdrawals"));
    assert_eq!(desk.last(), 1);
    let options = IngestOptions {
        accept_withdrawals: true,
        ..IngestOptions::default()
    };
    let report = desk.ingest_with("b.csv", &short, &Hints::default(), options);
    assert!(matches!(
        outcome(&report),
        Outcome::Published { withdrawn: 2, .. }
    ));
}

#[test]
fn a_row_with_an_error_withdraws_nothing() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    let mut rows = twelve();
    rows[3].1 = "长".repeat(40_000);
    let text = text_of(TITLE, &rows);
    let report = desk.ingest("b.csv", &text, &Hints::default());
    assert_eq!(*outcome(&report), Outcome::Stopped);
    assert!(rules(&report).contains(&"refused-and-withdrawn"));
    assert!(report.lists[0].withdrawals[0].contains("对第4类会计资料的检查"));
    assert_eq!((desk.last(), desk.names("2026-11-24").len()), (1, 12));
    // Rows that only came in addition are left out, the rest is taken.
    let mut rows = twelve();
    rows.push(("新增检查".into(), "长".repeat(40_000)));
    rows.push(("另一项检查".into(), "依据".into()));
    let report = desk.ingest("c.csv", &text_of(TITLE, &rows), &Hints::default());
    let added = matches!(
        outcome(&report),
        Outcome::Published {
            added: 1,
            withdrawn: 0,
            ..
        }
    );
    assert!(added, "{:?}", outcome(&report));
}

#[test]
fn words_of_an_edition_do_not_make_another_list() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    for title in [
        "辽阳市财政局权责清单（2026年修订）",
        "辽阳市财政局2026年3月权责清单（调整后）",
        "关于公布辽阳市财政局2026年权责清单的通知",
    ] {
        let report = desk.ingest("b.csv", &text_of(title, &twelve()), &Hints::default());
        assert_eq!(*outcome(&report), Outcome::Unchanged, "{title}");
    }
}

#[test]
fn the_same_items_under_another_title_are_not_put_in_force_twice() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    let text = text_of("辽阳市财政局2026年内部监督权责清单", &twelve());
    let report = desk.ingest("b.csv", &text, &Hints::default());
    assert_eq!(*outcome(&report), Outcome::Stopped);
    let told = report.findings.iter().find(|f| f.rule == "known-otherwise");
    assert!(told.expect("it is told").mend.contains("--title 权责清单"));
    assert_eq!(desk.last(), 1);
    let title = |title: &str| Hints {
        title: Some(title.into()),
        ..Hints::default()
    };
    let report = desk.ingest("b.csv", &text, &title("权责清单"));
    assert_eq!(*outcome(&report), Outcome::Unchanged);
    let report = desk.ingest("b.csv", &text, &title("内部监督权责清单"));
    assert!(matches!(
        outcome(&report),
        Outcome::Published { added: 12, .. }
    ));
}

#[test]
fn items_of_one_name_are_told_apart_by_what_their_level_decides() {
    let desk = Desk::new();
    let list = |first: &str, second: &str| {
        format!(
            "{TITLE},,,,,,\n序号,事项名称,权力类型,实施依据,行使主体,实施层级,权限\n{first}{second}"
        )
    };
    let row = |scope: &str, basis: &str| {
        format!("1,财政检查,行政检查,{basis},辽阳市财政局,市级,{scope}\n")
    };
    desk.ingest(
        "a.csv",
        &list(&row("市属单位", "甲"), &row("区属单位", "乙")),
        &Hints::default(),
    );
    let codes = |day: &str| -> Vec<(String, String)> {
        let found = desk.in_force(day).into_iter();
        found
            .map(|r| (r.code.to_string(), r.item.fields["scope"].clone()))
            .collect()
    };
    let before = codes("2026-11-24");
    let options = IngestOptions {
        accept_withdrawals: true,
        ..IngestOptions::default()
    };
    let text = list(&row("区属单位", "乙二"), "");
    desk.ingest_with("b.csv", &text, &Hints::default(), options);
    assert_eq!(codes("2026-11-24"), before[1..]);
}

#[test]
fn an_item_keeps_its_assigned_code_when_its_list_brings_an_official_one() {
    let desk = Desk::new();
    let list = |code: &str, name: &str| {
        format!(
            "{TITLE},,,,,\n序号,编码,事项名称,权力类型,实施依据,行使主体\n1,{code},{name},行政检查,依据,辽阳市财政局\n"
        )
    };
    desk.ingest("a.csv", &list("/", "财政检查"), &Hints::default());
    desk.ingest("b.csv", &list("LY-1", "财政检查"), &Hints::default());
    let report = desk.ingest("c.csv", &list("LY-1", "财政监督检查"), &Hints::default());
    assert!(
        matches!(
            outcome(&report),
            Outcome::Published {
                added: 0,
                amended: 1,
                withdrawn: 0,
                ..
            }
        ),
        "{:?}",
        outcome(&report)
    );
}

#[test]
fn a_dry_run_changes_nothing() {
    let desk = Desk::new();
    let options = IngestOptions {
        dry_run: true,
        ..IngestOptions::default()
    };
    let report = desk.ingest_with(
        "a.csv",
        &text_of(TITLE, &twelve()),
        &Hints::default(),
        options,
    );
    assert_eq!(
        *outcome(&report),
        Outcome::WouldPublish {
            added: 12,
            amended: 0,
            withdrawn: 0
        }
    );
    assert_eq!(desk.last(), 0);
    assert_eq!(
        desk.register.size().expect("reads").1,
        0,
        "no original is kept"
    );
}

#[test]
fn a_future_edition_comes_into_force_on_its_day_without_a_restart() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    let mut rows = twelve();
    rows.push((
        "对彩票公益金使用的检查".into(),
        "《彩票管理条例》第三十七条".into(),
    ));
    let hints = Hints {
        effective_on: Some(date("2027-01-01")),
        ..Hints::default()
    };
    desk.ingest("b.csv", &text_of(TITLE, &rows), &hints);
    assert!(desk.search("彩票公益金").is_empty());
    desk.clock.put("2026-12-31");
    assert!(desk.search("彩票公益金").is_empty());
    desk.clock.put("2027-01-01");
    assert_eq!(desk.search("彩票公益金"), ["对彩票公益金使用的检查"]);
    assert_eq!(desk.names("2026-12-31").len(), 12);
    assert_eq!(desk.names("2027-01-01").len(), 13);
    let day = |d| Position {
        publication: 2,
        day: date(d),
    };
    assert_eq!(desk.changed(day("2026-12-30"), day("2026-12-31")).len(), 0);
    assert_eq!(desk.changed(day("2026-12-31"), day("2027-01-01")).len(), 1);
}

#[test]
fn a_corrected_file_does_not_change_the_past() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    assert_eq!(
        desk.names("2025-01-01").len(),
        12,
        "the title's year dates the first edition"
    );
    let mut rows = twelve();
    rows[0].1 = "《会计法》第一百条".into();
    // The title still says 2025: the correction counts from the day it is recorded.
    desk.ingest("a.csv", &text_of(TITLE, &rows), &Hints::default());
    let basis = |day: &str| desk.in_force(day)[0].item.fields["basis"].clone();
    assert_eq!(basis("2026-11-23"), "《会计法》第1条");
    assert_eq!(basis("2026-11-24"), "《会计法》第一百条");
}

#[test]
fn a_date_before_the_last_edition_is_refused_and_nothing_changes() {
    let desk = Desk::new();
    let on = |day| Hints {
        effective_on: Some(date(day)),
        ..Hints::default()
    };
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &on("2026-03-01"));
    let mut rows = twelve();
    rows[0].1 = "改".into();
    let report = desk.ingest("b.csv", &text_of(TITLE, &rows), &on("2026-02-01"));
    assert_eq!(*outcome(&report), Outcome::Stopped);
    let finding = report
        .findings
        .iter()
        .find(|f| f.rule == "invalid-publication")
        .expect("finding");
    assert!(finding.problem.contains("2026"), "{}", finding.problem);
    assert_eq!(desk.last(), 1);
}

#[test]
fn two_lists_of_one_kind_are_told_apart_by_title() {
    let desk = Desk::new();
    desk.ingest("a.csv", &text_of(TITLE, &twelve()), &Hints::default());
    let other = list(
        "辽阳市财政局会计监督权责清单",
        &[("对会计师事务所的检查", "《注册会计师法》第三十五条")],
    );
    let report = desk.ingest("b.csv", &other, &Hints::default());
    assert!(matches!(
        outcome(&report),
        Outcome::Published {
            added: 1,
            withdrawn: 0,
            ..
        }
    ));
    assert_eq!(desk.names("2026-11-24").len(), 13);
}

#[test]
fn findings_name_the_cell_and_how_to_mend_it() {
    let desk = Desk::new();
    let text = format!(
        "{HEADINGS}\n1,对会计的检查,行政检查,依据,地州市财政局,,市级\n2,对会计的检查,行政检查,依据,地州市财政局,,市级\n,,行政检查,,,,\n"
    );
    let hints = Hints {
        department: Some("辽阳市财政局".into()),
        region: Some("211000".into()),
        ..Hints::default()
    };
    let report = desk.ingest("a.csv", &text, &hints);
    let place = |rule: &str| {
        let found = report.findings.iter().find(|f| f.rule == rule);
        let found = found.unwrap_or_else(|| panic!("no {rule} in {:?}", rules(&report)));
        assert!(!found.mend.is_empty());
        (
            found.place.row,
            found.place.column.clone(),
            found.place.heading.clone(),
        )
    };
    assert_eq!(
        place("template-left-over"),
        (2, "E".into(), "行使主体".into())
    );
    assert_eq!(place("missing-field"), (2, "F".into(), "承办机构".into()));
    assert_eq!(place("identical-rows"), (3, "B".into(), "事项名称".into()));
    let twice = report
        .findings
        .iter()
        .find(|f| f.rule == "identical-rows")
        .expect("finding");
    assert_eq!(twice.other.as_ref().map(|p| p.row), Some(2));
    assert_eq!(report.lists[0].items, 2);
}
