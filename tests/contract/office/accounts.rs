//! Accounts, sessions, tokens, attempts and kept answers.

use quanze::domain::{AccountId, Deed, Timestamp};
use quanze::register::RegisterError;
use quanze::register::accounts::{Answered, SecretDigest, Session};

use super::Whole;
use super::support::*;

pub fn names_are_unique(office: &dyn Whole) {
    let mut watch = Watch::new(office);
    assert!(office.accounts().unwrap().is_empty(), "none at first");
    let adding = entry(Deed::AccountAdded, "账号 {}", 0);
    let first = office
        .add_account("caizheng", &profile("财政局"), "甲", &adding)
        .unwrap();
    watch.one(&adding, "账号 caizheng");
    assert_eq!(first.name, "caizheng");
    assert_eq!(first.profile, profile("财政局"));
    assert!(first.active && first.must_change, "{first:?}");
    assert_eq!(first.created_at, adding.at);

    match office.add_account("caizheng", &profile("水务局"), "乙", &adding) {
        Err(RegisterError::Taken(name)) => assert_eq!(name, "caizheng"),
        other => panic!("a name in use: {other:?}"),
    }
    watch.none("a name in use");
    assert_eq!(
        office.account_named("caizheng").unwrap(),
        Some((first.clone(), "甲".to_owned())),
        "the first stays as it was"
    );

    let second = account(office, "bianban");
    assert_ne!(second.id, first.id);
    assert_eq!(office.account(first.id).unwrap(), Some(first.clone()));
    assert_eq!(office.account(second.id).unwrap(), Some(second.clone()));
    assert_eq!(office.accounts().unwrap(), [second, first], "by name");
    for unknown in [AccountId(0), AccountId(99), AccountId(u64::MAX)] {
        assert_eq!(office.account(unknown).unwrap(), None, "{unknown:?}");
    }
    for unknown in ["", "caizheng ", "Caizheng", "caizhen_", "%"] {
        assert_eq!(office.account_named(unknown).unwrap(), None, "“{unknown}”");
    }
}

/// Which of the sessions are there.
fn open(office: &dyn Whole, bytes: &[u8]) -> Vec<u8> {
    let is_open = |byte: &&u8| office.session(&secret(**byte)).unwrap().is_some();
    bytes.iter().filter(is_open).copied().collect()
}

pub fn a_disabled_account_loses_its_sessions(office: &dyn Whole) {
    let (one, other) = (account(office, "jia"), account(office, "yi"));
    session(office, 1, one.id);
    session(office, 2, one.id);
    session(office, 3, other.id);
    let changed = profile("水务局");
    let change = |active, second| {
        let entry = entry(Deed::AccountChanged, "账号 jia", second);
        office
            .change_account(one.id, &changed, active, &entry)
            .unwrap();
        office.account(one.id).unwrap().expect("an account")
    };
    let known = change(true, 5);
    assert_eq!((known.active, &known.profile), (true, &changed));
    assert_eq!((&known.name, known.created_at), (&one.name, one.created_at));
    assert_eq!(open(office, &[1, 2, 3]), [1, 2, 3], "it stays active");

    assert!(!change(false, 6).active);
    assert_eq!(open(office, &[1, 2, 3]), [3], "disabled");
    assert!(change(true, 7).active);
    assert_eq!(open(office, &[1, 2, 3]), [3], "enabled again");
    assert_eq!(office.account(other.id).unwrap(), Some(other));
}

pub fn a_new_password_ends_all_sessions(office: &dyn Whole) {
    let (one, other) = (account(office, "jia"), account(office, "yi"));
    for (must_change, password) in [(false, "新"), (true, "更新")] {
        session(office, 1, one.id);
        session(office, 2, one.id);
        session(office, 3, other.id);
        let entry = entry(Deed::PasswordChanged, "账号 jia", 9);
        office
            .set_password(one.id, password, must_change, &entry)
            .unwrap();
        assert_eq!(open(office, &[1, 2, 3]), [3], "{password}");
        let (known, digest) = office.account_named("jia").unwrap().expect("an account");
        assert_eq!(digest, password);
        assert_eq!((known.must_change, known.active), (must_change, true));
        office.end_session(&secret(3), None).unwrap();
    }
    let (_, untouched) = office.account_named("yi").unwrap().expect("the other");
    assert_eq!(untouched, "密码的摘要");
}

