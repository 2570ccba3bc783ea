//! Drafts: their numbers and versions, their changes and findings, what is selected of them.

use quanze::domain::workflow::State;
use quanze::domain::{
    Action, Change, ChangeType, Deed, Draft, DraftChange, Finding, ItemId, ListId, Origin, Place,
    Severity, Timing,
};
use quanze::register::RegisterError;
use quanze::register::desk::{Content, DraftFilter};

use super::Whole;
use super::support::*;

/// No drafts.
const NONE: [u64; 0] = [];

/// A finding with something in every field, and one with hardly anything.
fn findings() -> Vec<Finding> {
    let place = Place {
        file: "清单.xlsx".into(),
        sheet: "市级".into(),
        row: 7,
        column: "AB".into(),
        heading: "设定\n依据".into(),
    };
    let other = Place {
        file: "清单.xlsx".into(),
        ..Place::default()
    };
    vec![
        Finding::new(
            Severity::Error,
            "repeated-code",
            place,
            "编码“甲”重复",
            "改",
        )
        .with_other(other),
        Finding::new(Severity::Notice, "inferred", Place::default(), "", ""),
    ]
}

pub fn drafts_get_numbers_and_versions(office: &dyn Whole) {
    assert_eq!(office.draft(1).unwrap(), None, "none at first");
    let mut watch = Watch::new(office);
    let (mut one, mut other) = (full_draft(&finance()), new_draft(&water()));
    let uploading = entry(Deed::Uploaded, "草稿 {}", 5);
    for (number, draft) in [(1, &mut one), (2, &mut other)] {
        office
            .save_draft(draft, Content::default(), &uploading)
            .unwrap();
        watch.one(&uploading, &format!("草稿 {number}"));
        assert_eq!((draft.id, draft.version), (number, 1));
        assert_eq!(draft.updated_at, uploading.at, "when it was saved last");
    }
    let expected = Draft {
        id: 1,
        version: 1,
        updated_at: at(5),
        ..full_draft(&finance())
    };
    assert_eq!(one, expected, "nothing else is changed by saving");
    assert_eq!(stored(office, 1), one);
    assert_eq!(stored(office, 2), other);
    assert!(all_changes(office, 1).is_empty() && office.draft_findings(1).unwrap().is_empty());

    for version in 2..=4 {
        one.declaration.cause = format!("第 {version} 稿");
        save(office, &mut one, &[], 10);
        assert_eq!((one.id, one.version), (1, version));
        assert_eq!(stored(office, 1), one, "version {version}");
    }
    assert_eq!(stored(office, 2), other, "another draft");
    for unknown in [0, 3, u64::MAX] {
        assert_eq!(office.draft(unknown).unwrap(), None, "{unknown}");
        assert!(all_changes(office, unknown).is_empty(), "{unknown}");
        assert!(
            office.draft_findings(unknown).unwrap().is_empty(),
            "{unknown}"
        );
    }
}

pub fn an_outdated_version_changes_nothing(office: &dyn Whole) {
    let list = finance();
    let mut theirs = new_draft(&list);
    save(office, &mut theirs, &additions(&list, "旧", 3), 1);
    let mine = theirs.clone();
    theirs.declaration.cause = "他人的".into();
    let (changes, findings) = (additions(&list, "新", 2), findings());
    let content = Content {
        changes: Some(&changes),
        findings: Some(&findings),
    };
    let editing = entry(Deed::Edited, "草稿 {}", 2);
    office.save_draft(&mut theirs, content, &editing).unwrap();
    let digest = office.draft_digest(theirs.id).unwrap();
    let watch = Watch::new(office);

    let outdated = |mut draft: Draft, what: &str| {
        draft.declaration.cause = "我的".into();
        draft.state = State::ListReview;
        let before = draft.clone();
        let lost = additions(&list, "丢失", 5);
        let content = Content {
            changes: Some(&lost),
            findings: Some(&[]),
        };
        let refused = office.save_draft(&mut draft, content, &entry(Deed::Edited, "草稿 {}", 3));
        assert!(
            matches!(refused, Err(RegisterError::Outdated)),
            "{what}: {refused:?}"
        );
        assert_eq!(draft, before, "{what}: what was not saved is as it was");
        assert_eq!(stored(office, theirs.id), theirs, "{what}");
        assert_eq!(all_changes(office, theirs.id), changes, "{what}");
        let kept = office.draft_findings(theirs.id).unwrap();
        assert_eq!(kept, findings, "{what}");
        assert_eq!(office.draft_digest(theirs.id).unwrap(), digest, "{what}");
        watch.none(what);
    };
    outdated(mine.clone(), "an older version");
    let early = Draft { version: 0, ..mine };
    outdated(early, "before the first version");
    let ahead = Draft {
        version: theirs.version + 1,
        ..theirs.clone()
    };
    outdated(ahead, "a version that is not there yet");
    let unknown = Draft {
        id: 99,
        ..theirs.clone()
    };
    outdated(unknown, "a draft that is not there");
    assert_eq!(office.draft(99).unwrap(), None);
}

