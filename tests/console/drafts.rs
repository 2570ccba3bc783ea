//! From a file to a draft: what was found in the file, what it changes, and what is kept of what was
//! said before.

use quanze::domain::draft::FindingCounts;
use quanze::domain::workflow::State;
use quanze::domain::{Action, ChangeType, Deed, Severity};
use quanze::intake::Hints;
use quanze::service::console::upload::Uploaded;
use quanze::service::read::Paging;
use quanze::service::view::Difference;

use super::{
    ADDRESS, CITY, FIFTH, FILE, HEADINGS, LOUDER, Office, PAGE, STRICTER, TITLE, amended,
    annotation, cells, csv, day, first, of_code, refused, source,
};
use crate::intake::make;

/// The first basis stricter, the fourth item gone, a fifth one new.
fn second() -> Vec<super::Row<'static>> {
    let mut rows = amended(&[(0, STRICTER)]);
    rows.truncate(3);
    rows.push(FIFTH);
    rows
}

#[test]
fn a_file_becomes_a_draft_that_tells_every_change_field_by_field() {
    let office = Office::new();
    let uploaded = office.upload(office.editor(), &csv(CITY, &second()));
    assert_eq!(uploaded.drafts.len(), 1, "{:?}", uploaded.report.findings);
    let view = &uploaded.drafts[0];
    let draft = &view.draft;
    assert_eq!((draft.added, draft.amended, draft.withdrawn), (1, 1, 1));
    assert_eq!(
        (draft.base, draft.state, draft.refused_rows),
        (1, State::Editing, 0)
    );
    assert_eq!(draft.authors, [office.editor().account.id]);
    let file = draft.file.as_ref().map(|f| f.name.as_str());
    assert_eq!(file, Some(FILE), "the file is kept under its name");
    assert_eq!((view.list_number, view.moved_on), (Some(1), None));

    let changes = office.changes(draft.id);
    let told: Vec<(Action, &str)> = changes
        .iter()
        .map(|c| (c.action, c.code.as_ref().map_or("", |code| code.as_str())))
        .collect();
    let expected = [
        (Action::Amended, "KL-001"),
        (Action::Added, "KL-005"),
        (Action::Withdrawn, "KL-004"),
    ];
    assert_eq!(told, expected);
    let difference = Difference {
        key: "basis".into(),
        label: "实施依据".into(),
        before: Some(first()[0].2.into()),
        after: Some(STRICTER.into()),
    };
    assert_eq!(changes[0].differences, [difference]);
    for (change, name) in changes[1..].iter().zip([FIFTH.1, first()[3].1]) {
        let shown = change.fields.iter().find(|f| f.key == "name");
        let shown = shown.map(|f| f.value.as_str());
        assert_eq!(shown, Some(name), "what comes and goes is shown whole");
    }
    assert_eq!(changes[2].reason, "", "the department says why");
    assert_eq!(office.last(), 1, "nothing is published by it");
}

#[test]
fn changes_are_shown_by_action_and_by_page() {
    let office = Office::new();
    let id = office.drafted(&second());
    let (console, editor) = (office.console(), office.editor());
    for (action, code, place) in [
        (Action::Amended, "KL-001", 0),
        (Action::Added, "KL-005", 1),
        (Action::Withdrawn, "KL-004", 2),
    ] {
        let page = console.changes(editor, id, Some(action), PAGE);
        let (rows, total) = page.expect("changes are read");
        assert_eq!((rows.len(), total), (1, 1), "{code}");
        let row = of_code(&rows, code);
        assert_eq!(row.position, place, "its place in all");
        let only = Paging {
            page: usize::try_from(place).expect("small") + 1,
            size: 1,
        };
        let page = console.changes(editor, id, None, only);
        let (rows, total) = page.expect("changes are read");
        assert_eq!((rows.len(), total), (1, 3), "{code}");
        assert_eq!(rows[0].key, row.key, "{code}");
    }
}

#[test]
fn an_unchanged_file_makes_no_draft() {
    let office = Office::new();
    let uploaded = office.upload(office.editor(), &csv(CITY, &first()));
    assert!(uploaded.drafts.is_empty(), "nothing has changed");
    assert_eq!(uploaded.unchanged, [TITLE]);
    let drafts = office.console().drafts(office.editor(), false);
    assert!(drafts.expect("drafts are read").is_empty());
    let records = office.records();
    assert!(records.iter().all(|r| r.entry.deed != Deed::Uploaded));
}

