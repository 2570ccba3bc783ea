//! Through both offices: submitting, remarking, returning, taking back, approving.

use quanze::domain::workflow::{Act, State};
use quanze::domain::{AccountRole, ChangeType, Deed, ItemCode};
use quanze::service::console::Actor;
use quanze::service::read::{Standing, Successor};

use super::{
    CAUSE, CITY, FIFTH, FILE, LEGAL_OFFICE, LIST_OFFICE, Office, STRICTER, SUPERVISION, amended,
    annotation, csv, day, first, of_code, refused, said,
};

/// The basis of the first item after it was returned.
const MENDED: &str = "《城市市容和环境卫生管理条例》第三十四条，处五十元以上二百元以下罚款";

/// A draft with a change of each sort, of which all is said.
fn drafted(office: &Office) -> u64 {
    let mut rows = amended(&[(0, STRICTER)]);
    rows.truncate(3);
    rows.push(FIFTH);
    let id = office.drafted(&rows);
    for (code, said) in [
        ("KL-001", annotation("entrusted", "", "")),
        ("KL-004", annotation("handed-down", "下放至各区", "KL-002")),
    ] {
        office.annotate(id, code, &said).expect("it is said");
    }
    office.declare(id, &said());
    id
}

fn submit(office: &Office, id: u64) {
    let state = office.act(office.editor(), id, Act::Submit, "请审查");
    assert_eq!(state.expect("it is submitted"), State::ListReview);
}

fn remark(office: &Office, actor: &Actor, id: u64, code: &str, said: &str) {
    let position = of_code(&office.changes(id), code).position;
    let remarked = office
        .console()
        .remark(actor, office.at(id), position, said);
    remarked.expect("it is remarked");
}