pub fn content_that_is_not_given_stays(office: &dyn Whole) {
    let list = finance();
    let (changes, findings) = (additions(&list, "事项", 3), findings());
    let mut draft = new_draft(&list);
    let mut saves = |changes: Option<&[DraftChange]>, findings: Option<&[Finding]>| {
        let content = Content { changes, findings };
        office
            .save_draft(&mut draft, content, &entry(Deed::Edited, "草稿 {}", 1))
            .unwrap();
        let kept = office.draft_findings(draft.id).unwrap();
        (all_changes(office, draft.id).len(), kept.len())
    };
    assert_eq!(saves(Some(&changes[..]), Some(&findings[..])), (3, 2));
    assert_eq!(saves(None, None), (3, 2), "neither given");
    assert_eq!(saves(None, Some(&findings[..1])), (3, 1), "findings alone");
    assert_eq!(saves(Some(&changes[..2]), None), (2, 1), "changes alone");
    assert_eq!(saves(Some(&[]), Some(&[])), (0, 0), "none is given, too");
}

/// Five drafts: by number, their list, state and the second they were saved last.
fn five(office: &dyn Whole) -> Vec<Draft> {
    let fees = list("克拉玛依市财政局", "fee", "收费目录");
    [
        (finance(), State::Editing, 50),
        (finance(), State::Approved, 20),
        (fees, State::Editing, 30),
        (water(), State::Returned, 40),
        (water(), State::Discarded, 10),
    ]
    .into_iter()
    .map(|(list, state, second)| {
        let mut draft = Draft {
            state,
            ..new_draft(&list)
        };
        save(office, &mut draft, &[], second);
        draft
    })
    .collect()
}

fn numbers(drafts: &[Draft]) -> Vec<u64> {
    drafts.iter().map(|draft| draft.id).collect()
}

pub fn drafts_are_selected_by_department_state_and_list(office: &dyn Whole) {
    five(office);
    let select = |departments: Option<&[&str]>, states: &[State], list: Option<ListId>| {
        let names = |of: &[&str]| of.iter().map(|d| (*d).to_owned()).collect();
        let filter = DraftFilter {
            departments: departments.map(names),
            states: states.to_vec(),
            list,
        };
        let (found, total) = office.drafts(&filter, 0, 9).unwrap();
        assert_eq!(found.len() as u64, total, "{filter:?}");
        numbers(&found)
    };
    let (money, waters) = ("克拉玛依市财政局", "克拉玛依市水务局");
    assert_eq!(select(None, &[], None), [1, 4, 3, 2, 5]);
    assert_eq!(select(Some(&[money]), &[], None), [1, 3, 2]);
    assert_eq!(select(Some(&[waters, money]), &[], None), [1, 4, 3, 2, 5]);
    assert_eq!(select(Some(&["财政局"]), &[], None), NONE, "whole names");
    assert_eq!(select(Some(&[]), &[], None), NONE, "of no department");
    assert_eq!(select(None, &[State::Editing], None), [1, 3]);
    let done = [State::Discarded, State::Returned];
    assert_eq!(select(None, &done, None), [4, 5]);
    assert_eq!(select(None, &[State::Published], None), NONE);
    assert_eq!(select(None, &[], Some(finance())), [1, 2]);
    assert_eq!(select(Some(&[money]), &[State::Editing], None), [1, 3]);
    let all = [State::Approved, State::Editing];
    assert_eq!(select(Some(&[money]), &all, Some(finance())), [1, 2]);
    assert_eq!(select(Some(&[waters]), &all, Some(finance())), NONE);
    let elsewhere = ListId {
        title: "权责".into(),
        ..finance()
    };
    assert_eq!(select(None, &[], Some(elsewhere)), NONE, "another title");
    let mut abroad = finance();
    abroad.region.code = "650000".into();
    assert_eq!(select(None, &[], Some(abroad)), NONE, "another region");
}

