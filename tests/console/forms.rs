//! One item in a form: new, amended, withdrawn; what the form must not do.

use quanze::domain::workflow::Act;
use quanze::domain::{AccountRole, Action, ListId, Region};
use quanze::intake::Hints;
use quanze::service::console::form::{ItemForm, Subject};
use quanze::service::console::own::Stamp;

use super::{
    CITY, FILE, FINANCE, Office, STRICTER, annotation, csv, first, of_code, refused, source,
};
use crate::support::app::{added, power};

/// Number of the city's list.
const LIST: u64 = 1;

/// What the form shows, with some fields changed.
fn values(form: &ItemForm, changed: &[(&str, &str)]) -> Vec<(String, String)> {
    let value = |key: &str, shown: &str| {
        let new = changed.iter().find(|(k, _)| *k == key);
        new.map_or(shown, |(_, v)| *v).to_owned()
    };
    let fields = form.fields.iter();
    fields
        .map(|f| (f.key.clone(), value(&f.key, &f.value)))
        .collect()
}

fn form_of(office: &Office, code: Option<&str>) -> ItemForm {
    let form = office.console().item_form(office.editor(), LIST, code);
    form.expect("the form is made")
}

/// Fills in the form of an item as it is shown now, with some fields changed; gives the draft.
#[track_caller]
fn filled_in(office: &Office, code: Option<&str>, changed: &[(&str, &str)]) -> u64 {
    let form = form_of(office, code);
    let done = office.console().fill_in(
        office.editor(),
        LIST,
        code,
        form.stamp,
        &values(&form, changed),
    );
    let done = done.expect("it can be filled in");
    done.unwrap_or_else(|form| panic!("not read: {:?}", form.findings))
}

/// A new item's fields.
const NEW: [(&str, &str); 6] = [
    ("name", "对乱设摊点的处罚"),
    ("type", "行政处罚"),
    ("basis", "《城市市容和环境卫生管理条例》第十四条"),
    ("department", CITY),
    ("office", "市容管理科"),
    ("level", "市级"),
];

/// What a page of the list would be made from now.
fn stamp(office: &Office) -> Stamp {
    let own = office.console().own_items(office.editor(), LIST);
    own.expect("the list is theirs").stamp
}

#[test]
fn a_form_shows_what_is_in_force() {
    let office = Office::new();
    let form = form_of(&office, Some("KL-002"));
    assert_eq!(
        (form.stamp.draft, form.stamp.version, form.subject.clone()),
        (
            0,
            0,
            Subject::Listed(LIST, Some(crate::support::app::code("KL-002")))
        )
    );
    let shown = |key: &str| {
        let field = form.fields.iter().find(|f| f.key == key);
        field.unwrap_or_else(|| panic!("no field {key}"))
    };
    assert_eq!(shown("name").value, first()[1].1);
    let basis = shown("basis");
    assert_eq!(basis.value, first()[1].2);
    assert!(basis.is_long && basis.is_required, "{basis:?}");
    let known = &shown("type").known;
    assert!(known.contains(&"行政处罚".to_owned()), "{known:?}");
    let new = form_of(&office, None);
    assert!(new.fields.iter().all(|f| f.value.is_empty()), "{new:?}");
    let unknown = office
        .console()
        .item_form(office.editor(), LIST, Some("KL-404"));
    assert_eq!(refused(unknown).code, "item_not_found");
}

#[test]
fn an_item_is_amended_by_a_form() {
    let office = Office::new();
    let id = filled_in(&office, Some("KL-001"), &[("basis", STRICTER)]);
    let draft = office.draft(id);
    assert_eq!((draft.base, draft.amended, draft.is_edited), (1, 1, true));
    assert_eq!(draft.authors, [office.editor().account.id]);
    let rows = office.changes(id);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let after = rows[0].differences[0].after.as_deref();
    assert_eq!((rows[0].differences.len(), after), (1, Some(STRICTER)));
    // The next form goes on from what is drafted, into the same draft.
    let form = form_of(&office, Some("KL-001"));
    assert_eq!((form.stamp.draft, form.stamp.version), office.at(id));
    let basis = form.fields.iter().find(|f| f.key == "basis");
    assert_eq!(basis.map(|f| f.value.as_str()), Some(STRICTER));
    let again = filled_in(&office, Some("KL-003"), &[("office", "执法科")]);
    assert_eq!(again, id, "one draft in hand");
    assert_eq!(office.changes(id).len(), 2);
    let file = office.console().draft_file(office.editor(), id);
    assert_eq!(refused(file).code, "not_found", "it has no file");
}

