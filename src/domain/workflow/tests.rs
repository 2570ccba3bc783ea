//! The rules as a table to be read, and what must hold of every combination of roles: no draft gets
//! through on the word of fewer than three people.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::*;
use crate::domain::draft::{Decision, Draft};
use crate::domain::{ListId, Profile, Region, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// The department whose draft it is, and another.
const OURS: &str = "辽阳市财政局";
const THEIRS: &str = "辽阳市教育局";

/// Who asks; who drafted, approved first and approved second where that is somebody else.
const SELF: AccountId = AccountId(1);
const DRAFTER: AccountId = AccountId(91);
const FIRST: AccountId = AccountId(92);
const SECOND: AccountId = AccountId(93);

/// What comes of an act: the next state, or that the draft is `unseen`, that it is not done in this
/// `state` by anybody, or that it is not `theirs` to do. `elsewhere` is an editor of another department.
const RULES: &str = "
state         act      editor        elsewhere  list-office    legal-office  operator  auditor

editing       edit     →editing      unseen     unseen         unseen        unseen    theirs
editing       submit   →list-review  unseen     unseen         unseen        unseen    theirs
editing       recall   state         unseen     unseen         unseen        unseen    state
editing       discard  →discarded    unseen     unseen         unseen        unseen    theirs
editing       approve  state         unseen     unseen         unseen        unseen    state
editing       return   state         unseen     unseen         unseen        unseen    state

list-review   edit     state         unseen     state          state         unseen    state
list-review   submit   state         unseen     state          state         unseen    state
list-review   recall   →editing      unseen     theirs         theirs        unseen    theirs
list-review   discard  state         unseen     state          state         unseen    state
list-review   approve  theirs        unseen     →legal-review  theirs        unseen    theirs
list-review   return   theirs        unseen     →returned      theirs        unseen    theirs

legal-review  edit     state         unseen     state          state         unseen    state
legal-review  submit   state         unseen     state          state         unseen    state
legal-review  recall   →editing      unseen     theirs         theirs        unseen    theirs
legal-review  discard  state         unseen     state          state         unseen    state
legal-review  approve  theirs        unseen     theirs         →approved     unseen    theirs
legal-review  return   theirs        unseen     theirs         →returned     unseen    theirs

approved      edit     state         unseen     state          state         unseen    state
approved      submit   state         unseen     state          state         unseen    state
approved      recall   →editing      unseen     theirs         theirs        unseen    theirs
approved      discard  state         unseen     state          state         unseen    state
approved      approve  state         unseen     state          state         unseen    state
approved      return   theirs        unseen     →returned      theirs        unseen    theirs

returned      edit     →returned     unseen     theirs         theirs        unseen    theirs
returned      submit   →list-review  unseen     theirs         theirs        unseen    theirs
returned      recall   state         unseen     state          state         unseen    state
returned      discard  →discarded    unseen     theirs         theirs        unseen    theirs
returned      approve  state         unseen     state          state         unseen    state
returned      return   state         unseen     state          state         unseen    state

published     edit     state         unseen     state          state         unseen    state
published     submit   state         unseen     state          state         unseen    state
published     recall   state         unseen     state          state         unseen    state
published     discard  state         unseen     state          state         unseen    state
published     approve  state         unseen     state          state         unseen    state
published     return   state         unseen     state          state         unseen    state

discarded     edit     state         unseen     unseen         unseen        unseen    state
discarded     submit   state         unseen     unseen         unseen        unseen    state
discarded     recall   state         unseen     unseen         unseen        unseen    state
discarded     discard  state         unseen     unseen         unseen        unseen    state
discarded     approve  state         unseen     unseen         unseen        unseen    state
discarded     return   state         unseen     unseen         unseen        unseen    state
";

fn account(id: AccountId, roles: &[AccountRole], departments: &[&str]) -> Account {
    Account {
        id,
        name: format!("account-{}", id.0),
        profile: Profile {
            office: "辽阳市".into(),
            roles: roles.to_vec(),
            departments: departments.iter().map(|d| (*d).to_owned()).collect(),
        },
        active: true,
        must_change: false,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// The items of a list whose bits are set.
fn chosen<T: Copy>(all: &[T], bits: usize) -> Vec<T> {
    let numbered = all.iter().enumerate();
    let chosen = numbered.filter(|(i, _)| bits >> i & 1 == 1);
    chosen.map(|(_, one)| *one).collect()
}

/// Accounts of every combination of roles, and of departments, whether or not an operator could make
/// them.
fn every_account(id: AccountId) -> Vec<Account> {
    let mut accounts = Vec::new();
    for roles in 1..1 << AccountRole::ALL.len() {
        for departments in 0..4 {
            let roles = chosen(&AccountRole::ALL, roles);
            accounts.push(account(id, &roles, &chosen(&[OURS, THEIRS], departments)));
        }
    }
    accounts
}

fn standing<'a>(
    state: State,
    authors: &'a [AccountId],
    approvers: &'a [AccountId],
) -> Standing<'a> {
    Standing {
        state,
        department: OURS,
        authors,
        approvers,
    }
}

/// Every state, as drafted and approved by others, by `SELF` and by both.
fn every_standing() -> Vec<Standing<'static>> {
    const AUTHORS: [&[AccountId]; 3] = [&[DRAFTER], &[SELF], &[DRAFTER, SELF]];
    const APPROVERS: [&[AccountId]; 4] = [&[], &[FIRST], &[SELF], &[FIRST, SELF]];
    let mut standings = Vec::new();
    for state in State::ALL {
        for authors in AUTHORS {
            standings.extend(APPROVERS.map(|approvers| standing(state, authors, approvers)));
        }
    }
    standings
}

