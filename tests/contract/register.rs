//! What every register must do. Must not know how one is built: implementations bring a maker of
//! empty registers.

mod catalog;
mod days;
mod model;
pub mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use quanze::domain::{Action, ItemId};
use quanze::register::sqlite::SqliteRegister;
use quanze::register::{PublicationFilter, Register, RegisterError};
use support::*;

#[test]
fn sqlite_keeps_the_contract() {
    let root = tempfile::tempdir().expect("folder");
    let serial = AtomicUsize::new(0);
    register_contract(&|| {
        let dir = root
            .path()
            .join(serial.fetch_add(1, Ordering::Relaxed).to_string());
        Box::new(SqliteRegister::open(&dir).expect("opens"))
    });
}

/// The suite; `make` gives an empty register each time.
pub fn register_contract(make: &dyn Fn() -> Box<dyn Register>) {
    let cases: [fn(&dyn Register); 16] = [
        an_empty_register_answers,
        publications_are_numbered_and_read_back,
        codes_are_assigned_and_never_reused,
        a_stale_draft_is_a_conflict,
        a_code_belongs_to_one_list,
        contradictions_are_refused_whole,
        days::each_day_has_its_own_state,
        days::withdrawn_items_may_return,
        days::the_latest_edition_keeps_its_order,
        days::changes_between_positions,
        catalog::owners_of_codes,
        catalog::files_are_kept_byte_for_byte,
        catalog::publications_come_in_pages,
        catalog::revisions_come_in_pages,
        catalog::lists_and_departments_are_counted,
        catalog::each_digest_covers_the_one_before,
    ];
    for case in cases {
        case(&*make());
    }
    model::agrees_with_the_model(make);
}

fn an_empty_register_answers(register: &dyn Register) {
    let unknown = list("克拉玛依市财政局", "power", "权责清单");
    assert_eq!(register.last_number().unwrap(), 0);
    assert_eq!(register.publication(1).unwrap(), None);
    assert!(
        register
            .publications(&PublicationFilter::default(), 0, 10)
            .unwrap()
            .0
            .is_empty()
    );
    assert!(register.revisions(1, 0, 10).unwrap().is_empty());
    let (base, items) = register.latest_edition(&unknown).unwrap();
    assert_eq!((base, items.len()), (0, 0));
    assert!(register.lists(day(EVER)).unwrap().is_empty());
    assert!(register.departments(day(EVER)).unwrap().is_empty());
    assert!(
        register
            .in_force(&[ItemId(0), ItemId(1), ItemId(u64::MAX)], on(EVER))
            .unwrap()
            .is_empty()
    );
    assert_eq!(register.item_on(&code("AB-1"), day(EVER)).unwrap(), None);
    assert!(register.history(&code("AB-1")).unwrap().is_empty());
    assert!(in_force(register, EVER, None).is_empty());
}

fn publications_are_numbered_and_read_back(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let drafted = draft(
        register,
        &finance,
        "2025-02-01",
        vec![
            add(item(&finance, "会计许可", "审查；\n告知"), Some("CZ-1")),
            add(item(&finance, "检查", "😀'\"\\"), None),
        ],
    );
    let first = register.publish(&drafted, 0).unwrap();
    assert_eq!(
        (first.number, first.added, first.amended, first.withdrawn),
        (1, 2, 0, 0)
    );
    assert_eq!(first.list, finance);
    assert_eq!(first.recorded_at, drafted.recorded_at);
    assert_eq!(first.file, drafted.file);
    assert_eq!(register.publication(1).unwrap().as_ref(), Some(&first));

    let revisions = revisions(register, 1);
    for (revision, change) in revisions.iter().zip(&drafted.changes) {
        assert_eq!(revision.item, change.item);
        assert_eq!(revision.origin, change.origin);
        assert_eq!(
            (revision.publication, revision.effective_on),
            (1, day("2025-02-01"))
        );
    }
    let changes = vec![
        withdraw(&revisions[0]),
        amend(&revisions[1], item(&finance, "检查", "新")),
    ];
    let second = publish(register, &finance, "2025-02-01", changes).unwrap();
    assert_eq!(
        (
            second.number,
            second.added,
            second.amended,
            second.withdrawn
        ),
        (2, 0, 1, 1)
    );
    let gone = &register.revisions(2, 0, 1).unwrap()[0];
    assert_eq!(gone.action, Action::Withdrawn);
    assert_eq!(gone.reason.as_deref(), Some("法律修订"));
    assert_eq!(gone.successor, Some(code("QZ-NEXT-1")));
    assert_eq!(register.last_number().unwrap(), 2);
    let history = register.history(&code("CZ-1")).unwrap();
    assert_eq!(
        history.iter().map(|r| r.publication).collect::<Vec<_>>(),
        [1, 2]
    );
}

