//! Publications by page, lists and departments with their counts, owners of codes, kept files.

use std::io::Read;

use quanze::domain::ItemCode;
use quanze::register::{PublicationFilter, Register};

use super::support::*;

pub fn owners_of_codes(register: &dyn Register) {
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

pub fn files_are_kept_byte_for_byte(register: &dyn Register) {
    let bytes: Vec<u8> = (0..200_000u32).flat_map(|n| n.to_le_bytes()).collect();
    let kept = register
        .keep_file("权责清单.xlsx", &mut bytes.as_slice())
        .unwrap();
    assert_eq!((kept.bytes, kept.name.as_str()), (800_000, "权责清单.xlsx"));
    let read = |sha256: &str| {
        let mut file = register.open_file(sha256).unwrap()?;
        let mut out = Vec::new();
        file.read_to_end(&mut out).unwrap();
        Some(out)
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

pub fn publications_come_in_pages(register: &dyn Register) {
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
            published: None,
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
    let published = |first: &str, last: &str| {
        let day = |text: &str| text.parse().unwrap();
        let filter = PublicationFilter {
            kind: Some("fee".into()),
            published: Some((day(first), day(last))),
            ..PublicationFilter::default()
        };
        register.publications(&filter, 0, 9).unwrap().1
    };
    let day = register.publication(2).unwrap().unwrap().published_on;
    let (before, day) = (day.yesterday().unwrap().to_string(), day.to_string());
    assert_eq!(
        (published(&before, &day), published(&before, &before)),
        (1, 0)
    );
    assert_eq!(
        (published(&day, "2199-12-31"), published(&day, &before)),
        (1, 0)
    );
}

pub fn revisions_come_in_pages(register: &dyn Register) {
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let names = ["丁", "甲", "丙", "乙", "戊"];
    for name in ["先", "后"] {
        let changes = names.map(|n| add(item(&finance, &format!("{name}{n}"), ""), None));
        publish(register, &finance, "2025-01-01", changes.into()).unwrap();
    }
    let page = |number, offset, limit| -> Vec<String> {
        let found = register.revisions(number, offset, limit).unwrap();
        found.into_iter().map(|r| r.item.head.name).collect()
    };
    assert_eq!(page(2, 0, 2), ["后丁", "后甲"]);
    assert_eq!(page(2, 2, 2), ["后丙", "后乙"]);
    assert_eq!(page(2, 4, 2), ["后戊"]);
    assert_eq!(page(1, 3, u64::MAX), ["先乙", "先戊"]);
    for (offset, limit) in [(0, 0), (5, 2), (u64::MAX, u64::MAX)] {
        assert!(page(1, offset, limit).is_empty(), "{offset} {limit}");
    }
}

pub fn lists_and_departments_are_counted(register: &dyn Register) {
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
    let revisions = revisions(register, 1);
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

pub fn each_digest_covers_the_one_before(register: &dyn Register) {
    let empty = register.verify(&mut |_| {}).unwrap();
    assert_eq!(empty, Ok(quanze::domain::Verified::default()));
    assert_eq!(register.digest(1).unwrap(), None);
    let finance = list("克拉玛依市财政局", "power", "权责清单");
    let water = list("克拉玛依市水务局", "power", "权责清单");
    let same = || vec![add(item(&finance, "甲", "同文"), None)];
    publish(register, &finance, "2025-01-01", same()).unwrap();
    publish(
        register,
        &water,
        "2025-01-01",
        vec![add(item(&water, "乙", "同文"), None)],
    )
    .unwrap();
    publish(
        register,
        &finance,
        "2025-02-01",
        vec![add(item(&finance, "丙", ""), None)],
    )
    .unwrap();
    let digests: Vec<String> = (1..=3)
        .map(|n| register.digest(n).unwrap().expect("a digest"))
        .collect();
    assert!(digests.iter().all(|d| d.len() == 64));
    assert!(digests[0] != digests[1] && digests[1] != digests[2]);
    let mut read = Vec::new();
    let verified = register.verify(&mut |n| read.push(n)).unwrap();
    let verified = verified.expect("nothing was changed");
    assert_eq!(read, [1, 2, 3]);
    assert_eq!((verified.publications, verified.revisions), (3, 3));
    assert_eq!(verified.head, digests[2]);
}
