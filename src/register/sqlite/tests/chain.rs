//! Whatever is changed behind the program's back is found, and named.

use super::*;

/// Three publications of two lists; the folder goes with the value.
fn published() -> (tempfile::TempDir, SqliteRegister) {
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
fn unguarded(dir: &Path) -> Connection {
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

fn verify(register: &SqliteRegister) -> Result<Verified, Break> {
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

#[test]
fn a_register_from_before_is_chained_when_it_is_opened() {
    let (dir, register) = published();
    let head = register.digest(3).unwrap();
    drop(register);
    let db = Connection::open(dir.path().join("register.db")).unwrap();
    db.execute_batch("DROP TABLE chain; PRAGMA user_version = 1")
        .unwrap();
    drop(db);
    let register = SqliteRegister::open(dir.path()).unwrap();
    assert_eq!(register.digest(3).unwrap(), head);
    assert_eq!(verify(&register).map(|v| Some(v.head)), Ok(head));
    publish(&register, &list("丁"), 1);
    assert_eq!(verify(&register).map(|v| v.publications), Ok(4));
}