pub fn sessions_are_found_by_their_digest_alone(office: &dyn Whole) {
    let (one, other) = (account(office, "jia"), account(office, "yi"));
    session(office, 1, one.id);
    session(office, 2, other.id);
    let found = |digest: &SecretDigest| office.session(digest).unwrap();
    let expected = Session {
        account: one.id,
        created_at: at(1),
        seen_at: at(1),
    };
    assert_eq!(found(&secret(1)), Some(expected));
    assert_eq!(found(&secret(2)).map(|s| s.account), Some(other.id));
    for bit in [0, 7, 100, 255] {
        let mut near = secret(1);
        near[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(found(&near), None, "bit {bit}");
    }
    assert_eq!(found(&secret(0)), None);

    office.touch_session(&secret(1), at(60)).unwrap();
    office.touch_session(&secret(9), at(60)).unwrap();
    let touched = Session {
        seen_at: at(60),
        ..expected
    };
    assert_eq!(found(&secret(1)), Some(touched));
    assert_eq!(found(&secret(2)).map(|s| s.seen_at), Some(at(1)));
    assert_eq!(found(&secret(9)), None, "what is not there is not touched");

    let leaving = entry(Deed::SignOut, "账号 jia", 61);
    office.end_session(&secret(1), Some(&leaving)).unwrap();
    assert_eq!(open(office, &[1, 2]), [2]);
}

pub fn a_token_is_revoked_once(office: &dyn Whole) {
    let owner = account(office, "jia");
    let (first, second) = (token(office, 1, owner.id), token(office, 2, owner.id));
    assert_eq!(
        (first.account, &first.grant),
        (owner.id, &grant("业务系统"))
    );
    assert_eq!((first.created_at, first.revoked_at), (at(2), None));
    assert_eq!(office.token(&secret(1)).unwrap(), Some(first.clone()));
    assert_eq!(office.token(&secret(3)).unwrap(), None);
    assert_eq!(
        office.tokens().unwrap(),
        [second.clone(), first.clone()],
        "newest first"
    );

    let mut watch = Watch::new(office);
    let revoking = entry(Deed::TokenRevoked, "令牌 1", 30);
    office.revoke_token(first.id, &revoking).unwrap();
    watch.one(&revoking, "令牌 1");
    let revoked = office.token(&secret(1)).unwrap().expect("it stays known");
    assert_eq!(revoked.revoked_at, Some(at(30)));
    assert_eq!(office.token(&secret(2)).unwrap(), Some(second));

    let again = office.revoke_token(first.id, &entry(Deed::TokenRevoked, "令牌 1", 31));
    assert!(again.is_err(), "it is revoked once");
    watch.none("revoked again");
    let still = office.token(&secret(1)).unwrap().expect("it stays known");
    assert_eq!(still.revoked_at, Some(at(30)), "the first instant stays");
}

pub fn attempts_count_within_their_window_and_are_forgotten(office: &dyn Whole) {
    let attempt = |purpose, subject, now, since| {
        office
            .attempt(purpose, subject, at(now), at(since))
            .expect("it is counted")
    };
    let attempts = |purpose, subject, since: Timestamp| {
        let counted = office.attempts(purpose, subject, since);
        counted.expect("they are counted")
    };
    assert_eq!(attempts("登录", "甲", at(0)), 0, "none at first");
    assert_eq!(attempt("登录", "甲", 0, -60), 1);
    assert_eq!(attempt("登录", "甲", 10, -50), 2);
    assert_eq!(attempt("登录", "乙", 10, -50), 1, "by subject");
    assert_eq!(attempt("来信", "甲", 0, -60), 1, "by purpose");
    assert_eq!(attempt("登录", "甲", 10, -50), 3, "twice in one instant");

    for (since, count) in [(-60, 3), (0, 3), (1, 2), (10, 2), (11, 0)] {
        let found = attempts("登录", "甲", at(since));
        assert_eq!(found, count, "since {since}: the window begins with it");
    }
    // What is older than the window is forgotten, but not what counts for another purpose.
    assert_eq!(attempt("登录", "甲", 100, 50), 1);
    assert_eq!(attempts("登录", "甲", Timestamp::MIN), 1);
    assert_eq!(attempts("来信", "甲", at(0)), 1);

    assert_eq!(attempt("登录", "乙", 101, 50), 1);
    office.forget_attempts("登录", "甲").unwrap();
    office.forget_attempts("登录", "无").unwrap();
    assert_eq!(attempts("登录", "甲", Timestamp::MIN), 0, "forgotten");
    assert_eq!(attempts("登录", "乙", at(50)), 1, "of another subject");
    assert_eq!(attempts("来信", "甲", at(0)), 1, "of another purpose");
}

pub fn a_key_is_taken_once_and_answered_until_it_is_old(office: &dyn Whole) {
    let owner = account(office, "jia");
    let one = token(office, 1, owner.id).id;
    let other = token(office, 2, owner.id).id;
    let claim = |token, key, request, now: i64| {
        let request = secret(request);
        office
            .claim_key(token, key, &request, at(now), at(now - 100))
            .unwrap()
    };
    let known = |request, status, body: &str| {
        Some(Answered {
            request: secret(request),
            status,
            body: body.to_owned(),
        })
    };
    assert_eq!(claim(one, "键", 5, 0), None, "free at first");
    assert_eq!(
        claim(one, "键", 5, 1),
        known(5, 0, ""),
        "taken, not answered"
    );
    assert_eq!(claim(other, "键", 6, 2), None, "of another token");
    assert_eq!(claim(one, "键 ", 7, 3), None, "another key");
    office
        .settle_key(one, "键", Some((201, "{\"草稿\":1}")))
        .unwrap();
    assert_eq!(claim(one, "键", 6, 4), known(5, 201, "{\"草稿\":1}"));
    office.settle_key(other, "键", None).unwrap();
    assert_eq!(claim(other, "键", 8, 5), None, "given back");
    assert_eq!(claim(one, "键", 9, 101), None, "old, and forgotten");
    assert_eq!(claim(one, "键", 9, 102), known(9, 0, ""));
}
