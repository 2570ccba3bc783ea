//! Readers' letters: what may be written and how often, who reads and answers them, and that nobody's
//! contact is kept longer or shown to more people than need be.

use quanze::domain::letter::{LetterCounts, LetterState};
use quanze::domain::{Deed, ItemCode};
use quanze::service::ServiceError;
use quanze::service::console::Actor;
use quanze::service::console::letters::{Handling, RawLetter};

use super::{CITY, LIST_OFFICE, Office, PAGE, first, refused};

/// Where readers write from.
const READER: &str = "198.51.100.7";
const CONTACT: &str = "王女士 13900001234";
const TEXT: &str = "窗口说这项已经不办了，请核对";

fn letter(text: &str, contact: &str) -> RawLetter {
    RawLetter {
        aspect: "truth".into(),
        text: text.into(),
        contact: contact.into(),
    }
}

/// A letter on an item of the city; gives its receipt.
fn written(office: &Office, code: &str, address: &str) -> String {
    let receipt = office
        .console()
        .write_letter(code, &letter(TEXT, CONTACT), address);
    receipt.expect("the letter is taken")
}

fn handling(state: &str, reply: &str) -> Handling {
    Handling {
        state: state.into(),
        reply: reply.into(),
        is_public: true,
        before: String::new(),
    }
}

/// Numbers of the letters that somebody finds on their desk.
fn desk_of(office: &Office, actor: &Actor, done: bool) -> Vec<u64> {
    let page = office.console().letters(actor, done, PAGE);
    let (letters, total) = page.expect("letters are read");
    assert_eq!(letters.len() as u64, total);
    letters.iter().map(|l| l.id).collect()
}

#[test]
fn a_letter_is_taken_and_found_again_by_its_receipt() {
    let office = Office::new();
    let receipt = written(&office, "KL-002", READER);
    let own = office.console().own_letter(&format!(" {receipt}\n"));
    let own = own.expect("it is found");
    assert_eq!((own.code.as_str(), own.text.as_str()), ("KL-002", TEXT));
    assert_eq!(
        (own.item.as_str(), own.department.as_str()),
        (first()[1].1, CITY)
    );
    assert_eq!((own.publication, own.state), (1, LetterState::Received));
    assert!(own.has_contact && own.handled_at.is_none(), "{own:?}");
    let other = written(&office, "KL-002", READER);
    assert_ne!(other, receipt);
    for wrong in ["", "0", &receipt[..28]] {
        let none = refused(office.console().own_letter(wrong));
        assert_eq!(none.code, "not_found", "{wrong}");
    }
}

#[test]
fn a_letter_has_its_limits() {
    let office = Office::new();
    let of = |length: usize| "字".repeat(length);
    let write = |letter: RawLetter, address: &str| -> Result<String, ServiceError> {
        office.console().write_letter("KL-001", &letter, address)
    };
    for (wrong, parameter) in [
        (letter("", ""), "text"),
        (letter("四个字了", ""), "text"),
        (letter("  四个字了 \r\n", ""), "text"),
        (letter(&of(1_001), ""), "text"),
        (letter("看不见的字\u{0}符", ""), "text"),
        (letter(TEXT, &of(101)), "contact"),
        (
            RawLetter {
                aspect: "fun".into(),
                ..letter(TEXT, "")
            },
            "aspect",
        ),
    ] {
        let why = refused(write(wrong.clone(), READER));
        assert_eq!(why.parameter, parameter, "{wrong:?}");
    }
    // None of them counts; five are taken, at both ends of the limits.
    for right in [
        letter("刚好五个字", ""),
        letter(&of(1_000), ""),
        letter(&format!("\r\n{} ", of(1_000)), &of(100)),
        letter("第一行\r\n第二行", " "),
        RawLetter {
            aspect: "legality".into(),
            ..letter(TEXT, "")
        },
    ] {
        let receipt = write(right, READER).expect("it is taken");
        let own = office.console().own_letter(&receipt).expect("it is found");
        assert!(!own.text.contains('\r'), "{own:?}");
    }
    for code in ["KL-404", "/", ""] {
        let unknown = office
            .console()
            .write_letter(code, &letter(TEXT, ""), "198.51.100.8");
        assert_eq!(refused(unknown).code, "item_not_found", "{code}");
    }
    let page = office.console().letters(office.list_office(), false, PAGE);
    let (letters, _) = page.expect("letters are read");
    let contacts = letters.iter().filter(|l| l.has_contact).count();
    assert_eq!((letters.len(), contacts), (5, 1), "a blank is no contact");
}

