//! From an approved draft to a publication: when it is published, from when it holds, and what becomes
//! of it when publishing fails.

use std::io::Read;

use quanze::domain::workflow::{Act, State};
use quanze::domain::{AccountRole, Deed, Publication};
use quanze::intake::{Hints, Limits};
use quanze::register::desk::{Content, Desk};
use quanze::service::console::Actor;
use quanze::service::console::work::RawDeclaration;

use super::{
    CITY, FINANCE, HEADINGS, Office, STRICTER, TITLE, amended, cells, csv, day, edited, first,
    refused, said, source,
};
use crate::intake::make;

/// A draft with a stricter basis of the first item, which takes effect on a day.
fn submitted(office: &Office, effective_on: &str, on_effective_day: bool) -> u64 {
    let id = office.drafted(&amended(&[(0, STRICTER)]));
    let said = RawDeclaration {
        effective_on: effective_on.into(),
        on_effective_day,
        ..said()
    };
    office.submit(id, &said);
    id
}

/// The day it was published and that from which it holds.
fn days(publication: &Publication) -> (String, String) {
    (
        publication.published_on.to_string(),
        publication.effective_on.to_string(),
    )
}

fn both(published: &str, effective: &str) -> (String, String) {
    (published.into(), effective.into())
}

#[test]
fn what_takes_effect_later_is_published_at_once_and_holds_from_its_day() {
    let office = Office::new();
    let id = submitted(&office, "2026-12-10", false);
    assert_eq!(office.approve(id), State::Published);
    let publication = office.publication_of(id);
    assert_eq!(days(&publication), both("2026-11-24", "2026-12-10"));
    let old = Some(first()[0].2);
    for (on, basis) in [
        ("2026-11-24", old),
        ("2026-12-09", old),
        ("2026-12-10", Some(STRICTER)),
        ("2027-06-01", Some(STRICTER)),
    ] {
        assert_eq!(office.basis_on("KL-001", on).as_deref(), basis, "{on}");
    }
    let services = &office.app.services;
    let today = services.position(None, None).expect("position");
    let upcoming = services.item("KL-001", today).expect("item").upcoming;
    assert_eq!(upcoming.len(), 1, "it is announced: {upcoming:?}");
    assert_eq!(upcoming[0].effective_on, day("2026-12-10"));
}

#[test]
fn what_names_no_day_holds_from_its_publication() {
    let office = Office::new();
    let id = submitted(&office, "", false);
    office.app.at("2026-11-30T16:00:00Z");
    assert_eq!(office.approve(id), State::Published);
    let publication = office.publication_of(id);
    // It is the first of December in Shanghai.
    assert_eq!(days(&publication), both("2026-12-01", "2026-12-01"));
}

#[test]
fn what_waits_for_its_day_is_published_on_it_and_not_before() {
    let office = Office::new();
    let id = submitted(&office, "2026-12-10", true);
    assert_eq!(office.approve(id), State::Approved);
    // The last second of the day before, in Shanghai.
    for now in ["2026-11-24T05:00:00Z", "2026-12-09T15:59:59Z"] {
        office.app.at(now);
        assert_eq!((office.publish_due(), office.last()), (0, 1), "{now}");
        assert_eq!(office.draft(id).state, State::Approved, "{now}");
    }
    office.app.at("2026-12-09T16:00:00Z");
    assert_eq!((office.publish_due(), office.last()), (1, 2));
    assert_eq!(office.draft(id).state, State::Published);
    let publication = office.publication_of(id);
    assert_eq!(days(&publication), both("2026-12-10", "2026-12-10"));
    assert_eq!((office.publish_due(), office.last()), (0, 2), "only once");
    let before = office.basis_on("KL-001", "2026-12-09");
    assert_eq!(before.as_deref(), Some(first()[0].2));
    office.verify();
}

#[test]
fn what_is_approved_late_holds_from_its_publication_and_never_before() {
    for on_effective_day in [false, true] {
        let office = Office::new();
        let id = submitted(&office, "2026-11-26", on_effective_day);
        office.app.at("2026-11-30T01:00:00Z");
        assert_eq!(office.approve(id), State::Published);
        let publication = office.publication_of(id);
        assert_eq!(days(&publication), both("2026-11-30", "2026-11-30"));
        for on in ["2026-11-26", "2026-11-29"] {
            let basis = office.basis_on("KL-001", on);
            assert_eq!(basis.as_deref(), Some(first()[0].2), "{on}");
        }
    }
}

/// A draft that gives one item of a list another basis by the form, so that it has no file.
fn filled_in_by(office: &Office, editor: &Actor, list: u64, code: &str, basis: &str) -> u64 {
    let console = office.console();
    let form = console.item_form(editor, list, Some(code));
    let form = form.expect("the form is made");
    let values = form.fields.iter().map(|f| {
        let value = if f.key == "basis" { basis } else { &f.value };
        (f.key.clone(), value.to_owned())
    });
    let values: Vec<(String, String)> = values.collect();
    let done = console.fill_in(editor, list, Some(code), form.stamp, &values);
    done.expect("it can be filled in").expect("it is read")
}

