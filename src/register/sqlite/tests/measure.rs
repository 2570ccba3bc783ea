//! How fast the register is with 100,000 items. Run alone, optimised, with any table of items:
//! `QUANZE_MEASURE=items.csv CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo test --lib measure -- --ignored --nocapture`

use std::time::{Duration, Instant};

use super::*;

const LISTS: usize = 200;
const PUBLICATIONS: usize = 1000;
const ITEMS: usize = 100;
const TODAY: &str = "2025-01-01";

type Rows<'a> = &'a mut dyn Iterator<Item = Vec<String>>;

fn timed<T>(what: &str, times: u32, mut f: impl FnMut() -> T) {
    let start = Instant::now();
    for _ in 0..times {
        f();
    }
    println!("{what}: {:?}", start.elapsed() / times);
}

/// A draft of so many new items from the rows of a table, each column a field.
fn batch(
    register: &SqliteRegister,
    rows: Rows<'_>,
    list: &ListId,
    items: usize,
) -> PublicationDraft {
    let filled =
        |(n, value): (usize, String)| (!value.is_empty()).then(|| (format!("field-{n}"), value));
    let change = |row: Vec<String>| {
        let name = row[3].clone();
        added(
            list,
            &name,
            row.into_iter().enumerate().filter_map(filled).collect(),
        )
    };
    draft(register, list, rows.take(items).map(change).collect())
}

#[test]
#[ignore = "measures"]
fn measure() {
    let Ok(path) = std::env::var("QUANZE_MEASURE") else {
        return;
    };
    let mut table = csv::Reader::from_path(path).unwrap();
    let cells = |r: csv::StringRecord| r.iter().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = table.records().map(|r| cells(r.unwrap())).collect();
    let mut rows = rows.into_iter().cycle();
    let owner = |n| format!("辽阳市水务局{}", n / 2);
    let lists: Vec<ListId> = (0..LISTS)
        .map(|n| ListId {
            department: owner(n),
            ..list(&format!("清单{n}"))
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let register = SqliteRegister::open(dir.path()).unwrap();
    fill(&register, &mut rows, &lists);
    read(&register, &lists[3]);
    follow(&register);
    ten_at_a_time(
        "publish 10 changes at 100,000",
        &register,
        &mut rows,
        &lists[0],
    );
    let empty = tempfile::tempdir().unwrap();
    let empty = SqliteRegister::open(empty.path()).unwrap();
    ten_at_a_time("publish 10 changes at 0", &empty, &mut rows, &lists[0]);
}

fn fill(register: &SqliteRegister, rows: Rows<'_>, lists: &[ListId]) {
    let (mut packing, mut writing, mut slowest) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for n in 0..PUBLICATIONS {
        let drafted = batch(register, rows, &lists[n % LISTS], ITEMS);
        let base = if n < LISTS { 0 } else { n - LISTS + 1 };
        let start = Instant::now();
        let contents = content::pack_all(&drafted.changes).unwrap();
        packing += start.elapsed();
        let start = Instant::now();
        let mut writer = register.writer.lock().unwrap();
        publish::record(&mut writer, &drafted, base as u64, &contents).unwrap();
        writing += start.elapsed();
        slowest = slowest.max(start.elapsed());
    }
    println!("100,000 items: packing {packing:?}, writing {writing:?} (slowest {slowest:?})");
    println!("bytes: {:?}", register.size().unwrap());
}

fn read(register: &SqliteRegister, list: &ListId) {
    let ids: Vec<ItemId> = (0..20).map(|n| ItemId(n * 4999 + 1)).collect();
    let code = ItemCode::assigned("QL", 50_000);
    let kind = PublicationFilter {
        kind: Some("power".into()),
        ..PublicationFilter::default()
    };
    timed("in_force, 20 ids", 100, || {
        register.in_force(&ids, day(TODAY)).unwrap()
    });
    timed("history", 100, || register.history(&code).unwrap());
    timed("item_on", 100, || {
        register.item_on(&code, day(TODAY)).unwrap()
    });
    timed("departments", 20, || {
        register.departments(day(TODAY)).unwrap()
    });
    timed("lists", 20, || register.lists(day(TODAY)).unwrap());
    timed("publications of a kind, from 500", 20, || {
        register.publications(&kind, 500, 20).unwrap()
    });
    timed("latest_edition of 500", 5, || {
        register.latest_edition(list).unwrap()
    });
    timed("each_in_force of 100,000", 1, || in_force(register));
}

fn follow(register: &SqliteRegister) {
    let last = PUBLICATIONS as u64;
    let at = |publication, on: &str| Position {
        publication,
        day: day(on),
    };
    let changed = |from, to| register.each_changed(from, to, &mut |_| true).unwrap();
    timed("each_changed, last publication", 20, || {
        changed(at(last - 1, TODAY), at(last, TODAY));
    });
    timed("each_changed, a day passes", 20, || {
        changed(at(last, TODAY), at(last, "2025-01-02"));
    });
}

fn ten_at_a_time(what: &str, register: &SqliteRegister, rows: Rows<'_>, list: &ListId) {
    let drafts: Vec<_> = (0..20).map(|_| batch(register, rows, list, 10)).collect();
    let mut drafts = drafts.iter().cycle();
    let mut base = register.latest_edition(list).unwrap().0;
    timed(what, 20, || {
        base = register
            .publish(drafts.next().unwrap(), base)
            .unwrap()
            .number;
    });
}