#[test]
fn an_address_writes_five_letters_an_hour() {
    let office = Office::new();
    let write = |address: &str| {
        office
            .console()
            .write_letter("KL-001", &letter(TEXT, ""), address)
    };
    for n in 0..5 {
        office.app.at(&format!("2026-11-24T04:0{n}:00Z"));
        write(READER).expect("it is taken");
    }
    let why = refused(write(READER));
    assert_eq!(why.code, "too_many");
    assert!(why.detail.contains("12345"), "{}", why.detail);
    write("198.51.100.8").expect("others are not concerned");
    office.app.at("2026-11-24T05:00:00Z");
    assert_eq!(refused(write(READER)).code, "too_many");
    // The first of them is an hour old, then none of the others yet.
    office.app.at("2026-11-24T05:00:01Z");
    write(READER).expect("it is taken");
    assert_eq!(refused(write(READER)).code, "too_many");
    office.app.at("2026-11-24T06:30:00Z");
    for n in 0..5 {
        write(READER).unwrap_or_else(|e| panic!("letter {n}: {e}"));
    }
    assert_eq!(refused(write(READER)).code, "too_many");
}

#[test]
fn a_contact_is_for_those_who_answer() {
    let office = Office::new();
    let receipt = written(&office, "KL-001", READER);
    let id = office.console().own_letter(&receipt).expect("found").id;
    let console = office.console();
    for (actor, handles) in [
        (office.editor(), true),
        (office.list_office(), true),
        (office.auditor(), false),
    ] {
        let who = &actor.account.name;
        assert_eq!(desk_of(&office, actor, false), [id], "{who}");
        let (letter, contact, may) = console.letter(actor, id).expect("it is read");
        assert_eq!(letter.text, TEXT, "{who}");
        let expected = handles.then(|| CONTACT.to_owned());
        assert_eq!((contact, may), (expected, handles), "{who}");
    }
    for actor in [
        office.other_editor(),
        office.legal_office(),
        office.operator(),
    ] {
        let who = &actor.account.name;
        assert!(desk_of(&office, actor, false).is_empty(), "{who}");
        let read = refused(console.letter(actor, id));
        assert_eq!(read.code, "not_found", "{who}");
        let handled = console.handle_letter(actor, id, &handling("answered", "已核对"));
        assert_eq!(refused(handled).code, "not_found", "{who}");
        let deleted = refused(console.delete_contact(actor, id));
        assert_eq!(deleted.code, "not_found", "{who}");
    }
    let auditor = office.auditor();
    let handled = console.handle_letter(auditor, id, &handling("answered", "已核对"));
    assert_eq!(refused(handled).code, "not_allowed");
    assert_eq!(
        refused(console.delete_contact(auditor, id)).code,
        "not_found"
    );
    let own = console.own_letter(&receipt).expect("it is found");
    assert_eq!(own.state, LetterState::Received, "nothing was done");
    assert!(own.has_contact);
    assert_eq!(refused(console.letter(auditor, id + 1)).code, "not_found");
}

/// Whether the contact is in the database or its log.
fn is_kept(office: &Office) -> bool {
    ["register.db", "register.db-wal"].iter().any(|name| {
        let bytes = std::fs::read(office.app.register_folder().join(name));
        let bytes = bytes.unwrap_or_else(|e| panic!("{name}: {e}"));
        let contact = CONTACT.as_bytes();
        bytes.windows(contact.len()).any(|w| w == contact)
    })
}