/// Whoever stands at the head of a column of the table. To have the department without being its editor
/// is to have nothing.
fn asker(head: &str) -> Account {
    match (head, AccountRole::parse(head)) {
        ("elsewhere", _) => account(SELF, &[AccountRole::Editor], &[THEIRS]),
        (_, Some(role)) => account(SELF, &[role], &[OURS]),
        (_, None) => panic!("no such column: {head}"),
    }
}

/// A result as a cell of the table says it.
fn cell(result: Result<State, Refusal>) -> String {
    match result {
        Ok(state) => format!("→{}", state.key()),
        Err(Refusal::Unseen) => "unseen".into(),
        Err(Refusal::WrongState) => "state".into(),
        Err(Refusal::NotTheirs) => "theirs".into(),
        Err(Refusal::OwnWork) => "own".into(),
    }
}

#[test]
fn every_role_may_do_in_every_state_what_the_table_says() {
    let mut lines = RULES.lines().filter(|line| !line.is_empty());
    let heads: Vec<&str> = lines.next().expect("a header").split_whitespace().collect();
    let askers: Vec<Account> = heads[2..].iter().map(|head| asker(head)).collect();
    for role in AccountRole::ALL {
        assert!(heads.contains(&role.key()), "no column for {role:?}");
    }
    let mut table = BTreeMap::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words.len(), heads.len(), "{line}");
        let twice = table.insert((words[0], words[1].to_owned()), words[2..].to_vec());
        assert_eq!(twice, None, "{line}");
    }
    for state in State::ALL {
        for act in Act::ALL {
            let key = (state.key(), format!("{act:?}").to_lowercase());
            let cells = table.remove(&key);
            let cells = cells.unwrap_or_else(|| panic!("no line for {key:?}"));
            let draft = standing(state, &[DRAFTER], &[FIRST, SECOND]);
            let found: Vec<String> = askers
                .iter()
                .map(|asker| cell(next(asker, draft, act)))
                .collect();
            assert_eq!(found, cells, "{key:?} for {:?}", &heads[2..]);
        }
    }
    assert!(table.is_empty(), "no such state or act: {table:?}");
}

#[test]
fn words_of_states_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::parse(state.key()), Some(state));
    }
    assert_eq!(State::parse("draft"), None);
}

#[test]
fn nobody_reviews_what_they_have_worked_on_whatever_their_roles() {
    let own = every_standing().into_iter();
    let own: Vec<_> = own.filter(|draft| draft.authors.contains(&SELF)).collect();
    assert_eq!(own.len(), State::ALL.len() * 8);
    for account in every_account(SELF) {
        for draft in &own {
            for act in [Act::Approve, Act::Return] {
                let result = next(&account, *draft, act);
                assert!(result.is_err(), "{:?} {draft:?} {act:?}", account.profile);
            }
        }
    }
}

