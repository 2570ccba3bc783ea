//! Readers' letters: the contact apart, the receipt, what is counted and selected, who was quicker.

use quanze::domain::letter::{Aspect, Letter, LetterCounts, LetterState};
use quanze::domain::{Deed, Timestamp};
use quanze::register::RegisterError;
use quanze::register::letters::LetterFilter;

use super::Whole;
use super::support::*;

/// No letters.
const NONE: [u64; 0] = [];
const CONTACT: &str = "王女士 13800138000";

fn letter(item: &str, department: &str, second: i64) -> Letter {
    Letter {
        id: 0,
        code: code(item),
        item: "会计许可".into(),
        department: department.into(),
        publication: 3,
        aspect: Aspect::Legality,
        text: "依据已废止；\n“第十二条”😀".into(),
        state: LetterState::Received,
        reply: String::new(),
        is_public: false,
        office: String::new(),
        received_at: at(second),
        handled_at: None,
        has_contact: false,
    }
}

/// A letter that has been taken, as it is stored.
fn taken(office: &dyn Whole, letter: Letter, contact: Option<&str>, receipt: u8) -> Letter {
    let taking = entry(Deed::LetterReceived, "纠错建议 {}", 1);
    let id = office
        .add_letter(&letter, contact, &secret(receipt), &taking)
        .expect("a letter is taken");
    Letter {
        id,
        has_contact: contact.is_some(),
        ..letter
    }
}

fn read(office: &dyn Whole, id: u64) -> Letter {
    let found = office.letter(id).expect("a letter is read");
    found.unwrap_or_else(|| panic!("there is no letter {id}"))
}

/// A letter as somebody has handled it.
fn handled(letter: &Letter, state: LetterState, second: i64) -> Letter {
    Letter {
        state,
        reply: format!("{}：已转法制科", state.label()),
        is_public: true,
        office: "克拉玛依市财政局".into(),
        handled_at: Some(at(second)),
        ..letter.clone()
    }
}

fn handle(
    office: &dyn Whole,
    letter: &Letter,
    before: Option<Timestamp>,
) -> Result<(), RegisterError> {
    let handling = entry(Deed::LetterHandled, "纠错建议", 50);
    office.handle_letter(letter, before, &handling)
}

pub fn a_contact_is_apart_and_can_be_deleted_for_good(office: &dyn Whole) {
    let department = finance().department;
    assert_eq!(office.letter(1).unwrap(), None, "none at first");
    let mut watch = Watch::new(office);
    let one = taken(office, letter("CZ-1", &department, 3), Some(CONTACT), 1);
    watch.one(&entry(Deed::LetterReceived, "纠错建议 {}", 1), "纠错建议 1");
    let other = taken(office, letter("CZ-1", &department, 4), Some("另一人"), 2);
    let none = taken(office, letter("CZ-1", &department, 5), None, 3);
    assert_eq!((one.id, other.id, none.id), (1, 2, 3));
    for known in [&one, &other, &none] {
        assert_eq!(&read(office, known.id), known);
    }
    assert!(one.has_contact && !none.has_contact);
    let contact = |id| office.contact(id).unwrap();
    assert_eq!(contact(1).as_deref(), Some(CONTACT));
    assert_eq!(contact(3), None, "none was left");
    assert_eq!(contact(99), None, "of no letter");

    let mut watch = Watch::new(office);
    let deleting = entry(Deed::ContactDeleted, "纠错建议 1", 9);
    office.delete_contact(1, &deleting).unwrap();
    watch.one(&deleting, "纠错建议 1");
    assert_eq!(contact(1), None, "deleted");
    let without = Letter {
        has_contact: false,
        ..one
    };
    assert_eq!(read(office, 1), without, "nothing else is deleted");
    // Handling the letter afterwards does not bring it back.
    let answer = Letter {
        has_contact: true,
        ..handled(&without, LetterState::Answered, 10)
    };
    handle(office, &answer, None).unwrap();
    assert_eq!(contact(1), None, "for good");
    assert!(!read(office, 1).has_contact, "for good");
    assert_eq!(contact(2).as_deref(), Some("另一人"), "of another letter");

    for record in all_records(office) {
        let told = format!("{record:?}");
        assert!(
            !told.contains("13800138000") && !told.contains("另一人"),
            "no contact is in the journal: {told}"
        );
    }
}

pub fn a_receipt_finds_its_letter(office: &dyn Whole) {
    let department = finance().department;
    let one = taken(office, letter("CZ-1", &department, 3), Some(CONTACT), 1);
    let other = taken(office, letter("CZ-2", &department, 3), None, 2);
    let of = |receipt| office.letter_of(&secret(receipt)).unwrap();
    assert_eq!(of(1), Some(one.clone()));
    assert_eq!(of(2), Some(other));
    assert_eq!(of(3), None, "nobody's receipt");
    let mut near = secret(1);
    near[31] ^= 0x80;
    assert_eq!(office.letter_of(&near).unwrap(), None, "one bit away");

    let answer = handled(&one, LetterState::Accepted, 9);
    handle(office, &answer, None).unwrap();
    assert_eq!(of(1), Some(answer), "its writer finds the answer");
}

