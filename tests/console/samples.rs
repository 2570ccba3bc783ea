//! Every kind of list goes through the form of one item without loss: what is in force, filled in as
//! it is, is no change, and one field changed is that one difference.

use std::collections::HashMap;

use quanze::domain::workflow::Act;
use quanze::domain::{AccountRole, Action, Role};
use quanze::intake::manifest;
use quanze::service::ServiceError;
use quanze::service::console::Actor;
use quanze::service::console::form::ItemForm;
use quanze::service::view::Difference;

use super::{Office, source};

/// What is filled in for the one field that is changed.
const NEW: &str = "仅为检验填写的内容。";
/// Items that are tried of each list, about.
const TRIED: usize = 4;

/// The sample lists of one kind, and somebody who drafts all of them.
fn samples(kind: &str) -> (Office, Actor) {
    let office = Office::empty();
    let files: HashMap<String, &'static [u8]> = quanze::assets::sample_lists().collect();
    let manifest = manifest::read(manifest::FILE_NAME, files[manifest::FILE_NAME]);
    let entries = manifest.expect("the samples have a manifest").entries;
    let ingester = office.ingester("样例");
    for (name, hints) in entries {
        if hints.kind.as_deref() == Some(kind) {
            let report = ingester.file(&source(&name, files[&name]), &hints, &mut |_, _| {});
            assert!(!report.is_refused(), "{name}: {:?}", report.findings);
        }
    }
    let overview = office.app.services.overview().expect("overview");
    let departments = overview.lists.iter().map(|l| l.list.department.as_str());
    let departments: Vec<&str> = departments.collect();
    let editor = office.join("yangli", "样例", &[AccountRole::Editor], &departments);
    (office, editor)
}

fn values(form: &ItemForm) -> Vec<(String, String)> {
    let fields = form.fields.iter();
    fields.map(|f| (f.key.clone(), f.value.clone())).collect()
}

/// Takes the draft away again; gives what it said of the item.
fn taken_back(office: &Office, editor: &Actor, id: u64) -> Vec<(Action, Vec<Difference>)> {
    let rows = office.changes_by(editor, id).into_iter();
    let rows = rows.map(|row| (row.action, row.differences)).collect();
    let version = office
        .console()
        .draft(editor, id)
        .expect("draft")
        .draft
        .version;
    let discarded = office
        .console()
        .act(editor, (id, version), Act::Discard, "");
    discarded.expect("the draft is discarded");
    rows
}

/// Fills in one item twice; says what went wrong.
fn round_trip(office: &Office, editor: &Actor, list: u64, code: &str) -> Result<(), String> {
    let console = office.console();
    let form = console.item_form(editor, list, Some(code));
    let form = form.map_err(|e| e.to_string())?;
    let same = console.fill_in(editor, list, Some(code), form.stamp, &values(&form));
    match same {
        Err(ServiceError::Invalid { parameter, .. }) if parameter.as_deref() == Some("form") => {}
        Err(error) => return Err(error.to_string()),
        Ok(Err(form)) => return Err(format!("not read as it is: {:?}", form.findings)),
        Ok(Ok(id)) => {
            let rows = taken_back(office, editor, id);
            return Err(format!("changed by itself: {rows:?}"));
        }
    }
    let kind = office.app.services.kinds.get(&form.list.kind);
    let role = |key: &str| kind.and_then(|k| k.field(key)).and_then(|f| f.role);
    let is_plain =
        |key: &str| !matches!(role(key), Some(Role::Title | Role::Subtitle | Role::Type));
    let field = form.fields.iter().find(|f| f.is_long && is_plain(&f.key));
    let field = field.ok_or("no long field")?;
    let mut changed = values(&form);
    for (key, value) in &mut changed {
        if *key == field.key {
            value.replace_range(.., NEW);
        }
    }
    let filled_in = console.fill_in(editor, list, Some(code), form.stamp, &changed);
    let Ok(Ok(id)) = filled_in else {
        return Err(format!("{} is not taken: {filled_in:?}", field.key));
    };
    let rows = taken_back(office, editor, id);
    let expected = Difference {
        key: field.key.clone(),
        label: field.label.clone(),
        before: Some(field.value.clone()).filter(|v| !v.is_empty()),
        after: Some(NEW.into()),
    };
    match rows == [(Action::Amended, vec![expected])] {
        true => Ok(()),
        false => Err(format!("{} alone was changed: {rows:?}", field.key)),
    }
}

/// Items of every sample list of the kind go through the form.
fn survives(kind: &str) {
    let (office, editor) = samples(kind);
    let overview = office.app.services.overview().expect("overview");
    assert!(!overview.lists.is_empty(), "no sample of {kind}");
    let mut wrong = Vec::new();
    for list in &overview.lists {
        let own = office.console().own_items(&editor, list.number);
        let items = own.expect("items are read").items;
        assert!(!items.is_empty(), "{}", list.list.title);
        for item in items.iter().step_by((items.len() / TRIED).max(1)) {
            let done = round_trip(&office, &editor, list.number, item.code.as_str());
            if let Err(why) = done {
                wrong.push(format!("{} {}: {why}", list.list.title, item.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(office.last(), overview.last_number, "nothing is published");
}

#[test]
fn items_of_discretion_lists_survive_the_form() {
    survives("discretion");
}

#[test]
fn items_of_lists_of_enforcement_bodies_survive_the_form() {
    survives("enforcement-body");
}

#[test]
fn items_of_fee_lists_survive_the_form() {
    survives("fee");
}

#[test]
fn items_of_the_list_for_foreign_investors_survive_the_form() {
    survives("foreign-investment");
}

#[test]
fn items_of_the_market_access_list_survive_the_form() {
    survives("market-access");
}

#[test]
fn items_of_power_lists_survive_the_form() {
    survives("power");
}

#[test]
fn items_of_responsibility_lists_survive_the_form() {
    survives("responsibility");
}

#[test]
fn items_of_service_lists_survive_the_form() {
    survives("service");
}

#[test]
fn every_built_in_kind_is_tried() {
    let office = Office::empty();
    let kinds = office.app.services.kinds.iter();
    let mut kinds: Vec<&str> = kinds.map(|k| k.key.as_str()).collect();
    kinds.sort_unstable();
    let tried = [
        "discretion",
        "enforcement-body",
        "fee",
        "foreign-investment",
        "market-access",
        "power",
        "responsibility",
        "service",
    ];
    assert_eq!(kinds, tried);
}