#[test]
fn a_contact_is_deleted_for_good_by_its_writer_and_by_the_office() {
    for by_receipt in [true, false] {
        let office = Office::new();
        let receipt = written(&office, "KL-001", READER);
        let (console, editor) = (office.console(), office.editor());
        let id = console.own_letter(&receipt).expect("it is found").id;
        assert!(is_kept(&office), "the search finds what is there");
        let deleted = match by_receipt {
            true => console.delete_own_contact(&receipt),
            false => console.delete_contact(editor, id),
        };
        deleted.expect("it is deleted");
        let (letter, contact, _) = console.letter(editor, id).expect("the letter stays");
        assert_eq!((letter.has_contact, contact), (false, None));
        assert!(!is_kept(&office), "it is still in the file");
        let own = console.own_letter(&receipt).expect("it is found");
        assert!(!own.has_contact);
        let expected = [Deed::LetterReceived, Deed::ContactDeleted];
        assert_eq!(office.deeds(&format!("纠错建议 {id}")), expected);
        let who = if by_receipt { "公众" } else { "chengguan" };
        let records = office.records();
        let deletion = records
            .iter()
            .find(|r| r.entry.deed == Deed::ContactDeleted)
            .expect("a record");
        assert_eq!(deletion.entry.actor, who, "{deletion:?}");
    }
    let office = Office::new();
    let unknown = office.console().delete_own_contact("0");
    assert_eq!(refused(unknown).code, "not_found");
}

#[test]
fn no_record_of_the_journal_holds_a_contact() {
    let office = Office::new();
    let receipts = ["KL-001", "KL-002", "KL-003"].map(|code| written(&office, code, READER));
    let console = office.console();
    let editor = office.editor();
    for (number, receipt) in (1..).zip(&receipts) {
        let id = console.own_letter(receipt).expect("it is found").id;
        assert_eq!(id, number);
        console.letter(editor, id).expect("the editor reads it");
        let handled = console.handle_letter(editor, id, &handling("accepted", "已改正"));
        handled.expect("it is answered");
    }
    let deleted = console.delete_own_contact(&receipts[0]);
    deleted.expect("it is deleted");
    console.delete_contact(editor, 2).expect("it is deleted");
    let records = office.records();
    let of_letters = records
        .iter()
        .filter(|r| r.entry.object.starts_with("纠错建议"));
    assert_eq!(of_letters.count(), 8, "{records:?}");
    for record in &records {
        let told = format!("{record:?}");
        for part in [CONTACT, "王女士", "13900001234", READER] {
            assert!(!told.contains(part), "{told}");
        }
    }
    office.verify();
}

#[test]
fn a_letter_is_answered_in_public_and_counted() {
    let office = Office::new();
    let console = office.console();
    let receipts = [0, 1, 2, 3].map(|_| written(&office, "KL-001", READER));
    written(&office, "KL-002", READER);
    let code = ItemCode::parse("KL-001").expect("a code");
    let counts = |received, open, accepted| LetterCounts {
        received,
        open,
        accepted,
    };
    let (found, shown) = console.letters_on(&code).expect("letters are read");
    assert_eq!(
        (found, shown.len()),
        (counts(4, 4, 0), 0),
        "none is answered"
    );

    let editor = office.editor();
    for (id, state, reply) in [
        (1, "accepted", "已改正，谢谢"),
        (2, "declined", "不属于本事项"),
        (3, "handling", ""),
        (4, "answered", "经核对无误"),
    ] {
        office.app.at(&format!("2026-11-24T05:0{id}:00Z"));
        let handled = console.handle_letter(editor, id, &handling(state, reply));
        handled.expect("it is handled");
    }
    let (found, shown) = console.letters_on(&code).expect("letters are read");
    assert_eq!(found, counts(4, 1, 1));
    assert_eq!(console.letter_counts("KL-001").expect("counts"), found);
    let shown: Vec<_> = shown.iter().map(|l| (l.id, l.reply.as_str())).collect();
    let expected = [(4, "经核对无误"), (1, "已改正，谢谢")];
    assert_eq!(shown, expected, "what was declined is not shown");
    let own = console.own_letter(&receipts[0]).expect("it is found");
    assert_eq!(
        (own.state, own.office.as_str()),
        (LetterState::Accepted, CITY)
    );
    assert!(own.is_public);
    assert_eq!(desk_of(&office, editor, false), [5, 3]);
    assert_eq!(desk_of(&office, editor, true), [4, 2, 1]);
    let records = office.records();
    let handled = records
        .iter()
        .find(|r| r.entry.deed == Deed::LetterHandled)
        .expect("a record");
    let detail = &handled.entry.detail;
    assert!(
        detail.contains("已采纳") && detail.contains("已改正"),
        "{detail}"
    );
}

