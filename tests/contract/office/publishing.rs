//! A draft becomes a publication: both are recorded, or neither.

use quanze::domain::workflow::State;
use quanze::domain::{
    Change, ChangeType, Deed, Draft, DraftChange, Entry, ItemId, Publication, PublicationDraft,
};
use quanze::register::RegisterError;

use super::Whole;
use super::support::*;

/// An approved draft that follows the first publication, and what it is to be published as.
struct Approved {
    draft: Draft,
    publication: PublicationDraft,
}

impl Approved {
    fn publish(&mut self, office: &dyn Whole) -> Result<Publication, RegisterError> {
        office.publish_draft(&mut self.draft, &self.publication, &publishing())
    }
}

fn publishing() -> Entry {
    entry(Deed::Published, "第 {} 号公布", 20)
}

fn approved(office: &dyn Whole) -> Approved {
    let list = finance();
    let first = ["甲", "乙"].map(|name| add(item(&list, name, "旧"), None));
    publish(office, &list, "2025-02-01", first.into()).unwrap();
    let known = revisions(office, 1);
    let of = |kind, change| Change {
        kind: Some(kind),
        ..change
    };
    let changes = vec![
        of(ChangeType::HandedDown, withdraw(&known[1])),
        of(ChangeType::TakenOver, add(item(&list, "丙", ""), None)),
        of(
            ChangeType::Entrusted,
            amend(&known[0], item(&list, "甲", "新")),
        ),
        add(item(&list, "丁", ""), Some("CZ-9")),
    ];
    let mut draft = Draft {
        base: 1,
        state: State::Approved,
        publication: None,
        ..full_draft(&list)
    };
    let kept: Vec<DraftChange> = changes.iter().cloned().map(DraftChange::new).collect();
    save(office, &mut draft, &kept, 10);
    let publication = PublicationDraft {
        approved_by: Some("市委编办、市司法局".into()),
        supervision: Some("下放后由市财政局抽查；\n每半年一次".into()),
        ..publication(office, &list, "2025-03-01", changes)
    };
    Approved { draft, publication }
}

pub fn a_draft_and_its_publication_are_one(office: &dyn Whole) {
    let mut approved = approved(office);
    let before = approved.draft.clone();
    let mut watch = Watch::new(office);
    let published = approved.publish(office).unwrap();
    let content = watch.one(&publishing(), "第 2 号公布");
    assert_eq!(Some(content), office.digest(2).unwrap(), "what was done");

    assert_eq!(published.number, 2);
    let said = &approved.publication;
    assert_eq!(published.approved_by, said.approved_by);
    assert_eq!(published.supervision, said.supervision);
    assert_eq!(
        (published.added, published.amended, published.withdrawn),
        (2, 1, 1)
    );
    assert_eq!(office.publication(2).unwrap(), Some(published));
    let kinds: Vec<_> = revisions(office, 2).iter().map(|r| r.kind).collect();
    let given: Vec<_> = said.changes.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, given, "each change is what it was said to be");
    assert_eq!(office.latest_edition(&finance()).unwrap().0, 2);

    // What was published without a draft says nothing of either.
    let first = office.publication(1).unwrap().expect("the first");
    assert_eq!((first.approved_by, first.supervision), (None, None));
    assert!(revisions(office, 1).iter().all(|r| r.kind.is_none()));

    let expected = Draft {
        version: before.version + 1,
        state: State::Published,
        publication: Some(2),
        updated_at: at(20),
        ..before
    };
    assert_eq!(approved.draft, expected);
    assert_eq!(stored(office, expected.id), expected);
    assert_eq!(
        all_changes(office, expected.id).len(),
        4,
        "its changes stay"
    );
    let verified = office.verify(&mut |_| {}).unwrap().expect("it is whole");
    assert_eq!((verified.publications, verified.records), (2, 3));
}

