//! Two drafts of one list: the second is compared anew with what the first has published, what both have
//! changed is settled by the department, and nothing else is touched.

use quanze::domain::Deed;
use quanze::domain::workflow::{Act, State};
use quanze::service::console::drafts::ChangeRow;
use quanze::service::console::work::RawDeclaration;

use super::{
    FIFTH, LOUDER, MILDER, Office, STRICTER, amended, annotation, first, of_code, refused, said,
};

/// The day of [`Office::new`].
const TODAY: &str = "2026-11-24";

/// Compares a draft with what is in force; gives how many changes are contested.
fn rebased(office: &Office, id: u64) -> u64 {
    let (id, version) = office.at(id);
    let contested = office.console().rebase(office.editor(), id, version);
    contested.expect("it is compared anew")
}

fn settled(office: &Office, id: u64, code: &str, keep: bool) {
    let position = of_code(&office.changes(id), code).position;
    let at = office.at(id);
    let settled = office.console().settle(office.editor(), at, position, keep);
    settled.expect("it is settled");
}

/// What a draft does with its items, without where it was compared.
fn content(rows: &[ChangeRow]) -> Vec<String> {
    let line = |row: &ChangeRow| {
        let code = row.code.as_ref().map(|c| c.as_str());
        let (reason, successor) = (&row.reason, &row.successor);
        let rest = (&row.item, &row.differences, reason, successor);
        format!("{:?} {code:?} {:?} {rest:?}", row.action, row.kind)
    };
    rows.iter().map(line).collect()
}

#[test]
fn what_both_have_changed_is_settled_item_by_item() {
    for keep in [true, false] {
        let office = Office::new();
        let mut theirs = amended(&[(0, STRICTER)]);
        theirs.push(FIFTH);
        let theirs = office.drafted(&theirs);
        let ours = office.drafted(&amended(&[(0, MILDER), (2, LOUDER)]));
        assert_eq!(office.publish(theirs).number, 2);

        let (console, editor) = (office.console(), office.editor());
        let view = console.draft(editor, ours).expect("draft is read");
        assert_eq!(view.moved_on, Some(2), "the list has moved on");
        office.declare(ours, &said());
        let why = refused(office.act(editor, ours, Act::Submit, ""));
        assert!(why.detail.contains("第 2 号公布"), "{why:?}");

        assert_eq!(rebased(&office, ours), 1);
        let draft = office.draft(ours);
        assert_eq!((draft.base, draft.contested, draft.amended), (2, 1, 2));
        let rows = office.changes(ours);
        let contested = of_code(&rows, "KL-001");
        assert_eq!(contested.contested_by, Some(2));
        let difference = &contested.differences[0];
        assert_eq!(difference.before.as_deref(), Some(STRICTER), "theirs");
        assert_eq!(difference.after.as_deref(), Some(MILDER), "ours");
        assert_eq!(of_code(&rows, "KL-003").contested_by, None);
        let why = refused(office.act(editor, ours, Act::Submit, ""));
        assert!(why.detail.contains("1 项与已公布的内容冲突"), "{why:?}");

        let uncontested = of_code(&rows, "KL-003").position;
        let wrong = console.settle(editor, office.at(ours), uncontested, keep);
        assert_eq!(refused(wrong).code, "not_found");
        settled(&office, ours, "KL-001", keep);
        let draft = office.draft(ours);
        assert_eq!((draft.contested, draft.amended), (0, 1 + u64::from(keep)));
        assert_eq!(office.publish(ours).number, 3);
        let first = if keep { MILDER } else { STRICTER };
        for (code, basis) in [("KL-001", first), ("KL-003", LOUDER), ("KL-005", FIFTH.2)] {
            let found = office.basis_on(code, TODAY);
            assert_eq!(found.as_deref(), Some(basis), "{code}, kept: {keep}");
        }
        let deeds = office.deeds(&format!("草稿 {ours}"));
        assert!(deeds.contains(&Deed::Rebased), "{deeds:?}");
        office.verify();
    }
}

#[test]
fn a_draft_under_review_is_not_approved_when_its_list_has_moved_on() {
    for approvals in [0, 1] {
        let office = Office::new();
        let ours = office.drafted(&amended(&[(2, LOUDER)]));
        let theirs = office.drafted(&amended(&[(0, STRICTER)]));
        office.submit(ours, &said());
        let mut reviewer = office.list_office();
        if approvals == 1 {
            let first = office.act(reviewer, ours, Act::Approve, "");
            first.expect("the list office approves");
            reviewer = office.legal_office();
        }
        office.publish(theirs);
        let why = refused(office.act(reviewer, ours, Act::Approve, ""));
        assert_eq!(why.code, "list_moved_on", "{why:?}");
        assert_eq!(office.last(), 2, "nothing is published");
        let returned = office.act(reviewer, ours, Act::Return, "请重新比对");
        returned.expect("it is returned");
        assert_eq!(rebased(&office, ours), 0, "no item is contested");
        assert_eq!(office.publish(ours).number, 3);
        let kept = office.basis_on("KL-001", TODAY);
        assert_eq!(kept.as_deref(), Some(STRICTER), "theirs is not undone");
        let new = office.basis_on("KL-003", TODAY);
        assert_eq!(new.as_deref(), Some(LOUDER));
        office.verify();
    }
}