#[test]
fn a_letter_is_closed_by_a_reply_alone() {
    let office = Office::new();
    written(&office, "KL-001", READER);
    let (console, editor) = (office.console(), office.editor());
    let handle = |handling: &Handling| console.handle_letter(editor, 1, handling);
    for state in ["accepted", "answered", "declined"] {
        for reply in ["", " \n "] {
            let why = refused(handle(&handling(state, reply)));
            assert_eq!(why.parameter, "reply", "{state}");
        }
    }
    let long = "字".repeat(1_001);
    assert_eq!(
        refused(handle(&handling("answered", &long))).parameter,
        "reply"
    );
    for state in ["", "received", "closed"] {
        let why = refused(handle(&handling(state, "已核对")));
        assert_eq!(why.parameter, "state", "{state}");
    }
    assert_eq!(desk_of(&office, editor, false), [1], "it is still open");
    handle(&handling("handling", "")).expect("to begin takes no reply");
    let (letter, ..) = console.letter(editor, 1).expect("it is read");
    let before = letter.handled_at.expect("it was handled").to_string();
    let answered = Handling {
        before,
        ..handling("answered", "已核对")
    };
    handle(&answered).expect("it is answered");
    assert_eq!(desk_of(&office, editor, true), [1]);
}

#[test]
fn of_two_who_handle_a_letter_the_second_is_told() {
    let office = Office::new();
    written(&office, "KL-001", READER);
    let console = office.console();
    let (editor, list_office) = (office.editor(), office.list_office());
    office.app.at("2026-11-24T05:00:00Z");
    let handled = console.handle_letter(editor, 1, &handling("answered", "经核对无误"));
    handled.expect("the first is quicker");
    office.app.at("2026-11-24T05:00:01Z");
    let late = console.handle_letter(list_office, 1, &handling("accepted", "已改正"));
    assert_eq!(refused(late).code, "outdated");
    let (letter, ..) = console.letter(list_office, 1).expect("it is read");
    assert_eq!(letter.reply, "经核对无误", "the first reply stands");

    let before = letter.handled_at.expect("it was handled").to_string();
    let informed = Handling {
        before,
        ..handling("accepted", "已改正")
    };
    let handled = console.handle_letter(list_office, 1, &informed);
    handled.expect("whoever has seen it may correct it");
    let (letter, ..) = console.letter(list_office, 1).expect("it is read");
    assert_eq!(
        (letter.reply.as_str(), letter.office.as_str()),
        ("已改正", LIST_OFFICE)
    );
    let stale = Handling {
        before: "now".into(),
        ..informed
    };
    let why = refused(console.handle_letter(editor, 1, &stale));
    assert_eq!(why.parameter, "before");
    let expected = [
        Deed::LetterReceived,
        Deed::LetterHandled,
        Deed::LetterHandled,
    ];
    assert_eq!(office.deeds("纠错建议 1"), expected);
}

#[test]
fn a_letter_on_a_withdrawn_item_reaches_its_department() {
    let office = Office::new();
    let mut rows = first();
    rows.truncate(3);
    let id = office.drafted(&rows);
    office.publish(id);
    let receipt = written(&office, "KL-004", READER);
    let own = office.console().own_letter(&receipt).expect("it is found");
    assert_eq!((own.department.as_str(), own.publication), (CITY, 2));
    assert_eq!(desk_of(&office, office.editor(), false), [own.id]);
}
