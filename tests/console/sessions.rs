//! Signing in and out, how often one may try, how long a session lasts, and what ends it.

use quanze::domain::{AccountRole, Deed};
use quanze::service::ServiceError;
use quanze::service::console::Actor;

use super::{ADDRESS, CITY, FINANCE, Office, profile, refused};

/// A password that its owner chose.
const CHOSEN: &str = "correct-horse-battery";

/// The editor of the city, and their first password.
fn with_an_editor() -> (Office, quanze::domain::Account, String) {
    let office = Office::new();
    let (account, first) = office.add("chengguan", profile(CITY, &[AccountRole::Editor], &[CITY]));
    (office, account, first)
}

fn sign_in(office: &Office, name: &str, password: &str, address: &str) -> &'static str {
    match office.console().sign_in(name, password, address) {
        Ok(_) => "signed in",
        Err(error) => refused::<()>(Err(error)).code,
    }
}

fn is_open(office: &Office, session: &str) -> bool {
    match office.console().actor(session, ADDRESS) {
        Ok(_) => true,
        Err(ServiceError::SignedOut) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn whoever_does_not_come_in_is_told_the_same_whatever_is_wrong() {
    let (office, _, first) = with_an_editor();
    let (gone, own) = office.add("tingyong", profile(FINANCE, &[AccountRole::Auditor], &[]));
    let console = office.console();
    let disabled = console.change_account(office.operator(), gone.id, gone.profile, false);
    disabled.expect("the account is disabled");
    let mut told = Vec::new();
    for (name, password) in [
        ("chengguan", "wrong-password"),
        ("chengguan", ""),
        ("chengguan", &"x".repeat(5_000)),
        ("nobody", "wrong-password"),
        ("no body", "wrong-password"),
        ("", ""),
        ("tingyong", &own),
        ("nobody", &first),
    ] {
        let why = refused(console.sign_in(name, password, ADDRESS));
        told.push((why.code, why.detail, why.parameter));
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "sign_in_failed");
    let failed = office.records().into_iter();
    let failed = failed.filter(|r| r.entry.deed == Deed::SignInFailed);
    let names: Vec<String> = failed.map(|r| r.entry.object).collect();
    let of = |name: &str| names.iter().filter(|n| n.ends_with(name)).count();
    assert_eq!((of("chengguan"), of("tingyong"), of("未知账号")), (3, 1, 2));
}

#[test]
fn an_account_waits_after_five_failures_and_opens_again() {
    // Nobody learns by it which accounts there are.
    for (name, opens) in [("chengguan", "signed in"), ("nobody", "sign_in_failed")] {
        let (office, _, first) = with_an_editor();
        for _ in 0..5 {
            let failed = sign_in(&office, name, "wrong-password", ADDRESS);
            assert_eq!(failed, "sign_in_failed", "{name}");
        }
        for now in ["2026-11-24T04:00:00Z", "2026-11-24T04:15:00Z"] {
            office.app.at(now);
            let right = sign_in(&office, name, &first, ADDRESS);
            assert_eq!(right, "too_many", "{name} at {now}");
        }
        // Trying has not made the wait longer.
        office.app.at("2026-11-24T04:15:01Z");
        assert_eq!(sign_in(&office, name, &first, ADDRESS), opens);
    }
}

#[test]
fn others_do_not_shut_an_account_with_ease_but_do_not_try_for_ever() {
    let (office, _, first) = with_an_editor();
    for n in 0..10 {
        for _ in 0..5 {
            let failed = sign_in(
                &office,
                "chengguan",
                "wrong-password",
                &format!("203.0.113.{n}"),
            );
            assert_eq!(failed, "sign_in_failed", "{n}");
        }
        if n == 4 {
            assert_eq!(sign_in(&office, "chengguan", &first, ADDRESS), "signed in");
        }
    }
    assert_eq!(sign_in(&office, "chengguan", &first, ADDRESS), "too_many");
    office.app.at("2026-11-24T04:15:01Z");
    assert_eq!(sign_in(&office, "chengguan", &first, ADDRESS), "signed in");
}

#[test]
fn the_addresses_of_one_network_count_together() {
    let (office, _, first) = with_an_editor();
    for n in 0..5 {
        let own = format!("2001:db8:0:1::{n}");
        let failed = sign_in(&office, "chengguan", "wrong-password", &own);
        assert_eq!(failed, "sign_in_failed", "{own}");
    }
    for (address, expected) in [
        ("2001:db8:0:1:ffff::9", "too_many"),
        ("2001:db8:0:2::1", "signed in"),
    ] {
        let found = sign_in(&office, "chengguan", &first, address);
        assert_eq!(found, expected, "{address}");
    }
}

#[test]
fn whoever_comes_in_begins_to_count_anew() {
    let (office, _, first) = with_an_editor();
    for _ in 0..3 {
        for _ in 0..4 {
            let failed = sign_in(&office, "chengguan", "wrong-password", ADDRESS);
            assert_eq!(failed, "sign_in_failed");
        }
        assert_eq!(sign_in(&office, "chengguan", &first, ADDRESS), "signed in");
    }
}

/// Thirty failures from one address, none of them of an account that there is.
fn address_is_closed(office: &Office) {
    for n in 0..30 {
        let failed = sign_in(office, &format!("nobody{n}"), "wrong-password", ADDRESS);
        assert_eq!(failed, "sign_in_failed", "{n}");
    }
}

#[test]
fn an_address_waits_after_thirty_failures_and_opens_again() {
    let (office, _, first) = with_an_editor();
    address_is_closed(&office);
    assert_eq!(sign_in(&office, "chengguan", &first, ADDRESS), "too_many");
    let elsewhere = sign_in(&office, "chengguan", &first, "203.0.113.9");
    assert_eq!(elsewhere, "signed in");
    office.app.at("2026-11-24T04:15:01Z");
    assert_eq!(sign_in(&office, "chengguan", &first, ADDRESS), "signed in");
}

#[test]
fn an_address_that_waits_locks_no_account() {
    let (office, _, first) = with_an_editor();
    address_is_closed(&office);
    for _ in 0..60 {
        let refused = sign_in(&office, "chengguan", "wrong-password", ADDRESS);
        assert_eq!(refused, "too_many");
    }
    let elsewhere = sign_in(&office, "chengguan", &first, "203.0.113.9");
    assert_eq!(elsewhere, "signed in");
}

#[test]
fn those_who_come_in_do_not_close_their_address_to_the_others() {
    // A whole office sits behind one address.
    let (office, _, first) = with_an_editor();
    for n in 0..40 {
        let come = sign_in(&office, "chengguan", &first, ADDRESS);
        assert_eq!(come, "signed in", "{n}");
    }
}

#[test]
fn a_session_ends_an_hour_after_its_last_use() {
    let (office, _, first) = with_an_editor();
    let session = office.enter("chengguan", &first);
    for now in ["2026-11-24T04:00:30Z", "2026-11-24T05:00:00Z"] {
        office.app.at(now);
        assert!(is_open(&office, &session), "{now}");
    }
    office.app.at("2026-11-24T06:00:01Z");
    assert!(!is_open(&office, &session));
    office.app.at("2026-11-24T05:30:00Z");
    assert!(!is_open(&office, &session), "it is gone for good");
}

#[test]
fn a_session_ends_twelve_hours_after_it_began_however_much_it_is_used() {
    let (office, _, first) = with_an_editor();
    let session = office.enter("chengguan", &first);
    let other = office.enter("chengguan", &first);
    for hour in 4..16 {
        for minute in [30, 59] {
            office.app.at(&format!("2026-11-24T{hour:02}:{minute}:00Z"));
            assert!(is_open(&office, &session), "{hour}:{minute}");
        }
    }
    office.app.at("2026-11-24T16:00:00Z");
    assert!(is_open(&office, &session));
    office.app.at("2026-11-24T16:00:01Z");
    assert!(!is_open(&office, &session));
    assert!(!is_open(&office, &other), "nobody used that one");
}

#[test]
fn what_is_no_session_opens_nothing() {
    let (office, _, first) = with_an_editor();
    let session = office.enter("chengguan", &first);
    let upper = session.to_uppercase();
    for secret in ["", "0", &session[1..], &upper] {
        assert!(!is_open(&office, secret), "{secret}");
    }
    assert!(is_open(&office, &session));
    assert_ne!(
        session,
        office.enter("chengguan", &first),
        "always a new one"
    );
}

#[test]
fn signing_out_ends_one_session_and_is_recorded() {
    let (office, _, first) = with_an_editor();
    let sessions = [0, 1].map(|_| office.enter("chengguan", &first));
    let actor = office.actor(&sessions[0]);
    let signed_out = office.console().sign_out(&actor, &sessions[0]);
    signed_out.expect("it is ended");
    let open = sessions.each_ref().map(|s| is_open(&office, s));
    assert_eq!(open, [false, true]);
    let expected = [
        Deed::AccountAdded,
        Deed::SignIn,
        Deed::SignIn,
        Deed::SignOut,
    ];
    assert_eq!(office.deeds("账号 chengguan"), expected);
}

#[test]
fn a_new_password_ends_every_session_but_the_one_it_begins() {
    let (office, account, first) = with_an_editor();
    let sessions = [0, 1].map(|_| office.enter("chengguan", &first));
    let actor = office.actor(&sessions[0]);
    let console = office.console();
    for (old, new, parameter) in [
        ("wrong-password", CHOSEN, "old"),
        (first.as_str(), first.as_str(), "password"),
        (first.as_str(), "chengguan-2026", "password"),
        (first.as_str(), "aaaaaaaaaaaaaa", "password"),
    ] {
        let why = refused(console.change_password(&actor, old, new));
        assert_eq!(why.parameter, parameter, "{new}");
        assert!(is_open(&office, &sessions[1]), "nothing has changed: {new}");
    }
    let next = console.change_password(&actor, &first, CHOSEN);
    let next = next.expect("the password is changed");
    let open = sessions.each_ref().map(|s| is_open(&office, s));
    assert_eq!(open, [false, false], "the old secrets open nothing");
    assert!(is_open(&office, &next));
    let known = console.known_account(account.id).expect("account");
    assert!(!known.must_change, "it is theirs now");
    assert_eq!(
        sign_in(&office, "chengguan", &first, ADDRESS),
        "sign_in_failed"
    );
    assert_eq!(sign_in(&office, "chengguan", CHOSEN, ADDRESS), "signed in");
    let deeds = office.deeds("账号 chengguan");
    let changed = deeds.iter().position(|d| *d == Deed::PasswordChanged);
    assert_eq!(deeds[changed.expect("a record") + 1], Deed::SignIn);
}

#[test]
fn a_new_password_that_is_not_good_enough_is_no_guess_at_the_old_one() {
    let (office, _, first) = with_an_editor();
    let actor = office.actor(&office.enter("chengguan", &first));
    for n in 0..6 {
        let why = refused(office.console().change_password(&actor, &first, "short"));
        assert_eq!(why.parameter, "password", "{n}: {why:?}");
    }
}

#[test]
fn guessing_the_old_password_is_counted_too() {
    let (office, _, first) = with_an_editor();
    let actor = office.actor(&office.enter("chengguan", &first));
    let guess = |old: &str| refused(office.console().change_password(&actor, old, CHOSEN));
    for _ in 0..5 {
        assert_eq!(guess("wrong-password").parameter, "old");
    }
    assert_eq!(guess(&first).code, "too_many");
}

fn reset(office: &Office, by: Option<&Actor>, account: &quanze::domain::Account) -> String {
    let console = office.console();
    let reset = match by {
        Some(operator) => console.reset_password(operator, account.id),
        None => console.reset_password_locally("ChengGuan"),
    };
    reset.expect("the password is reset")
}

#[test]
fn a_reset_password_ends_every_session_and_is_to_be_changed() {
    for by_command in [false, true] {
        let (office, account, first) = with_an_editor();
        let session = office.enter("chengguan", &first);
        let actor = office.actor(&session);
        let chosen = office.console().change_password(&actor, &first, CHOSEN);
        let session = chosen.expect("the password is changed");
        let by = Some(office.operator()).filter(|_| !by_command);
        let next = reset(&office, by, &account);
        assert!(!is_open(&office, &session), "by command: {by_command}");
        for old in [first.as_str(), CHOSEN] {
            let failed = sign_in(&office, "chengguan", old, ADDRESS);
            assert_eq!(failed, "sign_in_failed", "by command: {by_command}");
        }
        assert_eq!(sign_in(&office, "chengguan", &next, ADDRESS), "signed in");
        let known = office.console().known_account(account.id);
        assert!(known.expect("account").must_change);
        let deeds = office.deeds("账号 chengguan");
        assert!(deeds.contains(&Deed::PasswordReset), "{deeds:?}");
    }
    let (office, ..) = with_an_editor();
    let unknown = office.console().reset_password_locally("nobody");
    assert_eq!(refused(unknown).code, "not_found");
}

#[test]
fn a_disabled_account_is_out_at_once_and_may_come_back() {
    let (office, account, first) = with_an_editor();
    let session = office.enter("chengguan", &first);
    let (console, operator) = (office.console(), office.operator());
    let set = |active| {
        let own = account.profile.clone();
        let changed = console.change_account(operator, account.id, own, active);
        changed.expect("the account is changed");
    };
    set(false);
    assert!(!is_open(&office, &session));
    assert_eq!(
        sign_in(&office, "chengguan", &first, ADDRESS),
        "sign_in_failed"
    );
    set(true);
    assert!(!is_open(&office, &session), "the session stays ended");
    assert_eq!(sign_in(&office, "chengguan", &first, ADDRESS), "signed in");
    let expected = [
        Deed::AccountAdded,
        Deed::SignIn,
        Deed::AccountDisabled,
        Deed::SignInFailed,
        Deed::AccountEnabled,
        Deed::SignIn,
    ];
    assert_eq!(office.deeds("账号 chengguan"), expected);
}
