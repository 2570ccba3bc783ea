//! What every engine does: ids, order, counts, filters, paging, following the register.
//! Scores are never asserted; they are each engine's own.

mod meaning;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use quanze::domain::{ItemId, Position, date};
use quanze::engine::embedded::EmbeddedEngine;
use quanze::engine::{Document, Engine, EngineError, EngineErrorCode, EngineState, Step};
use quanze::query::parse::parse;
use quanze::query::{Answer, Facet, Query, RawSearchParams};
use quanze::text::Segmenter;
use quanze::text::normal::normalise;

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::embedded);

fn position(publication: u64) -> Position {
    Position {
        publication,
        day: date::parse("2026-11-23").expect("a day"),
    }
}

fn document(id: u64, title: &str) -> Document {
    Document {
        id: ItemId(id),
        code: format!("KLMY-{id:04}"),
        kind: "power".into(),
        item_type: "行政许可".into(),
        department: "克拉玛依市市场监督管理局".into(),
        region: "650200".into(),
        level: "市级".into(),
        title: title.into(),
        basis: String::new(),
        body: String::new(),
        everyday: String::new(),
    }
}

fn put(document: Document) -> Step {
    Step::Put(Box::new(document))
}

fn apply(engine: &dyn Engine, steps: Vec<Step>, publication: u64) {
    engine
        .apply(&mut steps.into_iter().map(Ok), position(publication))
        .expect("the batch is applied");
}

fn raw(q: &str) -> RawSearchParams {
    RawSearchParams {
        q: q.into(),
        ..Default::default()
    }
}

fn query(raw: &RawSearchParams) -> Query {
    parse(raw, &SEGMENTER).expect("the question is accepted")
}

fn search(engine: &dyn Engine, q: &str) -> Answer {
    engine
        .search(&query(&raw(q)))
        .expect("the question is answered")
}

fn ids(answer: &Answer) -> Vec<u64> {
    answer.hits.iter().map(|h| h.id.0).collect()
}

/// Ids of hits in ascending order.
fn found(engine: &dyn Engine, q: &str) -> Vec<u64> {
    let mut ids = ids(&search(engine, q));
    ids.sort_unstable();
    ids
}

fn counts(answer: &Answer, facet: Facet) -> Vec<(&str, u64)> {
    let (_, counts) = answer
        .facets
        .iter()
        .find(|(f, _)| *f == facet)
        .expect("every facet is counted");
    counts.iter().map(|c| (c.value.as_str(), c.count)).collect()
}

/// Runs the whole suite; `make` gives a new, empty engine each time.
pub fn engine_contract(make: &dyn Fn() -> Box<dyn Engine>) {
    an_empty_engine_answers_nothing(make().as_ref());
    steps_put_replace_and_remove(make().as_ref());
    a_failed_batch_leaves_nothing(make().as_ref());
    words_are_found_inside_titles_and_texts(make().as_ref());
    the_spelling_does_not_matter(make().as_ref());
    several_words_narrow_the_answer(make().as_ref());
    the_better_match_comes_first(make().as_ref());
    codes_find_their_item(make().as_ref());
    facets_count_all_hits(make().as_ref());
    filters_are_alternatives_inside_a_facet(make().as_ref());
    pages_follow_each_other(make().as_ref());
    departments_keep_the_order_of_their_lists(make().as_ref());
    titles_are_suggested(make().as_ref());
    the_best_of_many_titles_are_suggested(make().as_ref());
    upkeep_changes_no_answer(make().as_ref());
    meaning::what_is_meant_is_found(make().as_ref());
    meaning::an_article_finds_what_rests_on_it(make().as_ref());
    meaning::a_basis_leaves_only_what_rests_on_it(make().as_ref());
    meaning::what_a_question_leans_to_comes_first(make().as_ref());
    meaning::titles_tell_their_words(make().as_ref());
    meaning::everyday_words_find_what_they_name(make().as_ref());
    meaning::related_items_share_a_title_or_an_article(make().as_ref());
    meaning::an_item_s_name_brings_what_its_department_has(make().as_ref());
    a_rebuild_replaces_everything(make().as_ref());
}

fn an_empty_engine_answers_nothing(engine: &dyn Engine) {
    assert_eq!(engine.position(), None);
    assert_eq!(engine.size().0, 0);
    let answer = search(engine, "食品");
    assert_eq!((answer.total, answer.hits.len()), (0, 0));
    assert_eq!(
        answer.facets.iter().map(|f| f.0).collect::<Vec<_>>(),
        Facet::ALL
    );
    assert_eq!(engine.suggest("食品", 10).expect("suggestions"), []);
}

