//! Programs of a department that act by a token, and requests that are answered once.

use std::cell::Cell;

use quanze::domain::{AccountRole, Grant, Scope};
use quanze::intake::Hints;
use quanze::service::ServiceError;
use quanze::service::console::Actor;

use super::guards::{doings, readings};
use super::{
    ADDRESS, CITY, FILE, FINANCE, Office, PAGE, STRICTER, amended, csv, day, profile, refused,
    said, source,
};

fn grant(department: &str, scopes: &[Scope], expires_on: &str) -> Grant {
    Grant {
        name: "政务系统同步".into(),
        department: department.into(),
        scopes: scopes.to_vec(),
        expires_on: day(expires_on),
    }
}

/// A token of the department for everything until the end of January; its number and secret.
fn token_of(office: &Office, maker: &Actor, department: &str) -> (u64, String) {
    let grant = grant(department, &Scope::ALL, "2027-01-31");
    let made = office.console().add_token(maker, grant);
    let (token, secret) = made.expect("the token is made");
    (token.id, secret)
}

fn program(office: &Office, secret: &str) -> Result<Actor, ServiceError> {
    office
        .console()
        .actor_by_token(secret, Scope::Draft, "10.0.0.8")
}

#[test]
fn a_token_does_what_its_scopes_say_and_no_more() {
    let office = Office::new();
    let (console, maker) = (office.console(), office.editor());
    for own in Scope::ALL {
        let made = console.add_token(maker, grant(CITY, &[own, own], "2027-01-31"));
        let (token, secret) = made.expect("the token is made");
        assert!(
            secret.starts_with("qz_"),
            "recognised where it should not be"
        );
        assert_eq!(token.grant.scopes, [own]);
        for asked in Scope::ALL {
            let found = console.actor_by_token(&secret, asked, ADDRESS);
            if asked == own {
                let actor = found.expect("its own scope");
                assert_eq!(actor.account.id, maker.account.id);
                assert_eq!(console.departments(&actor), [CITY]);
            } else {
                let why = refused(found);
                assert_eq!(why.code, "scope_missing", "{own:?} for {asked:?}");
                assert!(why.detail.contains(asked.key()), "{why:?}");
            }
        }
    }
    for wrong in ["", "qz_", "qz_0123"] {
        assert_eq!(
            refused(program(&office, wrong)).code,
            "signed_out",
            "{wrong}"
        );
    }
}

#[test]
fn a_token_is_used_on_its_last_day_and_not_after_it() {
    let office = Office::new();
    let made = office
        .console()
        .add_token(office.editor(), grant(CITY, &Scope::ALL, "2026-11-30"));
    let (_, secret) = made.expect("the token is made");
    // Days are those of Shanghai.
    office.app.at("2026-11-30T15:59:59Z");
    program(&office, &secret).expect("its last second");
    office.app.at("2026-11-30T16:00:00Z");
    assert_eq!(refused(program(&office, &secret)).code, "signed_out");
    let all = office.console().tokens(office.editor()).expect("tokens");
    assert!(!all[0].is_live);
}

#[test]
fn a_token_is_made_by_an_editor_for_their_department_and_a_year_at_most() {
    let office = Office::new();
    let console = office.console();
    let good = || grant(CITY, &[Scope::Draft], "2027-01-31");
    for (wrong, parameter) in [
        (grant(CITY, &[], "2027-01-31"), "scope"),
        (grant(CITY, &[Scope::Draft], "2026-11-23"), "expires_on"),
        (grant(CITY, &[Scope::Draft], "2027-11-26"), "expires_on"),
        (
            Grant {
                name: "  ".into(),
                ..good()
            },
            "name",
        ),
        (
            Grant {
                name: "长".repeat(61),
                ..good()
            },
            "name",
        ),
    ] {
        let why = refused(console.add_token(office.editor(), wrong.clone()));
        assert_eq!(why.parameter, parameter, "{wrong:?}");
    }
    for edge in ["2026-11-24", "2027-11-25"] {
        let made = console.add_token(office.editor(), grant(CITY, &[Scope::Draft], edge));
        made.expect("the first and the last day");
    }
    for actor in [
        office.other_editor(),
        office.list_office(),
        office.operator(),
        office.auditor(),
    ] {
        let why = refused(console.add_token(actor, good()));
        assert_eq!(why.code, "not_allowed", "{}", actor.account.name);
    }
    // A token makes no tokens.
    let (_, secret) = token_of(&office, office.editor(), CITY);
    let program = program(&office, &secret).expect("the token opens");
    let why = refused(console.add_token(&program, good()));
    assert_eq!(why.code, "not_allowed");
}

