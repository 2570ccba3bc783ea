//! The life of the engine's folder: reopening, rebuilding, damage, several processes.
//! What every engine does is tested by `tests/contract/engine.rs`.

use std::path::PathBuf;
use std::sync::LazyLock;

use super::*;
use crate::domain::date;
use crate::engine::{Document, Step};
use crate::query::{RawSearchParams, parse::parse};

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::embedded);

fn at(publication: u64) -> Position {
    Position {
        publication,
        day: date::parse("2026-11-23").expect("a day"),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "steps come as the register could read them"
)]
fn put(id: u64, title: &str) -> Result<Step, EngineError> {
    Ok(Step::Put(Box::new(Document {
        id: ItemId(id),
        code: format!("K-{id}"),
        kind: "power".into(),
        item_type: String::new(),
        department: "财政局".into(),
        region: "650200".into(),
        level: String::new(),
        title: title.into(),
        basis: "《中华人民共和国食品安全法》第一条".into(),
        body: "责任事项".into(),
        everyday: String::new(),
    })))
}

fn open(root: &Path, fingerprint: &str) -> EmbeddedEngine {
    EmbeddedEngine::open(root, fingerprint, SEGMENTER.clone()).expect("the folder can be used")
}

fn fill(engine: &EmbeddedEngine, ids: std::ops::Range<u64>, publication: u64) {
    engine
        .apply(&mut ids.map(|id| put(id, "食品经营许可")), at(publication))
        .expect("a batch");
}

fn ask(engine: &EmbeddedEngine, q: &str) -> Result<u64, EngineError> {
    let raw = RawSearchParams {
        q: q.into(),
        ..Default::default()
    };
    Ok(engine
        .search(&parse(&raw, &SEGMENTER).expect("a question"))?
        .total)
}

fn total(engine: &EmbeddedEngine) -> u64 {
    ask(engine, "食品").expect("an answer")
}

/// Folders of indexes under a root.
fn indexes(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root)
        .expect("the folder")
        .flatten()
        .map(|e| e.path());
    entries.filter(|p| p.is_dir()).collect()
}

#[test]
fn an_index_is_found_again() {
    let root = tempfile::tempdir().expect("a folder");
    let engine = open(root.path(), "a");
    assert_eq!(engine.state(), EngineState::Missing);
    fill(&engine, 1..4, 7);
    assert_eq!(engine.state(), EngineState::Ready);
    drop(engine);
    let engine = open(root.path(), "a");
    assert_eq!(
        (engine.state(), engine.position(), total(&engine)),
        (EngineState::Ready, Some(at(7)), 3)
    );
    assert!(engine.size().1 > 1_000);
    assert!(engine.damaged_files().expect("it can be read").is_empty());
}

#[test]
fn an_outdated_index_answers_until_it_is_rebuilt() {
    let root = tempfile::tempdir().expect("a folder");
    fill(&open(root.path(), "a"), 1..4, 7);
    let engine = open(root.path(), "b");
    assert_eq!((engine.state(), total(&engine)), (EngineState::Outdated, 3));
    let mut seen = 0;
    let mut steps = (1..6).map(|id| {
        seen = total(&engine);
        put(id, "食品生产许可")
    });
    engine.rebuild(&mut steps, at(9)).expect("a rebuild");
    assert_eq!(seen, 3, "the old index answers meanwhile");
    assert_eq!(
        (engine.state(), engine.position(), total(&engine)),
        (EngineState::Ready, Some(at(9)), 5)
    );
    assert_eq!(indexes(root.path()).len(), 1, "the old index is removed");
    assert_eq!(open(root.path(), "b").state(), EngineState::Ready);
}

#[test]
fn an_index_of_another_version_is_only_rebuilt() {
    let root = tempfile::tempdir().expect("a folder");
    fill(&open(root.path(), "a"), 1..4, 7);
    std::fs::write(
        indexes(root.path())[0].join("fingerprint"),
        "quanze-embedded-0\na\n",
    )
    .expect("written");
    let engine = open(root.path(), "a");
    assert_eq!(
        (engine.state(), engine.position()),
        (EngineState::Outdated, None)
    );
    assert_eq!(
        ask(&engine, "食品").expect_err("unreadable").code,
        EngineErrorCode::Unavailable
    );
    let refused = engine
        .apply(&mut std::iter::empty(), at(8))
        .expect_err("unreadable");
    assert_eq!(refused.code, EngineErrorCode::Unavailable);
    engine
        .rebuild(&mut std::iter::once(put(1, "食品")), at(8))
        .expect("a rebuild");
    assert_eq!(total(&engine), 1);
}

