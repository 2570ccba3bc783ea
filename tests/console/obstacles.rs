//! What keeps a draft from being submitted, and what may be declared and said of it.

use quanze::domain::ChangeType;
use quanze::domain::workflow::{Act, State};
use quanze::service::console::work::RawDeclaration;

use super::{
    FIFTH, Office, Row, STRICTER, SUPERVISION, amended, annotation, first, of_code, refused, said,
};

/// The first edition without its last item.
fn without_the_last() -> Vec<Row<'static>> {
    let mut rows = first();
    rows.truncate(3);
    rows
}

/// Everything that keeps the draft from being submitted: what is told beforehand, all of which is told
/// again when it is submitted, and what is found only then.
#[track_caller]
fn told(office: &Office, id: u64) -> Vec<String> {
    let mut obstacles = office.obstacles(id);
    let before = office.at(id);
    let submitted = office.act(office.editor(), id, Act::Submit, "");
    if submitted.is_ok() {
        assert!(obstacles.is_empty(), "it is submitted: {obstacles:?}");
        let recalled = office.act(office.editor(), id, Act::Recall, "");
        recalled.expect("it is taken back");
        return obstacles;
    }
    let why = refused(submitted);
    assert_eq!(why.code, "not_ready", "{why:?}");
    assert_eq!(office.at(id), before, "nothing was saved");
    assert_eq!(office.draft(id).state, State::Editing);
    let said = why.detail.strip_prefix("还不能提交：");
    let mut rest = said.expect("it says so").to_owned();
    for obstacle in &obstacles {
        assert!(rest.contains(obstacle), "{obstacle}: {}", why.detail);
        rest = rest.replace(obstacle, "");
    }
    let found = rest.split('；').filter(|o| !o.is_empty());
    obstacles.extend(found.map(str::to_owned));
    obstacles
}

/// The only obstacle says this.
#[track_caller]
fn only(office: &Office, id: u64, words: &str) {
    let obstacles = told(office, id);
    let is_it = obstacles.len() == 1 && obstacles[0].contains(words);
    assert!(is_it, "{words}: {obstacles:?}");
}

#[test]
fn a_draft_names_everything_that_it_lacks() {
    let office = Office::new();
    let mut rows = without_the_last();
    rows.push(("KL-001", "对乱贴广告的处罚", "《广告法》第五条"));
    let id = office.drafted(&rows);
    let unknown = annotation("", "", "KL-099");
    office.annotate(id, "KL-004", &unknown).expect("it is said");
    office.declare(
        id,
        &RawDeclaration {
            effective_on: "2026-11-23".into(),
            ..RawDeclaration::default()
        },
    );
    let obstacles = told(&office, id);
    let expected = [
        "1 行因错误未收录",
        "没有填写变动原因",
        "没有填写原因发生日期",
        "生效日期早于今天",
        "没有填写事中事后监管措施",
        "1 个取消或下放的事项没有填写原因",
        "KL-099",
    ];
    for words in expected {
        let told = obstacles.iter().filter(|o| o.contains(words)).count();
        assert_eq!(told, 1, "{words}: {obstacles:?}");
    }
    assert_eq!(obstacles.len(), expected.len(), "{obstacles:?}");

    // Mended one after the other.
    office.drafted_anew(id, &without_the_last());
    assert_eq!(told(&office, id).len(), 6, "no row is refused any more");
    office.declare(id, &said());
    assert_eq!(told(&office, id).len(), 2, "everything is declared");
    let known = annotation("", "", "KL-002");
    office.annotate(id, "KL-004", &known).expect("it is said");
    only(&office, id, "没有填写原因");
    let known = annotation("", "法律修改", "KL-002");
    office.annotate(id, "KL-004", &known).expect("it is said");
    assert_eq!(told(&office, id), [""; 0]);
    let state = office.act(office.editor(), id, Act::Submit, "");
    assert_eq!(state.expect("it is submitted"), State::ListReview);
}

#[test]
fn a_declaration_that_cannot_be_is_an_obstacle() {
    let office = Office::new();
    let id = office.drafted(&amended(&[(0, STRICTER)]));
    for (declared, words) in [
        (
            RawDeclaration {
                caused_on: "2026-11-25".into(),
                ..said()
            },
            "原因发生日期晚于今天",
        ),
        (
            RawDeclaration {
                effective_on: "2026-11-23".into(),
                ..said()
            },
            "生效日期早于今天",
        ),
        (
            RawDeclaration {
                on_effective_day: true,
                ..said()
            },
            "没有填写生效日期",
        ),
        (
            RawDeclaration {
                cause: " \n".into(),
                ..said()
            },
            "没有填写变动原因",
        ),
    ] {
        office.declare(id, &declared);
        only(&office, id, words);
    }
    for today_or_later in ["2026-11-24", "2027-06-01"] {
        office.declare(
            id,
            &RawDeclaration {
                caused_on: "2026-11-24".into(),
                effective_on: today_or_later.into(),
                supervision: String::new(),
                ..said()
            },
        );
        assert_eq!(told(&office, id), [""; 0], "{today_or_later}");
    }
}

