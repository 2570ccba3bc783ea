//! Who manages accounts, what an account may be, and that no secret is ever written down.

use quanze::domain::{AccountRole, Deed, Grant, Profile, Scope};
use quanze::service::BY_COMMAND;
use quanze::service::console::letters::RawLetter;

use super::{ADDRESS, CITY, LIST_OFFICE, Office, day, profile, refused};

/// A password that its owner chose.
const CHOSEN: &str = "correct-horse-battery";

fn editor_of_the_city() -> Profile {
    profile(CITY, &[AccountRole::Editor], &[CITY])
}

#[test]
fn the_first_operator_comes_in_by_the_command_line() {
    let office = Office::empty();
    let (account, first) = office.add(
        "Admin",
        profile("大数据中心", &[AccountRole::Operator], &[]),
    );
    assert_eq!(account.name, "admin", "names are told apart without case");
    assert!(account.active && account.must_change, "{account:?}");
    let operator = office.actor(&office.enter("ADMIN ", &first));
    let added = office
        .console()
        .add_account(&operator, "chengguan", editor_of_the_city());
    let (added, password) = added.expect("an operator adds accounts");
    assert!(added.must_change);
    office.enter("chengguan", &password);
    let names = office.console().accounts_locally().expect("accounts");
    let names: Vec<_> = names.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["admin", "chengguan"]);

    let page = office
        .console()
        .journal(&operator, &super::JournalFilter::default(), super::PAGE);
    let mut records = page.expect("the journal is read").0;
    records.reverse();
    let told: Vec<_> = records
        .iter()
        .map(|r| {
            (
                r.entry.deed,
                r.entry.actor.as_str(),
                r.entry.object.as_str(),
            )
        })
        .collect();
    let expected = [
        (Deed::AccountAdded, BY_COMMAND, "账号 admin"),
        (Deed::SignIn, "admin", "账号 admin"),
        (Deed::AccountAdded, "admin", "账号 chengguan"),
        (Deed::SignIn, "chengguan", "账号 chengguan"),
    ];
    assert_eq!(told, expected);
    let by_command = &records[0].entry;
    assert_eq!(
        (by_command.account, by_command.address.as_str()),
        (None, "")
    );
    assert_eq!(records[1].entry.address, ADDRESS);
    let detail = &records[2].entry.detail;
    assert!(
        detail.contains(CITY) && detail.contains("部门经办"),
        "{detail}"
    );
}

#[test]
fn only_operators_manage_accounts() {
    let office = Office::new();
    let console = office.console();
    let other = office.other_editor().account.clone();
    for actor in [
        office.editor(),
        office.list_office(),
        office.legal_office(),
        office.auditor(),
    ] {
        let who = &actor.account.name;
        let added = refused(console.add_account(actor, "xinren", editor_of_the_city()));
        assert_eq!(added.code, "not_allowed", "{who}");
        for id in [other.id, actor.account.id] {
            let changed = console.change_account(actor, id, editor_of_the_city(), true);
            assert_eq!(refused(changed).code, "not_allowed", "{who}");
            let reset = refused(console.reset_password(actor, id));
            assert_eq!(reset.code, "not_allowed", "{who}");
        }
        let sees = console.accounts(actor).map(|all| all.len());
        match actor.account.has(AccountRole::Auditor) {
            true => assert_eq!(sees.expect("an auditor reads"), 5),
            false => assert_eq!(refused(sees).code, "not_allowed", "{who}"),
        }
    }
    let unchanged = console.known_account(other.id).expect("account");
    assert_eq!(unchanged, other);
    let all = console.accounts(office.operator()).expect("accounts");
    assert_eq!(all.len(), 6);
}

#[test]
fn an_account_is_one_name_and_a_profile_that_can_work() {
    let office = Office::empty();
    let (console, operator) = (office.console(), office.operator());
    let add = |name: &str, profile| refused(console.add_account(operator, name, profile));
    for name in ["guanli", "GuanLi", " guanli "] {
        assert_eq!(add(name, editor_of_the_city()).code, "name_taken", "{name}");
    }
    for name in ["", "a", "a b", "a/b", "<b>", &"a".repeat(33)] {
        let why = add(name, editor_of_the_city());
        assert_eq!(why.parameter, "name", "{name}");
    }
    for wrong in [
        profile("", &[AccountRole::Auditor], &[]),
        profile(CITY, &[], &[]),
        profile(CITY, &[AccountRole::Editor], &[]),
        profile(CITY, &[AccountRole::Auditor], &[CITY]),
        profile(CITY, &[AccountRole::Operator, AccountRole::Editor], &[CITY]),
        profile(CITY, &[AccountRole::Operator, AccountRole::ListOffice], &[]),
        profile(
            CITY,
            &[AccountRole::Operator, AccountRole::LegalOffice],
            &[],
        ),
    ] {
        let why = add("xinren", wrong.clone());
        assert_eq!(why.parameter, "profile", "{wrong:?}");
    }
    let all = console.accounts(operator).expect("accounts");
    assert_eq!(all.len(), 1, "nobody was added");
}