/// Damages one file of an index and checks that the engine says so and can be rebuilt.
fn damage(name: &str, spoil: impl Fn(&Path)) -> EngineState {
    let root = tempfile::tempdir().expect("a folder");
    fill(&open(root.path(), "a"), 1..40, 7);
    spoil(&indexes(root.path())[0].join(name));
    let engine = open(root.path(), "a");
    let answer = ask(&engine, "食品");
    if let EngineState::Damaged(why) = engine.state() {
        assert!(!why.is_empty());
        assert_eq!(
            answer.expect_err("nothing to answer from").code,
            EngineErrorCode::Internal,
            "{name}"
        );
        assert_eq!(engine.position(), None);
    } else if engine.state() == EngineState::Outdated {
        // An unreadable fingerprint is like another one.
        assert_eq!(
            answer.expect_err("not to be trusted").code,
            EngineErrorCode::Unavailable,
            "{name}"
        );
    } else {
        assert_eq!(answer.expect("a ready engine answers"), 39, "{name}");
    }
    let state = engine.state();
    engine
        .rebuild(&mut (1..3).map(|id| put(id, "食品")), at(8))
        .expect("a rebuild");
    assert_eq!(
        (engine.state(), total(&engine)),
        (EngineState::Ready, 2),
        "{name}"
    );
    state
}

#[test]
fn a_damaged_index_is_noticed_and_rebuilt() {
    let root = tempfile::tempdir().expect("a folder");
    fill(&open(root.path(), "a"), 1..40, 7);
    let names: Vec<String> = std::fs::read_dir(&indexes(root.path())[0])
        .expect("the index")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    // Segment files have names of their own in every index: take them by their ending.
    let spoilt = |ending: &str, spoil: &dyn Fn(&Path)| {
        damage("", |folder| {
            let files = std::fs::read_dir(folder)
                .expect("the index")
                .flatten()
                .map(|e| e.path());
            let file = files
                .into_iter()
                .find(|p| p.to_string_lossy().ends_with(ending));
            spoil(&file.unwrap_or_else(|| panic!("there is a file {ending}")));
        })
    };
    let mut endings: Vec<&str> = names
        .iter()
        .map(|n| n.rsplit('.').next().unwrap_or(n))
        .collect();
    endings.sort_unstable();
    endings.dedup();
    for needed in ["idx", "term", "fast", "fieldnorm", "json"] {
        assert!(endings.contains(&needed), "{endings:?}");
    }
    for ending in endings {
        let states = [
            spoilt(ending, &|file| std::fs::remove_file(file).expect("removed")),
            spoilt(ending, &|file| {
                let bytes = std::fs::read(file).expect("read");
                std::fs::write(file, &bytes[..bytes.len() / 2]).expect("cut off");
            }),
            spoilt(ending, &|file| std::fs::write(file, b"").expect("emptied")),
        ];
        if ["idx", "term", "pos", "fast", "fieldnorm"].contains(&ending) {
            assert!(
                states.iter().all(|s| matches!(s, EngineState::Damaged(_))),
                "{ending}: {states:?}"
            );
        }
    }
    let whole =
        |spoil: &dyn Fn(&Path)| assert!(matches!(damage("", spoil), EngineState::Damaged(_)));
    whole(&|folder| std::fs::remove_dir_all(folder).expect("removed"));
    whole(&|folder| std::fs::write(folder.join("../current"), "nonsense").expect("written"));
    whole(&|folder| std::fs::write(folder.join("../current"), "index-000042").expect("written"));
}

#[test]
fn changed_bytes_are_found_by_check_sum() {
    let root = tempfile::tempdir().expect("a folder");
    fill(&open(root.path(), "a"), 1..40, 7);
    let files = std::fs::read_dir(&indexes(root.path())[0])
        .expect("the index")
        .flatten()
        .map(|e| e.path());
    let file = files
        .into_iter()
        .find(|p| p.extension().is_some_and(|e| e == "idx"))
        .expect("postings");
    let mut bytes = std::fs::read(&file).expect("read");
    let middle = bytes.len() / 3;
    bytes[middle] ^= 0x55;
    std::fs::write(&file, bytes).expect("written");
    let engine = open(root.path(), "a");
    assert_eq!(engine.damaged_files().expect("it opens").len(), 1);
    assert_eq!(engine.state(), EngineState::Ready);
    engine.verify();
    assert!(matches!(engine.state(), EngineState::Damaged(_)));
    engine
        .rebuild(&mut (1..3).map(|id| put(id, "食品")), at(8))
        .expect("a rebuild");
    engine.verify();
    assert_eq!((engine.state(), total(&engine)), (EngineState::Ready, 2));
}

