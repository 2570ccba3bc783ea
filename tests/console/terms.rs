//! Until when must what be done: in working days, over the National Day holiday of 2026 (1 to 7 October
//! are off, Saturday 10 October is worked).

use quanze::domain::workflow::{Act, State};
use quanze::service::console::terms::Deadline;
use quanze::service::console::work::RawDeclaration;

use super::{Office, STRICTER, amended, day, said};

fn deadline(office: &Office, id: u64) -> Option<Deadline> {
    let view = office.console().draft(office.editor(), id);
    view.expect("draft is read").deadline
}

/// The term ends on this day, and so many working days are past it at each instant.
#[track_caller]
fn runs(office: &Office, id: u64, what: &str, until: &str, overdue: &[(&str, u32)]) {
    for (now, days) in overdue {
        office.app.at(now);
        let found = deadline(office, id).expect("a term runs");
        assert_eq!((found.what, found.day), (what, day(until)), "{now}");
        assert_eq!(found.overdue, *days, "working days past at {now}");
        assert!(found.is_sure, "{now}");
    }
}

fn declared(office: &Office, said: &RawDeclaration) -> u64 {
    let id = office.drafted(&amended(&[(0, STRICTER)]));
    office.declare(id, said);
    id
}

#[test]
fn applying_takes_ten_working_days_from_the_cause_on() {
    let office = Office::new();
    office.app.at("2026-09-28T01:00:00Z");
    let cause = RawDeclaration {
        caused_on: "2026-09-28".into(),
        ..said()
    };
    let id = declared(&office, &cause);
    let overdue = [
        ("2026-09-28T01:00:00Z", 0),
        ("2026-10-08T01:00:00Z", 0),
        ("2026-10-16T15:59:59Z", 0),
        // Midnight in Shanghai; then a weekend.
        ("2026-10-16T16:00:00Z", 0),
        ("2026-10-18T15:59:59Z", 0),
        ("2026-10-18T16:00:00Z", 1),
        ("2026-10-20T01:00:00Z", 2),
        ("2026-10-24T01:00:00Z", 5),
    ];
    runs(&office, id, "提交", "2026-10-16", &overdue);
}

#[test]
fn a_term_that_begins_before_the_holiday_does_not_end_in_it() {
    let office = Office::new();
    office.app.at("2026-09-17T01:00:00Z");
    // 18 September, Sunday the 20th, 21 to 24, 28 to 30: nine; the tenth is 8 October.
    let cause = RawDeclaration {
        caused_on: "2026-09-17".into(),
        ..said()
    };
    let id = declared(&office, &cause);
    let overdue = [
        ("2026-09-30T01:00:00Z", 0),
        ("2026-10-07T01:00:00Z", 0),
        ("2026-10-08T01:00:00Z", 0),
        ("2026-10-09T01:00:00Z", 1),
        ("2026-10-10T01:00:00Z", 2),
        ("2026-10-11T01:00:00Z", 2),
        ("2026-10-12T01:00:00Z", 3),
    ];
    runs(&office, id, "提交", "2026-10-08", &overdue);
}

#[test]
fn both_reviews_together_take_fifteen_working_days_from_submission_on() {
    let office = Office::new();
    office.app.at("2026-09-29T01:00:00Z");
    let cause = RawDeclaration {
        caused_on: "2026-09-29".into(),
        ..said()
    };
    let id = declared(&office, &cause);
    // Half past midnight of the 30th in Shanghai.
    office.app.at("2026-09-29T16:30:00Z");
    office.submit(id, &cause);
    let overdue = [("2026-10-08T01:00:00Z", 0), ("2026-10-27T01:00:00Z", 0)];
    runs(&office, id, "审查", "2026-10-27", &overdue);
    let state = office.act(office.list_office(), id, Act::Approve, "");
    assert_eq!(state.expect("it is approved"), State::LegalReview);
    let overdue = [("2026-10-28T01:00:00Z", 1), ("2026-11-02T01:00:00Z", 4)];
    runs(&office, id, "审查", "2026-10-27", &overdue);
    // Returned, the term for applying runs again, from the cause on.
    let returned = office.act(office.legal_office(), id, Act::Return, "依据不全");
    returned.expect("it is returned");
    let overdue = [("2026-11-02T01:00:00Z", 10)];
    runs(&office, id, "提交", "2026-10-19", &overdue);
}

#[test]
fn publishing_takes_three_working_days_and_waits_for_its_day() {
    let office = Office::new();
    office.app.at("2026-09-30T01:00:00Z");
    let waiting = RawDeclaration {
        caused_on: "2026-09-29".into(),
        effective_on: "2026-10-01".into(),
        on_effective_day: true,
        ..said()
    };
    let id = declared(&office, &waiting);
    office.submit(id, &waiting);
    assert_eq!(office.approve(id), State::Approved);
    let overdue = [
        ("2026-09-30T02:00:00Z", 0),
        ("2026-10-08T01:00:00Z", 0),
        ("2026-10-10T01:00:00Z", 0),
        ("2026-10-12T01:00:00Z", 1),
        ("2026-10-13T01:00:00Z", 2),
    ];
    runs(&office, id, "公布", "2026-10-10", &overdue);
    assert_eq!(office.publish_due(), 1);
    assert_eq!(deadline(&office, id), None, "it is done");
}

#[test]
fn no_term_runs_without_its_beginning_or_after_the_end() {
    let office = Office::new();
    let uncaused = RawDeclaration {
        caused_on: String::new(),
        ..said()
    };
    let id = declared(&office, &uncaused);
    assert_eq!(deadline(&office, id), None, "no cause, no term");
    office.declare(id, &said());
    assert!(deadline(&office, id).is_some());
    let discarded = office.act(office.editor(), id, Act::Discard, "");
    discarded.expect("it is discarded");
    assert_eq!(deadline(&office, id), None, "nothing is due any more");
}

#[test]
fn a_term_into_a_year_without_a_calendar_is_not_sure() {
    let office = Office::new();
    for (caused_on, is_sure) in [
        ("2026-11-20", true),
        ("2026-12-16", true),
        ("2026-12-28", false),
    ] {
        let cause = RawDeclaration {
            caused_on: caused_on.into(),
            ..said()
        };
        let id = declared(&office, &cause);
        let found = deadline(&office, id).expect("a term runs");
        assert_eq!(found.is_sure, is_sure, "{caused_on}: {}", found.day);
    }
}
