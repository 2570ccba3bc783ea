//! What only this implementation can promise of letters: what is deleted is not left in the file.

use super::*;
use crate::domain::letter::{Aspect, Letter, LetterState};
use crate::register::letters::Letters;

fn letter(id: u64) -> Letter {
    Letter {
        id,
        code: ItemCode::parse("CZ-1").unwrap(),
        item: "会计许可".into(),
        department: "辽阳市水务局".into(),
        publication: 1,
        aspect: Aspect::Truth,
        text: "电话打不通".repeat(10),
        state: LetterState::Received,
        reply: String::new(),
        is_public: false,
        office: String::new(),
        received_at: "2025-01-02T03:04:05Z".parse().unwrap(),
        handled_at: None,
        has_contact: true,
    }
}

fn deed(deed: Deed) -> Entry {
    Entry {
        at: "2025-01-02T03:04:05Z".parse().unwrap(),
        actor: "公众".into(),
        account: None,
        address: String::new(),
        deed,
        object: "纠错建议 {}".into(),
        detail: String::new(),
        content: String::new(),
    }
}

#[test]
fn a_deleted_contact_is_not_left_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let contact = |id: u64| format!("138{id:08}");
    let register = SqliteRegister::open(dir.path()).unwrap();
    for id in 1..=20u8 {
        let (number, receipt) = (u64::from(id), [id; 32]);
        let taking = deed(Deed::LetterReceived);
        register
            .add_letter(&letter(0), Some(&contact(number)), &receipt, &taking)
            .unwrap();
    }
    // An answer makes the row longer, so that it moves and leaves its old place behind.
    for id in 1..=20 {
        let answered = Letter {
            state: LetterState::Answered,
            reply: "已更正。".repeat(40),
            handled_at: Some("2025-01-03T03:04:05Z".parse().unwrap()),
            ..letter(id)
        };
        let handling = deed(Deed::LetterHandled);
        register.handle_letter(&answered, None, &handling).unwrap();
    }
    for id in 2..=20 {
        let deleting = deed(Deed::ContactDeleted);
        register.delete_contact(id, &deleting).unwrap();
    }
    drop(register);
    let file = std::fs::read(dir.path().join("register.db")).unwrap();
    let is_there = |text: &str| file.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(is_there(&contact(1)), "one that was not deleted");
    let left: Vec<String> = (2..=20).map(contact).filter(|c| is_there(c)).collect();
    assert!(left.is_empty(), "still in the file: {left:?}");
}
