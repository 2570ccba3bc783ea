//! What two drafts of one list may both do with an item: amend, withdraw and add it, in every order.

use quanze::domain::{Action, ItemCode};

use super::{
    CITY, FIFTH, Office, Row, STRICTER, amended, annotation, csv, first, of_code, refused,
};

/// The day of [`Office::new`].
const TODAY: &str = "2026-11-24";
/// Another basis of the second item, and of the fifth.
const OURS: &str = "《城市道路管理条例》第四十二条，处二万元以下罚款";

/// The first edition without its second item.
fn without_the_second() -> Vec<Row<'static>> {
    let mut rows = first();
    rows.remove(1);
    rows
}

/// Theirs is published, then ours, made of the same edition, is compared anew.
fn after(office: &Office, theirs: &[Row<'_>], ours: &[Row<'_>]) -> (u64, u64) {
    let theirs = office.drafted(theirs);
    // Another file, also where it says the same.
    let mut bytes = csv(CITY, ours);
    bytes.push(b'\n');
    let uploaded = office.upload(office.editor(), &bytes);
    let ours = uploaded.drafts[0].draft.id;
    assert_ne!(ours, theirs, "a draft of its own");
    office.publish(theirs);
    (ours, rebased(office, ours))
}

/// Compares a draft with what is in force; gives how many changes are contested.
fn rebased(office: &Office, id: u64) -> u64 {
    let (id, version) = office.at(id);
    let contested = office.console().rebase(office.editor(), id, version);
    contested.expect("it is compared anew")
}

/// Settles the only contested change.
fn settled(office: &Office, id: u64, keep: bool) {
    let rows = office.changes(id).into_iter();
    let rows: Vec<_> = rows.filter(|r| r.contested_by.is_some()).collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let at = office.at(id);
    let settled = office
        .console()
        .settle(office.editor(), at, rows[0].position, keep);
    settled.expect("it is settled");
}

/// Nothing is left of a draft, which cannot be submitted.
#[track_caller]
fn nothing_is_left(office: &Office, id: u64) {
    let rows = office.changes(id);
    assert!(rows.is_empty(), "{rows:?}");
    office.declare(id, &super::said());
    let obstacles = office.obstacles(id);
    let told = obstacles.iter().any(|o| o.contains("没有任何变动"));
    assert!(told, "{obstacles:?}");
}

/// How often the register has an item's state.
fn revisions(office: &Office, code: &str) -> usize {
    let code = ItemCode::parse(code).expect("a code");
    let history = office.app.services.register.history(&code);
    history.expect("register reads").len()
}

#[test]
fn an_item_that_they_have_withdrawn_and_we_have_amended_is_contested() {
    for keep in [true, false] {
        let office = Office::new();
        let rows = amended(&[(1, OURS)]);
        let (ours, contested) = after(&office, &without_the_second(), &rows);
        assert_eq!(contested, 1);
        let rows = office.changes(ours);
        let row = of_code(&rows, "KL-002");
        assert_eq!(row.action, Action::Added, "to keep it is to add it again");
        assert!(!row.fields.is_empty(), "it is shown whole");
        settled(&office, ours, keep);
        if !keep {
            nothing_is_left(&office, ours);
            assert_eq!(office.basis_on("KL-002", TODAY), None);
            continue;
        }
        let publication = office.publish(ours);
        assert_eq!((publication.added, publication.amended), (1, 0));
        let found = office.basis_on("KL-002", TODAY);
        assert_eq!(found.as_deref(), Some(OURS), "the same item again");
        assert_eq!(revisions(&office, "KL-002"), 3);
        office.verify();
    }
}

#[test]
fn an_item_that_they_have_amended_and_we_withdraw_is_contested() {
    for keep in [true, false] {
        let office = Office::new();
        let theirs = office.drafted(&amended(&[(1, OURS)]));
        let ours = office.drafted(&without_the_second());
        let why = annotation("handed-down", "下放至各区", "KL-001");
        office.annotate(ours, "KL-002", &why).expect("it is said");
        office.publish(theirs);
        assert_eq!(rebased(&office, ours), 1);
        let rows = office.changes(ours);
        let row = of_code(&rows, "KL-002");
        assert_eq!(row.action, Action::Withdrawn);
        assert_eq!(row.reason, "下放至各区", "what was said stays said");
        let shown = row.fields.iter().find(|f| f.key == "basis");
        assert_eq!(shown.map(|f| f.value.as_str()), Some(OURS), "as it is now");
        settled(&office, ours, keep);
        if !keep {
            nothing_is_left(&office, ours);
            let found = office.basis_on("KL-002", TODAY);
            assert_eq!(found.as_deref(), Some(OURS));
            continue;
        }
        assert_eq!(office.publish(ours).withdrawn, 1);
        assert_eq!(office.basis_on("KL-002", TODAY), None);
        office.verify();
    }
}

#[test]
fn what_both_withdraw_is_withdrawn_once() {
    let office = Office::new();
    let mut rows = without_the_second();
    rows[0].2 = STRICTER;
    let (ours, contested) = after(&office, &without_the_second(), &rows);
    assert_eq!(contested, 0);
    let rows = office.changes(ours);
    assert_eq!(rows.len(), 1, "the rest of the draft stays: {rows:?}");
    assert_eq!(of_code(&rows, "KL-001").action, Action::Amended);
    let publication = office.publish(ours);
    assert_eq!((publication.amended, publication.withdrawn), (1, 0));
    assert_eq!(revisions(&office, "KL-002"), 2);
    office.verify();
}

#[test]
fn what_both_amend_alike_is_amended_once() {
    let office = Office::new();
    let rows = amended(&[(1, OURS)]);
    let (ours, contested) = after(&office, &rows, &rows);
    assert_eq!(contested, 0);
    nothing_is_left(&office, ours);
}