pub fn drafts_come_in_pages_the_last_changed_first(office: &dyn Whole) {
    let mut drafts = five(office);
    let page = |offset, limit| {
        let filter = DraftFilter::default();
        let (found, total) = office.drafts(&filter, offset, limit).unwrap();
        assert_eq!(total, 5, "all are counted from {offset}");
        numbers(&found)
    };
    assert_eq!(page(0, 2), [1, 4]);
    assert_eq!(page(2, 2), [3, 2]);
    assert_eq!(page(4, 2), [5]);
    assert_eq!(page(1, u64::MAX), [4, 3, 2, 5]);
    for (offset, limit) in [(5, 2), (0, 0), (u64::MAX, u64::MAX)] {
        assert_eq!(page(offset, limit), NONE, "{offset} {limit}");
    }
    // Saving one brings it to the front, and what is selected is what was saved.
    drafts[4].state = State::Editing;
    save(office, &mut drafts[4], &[], 60);
    assert_eq!(page(0, 9), [5, 1, 4, 3, 2]);
    let editing = DraftFilter {
        states: vec![State::Editing],
        ..DraftFilter::default()
    };
    let (found, total) = office.drafts(&editing, 0, 1).unwrap();
    assert_eq!((found.as_slice(), total), (&drafts[4..], 3));
}

/// A change of every type, with and without each of its parts.
fn every_change(list: &ListId) -> Vec<DraftChange> {
    let plain = Change {
        origin: Origin::default(),
        ..add(item(list, "新增", "审查；\n告知\t😀'\"\\</p>"), None)
    };
    let brought = add(item(list, "带编码", ""), Some("CZ-1"));
    let mut changes = vec![
        DraftChange::new(plain),
        DraftChange::new(brought.clone()),
        DraftChange {
            change: Change {
                id: Some(ItemId(u64::MAX)),
                code: None,
                ..brought.clone()
            },
            contested_by: Some(12),
        },
    ];
    for (serial, kind) in ChangeType::ALL.into_iter().enumerate() {
        let is_gone = kind.action() == Action::Withdrawn;
        changes.push(DraftChange {
            change: Change {
                action: kind.action(),
                kind: Some(kind),
                id: Some(ItemId(serial as u64)),
                reason: is_gone.then(|| "法律修订，“下放”县级".to_owned()),
                successor: is_gone.then(|| code("QZ-NEXT-1")),
                origin: Origin {
                    sheet: "市级 权力".into(),
                    first_row: 3,
                    last_row: u32::MAX,
                },
                ..brought.clone()
            },
            contested_by: (serial % 2 == 0).then_some(u64::MAX),
        });
    }
    changes
}

pub fn changes_come_back_exactly(office: &dyn Whole) {
    let list = finance();
    let changes = every_change(&list);
    let (mut draft, mut other) = (new_draft(&list), new_draft(&list));
    save(office, &mut draft, &changes, 1);
    save(office, &mut other, &additions(&list, "别的", 2), 1);
    assert_eq!(all_changes(office, draft.id), changes);

    let total = changes.len();
    for (offset, limit) in [(0, 2), (2, 3), (total - 1, 5), (0, 0), (total, 3)] {
        let found = office.draft_changes(draft.id, offset as u64, limit as u64);
        let last = total.min(offset + limit);
        assert_eq!(
            found.unwrap(),
            changes[offset..last],
            "{limit} from {offset}"
        );
    }
    let far = office.draft_changes(draft.id, u64::MAX, u64::MAX).unwrap();
    assert!(far.is_empty(), "{far:?}");

    // Saved anew in another order, and fewer: nothing of the old ones is left.
    let fewer: Vec<DraftChange> = changes.iter().rev().take(4).cloned().collect();
    save(office, &mut draft, &fewer, 2);
    assert_eq!(all_changes(office, draft.id), fewer);
    assert_eq!(
        all_changes(office, other.id),
        additions(&list, "别的", 2),
        "another draft"
    );
}

