//! What only this implementation can promise: the file itself refuses changes, a crash leaves
//! whole publications, strange files are refused. What every register must do is in
//! `tests/contract/register.rs`.

mod chain;
mod office;
mod older;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::*;
use crate::domain::{Action, Change, Fields, Head, Item, Origin, Position, Region};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn list(title: &str) -> ListId {
    ListId {
        department: "辽阳市水务局".into(),
        region: Region {
            code: "211000".into(),
            name: "辽阳市".into(),
        },
        kind: "power".into(),
        title: title.into(),
    }
}

fn added(list: &ListId, name: &str, fields: Fields) -> Change {
    let head = Head {
        kind: list.kind.clone(),
        name: name.into(),
        sub_name: String::new(),
        item_type: "行政许可".into(),
        department: list.department.clone(),
        region: list.region.clone(),
        level: "市级".into(),
    };
    Change {
        action: Action::Added,
        kind: None,
        id: None,
        code: None,
        item: Item {
            head,
            fields,
            originals: Fields::default(),
        },
        origin: Origin::default(),
        reason: None,
        successor: None,
    }
}

fn draft(register: &SqliteRegister, list: &ListId, changes: Vec<Change>) -> PublicationDraft {
    PublicationDraft {
        list: list.clone(),
        document_no: None,
        reason: None,
        published_on: day("2025-01-01"),
        effective_on: day("2025-01-01"),
        recorded_at: "2025-01-01T00:00:00Z".parse().unwrap(),
        submitted_by: "张三".into(),
        approved_by: None,
        supervision: None,
        file: register
            .keep_file("清单.csv", &mut "甲".as_bytes())
            .unwrap(),
        code_prefix: "QL".into(),
        changes,
    }
}

/// Publishes so many new items onto the list's last publication.
fn publish(register: &SqliteRegister, list: &ListId, items: usize) -> Publication {
    let changes = (0..items).map(|n| added(list, &format!("事项{n}"), Fields::default()));
    let drafted = draft(register, list, changes.collect());
    let base = register.latest_edition(list).unwrap().0;
    register.publish(&drafted, base).unwrap()
}

/// Items streamed as in force, which must be as many as are counted.
fn in_force(register: &SqliteRegister) -> usize {
    let mut streamed = 0;
    let each = &mut |_| {
        streamed += 1;
        true
    };
    register
        .each_in_force(Position::on(day("2025-01-01")), None, each)
        .unwrap();
    let lists = register.lists(day("2025-01-01")).unwrap();
    assert_eq!(lists.iter().map(|l| l.items).sum::<u64>(), streamed as u64);
    streamed
}