#[test]
fn what_both_add_alike_is_added_once() {
    for code in ["KL-005", ""] {
        let office = Office::new();
        let mut rows = first();
        rows.push((code, FIFTH.1, FIFTH.2));
        let (ours, contested) = after(&office, &rows, &rows);
        assert_eq!(contested, 0, "code {code}");
        nothing_is_left(&office, ours);
    }
}

#[test]
fn what_both_add_with_other_texts_is_contested() {
    for (code, keep) in [("KL-005", true), ("", true), ("KL-005", false), ("", false)] {
        let office = Office::new();
        let (mut theirs, mut rows) = (first(), first());
        theirs.push((code, FIFTH.1, FIFTH.2));
        rows.push((code, FIFTH.1, OURS));
        let (ours, contested) = after(&office, &theirs, &rows);
        assert_eq!(contested, 1, "code {code}");
        let rows = office.changes(ours);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0].action, Action::Amended, "theirs is there already");
        let difference = &rows[0].differences[0];
        assert_eq!(difference.before.as_deref(), Some(FIFTH.2));
        assert_eq!(difference.after.as_deref(), Some(OURS));
        let named = rows[0].code.as_ref().map(|c| c.as_str().to_owned());
        let named = named.expect("the item has its code");
        settled(&office, ours, keep);
        if keep {
            assert_eq!(office.publish(ours).amended, 1);
            assert_eq!(revisions(&office, &named), 2);
        } else {
            nothing_is_left(&office, ours);
        }
        let basis = if keep { OURS } else { FIFTH.2 };
        let found = office.basis_on(&named, TODAY);
        assert_eq!(found.as_deref(), Some(basis), "code {code}, kept: {keep}");
        office.verify();
    }
}

#[test]
fn one_code_that_both_give_to_items_of_other_names_is_contested() {
    let office = Office::new();
    let (mut theirs, mut rows) = (first(), first());
    theirs.push(FIFTH);
    rows.push((FIFTH.0, "对乱停电动自行车的处罚", FIFTH.2));
    let (ours, contested) = after(&office, &theirs, &rows);
    // Otherwise it goes through both reviews and cannot be published.
    assert_eq!(contested, 1, "{:?}", office.changes(ours));
    settled(&office, ours, true);
    assert_eq!(office.publish(ours).amended, 1);
    assert_eq!(revisions(&office, FIFTH.0), 2);
}

#[test]
fn items_of_one_name_that_both_add_alike_are_added_once_each() {
    let office = Office::new();
    let mut rows = first();
    // Names repeat inside real lists.
    rows.push(("", FIFTH.1, FIFTH.2));
    rows.push(("", FIFTH.1, OURS));
    let (ours, contested) = after(&office, &rows, &rows);
    assert_eq!(contested, 0, "{:?}", office.changes(ours));
    nothing_is_left(&office, ours);
}

#[test]
fn a_draft_is_compared_anew_as_often_as_its_list_moves_on() {
    let office = Office::new();
    let ours = office.drafted(&amended(&[(1, OURS)]));
    for (round, basis) in [STRICTER, FIFTH.2].into_iter().enumerate() {
        let theirs = office.drafted(&amended(&[(1, basis)]));
        office.publish(theirs);
        assert_eq!(rebased(&office, ours), 1, "round {round}");
        settled(&office, ours, true);
        let rows = office.changes(ours);
        let difference = &of_code(&rows, "KL-002").differences[0];
        assert_eq!(difference.before.as_deref(), Some(basis), "round {round}");
        assert_eq!(difference.after.as_deref(), Some(OURS), "round {round}");
    }
    office.publish(ours);
    let found = office.basis_on("KL-002", TODAY);
    assert_eq!(found.as_deref(), Some(OURS));
    office.verify();
}

#[test]
fn what_is_typed_into_a_form_settles_no_conflict() {
    let office = Office::new();
    let (theirs, rows) = (amended(&[(1, STRICTER)]), amended(&[(1, OURS)]));
    let (ours, contested) = after(&office, &theirs, &rows);
    assert_eq!(contested, 1);
    let (console, editor) = (office.console(), office.editor());
    let form = console.item_form(editor, 1, Some("KL-002"));
    let form = form.expect("the form is made");
    let values = form.fields.iter().map(|f| {
        let value = if f.key == "office" {
            "执法科"
        } else {
            &f.value
        };
        (f.key.clone(), value.to_owned())
    });
    let values: Vec<(String, String)> = values.collect();
    let done = console.fill_in(editor, 1, Some("KL-002"), form.stamp, &values);
    let id = done.expect("it can be filled in").expect("it is read");
    assert_eq!(id, ours, "it goes into the draft in hand");
    assert_eq!(
        office.draft(ours).contested,
        1,
        "nobody has said which holds"
    );
    let rows = office.changes(ours);
    assert_eq!(of_code(&rows, "KL-002").contested_by, Some(2));
}

#[test]
fn only_the_department_settles_what_is_contested() {
    let office = Office::new();
    let (theirs, rows) = (amended(&[(1, STRICTER)]), amended(&[(1, OURS)]));
    let (ours, contested) = after(&office, &theirs, &rows);
    assert_eq!(contested, 1);
    let at = office.at(ours);
    let console = office.console();
    for actor in [office.other_editor(), office.list_office()] {
        let why = refused(console.settle(actor, at, 0, true));
        assert_eq!(why.code, "not_found", "{}", actor.account.name);
    }
    let auditor = console.settle(office.auditor(), at, 0, true);
    assert_eq!(refused(auditor).code, "not_allowed");
    assert_eq!(office.draft(ours).contested, 1);
}