#[test]
fn what_is_as_it_was_again_is_no_change() {
    let office = Office::new();
    let form = form_of(&office, Some("KL-001"));
    let console = office.console();
    let same = console.fill_in(
        office.editor(),
        LIST,
        Some("KL-001"),
        form.stamp,
        &values(&form, &[]),
    );
    assert_eq!(refused(same).parameter, "form");
    let drafts = console.drafts(office.editor(), false);
    assert!(
        drafts.expect("drafts are read").is_empty(),
        "no draft of it"
    );

    let id = filled_in(&office, Some("KL-001"), &[("basis", STRICTER)]);
    filled_in(&office, Some("KL-001"), &[("basis", first()[0].2)]);
    assert!(office.changes(id).is_empty(), "taken out of the draft");
}

#[test]
fn a_new_item_is_filled_in_and_gets_its_code_when_it_is_published() {
    let office = Office::new();
    let id = filled_in(&office, None, &NEW);
    let rows = office.changes(id);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0].action, &rows[0].code), (Action::Added, &None));
    let head = &rows[0].item.head;
    assert_eq!(
        (
            head.name.as_str(),
            head.item_type.as_str(),
            head.level.as_str()
        ),
        (NEW[0].1, "行政处罚", "市级")
    );
    assert_eq!(head.department, CITY);
    // Another of the same name is told to be the same; at another level it is one more.
    let form = form_of(&office, None);
    let again = office.console().fill_in(
        office.editor(),
        LIST,
        None,
        form.stamp,
        &values(&form, &NEW),
    );
    let Ok(Err(form)) = again else {
        panic!("the same item is taken twice: {again:?}");
    };
    assert_eq!(form.findings[0].rule, "same-item");
    let mut elsewhere = NEW.to_vec();
    elsewhere.retain(|(key, _)| *key != "level");
    elsewhere.push(("level", "县级"));
    filled_in(&office, None, &elsewhere);
    assert_eq!(office.changes(id).len(), 2);
    let publication = office.publish(id);
    let revisions = office
        .app
        .services
        .register
        .revisions(publication.number, 0, 10);
    let codes = revisions.expect("register reads").into_iter();
    let codes: Vec<_> = codes.map(|r| (r.code.is_assigned(), r.code)).collect();
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert!(codes.iter().all(|(is_assigned, _)| *is_assigned));
    assert_ne!(codes[0].1, codes[1].1, "each has its own");
    office.verify();
}

#[test]
fn a_form_that_is_not_complete_comes_back_with_what_is_wrong() {
    let office = Office::new();
    let form = form_of(&office, None);
    let mut changed = NEW.to_vec();
    changed.remove(0);
    let done = office.console().fill_in(
        office.editor(),
        LIST,
        None,
        form.stamp,
        &values(&form, &changed),
    );
    let Ok(Err(form)) = done else {
        panic!("an item without a name is taken: {done:?}");
    };
    assert!(!form.findings.is_empty(), "it says what is wrong");
    let basis = form.fields.iter().find(|f| f.key == "basis");
    assert_eq!(
        basis.map(|f| f.value.as_str()),
        Some(NEW[2].1),
        "it is kept"
    );
    let drafts = office.console().drafts(office.editor(), false);
    assert!(
        drafts.expect("drafts are read").is_empty(),
        "no draft of it"
    );
}