#[test]
fn no_operator_locks_themselves_out() {
    let office = Office::empty();
    let (console, operator) = (office.console(), office.operator());
    let own = operator.account.id;
    let operators = || profile("大数据中心", &[AccountRole::Operator], &[]);
    for (changed, active) in [
        (operators(), false),
        (profile("大数据中心", &[AccountRole::Auditor], &[]), true),
    ] {
        let why = refused(console.change_account(operator, own, changed, active));
        assert_eq!(why.parameter, "profile", "{why:?}");
    }
    let renamed = profile(
        "数据局",
        &[AccountRole::Operator, AccountRole::Auditor],
        &[],
    );
    let changed = console.change_account(operator, own, renamed, true);
    changed.expect("the rest of one's own account is theirs to change");
    let other = office.join("guanli2", "大数据中心", &[AccountRole::Operator], &[]);
    let disabled = console.change_account(&other, own, operators(), false);
    disabled.expect("another operator may");
    assert!(!console.known_account(own).expect("account").active);
}

#[test]
fn a_change_of_roles_holds_at_once() {
    let office = Office::new();
    let (account, first) = office.add("chengguan", editor_of_the_city());
    let session = office.enter("chengguan", &first);
    assert!(office.actor(&session).edits(CITY));
    let reviewer = profile(LIST_OFFICE, &[AccountRole::ListOffice], &[]);
    let changed = office
        .console()
        .change_account(office.operator(), account.id, reviewer, true);
    changed.expect("the account is changed");
    let actor = office.actor(&session);
    assert!(!actor.edits(CITY), "{:?}", actor.account.profile);
    assert!(actor.account.has(AccountRole::ListOffice));
    let deeds = office.deeds("账号 chengguan");
    assert_eq!(deeds.last(), Some(&Deed::AccountChanged));
}

/// All bytes of the register's database and its log.
fn database(office: &Office) -> Vec<u8> {
    let folder = office.app.register_folder();
    let mut bytes = Vec::new();
    for name in ["register.db", "register.db-wal"] {
        let part = std::fs::read(folder.join(name));
        bytes.extend(part.unwrap_or_else(|e| panic!("{name}: {e}")));
    }
    bytes
}

#[track_caller]
fn is_written_nowhere(office: &Office, secrets: &[(&str, &str)]) {
    // What is there can be found so.
    let journal = format!("{:?}", office.records());
    let database = database(office);
    let is_there = |text: &str| database.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(is_there("chengguan") && journal.contains("chengguan"));
    for (what, secret) in secrets {
        assert!(secret.len() >= 10, "{what} is no secret: {secret}");
        assert!(!journal.contains(secret), "{what} is in the journal");
        assert!(!is_there(secret), "{what} is in the database");
    }
}

#[test]
fn no_secret_is_in_the_journal_or_in_the_database() {
    let office = Office::new();
    let console = office.console();
    let (account, first) = office.add("chengguan", editor_of_the_city());
    let session = office.enter("chengguan", &first);
    let wrong = "nobody-knows-this-one";
    refused(console.sign_in("chengguan", wrong, ADDRESS));
    refused(console.sign_in("nobody", wrong, ADDRESS));
    let changed = console.change_password(&office.actor(&session), &first, CHOSEN);
    let changed = changed.expect("the password is changed");
    let editor = office.actor(&changed);
    let grant = Grant {
        name: "政务系统同步".into(),
        department: CITY.into(),
        scopes: vec![Scope::Draft],
        expires_on: day("2027-01-31"),
    };
    let (_, token) = console.add_token(&editor, grant).expect("a token");
    let program = console.actor_by_token(&token, Scope::Draft, ADDRESS);
    let program = program.expect("the token opens");
    let answered = console.once(&program, Some("key-of-a-request"), b"request", || {
        Ok((201, "{}".to_owned()))
    });
    answered.expect("it is answered");
    let letter = RawLetter {
        aspect: "truth".into(),
        text: "电话打不通".into(),
        contact: String::new(),
    };
    let receipt = console.write_letter("KL-001", &letter, "198.51.100.7");
    let receipt = receipt.expect("the letter is taken");
    let reset = console.reset_password(office.operator(), account.id);
    let reset = reset.expect("the password is reset");
    is_written_nowhere(
        &office,
        &[
            ("the first password", &first),
            ("a wrong password", wrong),
            ("the chosen password", CHOSEN),
            ("the password after the reset", &reset),
            ("a session", &session),
            ("a later session", &changed),
            ("a token", &token),
            ("what follows a token's beginning", &token[3..]),
            ("a receipt", &receipt),
        ],
    );
}

#[test]
fn a_password_that_is_typed_as_the_name_is_not_written_down() {
    let office = Office::new();
    let (_, first) = office.add("chengguan", editor_of_the_city());
    refused(office.console().sign_in(&first, "chengguan", ADDRESS));
    is_written_nowhere(&office, &[("a password in the wrong field", &first)]);
}