/// A workbook of two sheets: the first is as in force, the second has a fault in each of four rows.
fn with_faults() -> Vec<u8> {
    let title = format!("{CITY}{TITLE}");
    let known = first();
    let known: Vec<Vec<&str>> = known.iter().map(|row| cells(CITY, *row)).collect();
    let known: Vec<&[&str]> = known.iter().map(Vec::as_slice).collect();
    let mut faulty = [
        ("KL-006", "对占道经营的处罚", "《城市道路管理条例》第三十条"),
        ("KL-001", "对渣土车撒漏的处罚", "《大气污染防治法》第七十条"),
        (
            "KL-007",
            "对设置广告牌的处罚",
            "2024年11月31日修正的《广告法》",
        ),
        ("KL-008", "对门前三包的指导", "《行政处罚法》第六条"),
    ]
    .map(|row| cells(CITY, row));
    faulty[0][5] = "";
    faulty[3][2] = "行政指导";
    let faulty: Vec<&[&str]> = faulty.iter().map(Vec::as_slice).collect();
    make::xlsx(|book| {
        let sheet = book.add_worksheet();
        sheet.set_name("处罚").expect("name of a sheet");
        make::put(sheet, 0, &[&[title.as_str()], &HEADINGS]);
        make::put(sheet, 2, &known);
        let sheet = book.add_worksheet();
        sheet.set_name("其他").expect("name of a sheet");
        make::put(sheet, 0, &[&HEADINGS]);
        make::put(sheet, 1, &faulty);
    })
}

fn handed_in(office: &Office, name: &str, bytes: &[u8]) -> Uploaded {
    let file = source(name, bytes);
    let uploaded = office
        .console()
        .upload(office.editor(), &file, &Hints::default(), None);
    uploaded.expect("file is read")
}

#[test]
fn findings_name_sheet_row_and_column() {
    let office = Office::new();
    let uploaded = handed_in(&office, "权责清单.xlsx", &with_faults());
    assert_eq!(uploaded.drafts.len(), 1, "{:?}", uploaded.report.findings);
    let draft = &uploaded.drafts[0].draft;
    let counts = FindingCounts {
        errors: 1,
        warnings: 2,
        notices: 1,
    };
    assert_eq!(draft.findings, counts, "{:?}", uploaded.report.findings);
    assert_eq!(draft.refused_rows, 1);
    assert_eq!((draft.added, draft.amended, draft.withdrawn), (3, 0, 0));

    let findings = office.console().findings(office.editor(), draft.id);
    let findings = findings.expect("findings are read");
    assert_eq!(findings, uploaded.report.findings, "they are kept");
    for (rule, severity, row, column) in [
        ("missing-field", Severity::Warning, 2, "F"),
        ("repeated-code", Severity::Error, 3, "A"),
        ("impossible-date", Severity::Warning, 4, "D"),
        ("unknown-type", Severity::Notice, 5, "C"),
    ] {
        let found = findings.iter().find(|f| f.rule == rule);
        let found = found.unwrap_or_else(|| panic!("no {rule}: {findings:?}"));
        let place = &found.place;
        let told = (place.sheet.as_str(), place.row, place.column.as_str());
        assert_eq!(told, ("其他", row, column), "{rule}");
        assert_eq!(found.severity, severity, "{rule}");
        assert_eq!(place.file, "权责清单.xlsx", "{rule}");
    }
    let repeated = findings.iter().find_map(|f| f.other.as_ref());
    let repeated = repeated.expect("where the code stands first");
    assert_eq!((repeated.sheet.as_str(), repeated.row), ("处罚", 3));
}

#[test]
fn what_the_file_says_of_itself_is_declared_already() {
    let office = Office::new();
    let rows = second();
    let title = format!("{CITY}{TITLE}");
    let mut table = vec![
        vec![title.as_str()],
        vec!["文号：克城管发〔2026〕3号"],
        vec!["施行日期：2026-12-01"],
        HEADINGS.to_vec(),
    ];
    table.extend(rows.iter().map(|row| cells(CITY, *row)));
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    let uploaded = office.upload(office.editor(), &make::csv(&table));
    assert_eq!(uploaded.drafts.len(), 1, "{:?}", uploaded.report.findings);
    let declared = &uploaded.drafts[0].draft.declaration;
    assert_eq!(declared.document_no, "克城管发〔2026〕3号");
    assert_eq!(declared.effective_on, Some(day("2026-12-01")));
}

#[test]
fn what_was_said_of_an_item_holds_for_it_in_the_next_file() {
    let office = Office::new();
    let id = office.drafted(&second());
    for (code, said) in [
        ("KL-001", annotation("entrusted", "", "")),
        ("KL-005", annotation("taken-over", "", "")),
        ("KL-004", annotation("handed-down", "下放至各区", "KL-002")),
    ] {
        office.annotate(id, code, &said).expect("it is said");
    }
    let outdated = office.at(id);
    office.declare(id, &super::said());

    // Another text of each, and one more item gone.
    let mut rows = second();
    rows[0].2 = "《城市市容和环境卫生管理条例》第三十五条";
    rows[3].2 = "《城市道路管理条例》第四十二条第三项";
    rows.remove(2);
    office.drafted_anew(id, &rows);
    let changes = office.changes(id);
    for (code, kind, reason) in [
        ("KL-001", ChangeType::Entrusted, ""),
        ("KL-005", ChangeType::TakenOver, ""),
        ("KL-004", ChangeType::HandedDown, "下放至各区"),
        ("KL-003", ChangeType::Cancelled, ""),
    ] {
        let change = of_code(&changes, code);
        assert_eq!(
            (change.kind, change.reason.as_str()),
            (kind, reason),
            "{code}"
        );
    }
    let successor = of_code(&changes, "KL-004").successor.as_ref();
    assert_eq!(successor.map(|c| c.as_str()), Some("KL-002"));
    let after = of_code(&changes, "KL-001").differences[0].after.clone();
    assert_eq!(after.as_deref(), Some(rows[0].2), "the text is the file's");
    let declared = office.draft(id).declaration;
    assert_eq!(declared.cause, super::CAUSE, "what is declared stays");

    // An item that comes back is no withdrawal any more.
    let mut rows = second();
    rows.push(("KL-004", first()[3].1, "《大气污染防治法》第八十一条"));
    office.drafted_anew(id, &rows);
    let changes = office.changes(id);
    let back = of_code(&changes, "KL-004");
    assert_eq!(
        (back.action, back.kind),
        (Action::Amended, ChangeType::Adjusted)
    );
    assert_eq!((back.reason.as_str(), &back.successor), ("", &None));

    let file = source(FILE, &csv(CITY, &rows));
    let late = office
        .console()
        .upload(office.editor(), &file, &Hints::default(), Some(outdated));
    assert_eq!(refused(late).code, "outdated");
}

