//! Whatever is changed behind the program's back is found, and named.

use super::*;
use crate::domain::{AccountId, ChangeType};

/// Three publications of two lists; the folder goes with the value.
pub(super) fn published() -> (tempfile::TempDir, SqliteRegister) {
    let dir = tempfile::tempdir().unwrap();
    let register = SqliteRegister::open(dir.path()).unwrap();
    publish(&register, &list("甲"), 3);
    publish(&register, &list("乙"), 2);
    let last = list("丙");
    let mut other = draft(
        &register,
        &last,
        vec![added(&last, "末项", Fields::default())],
    );
    other.file = register
        .keep_file("另一份.csv", &mut "乙".as_bytes())
        .unwrap();
    register.publish(&other, 0).unwrap();
    (dir, register)
}

/// The database without its triggers, as somebody would open it who wants to change the past.
pub(super) fn unguarded(dir: &Path) -> Connection {
    let db = Connection::open(dir.join("register.db")).unwrap();
    let names: Vec<String> = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for name in names {
        db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.pragma_update(None, "foreign_keys", false).unwrap();
    db
}

pub(super) fn verify(register: &SqliteRegister) -> Result<Verified, Break> {
    register.verify(&mut |_| {}).unwrap()
}

#[test]
fn a_change_of_anything_recorded_is_found_and_named() {
    for (change, publication, why) in [
        (
            "UPDATE revision SET content = zeroblob(40) WHERE id = 4",
            2,
            "事项 QZ-QL-0000004 的内容",
        ),
        (
            "UPDATE revision SET digest = zeroblob(32) WHERE id = 2",
            1,
            "事项 QZ-QL-0000002 的内容",
        ),
        (
            "UPDATE publication SET reason = '补记' WHERE number = 2",
            2,
            "公布信息",
        ),
        (
            "UPDATE publication SET approved_by = '某人' WHERE number = 3",
            3,
            "公布信息",
        ),
        (
            "UPDATE revision SET first_row = 9 WHERE id = 5",
            2,
            "公布信息",
        ),
        (
            "UPDATE revision SET effective_on = '2020-01-01' WHERE id = 1",
            1,
            "公布信息",
        ),
        ("DELETE FROM revision WHERE id = 5", 2, "公布信息"),
        (
            "UPDATE item SET code = 'QZ-QL-0000009' WHERE id = 1",
            1,
            "公布信息",
        ),
        ("UPDATE department SET name = '别的局'", 1, "公布信息"),
        ("UPDATE list SET title = '改名' WHERE id = 2", 2, "公布信息"),
        (
            "UPDATE chain SET digest = zeroblob(32) WHERE publication = 2",
            2,
            "公布信息",
        ),
        ("DELETE FROM chain WHERE publication = 2", 2, "没有校验值"),
        (
            "DELETE FROM publication WHERE number = 3",
            3,
            "没有这次公布",
        ),
    ] {
        let (dir, register) = published();
        assert_eq!(verify(&register).map(|v| v.revisions), Ok(6));
        let changed = unguarded(dir.path()).execute(change, []).unwrap();
        assert!(changed > 0, "{change}");
        let found = verify(&register).expect_err(change);
        assert_eq!(found.place, format!("第 {publication} 号公布"), "{change}");
        assert!(found.why.contains(why), "{change}: {}", found.why);
    }
}

#[test]
fn a_changed_or_missing_file_is_found_and_named() {
    for (act, why) in [
        (
            (|path| std::fs::write(path, "丙").unwrap()) as fn(&Path),
            "原始文件“另一份.csv”与登记时不同",
        ),
        (
            |path| std::fs::remove_file(path).unwrap(),
            "原始文件“另一份.csv”不见了",
        ),
    ] {
        let (dir, register) = published();
        let file = register.publication(3).unwrap().unwrap().file;
        let shard = dir.path().join("files").join(&file.sha256[..2]);
        act(&shard.join(&file.sha256));
        let found = verify(&register).expect_err(why);
        assert_eq!(
            (found.place.as_str(), found.why.as_str()),
            ("第 3 号公布", why)
        );
    }
}

#[test]
fn one_byte_of_a_content_is_enough() {
    let (dir, register) = published();
    let db = unguarded(dir.path());
    let read = "SELECT content FROM revision WHERE id = 3";
    let mut content: Vec<u8> = db.query_row(read, [], |r| r.get(0)).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    let write = "UPDATE revision SET content = ?1 WHERE id = 3";
    db.execute(write, [content]).unwrap();
    let found = verify(&register).expect_err("it was changed");
    assert!(found.why.contains("QZ-QL-0000003"), "{}", found.why);
}

/// Publishes two new items onto the list, the first of them taken over, with how they are supervised.
pub(super) fn publish_supervised(register: &SqliteRegister, list: &ListId) -> Publication {
    let names = ["承接的事项", "新增的事项"];
    let changes = names.map(|name| added(list, name, Fields::default()));
    let mut drafted = draft(register, list, changes.into());
    drafted.changes[0].kind = Some(ChangeType::TakenOver);
    drafted.supervision = Some("每半年检查一次".into());
    let base = register.latest_edition(list).unwrap().0;
    register.publish(&drafted, base).unwrap()
}

#[test]
fn a_change_of_what_version_3_added_is_found_and_named() {
    for (change, publication) in [
        (
            "UPDATE publication SET supervision = '不再检查' WHERE number = 4",
            4,
        ),
        (
            "UPDATE publication SET supervision = NULL WHERE number = 4",
            4,
        ),
        (
            "UPDATE publication SET supervision = '补记' WHERE number = 2",
            2,
        ),
        (
            "UPDATE publication SET supervision = '' WHERE number = 3",
            3,
        ),
        (
            "UPDATE revision SET change = 'added' WHERE change = 'taken-over'",
            4,
        ),
        (
            "UPDATE revision SET change = NULL WHERE change = 'taken-over'",
            4,
        ),
        (
            "UPDATE revision SET change = 'added' WHERE publication = 4 AND position = 1",
            4,
        ),
        ("UPDATE revision SET change = 'taken-over' WHERE id = 1", 1),
        // The same word, of the other item.
        (
            "UPDATE revision SET change = CASE position WHEN 1 THEN 'taken-over' END
             WHERE publication = 4",
            4,
        ),
        // How a digest was computed, and what of the journal it covers.
        ("UPDATE chain SET form = 1 WHERE publication = 3", 3),
        ("UPDATE chain SET form = 3 WHERE publication = 3", 3),
        ("UPDATE chain SET journal = 1 WHERE publication = 3", 3),
        ("UPDATE chain SET journal = 0 WHERE publication = 3", 3),
    ] {
        let (dir, register) = published();
        publish_supervised(&register, &list("丁"));
        let whole = verify(&register).map(|v| (v.publications, v.revisions, v.records));
        assert_eq!(whole, Ok((4, 8, 4)), "before: {change}");
        let changed = unguarded(dir.path()).execute(change, []).unwrap();
        assert!(changed > 0, "{change}");
        let found = verify(&register).expect_err(change);
        assert_eq!(found.place, format!("第 {publication} 号公布"), "{change}");
        assert!(found.why.contains("公布信息"), "{change}: {}", found.why);
    }
}

/// What was done besides publishing.
fn deed(object: &str) -> Entry {
    Entry {
        at: "2025-01-02T03:04:05.678Z".parse().unwrap(),
        actor: "bianban".into(),
        account: Some(AccountId(7)),
        address: "10.0.0.9".into(),
        deed: Deed::Approved,
        object: object.into(),
        detail: "同意".into(),
        content: "ab".repeat(32),
    }
}

/// Three publications and their records, two records of what was done besides, and a fourth
/// publication, which covers the journal up to the fifth record; its own is the sixth.
fn journalled() -> (tempfile::TempDir, SqliteRegister) {
    let (dir, register) = published();
    for object in ["草稿 1", "草稿 2"] {
        register.record(&deed(object)).unwrap();
    }
    publish(&register, &list("丁"), 1);
    assert_eq!(verify(&register).map(|v| v.records), Ok(6));
    (dir, register)
}

#[test]
fn a_change_of_any_column_of_any_record_is_found_and_named() {
    let (dir, register) = journalled();
    let raw = unguarded(dir.path());
    raw.execute_batch("CREATE TEMP TABLE kept AS SELECT * FROM journal")
        .unwrap();
    for record in 1..=6 {
        for change in [
            "number = number + 100",
            "at = replace(at, '2025', '2026')",
            "at = at || ' '",
            "actor = actor || '甲'",
            "actor = ''",
            "account = coalesce(account, 0) + 1",
            "account = CASE WHEN account IS NULL THEN 0 END",
            "address = address || '1'",
            "deed = 'returned'",
            "object = substr(object, 2)",
            "object = replace(object, ' ', '  ')",
            "detail = detail || char(10)",
            "content = substr(content, 2)",
            "content = upper(content)",
            // As much text in all, one character of it in the next column.
            "object = object || substr(detail, 1, 1), detail = substr(detail, 2)",
            "digest = zeroblob(32)",
            "digest = (SELECT digest FROM kept WHERE number = journal.number % 6 + 1)",
        ] {
            let sql = format!("UPDATE journal SET {change} WHERE number = {record}");
            assert_eq!(raw.execute(&sql, []).unwrap(), 1, "{sql}");
            let found = verify(&register).expect_err(&sql);
            assert_eq!(found.place, format!("审计记录第 {record} 条"), "{sql}");
            raw.execute_batch("DELETE FROM journal; INSERT INTO journal SELECT * FROM kept")
                .unwrap();
        }
        let whole = verify(&register).map(|v| v.records);
        assert_eq!(whole, Ok(6), "record {record} is as it was again");
    }
}

#[test]
fn one_bit_of_any_digest_of_the_journal_is_enough() {
    let (dir, register) = journalled();
    let raw = unguarded(dir.path());
    for record in 1..=6 {
        let read = "SELECT digest FROM journal WHERE number = ?1";
        let digest: [u8; 32] = raw.query_row(read, [record], |r| r.get(0)).unwrap();
        let mut other = digest;
        other[usize::try_from(record).unwrap()] ^= 1;
        let write = "UPDATE journal SET digest = ?2 WHERE number = ?1";
        raw.execute(write, (record, other.as_slice())).unwrap();
        let found = verify(&register).expect_err("it was changed");
        assert_eq!(found.place, format!("审计记录第 {record} 条"));
        raw.execute(write, (record, digest.as_slice())).unwrap();
    }
    assert!(verify(&register).is_ok(), "all as it was again");
}

#[test]
fn a_record_that_is_gone_is_found_and_named() {
    // The very last record is covered by nothing yet; the next publication will cover it.
    for (gone, place) in [
        ("number = 1", "审计记录第 1 条"),
        ("number = 3", "审计记录第 3 条"),
        ("number IN (2, 4)", "审计记录第 2 条"),
        ("number = 5", "审计记录第 5 条"),
        ("number < 6", "审计记录第 1 条"),
        // The end of the journal: what is left fits together, but a publication covers what is gone.
        ("number >= 5", "审计记录第 5 条"),
        ("number >= 3", "审计记录第 5 条"),
        ("number >= 2", "审计记录第 2 条"),
        ("number >= 1", "审计记录第 1 条"),
    ] {
        let (dir, register) = journalled();
        let raw = unguarded(dir.path());
        let sql = format!("DELETE FROM journal WHERE {gone}");
        assert!(raw.execute(&sql, []).unwrap() > 0, "{sql}");
        let found = verify(&register).expect_err(&sql);
        assert_eq!(found.place, place, "{sql}: {}", found.why);
    }
}

#[test]
fn the_last_record_is_covered_by_the_next_publication() {
    let (dir, register) = journalled();
    publish(&register, &list("丁"), 1);
    let raw = unguarded(dir.path());
    raw.execute("DELETE FROM journal WHERE number >= 6", [])
        .unwrap();
    let found = verify(&register).expect_err("the sixth is gone");
    assert_eq!(found.place, "审计记录第 6 条", "{}", found.why);
}

#[test]
fn a_journal_written_anew_does_not_fit_the_publications() {
    let (dir, register) = journalled();
    let raw = unguarded(dir.path());
    raw.execute("DELETE FROM journal WHERE number >= 5", [])
        .unwrap();
    // As many records as before, whole by themselves, that say something else.
    for object in ["草稿 3", "草稿 4"] {
        register.record(&deed(object)).unwrap();
    }
    let found = verify(&register).expect_err("the fifth is another");
    assert_eq!(found.place, "第 4 号公布", "{}", found.why);
}