fn steps_put_replace_and_remove(engine: &dyn Engine) {
    apply(
        engine,
        vec![
            put(document(1, "食品经营许可")),
            put(document(2, "药品经营许可")),
        ],
        1,
    );
    assert_eq!(engine.position(), Some(position(1)));
    assert_eq!(engine.size().0, 2);
    assert_eq!(found(engine, "经营"), [1, 2]);

    apply(engine, vec![put(document(1, "建筑工程施工许可"))], 2);
    assert_eq!(found(engine, "经营"), [2], "the old text is forgotten");
    assert_eq!(found(engine, "施工"), [1]);
    assert_eq!(engine.size().0, 2);

    let steps = vec![
        Step::Remove(ItemId(2)),
        Step::Remove(ItemId(99)),
        put(document(3, "甲")),
        put(document(3, "取水许可")),
        put(document(4, "烟花爆竹许可")),
        Step::Remove(ItemId(4)),
        Step::Remove(ItemId(5)),
        put(document(5, "排污许可")),
    ];
    apply(engine, steps, 3);
    assert_eq!(found(engine, ""), [1, 3, 5], "steps are applied in order");
    assert_eq!(found(engine, "甲"), [0; 0]);

    apply(engine, Vec::new(), 4);
    assert_eq!(
        engine.position(),
        Some(position(4)),
        "an empty batch moves the position"
    );
    assert_eq!(found(engine, "许可"), [1, 3, 5]);

    // The first batch of an empty engine may name one item twice, too.
    apply(
        engine,
        vec![
            Step::Remove(ItemId(1)),
            Step::Remove(ItemId(3)),
            Step::Remove(ItemId(5)),
        ],
        5,
    );
    assert_eq!((engine.size().0, search(engine, "").total), (0, 0));
    apply(
        engine,
        vec![put(document(7, "食品")), put(document(7, "药品"))],
        6,
    );
    assert_eq!(
        (found(engine, "药品"), search(engine, "").total),
        (vec![7], 1)
    );
}

/// What a register that failed while being read puts among the steps.
fn lost() -> EngineError {
    EngineError::new(EngineErrorCode::Internal, "the register went away")
}

fn a_failed_batch_leaves_nothing(engine: &dyn Engine) {
    apply(engine, vec![put(document(1, "食品经营许可"))], 1);
    // A batch of a few steps, and one too large to be held back as a whole.
    for (last, publication) in [(5, 2), (1_500, 3)] {
        let mut steps = (2..last).map(|id| match id {
            2 => Ok(Step::Remove(ItemId(1))),
            _ if id + 1 == last => Err(lost()),
            _ => Ok(put(document(id, "食品生产许可"))),
        });
        let error = engine
            .apply(&mut steps, position(publication))
            .expect_err("the error among the steps");
        assert_eq!(error.message, lost().message);
        assert_eq!(engine.position(), Some(position(1)));
        assert_eq!(found(engine, "食品"), [1]);
    }
    // And the engine can go on.
    apply(engine, vec![put(document(2, "食品生产许可"))], 2);
    assert_eq!(found(engine, "食品"), [1, 2]);
}

fn words_are_found_inside_titles_and_texts(engine: &dyn Engine) {
    let mut in_basis = document(3, "对违法行为的处罚");
    in_basis.basis = "《中华人民共和国噪声污染防治法》第七十五条".into();
    let mut in_body = document(4, "监督检查");
    in_body.body = "负责建筑垃圾运输车辆的检查，税。".into();
    let steps = vec![
        put(document(1, "小餐饮店经营许可证核发")),
        put(document(2, "机动车C1驾照，G20会议\n增驾")),
        put(in_basis),
        put(in_body),
        put(document(5, "《安全生产许可证》（延续）")),
    ];
    apply(engine, steps, 1);
    for (q, want) in [
        ("餐饮", vec![1]),
        ("营许", vec![1]),
        ("饮店经", vec![1]),
        ("店", vec![1]),
        ("许可证", vec![1, 5]),
        ("c1", vec![2]),
        ("g2", vec![2]),
        ("20会", vec![2]),
        ("增驾", vec![2]),
        ("噪声污染", vec![3]),
        ("声污", vec![3]),
        ("渣土", vec![]),
        ("建筑垃圾", vec![4]),
        ("税", vec![4]),
        ("《安全", vec![5]),
        ("》（", vec![5]),
        ("）。（", vec![]),
    ] {
        assert_eq!(found(engine, q), want, "{q}");
    }
}