fn filled_in(office: &Office) -> u64 {
    filled_in_by(office, office.editor(), 1, "KL-001", STRICTER)
}

/// Work while the kept files cannot be reached.
fn without_files(office: &Office, work: impl FnOnce()) {
    let folder = office.app.register_folder();
    let (files, away) = (folder.join("files"), folder.join("away"));
    std::fs::rename(&files, &away).expect("files are taken away");
    work();
    std::fs::rename(&away, &files).expect("files are back");
}

/// The store fails between the second approval and the publication: the approval stands, nothing is
/// published, and what is due is published once when the program has started again.
fn is_published_once_after_a_failure(office: &Office, id: u64) {
    office.submit(id, &said());
    let state = office.act(office.list_office(), id, Act::Approve, "");
    assert_eq!(state.expect("the list office approves"), State::LegalReview);
    let legal = office.legal_office();
    without_files(office, || {
        let state = office.act(legal, id, Act::Approve, "");
        assert_eq!(state.expect("the approval stands"), State::Approved);
        assert_eq!((office.publish_due(), office.last()), (0, 1), "not yet");
    });
    let draft = office.draft(id);
    assert_eq!((draft.state, draft.publication), (State::Approved, None));
    assert!(draft.decisions.iter().all(|d| d.by.is_some()), "{draft:?}");
    assert_eq!(office.last(), 1);
    assert!(office.deeds("第 2 号公布").is_empty());
    office.verify();

    let again = office.restarted(Limits::UPLOAD);
    assert_eq!(again.publish_due().expect("drafts are read"), 1);
    assert_eq!(office.draft(id).state, State::Published);
    assert_eq!(office.publication_of(id).number, 2);
    assert_eq!(again.publish_due().expect("drafts are read"), 0);
    assert_eq!((office.publish_due(), office.last()), (0, 2), "only once");
    assert_eq!(office.deeds("第 2 号公布"), [Deed::Published]);
    let today = office.basis_on("KL-001", "2026-11-24");
    assert_eq!(today.as_deref(), Some(STRICTER));
    office.verify();
}

#[test]
fn a_draft_made_by_forms_is_published_once_after_a_failure() {
    let office = Office::new();
    let id = filled_in(&office);
    is_published_once_after_a_failure(&office, id);
}

#[test]
fn a_draft_made_of_a_file_is_published_once_after_a_failure() {
    let office = Office::new();
    let id = office.drafted(&amended(&[(0, STRICTER)]));
    is_published_once_after_a_failure(&office, id);
}

#[test]
fn all_that_wait_are_published_when_the_store_is_back() {
    let office = Office::new();
    let finances = [("CZ-001", "对会计账簿不全的处罚", "《会计法》第四十条")];
    office.ingest(FINANCE, &finances, "2026-01-01");
    let id = filled_in(&office);
    office.submit(id, &said());
    let second = submitted_by_finance(&office);
    let (list_office, legal) = (office.list_office(), office.legal_office());
    let console = office.console();
    let version = |id| console.draft(list_office, id).expect("draft").draft.version;
    without_files(&office, || {
        for id in [id, second] {
            for reviewer in [list_office, legal] {
                let done = console.act(reviewer, (id, version(id)), Act::Approve, "");
                done.expect("it is approved");
            }
        }
        assert_eq!((office.publish_due(), office.last()), (0, 2));
    });
    assert_eq!((office.publish_due(), office.last()), (2, 4));
    office.verify();
}

/// A draft of the finance bureau, made by a form and submitted.
fn submitted_by_finance(office: &Office) -> u64 {
    let (console, editor) = (office.console(), office.other_editor());
    let id = filled_in_by(office, editor, 2, "CZ-001", "《会计法》第四十一条");
    let version = || console.draft(editor, id).expect("draft").draft.version;
    let declared = console.declare(editor, id, version(), &said());
    declared.expect("it is declared");
    let submitted = console.act(editor, (id, version()), Act::Submit, "");
    submitted.expect("it is submitted");
    id
}

/// The kept file of a draft's publication: its name and its bytes.
fn published_file(office: &Office, id: u64) -> (String, Vec<u8>) {
    let file = office.publication_of(id).file;
    let kept = office.app.services.register.open_file(&file.sha256);
    let mut kept = kept.expect("files are read").expect("the file is kept");
    let mut bytes = Vec::new();
    kept.read_to_end(&mut bytes).expect("the file is read");
    (file.name, bytes)
}