#[test]
fn an_item_is_withdrawn_by_a_form_and_may_be_amended_instead() {
    let office = Office::new();
    let (console, editor) = (office.console(), office.editor());
    let id = console.withdraw(editor, LIST, "KL-002", stamp(&office));
    let id = id.expect("it is marked");
    let withdrawn = of_code(&office.changes(id), "KL-002").action;
    assert_eq!(withdrawn, Action::Withdrawn);
    let own = console.own_items(editor, LIST).expect("items are read");
    assert_eq!((own.stamp.draft, own.stamp.version), office.at(id));
    let drafted: Vec<_> = own
        .items
        .iter()
        .map(|i| (i.code.as_str(), i.drafted))
        .collect();
    let expected = [
        ("KL-001", None),
        ("KL-002", Some(Action::Withdrawn)),
        ("KL-003", None),
        ("KL-004", None),
    ];
    assert_eq!(drafted, expected);
    filled_in(&office, Some("KL-002"), &[("basis", STRICTER)]);
    let rows = office.changes(id);
    assert_eq!(rows.len(), 1, "in place of the withdrawal");
    assert_eq!(rows[0].action, Action::Amended);
}

#[test]
fn what_is_withdrawn_by_a_form_is_withdrawn_when_it_is_published() {
    let office = Office::new();
    let id = office
        .console()
        .withdraw(office.editor(), LIST, "KL-004", stamp(&office))
        .expect("it is marked");
    let why = annotation("cancelled", "法律修改", "KL-002");
    office.annotate(id, "KL-004", &why).expect("it is said");
    let publication = office.publish(id);
    assert_eq!((publication.amended, publication.withdrawn), (0, 1));
    assert_eq!(office.basis_on("KL-004", "2026-11-24"), None);
    let gone = office
        .console()
        .item_form(office.editor(), LIST, Some("KL-004"));
    assert_eq!(refused(gone).code, "item_not_found");
}

#[test]
fn a_form_of_an_outdated_version_is_refused() {
    let office = Office::new();
    let form = form_of(&office, Some("KL-001"));
    let id = filled_in(&office, Some("KL-002"), &[("basis", STRICTER)]);
    let before = office.at(id);
    let (console, editor) = (office.console(), office.editor());
    let changed = values(&form, &[("basis", STRICTER)]);
    let late = console.fill_in(editor, LIST, Some("KL-001"), form.stamp, &changed);
    assert_eq!(refused(late).code, "outdated");
    let late = console.fill_in(editor, LIST, None, form.stamp, &changed);
    assert_eq!(refused(late).code, "outdated");
    let late = console.withdraw(editor, LIST, "KL-001", form.stamp);
    assert_eq!(refused(late).code, "outdated");
    assert_eq!(office.at(id), before, "nothing was saved");
}

#[test]
fn a_draft_in_review_is_not_filled_in() {
    let office = Office::new();
    let id = filled_in(&office, Some("KL-001"), &[("basis", STRICTER)]);
    office.submit(id, &super::said());
    let next = filled_in(&office, Some("KL-001"), &[("office", "执法科")]);
    assert_ne!(next, id, "what is under review stays as it is");
    assert_eq!(office.changes(id)[0].differences[0].key, "basis");
}

#[test]
fn lists_of_others_have_no_form() {
    let office = Office::new();
    let values = values(&form_of(&office, None), &NEW);
    let console = office.console();
    for actor in [
        office.other_editor(),
        office.list_office(),
        office.legal_office(),
        office.operator(),
        office.auditor(),
    ] {
        let who = &actor.account.name;
        let items = refused(console.own_items(actor, LIST));
        assert_eq!(items.code, "not_found", "{who}");
        let form = refused(console.item_form(actor, LIST, Some("KL-001")));
        assert_eq!(form.code, "not_found", "{who}");
        let new = refused(console.fill_in(actor, LIST, None, stamp(&office), &values));
        assert_eq!(new.code, "not_found", "{who}");
        let gone = refused(console.withdraw(actor, LIST, "KL-001", stamp(&office)));
        assert_eq!(gone.code, "not_found", "{who}");
    }
    let nowhere = console.own_items(office.editor(), 99);
    assert_eq!(refused(nowhere).code, "not_found");
}