fn the_spelling_does_not_matter(engine: &dyn Engine) {
    apply(
        engine,
        vec![
            put(document(1, "食品經營許可（Ａ類）")),
            put(document(2, "食品 经营许可证")),
        ],
        1,
    );
    for q in ["食品经营", "食品經營", "　食品经营", "食\u{200B}品经营"] {
        assert_eq!(found(engine, q), [1, 2], "{q}");
    }
    assert_eq!(found(engine, "(a类)"), [1]);
    assert_eq!(found(engine, "ａ类"), [1]);
}

fn several_words_narrow_the_answer(engine: &dyn Engine) {
    let mut split = document(4, "对食品的检查");
    split.body = "依法给予处罚".into();
    let steps = vec![
        put(document(1, "对食品生产的处罚")),
        put(document(2, "对药品生产的处罚")),
        put(document(3, "食品生产许可")),
        put(split),
        put(document(5, "对道路运输的检查")),
    ];
    apply(engine, steps, 1);
    assert_eq!(
        found(engine, "食品 处罚"),
        [1, 4],
        "both words, in whichever text"
    );
    assert!(!search(engine, "食品 处罚").partial);
    assert_eq!(
        found(engine, "请问食品的处罚"),
        [1, 4],
        "stop words ask for nothing"
    );
    let three = search(engine, "食品 生产 处罚");
    assert_eq!(ids(&three)[0], 1, "all three words");
    assert_eq!(
        BTreeSet::from_iter(ids(&three)),
        BTreeSet::from([1, 2, 3, 4]),
        "two of three suffice"
    );
    // Items with one word fill the answer up; that some have two is said all the same.
    let filled = search(engine, "运输 食品 生产");
    assert_eq!(ids(&filled).len(), 5);
    assert!(!filled.partial);
    let none_has_both = search(engine, "运输 药品");
    assert!(none_has_both.partial);
    assert_eq!(
        BTreeSet::from_iter(ids(&none_has_both)),
        BTreeSet::from([2, 5])
    );
    let nothing = search(engine, "火箭 飞船");
    assert_eq!((nothing.total, nothing.partial), (0, false));
}

fn the_better_match_comes_first(engine: &dyn Engine) {
    let mut mentioned = document(1, "对经营行为的监督检查");
    mentioned.body = "检查食品经营许可、药品经营许可的情况".repeat(3);
    let steps = vec![
        put(mentioned),
        put(document(2, "未取得食品经营许可从事食品经营活动的处罚")),
        put(document(3, "食品经营许可")),
    ];
    apply(engine, steps, 1);
    assert_eq!(ids(&search(engine, "食品经营许可")), [3, 2, 1]);
    // Nothing to rank by: the older first.
    apply(
        engine,
        vec![put(document(9, "取水许可")), put(document(8, "取水许可"))],
        2,
    );
    assert_eq!(ids(&search(engine, "取水")), [8, 9]);
    assert_eq!(ids(&search(engine, "")), [1, 2, 3, 8, 9]);
}

fn codes_find_their_item(engine: &dyn Engine) {
    apply(
        engine,
        vec![put(document(12, "取水许可")), put(document(13, "排污许可"))],
        1,
    );
    assert_eq!(found(engine, "KLMY-0012"), [12]);
    assert_eq!(found(engine, "klmy-0013"), [13]);
    assert_eq!(found(engine, "klmy-001"), [12, 13]);
    assert_eq!(found(engine, "klmy-0099"), [0; 0]);
}

/// Ten items: ids 0 to 9; departments 甲局 and 乙局 in turn, levels 市级, 县级, none in turn.
fn ten(engine: &dyn Engine) {
    let steps = (0..10).map(|id| {
        let mut document = document(
            id,
            if id < 7 {
                "食品经营许可"
            } else {
                "取水许可"
            },
        );
        document.department = if id % 2 == 0 { "甲局" } else { "乙局" }.into();
        document.level = match id % 3 {
            0 => "市级",
            1 => "县级",
            _ => "",
        }
        .into();
        document.kind = if id == 0 { "service" } else { "power" }.into();
        put(document)
    });
    engine
        .apply(&mut steps.map(Ok), position(1))
        .expect("the batch is applied");
}