#[test]
fn a_draft_without_any_change_is_not_submitted() {
    let office = Office::new();
    let id = office.drafted(&amended(&[(0, STRICTER)]));
    office.drafted_anew(id, &first());
    office.declare(id, &said());
    only(&office, id, "没有任何变动");
}

/// The list's last edition takes effect in the new year.
fn with_a_later_edition() -> Office {
    let office = Office::new();
    office.ingest(super::CITY, &amended(&[(1, STRICTER)]), "2027-01-01");
    office
}

#[test]
fn no_edition_takes_effect_before_the_one_before_it() {
    let office = with_a_later_edition();
    let id = office.drafted(&amended(&[(0, STRICTER), (1, STRICTER)]));
    office.declare(
        id,
        &RawDeclaration {
            effective_on: "2026-12-31".into(),
            ..said()
        },
    );
    only(&office, id, "2027年1月1日");
    office.declare(
        id,
        &RawDeclaration {
            effective_on: "2027-01-01".into(),
            ..said()
        },
    );
    assert_eq!(told(&office, id), [""; 0]);
}

#[test]
fn a_blank_effective_day_is_before_that_of_a_later_edition_too() {
    let office = with_a_later_edition();
    let id = office.drafted(&amended(&[(0, STRICTER), (1, STRICTER)]));
    // It would take effect on the day it is published, which the register will not have.
    office.declare(id, &said());
    only(&office, id, "2027年1月1日");
}

#[test]
fn what_goes_out_of_the_departments_hands_needs_supervision() {
    let office = Office::new();
    let mut rows = amended(&[(0, STRICTER)]);
    rows.truncate(3);
    rows.push(FIFTH);
    let id = office.drafted(&rows);
    let unsupervised = RawDeclaration {
        supervision: String::new(),
        ..said()
    };
    office.declare(id, &unsupervised);
    let console = office.console();
    let needs = |id| office.draft(id).supervised > 0;
    for kind in ["cancelled", "handed-down"] {
        let withdrawn = annotation(kind, "法律修改", "");
        office.annotate(id, "KL-004", &withdrawn).expect("a type");
        only(&office, id, "事中事后监管");
        assert!(needs(id), "{kind}");
    }
    let (_, version) = office.at(id);
    let left = console.leave_out(office.editor(), (id, version), 2);
    left.expect("the withdrawal is left out");
    for (code, kind, is_needed) in [
        ("KL-005", "added", false),
        ("KL-005", "taken-over", false),
        ("KL-001", "adjusted", false),
        ("KL-001", "entrusted", true),
    ] {
        let said = annotation(kind, "", "");
        office.annotate(id, code, &said).expect("a type");
        assert_eq!(needs(id), is_needed, "{kind}");
        let obstacles = told(&office, id);
        assert_eq!(obstacles.len(), usize::from(is_needed), "{obstacles:?}");
    }
    let supervised = RawDeclaration {
        supervision: SUPERVISION.into(),
        ..said()
    };
    office.declare(id, &supervised);
    assert_eq!(told(&office, id), [""; 0]);
}

#[test]
fn a_successor_is_in_the_register_or_comes_with_the_draft() {
    let office = Office::new();
    let mut rows = without_the_last();
    rows.push(FIFTH);
    let id = office.drafted(&rows);
    office.declare(id, &said());
    for (successor, is_known) in [
        ("KL-002", true),
        ("KL-005", true),
        ("KL-006", false),
        ("QZ-QL-0000001", false),
    ] {
        let said = annotation("", "职能划转", successor);
        office.annotate(id, "KL-004", &said).expect("it is said");
        match is_known {
            true => assert_eq!(told(&office, id), [""; 0], "{successor}"),
            false => only(&office, id, successor),
        }
    }
    // One that goes with it succeeds to nothing.
    rows.remove(2);
    office.drafted_anew(id, &rows);
    let other = annotation("", "职能划转", "KL-001");
    office.annotate(id, "KL-003", &other).expect("it is said");
    let said = annotation("", "职能划转", "KL-003");
    office.annotate(id, "KL-004", &said).expect("it is said");
    only(&office, id, "KL-003");
    for (successor, why) in [("KL-004", "它自己"), ("/", "不是事项编码")] {
        let said = annotation("", "职能划转", successor);
        let refused = refused(office.annotate(id, "KL-004", &said));
        assert_eq!(refused.parameter, "successor", "{refused:?}");
        assert!(refused.detail.contains(why), "{refused:?}");
    }
}

