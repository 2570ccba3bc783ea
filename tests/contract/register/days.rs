//! What is in force on which day, and what changes between two.

use quanze::domain::{Action, ItemId, Position, Revision};
use quanze::register::Register;

use super::support::*;

pub fn each_day_has_its_own_state(register: &dyn Register) {
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
    let found = register.in_force(&wanted, self::on("2025-06-15")).unwrap();
    assert_eq!(ids(&found), [wanted[0], first.id, first.id]);
    assert_eq!(
        ids(&register.in_force(&wanted, self::on("2025-08-01")).unwrap()),
        [wanted[0]]
    );
    // As whoever has followed only the first publication sees the same day.
    let behind = Position {
        publication: first.publication,
        ..self::on("2025-08-01")
    };
    let found = register.in_force(&[first.id], behind).unwrap();
    assert_eq!(found[0].item, first.item);
    let behind = Position {
        publication: first.publication - 1,
        ..behind
    };
    assert!(register.in_force(&[first.id], behind).unwrap().is_empty());

    let mut seen = 0;
    register
        .each_in_force(Position::on(day("2025-06-15")), None, &mut |_| {
            seen += 1;
            false
        })
        .unwrap();
    assert_eq!(seen, 1);
}

pub fn withdrawn_items_may_return(register: &dyn Register) {
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

pub fn the_latest_edition_keeps_its_order(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let names = ["丁", "甲", "丙"];
    let start = names.map(|n| add(item(&finance, n, "旧"), None));
    publish(register, &finance, "2025-01-01", start.into()).unwrap();
    let old = revisions(register, 1);
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
    let revised: Vec<String> = revisions(register, 2)
        .iter()
        .map(|r| r.item.head.name.clone())
        .collect();
    assert_eq!(revised, ["乙", "甲", "丙"]);
}

pub fn changes_between_positions(register: &dyn Register) {
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
        let each = &mut |state: Result<Revision, ItemId>| {
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