#[test]
fn signs_that_mean_something_to_a_table_are_text_in_a_form() {
    let semicolons = "a;".repeat(200);
    for (text, kept) in [
        ("=1+1", "=1+1"),
        ("'引文'", "'引文'"),
        ("他说：\"可以\"", "他说：\"可以\""),
        ("一,二,三", "一,二,三"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        (semicolons.as_str(), semicolons.as_str()),
    ] {
        let office = Office::new();
        let id = filled_in(&office, Some("KL-001"), &[("basis", text)]);
        let rows = office.changes(id);
        assert_eq!(rows.len(), 1, "{text}");
        let after: Vec<_> = rows[0]
            .differences
            .iter()
            .map(|d| (d.key.as_str(), d.after.as_deref()))
            .collect();
        assert_eq!(after, [("basis", Some(kept))], "{text}");
    }
}

#[test]
fn a_form_gives_no_item_another_code() {
    let office = Office::new();
    let form = form_of(&office, Some("KL-001"));
    let changed = values(&form, &[("code", "KL-009")]);
    let done = office.console().fill_in(
        office.editor(),
        LIST,
        Some("KL-001"),
        stamp(&office),
        &changed,
    );
    // Told off as an error, or in the form: a code names one item for ever.
    assert!(!matches!(done, Ok(Ok(_))), "KL-001 shows KL-009: {done:?}");
}

#[test]
fn a_new_item_brings_no_code_that_is_in_use() {
    for code in ["KL-002", "CZ-001"] {
        let office = Office::new();
        let theirs = [("CZ-001", "对会计账簿不全的处罚", "《会计法》第四十条")];
        office.ingest(FINANCE, &theirs, "2026-01-01");
        let form = form_of(&office, None);
        let mut changed = NEW.to_vec();
        changed.push(("code", code));
        let changed = values(&form, &changed);
        let done = office
            .console()
            .fill_in(office.editor(), LIST, None, stamp(&office), &changed);
        // At the latest when it is submitted: no office is to review what cannot be published.
        if let Ok(Ok(id)) = done {
            office.declare(id, &super::said());
            let submitted = office.act(office.editor(), id, Act::Submit, "");
            let why = submitted.map_err(|e| e.to_string());
            let told = why.as_ref().is_err_and(|why| why.contains(code));
            assert!(told, "{code} is in use: {why:?}");
        }
    }
}

/// There are two districts of this name: only the code tells which it is.
#[test]
fn a_district_whose_name_stands_twice_stays_the_same_district() {
    let office = Office::empty();
    let list = ListId {
        department: "沈阳市铁西区司法局".into(),
        region: Region {
            code: "210106".into(),
            name: "铁西区".into(),
        },
        kind: "power".into(),
        title: "权责清单".into(),
    };
    let items = ["TX-001", "TX-002"].map(|code| {
        let name = format!("对{code}的处罚");
        added(code, power(&list, &name, "行政处罚"))
    });
    office.app.publish(&list, "2026-01-01", items.into());
    let roles = [AccountRole::Editor];
    let editor = office.join("tiexi", "铁西区", &roles, &[&list.department]);
    let console = office.console();
    let form = console.item_form(&editor, LIST, Some("TX-001"));
    let form = form.expect("the form is made");
    let same = console.fill_in(
        &editor,
        LIST,
        Some("TX-001"),
        form.stamp,
        &values(&form, &[]),
    );
    assert_eq!(refused(same).parameter, "form", "nothing was changed");

    let changed = values(&form, &[("basis", STRICTER)]);
    let done = console.fill_in(&editor, LIST, Some("TX-001"), form.stamp, &changed);
    let id = done.expect("it can be filled in").expect("it is read");
    let rows = office.changes_by(&editor, id);
    assert_eq!(rows[0].item.head.region, list.region);
    assert_eq!(rows[0].differences.len(), 1, "{:?}", rows[0].differences);

    // A file for the draft is of that district too.
    let version = console.draft(&editor, id).expect("draft").draft.version;
    let rows = [("TX-001", "对TX-001的处罚", STRICTER)];
    let file = source(FILE, &csv(&list.department, &rows));
    let uploaded = console.upload(&editor, &file, &Hints::default(), Some((id, version)));
    let uploaded = uploaded.expect("file is read");
    assert_eq!(uploaded.drafts.len(), 1, "{:?}", uploaded.report.findings);
    let regions = office.changes_by(&editor, id).into_iter();
    let regions: Vec<Region> = regions.map(|row| row.item.head.region).collect();
    assert!(!regions.is_empty());
    assert!(regions.iter().all(|r| *r == list.region), "{regions:?}");
}