#[test]
fn a_change_has_only_types_that_come_to_it() {
    let office = Office::new();
    let mut rows = amended(&[(0, STRICTER)]);
    rows.truncate(3);
    rows.push(FIFTH);
    let id = office.drafted(&rows);
    for (code, own) in [
        ("KL-001", ["adjusted", "entrusted"]),
        ("KL-004", ["cancelled", "handed-down"]),
        ("KL-005", ["added", "taken-over"]),
    ] {
        for kind in [
            "added",
            "taken-over",
            "adjusted",
            "entrusted",
            "cancelled",
            "handed-down",
            "amended",
        ] {
            let done = office.annotate(id, code, &annotation(kind, "原因", ""));
            match own.contains(&kind) {
                true => done.expect("a type of its own"),
                false => assert_eq!(refused(done).parameter, "kind", "{code} {kind}"),
            }
        }
    }
}

#[test]
fn what_is_declared_is_checked() {
    let office = Office::new();
    let id = office.drafted(&amended(&[(0, STRICTER)]));
    let (_, version) = office.at(id);
    let text = |length: usize| "因".repeat(length);
    for (declared, parameter) in [
        (
            RawDeclaration {
                cause: text(501),
                ..said()
            },
            "cause",
        ),
        (
            RawDeclaration {
                cause: "第一\u{7}条".into(),
                ..said()
            },
            "cause",
        ),
        (
            RawDeclaration {
                caused_on: "2026-02-30".into(),
                ..said()
            },
            "caused_on",
        ),
        (
            RawDeclaration {
                effective_on: "明年".into(),
                ..said()
            },
            "effective_on",
        ),
        (
            RawDeclaration {
                document_no: text(61),
                ..said()
            },
            "document_no",
        ),
        (
            RawDeclaration {
                supervision: text(2_001),
                ..said()
            },
            "supervision",
        ),
    ] {
        let done = office
            .console()
            .declare(office.editor(), id, version, &declared);
        assert_eq!(refused(done).parameter, parameter);
    }
    assert_eq!(office.at(id), (id, version), "nothing was saved");
    let longest = RawDeclaration {
        cause: format!(" {}\r\n", text(500)),
        document_no: text(60),
        supervision: text(2_000),
        ..said()
    };
    office.declare(id, &longest);
    let declared = office.draft(id).declaration;
    assert_eq!(declared.cause, text(500), "blanks around count for nothing");
    assert_eq!(declared.supervision, text(2_000));
}

#[test]
fn withdrawals_get_their_reasons_all_at_once_or_by_code() {
    let office = Office::new();
    let id = office.drafted(&first()[..1]);
    let (console, editor) = (office.console(), office.editor());
    let own = annotation("handed-down", "下放至各区", "KL-001");
    office.annotate(id, "KL-003", &own).expect("it is said");
    let others = annotation("", "法律修改", "");
    let done = console.annotate_withdrawals(editor, office.at(id), &others);
    assert_eq!(done.expect("reasons are given"), 2);
    let reasons = |id| {
        let rows = office.changes(id).into_iter();
        rows.map(|row| row.reason).collect::<Vec<_>>()
    };
    assert_eq!(reasons(id), ["法律修改", "下放至各区", "法律修改"]);

    let discarded = office.act(editor, id, Act::Discard, "");
    discarded.expect("it is discarded");
    let id = office.drafted(&first()[..1]);
    let named = [("KL-003".to_owned(), own)];
    let done = console.annotate_codes(editor, office.at(id), &named, &others);
    done.expect("reasons are given");
    assert_eq!(reasons(id), ["法律修改", "下放至各区", "法律修改"]);
    let named = [("KL-001".to_owned(), others.clone())];
    let unknown = console.annotate_codes(editor, office.at(id), &named, &others);
    assert_eq!(refused(unknown).code, "not_found");
}

#[test]
fn what_was_said_of_single_withdrawals_stays_when_all_get_a_reason() {
    let office = Office::new();
    let others = annotation("cancelled", "法律修改", "");
    for by_code in [false, true] {
        let id = office.drafted(&first()[..1]);
        let own = annotation("handed-down", "", "KL-001");
        office.annotate(id, "KL-003", &own).expect("it is said");
        let (console, editor) = (office.console(), office.editor());
        let done = match by_code {
            true => console.annotate_codes(editor, office.at(id), &[], &others),
            false => console
                .annotate_withdrawals(editor, office.at(id), &others)
                .map(drop),
        };
        done.expect("reasons are given");
        let rows = office.changes(id);
        let row = of_code(&rows, "KL-003");
        assert_eq!(row.reason, "法律修改", "by code: {by_code}");
        let successor = row.successor.as_ref().map(|c| c.as_str());
        assert_eq!(successor, Some("KL-001"), "by code: {by_code}");
        assert_eq!(row.kind, ChangeType::HandedDown, "by code: {by_code}");
        let discarded = office.act(editor, id, Act::Discard, "");
        discarded.expect("it is discarded");
    }
}