#[test]
fn what_was_filled_in_is_published_with_a_file_of_the_whole_list() {
    let office = Office::new();
    let id = filled_in(&office);
    let withdrawn = office.console().withdraw(
        office.editor(),
        1,
        "KL-004",
        office
            .console()
            .own_items(office.editor(), 1)
            .expect("the list")
            .stamp,
    );
    withdrawn.expect("an item is withdrawn");
    office.publish(id);
    let (_, bytes) = published_file(&office, id);
    let text = String::from_utf8(bytes.clone()).expect("a text");
    for words in [STRICTER, first()[1].1, first()[2].2, "KL-003"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("KL-004"), "{text}");
    // It says what the register says.
    let hints = Hints {
        title: Some(TITLE.into()),
        ..Hints::default()
    };
    let file = source("全表.csv", &bytes);
    let uploaded = office
        .console()
        .upload(office.editor(), &file, &hints, None);
    let uploaded = uploaded.expect("file is read");
    let findings = &uploaded.report.findings;
    assert_eq!(uploaded.unchanged, [TITLE], "{findings:?}");
}

#[test]
fn the_file_of_the_whole_list_is_known_as_that_list_again() {
    let office = Office::new();
    let id = filled_in(&office);
    office.publish(id);
    let (name, bytes) = published_file(&office, id);
    let file = source(&name, &bytes);
    let hints = Hints::default();
    let uploaded = office
        .console()
        .upload(office.editor(), &file, &hints, None);
    let uploaded = uploaded.expect("file is read");
    let findings = &uploaded.report.findings;
    assert_eq!(uploaded.unchanged, [TITLE], "{name}: {findings:?}");
}

#[test]
fn what_else_a_file_holds_is_not_published_with_it() {
    let office = Office::new();
    let roles = [AccountRole::Editor];
    let both = office.join("liangju", CITY, &roles, &[CITY, FINANCE]);
    let mut table = vec![HEADINGS.to_vec()];
    let rows = amended(&[(0, STRICTER)]);
    table.extend(rows.iter().map(|row| cells(CITY, *row)));
    let theirs = ["CZ-001", "CZ-002", "CZ-003", "CZ-004"];
    let names = theirs.map(|code| format!("对{code}的处罚"));
    for (code, name) in theirs.iter().zip(&names) {
        table.push(cells(FINANCE, (code, name, "《会计法》第四十条")));
    }
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    let file = source("上报.csv", &make::csv(&table));
    let uploaded = office
        .console()
        .upload(&both, &file, &Hints::default(), None);
    let drafts = uploaded.expect("file is read").drafts;
    let own = drafts.iter().find(|v| v.draft.list.department == CITY);
    let id = own.expect("a draft of the city").draft.id;
    office.publish(id);
    let (_, bytes) = published_file(&office, id);
    let text = String::from_utf8(bytes).expect("a text");
    assert!(text.contains(STRICTER) && text.contains("KL-004"), "{text}");
    assert!(!text.contains("CZ-001"), "of another department: {text}");
}

#[test]
fn a_file_with_refused_rows_is_mended_first() {
    let office = Office::new();
    let mut rows = amended(&[(0, STRICTER)]);
    rows.push(("KL-001", "对乱贴广告的处罚", "《广告法》第五条"));
    let id = office.drafted(&rows);
    assert_eq!(office.draft(id).refused_rows, 1);
    office.declare(id, &said());
    let console = office.console();
    let submitted = console.act(office.editor(), office.at(id), Act::Submit, "");
    let why = refused(submitted);
    assert_eq!(why.code, "not_ready");
    assert!(why.detail.contains("1 行因错误未收录"), "{}", why.detail);
}

#[test]
fn what_was_changed_after_its_approval_is_not_published() {
    let office = Office::new();
    let id = submitted(&office, "2026-12-10", true);
    assert_eq!(office.approve(id), State::Approved);
    let register = office.register();
    let found = register.draft(id).expect("register reads");
    let mut draft = found.expect("the draft");
    draft.declaration.document_no = "克政办发〔2026〕99号".into();
    let saved = register.save_draft(&mut draft, Content::default(), &edited(&office));
    saved.expect("it is saved behind everybody's back");
    office.app.at("2026-12-10T01:00:00Z");
    assert_eq!((office.publish_due(), office.last()), (0, 1));
    let draft = office.draft(id);
    assert_eq!(draft.state, State::Returned);
    let last = draft.decisions.last().expect("a decision");
    assert_eq!((last.by, last.office.as_str()), (None, "系统"));
    let deeds = office.deeds(&format!("草稿 {id}"));
    assert_eq!(deeds.last(), Some(&Deed::PublicationFailed));
    office.verify();
}

#[test]
fn a_list_that_the_register_does_not_have_is_published_by_its_first_draft() {
    let office = Office::empty();
    let id = office.drafted(&first());
    assert_eq!(office.draft(id).base, 0);
    let publication = office.publish(id);
    assert_eq!((publication.number, publication.added), (1, 4));
    let unchanged = office.upload(office.editor(), &csv(CITY, &first()));
    assert_eq!(unchanged.unchanged, [TITLE]);
    office.verify();
}