#[test]
fn whoever_has_both_offices_is_told_that_it_is_their_own_work() {
    let both = [AccountRole::ListOffice, AccountRole::LegalOffice];
    let account = account(SELF, &both, &[]);
    for (state, act) in [
        (State::ListReview, Act::Approve),
        (State::ListReview, Act::Return),
        (State::LegalReview, Act::Approve),
        (State::LegalReview, Act::Return),
        (State::Approved, Act::Return),
    ] {
        let result = next(&account, standing(state, &[SELF], &[]), act);
        assert_eq!(result, Err(Refusal::OwnWork), "{state:?} {act:?}");
    }
}

#[test]
fn whoever_approved_first_never_approves_second_but_another_may() {
    for (account, other) in every_account(SELF).into_iter().zip(every_account(SECOND)) {
        let draft = standing(State::LegalReview, &[DRAFTER], &[SELF]);
        let result = next(&account, draft, Act::Approve);
        assert!(result.is_err(), "{:?}", account.profile);
        let may = other.has(AccountRole::LegalOffice) && !other.has(AccountRole::Operator);
        let result = next(&other, draft, Act::Approve);
        assert_eq!(result.is_ok(), may, "{:?}", other.profile);
        if may {
            assert_eq!(result, Ok(State::Approved));
            assert_eq!(
                next(&account, draft, Act::Approve),
                Err(Refusal::OwnWork),
                "{:?}",
                account.profile
            );
        }
    }
}

#[test]
fn whoever_approved_first_may_still_stop_it_before_publication() {
    let account = account(SELF, &[AccountRole::ListOffice], &[]);
    let draft = standing(State::Approved, &[DRAFTER], &[SELF, SECOND]);
    assert_eq!(next(&account, draft, Act::Return), Ok(State::Returned));
}

#[test]
fn an_operator_never_reviews_whatever_else_they_are() {
    for account in every_account(SELF) {
        if !account.has(AccountRole::Operator) {
            continue;
        }
        for draft in every_standing() {
            for act in [Act::Approve, Act::Return] {
                let result = next(&account, draft, act);
                assert!(result.is_err(), "{:?} {draft:?} {act:?}", account.profile);
            }
        }
    }
}

#[test]
fn what_is_allowed_is_what_succeeds_and_all_else_is_unseen_where_the_draft_is() {
    for account in every_account(SELF) {
        for draft in every_standing() {
            let allowed = allowed(&account, draft);
            for act in Act::ALL {
                let result = next(&account, draft, act);
                let told = (allowed.contains(&act), result == Err(Refusal::Unseen));
                let due = (result.is_ok(), !may_see(&account, draft));
                assert_eq!(told, due, "{:?} {draft:?} {act:?}", account.profile);
            }
            let mut once = allowed.clone();
            once.dedup();
            assert_eq!(once, allowed);
        }
    }
}

/// Does an act as the console does, if the rules let the account.
fn step(draft: &mut Draft, account: &Account, act: Act) -> Result<State, Refusal> {
    let approvers = draft.approvers();
    let to = next(account, draft.standing(&approvers), act)?;
    if act != Act::Edit {
        draft.decisions.push(Decision {
            act,
            by: Some(account.id),
            office: account.profile.office.clone(),
            at: Timestamp::UNIX_EPOCH,
            comment: String::new(),
            to,
        });
    }
    if matches!(act, Act::Edit | Act::Submit) {
        draft.add_author(account.id);
    }
    draft.state = to;
    Ok(to)
}

fn draft() -> Draft {
    let list = ListId {
        department: OURS.into(),
        region: Region::unknown("辽阳市"),
        kind: "power".into(),
        title: "权力清单".into(),
    };
    Draft::new(list, 0, Timestamp::UNIX_EPOCH)
}