fn refusal(dir: &Path) -> String {
    match SqliteRegister::open(dir) {
        Err(RegisterError::Incompatible(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("opened"),
    }
}

#[test]
fn the_file_itself_refuses_changes() {
    let dir = tempfile::tempdir().unwrap();
    let register = SqliteRegister::open(dir.path()).unwrap();
    publish(&register, &list("甲"), 3);
    publish(&register, &list("乙"), 1);
    let raw = Connection::open(dir.path().join("register.db")).unwrap();
    // As a program that knows nothing of foreign keys would.
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    for table in [
        "publication",
        "revision",
        "item",
        "list",
        "department",
        "counter",
        "chain",
        "journal",
    ] {
        let column = if table == "counter" { "last" } else { "rowid" };
        for sql in [
            format!("UPDATE {table} SET {column} = {column}"),
            format!("UPDATE OR IGNORE {table} SET {column} = {column}"),
            format!("DELETE FROM {table}"),
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"),
        ] {
            let refused = raw.execute(&sql, []).unwrap_err().to_string();
            assert!(
                refused.contains("append-only")
                    || refused.contains("never")
                    || refused.contains("gaps"),
                "{sql}: {refused}"
            );
        }
    }
    // Nothing can be added to a publication once it is there, nor can it be out of its order.
    for (sql, why) in [
        (
            "INSERT INTO revision SELECT 99, 4, publication, 9, effective_on, action, sheet, first_row,
             last_row, reason, successor, digest, content, change FROM revision
             WHERE publication = 1 LIMIT 1",
            "append-only",
        ),
        (
            "INSERT OR REPLACE INTO revision SELECT id, item, 3, position, effective_on, action, sheet,
             first_row, last_row, reason, successor, digest, content, change FROM revision LIMIT 1",
            "append-only",
        ),
        (
            "INSERT INTO publication SELECT 9, list, document_no, reason, published_on, effective_on,
             recorded_at, submitted_by, approved_by, file_name, file_sha256, file_bytes, 0, 0, 0, NULL
             FROM publication WHERE number = 1",
            "without gaps",
        ),
        (
            "INSERT INTO publication SELECT 3, list, document_no, reason, published_on, '2024-12-31',
             recorded_at, submitted_by, approved_by, file_name, file_sha256, file_bytes, 0, 0, 0, NULL
             FROM publication WHERE number = 1",
            "in their order",
        ),
        (
            "INSERT INTO publication SELECT 3, list, document_no, reason, published_on, effective_on,
             recorded_at, submitted_by, approved_by, file_name, file_sha256, file_bytes, 1, 0, 0, NULL
             FROM publication WHERE number = 1",
            "counts its revisions",
        ),
    ] {
        let refused = raw.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains(why), "{sql}: {refused}");
    }
    assert_eq!(in_force(&register), 4);
}

#[test]
fn a_crash_leaves_whole_publications() {
    let dir = tempfile::tempdir().unwrap();
    let register = SqliteRegister::open(dir.path()).unwrap();
    publish(&register, &list("甲"), 20);
    let wal = dir.path().join("register.db-wal");
    let before = std::fs::metadata(&wal).unwrap().len();
    let second = publish(&register, &list("乙"), 30);
    let after = std::fs::metadata(&wal).unwrap().len();
    assert!(after > before);
    // What a power cut leaves: the database, and the log up to any byte.
    let mut seen = [false; 2];
    for step in 0..=24 {
        let cut = before + (after - before) * step / 24;
        let copy = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(copy.path().join("files/ab")).unwrap();
        std::fs::copy(
            dir.path().join("register.db"),
            copy.path().join("register.db"),
        )
        .unwrap();
        let log = std::fs::read(&wal).unwrap();
        std::fs::write(
            copy.path().join("register.db-wal"),
            &log[..usize::try_from(cut).unwrap()],
        )
        .unwrap();
        let reopened = SqliteRegister::open(copy.path()).unwrap();
        let whole = reopened.last_number().unwrap() == second.number;
        assert_eq!(
            in_force(&reopened),
            if whole { 50 } else { 20 },
            "cut at {cut}"
        );
        seen[usize::from(whole)] = true;
        // And goes on where it stopped, without a gap in numbers or codes.
        if !whole {
            assert_eq!(publish(&reopened, &list("乙"), 30), second);
            assert_eq!(
                reopened.revisions(2, 0, 1).unwrap()[0].code.as_str(),
                "QZ-QL-0000021"
            );
        }
    }
    assert_eq!(seen, [true, true]);
}

#[test]
fn a_transaction_cut_short_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let register = SqliteRegister::open(dir.path()).unwrap();
    publish(&register, &list("甲"), 2);
    let drafted = draft(
        &register,
        &list("乙"),
        vec![added(&list("乙"), "事项", Fields::default())],
    );
    // Two contents short of the changes: the counts do not match, and the schema refuses it.
    let cut = publish::record(&register.writer.lock().unwrap(), &drafted, 0, &[]);
    assert!(matches!(cut, Err(RegisterError::Store(_))), "{cut:?}");
    assert_eq!(register.last_number().unwrap(), 1);
    assert_eq!(register.lists(day("2025-01-01")).unwrap().len(), 1);
    assert_eq!(register.publish(&drafted, 0).unwrap().number, 2);
    assert_eq!(
        register.revisions(2, 0, 1).unwrap()[0].code.as_str(),
        "QZ-QL-0000003"
    );
}