#[test]
fn a_revoked_token_opens_nothing() {
    let office = Office::new();
    let console = office.console();
    let colleague = office.join("tongshi", CITY, &[AccountRole::Editor], &[CITY]);
    for revoker in [office.editor(), &colleague, office.operator()] {
        let who = &revoker.account.name;
        let (id, secret) = token_of(&office, office.editor(), CITY);
        program(&office, &secret).expect("the token opens");
        for stranger in [office.other_editor(), office.list_office()] {
            let why = refused(console.revoke_token(stranger, id));
            assert_eq!(why.code, "not_found", "{}", stranger.account.name);
        }
        let why = refused(console.revoke_token(office.auditor(), id));
        assert_eq!(why.code, "not_allowed");
        console.revoke_token(revoker, id).expect("it is revoked");
        assert_eq!(
            refused(program(&office, &secret)).code,
            "signed_out",
            "{who}"
        );
        assert!(console.revoke_token(revoker, id).is_err(), "only once");
    }
}

#[test]
fn tokens_are_seen_by_their_department_and_by_those_who_watch() {
    let office = Office::new();
    let console = office.console();
    token_of(&office, office.editor(), CITY);
    token_of(&office, office.other_editor(), FINANCE);
    for (actor, expected) in [
        (office.editor(), vec![("chengguan", CITY)]),
        (office.other_editor(), vec![("caizheng", FINANCE)]),
        (office.list_office(), vec![]),
        (
            office.operator(),
            vec![("caizheng", FINANCE), ("chengguan", CITY)],
        ),
        (
            office.auditor(),
            vec![("caizheng", FINANCE), ("chengguan", CITY)],
        ),
    ] {
        let all = console.tokens(actor).expect("tokens are read");
        let all: Vec<(&str, &str)> = all
            .iter()
            .map(|v| (v.account.as_str(), v.token.grant.department.as_str()))
            .collect();
        assert_eq!(all, expected, "{}", actor.account.name);
    }
}

#[test]
fn a_token_ends_with_its_maker() {
    let roles = [AccountRole::Editor];
    let both = [CITY, FINANCE];
    for (changed, active) in [
        (profile(CITY, &roles, &both), false),
        (profile(CITY, &roles, &[FINANCE]), true),
        (profile(CITY, &[AccountRole::Auditor], &[]), true),
    ] {
        let office = Office::new();
        let maker = office.join("liangju", CITY, &roles, &both);
        let (_, secret) = token_of(&office, &maker, CITY);
        program(&office, &secret).expect("the token opens");
        let console = office.console();
        let why = format!("{changed:?}, active: {active}");
        let changed = console.change_account(office.operator(), maker.account.id, changed, active);
        changed.expect("the account is changed");
        let code = refused(program(&office, &secret)).code;
        assert_eq!(code, "signed_out", "{why}");
        let all = console.tokens(office.operator()).expect("tokens are read");
        assert!(!all[0].is_live, "{why}");
    }
}

#[test]
fn a_token_sees_its_own_department_whatever_its_maker_sees() {
    let office = Office::new();
    let roles = [AccountRole::Editor, AccountRole::Auditor];
    let maker = office.join("liangju", CITY, &roles, &[CITY, FINANCE]);
    let console = office.console();
    let rows = [("CZ-001", "对会计账簿不全的处罚", "《会计法》第四十条")];
    let theirs = office.upload(office.other_editor(), &csv(FINANCE, &rows));
    let theirs = theirs.drafts[0].draft.id;
    let own = office.drafted(&amended(&[(0, STRICTER)]));
    let (_, secret) = token_of(&office, &maker, CITY);
    let program = program(&office, &secret).expect("the token opens");

    let version = console.draft(&maker, theirs).expect("the maker sees it");
    let version = version.draft.version;
    let all = readings(console, theirs)
        .into_iter()
        .chain(doings(console, (theirs, version)));
    for (what, work) in all {
        let why = refused(work(&program));
        assert_eq!(why.code, "not_found", "{what}: {why:?}");
    }
    let seen = console.drafts(&program, false).expect("drafts are read");
    let seen: Vec<u64> = seen.iter().map(|v| v.draft.id).collect();
    assert_eq!(seen, [own]);
    for (what, work) in readings(console, own) {
        let done = work(&program);
        assert!(done.is_ok(), "{what}: {done:?}");
    }
    let file = source(FILE, &csv(FINANCE, &rows));
    let hints = Hints {
        department: Some(FINANCE.into()),
        ..Hints::default()
    };
    let why = refused(console.upload(&program, &file, &hints, None));
    assert_eq!(why.parameter, "department", "{why:?}");
}

#[test]
fn what_a_program_does_is_recorded_with_its_token() {
    let office = Office::new();
    let (token, secret) = token_of(&office, office.editor(), CITY);
    let program = program(&office, &secret).expect("the token opens");
    let uploaded = office.upload(&program, &csv(CITY, &amended(&[(0, STRICTER)])));
    let draft = &uploaded.drafts[0].draft;
    assert_eq!(
        draft.authors,
        [office.editor().account.id],
        "its maker's work"
    );
    let declared = office
        .console()
        .declare(&program, draft.id, draft.version, &said());
    declared.expect("it is declared");
    let object = format!("草稿 {}", draft.id);
    let records = office.records().into_iter();
    let records: Vec<_> = records.filter(|r| r.entry.object == object).collect();
    assert_eq!(records.len(), 2);
    for record in records {
        let entry = record.entry;
        assert!(entry.actor.contains("chengguan"), "{}", entry.actor);
        let named = format!("接口令牌 {token}");
        assert!(entry.actor.contains(&named), "{}", entry.actor);
        assert_eq!(entry.address, "10.0.0.8");
    }
}

