//! Registers that earlier schema versions have left are brought up to this one, and say what they said.

use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use super::chain::{publish_supervised, published, unguarded, verify};
use super::*;
use crate::domain::hex;

/// What a digest covered before schema version 3. Nothing here changes any more.
const FORM_1: [&str; 2] = [
    "SELECT p.number, d.name, d.region_code, d.region_name, l.id, l.kind, l.title, p.document_no,
            p.reason, p.published_on, p.effective_on, p.recorded_at, p.submitted_by, p.approved_by,
            p.file_name, p.file_sha256, p.file_bytes, p.added, p.amended, p.withdrawn
     FROM publication p JOIN list l ON l.id = p.list JOIN department d ON d.id = l.department
     WHERE p.number = ?1",
    "SELECT r.position, i.id, i.code, i.list, r.effective_on, r.action, r.sheet, r.first_row,
            r.last_row, r.reason, r.successor, r.digest
     FROM revision r JOIN item i ON i.id = r.item
     WHERE r.publication = ?1 ORDER BY r.position",
];

/// A publication as it was before schema version 3, from a register of this version.
const COPY: &str = "
    INSERT INTO revision
    SELECT id, item, publication, position, effective_on, action, sheet, first_row, last_row, reason,
           successor, digest, content
    FROM now.revision WHERE publication = ?1 ORDER BY position;
    INSERT INTO publication
    SELECT number, list, document_no, reason, published_on, effective_on, recorded_at, submitted_by,
           approved_by, file_name, file_sha256, file_bytes, added, amended, withdrawn
    FROM now.publication WHERE number = ?1;";

/// Digest of a publication as schema version 2 computed it.
fn form_1(db: &Connection, publication: i64, before: [u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"quanze chain 1\n");
    hasher.update(before);
    for query in FORM_1 {
        let mut find = db.prepare(query).unwrap();
        let columns = find.column_count();
        let mut rows = find.query([publication]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let (sort, bytes): (u8, Vec<u8>) = match row.get_ref(column).unwrap() {
                    ValueRef::Null => (0, Vec::new()),
                    ValueRef::Integer(n) => (1, n.to_be_bytes().to_vec()),
                    ValueRef::Real(n) => (2, n.to_be_bytes().to_vec()),
                    ValueRef::Text(text) => (3, text.to_vec()),
                    ValueRef::Blob(blob) => (4, blob.to_vec()),
                };
                hasher.update([sort]);
                hasher.update((bytes.len() as u64).to_be_bytes());
                hasher.update(&bytes);
            }
        }
    }
    hasher.finalize().into()
}

/// The folder of a register of three publications as schema version 1 or 2 left it, and the digests
/// of form 1, which version 2 kept in it.
fn left_by(version: i64) -> (tempfile::TempDir, Vec<String>) {
    let (dir, register) = published();
    drop(register);
    let (path, now) = (dir.path().join("register.db"), dir.path().join("now.db"));
    std::fs::rename(&path, &now).unwrap();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(include_str!("../schema.sql")).unwrap();
    if version == 2 {
        db.execute_batch(include_str!("../chain.sql")).unwrap();
    }
    db.pragma_update(None, "application_id", schema::APPLICATION)
        .unwrap();
    db.pragma_update(None, "user_version", version).unwrap();
    db.execute("ATTACH ?1 AS now", [now.to_str().expect("a path")])
        .unwrap();
    for table in ["department", "list", "item", "counter"] {
        let copy = format!("INSERT INTO {table} SELECT * FROM now.{table}");
        db.execute(&copy, []).unwrap();
    }
    let mut digests = Vec::new();
    let mut before = [0; 32];
    for number in 1..=3 {
        let copy = COPY.replace("?1", &number.to_string());
        db.execute_batch(&format!("BEGIN; {copy} COMMIT;")).unwrap();
        before = form_1(&db, number, before);
        digests.push(hex(&before));
        if version == 2 {
            let insert = "INSERT INTO chain (publication, digest) VALUES (?1, ?2)";
            db.execute(insert, (number, before.as_slice())).unwrap();
        }
    }
    db.execute("DETACH now", []).unwrap();
    drop(db);
    std::fs::remove_file(&now).unwrap();
    (dir, digests)
}

fn digests(register: &SqliteRegister) -> Vec<String> {
    let last = register.last_number().unwrap();
    let digest = |number| register.digest(number).unwrap().expect("a digest");
    (1..=last).map(digest).collect()
}