#[test]
fn damage_met_by_a_question_makes_the_index_be_rebuilt() {
    let root = tempfile::tempdir().expect("a folder");
    fill(&open(root.path(), "a"), 1..400, 7);
    let file = std::fs::read_dir(&indexes(root.path())[0])
        .expect("the index")
        .flatten()
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|e| e == "term"))
        .expect("terms");
    let mut bytes = std::fs::read(&file).expect("read");
    let end = bytes.len() * 9 / 10;
    for byte in &mut bytes[..end] {
        *byte = !*byte;
    }
    std::fs::write(&file, bytes).expect("written");
    let engine = open(root.path(), "a");
    let failed = ask(&engine, "食品").map_err(|e| e.code);
    assert_eq!(failed, Err(EngineErrorCode::Internal));
    assert!(matches!(engine.state(), EngineState::Damaged(_)));
}

#[test]
fn a_failed_read_condemns_the_index_once() {
    let root = tempfile::tempdir().expect("a folder");
    let engine = open(root.path(), "a");
    fill(&engine, 1..4, 7);
    let fail = || {
        let failed = engine.read(|_| -> Result<(), EngineError> { panic!("a spoilt block") });
        failed.expect_err("a failure").code
    };
    let timeout = |_: &Snapshot| -> Result<(), EngineError> {
        Err(EngineError::new(EngineErrorCode::Timeout, "too long"))
    };
    engine.read(timeout).expect_err("a failure");
    assert_eq!(engine.state(), EngineState::Ready, "the question's fault");
    assert_eq!(fail(), EngineErrorCode::Internal);
    assert!(matches!(engine.state(), EngineState::Damaged(_)));
    assert_eq!(total(&engine), 3, "it answers where it can");
    engine
        .rebuild(&mut (1..3).map(|id| put(id, "食品")), at(8))
        .expect("a rebuild");
    assert_eq!(engine.state(), EngineState::Ready);
    fail();
    assert_eq!(
        engine.state(),
        EngineState::Ready,
        "a new index that fails the same way is not rebuilt for ever"
    );
}

#[test]
fn an_error_among_the_steps_is_no_damage() {
    let root = tempfile::tempdir().expect("a folder");
    let engine = open(root.path(), "a");
    fill(&engine, 1..4, 7);
    let lost = Err(EngineError::new(EngineErrorCode::Internal, "lost"));
    engine
        .apply(&mut std::iter::once(lost), at(8))
        .expect_err("the error");
    assert_eq!(engine.state(), EngineState::Ready);
    // But a batch that meets damage is a sign of it.
    let folder = indexes(root.path()).remove(0);
    std::fs::remove_dir_all(folder).expect("removed");
    engine
        .apply(&mut std::iter::once(put(9, "食品")), at(8))
        .expect_err("nowhere to write");
    assert!(matches!(engine.state(), EngineState::Damaged(_)));
    assert_eq!(total(&engine), 3, "what is open answers");
    std::fs::remove_dir_all(root.path()).expect("removed");
    engine
        .rebuild(&mut (1..3).map(|id| put(id, "食品")), at(8))
        .expect("a rebuild");
    assert_eq!((engine.state(), total(&engine)), (EngineState::Ready, 2));
}

#[test]
fn two_programs_do_not_rebuild_each_others_index_in_turn() {
    let root = tempfile::tempdir().expect("a folder");
    let first = open(root.path(), "a");
    fill(&first, 1..4, 1);
    let second = open(root.path(), "b");
    assert_eq!(second.state(), EngineState::Outdated);
    second
        .rebuild(&mut (1..6).map(|id| put(id, "食品")), at(1))
        .expect("a rebuild");
    assert_eq!((first.state(), total(&first)), (EngineState::Ready, 5));
    fill(&first, 6..8, 2);
    assert_eq!((second.state(), total(&second)), (EngineState::Ready, 7));
    assert_eq!(open(root.path(), "a").state(), EngineState::Outdated);
    // A third of another version: the others cannot read its index, and leave it alone.
    let name = "index-000009";
    std::fs::create_dir(root.path().join(name)).expect("made");
    let made_with = root.path().join(name).join("fingerprint");
    std::fs::write(made_with, "quanze-embedded-0\na\n").expect("written");
    std::fs::write(root.path().join("current"), name).expect("written");
    std::fs::remove_dir_all(root.path().join("index-000002")).expect("removed");
    first
        .apply(&mut std::iter::once(put(9, "食品")), at(3))
        .expect_err("nowhere to write");
    assert_eq!((first.state(), total(&first)), (EngineState::Ready, 7));
}