#[test]
fn a_program_manages_and_answers_nothing() {
    let office = Office::new();
    let roles = [
        AccountRole::Editor,
        AccountRole::ListOffice,
        AccountRole::Auditor,
    ];
    let maker = office.join("duomian", CITY, &roles, &[CITY]);
    let (_, secret) = token_of(&office, &maker, CITY);
    let program = program(&office, &secret).expect("the token opens");
    let console = office.console();
    let added = console.add_account(&program, "xinren", profile(CITY, &roles, &[CITY]));
    assert_eq!(refused(added).code, "not_allowed");
    let journal = console.journal(&program, &super::JournalFilter::default(), PAGE);
    assert_eq!(refused(journal).code, "not_allowed");
    let reset = console.reset_password(&program, office.editor().account.id);
    assert_eq!(refused(reset).code, "not_allowed");
}

/// Work that counts how often it is done.
#[expect(clippy::unnecessary_wraps, reason = "as the work of a request")]
fn counted(done: &Cell<u32>) -> Result<(u16, String), ServiceError> {
    done.set(done.get() + 1);
    Ok((201, format!("第 {} 次", done.get())))
}

fn with_a_program() -> (Office, Actor) {
    let office = Office::new();
    let (_, secret) = token_of(&office, office.editor(), CITY);
    let program = program(&office, &secret).expect("the token opens");
    (office, program)
}

#[test]
fn a_request_is_worked_on_once_under_its_key() {
    let (office, program) = with_a_program();
    let console = office.console();
    let done = Cell::new(0);
    let ask =
        |key: Option<&str>, request: &[u8]| console.once(&program, key, request, || counted(&done));
    let first = ask(Some("key"), b"request").expect("it is done");
    assert_eq!(first, (201, "第 1 次".to_owned()));
    for now in ["2026-11-24T04:00:00Z", "2026-11-25T04:00:00Z"] {
        office.app.at(now);
        let again = ask(Some("key"), b"request").expect("it was done");
        assert_eq!(again, first, "{now}");
    }
    assert_eq!(done.get(), 1, "the work is done once");
    let other = refused(ask(Some("key"), b"another request"));
    assert_eq!(other.code, "idempotency_key_reused");
    assert_eq!(done.get(), 1);
    ask(Some("another key"), b"request").expect("another request");
    ask(None, b"request").expect("without a key");
    ask(None, b"request").expect("without a key");
    assert_eq!(done.get(), 4, "without a key each is done");

    // A day after the first, the key is free.
    office.app.at("2026-11-25T04:00:01Z");
    let next = ask(Some("key"), b"another request").expect("it is done");
    assert_eq!((next.1.as_str(), done.get()), ("第 5 次", 5));
}

#[test]
fn what_failed_is_worked_on_again() {
    let (office, program) = with_a_program();
    let console = office.console();
    let failed = console.once(&program, Some("key"), b"request", || {
        Err(ServiceError::not_found("没有这份草稿"))
    });
    assert_eq!(refused(failed).code, "not_found");
    let done = Cell::new(0);
    let again = console.once(&program, Some("key"), b"request", || counted(&done));
    again.expect("an error is not kept");
    assert_eq!(done.get(), 1);
}

#[test]
fn a_request_that_is_being_worked_on_is_not_begun_again() {
    let (office, program) = with_a_program();
    let console = office.console();
    let done = Cell::new(0);
    let answered = console.once(&program, Some("key"), b"request", || {
        let inner = console.once(&program, Some("key"), b"request", || counted(&done));
        assert_eq!(refused(inner).code, "idempotency_key_reused");
        counted(&done)
    });
    answered.expect("the outer one is done");
    assert_eq!(done.get(), 1);
}

#[test]
fn keys_of_two_tokens_are_two_keys() {
    let (office, program) = with_a_program();
    let (_, secret) = token_of(&office, office.editor(), CITY);
    let other = self::program(&office, &secret).expect("the token opens");
    let console = office.console();
    let done = Cell::new(0);
    for actor in [&program, &other] {
        let answered = console.once(actor, Some("key"), b"request", || counted(&done));
        answered.expect("it is done");
    }
    assert_eq!(done.get(), 2);
}

#[test]
fn a_key_is_a_short_line() {
    let (office, program) = with_a_program();
    let console = office.console();
    let done = Cell::new(0);
    for (key, is_good) in [
        ("", false),
        ("a\nb", false),
        (&"k".repeat(129), false),
        (&"k".repeat(128), true),
        ("键", true),
    ] {
        let before = done.get();
        let answered = console.once(&program, Some(key), b"request", || counted(&done));
        match is_good {
            true => drop(answered.expect("a key")),
            false => assert_eq!(refused(answered).parameter, "Idempotency-Key"),
        }
        assert_eq!(done.get() - before, u32::from(is_good), "{key:?}");
    }
}
