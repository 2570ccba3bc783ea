//! Files that are not taken, or only in part: of others, too large, of several departments.

use quanze::domain::{AccountRole, Severity};
use quanze::intake::{Hints, Limits};
use quanze::service::console::upload::Uploaded;

use super::{
    CITY, FIFTH, FILE, FINANCE, HEADINGS, Office, Row, STRICTER, TITLE, amended, cells, csv, first,
    refused, source,
};
use crate::intake::make;

/// What the finance bureau says.
const FINANCES: [Row<'static>; 4] = [
    ("CZ-001", "对会计账簿不全的处罚", "《会计法》第四十条"),
    ("CZ-002", "对代理记账违规的处罚", "《会计法》第四十一条"),
    ("CZ-003", "对虚开票据的处罚", "《会计法》第四十二条"),
    ("CZ-004", "对挪用专款的处罚", "《预算法》第九十三条"),
];

/// Nothing came of a file, and an error says why.
#[track_caller]
fn nothing_came_of(uploaded: &Uploaded) {
    let findings = &uploaded.report.findings;
    assert!(uploaded.drafts.is_empty(), "{findings:?}");
    assert!(
        uploaded.unchanged.is_empty(),
        "it is called unchanged: {findings:?}"
    );
    let errors = uploaded.report.count(Severity::Error);
    assert!(errors > 0, "nobody is told why: {findings:?}");
}

/// No draft is there, whoever looks.
#[track_caller]
fn no_draft_is_there(office: &Office) {
    for done in [false, true] {
        let drafts = office.console().drafts(office.auditor(), done);
        assert!(drafts.expect("drafts are read").is_empty());
    }
}

#[test]
fn of_a_file_of_another_department_nothing_is_kept() {
    let office = Office::new();
    let roles = [AccountRole::Editor];
    let both = office.join("liangju", CITY, &roles, &[CITY, "克拉玛依市水务局"]);
    let uploaded = office.upload(&both, &csv(FINANCE, &FINANCES));
    nothing_came_of(&uploaded);
    let findings = &uploaded.report.findings;
    let told = findings.iter().any(|f| f.problem.contains(FINANCE));
    assert!(told, "whose it is: {findings:?}");
    no_draft_is_there(&office);
}

#[test]
fn a_file_whose_title_names_another_department_is_not_taken_for_ones_own() {
    let office = Office::new();
    let uploaded = office.upload(office.editor(), &csv(FINANCE, &FINANCES));
    nothing_came_of(&uploaded);
    no_draft_is_there(&office);
}

#[test]
fn a_file_whose_rows_are_all_refused_is_not_called_unchanged() {
    let office = Office::new();
    // The codes are those of the city's list.
    let uploaded = office.upload(office.other_editor(), &csv(FINANCE, &first()));
    nothing_came_of(&uploaded);
    no_draft_is_there(&office);
}

#[test]
fn nobody_hands_in_a_file_for_a_department_that_is_not_theirs() {
    let office = Office::new();
    let file = source(FILE, &csv(CITY, &amended(&[(0, STRICTER)])));
    let hints = Hints {
        department: Some(CITY.into()),
        ..Hints::default()
    };
    let console = office.console();
    let why = refused(console.upload(office.other_editor(), &file, &hints, None));
    assert_eq!(why.parameter, "department", "{why:?}");
    for actor in [
        office.list_office(),
        office.legal_office(),
        office.operator(),
        office.auditor(),
    ] {
        let why = refused(console.upload(actor, &file, &Hints::default(), None));
        assert_eq!(why.code, "not_allowed", "{}", actor.account.name);
        let why = refused(console.validate(actor, &file, &Hints::default()).map(drop));
        assert_eq!(why.code, "not_allowed", "{}", actor.account.name);
    }
    no_draft_is_there(&office);
}

#[test]
fn validating_keeps_nothing() {
    let office = Office::new();
    let before = office.app.services.register.size().expect("size is told");
    let records = office.records().len();
    let file = source(FILE, &csv(CITY, &amended(&[(0, STRICTER)])));
    let validated = office
        .console()
        .validate(office.editor(), &file, &Hints::default());
    let (report, lists) = validated.expect("file is read");
    assert_eq!(report.count(Severity::Error), 0, "{:?}", report.findings);
    let changes: Vec<usize> = lists.iter().map(|(_, c)| c.changes.len()).collect();
    assert_eq!(changes, [1]);
    no_draft_is_there(&office);
    let after = office.app.services.register.size().expect("size is told");
    assert_eq!(before.1, after.1, "no file is kept");
    // Those who came in meanwhile are the editor and the auditor, each with two records.
    assert_eq!(office.records().len(), records + 4);
}