/// Who submitted an approved draft last, and who has approved it since.
fn last_round(draft: &Draft) -> (Option<AccountId>, Vec<AccountId>) {
    let mut submitter = None;
    let mut approvers = Vec::new();
    for decision in &draft.decisions {
        match decision.act {
            Act::Submit => {
                submitter = decision.by;
                approvers.clear();
            }
            Act::Approve => approvers.extend(decision.by),
            _ => {}
        }
    }
    (submitter, approvers)
}

#[test]
fn a_draft_that_comes_back_is_reviewed_by_both_offices_again() {
    let editor = account(AccountId(1), &[AccountRole::Editor], &[OURS]);
    let list = account(AccountId(2), &[AccountRole::ListOffice], &[]);
    let legal = account(AccountId(3), &[AccountRole::LegalOffice], &[]);
    let mut draft = draft();
    for (account, act, to) in [
        (&editor, Act::Edit, State::Editing),
        (&editor, Act::Submit, State::ListReview),
        (&list, Act::Approve, State::LegalReview),
        (&legal, Act::Return, State::Returned),
        (&editor, Act::Edit, State::Returned),
        (&editor, Act::Submit, State::ListReview),
        (&list, Act::Approve, State::LegalReview),
        (&editor, Act::Recall, State::Editing),
        (&editor, Act::Submit, State::ListReview),
        (&list, Act::Approve, State::LegalReview),
        (&legal, Act::Approve, State::Approved),
        (&list, Act::Return, State::Returned),
        (&editor, Act::Submit, State::ListReview),
        (&list, Act::Approve, State::LegalReview),
        (&legal, Act::Approve, State::Approved),
        (&editor, Act::Recall, State::Editing),
        (&editor, Act::Discard, State::Discarded),
    ] {
        assert_eq!(step(&mut draft, account, act), Ok(to), "{act:?}");
    }
    assert!(draft.state.is_final());
}

/// Accounts as roles and departments, and who of them tries what.
type Walk = (Vec<(usize, usize)>, Vec<(usize, Act)>);

fn walk() -> impl Strategy<Value = Walk> {
    // Without weights most walks would end in the dustbin.
    let act = prop_oneof![
        3 => Just(Act::Edit),
        6 => Just(Act::Submit),
        1 => Just(Act::Recall),
        12 => Just(Act::Approve),
        2 => Just(Act::Return),
    ];
    let act = prop_oneof![200 => act, 1 => Just(Act::Discard)];
    let account = (1..1usize << AccountRole::ALL.len(), 0..4usize);
    (
        prop::collection::vec(account, 3..9),
        prop::collection::vec((0..9usize, act), 0..150),
    )
}

#[test]
fn whatever_is_approved_was_approved_by_three_people() {
    let reached = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(1_024));
    let outcome = runner.run(&walk(), |(accounts, steps)| {
        let numbered = accounts.into_iter().zip(1..);
        let accounts: Vec<Account> = numbered
            .map(|((roles, departments), id)| {
                let roles = chosen(&AccountRole::ALL, roles);
                account(AccountId(id), &roles, &chosen(&[OURS, THEIRS], departments))
            })
            .collect();
        let mut draft = draft();
        let mut workers = Vec::new();
        for (who, act) in steps {
            let who = &accounts[who % accounts.len()];
            let result = step(&mut draft, who, act);
            if result.is_ok() && matches!(act, Act::Edit | Act::Submit) {
                workers.push(who.id);
            }
            if result != Ok(State::Approved) {
                continue;
            }
            reached.set(reached.get() + 1);
            let (submitter, approvers) = last_round(&draft);
            prop_assert!(submitter.is_some_and(|by| workers.contains(&by)));
            let [first, second] = approvers[..] else {
                return Err(TestCaseError::fail(format!("approved by {approvers:?}")));
            };
            prop_assert_ne!(first, second);
            for (by, office) in [
                (first, AccountRole::ListOffice),
                (second, AccountRole::LegalOffice),
            ] {
                let by = accounts.iter().find(|account| account.id == by);
                let by = by.expect("one of them");
                prop_assert!(by.has(office) && !by.has(AccountRole::Operator));
                prop_assert!(!workers.contains(&by.id));
            }
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(reached.get() > 0, "no walk has got to the end");
}