fn facets_count_all_hits(engine: &dyn Engine) {
    ten(engine);
    let mut page = raw("食品");
    page.size = Some("1".into());
    let answer = engine.search(&query(&page)).expect("an answer");
    assert_eq!((answer.total, answer.hits.len()), (7, 1));
    assert_eq!(
        counts(&answer, Facet::Department),
        [("甲局", 4), ("乙局", 3)]
    );
    assert_eq!(
        counts(&answer, Facet::Level),
        [("市级", 3), ("县级", 2)],
        "no level is no value"
    );
    assert_eq!(counts(&answer, Facet::Kind), [("power", 6), ("service", 1)]);
    assert_eq!(counts(&answer, Facet::Type), [("行政许可", 7)]);
    assert_eq!(counts(&answer, Facet::Region), [("650200", 7)]);
    assert_eq!(
        counts(&search(engine, ""), Facet::Department),
        [("乙局", 5), ("甲局", 5)],
        "ties by value"
    );
    // Replaced and removed items are not counted.
    apply(
        engine,
        vec![Step::Remove(ItemId(0)), put(document(1, "食品"))],
        2,
    );
    let answer = search(engine, "食品");
    let departments = counts(&answer, Facet::Department);
    assert_eq!(
        departments,
        [("甲局", 3), ("乙局", 2), ("克拉玛依市市场监督管理局", 1)]
    );
    assert_eq!(counts(&answer, Facet::Kind), [("power", 6)]);
}