/// Form of each publication's digest, and the record up to which it covers the journal.
fn manners(dir: &Path) -> Vec<(i64, i64)> {
    let db = Connection::open(dir.join("register.db")).unwrap();
    let mut find = db
        .prepare("SELECT form, journal FROM chain ORDER BY publication")
        .unwrap();
    let read = find.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    read.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_register_of_version_2_keeps_its_digests_and_goes_on() {
    let (dir, before) = left_by(2);
    let register = SqliteRegister::open(dir.path()).unwrap();
    assert_eq!(
        digests(&register),
        before,
        "what was handed out still holds"
    );
    let verified = verify(&register).expect("nothing was changed");
    assert_eq!(
        (
            verified.publications,
            verified.revisions,
            verified.records,
            &verified.head
        ),
        (3, 6, 0, &before[2])
    );
    assert_eq!(in_force(&register), 6);
    for number in 1..=3 {
        let publication = register
            .publication(number)
            .unwrap()
            .expect("a publication");
        assert_eq!(publication.supervision, None, "{number}");
        let revisions = register.revisions(number, 0, 9).unwrap();
        assert!(revisions.iter().all(|r| r.kind.is_none()), "{number}");
    }
    let (records, total) = register.records(&JournalFilter::default(), 0, 9).unwrap();
    assert!(records.is_empty() && total == 0, "{records:?}");

    publish_supervised(&register, &list("丁"));
    publish(&register, &list("甲"), 1);
    let now = digests(&register);
    assert_eq!(now[..3], before, "new publications change no old digest");
    let verified = verify(&register).expect("nothing was changed");
    assert_eq!(
        (
            verified.publications,
            verified.revisions,
            verified.records,
            &verified.head
        ),
        (5, 9, 2, &now[4])
    );
    assert_eq!(
        manners(dir.path()),
        [(1, 0), (1, 0), (1, 0), (2, 0), (2, 1)],
        "each digest is computed as it was when it was recorded"
    );

    drop(register);
    let register = SqliteRegister::open(dir.path()).unwrap();
    assert_eq!(digests(&register), now, "opened once more");
    assert!(verify(&register).is_ok(), "opened once more");
    assert_eq!(
        register
            .publication(4)
            .unwrap()
            .unwrap()
            .supervision
            .as_deref(),
        Some("每半年检查一次")
    );
}

#[test]
fn a_register_of_version_1_is_chained_when_it_is_opened() {
    let (dir, before) = left_by(1);
    let register = SqliteRegister::open(dir.path()).unwrap();
    let now = digests(&register);
    let verified = verify(&register).expect("nothing was changed");
    assert_eq!((verified.publications, verified.records), (3, 0));
    assert_eq!(verified.head, now[2]);
    assert_ne!(now, before, "computed by the form of now");
    assert_eq!(manners(dir.path()), [(2, 0); 3]);
    publish_supervised(&register, &list("丁"));
    publish(&register, &list("甲"), 1);
    assert_eq!(digests(&register)[..3], now);
    let verified = verify(&register).map(|v| (v.publications, v.records));
    assert_eq!(verified, Ok((5, 2)));
}

#[test]
fn a_change_of_an_older_publication_is_found_and_named() {
    for (change, publication) in [
        ("UPDATE publication SET reason = '补记' WHERE number = 2", 2),
        (
            "UPDATE publication SET approved_by = '某人' WHERE number = 3",
            3,
        ),
        ("UPDATE revision SET first_row = 9 WHERE id = 1", 1),
        (
            "UPDATE chain SET digest = zeroblob(32) WHERE publication = 1",
            1,
        ),
        ("UPDATE chain SET form = 2 WHERE publication = 2", 2),
    ] {
        let (dir, _) = left_by(2);
        let register = SqliteRegister::open(dir.path()).unwrap();
        publish(&register, &list("丁"), 1);
        let changed = unguarded(dir.path()).execute(change, []).unwrap();
        assert!(changed > 0, "{change}");
        let found = verify(&register).expect_err(change);
        assert_eq!(found.place, format!("第 {publication} 号公布"), "{change}");
    }
}

#[test]
fn nothing_can_be_put_into_what_older_publications_did_not_say() {
    for (change, publication) in [
        (
            "UPDATE publication SET supervision = '补记' WHERE number = 2",
            2,
        ),
        ("UPDATE revision SET change = 'taken-over' WHERE id = 1", 1),
    ] {
        let (dir, _) = left_by(2);
        let register = SqliteRegister::open(dir.path()).unwrap();
        let changed = unguarded(dir.path()).execute(change, []).unwrap();
        assert!(changed > 0, "{change}");
        let found = verify(&register).expect_err(change);
        assert_eq!(found.place, format!("第 {publication} 号公布"), "{change}");
    }
}