pub fn letters_on_an_item_are_counted(office: &dyn Whole) {
    use LetterState::{Accepted, Answered, Declined, Handling, Received};
    let states = [Received, Handling, Accepted, Answered, Declined, Accepted];
    for (receipt, state) in (1..).zip(states) {
        let known = letter("CZ-1", &finance().department, 3);
        let known = taken(office, known, None, receipt);
        handle(office, &handled(&known, state, 9), None).unwrap();
    }
    taken(office, letter("CZ-10", &water().department, 3), None, 9);
    let counts = |item| {
        let LetterCounts {
            received,
            open,
            accepted,
        } = office.letter_counts(&code(item)).unwrap();
        (received, open, accepted)
    };
    assert_eq!(counts("CZ-1"), (6, 2, 2));
    assert_eq!(counts("CZ-10"), (1, 1, 0));
    assert_eq!(counts("CZ-2"), (0, 0, 0), "an item without letters");
}

pub fn letters_are_selected_and_come_in_pages(office: &dyn Whole) {
    let (money, waters) = (finance().department, water().department);
    for (receipt, (item, department, state)) in (1..).zip([
        ("CZ-1", &money, LetterState::Received),
        ("CZ-2", &money, LetterState::Accepted),
        ("SW-1", &waters, LetterState::Received),
        ("CZ-1", &money, LetterState::Declined),
        ("SW-1", &waters, LetterState::Handling),
    ]) {
        let known = taken(office, letter(item, department, 3), Some(CONTACT), receipt);
        handle(office, &handled(&known, state, 9), None).unwrap();
    }
    let page = |filter: &LetterFilter, offset, limit| {
        let (found, total) = office.letters(filter, offset, limit).unwrap();
        for known in &found {
            assert_eq!(&read(office, known.id), known, "as it is read alone");
        }
        (found.iter().map(|l| l.id).collect::<Vec<_>>(), total)
    };
    let of = |departments: Option<&[&String]>, states: &[LetterState], item: Option<&str>| {
        let names = |of: &[&String]| of.iter().map(|d| (*d).clone()).collect();
        let filter = LetterFilter {
            departments: departments.map(names),
            states: states.to_vec(),
            code: item.map(code),
        };
        let (found, total) = page(&filter, 0, u64::MAX);
        assert_eq!(found.len() as u64, total, "{filter:?}");
        found
    };
    assert_eq!(of(None, &[], None), [5, 4, 3, 2, 1], "the newest first");
    assert_eq!(of(Some(&[&money]), &[], None), [4, 2, 1]);
    assert_eq!(of(Some(&[&waters, &money]), &[], None), [5, 4, 3, 2, 1]);
    assert_eq!(of(Some(&[]), &[], None), NONE, "of no department");
    let open = [LetterState::Received, LetterState::Handling];
    assert_eq!(of(None, &open, None), [5, 3, 1]);
    assert_eq!(of(None, &[LetterState::Answered], None), NONE);
    assert_eq!(of(None, &[], Some("CZ-1")), [4, 1]);
    assert_eq!(of(None, &[], Some("CZ-11")), NONE);
    assert_eq!(of(Some(&[&money]), &open, Some("CZ-1")), [1]);
    assert_eq!(of(Some(&[&waters]), &open, Some("CZ-1")), NONE);

    let all = LetterFilter::default();
    assert_eq!(page(&all, 0, 2), (vec![5, 4], 5));
    assert_eq!(page(&all, 4, 2), (vec![1], 5));
    assert_eq!(page(&all, 5, 2), (vec![], 5));
    assert_eq!(page(&all, 0, 0), (vec![], 5));
    assert_eq!(page(&all, u64::MAX, u64::MAX), (vec![], 5));
}

pub fn of_two_handlers_the_second_is_told(office: &dyn Whole) {
    let department = finance().department;
    let known = taken(office, letter("CZ-1", &department, 3), Some(CONTACT), 1);
    let other = taken(office, letter("CZ-1", &department, 3), None, 2);
    let first = handled(&known, LetterState::Handling, 60);
    handle(office, &first, None).unwrap();
    assert_eq!(read(office, known.id), first);

    let watch = Watch::new(office);
    let outdated = |letter: &Letter, before, what: &str| {
        let refused = handle(office, letter, before);
        assert!(
            matches!(refused, Err(RegisterError::Outdated)),
            "{what}: {refused:?}"
        );
        assert_eq!(read(office, known.id), first, "{what}: as it was");
        watch.none(what);
    };
    let second = handled(&known, LetterState::Declined, 61);
    outdated(&second, None, "both had it as it came");
    outdated(&second, Some(at(59)), "another instant");
    let unknown = Letter {
        id: 99,
        ..second.clone()
    };
    outdated(&unknown, None, "a letter that is not there");

    // Who has seen the first handling goes on from it; what its writer wrote is not touched.
    let rewritten = Letter {
        text: "改写".into(),
        item: "改写".into(),
        department: water().department,
        code: code("SW-1"),
        publication: 9,
        aspect: Aspect::Sense,
        received_at: at(0),
        ..second.clone()
    };
    handle(office, &rewritten, first.handled_at).unwrap();
    assert_eq!(read(office, known.id), second);
    assert_eq!(
        office.contact(known.id).unwrap().as_deref(),
        Some(CONTACT),
        "the contact stays"
    );
    assert_eq!(read(office, other.id), other, "another letter");
}