fn filters_are_alternatives_inside_a_facet(engine: &dyn Engine) {
    ten(engine);
    let with = |departments: &[&str], levels: &[&str]| {
        let mut raw = raw("食品");
        raw.department = departments.iter().map(|&v| v.to_owned()).collect();
        raw.level = levels.iter().map(|&v| v.to_owned()).collect();
        let answer = engine.search(&query(&raw)).expect("an answer");
        let counted: u64 = counts(&answer, Facet::Type).iter().map(|c| c.1).sum();
        assert_eq!(
            counted, answer.total,
            "facets are counted over the filtered hits"
        );
        let mut ids = ids(&answer);
        ids.sort_unstable();
        ids
    };
    assert_eq!(with(&["甲局"], &[]), [0, 2, 4, 6]);
    assert_eq!(with(&["甲局", "乙局"], &[]), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(with(&["甲局"], &["市级"]), [0, 6]);
    assert_eq!(with(&["甲局"], &["市级", "县级"]), [0, 4, 6]);
    assert_eq!(with(&["丙局"], &[]), [0; 0]);
    assert_eq!(with(&["丙局", "乙局"], &["县级"]), [1]);
}

fn pages_follow_each_other(engine: &dyn Engine) {
    let steps: Vec<Step> = (1..=1_100)
        .map(|id| put(document(id, "食品经营许可")))
        .collect();
    apply(engine, steps, 1);
    let page = |page: usize, size: usize| {
        let mut raw = raw("食品");
        raw.page = Some(page.to_string());
        raw.size = Some(size.to_string());
        let answer = engine.search(&query(&raw)).expect("an answer");
        assert_eq!(answer.total, 1_100);
        ids(&answer)
    };
    let pages: Vec<u64> = (1..=10).flat_map(|n| page(n, 100)).collect();
    assert_eq!(pages, (1..=1_000).collect::<Vec<u64>>());
    assert_eq!(page(3, 7), (15..=21).collect::<Vec<u64>>());
    let mut deep = query(&raw("食品"));
    deep.offset = 990;
    deep.limit = 20;
    let error = engine.search(&deep).expect_err("paging ends");
    assert_eq!(error.code, EngineErrorCode::Invalid);
}

fn departments_keep_the_order_of_their_lists(engine: &dyn Engine) {
    ten(engine);
    let mut raw = raw("许可");
    raw.sort = Some("department".into());
    let answer = engine.search(&query(&raw)).expect("an answer");
    assert_eq!(
        ids(&answer),
        [1, 3, 5, 7, 9, 2, 4, 6, 8, 0],
        "department, kind, then the list's order"
    );
}

fn titles_are_suggested(engine: &dyn Engine) {
    let steps = vec![
        put(document(1, "未取得食品经营许可从事经营活动的处罚")),
        put(document(2, "食品生产许可")),
        put(document(3, "食品经营许可证（新办）")),
        put(document(4, "食品生产许可")),
        put(document(5, "药品经营许可\n食品")),
        put(document(6, "对“Ａ级景区”的检查")),
    ];
    apply(engine, steps, 1);
    let suggest = |text: &str, limit: usize| -> Vec<u64> {
        let ids = engine.suggest(text, limit).expect("suggestions");
        ids.into_iter().map(|id| id.0).collect()
    };
    assert_eq!(
        suggest("食品", 10),
        [2, 3, 5, 1],
        "beginnings, then shorter titles; equal titles once"
    );
    assert_eq!(suggest("食品", 2), [2, 3]);
    assert_eq!(suggest("食", 10), [2, 3, 5, 1]);
    assert_eq!(suggest("食品 經營", 10), [3, 1]);
    assert_eq!(suggest("营许可证", 10), [3]);
    assert_eq!(suggest("a级", 10), [6]);
    assert_eq!(suggest("对\"", 10), [6]);
    assert_eq!(suggest("可证食", 10), [0; 0]);
    assert_eq!(suggest(" ", 10), [0; 0]);
    apply(engine, vec![Step::Remove(ItemId(2))], 2);
    assert_eq!(suggest("食品", 1), [4]);
    let long = engine.suggest(&"食".repeat(201), 10).expect_err("too long");
    assert_eq!(long.code, EngineErrorCode::Invalid);
}

fn the_best_of_many_titles_are_suggested(engine: &dyn Engine) {
    // Longer titles first, in three batches; every title twice; those of one batch begin otherwise.
    let title = |n: usize| {
        let beginning = if n.is_multiple_of(3) { "对" } else { "不对" };
        format!("{beginning}{}的检查", "甲".repeat(40 - n))
    };
    for batch in 0..3 {
        let steps = (0..40).filter(|n| n % 3 == batch).flat_map(|n| {
            let id = 1_000 - 10 * n as u64;
            [
                put(document(id, &title(n))),
                put(document(id + 1, &title(n))),
            ]
        });
        apply(engine, steps.collect(), batch as u64 + 1);
    }
    let suggest = |text: &str, limit: usize| -> Vec<u64> {
        let ids = engine.suggest(text, limit).expect("suggestions");
        ids.into_iter().map(|id| id.0).collect()
    };
    let id = |n: usize| 1_000 - 10 * n as u64;
    let beginning = (0..40).rev().filter(|n| n % 3 == 0).map(id);
    let inside = (0..40).rev().filter(|n| n % 3 != 0).map(id);
    let all: Vec<u64> = beginning.chain(inside).collect();
    for limit in [0, 1, 5, 14, 20, 40, 100] {
        assert_eq!(suggest("对", limit), all[..limit.min(40)], "{limit}");
        assert_eq!(suggest("对甲", limit), all[..limit.min(40)], "{limit}");
    }
}

fn upkeep_changes_no_answer(engine: &dyn Engine) {
    engine.upkeep().expect("nothing to do");
    engine.verify();
    for publication in 1..=30 {
        let steps = (0..5).map(|n| put(document(publication * 3 + n, "食品经营许可")));
        apply(engine, steps.collect(), publication);
        let before = found(engine, "食品");
        engine.upkeep().expect("upkeep");
        assert_eq!(found(engine, "食品"), before);
        assert_eq!(engine.position(), Some(position(publication)));
    }
    engine.verify();
    assert_eq!(engine.state(), EngineState::Ready);
    assert_eq!(engine.size().0, 92);
}

fn a_rebuild_replaces_everything(engine: &dyn Engine) {
    apply(engine, vec![put(document(1, "食品经营许可"))], 5);
    let steps = vec![
        put(document(2, "药品经营许可")),
        put(document(3, "取水许可")),
    ];
    engine
        .rebuild(&mut steps.into_iter().map(Ok), position(7))
        .expect("a rebuild");
    assert_eq!(engine.state(), EngineState::Ready);
    assert_eq!(engine.position(), Some(position(7)));
    assert_eq!(found(engine, ""), [2, 3]);
    apply(engine, vec![Step::Remove(ItemId(3))], 8);
    assert_eq!(found(engine, ""), [2]);
    let mut steps = [Ok(put(document(4, "食品"))), Err(lost())].into_iter();
    engine
        .rebuild(&mut steps, position(9))
        .expect_err("the error among the steps");
    assert_eq!(
        (engine.position(), found(engine, "")),
        (Some(position(8)), vec![2]),
        "the old index stays"
    );
}

#[test]
fn the_embedded_engine_keeps_the_contract() {
    let folders = RefCell::new(Vec::new());
    engine_contract(&|| {
        let folder = tempfile::tempdir().expect("a folder");
        let engine =
            EmbeddedEngine::open(folder.path(), "test", SEGMENTER.clone()).expect("an engine");
        folders.borrow_mut().push(folder);
        Box::new(engine)
    });
}

/// Folder of the shared material, beside the repository or where `QUANZE_SHARED` says.
fn shared() -> PathBuf {
    std::env::var_os("QUANZE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    )
}

/// Items of the corpus of real lists: title, basis and body.
fn real_items(path: &Path) -> Vec<Document> {
    let mut reader = csv::Reader::from_path(path).expect("the corpus can be read");
    let headings = reader.headers().expect("headings").clone();
    let column: HashMap<&str, usize> = headings
        .iter()
        .enumerate()
        .map(|(i, h)| (h.trim_start_matches('\u{feff}'), i))
        .collect();
    let mut items = Vec::new();
    for (row, id) in reader.records().zip(1..) {
        let row = row.expect("a row");
        let cell = |heading: &str| {
            column
                .get(heading)
                .and_then(|&i| row.get(i))
                .unwrap_or_default()
        };
        let title = [cell("事项名称"), cell("子项名称")].join("\n");
        let mut item = document(id, title.trim_end());
        item.basis = cell("设定依据").into();
        item.body = cell("责任事项").into();
        items.push(item);
    }
    items
}

/// Deterministic numbers for drawing words.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Strings that people might type: a word as jieba cuts it, or any 1 to 6 characters in a row.
fn drawn_words(items: &[Document], count: usize) -> Vec<String> {
    let mut draw = Draw(7);
    let mut words = Vec::new();
    while words.len() < count {
        let title = &items[draw.below(items.len())].title;
        let line = title.lines().next().unwrap_or_default();
        if words.len() % 2 == 0 {
            let tokens = SEGMENTER.segment(line);
            if !tokens.is_empty() {
                words.push(tokens[draw.below(tokens.len())].text.clone());
            }
        } else {
            let chars: Vec<char> = line.chars().collect();
            let start = draw.below(chars.len());
            let word: String = chars[start..].iter().take(1 + draw.below(6)).collect();
            if !word.trim().is_empty() {
                words.push(word);
            }
        }
    }
    words
}

#[test]
fn every_title_that_contains_a_word_is_found() {
    let path = shared().join("corpus/real-items.csv");
    if !path.exists() {
        println!("skipped: {} is absent (set QUANZE_SHARED)", path.display());
        return;
    }
    let items = real_items(&path);
    assert!(items.len() > 5_000);
    let titles: Vec<(u64, Vec<String>)> = items
        .iter()
        .map(|item| {
            let squeezed = |line: &str| normalise(line).split_whitespace().collect::<String>();
            (item.id.0, item.title.lines().map(squeezed).collect())
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let engine = EmbeddedEngine::open(folder.path(), "test", SEGMENTER.clone()).expect("an engine");
    let words = drawn_words(&items, 500);
    engine
        .rebuild(&mut items.into_iter().map(put).map(Ok), position(1))
        .expect("a rebuild");
    for word in words {
        let wanted: String = normalise(&word).split_whitespace().collect();
        let want: BTreeSet<u64> = titles
            .iter()
            .filter(|(_, lines)| lines.iter().any(|line| line.contains(&wanted)))
            .map(|(id, _)| *id)
            .collect();
        assert!(!want.is_empty(), "{word} was drawn from a title");
        let total = search(&engine, &word).total;
        assert!(
            total >= want.len() as u64,
            "{word}: {total} found, {} titles have it",
            want.len()
        );
        // The ids, too, as far as paging reaches; departments' order is by id here.
        let mut got = BTreeSet::new();
        let mut page = query(&raw(&word));
        page.limit = 1_000;
        page.sort = quanze::query::Sort::Department;
        for hit in engine.search(&page).expect("an answer").hits {
            got.insert(hit.id.0);
        }
        let reach = if total > 1_000 {
            got.last().copied().unwrap_or(0)
        } else {
            u64::MAX
        };
        let missed: Vec<u64> = want
            .iter()
            .copied()
            .filter(|id| *id <= reach && !got.contains(id))
            .collect();
        assert!(
            missed.is_empty(),
            "{word}: {missed:?} contain it and were not found"
        );
    }
}