#[test]
fn what_only_one_has_changed_carries_over_as_it_is() {
    let office = Office::new();
    let mut rows = amended(&[(2, LOUDER)]);
    rows.remove(1);
    rows.push(FIFTH);
    let ours = office.drafted(&rows);
    for (code, said) in [
        ("KL-003", annotation("entrusted", "", "")),
        ("KL-005", annotation("taken-over", "", "")),
        ("KL-002", annotation("handed-down", "下放至各区", "KL-005")),
    ] {
        office.annotate(ours, code, &said).expect("it is said");
    }
    office.declare(ours, &said());
    let before = office.draft(ours);
    let said_before = content(&office.changes(ours));
    let mut theirs = amended(&[(0, STRICTER)]);
    theirs.truncate(3);
    let theirs = office.drafted(&theirs);
    office.publish(theirs);

    assert_eq!(rebased(&office, ours), 0);
    assert_eq!(content(&office.changes(ours)), said_before);
    let draft = office.draft(ours);
    assert_eq!(draft.declaration, before.declaration);
    assert_eq!((before.base, draft.base), (1, 2));
    let publication = office.publish(ours);
    assert_eq!(
        (
            publication.added,
            publication.amended,
            publication.withdrawn
        ),
        (1, 1, 1)
    );
    // Theirs and ours, both whole.
    for (code, basis) in [
        ("KL-001", Some(STRICTER)),
        ("KL-002", None),
        ("KL-003", Some(LOUDER)),
        ("KL-004", None),
        ("KL-005", Some(FIFTH.2)),
    ] {
        let found = office.basis_on(code, TODAY);
        assert_eq!(found.as_deref(), basis, "{code}");
    }
    office.verify();
}

#[test]
fn comparing_anew_what_has_not_moved_on_changes_nothing() {
    let office = Office::new();
    let ours = office.drafted(&amended(&[(2, LOUDER)]));
    let before = office.at(ours);
    assert_eq!(rebased(&office, ours), 0);
    assert_eq!(office.at(ours), before);
}

/// An approved draft that waits for 10 December, and what it says.
fn waiting(office: &Office) -> (u64, Vec<String>) {
    let mut rows = amended(&[(0, STRICTER), (2, LOUDER)]);
    rows.push(FIFTH);
    let id = office.drafted(&rows);
    let said = RawDeclaration {
        effective_on: "2026-12-10".into(),
        on_effective_day: true,
        ..said()
    };
    office.submit(id, &said);
    assert_eq!(office.approve(id), State::Approved);
    (id, content(&office.changes(id)))
}

#[test]
fn what_waits_while_its_list_moves_on_is_given_back_whole() {
    let office = Office::new();
    let (ours, said_before) = waiting(&office);
    let theirs = office.drafted(&amended(&[(1, STRICTER)]));
    assert_eq!(office.publish(theirs).number, 2);
    assert_eq!(office.draft(ours).state, State::Approved, "it still waits");

    office.app.at("2026-12-10T01:00:00Z");
    assert_eq!((office.publish_due(), office.last()), (0, 2));
    let draft = office.draft(ours);
    assert_eq!(draft.state, State::Returned);
    let last = draft.decisions.last().expect("a decision");
    assert_eq!(
        (last.act, last.by, last.to),
        (Act::Return, None, State::Returned)
    );
    assert_eq!(last.office, "系统");
    assert!(last.comment.contains("第 2 号公布"), "{}", last.comment);
    let before = draft.decisions.len();
    assert_eq!(
        content(&office.changes(ours)),
        said_before,
        "nothing is lost"
    );
    let deeds = office.deeds(&format!("草稿 {ours}"));
    assert_eq!(deeds.last(), Some(&Deed::PublicationFailed));
    assert_eq!(office.publish_due(), 0, "given back once");
    assert_eq!(office.draft(ours).decisions.len(), before);

    assert_eq!(rebased(&office, ours), 0);
    assert_eq!(content(&office.changes(ours)), said_before);
    let act = office.act(office.editor(), ours, Act::Submit, "");
    assert_eq!(act.expect("it is submitted anew"), State::ListReview);
    assert_eq!(office.approve(ours), State::Published);
    for (code, basis) in [
        ("KL-001", STRICTER),
        ("KL-002", STRICTER),
        ("KL-003", LOUDER),
        ("KL-004", first()[3].2),
        ("KL-005", FIFTH.2),
    ] {
        let found = office.basis_on(code, "2026-12-10");
        assert_eq!(found.as_deref(), Some(basis), "{code}");
    }
    office.verify();
}

#[test]
fn of_two_that_wait_for_one_day_the_second_is_given_back() {
    let office = Office::new();
    let (first_id, _) = waiting(&office);
    let (second_id, said_before) = waiting(&office);
    office.app.at("2026-12-10T01:00:00Z");
    assert_eq!((office.publish_due(), office.last()), (1, 2));
    let mut states = [first_id, second_id].map(|id| office.draft(id).state);
    states.sort_unstable();
    assert_eq!(states, [State::Returned, State::Published]);
    let back = [first_id, second_id]
        .into_iter()
        .find(|id| office.draft(*id).state == State::Returned)
        .expect("one is given back");
    assert_eq!(content(&office.changes(back)), said_before);
    // Both have said the same.
    assert_eq!(rebased(&office, back), 0);
    let left = office.changes(back);
    assert!(left.is_empty(), "{left:?}");
    office.verify();
}
