//! The journal: its numbers, its digests, what is selected of it.

use std::collections::BTreeSet;

use quanze::domain::{Deed, Entry};
use quanze::register::journal::JournalFilter;

use super::Whole;
use super::support::*;

/// No records.
const NONE: [u64; 0] = [];

pub fn records_are_numbered_without_gaps(office: &dyn Whole) {
    assert!(all_records(office).is_empty(), "none at first");
    let mut entries: Vec<Entry> = (0..)
        .zip(Deed::ALL)
        .map(|(second, deed)| entry(deed, "草稿 1", second))
        .collect();
    // Nothing but what must be there; an instant to the nanosecond; one that is earlier; one twice.
    entries.push(Entry {
        account: None,
        actor: String::new(),
        address: String::new(),
        object: String::new(),
        detail: String::new(),
        ..entries[0].clone()
    });
    entries.push(Entry {
        at: "2026-11-24T06:00:00.123456789Z"
            .parse()
            .expect("an instant"),
        content: "ab".repeat(32),
        ..entries[0].clone()
    });
    entries.push(entry(Deed::SignIn, "{甲} 'o\"' \\ 😀", -1_000));
    entries.push(entry(Deed::SignIn, "{甲} 'o\"' \\ 😀", -1_000));
    for entry in &entries {
        office.record(entry).unwrap();
    }
    let records = all_records(office);
    let numbers: Vec<u64> = records.iter().map(|r| r.number).collect();
    let expected: Vec<u64> = (1..=entries.len() as u64).rev().collect();
    assert_eq!(numbers, expected, "from 1, the newest first");
    let told: Vec<&Entry> = records.iter().rev().map(|r| &r.entry).collect();
    assert_eq!(told, entries.iter().collect::<Vec<_>>(), "word for word");

    let digests: BTreeSet<&str> = records.iter().map(|r| r.digest.as_str()).collect();
    assert_eq!(digests.len(), records.len(), "even of equal entries");
    let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    for digest in digests {
        assert!(digest.len() == 64 && digest.bytes().all(is_hex), "{digest}");
    }
    let verified = office.verify(&mut |_| {}).unwrap().expect("it is whole");
    assert_eq!(verified.records, entries.len() as u64);
    assert_eq!(all_records(office), records, "reading adds nothing");
}

pub fn records_are_selected_and_come_in_pages(office: &dyn Whole) {
    for (second, (deed, actor, object)) in (0..).zip([
        (Deed::Edited, "甲", "草稿 1"),
        (Deed::Edited, "乙", "草稿 2"),
        (Deed::Approved, "乙", "草稿 1"),
        (Deed::SignIn, "甲", "账号 甲"),
        (Deed::Edited, "甲", "草稿 12"),
        (Deed::Published, "系统", "第 1 号公布"),
    ]) {
        let entry = Entry {
            actor: actor.into(),
            ..entry(deed, object, second)
        };
        office.record(&entry).unwrap();
    }
    let page = |filter: &JournalFilter, offset, limit| {
        let (found, total) = office.records(filter, offset, limit).unwrap();
        (found.iter().map(|r| r.number).collect::<Vec<_>>(), total)
    };
    let select = |deed, actor: Option<&str>, object: Option<&str>| {
        let filter = JournalFilter {
            deed,
            actor: actor.map(str::to_owned),
            object: object.map(str::to_owned),
        };
        let (found, total) = page(&filter, 0, u64::MAX);
        assert_eq!(found.len() as u64, total, "{filter:?}");
        found
    };
    assert_eq!(select(None, None, None), [6, 5, 4, 3, 2, 1]);
    assert_eq!(select(Some(Deed::Edited), None, None), [5, 2, 1]);
    assert_eq!(select(Some(Deed::Discarded), None, None), NONE);
    assert_eq!(select(None, Some("乙"), None), [3, 2]);
    assert_eq!(select(None, Some(""), None), NONE, "nobody's");
    assert_eq!(select(None, Some("系"), None), NONE, "whole names");
    assert_eq!(select(None, None, Some("草稿 1")), [3, 1], "whole");
    assert_eq!(select(None, None, Some("草稿")), NONE);
    assert_eq!(select(None, None, Some("稿")), NONE);
    for wild in ["%", "草稿_1", "草稿 *", "草稿 123"] {
        assert_eq!(select(None, None, Some(wild)), NONE, "“{wild}”");
    }
    let edited = Some(Deed::Edited);
    assert_eq!(select(edited, Some("甲"), Some("草稿 1")), [1]);
    assert_eq!(select(edited, Some("系统"), Some("草稿 1")), NONE);

    let edits = JournalFilter {
        deed: edited,
        ..JournalFilter::default()
    };
    assert_eq!(page(&edits, 0, 2), (vec![5, 2], 3));
    assert_eq!(page(&edits, 2, 3), (vec![1], 3));
    assert_eq!(page(&edits, 3, 3), (vec![], 3));
    assert_eq!(page(&edits, 0, 0), (vec![], 3));
    assert_eq!(page(&edits, u64::MAX, u64::MAX), (vec![], 3));
}
