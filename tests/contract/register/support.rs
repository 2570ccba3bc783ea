//! Lists, items and drafts for the register's suite.

use quanze::domain::{
    Action, Change, Date, Fields, Head, Item, ItemCode, ItemId, ListId, Origin, Position,
    Publication, PublicationDraft, Region, Revision,
};
use quanze::register::{Register, RegisterError};

/// Days before and after every other in the suite.
pub const NEVER: &str = "1999-01-01";
pub const EVER: &str = "2999-01-01";

pub fn day(text: &str) -> Date {
    text.parse().expect("test day")
}

pub fn code(text: &str) -> ItemCode {
    ItemCode::parse(text).expect("test code")
}

pub fn list(department: &str, kind: &str, title: &str) -> ListId {
    ListId {
        department: department.into(),
        region: Region {
            code: "650200".into(),
            name: "克拉玛依市".into(),
        },
        kind: kind.into(),
        title: title.into(),
    }
}

pub fn item(list: &ListId, name: &str, text: &str) -> Item {
    Item {
        head: Head {
            kind: list.kind.clone(),
            name: name.into(),
            sub_name: String::new(),
            item_type: "行政许可".into(),
            department: list.department.clone(),
            region: list.region.clone(),
            level: "市级".into(),
        },
        fields: Fields::from_iter([
            ("name".to_owned(), name.to_owned()),
            ("duties".to_owned(), text.to_owned()),
            (
                "basis".to_owned(),
                "《中华人民共和国行政许可法》第十二条\n　　第二款".to_owned(),
            ),
        ]),
        originals: Fields::from_iter([("basis".to_owned(), " 《行政许可法》".to_owned())]),
    }
}

pub fn add(item: Item, code: Option<&str>) -> Change {
    Change {
        action: Action::Added,
        kind: None,
        id: None,
        code: code.map(self::code),
        item,
        origin: Origin {
            sheet: "市级权力".into(),
            first_row: 3,
            last_row: 5,
        },
        reason: None,
        successor: None,
    }
}

pub fn amend(revision: &Revision, item: Item) -> Change {
    Change {
        action: Action::Amended,
        id: Some(revision.id),
        code: Some(revision.code.clone()),
        ..add(item, None)
    }
}

pub fn withdraw(revision: &Revision) -> Change {
    Change {
        action: Action::Withdrawn,
        reason: Some("法律修订".into()),
        successor: Some(code("QZ-NEXT-1")),
        origin: Origin::default(),
        ..amend(revision, revision.item.clone())
    }
}

/// A draft whose file is kept, effective on the day.
pub fn draft(
    register: &dyn Register,
    list: &ListId,
    effective_on: &str,
    changes: Vec<Change>,
) -> PublicationDraft {
    let file = register
        .keep_file("清单.csv", &mut "编码,名称\r\n".as_bytes())
        .expect("kept");
    PublicationDraft {
        list: list.clone(),
        document_no: Some("克政发〔2025〕3号".into()),
        reason: Some("年度动态调整".into()),
        published_on: day("2025-01-02"),
        effective_on: day(effective_on),
        recorded_at: "2025-01-03T04:05:06.789Z".parse().expect("test instant"),
        submitted_by: "张三".into(),
        approved_by: None,
        supervision: None,
        file,
        code_prefix: "QL".into(),
        changes,
    }
}

/// Publishes onto the list's last publication.
pub fn publish(
    register: &dyn Register,
    list: &ListId,
    effective_on: &str,
    changes: Vec<Change>,
) -> Result<Publication, RegisterError> {
    let base = register.latest_edition(list)?.0;
    register.publish(&draft(register, list, effective_on, changes), base)
}

/// All revisions of one publication.
pub fn revisions(register: &dyn Register, number: u64) -> Vec<Revision> {
    register
        .revisions(number, 0, u64::MAX)
        .expect("revisions are read")
}

/// The state of the whole register on the day.
pub fn on(text: &str) -> Position {
    Position {
        publication: u64::MAX,
        day: day(text),
    }
}

/// The one revision with this code that is newest whatever the day.
pub fn newest(register: &dyn Register, text: &str) -> Revision {
    register
        .history(&code(text))
        .expect("history")
        .pop()
        .expect("a revision")
}

/// Codes in force on the day in the order streamed.
pub fn in_force(register: &dyn Register, on: &str, kind: Option<&str>) -> Vec<String> {
    let mut codes = Vec::new();
    register
        .each_in_force(Position::on(day(on)), kind, &mut |r| {
            codes.push(r.code.to_string());
            true
        })
        .expect("in force");
    codes
}

/// Items in force by `lists` on the day, in its order.
pub fn counts(register: &dyn Register, on: &str) -> Vec<u64> {
    register
        .lists(day(on))
        .expect("lists")
        .iter()
        .map(|l| l.items)
        .collect()
}

pub fn ids(revisions: &[Revision]) -> Vec<ItemId> {
    revisions.iter().map(|r| r.id).collect()
}