#[test]
fn a_file_that_takes_back_every_change_leaves_an_empty_draft() {
    let office = Office::new();
    let id = office.drafted(&second());
    office.drafted_anew(id, &first());
    assert_eq!(office.draft(id).changes(), 0);
    assert!(office.changes(id).is_empty());
}

#[test]
fn the_same_file_twice_makes_one_draft() {
    let office = Office::new();
    let id = office.drafted(&second());
    let said = annotation("", "法律修改", "");
    office.annotate(id, "KL-004", &said).expect("it is said");
    assert_eq!(office.drafted(&second()), id);
    let kept = of_code(&office.changes(id), "KL-004").reason.clone();
    assert_eq!(kept, "法律修改", "nothing that was said is lost");
    // Another file is another draft; and so is the same when the first is out of hand.
    let other = office.drafted(&amended(&[(0, STRICTER)]));
    assert_ne!(other, id);
    office.submit(id, &super::said());
    assert_ne!(office.drafted(&second()), id);
}

#[test]
fn a_change_is_left_out_and_the_others_stay() {
    let office = Office::new();
    let id = office.drafted(&second());
    let (_, version) = office.at(id);
    let left = office
        .console()
        .leave_out(office.editor(), (id, version), 1);
    left.expect("one is left out");
    let draft = office.draft(id);
    assert_eq!((draft.added, draft.amended, draft.withdrawn), (0, 1, 1));
    assert!(draft.is_edited, "it is no longer what its file says");
    let changes = office.changes(id);
    let codes = ["KL-001", "KL-004"].map(|code| of_code(&changes, code).position);
    assert_eq!(codes, [0, 1]);
    let at = office.at(id);
    let none = office.console().leave_out(office.editor(), at, 2);
    assert_eq!(refused(none).code, "not_found");
}

#[test]
fn another_draft_of_the_same_items_is_told_of() {
    let office = Office::new();
    let ours = office.drafted(&amended(&[(0, STRICTER)]));
    let theirs = office.drafted(&amended(&[(0, LOUDER), (2, LOUDER)]));
    let apart = office.drafted(&amended(&[(3, LOUDER)]));
    let (console, editor) = (office.console(), office.editor());
    let rivals = console.rivals(editor, ours).expect("rivals are told");
    assert_eq!(rivals.len(), 1, "{rivals:?}");
    assert_eq!(rivals[0].id, theirs);
    assert_eq!(rivals[0].items, [first()[0].1]);
    let none = console.rivals(editor, apart).expect("rivals are told");
    assert!(none.is_empty(), "{none:?}");
}

#[test]
fn every_saving_leaves_its_record_with_who_and_from_where() {
    let office = Office::new();
    let id = office.drafted(&second());
    let said = annotation("", "法律修改", "");
    office.annotate(id, "KL-004", &said).expect("it is said");
    office.declare(id, &super::said());
    office.drafted_anew(id, &second());
    let object = format!("草稿 {id}");
    let records = office.records().into_iter();
    let records: Vec<_> = records.filter(|r| r.entry.object == object).collect();
    let deeds: Vec<Deed> = records.iter().map(|r| r.entry.deed).collect();
    let expected = [Deed::Uploaded, Deed::Edited, Deed::Declared, Deed::Uploaded];
    assert_eq!(deeds, expected);
    for record in &records {
        let entry = &record.entry;
        let who = (entry.actor.as_str(), entry.address.as_str(), entry.account);
        let id = office.editor().account.id;
        assert_eq!(who, ("chengguan", ADDRESS, Some(id)), "{entry:?}");
        assert_eq!(entry.content.len(), 64, "what was saved is covered");
    }
    let (first, last) = (&records[0].entry, &records[3].entry);
    assert!(first.detail.contains(FILE), "{}", first.detail);
    assert_ne!(first.content, last.content, "it says more by now");
}