fn codes_are_assigned_and_never_reused(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let fees = list("克拉玛依市财政局", "fee", "收费目录");
    let squatter = add(item(&finance, "丙", ""), Some("QZ-QL-0000003"));
    let changes = vec![
        add(item(&finance, "甲", ""), None),
        squatter,
        add(item(&finance, "乙", ""), None),
    ];
    publish(register, &finance, "2025-01-01", changes).unwrap();
    let codes = |number| -> Vec<String> {
        revisions(register, number)
            .iter()
            .map(|r| r.code.to_string())
            .collect()
    };
    assert_eq!(
        codes(1),
        ["QZ-QL-0000001", "QZ-QL-0000003", "QZ-QL-0000002"]
    );

    // A failed publication, and a withdrawal, give nothing back.
    let taken = vec![
        add(item(&fees, "丁", ""), None),
        add(item(&fees, "戊", ""), Some("QZ-QL-0000001")),
    ];
    assert!(publish(register, &fees, "2025-01-01", taken).is_err());
    let last = newest(register, "QZ-QL-0000002");
    publish(register, &finance, "2025-01-01", vec![withdraw(&last)]).unwrap();
    publish(
        register,
        &finance,
        "2025-01-01",
        vec![add(item(&finance, "乙", ""), None)],
    )
    .unwrap();
    assert_eq!(codes(3), ["QZ-QL-0000004"]);
    assert_ne!(newest(register, "QZ-QL-0000004").id, last.id);

    let mut other = draft(
        register,
        &fees,
        "2025-01-01",
        vec![add(item(&fees, "费", ""), None)],
    );
    other.code_prefix = "SF".into();
    register.publish(&other, 0).unwrap();
    assert_eq!(codes(4), ["QZ-SF-0000001"]);
}

fn a_stale_draft_is_a_conflict(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let drafted = draft(
        register,
        &finance,
        "2025-01-01",
        vec![add(item(&finance, "甲", ""), None)],
    );
    let stale = |base| match register.publish(&drafted, base) {
        Err(RegisterError::Conflict { latest }) => latest,
        other => panic!("{other:?}"),
    };
    assert_eq!(stale(7), 0);
    register.publish(&drafted, 0).unwrap();
    assert_eq!((stale(0), stale(2)), (1, 1));
    // Another list's publication does not make it stale.
    let water = list("克拉玛依市水务局", "power", "权责清单");
    publish(
        register,
        &water,
        "2025-01-01",
        vec![add(item(&water, "甲", ""), None)],
    )
    .unwrap();
    register.publish(&drafted, 1).unwrap();
    assert_eq!(register.latest_edition(&finance).unwrap().0, 3);
    assert_eq!(register.last_number().unwrap(), 3);
}

fn a_code_belongs_to_one_list(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let water = list("克拉玛依市水务局", "power", "权责清单");
    publish(
        register,
        &finance,
        "2025-01-01",
        vec![add(item(&finance, "甲", ""), Some("CZ-1"))],
    )
    .unwrap();
    let theirs = vec![
        add(item(&water, "乙", ""), Some("SW-1")),
        add(item(&water, "甲", ""), Some("CZ-1")),
    ];
    match publish(register, &water, "2025-01-01", theirs) {
        Err(RegisterError::CodeTaken { code }) => assert_eq!(code.as_str(), "CZ-1"),
        other => panic!("{other:?}"),
    }
    assert_eq!(register.last_number().unwrap(), 1);
    assert!(register.history(&code("SW-1")).unwrap().is_empty());
    assert_eq!(register.lists(day(EVER)).unwrap().len(), 1);
}

fn contradictions_are_refused_whole(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let water = list("克拉玛依市水务局", "power", "权责清单");
    let start = vec![
        add(item(&finance, "甲", ""), Some("CZ-1")),
        add(item(&finance, "乙", ""), Some("CZ-2")),
    ];
    publish(register, &finance, "2025-03-01", start).unwrap();
    publish(
        register,
        &finance,
        "2025-03-01",
        vec![withdraw(&newest(register, "CZ-2"))],
    )
    .unwrap();
    let (one, gone) = (newest(register, "CZ-1"), newest(register, "CZ-2"));
    let new = || add(item(&finance, "丙", ""), Some("CZ-3"));
    let mut renamed = amend(&one, one.item.clone());
    renamed.code = Some(code("CZ-9"));
    let mut unknown = amend(&one, one.item.clone());
    (unknown.id, unknown.code) = (Some(ItemId(999)), None);
    let foreign = add(item(&water, "丙", ""), None);
    let bad = [
        vec![],
        vec![new(), new()],
        vec![new(), add(one.item.clone(), Some("CZ-1"))],
        vec![new(), withdraw(&gone)],
        vec![new(), amend(&gone, gone.item.clone())],
        vec![new(), amend(&one, one.item.clone()), withdraw(&one)],
        vec![new(), renamed],
        vec![new(), unknown],
        vec![new(), foreign],
    ];
    for (n, changes) in bad.into_iter().enumerate() {
        let refused = publish(register, &finance, "2025-03-01", changes);
        assert!(
            matches!(refused, Err(RegisterError::Invalid(_))),
            "{n}: {refused:?}"
        );
    }
    let theirs = withdraw(&one);
    let refused = publish(register, &water, "2025-03-01", vec![theirs]);
    assert!(
        matches!(refused, Err(RegisterError::Invalid(_))),
        "{refused:?}"
    );
    match publish(register, &finance, "2025-02-28", vec![new()]) {
        Err(RegisterError::Invalid(why)) => {
            assert!(
                why.contains("2025年2月28日") && why.contains("2025年3月1日"),
                "{why}"
            );
        }
        other => panic!("{other:?}"),
    }
    let mut unkept = draft(register, &finance, "2025-03-01", vec![new()]);
    unkept.file.sha256 = "0".repeat(64);
    assert!(matches!(
        register.publish(&unkept, 2),
        Err(RegisterError::Invalid(_))
    ));
    assert_eq!(register.last_number().unwrap(), 2);
    assert!(register.history(&code("CZ-3")).unwrap().is_empty());
    // A list may begin empty.
    assert_eq!(
        publish(register, &water, "2025-03-01", vec![])
            .unwrap()
            .number,
        3
    );
}
