//! What everything that leads to publications must do: accounts, drafts, letters, the journal.
//! Must not know how a register is built: implementations bring a maker of empty ones.

mod accounts;
mod deeds;
mod desk;
mod journal;
mod letters;
mod model;
mod publishing;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use quanze::register::sqlite::SqliteRegister;
use quanze::register::{Office, Register};

/// A register with all that leads to its publications.
pub trait Whole: Register + Office {}

impl<T: Register + Office> Whole for T {}

#[test]
fn sqlite_keeps_the_contract_of_the_office() {
    let root = tempfile::tempdir().expect("folder");
    let serial = AtomicUsize::new(0);
    office_contract(&|| {
        let dir = root
            .path()
            .join(serial.fetch_add(1, Ordering::Relaxed).to_string());
        Box::new(SqliteRegister::open(&dir).expect("opens"))
    });
}

/// The suite; `make` gives an empty register each time.
pub fn office_contract(make: &dyn Fn() -> Box<dyn Whole>) {
    let cases: [fn(&dyn Whole); 31] = [
        accounts::names_are_unique,
        accounts::a_disabled_account_loses_its_sessions,
        accounts::a_new_password_ends_all_sessions,
        accounts::sessions_are_found_by_their_digest_alone,
        accounts::a_token_is_revoked_once,
        accounts::attempts_count_within_their_window_and_are_forgotten,
        accounts::a_key_is_taken_once_and_answered_until_it_is_old,
        desk::drafts_get_numbers_and_versions,
        desk::an_outdated_version_changes_nothing,
        desk::content_that_is_not_given_stays,
        desk::drafts_are_selected_by_department_state_and_list,
        desk::drafts_come_in_pages_the_last_changed_first,
        desk::changes_come_back_exactly,
        desk::findings_come_back_exactly,
        desk::a_digest_covers_the_declaration_and_every_change,
        desk::of_many_savers_at_once_one_wins,
        publishing::a_draft_and_its_publication_are_one,
        publishing::an_outdated_base_changes_nothing,
        publishing::an_outdated_draft_publishes_nothing,
        publishing::a_contradiction_publishes_nothing,
        publishing::a_draft_is_published_once,
        letters::a_contact_is_apart_and_can_be_deleted_for_good,
        letters::a_receipt_finds_its_letter,
        letters::letters_on_an_item_are_counted,
        letters::letters_are_selected_and_come_in_pages,
        letters::of_two_handlers_the_second_is_told,
        journal::records_are_numbered_without_gaps,
        journal::records_are_selected_and_come_in_pages,
        deeds::every_deed_leaves_exactly_one_record,
        deeds::what_fails_leaves_no_record,
        deeds::what_is_no_deed_leaves_no_record,
    ];
    for case in cases {
        case(&*make());
    }
    model::no_acknowledged_saving_is_lost(make);
}