#[test]
fn a_file_of_two_departments_makes_a_draft_of_each() {
    let office = Office::new();
    let roles = [AccountRole::Editor];
    let both = office.join("liangju", CITY, &roles, &[CITY, FINANCE]);
    let mut table = vec![HEADINGS.to_vec()];
    let rows = amended(&[(0, STRICTER)]);
    table.extend(rows.iter().map(|row| cells(CITY, *row)));
    table.extend(FINANCES.map(|row| cells(FINANCE, row)));
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    let file = source("上报.csv", &make::csv(&table));
    let uploaded = office
        .console()
        .upload(&both, &file, &Hints::default(), None)
        .expect("file is read");
    let drafts: Vec<_> = uploaded.drafts.iter().map(|view| &view.draft).collect();
    let told: Vec<_> = drafts
        .iter()
        .map(|d| (d.list.department.as_str(), d.base, d.added, d.amended))
        .collect();
    let expected = [(CITY, 1, 0, 1), (FINANCE, 0, 4, 0)];
    assert_eq!(told, expected, "{:?}", uploaded.report.findings);
    assert_eq!(drafts[0].file, drafts[1].file, "kept once");
    // Each is seen by its own department alone.
    for (actor, own) in [(office.editor(), 0), (office.other_editor(), 1)] {
        let seen = office.console().drafts(actor, false);
        let seen: Vec<u64> = seen.expect("drafts").iter().map(|v| v.draft.id).collect();
        assert_eq!(seen, [drafts[own].id], "{}", actor.account.name);
    }
}

#[test]
fn a_file_beyond_the_limit_of_rows_is_not_taken() {
    let office = Office::new();
    let console = office.restarted(Limits {
        rows: Some(4),
        ..Limits::UPLOAD
    });
    let hand_in = |rows: &[Row<'_>]| {
        let file = source(FILE, &csv(CITY, rows));
        let uploaded = console.upload(office.editor(), &file, &Hints::default(), None);
        uploaded.expect("file is read")
    };
    let fits = hand_in(&first());
    assert_eq!(fits.unchanged, [TITLE], "{:?}", fits.report.findings);
    let mut rows = first();
    rows.push(FIFTH);
    let uploaded = hand_in(&rows);
    nothing_came_of(&uploaded);
    let findings = &uploaded.report.findings;
    let told = findings.iter().any(|f| f.rule == "too-many-rows");
    assert!(told, "{findings:?}");
    no_draft_is_there(&office);
}

#[test]
fn a_file_beyond_the_limit_of_bytes_is_not_taken() {
    let office = Office::new();
    let largest = usize::try_from(office.console().largest_file()).expect("a size");
    let mut bytes = csv(CITY, &amended(&[(0, STRICTER)]));
    bytes.resize(largest + 1, b'\n');
    let uploaded = office.upload(office.editor(), &bytes);
    nothing_came_of(&uploaded);
    let findings = &uploaded.report.findings;
    let told = findings.iter().any(|f| f.rule == "file-too-large");
    assert!(told, "{findings:?}");
    bytes.truncate(largest);
    let uploaded = office.upload(office.editor(), &bytes);
    assert_eq!(uploaded.drafts.len(), 1, "{:?}", uploaded.report.findings);
}

#[test]
fn what_is_no_list_is_not_taken() {
    let office = Office::new();
    for bytes in [&b""[..], b"%PDF-1.7 ...", b"a,b\n1,2\n"] {
        let uploaded = office.upload(office.editor(), bytes);
        nothing_came_of(&uploaded);
    }
    no_draft_is_there(&office);
}

#[test]
fn what_is_said_of_a_file_is_checked() {
    let office = Office::new();
    let bytes = csv(CITY, &amended(&[(0, STRICTER)]));
    let some = |length: usize| Some("字".repeat(length));
    for (name, title, number, parameter) in [
        (FILE.to_owned(), some(101), None, "title"),
        (
            FILE.to_owned(),
            Some("第一行\n第二行".into()),
            None,
            "title",
        ),
        (FILE.to_owned(), None, some(61), "document_no"),
        ("长".repeat(201), None, None, "file"),
    ] {
        let hints = Hints {
            title,
            document_no: number,
            ..Hints::default()
        };
        let file = source(&name, &bytes);
        let done = office
            .console()
            .upload(office.editor(), &file, &hints, None);
        assert_eq!(refused(done).parameter, parameter, "{hints:?}");
    }
    no_draft_is_there(&office);
}