pub fn findings_come_back_exactly(office: &dyn Whole) {
    let mut draft = new_draft(&finance());
    for given in [findings(), Vec::new(), findings().split_off(1)] {
        let content = Content {
            changes: None,
            findings: Some(&given),
        };
        office
            .save_draft(&mut draft, content, &entry(Deed::Uploaded, "草稿 {}", 1))
            .unwrap();
        assert_eq!(office.draft_findings(draft.id).unwrap(), given);
    }
}

pub fn a_digest_covers_the_declaration_and_every_change(office: &dyn Whole) {
    let list = finance();
    let changes = every_change(&list);
    let mut draft = full_draft(&list);
    let mut watch = Watch::new(office);
    let mut digest_of = |draft: &mut Draft, changes: &[DraftChange]| {
        let editing = entry(Deed::Edited, "草稿 {}", 4);
        let content = Content {
            changes: Some(changes),
            findings: None,
        };
        office.save_draft(draft, content, &editing).unwrap();
        let digest = office.draft_digest(draft.id).unwrap();
        let recorded = watch.one(&editing, &format!("草稿 {}", draft.id));
        assert_eq!(recorded, digest, "the record names what was saved");
        let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        assert!(digest.len() == 64 && digest.bytes().all(is_hex), "{digest}");
        digest
    };
    let first = digest_of(&mut draft, &changes);
    assert_eq!(digest_of(&mut draft, &changes), first, "saved as it was");

    let mut seen = vec![first.clone()];
    let declarations: [fn(&mut Draft); 6] = [
        |d| d.declaration.cause += "。",
        |d| d.declaration.caused_on = None,
        |d| d.declaration.document_no.clear(),
        |d| d.declaration.effective_on = Some(day("2027-01-02")),
        |d| d.declaration.timing = Timing::AtOnce,
        |d| d.declaration.supervision = "告知承诺".into(),
    ];
    for change in declarations {
        change(&mut draft);
        seen.push(digest_of(&mut draft, &changes));
    }
    let contents: [fn(&mut Vec<DraftChange>); 9] = [
        |c| c[0].change.item.head.name += "等",
        |c| c[0].change.item.fields["duties"] += " ",
        |c| c[1].change.code = Some(code("CZ-2")),
        |c| c[2].contested_by = None,
        |c| c[3].change.kind = None,
        |c| c[3].change.id = Some(ItemId(77)),
        |c| c[4].change.reason = Some("补记".into()),
        |c| c.swap(0, 1),
        |c| drop(c.pop()),
    ];
    let mut changes = changes;
    for change in contents {
        change(&mut changes);
        seen.push(digest_of(&mut draft, &changes));
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "each change gives another");

    // The same content in another draft, and again in this one, is the same content.
    let mut same = full_draft(&list);
    assert_eq!(digest_of(&mut same, &every_change(&list)), first);
    draft.declaration = same.declaration.clone();
    draft.refused_rows += 1;
    assert_eq!(digest_of(&mut draft, &every_change(&list)), first);
}

pub fn of_many_savers_at_once_one_wins(office: &dyn Whole) {
    let list = finance();
    let mut draft = new_draft(&list);
    save(office, &mut draft, &[], 0);
    for round in 1..=5 {
        let mut watch = Watch::new(office);
        let saved: Vec<(Draft, Vec<DraftChange>)> = std::thread::scope(|scope| {
            let savers: Vec<_> = (0..6usize)
                .map(|n| {
                    let mut mine = draft.clone();
                    let changes = additions(&list, &format!("第 {n} 人"), n);
                    scope.spawn(move || {
                        mine.refused_rows = n as u64;
                        let content = Content {
                            changes: Some(&changes),
                            findings: None,
                        };
                        let editing = entry(Deed::Edited, "草稿 {}", round);
                        match office.save_draft(&mut mine, content, &editing) {
                            Ok(()) => Some((mine, changes)),
                            Err(RegisterError::Outdated) => None,
                            Err(other) => panic!("{other:?}"),
                        }
                    })
                })
                .collect();
            let each = savers.into_iter().map(|s| s.join().expect("a saver"));
            each.flatten().collect()
        });
        assert_eq!(saved.len(), 1, "round {round}");
        let (won, changes) = &saved[0];
        assert_eq!(&stored(office, draft.id), won, "round {round}");
        assert_eq!(&all_changes(office, draft.id), changes, "round {round}");
        watch.one(&entry(Deed::Edited, "草稿 {}", round), "草稿 1");
        draft = won.clone();
    }
}