#[test]
fn what_was_published_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let kept = {
        let register = SqliteRegister::open(dir.path()).unwrap();
        publish(&register, &list("甲"), 3).file
    };
    assert!(
        !dir.path().join("register.db-wal").exists(),
        "one file to back up once closed"
    );
    let register = SqliteRegister::open(dir.path()).unwrap();
    assert_eq!(in_force(&register), 3);
    assert!(register.open_file(&kept.sha256).unwrap().is_some());
    assert!(register.size().unwrap().0 > 0);
}

#[test]
fn two_handles_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Arc::new(SqliteRegister::open(dir.path()).unwrap());
    std::thread::scope(|scope| {
        for writer in 0..4 {
            scope.spawn(move || {
                let register = open();
                for _ in 0..10 {
                    let number = publish(&register, &list(&writer.to_string()), 2).number;
                    assert_eq!(register.revisions(number, 0, 10).unwrap().len(), 2);
                }
            });
        }
    });
    let register = open();
    assert_eq!(
        (register.last_number().unwrap(), in_force(&register)),
        (40, 80)
    );
    // A reading sees one state from beginning to end, and may itself publish and read.
    let other = open();
    let mut seen = 0;
    let each = &mut |_| {
        if seen < 3 {
            publish(&register, &list("0"), 1);
            assert_eq!(other.last_number().unwrap(), 41 + seen);
        }
        seen += 1;
        true
    };
    register
        .each_in_force(Position::on(day("2025-01-01")), None, each)
        .unwrap();
    assert_eq!((seen, in_force(&other)), (80, 83));
}

#[test]
fn strange_files_are_refused_and_left_alone() {
    let newer = tempfile::tempdir().unwrap();
    drop(SqliteRegister::open(newer.path()).unwrap());
    let raw = Connection::open(newer.path().join("register.db")).unwrap();
    raw.pragma_update(None, "user_version", schema::VERSION + 1)
        .unwrap();
    drop(raw);
    assert!(refusal(newer.path()).contains("请升级程序"));

    let foreign = tempfile::tempdir().unwrap();
    let path = foreign.path().join("register.db");
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("CREATE TABLE diary (page)").unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    assert!(refusal(foreign.path()).contains("不是权责清单登记库"));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    std::fs::write(&path, "姓名,电话\n".repeat(500)).unwrap();
    assert!(refusal(foreign.path()).contains("不是权责清单登记库"));
}

#[test]
fn a_damaged_folder_is_refused_in_plain_words() {
    let dir = tempfile::tempdir().unwrap();
    let register = SqliteRegister::open(dir.path()).unwrap();
    let kept = publish(&register, &list("甲"), 200).file;

    // A kept file that is no longer what was kept is not handed out; keeping it again mends it.
    let path = dir
        .path()
        .join("files")
        .join(&kept.sha256[..2])
        .join(&kept.sha256);
    std::fs::write(&path, "").unwrap();
    assert!(matches!(
        register.open_file(&kept.sha256),
        Err(RegisterError::Store(_))
    ));
    register
        .keep_file("清单.csv", &mut "甲".as_bytes())
        .unwrap();
    assert!(register.open_file(&kept.sha256).unwrap().is_some());
    drop(register);

    let database = dir.path().join("register.db");
    let whole = std::fs::read(&database).unwrap();
    for length in [whole.len() / 2, 8192, 100] {
        std::fs::write(&database, &whole[..length]).unwrap();
        let why = refusal(dir.path());
        assert!(
            why.contains("register.db") && why.contains("登记库") || why.contains("已损坏"),
            "{why}"
        );
    }
    // An empty or a missing database beside kept files is a loss, not a beginning.
    std::fs::write(&database, "").unwrap();
    assert!(refusal(dir.path()).contains("请从备份恢复"));
    std::fs::remove_file(&database).unwrap();
    assert!(refusal(dir.path()).contains("请从备份恢复"));
    std::fs::write(&database, &whole).unwrap();
    assert_eq!(in_force(&SqliteRegister::open(dir.path()).unwrap()), 200);
}