/// Publishing fails, and everything is as it was: the register, the draft here and there, the journal.
fn fails_whole(
    office: &dyn Whole,
    approved: &mut Approved,
    expected: fn(&RegisterError) -> bool,
    what: &str,
) {
    let watch = Watch::new(office);
    let last = office.last_number().unwrap();
    let kept = stored(office, approved.draft.id);
    let (edition, digest) = (
        office.latest_edition(&finance()).unwrap(),
        office.draft_digest(kept.id).unwrap(),
    );
    let before = approved.draft.clone();
    match approved.publish(office) {
        Err(why) => assert!(expected(&why), "{what}: {why:?}"),
        Ok(published) => panic!("{what}: {published:?}"),
    }
    watch.none(what);
    assert_eq!(approved.draft, before, "{what}: the draft in hand");
    assert_eq!(stored(office, kept.id), kept, "{what}: the draft as stored");
    assert_eq!(office.draft_digest(kept.id).unwrap(), digest, "{what}");
    assert_eq!(office.last_number().unwrap(), last, "{what}");
    assert_eq!(office.publication(last + 1).unwrap(), None, "{what}");
    assert_eq!(office.digest(last + 1).unwrap(), None, "{what}");
    assert!(revisions(office, last + 1).is_empty(), "{what}");
    assert!(office.history(&code("CZ-9")).unwrap().is_empty(), "{what}");
    let now = office.latest_edition(&finance()).unwrap();
    let ids = |items: &[quanze::domain::diff::Recorded]| -> Vec<ItemId> {
        items.iter().map(|recorded| recorded.id).collect()
    };
    assert_eq!(
        (now.0, ids(&now.1)),
        (edition.0, ids(&edition.1)),
        "{what}: the list"
    );
    let verified = office.verify(&mut |_| {}).unwrap();
    assert!(verified.is_ok(), "{what}: {verified:?}");
}

pub fn an_outdated_base_changes_nothing(office: &dyn Whole) {
    let mut approved = approved(office);
    let list = finance();
    let meanwhile = vec![add(item(&list, "戊", ""), None)];
    publish(office, &list, "2025-02-15", meanwhile).unwrap();
    let conflict = |why: &RegisterError| matches!(why, RegisterError::Conflict { latest: 2 });
    fails_whole(office, &mut approved, conflict, "an outdated base");
    // Compared anew, it is published; the failed attempt has used up no number and no code.
    approved.draft.base = 2;
    assert_eq!(approved.publish(office).unwrap().number, 3);
    assert_eq!(newest(office, "QZ-QL-0000004").publication, 3);
}

pub fn an_outdated_draft_publishes_nothing(office: &dyn Whole) {
    let mut approved = approved(office);
    let mut theirs = approved.draft.clone();
    theirs.state = State::Returned;
    save(office, &mut theirs, &[], 15);
    let outdated = |why: &RegisterError| matches!(why, RegisterError::Outdated);
    fails_whole(office, &mut approved, outdated, "returned meanwhile");
    approved.draft.version += 7;
    fails_whole(office, &mut approved, outdated, "a version to come");
}

pub fn a_contradiction_publishes_nothing(office: &dyn Whole) {
    let mut approved = approved(office);
    let whole = approved.publication.clone();
    let invalid = |why: &RegisterError| matches!(why, RegisterError::Invalid(_));
    approved.publication.file.sha256 = "0".repeat(64);
    fails_whole(office, &mut approved, invalid, "a file that is not kept");

    approved.publication = whole.clone();
    approved.publication.effective_on = day("2025-01-31");
    fails_whole(office, &mut approved, invalid, "before the last edition");

    approved.publication = whole.clone();
    let twice = approved.publication.changes[0].clone();
    approved.publication.changes.push(twice);
    fails_whole(office, &mut approved, invalid, "an item twice");

    let list = water();
    let theirs = vec![add(item(&list, "取水", ""), Some("SW-1"))];
    publish(office, &list, "2025-01-01", theirs).unwrap();
    approved.publication = whole.clone();
    approved.publication.changes[3].code = Some(code("SW-1"));
    let taken = |why: &RegisterError| matches!(why, RegisterError::CodeTaken { .. });
    fails_whole(office, &mut approved, taken, "another list's code");

    approved.publication = whole;
    assert_eq!(approved.publish(office).unwrap().number, 3);
}

pub fn a_draft_is_published_once(office: &dyn Whole) {
    let mut approved = approved(office);
    let stale = approved.draft.clone();
    approved.publish(office).unwrap();
    let watch = Watch::new(office);
    // Somebody who has it as it was before, and somebody who has it as it is.
    for mut draft in [stale, approved.draft.clone()] {
        let before = draft.clone();
        let again = office.publish_draft(&mut draft, &approved.publication, &publishing());
        assert!(
            matches!(
                again,
                Err(RegisterError::Conflict { latest: 2 } | RegisterError::Outdated)
            ),
            "{again:?}"
        );
        watch.none("published again");
        assert_eq!(draft, before);
        assert_eq!(stored(office, draft.id), approved.draft);
        assert_eq!(office.last_number().unwrap(), 2);
    }
}
