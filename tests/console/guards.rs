//! Who learns that there is a draft, and who may do something with it.

use quanze::domain::Draft;
use quanze::domain::workflow::{Act, State};
use quanze::intake::Hints;
use quanze::register::desk::{Content, Desk};
use quanze::register::journal::JournalFilter;
use quanze::service::ServiceError;
use quanze::service::console::{Actor, Console};

use super::{
    CITY, FILE, Office, PAGE, STRICTER, amended, annotation, csv, edited, first, refused, said,
    source,
};

/// What is tried with a draft, and its name.
pub type Try<'a> = (
    &'static str,
    Box<dyn Fn(&Actor) -> Result<(), ServiceError> + 'a>,
);

fn one<'a>(name: &'static str, work: impl Fn(&Actor) -> Result<(), ServiceError> + 'a) -> Try<'a> {
    (name, Box::new(work))
}

/// Everything that reads a draft.
pub fn readings(console: &Console, id: u64) -> Vec<Try<'_>> {
    vec![
        one("draft", move |a| console.draft(a, id).map(drop)),
        one("changes", move |a| {
            console.changes(a, id, None, PAGE).map(drop)
        }),
        one("rivals", move |a| console.rivals(a, id).map(drop)),
        one("findings", move |a| console.findings(a, id).map(drop)),
        one("obstacles", move |a| console.obstacles(a, id).map(drop)),
        one("draft_file", move |a| console.draft_file(a, id).map(drop)),
        one("marked_file", move |a| {
            console.marked_file(a, id, &mut Vec::new())
        }),
    ]
}

/// Everything that does something with a draft of this version.
pub fn doings(console: &Console, at: (u64, u64)) -> Vec<Try<'_>> {
    let mut all = vec![
        one("declare", move |a| {
            console.declare(a, at.0, at.1, &said()).map(drop)
        }),
        one("annotate", move |a| {
            console.annotate(a, at, 0, &annotation("", "", ""))
        }),
        one("annotate_withdrawals", move |a| {
            let said = annotation("", "法律修改", "");
            console.annotate_withdrawals(a, at, &said).map(drop)
        }),
        one("annotate_codes", move |a| {
            console.annotate_codes(a, at, &[], &annotation("", "法律修改", ""))
        }),
        one("leave_out", move |a| console.leave_out(a, at, 0)),
        one("rebase", move |a| console.rebase(a, at.0, at.1).map(drop)),
        one("settle", move |a| console.settle(a, at, 0, true)),
        one("remark", move |a| console.remark(a, at, 0, "意见")),
        one("upload", move |a| {
            let file = source(FILE, &csv(CITY, &first()));
            let hints = Hints::default();
            console.upload(a, &file, &hints, Some(at)).map(drop)
        }),
    ];
    for act in Act::ALL {
        all.push(one(act.label(), move |a| {
            console.act(a, at, act, "意见").map(drop)
        }));
    }
    all
}

/// Whatever is tried with the draft, there is none for them.
#[track_caller]
fn is_unknown(office: &Office, at: (u64, u64), actors: &[&Actor]) {
    let console = office.console();
    for actor in actors {
        let all = readings(console, at.0)
            .into_iter()
            .chain(doings(console, at));
        for (what, work) in all {
            let why = refused(work(actor));
            let who = &actor.account.name;
            assert_eq!(why.code, "not_found", "{who} {what}: {}", why.detail);
            assert!(why.detail.contains("没有这份草稿"), "{who} {what}: {why:?}");
        }
    }
}

#[track_caller]
fn is_read(office: &Office, id: u64, actors: &[&Actor]) {
    for actor in actors {
        for (what, work) in readings(office.console(), id) {
            let done = work(actor);
            assert!(done.is_ok(), "{} {what}: {done:?}", actor.account.name);
        }
    }
}

/// Numbers of the open drafts that somebody finds on their desk.
fn on_the_desk_of(office: &Office, actor: &Actor) -> Vec<u64> {
    let drafts = office.console().drafts(actor, false);
    let drafts = drafts.expect("drafts are read").into_iter();
    drafts.map(|view| view.draft.id).collect()
}

/// A draft of the city with one item amended and one withdrawn.
fn drafted(office: &Office) -> u64 {
    let mut rows = amended(&[(0, STRICTER)]);
    rows.truncate(3);
    office.drafted(&rows)
}

#[test]
fn there_is_no_draft_for_other_departments_in_any_state() {
    let office = Office::new();
    let id = drafted(&office);
    let strangers = [office.other_editor(), office.operator()];
    let none = |office: &Office| {
        let at = office.at(id);
        is_unknown(office, at, &strangers);
        for stranger in strangers {
            assert!(on_the_desk_of(office, stranger).is_empty());
        }
        assert_eq!(office.at(id), at, "nothing was saved");
    };
    is_read(&office, id, &[office.editor()]);
    none(&office);
    office.submit(id, &said());
    none(&office);
    let returned = office.act(office.list_office(), id, Act::Return, "依据不全");
    returned.expect("it is returned");
    none(&office);
    office.submit(id, &said());
    assert_eq!(office.approve(id), State::Published);
    none(&office);
}

