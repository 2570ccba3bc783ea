//! What every register must do. Must not know how one is built: implementations bring a maker of
//! empty registers.

mod model;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use quanze::domain::{Action, ItemCode, ItemId, Position};
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
    let cases: [fn(&dyn Register); 14] = [
        an_empty_register_answers,
        publications_are_numbered_and_read_back,
        codes_are_assigned_and_never_reused,
        a_stale_draft_is_a_conflict,
        a_code_belongs_to_one_list,
        contradictions_are_refused_whole,
        each_day_has_its_own_state,
        withdrawn_items_may_return,
        the_latest_edition_keeps_its_order,
        changes_between_positions,
        owners_of_codes,
        files_are_kept_byte_for_byte,
        publications_come_in_pages,
        lists_and_departments_are_counted,
    ];
    for case in cases {
        case(&*make());
    }
    model::agrees_with_the_model(make);
}

const NEVER: &str = "1999-01-01";
const EVER: &str = "2999-01-01";

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
    assert!(register.revisions(1).unwrap().is_empty());
    let (base, items) = register.latest_edition(&unknown).unwrap();
    assert_eq!((base, items.len()), (0, 0));
    assert!(register.lists(day(EVER)).unwrap().is_empty());
    assert!(register.departments(day(EVER)).unwrap().is_empty());
    assert!(
        register
            .in_force(&[ItemId(0), ItemId(1), ItemId(u64::MAX)], day(EVER))
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

    let revisions = register.revisions(1).unwrap();
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
    let gone = &register.revisions(2).unwrap()[0];
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
        register
            .revisions(number)
            .unwrap()
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

fn each_day_has_its_own_state(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let water = list("克拉玛依市水务局", "fee", "收费目录");
    // Publication 2 takes effect before publication 1; 3 and 4 follow on days of their own.
    publish(
        register,
        &finance,
        "2025-06-01",
        vec![add(item(&finance, "甲", "一"), Some("CZ-1"))],
    )
    .unwrap();
    publish(
        register,
        &water,
        "2025-03-01",
        vec![add(item(&water, "乙", "一"), Some("SW-1"))],
    )
    .unwrap();
    let first = newest(register, "CZ-1");
    publish(
        register,
        &finance,
        "2025-07-01",
        vec![amend(&first, item(&finance, "甲", "二"))],
    )
    .unwrap();
    publish(
        register,
        &finance,
        "2025-08-01",
        vec![withdraw(&newest(register, "CZ-1"))],
    )
    .unwrap();

    for (on, codes) in [
        (NEVER, vec![]),
        ("2025-02-28", vec![]),
        ("2025-03-01", vec!["SW-1"]),
        ("2025-06-01", vec!["SW-1", "CZ-1"]),
        ("2025-07-31", vec!["SW-1", "CZ-1"]),
        ("2025-08-01", vec!["SW-1"]),
        (EVER, vec!["SW-1"]),
    ] {
        let mut found = in_force(register, on, None);
        found.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(found, codes, "{on}");
        let counted: u64 = counts(register, on).iter().sum();
        assert_eq!(counted, codes.len() as u64, "{on}");
    }
    assert_eq!(in_force(register, "2025-07-01", Some("power")), ["CZ-1"]);
    assert!(in_force(register, "2025-07-01", Some("service")).is_empty());

    let on = |text: &str| register.item_on(&code("CZ-1"), day(text)).unwrap();
    assert_eq!(on("2025-05-31"), None);
    assert_eq!(on("2025-06-30").unwrap().item, first.item);
    assert_eq!(on("2025-07-01").unwrap().publication, 3);
    assert_eq!(on("2025-08-01").unwrap().action, Action::Withdrawn);
    let wanted = [newest(register, "SW-1").id, ItemId(99), first.id, first.id];
    let found = register.in_force(&wanted, day("2025-06-15")).unwrap();
    assert_eq!(ids(&found), [wanted[0], first.id, first.id]);
    assert_eq!(
        ids(&register.in_force(&wanted, day("2025-08-01")).unwrap()),
        [wanted[0]]
    );

    let mut seen = 0;
    register
        .each_in_force(day("2025-06-15"), None, &mut |_| {
            seen += 1;
            false
        })
        .unwrap();
    assert_eq!(seen, 1);
}

fn withdrawn_items_may_return(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    publish(
        register,
        &finance,
        "2025-01-01",
        vec![add(item(&finance, "甲", "旧"), Some("CZ-1"))],
    )
    .unwrap();
    let first = newest(register, "CZ-1");
    publish(register, &finance, "2025-02-01", vec![withdraw(&first)]).unwrap();
    assert!(register.latest_edition(&finance).unwrap().1.is_empty());
    publish(
        register,
        &finance,
        "2025-03-01",
        vec![add(item(&finance, "甲", "新"), Some("CZ-1"))],
    )
    .unwrap();
    let again = newest(register, "CZ-1");
    assert_eq!((again.id, again.action), (first.id, Action::Added));
    assert_eq!(register.history(&code("CZ-1")).unwrap().len(), 3);
    assert_eq!(counts(register, "2025-02-15"), [0]);
    assert_eq!(counts(register, "2025-03-15"), [1]);
}

fn the_latest_edition_keeps_its_order(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let names = ["丁", "甲", "丙"];
    let start = names.map(|n| add(item(&finance, n, "旧"), None));
    publish(register, &finance, "2025-01-01", start.into()).unwrap();
    let old = register.revisions(1).unwrap();
    // Not yet in force for a thousand years, and still what the next edition is compared with.
    let changes = vec![
        add(item(&finance, "乙", "新"), None),
        amend(&old[1], item(&finance, "甲", "新")),
        withdraw(&old[2]),
    ];
    publish(register, &finance, "2999-01-01", changes).unwrap();
    let (base, items) = register.latest_edition(&finance).unwrap();
    assert_eq!(base, 2);
    let found: Vec<(&str, &str)> = items
        .iter()
        .map(|r| (r.item.head.name.as_str(), r.item.fields["duties"].as_str()))
        .collect();
    assert_eq!(found, [("丁", "旧"), ("甲", "新"), ("乙", "新")]);
    assert_eq!(items[1].id, old[1].id);
    assert_eq!(items[1].code, old[1].code);
    let revised: Vec<String> = register
        .revisions(2)
        .unwrap()
        .iter()
        .map(|r| r.item.head.name.clone())
        .collect();
    assert_eq!(revised, ["乙", "甲", "丙"]);
}

fn changes_between_positions(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let start = ["CZ-1", "CZ-2", "CZ-3"].map(|c| add(item(&finance, c, "旧"), Some(c)));
    publish(register, &finance, "2025-01-01", start.into()).unwrap();
    publish(
        register,
        &finance,
        "2025-02-01",
        vec![withdraw(&newest(register, "CZ-1"))],
    )
    .unwrap();
    let later = amend(&newest(register, "CZ-2"), item(&finance, "CZ-2", "新"));
    publish(register, &finance, "2025-03-01", vec![later]).unwrap();

    let at = |publication, on: &str| Position {
        publication,
        day: day(on),
    };
    let id = |text| newest(register, text).id;
    let changed = |from, to| {
        let mut found = Vec::new();
        let each = &mut |state: Result<quanze::domain::Revision, ItemId>| {
            found.push(state.map_or_else(|id| (id, 0), |r| (r.id, r.publication)));
            true
        };
        register.each_changed(from, to, each).unwrap();
        found.sort_unstable();
        found
    };
    let all = changed(at(0, NEVER), at(3, "2025-01-15"));
    assert_eq!(all, [(id("CZ-1"), 1), (id("CZ-2"), 1), (id("CZ-3"), 1)]);
    // Published meanwhile, not yet in force: touched all the same, and unchanged.
    assert_eq!(
        changed(at(1, "2025-01-15"), at(3, "2025-01-15")),
        [(id("CZ-1"), 1), (id("CZ-2"), 1)]
    );
    // Days pass without any publication.
    assert_eq!(
        changed(at(3, "2025-01-15"), at(3, "2025-02-01")),
        [(id("CZ-1"), 0)]
    );
    assert_eq!(
        changed(at(3, "2025-02-01"), at(3, "2025-03-01")),
        [(id("CZ-2"), 3)]
    );
    assert!(changed(at(3, "2025-03-01"), at(3, EVER)).is_empty());
    // Both at once, a clock set back, and publications after `to` left out.
    assert_eq!(
        changed(at(1, "2025-01-15"), at(3, EVER)),
        [(id("CZ-1"), 0), (id("CZ-2"), 3)]
    );
    assert_eq!(
        changed(at(3, "2025-02-01"), at(3, "2025-01-31")),
        [(id("CZ-1"), 1)]
    );
    assert_eq!(changed(at(1, "2025-01-15"), at(2, EVER)), [(id("CZ-1"), 0)]);
}

fn owners_of_codes(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let water = list("克拉玛依市水务局", "power", "权责清单");
    publish(
        register,
        &finance,
        "2025-01-01",
        vec![add(item(&finance, "甲", ""), Some("CZ-1"))],
    )
    .unwrap();
    publish(
        register,
        &water,
        "2025-01-01",
        vec![add(item(&water, "乙", ""), Some("SW-1"))],
    )
    .unwrap();
    publish(
        register,
        &water,
        "2025-01-01",
        vec![withdraw(&newest(register, "SW-1"))],
    )
    .unwrap();
    let asked: Vec<ItemCode> = ["SW-1", "XX-1", "CZ-1"].map(code).into();
    let found = register.owners(&asked).unwrap();
    assert_eq!(found, [(code("SW-1"), water), (code("CZ-1"), finance)]);
    assert!(register.owners(&[]).unwrap().is_empty());
}

fn files_are_kept_byte_for_byte(register: &dyn Register) {
    let bytes: Vec<u8> = (0..200_000u32).flat_map(|n| n.to_le_bytes()).collect();
    let kept = register
        .keep_file("权责清单.xlsx", &mut bytes.as_slice())
        .unwrap();
    assert_eq!((kept.bytes, kept.name.as_str()), (800_000, "权责清单.xlsx"));
    let read = |sha256: &str| {
        let mut out = Vec::new();
        register.read_file(sha256, &mut out).unwrap().then_some(out)
    };
    assert_eq!(read(&kept.sha256).as_ref(), Some(&bytes));
    let size = register.size().unwrap();
    let again = register
        .keep_file("另一个名字.xlsx", &mut bytes.as_slice())
        .unwrap();
    assert_eq!(
        (again.sha256.as_str(), again.bytes),
        (kept.sha256.as_str(), 800_000)
    );
    assert_eq!(register.size().unwrap().1, size.1);
    assert!(size.1 >= 800_000);
    let empty = register.keep_file("空.csv", &mut [].as_slice()).unwrap();
    assert_eq!(
        empty.sha256,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(read(&empty.sha256), Some(Vec::new()));
    for none in [
        "",
        "..",
        "../../register.db",
        &"f".repeat(64),
        &"甲".repeat(22),
    ] {
        assert_eq!(read(none), None, "{none}");
    }
}

fn publications_come_in_pages(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let fees = list("克拉玛依市财政局", "fee", "收费目录");
    let water = list("克拉玛依市水务局", "power", "权责清单");
    for list in [&finance, &fees, &water, &finance, &water, &finance] {
        publish(
            register,
            list,
            "2025-01-01",
            vec![add(item(list, "甲", ""), None)],
        )
        .unwrap();
    }
    let page = |department: Option<&str>, kind: Option<&str>, list, offset, limit| {
        let (department, kind) = (department.map(str::to_owned), kind.map(str::to_owned));
        let filter = PublicationFilter {
            department,
            kind,
            list,
        };
        let (found, total) = register.publications(&filter, offset, limit).unwrap();
        (found.iter().map(|p| p.number).collect::<Vec<_>>(), total)
    };
    assert_eq!(page(None, None, None, 0, 4), (vec![6, 5, 4, 3], 6));
    assert_eq!(page(None, None, None, 4, 4), (vec![2, 1], 6));
    assert_eq!(page(None, None, None, 9, 4), (vec![], 6));
    assert_eq!(page(None, None, None, 0, 0), (vec![], 6));
    assert_eq!(page(None, None, Some(1), 1, u64::MAX), (vec![4, 1], 3));
    assert_eq!(
        page(Some("克拉玛依市财政局"), None, None, 0, 9),
        (vec![6, 4, 2, 1], 4)
    );
    assert_eq!(page(None, Some("power"), None, 0, 2), (vec![6, 5], 5));
    assert_eq!(
        page(Some("克拉玛依市财政局"), Some("fee"), None, 0, 9),
        (vec![2], 1)
    );
    assert_eq!(
        page(Some("克拉玛依市财政局"), Some("fee"), Some(3), 0, 9),
        (vec![], 0)
    );
    assert_eq!(page(Some("无此部门"), None, None, 0, 9), (vec![], 0));
}

fn lists_and_departments_are_counted(register: &dyn Register) {
    let water = list("克拉玛依市水务局", "power", "权责清单");
    let fees = list("克拉玛依市财政局", "fee", "收费目录");
    let other = list("克拉玛依市财政局", "fee", "保证金目录");
    let mut nation = list("财政部", "power", "权责清单");
    (nation.region.code, nation.region.name) = ("000000".into(), "全国".into());
    let new = |list, n: usize| {
        (0..n)
            .map(|i| add(item(list, &i.to_string(), ""), None))
            .collect()
    };
    publish(register, &water, "2025-01-01", new(&water, 3)).unwrap();
    publish(register, &fees, "2025-01-01", new(&fees, 2)).unwrap();
    publish(register, &other, "2025-05-01", new(&other, 4)).unwrap();
    publish(register, &nation, "2025-01-01", new(&nation, 1)).unwrap();
    let revisions = register.revisions(1).unwrap();
    publish(
        register,
        &water,
        "2025-05-01",
        vec![withdraw(&revisions[0])],
    )
    .unwrap();

    let lists = register.lists(day("2025-04-30")).unwrap();
    let found: Vec<_> = lists
        .iter()
        .map(|l| (l.number, &l.list, l.latest.number, l.publications, l.items))
        .collect();
    // 水 stands before 财 in the order of code points.
    let expected = [
        (4, &nation, 4, 1, 1),
        (1, &water, 5, 2, 3),
        (3, &other, 3, 1, 0),
        (2, &fees, 2, 1, 2),
    ];
    assert_eq!(found, expected);
    assert_eq!(counts(register, "2025-05-01"), [1, 2, 4, 2]);
    assert_eq!(counts(register, NEVER), [0, 0, 0, 0]);

    let departments = register.departments(day("2025-05-01")).unwrap();
    let found: Vec<_> = departments
        .iter()
        .map(|d| (d.number, d.name.as_str(), d.items.clone()))
        .collect();
    let expected = [
        (3, "财政部", vec![("power".to_owned(), 1)]),
        (1, "克拉玛依市水务局", vec![("power".to_owned(), 2)]),
        (2, "克拉玛依市财政局", vec![("fee".to_owned(), 6)]),
    ];
    assert_eq!(found, expected);
    // Those with nothing in force yet are there, without counts.
    let early = register.departments(day(NEVER)).unwrap();
    assert_eq!(
        early.iter().map(|d| d.items.len()).collect::<Vec<_>>(),
        [0, 0, 0]
    );
}