#[test]
fn suggestions_and_searches_end_in_time() {
    let root = tempfile::tempdir().expect("a folder");
    let engine = open(root.path(), "a");
    fill(&engine, 1..400, 1);
    for text in ["食", "食品", "食品经营"] {
        let late = |s: &Snapshot| suggest::suggest(s, text, 10, Deadline::over());
        let error = engine.read(late).expect_err("time is up");
        assert_eq!(error.code, EngineErrorCode::Timeout, "{text}");
    }
    for text in ["食", "食品经营许可", "k-39"] {
        let raw = RawSearchParams {
            q: text.into(),
            ..Default::default()
        };
        let query = parse(&raw, &SEGMENTER).expect("a question");
        let late = |s: &Snapshot| {
            let plan = retrieve::plan(s, &query)?;
            let mut found = Accumulator::default();
            let ended = plan.run(&s.segments[0], &mut found, Deadline::over());
            assert!(found.matched().iter().all(|&m| m == 0), "{text}");
            ended
        };
        let error = engine.read(late).expect_err("time is up");
        assert_eq!(error.code, EngineErrorCode::Timeout, "{text}");
    }
    assert_eq!(engine.state(), EngineState::Ready);
}

#[test]
fn processes_see_each_others_commits_and_rebuilds() {
    let root = tempfile::tempdir().expect("a folder");
    let writer = open(root.path(), "a");
    let reader = open(root.path(), "a");
    fill(&writer, 1..4, 1);
    assert_eq!((reader.position(), total(&reader)), (Some(at(1)), 3));
    // Either may write while the other does not.
    fill(&reader, 4..6, 2);
    assert_eq!((writer.position(), total(&writer)), (Some(at(2)), 5));
    writer
        .rebuild(&mut (1..3).map(|id| put(id, "食品")), at(3))
        .expect("a rebuild");
    assert_eq!((reader.position(), total(&reader)), (Some(at(3)), 2));
    fill(&reader, 3..4, 4);
    assert_eq!((total(&writer), total(&reader)), (3, 3));
    assert_eq!(indexes(root.path()).len(), 1);
}

#[test]
fn a_second_writer_is_turned_away() {
    let root = tempfile::tempdir().expect("a folder");
    let first = open(root.path(), "a");
    let second = open(root.path(), "a");
    let mut refusals = Vec::new();
    let mut steps = (1..600).map(|id| {
        if id == 500 {
            let error = second
                .apply(&mut std::iter::empty(), at(9))
                .expect_err("the first is writing");
            refusals.push(error.code);
        }
        put(id, "食品")
    });
    first.apply(&mut steps, at(1)).expect("the first batch");
    let mut steps = (1..3).map(|id| {
        let error = second
            .rebuild(&mut std::iter::empty(), at(9))
            .expect_err("the first is rebuilding");
        refusals.push(error.code);
        put(id, "食品")
    });
    first.rebuild(&mut steps, at(2)).expect("the first rebuild");
    assert_eq!(refusals, [EngineErrorCode::Unavailable; 3]);
    assert_eq!(second.position(), Some(at(2)));
}

#[test]
fn many_small_batches_stay_few_segments() {
    let root = tempfile::tempdir().expect("a folder");
    let engine = open(root.path(), "a");
    for n in 1..40 {
        fill(&engine, n..n + 2, n);
        engine.upkeep().expect("merging");
    }
    assert_eq!((total(&engine), engine.position()), (40, Some(at(39))));
    let (segments, _) = extent(&engine);
    assert!(segments < 10, "{segments} segments");
}

/// Segments, and documents with the replaced ones.
fn extent(engine: &EmbeddedEngine) -> (usize, u64) {
    let extent = |snapshot: &Snapshot| Ok((snapshot.segments.len(), snapshot.all_documents()));
    engine.read(extent).expect("a snapshot")
}

#[test]
fn replaced_documents_do_not_stay_for_ever() {
    let root = tempfile::tempdir().expect("a folder");
    let engine = open(root.path(), "a");
    fill(&engine, 1..3_001, 1);
    fill(&engine, 1..1_501, 2);
    assert_eq!(extent(&engine).1, 4_500);
    for _ in 0..10 {
        engine.upkeep().expect("merging");
    }
    // How a batch is dealt to segments is not ours to say; a third of one may stay.
    let (_, all) = extent(&engine);
    assert!((all - 3_000) * 3 <= all, "{all} documents for 3,000");
    assert_eq!((total(&engine), engine.position()), (3_000, Some(at(2))));
    // Large batches are merged, too.
    for n in 3..20 {
        fill(&engine, n * 1_000..n * 1_000 + 300, n);
        engine.upkeep().expect("merging");
    }
    let (segments, _) = extent(&engine);
    assert!(segments < 16, "{segments} segments");
    assert_eq!(total(&engine), 3_000 + 17 * 300 - 1);
}

#[test]
fn searches_and_batches_run_side_by_side() {
    let root = tempfile::tempdir().expect("a folder");
    let engine = open(root.path(), "a");
    fill(&engine, 1..11, 1);
    std::thread::scope(|scope| {
        scope.spawn(|| (2..12).for_each(|n| fill(&engine, 1..11, n)));
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..200 {
                    // Every batch replaces all ten: none is ever seen twice or missing.
                    assert_eq!(total(&engine), 10);
                }
            });
        }
    });
    assert_eq!(engine.position(), Some(at(11)));
}