#[test]
fn a_draft_goes_the_whole_way_to_a_publication() {
    let office = Office::new();
    let id = drafted(&office);
    submit(&office, id);
    office.app.at("2026-11-24T05:00:00Z");
    let reviewer = office.list_office();
    remark(&office, reviewer, id, "KL-001", "罚款的幅度应写明上限");
    let state = office.act(reviewer, id, Act::Return, "个别依据不全");
    assert_eq!(state.expect("it is returned"), State::Returned);

    // The department reads it and mends the item.
    let view = office.console().draft(office.editor(), id).expect("draft");
    assert!(view.allowed.contains(&Act::Submit), "{:?}", view.allowed);
    let last = view.draft.decisions.last().expect("a decision");
    let told = (last.act, last.office.as_str(), last.comment.as_str());
    assert_eq!(told, (Act::Return, LIST_OFFICE, "个别依据不全"));
    let remarks: Vec<_> = view.draft.remarks.iter().collect();
    assert_eq!(remarks.len(), 1);
    let told = (remarks[0].item.as_str(), remarks[0].text.as_str());
    assert_eq!(told, (first()[0].1, "罚款的幅度应写明上限"));
    let key = of_code(&office.changes(id), "KL-001").key.clone();
    assert_eq!(remarks[0].key, key, "it stands by the item");
    let mut rows = amended(&[(0, MENDED)]);
    rows.truncate(3);
    rows.push(FIFTH);
    office.drafted_anew(id, &rows);
    submit(&office, id);

    office.app.at("2026-11-25T01:00:00Z");
    let state = office.act(reviewer, id, Act::Approve, "同意");
    assert_eq!(state.expect("the list office approves"), State::LegalReview);
    let state = office.act(office.legal_office(), id, Act::Approve, "合法");
    assert_eq!(state.expect("the legal office approves"), State::Published);

    let draft = office.draft(id);
    let comments: Vec<&str> = draft.decisions.iter().map(|d| d.comment.as_str()).collect();
    let expected = ["请审查", "个别依据不全", "请审查", "同意", "合法"];
    assert_eq!(comments, expected, "nothing that was said is lost");
    assert_eq!(draft.remarks.len(), 1);

    let publication = office.publication_of(id);
    assert_eq!(publication.number, 2);
    assert_eq!(publication.list, draft.list);
    assert_eq!(
        publication.document_no.as_deref(),
        Some("克政办发〔2026〕12号")
    );
    assert_eq!(publication.reason.as_deref(), Some(CAUSE));
    assert_eq!(publication.supervision.as_deref(), Some(SUPERVISION));
    let offices = format!("{LIST_OFFICE}、{LEGAL_OFFICE}");
    assert_eq!(publication.approved_by, Some(offices));
    assert_eq!(publication.submitted_by, CITY);
    assert_eq!(publication.published_on, day("2026-11-25"));
    assert_eq!(publication.effective_on, day("2026-11-25"));
    assert_eq!(
        (
            publication.added,
            publication.amended,
            publication.withdrawn
        ),
        (1, 1, 1)
    );
    assert_eq!(publication.file.name, FILE);
    let kept = office
        .app
        .services
        .register
        .open_file(&publication.file.sha256)
        .expect("files are read")
        .expect("the file is kept");
    let kept = std::io::read_to_string(kept).expect("a text");
    assert_eq!(kept.as_bytes(), csv(CITY, &rows), "byte for byte");

    let revisions = office.app.services.register.revisions(2, 0, 10);
    let revisions = revisions.expect("register reads");
    let kinds: Vec<_> = revisions
        .iter()
        .map(|r| (r.code.as_str(), r.kind))
        .collect();
    let expected = [
        ("KL-001", Some(ChangeType::Entrusted)),
        ("KL-005", None),
        ("KL-004", Some(ChangeType::HandedDown)),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(
        office.basis_on("KL-001", "2026-11-25").as_deref(),
        Some(MENDED)
    );
    let position = office.app.services.position(None, None).expect("position");
    let gone = office.app.services.item("KL-004", position);
    let standing = gone.expect("it stays findable").standing;
    let successor = Successor {
        code: "KL-002".into(),
        name: Some(first()[1].1.into()),
    };
    let expected = Standing::Withdrawn {
        reason: Some("下放至各区".into()),
        successor: Some(successor),
    };
    assert_eq!(standing, expected);
    office.verify();
}

#[test]
fn every_act_leaves_its_record_in_order() {
    let office = Office::new();
    let id = drafted(&office);
    submit(&office, id);
    let recalled = office.act(office.editor(), id, Act::Recall, "写错了");
    recalled.expect("it is taken back");
    submit(&office, id);
    remark(&office, office.list_office(), id, "KL-001", "请写明上限");
    let returned = office.act(office.list_office(), id, Act::Return, "请改");
    returned.expect("it is returned");
    submit(&office, id);
    assert_eq!(office.approve(id), State::Published);
    let other = office.drafted(&amended(&[(1, STRICTER)]));
    let discarded = office.act(office.editor(), other, Act::Discard, "");
    discarded.expect("it is discarded");

    let expected = [
        Deed::Uploaded,
        Deed::Edited,
        Deed::Edited,
        Deed::Declared,
        Deed::Submitted,
        Deed::Recalled,
        Deed::Submitted,
        Deed::Remarked,
        Deed::Returned,
        Deed::Submitted,
        Deed::Approved,
        Deed::Approved,
    ];
    assert_eq!(office.deeds(&format!("草稿 {id}")), expected);
    let expected = [Deed::Uploaded, Deed::Discarded];
    assert_eq!(office.deeds(&format!("草稿 {other}")), expected);
    assert_eq!(office.deeds("第 2 号公布"), [Deed::Published]);
    let records = office.records();
    let numbers: Vec<u64> = records.iter().map(|r| r.number).collect();
    assert_eq!(numbers, (1..=records.len() as u64).collect::<Vec<_>>());
    let published = records.iter().find(|r| r.entry.object == "第 2 号公布");
    let published = &published.expect("a record").entry;
    assert_eq!(
        (published.actor.as_str(), published.account),
        ("系统", None)
    );
    let digest = office.app.services.register.digest(2);
    let digest = digest.expect("register reads").expect("a digest");
    assert_eq!(published.content, digest, "it says what was published");
    let returned = records.iter().find(|r| r.entry.deed == Deed::Returned);
    assert_eq!(returned.expect("a record").entry.detail, "请改");
    office.verify();
}

#[test]
fn nobody_reviews_what_they_have_worked_on_whatever_their_roles() {
    let office = Office::new();
    let roles = [
        AccountRole::Editor,
        AccountRole::ListOffice,
        AccountRole::LegalOffice,
    ];
    let author = office.join("duomian", CITY, &roles, &[CITY]);
    let helper = office.join("bangshou", CITY, &roles, &[CITY]);
    let fresh = office.join("paibang", CITY, &roles, &[CITY]);
    let uploaded = office.upload(&author, &csv(CITY, &amended(&[(0, STRICTER)])));
    let id = uploaded.drafts[0].draft.id;
    let (id, version) = office.at(id);
    let declared = office.console().declare(&helper, id, version, &said());
    declared.expect("a colleague declares");
    let state = office.act(&author, id, Act::Submit, "");
    assert_eq!(state.expect("it is submitted"), State::ListReview);

    let is_own = |actor: &Actor| {
        for act in [Act::Approve, Act::Return] {
            let why = refused(office.act(actor, id, act, "意见"));
            let who = &actor.account.name;
            assert_eq!(why.code, "not_allowed", "{who}: {why:?}");
            assert!(why.detail.contains("另一人"), "{who}: {}", why.detail);
        }
        let remarked = office.console().remark(actor, office.at(id), 0, "意见");
        assert_eq!(refused(remarked).code, "not_allowed");
    };
    is_own(&author);
    is_own(&helper);
    let state = office.act(&fresh, id, Act::Approve, "");
    assert_eq!(state.expect("it is not their work"), State::LegalReview);
    // Whoever has made the first review does not make the second.
    is_own(&fresh);
    is_own(&author);
    is_own(&helper);
    let state = office.act(office.legal_office(), id, Act::Approve, "");
    assert_eq!(state.expect("another person"), State::Published);
}

#[test]
fn what_is_taken_back_is_reviewed_from_the_beginning() {
    let office = Office::new();
    let id = drafted(&office);
    let waiting = super::RawDeclaration {
        effective_on: "2026-12-10".into(),
        on_effective_day: true,
        ..said()
    };
    office.declare(id, &waiting);
    for reviews in 0..=2 {
        submit(&office, id);
        for reviewer in [office.list_office(), office.legal_office()]
            .into_iter()
            .take(reviews)
        {
            let approved = office.act(reviewer, id, Act::Approve, "");
            approved.expect("it is approved");
        }
        let stranger = office.act(office.list_office(), id, Act::Recall, "");
        assert_eq!(refused(stranger).code, "not_allowed", "{reviews}");
        let state = office.act(office.editor(), id, Act::Recall, "");
        assert_eq!(
            state.expect("it is taken back"),
            State::Editing,
            "{reviews}"
        );
    }
    submit(&office, id);
    let early = office.act(office.legal_office(), id, Act::Approve, "");
    assert_eq!(
        refused(early).code,
        "not_allowed",
        "the list office is first"
    );
    assert_eq!(office.approve(id), State::Approved);
    assert_eq!(office.last(), 1, "nothing is published yet");
    assert_eq!(office.draft(id).approving_offices().len(), 2, "this time");
}

#[test]
fn the_list_office_stops_what_waits_for_its_day() {
    let office = Office::new();
    let id = drafted(&office);
    let waiting = super::RawDeclaration {
        effective_on: "2026-12-10".into(),
        on_effective_day: true,
        ..said()
    };
    office.declare(id, &waiting);
    submit(&office, id);
    assert_eq!(office.approve(id), State::Approved);
    let other = office.act(office.legal_office(), id, Act::Return, "有误");
    assert_eq!(refused(other).code, "not_allowed");
    let state = office.act(office.list_office(), id, Act::Return, "有误");
    assert_eq!(state.expect("it is stopped"), State::Returned);
    office.app.at("2026-12-10T01:00:00Z");
    assert_eq!((office.publish_due(), office.last()), (0, 1));
}

#[test]
fn what_is_discarded_stays_so() {
    let office = Office::new();
    let id = drafted(&office);
    let state = office.act(office.editor(), id, Act::Discard, "不改了");
    assert_eq!(state.expect("it is discarded"), State::Discarded);
    for act in Act::ALL {
        let why = refused(office.act(office.editor(), id, act, ""));
        assert_eq!(why.code, "not_allowed", "{act:?}");
    }
    let editor = office.editor();
    let desk = |done| {
        let drafts = office.console().drafts(editor, done).expect("drafts");
        drafts.iter().map(|v| v.draft.id).collect::<Vec<_>>()
    };
    assert_eq!((desk(false), desk(true)), (vec![], vec![id]));
    // The next file begins a draft of its own.
    let next = office.drafted(&amended(&[(0, STRICTER)]));
    assert_ne!(next, id);
}

#[test]
fn returning_takes_a_reason() {
    let office = Office::new();
    let id = drafted(&office);
    submit(&office, id);
    office.app.at("2026-11-24T05:00:00Z");
    let reviewer = office.list_office();
    let without = |id| {
        for blank in ["", " \r\n\t"] {
            let why = refused(office.act(reviewer, id, Act::Return, blank));
            assert_eq!(why.parameter, "comment", "{why:?}");
        }
        assert_eq!(office.draft(id).state, State::ListReview);
    };
    without(id);
    remark(&office, reviewer, id, "KL-001", "请写明上限");
    let state = office.act(reviewer, id, Act::Return, "");
    assert_eq!(state.expect("the remark says why"), State::Returned);
    // What was remarked before is no reason for the next time.
    office.app.at("2026-11-24T06:00:00Z");
    submit(&office, id);
    office.app.at("2026-11-24T07:00:00Z");
    without(id);
}

#[test]
fn comments_and_remarks_are_checked() {
    let office = Office::new();
    let id = drafted(&office);
    submit(&office, id);
    let (console, reviewer) = (office.console(), office.list_office());
    let long = "字".repeat(1_001);
    let why = refused(office.act(reviewer, id, Act::Return, &long));
    assert_eq!(why.parameter, "comment");
    for said in [long.as_str(), "  "] {
        let why = refused(console.remark(reviewer, office.at(id), 0, said));
        assert_eq!(why.parameter, "remark", "{why:?}");
    }
    let nowhere = console.remark(reviewer, office.at(id), 3, "意见");
    assert_eq!(refused(nowhere).code, "not_found");
    for actor in [office.editor(), office.legal_office()] {
        let theirs = console.remark(actor, office.at(id), 0, "意见");
        assert_eq!(refused(theirs).code, "not_allowed");
    }
    let longest = "字".repeat(1_000);
    let done = console.remark(reviewer, office.at(id), 0, &longest);
    done.expect("as long as may be");
    let code = ItemCode::parse("KL-001").expect("a code");
    let changes = office.changes(id);
    assert_eq!(changes[0].code, Some(code));
    assert_eq!(office.draft(id).remarks[0].key, changes[0].key);
}
