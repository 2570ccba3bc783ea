//! What a deed leaves in the journal, whichever trait it was done through: one record, in its own
//! transaction; what fails leaves none.

use quanze::domain::letter::{Aspect, Letter, LetterState};
use quanze::domain::workflow::State;
use quanze::domain::{AccountId, Deed, DraftChange, Entry, ItemId};
use quanze::register::desk::Content;

use super::Whole;
use super::support::*;

fn letter() -> Letter {
    Letter {
        id: 0,
        code: code("CZ-1"),
        item: "会计许可".into(),
        department: finance().department,
        publication: 1,
        aspect: Aspect::Truth,
        text: "电话打不通".into(),
        state: LetterState::Received,
        reply: String::new(),
        is_public: false,
        office: String::new(),
        received_at: at(0),
        handled_at: None,
        has_contact: true,
    }
}

/// Entries of a deed each, at another instant.
struct Entries(i64);

impl Entries {
    fn next(&mut self, deed: Deed, object: &str) -> Entry {
        self.0 += 1;
        entry(deed, object, self.0)
    }
}

pub fn every_deed_leaves_exactly_one_record(office: &dyn Whole) {
    let mut watch = Watch::new(office);
    let mut entries = Entries(0);

    let done = entries.next(Deed::AccountAdded, "账号 {}");
    let owner = office
        .add_account("jia", &profile("财政局"), "摘要", &done)
        .unwrap();
    watch.one(&done, "账号 jia");
    for (active, deed) in [
        (true, Deed::AccountChanged),
        (false, Deed::AccountDisabled),
        (true, Deed::AccountEnabled),
    ] {
        let done = entries.next(deed, "账号 jia");
        office
            .change_account(owner.id, &profile("水务局"), active, &done)
            .unwrap();
        watch.one(&done, "账号 jia");
    }
    let done = entries.next(Deed::PasswordReset, "账号 jia");
    office.set_password(owner.id, "新", true, &done).unwrap();
    watch.one(&done, "账号 jia");
    let done = entries.next(Deed::SignIn, "账号 jia");
    office.add_session(&secret(1), owner.id, &done).unwrap();
    watch.one(&done, "账号 jia");
    let done = entries.next(Deed::SignOut, "账号 jia");
    office.end_session(&secret(1), Some(&done)).unwrap();
    watch.one(&done, "账号 jia");

    let done = entries.next(Deed::TokenAdded, "令牌 {}");
    let token = office
        .add_token(&secret(2), owner.id, &grant("系统"), &done)
        .unwrap();
    watch.one(&done, &format!("令牌 {}", token.id));
    let done = entries.next(Deed::TokenRevoked, "令牌");
    office.revoke_token(token.id, &done).unwrap();
    watch.one(&done, "令牌");

    // Through the register alone, which says itself what it has done.
    let list = finance();
    let change = add(item(&list, "甲", ""), Some("CZ-1"));
    publish(office, &list, "2025-01-01", vec![change]).unwrap();
    let record = all_records(office).swap_remove(0);
    assert_eq!(record.number, watch.records + 1, "one record");
    assert_eq!(record.entry.deed, Deed::Published);
    assert_eq!(record.entry.object, "第 1 号公布");
    assert_eq!(Some(record.entry.content), office.digest(1).unwrap());
    watch = Watch::new(office);

    let mut draft = new_draft(&list);
    draft.base = 1;
    let changes = vec![add(item(&list, "乙", ""), None)];
    let kept = [DraftChange::new(changes[0].clone())];
    for (deed, content) in [
        (Deed::Uploaded, Some(&kept[..])),
        (Deed::Declared, None),
        (Deed::Submitted, None),
    ] {
        let done = entries.next(deed, "草稿 {}");
        let content = Content {
            changes: content,
            findings: None,
        };
        office.save_draft(&mut draft, content, &done).unwrap();
        let told = watch.one(&done, "草稿 1");
        assert_eq!(told, office.draft_digest(1).unwrap(), "{deed:?}");
    }
    let done = entries.next(Deed::Published, "第 {} 号公布");
    let publication = publication(office, &list, "2025-01-01", changes);
    office
        .publish_draft(&mut draft, &publication, &done)
        .unwrap();
    let told = watch.one(&done, "第 2 号公布");
    assert_eq!(Some(told), office.digest(2).unwrap());

    let done = entries.next(Deed::LetterReceived, "纠错建议 {}");
    let id = office
        .add_letter(&letter(), Some("13800138000"), &secret(3), &done)
        .unwrap();
    watch.one(&done, "纠错建议 1");
    let done = entries.next(Deed::LetterHandled, "纠错建议 1");
    let answer = Letter {
        id,
        handled_at: Some(at(1)),
        ..letter()
    };
    office.handle_letter(&answer, None, &done).unwrap();
    watch.one(&done, "纠错建议 1");
    let done = entries.next(Deed::ContactDeleted, "纠错建议 1");
    office.delete_contact(id, &done).unwrap();
    watch.one(&done, "纠错建议 1");

    let done = entries.next(Deed::SignInFailed, "未知账号");
    office.record(&done).unwrap();
    watch.one(&done, "未知账号");

    let numbers: Vec<u64> = all_records(office).iter().map(|r| r.number).collect();
    let expected: Vec<u64> = (1..=watch.records).rev().collect();
    assert_eq!(numbers, expected, "without gaps");
    let verified = office.verify(&mut |_| {}).unwrap().expect("it is whole");
    assert_eq!(verified.records, watch.records);
}

