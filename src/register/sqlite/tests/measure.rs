//! How fast the register is with 100,000 items. Run alone, optimised:
//! `QUANZE_MEASURE=items.csv CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo test --lib measure -- --ignored --nocapture`

use std::time::Instant;

use super::*;

const LISTS: usize = 200;
const ITEMS: usize = 100;

fn timed<T>(what: &str, times: u32, mut f: impl FnMut() -> T) -> T {
    let start = Instant::now();
    let mut result = f();
    for _ in 1..times {
        result = f();
    }
    println!("{what}: {:?}", start.elapsed() / times);
    result
}

/// Changes from the rows of a table, each column a field.
fn rows(path: &str) -> impl Iterator<Item = Vec<String>> {
    let mut table = csv::Reader::from_path(path).unwrap();
    let rows: Vec<_> = table
        .records()
        .map(|r| r.unwrap().iter().map(str::to_owned).collect())
        .collect();
    rows.into_iter().cycle()
}

#[test]
#[ignore = "measures"]
fn measure() {
    let Ok(path) = std::env::var("QUANZE_MEASURE") else {
        return;
    };
    let mut rows = rows(&path);
    let dir =
        tempfile::tempdir_in(std::env::var("QUANZE_MEASURE_DIR").unwrap_or("/tmp".into())).unwrap();
    let register = SqliteRegister::open(dir.path()).unwrap();
    let lists: Vec<ListId> = (0..LISTS)
        .map(|n| ListId {
            department: format!("辽阳市水务局{}", n / 2),
            ..list(&format!("清单{n}"))
        })
        .collect();
    let mut batch = |list: &ListId, items: usize| {
        let change = |row: Vec<String>| {
            let fields = row.iter().enumerate().filter(|(_, v)| !v.is_empty());
            added(
                list,
                &row[3],
                fields
                    .map(|(n, v)| (format!("field-{n}"), v.clone()))
                    .collect(),
            )
        };
        let changes = rows.by_ref().take(items).map(change).collect();
        draft(&register, list, changes)
    };
    let (mut packing, mut writing, mut json) = (0.0, 0.0, 0);
    let mut slowest = 0.0f64;
    for n in 0..1000 {
        let drafted = batch(&lists[n % LISTS], ITEMS);
        json += drafted
            .changes
            .iter()
            .map(|c| serde_json::to_vec(&c.item).unwrap().len())
            .sum::<usize>();
        let base = if n < LISTS { 0 } else { (n - LISTS + 1) as u64 };
        let start = Instant::now();
        let contents = content::pack_all(&drafted.changes).unwrap();
        packing += start.elapsed().as_secs_f64();
        let start = Instant::now();
        publish::record(
            &mut register.writer.lock().unwrap(),
            &drafted,
            base,
            &contents,
        )
        .unwrap();
        writing += start.elapsed().as_secs_f64();
        slowest = slowest.max(start.elapsed().as_secs_f64());
    }
    println!(
        "packing {packing:.2} s, writing {writing:.2} s (slowest {slowest:.3} s), JSON {json} bytes"
    );
    println!("size {:?}", register.size().unwrap());

    let today = day("2025-01-01");
    let ids: Vec<ItemId> = (0..20).map(|n| ItemId(n * 4999 + 1)).collect();
    timed("in_force, 20 ids", 100, || {
        register.in_force(&ids, today).unwrap().len()
    });
    timed("history", 100, || {
        register
            .history(&ItemCode::assigned("QL", 50_000))
            .unwrap()
            .len()
    });
    timed("item_on", 100, || {
        register
            .item_on(&ItemCode::assigned("QL", 50_000), today)
            .unwrap()
    });
    timed("departments", 20, || {
        register.departments(today).unwrap().len()
    });
    timed("lists", 20, || register.lists(today).unwrap().len());
    let filter = PublicationFilter {
        kind: Some("power".into()),
        ..PublicationFilter::default()
    };
    timed("publications of a kind, page at 500", 20, || {
        register.publications(&filter, 500, 20).unwrap().1
    });
    timed("latest_edition of 500", 5, || {
        register.latest_edition(&lists[3]).unwrap().1.len()
    });
    timed("each_in_force of 100,000", 1, || super::in_force(&register));
    let position = |publication, on: &str| Position {
        publication,
        day: day(on),
    };
    let mut n = 0;
    timed("each_changed, last publication", 20, || {
        register
            .each_changed(
                position(999, "2025-01-01"),
                position(1000, "2025-01-01"),
                &mut |_| {
                    n += 1;
                    true
                },
            )
            .unwrap();
    });
    timed("each_changed, a day passes", 20, || {
        register
            .each_changed(
                position(1000, "2025-01-01"),
                position(1000, "2025-01-02"),
                &mut |_| {
                    n += 1;
                    true
                },
            )
            .unwrap();
    });
    let mut base = register.latest_edition(&lists[0]).unwrap().0;
    let drafts: Vec<_> = (0..20).map(|_| batch(&lists[0], 10)).collect();
    let mut drafts = drafts.iter();
    timed("publish 10 changes at 100,000", 20, || {
        base = register
            .publish(drafts.next().unwrap(), base)
            .unwrap()
            .number
    });
    let small = tempfile::tempdir_in(dir.path()).unwrap();
    let small = SqliteRegister::open(small.path()).unwrap();
    let drafts: Vec<_> = (0..20).map(|_| batch(&lists[0], 10)).collect();
    small.keep_file("清单.csv", &mut "甲".as_bytes()).unwrap();
    let (mut drafts, mut base) = (drafts.iter(), 0);
    timed("publish 10 changes at 0", 20, || {
        base = small.publish(drafts.next().unwrap(), base).unwrap().number
    });
}