#[test]
fn there_is_no_draft_for_the_offices_until_it_is_submitted() {
    let office = Office::new();
    let id = drafted(&office);
    let offices = [office.list_office(), office.legal_office()];
    is_unknown(&office, office.at(id), &offices);
    office.submit(id, &said());
    is_read(&office, id, &offices);
    for actor in offices {
        assert_eq!(on_the_desk_of(&office, actor), [id]);
    }
    let recalled = office.act(office.editor(), id, Act::Recall, "");
    assert_eq!(recalled.expect("it is taken back"), State::Editing);
    is_unknown(&office, office.at(id), &offices);
    office.submit(id, &said());
    let returned = office.act(office.list_office(), id, Act::Return, "依据不全");
    returned.expect("it is returned");
    is_read(&office, id, &offices);
    let discarded = office.act(office.editor(), id, Act::Discard, "");
    discarded.expect("it is discarded");
    is_unknown(&office, office.at(id), &offices);
}

#[test]
fn a_number_that_no_draft_has_is_unknown_to_everybody() {
    let office = Office::new();
    drafted(&office);
    let everybody = [
        office.editor(),
        office.other_editor(),
        office.list_office(),
        office.auditor(),
    ];
    for id in [0, 2, u64::MAX] {
        is_unknown(&office, (id, 1), &everybody);
    }
}

#[test]
fn an_auditor_reads_everything_and_does_nothing() {
    let office = Office::new();
    let id = drafted(&office);
    let auditor = office.auditor();
    let watches = |office: &Office| {
        let at = office.at(id);
        is_read(office, id, &[auditor]);
        for (what, work) in doings(office.console(), at) {
            let why = refused(work(auditor));
            assert_eq!(why.code, "not_allowed", "{what}: {}", why.detail);
        }
        assert_eq!(office.at(id), at, "nothing was saved");
        let view = office.console().draft(auditor, id).expect("draft is read");
        assert!(view.allowed.is_empty(), "{:?}", view.allowed);
    };
    watches(&office);
    assert_eq!(on_the_desk_of(&office, auditor), [id]);
    office.submit(id, &said());
    watches(&office);
    office.approve(id);
    watches(&office);
    let records = office
        .console()
        .journal(auditor, &JournalFilter::default(), PAGE)
        .expect("the journal is read");
    assert!(records.1 > 0);
}

#[test]
fn the_journal_is_for_auditors_and_operators() {
    let office = Office::new();
    for actor in [office.editor(), office.list_office(), office.legal_office()] {
        let journal = office
            .console()
            .journal(actor, &JournalFilter::default(), PAGE);
        let who = &actor.account.name;
        assert_eq!(refused(journal).code, "not_allowed", "{who}");
    }
}

#[test]
fn whoever_saves_an_outdated_version_is_told() {
    let office = Office::new();
    let id = drafted(&office);
    let outdated = office.at(id);
    office.declare(id, &said());
    let present = office.at(id);
    let rules = [Act::Recall, Act::Approve, Act::Return].map(Act::label);
    for (what, work) in doings(office.console(), outdated) {
        let expected = match what == "remark" || rules.contains(&what) {
            // Not in this state, or not theirs, whatever the version.
            true => "not_allowed",
            false => "outdated",
        };
        let why = refused(work(office.editor()));
        assert_eq!(why.code, expected, "{what}: {}", why.detail);
        assert_eq!(office.at(id), present, "{what} has saved something");
    }
    let outdated = office.at(id);
    office.submit(id, &said());
    let present = office.at(id);
    for (what, work) in doings(office.console(), outdated) {
        if what == "remark" || rules[1..].contains(&what) {
            let why = refused(work(office.list_office()));
            assert_eq!(why.code, "outdated", "{what}: {}", why.detail);
        }
    }
    let recall = office
        .console()
        .act(office.editor(), outdated, Act::Recall, "");
    assert_eq!(refused(recall).code, "outdated");
    assert_eq!(office.at(id), present, "nothing was saved");
}

#[test]
fn what_waits_for_review_is_on_the_desk_whatever_departments_draft_meanwhile() {
    let office = Office::new();
    let id = drafted(&office);
    office.submit(id, &said());
    let register = office.register();
    let list = office.draft(id).list;
    office.app.at("2026-11-24T05:00:00Z");
    let entry = edited(&office);
    for _ in 0..201 {
        let mut draft = Draft::new(list.clone(), 1, entry.at);
        let saved = register.save_draft(&mut draft, Content::default(), &entry);
        saved.expect("draft is saved");
    }
    assert_eq!(on_the_desk_of(&office, office.list_office()), [id]);
}