pub fn what_fails_leaves_no_record(office: &dyn Whole) {
    let owner = account(office, "jia");
    let known = token(office, 2, owner.id);
    session(office, 1, owner.id);
    let taking = entry(Deed::LetterReceived, "纠错建议 {}", 3);
    let id = office
        .add_letter(&letter(), None, &secret(3), &taking)
        .unwrap();
    let mut draft = new_draft(&finance());
    save(office, &mut draft, &[], 4);
    draft.version += 1;
    office
        .revoke_token(known.id, &entry(Deed::TokenRevoked, "令牌", 5))
        .unwrap();

    let watch = Watch::new(office);
    let nobody = AccountId(99);
    let done = entry(Deed::Edited, "草稿 {}", 9);
    let profile = profile("财政局");
    let invalid = add(item(&water(), "甲", ""), None);
    let publication = publication(office, &finance(), "2025-01-01", vec![invalid]);
    let stale = Letter {
        id,
        handled_at: Some(at(9)),
        ..letter()
    };
    let fails = |what: &str, failed: bool| {
        assert!(failed, "{what}: it cannot be done");
        watch.none(what);
    };
    let added = office.add_account("jia", &profile, "", &done);
    fails("a name in use", added.is_err());
    let changed = office.change_account(nobody, &profile, true, &done);
    fails("nobody's profile", changed.is_err());
    let disabled = office.change_account(nobody, &profile, false, &done);
    fails("nobody is disabled", disabled.is_err());
    let changed = office.set_password(nobody, "", true, &done);
    fails("nobody's password", changed.is_err());
    let opened = office.add_session(&secret(8), nobody, &done);
    fails("nobody's session", opened.is_err());
    let opened = office.add_session(&secret(1), owner.id, &done);
    fails("a secret that opens a session", opened.is_err());
    let added = office.add_token(&secret(8), nobody, &grant(""), &done);
    fails("nobody's token", added.is_err());
    let added = office.add_token(&secret(2), owner.id, &grant(""), &done);
    fails("a secret of a token", added.is_err());
    let revoked = office.revoke_token(known.id, &done);
    fails("a token that was revoked", revoked.is_err());
    let revoked = office.revoke_token(99, &done);
    fails("a token that is not there", revoked.is_err());
    let saved = office.save_draft(&mut draft, Content::default(), &done);
    fails("a version that is not there", saved.is_err());
    draft.version -= 1;
    let published = office.publish_draft(&mut draft, &publication, &done);
    fails("another department's item", published.is_err());
    let published = office.publish(&publication, 0);
    fails("the same without a draft", published.is_err());
    let taken = office.add_letter(&letter(), None, &secret(3), &done);
    fails("a receipt that is given out", taken.is_err());
    let handled = office.handle_letter(&stale, Some(at(1)), &done);
    fails("a letter as it never was", handled.is_err());

    assert_eq!(office.accounts().unwrap(), [owner]);
    assert_eq!(office.tokens().unwrap().len(), 1);
    assert!(office.session(&secret(1)).unwrap().is_some());
    assert_eq!(office.last_number().unwrap(), 0);
    assert_eq!(stored(office, 1).state, State::Editing);
}

pub fn what_is_no_deed_leaves_no_record(office: &dyn Whole) {
    let owner = account(office, "jia");
    let token = token(office, 2, owner.id);
    session(office, 1, owner.id);
    let mut draft = new_draft(&finance());
    let mut change = DraftChange::new(add(item(&finance(), "甲", ""), None));
    change.change.id = Some(ItemId(1));
    save(office, &mut draft, &[change], 1);
    let watch = Watch::new(office);

    office.touch_session(&secret(1), at(50)).unwrap();
    watch.none("a session is used");
    office.end_session(&secret(1), None).unwrap();
    watch.none("a session has expired");
    assert_eq!(office.session(&secret(1)).unwrap(), None);
    office.attempt("登录", "jia", at(50), at(0)).unwrap();
    office.attempts("登录", "jia", at(0)).unwrap();
    office.forget_attempts("登录", "jia").unwrap();
    watch.none("attempts are counted");
    office
        .claim_key(token.id, "键", &secret(7), at(50), at(0))
        .unwrap();
    office.settle_key(token.id, "键", Some((200, ""))).unwrap();
    watch.none("an answer is kept");
    let file = office.keep_file("清单.csv", &mut "甲".as_bytes()).unwrap();
    office.open_file(&file.sha256).unwrap();
    watch.none("a file is kept");
    office.draft(1).unwrap();
    all_changes(office, 1);
    office.draft_digest(1).unwrap();
    office.contact(1).unwrap();
    office.letter_counts(&code("CZ-1")).unwrap();
    watch.none("something is read");
}
