//! What every engine does with what a question means: official wordings, citations, leanings.

use std::collections::BTreeMap;

use quanze::domain::ItemId;
use quanze::engine::{Engine, Likeness, Related};
use quanze::query::{Expansion, Facet, Leaning, Query};
use quanze::text::citation::Citation;
use quanze::text::lexicon::Relation;

use super::{apply, document, ids, put, query, raw};

fn fill(engine: &dyn Engine) {
    let mut noise = document(1, "对建筑施工噪声超标的处罚");
    noise.item_type = "行政处罚".into();
    noise.basis = "《中华人民共和国噪声污染防治法》（2021年通过）第七十七条 违反本法规定".into();
    let mut advert = document(2, "大型户外广告设置许可");
    advert.basis = "《城市市容和环境卫生管理条例》第十一条".into();
    let mut check = document(3, "户外广告设置检查");
    check.item_type = "行政检查".into();
    apply(engine, vec![put(noise), put(advert), put(check)], 1);
}

fn asked(engine: &dyn Engine, query: &Query) -> Vec<u64> {
    ids(&engine.search(query).expect("the question is answered"))
}

pub fn what_is_meant_is_found(engine: &dyn Engine) {
    fill(engine);
    let plain = query(&raw("工地太吵"));
    assert!(asked(engine, &plain).is_empty());
    let mut meant = plain;
    meant.expansions.push(Expansion {
        said: "工地+吵".into(),
        relation: Relation::Near,
        meant: vec![vec!["扰民".into()], vec!["施工".into(), "噪声".into()]],
    });
    assert_eq!(asked(engine, &meant), [1]);
    // Parts that stand in no one item are no wording.
    meant.expansions[0].meant = vec![vec!["施工".into(), "广告".into()]];
    assert!(asked(engine, &meant).is_empty());
}

pub fn an_article_finds_what_rests_on_it(engine: &dyn Engine) {
    fill(engine);
    let cited = |law: &str, article: u32| {
        let mut query = query(&raw("甲"));
        let law = law.to_owned();
        query.citations.push(Citation { law, article });
        query
    };
    assert_eq!(asked(engine, &cited("噪声污染防治法", 77)), [1]);
    assert_eq!(asked(engine, &cited("条例", 11)), [2]);
    assert!(asked(engine, &cited("噪声污染防治法", 7)).is_empty());
    // It is sure of the items that rest on it, not of others that share a word.
    let certain = |law: &str| {
        let mut query = cited(law, 77);
        query.words.clone_from(&self::query(&raw("噪声")).words);
        let answer = engine.search(&query).expect("the question is answered");
        answer.evidence.expect("there is a hit").is_certain
    };
    assert!(certain("噪声污染防治法"));
    assert!(!certain("火星移民法"));
}

pub fn what_a_question_leans_to_comes_first(engine: &dyn Engine) {
    fill(engine);
    let lean = |to: &str| {
        let mut query = query(&raw("户外广告设置"));
        query.leanings.push(Leaning {
            facet: Facet::Type,
            contains: to.into(),
            factor: 3.0,
        });
        asked(engine, &query)
    };
    assert_eq!(lean("许可"), [2, 3]);
    assert_eq!(lean("检查"), [3, 2]);
}

pub fn titles_tell_their_words(engine: &dyn Engine) {
    fill(engine);
    let mut words: BTreeMap<String, u64> = BTreeMap::new();
    engine
        .title_words(&mut |word, count| *words.entry(word.to_owned()).or_default() += count)
        .expect("words are told");
    assert_eq!(words.get("噪声"), Some(&1));
    assert!(!words.contains_key("违反"), "a word of a basis: {words:?}");
}

pub fn everyday_words_find_what_they_name(engine: &dyn Engine) {
    let mut smoke = document(1, "对餐饮服务业油烟排放的处罚");
    smoke.everyday = "烧烤摊\n熏人\n".into();
    let advert = document(2, "大型户外广告设置许可");
    apply(engine, vec![put(smoke), put(advert)], 1);
    assert_eq!(asked(engine, &query(&raw("烧烤摊"))), [1]);
    let mut exact = raw("烧烤摊");
    exact.exact = true;
    assert!(asked(engine, &query(&exact)).is_empty());
}

pub fn an_item_s_name_brings_what_its_department_has(engine: &dyn Engine) {
    let of = |id: u64, title: &str, department: &str| {
        let mut document = document(id, title);
        document.department = department.into();
        put(document)
    };
    let items = vec![
        of(1, "临时用地收费", "乙局"),
        of(2, "临时用地收费", "甲局"),
        of(3, "临时用地的审批", "甲局"),
    ];
    apply(engine, items, 1);
    // A 的 more or less makes no other name.
    let found = asked(engine, &query(&raw("临时用地审批")));
    assert_eq!(found, [3, 2, 1]);
}

pub fn related_items_share_a_title_or_an_article(engine: &dyn Engine) {
    let rests = |id: u64, title: &str, kind: &str, basis: &str| {
        let mut document = document(id, title);
        document.kind = kind.into();
        document.basis = basis.into();
        put(document)
    };
    let both = "《噪声污染防治法》第七十七条、第四十三条";
    let steps = vec![
        rests(1, "对夜间施工的处罚", "power", both),
        rests(2, "对夜间施工的处罚", "power", ""),
        rests(3, "施工噪声检查", "power", "《噪声污染防治法》第四十三条"),
        rests(4, "夜间作业证明", "power", both),
        rests(
            5,
            "夜间施工裁量",
            "discretion",
            "《噪声污染防治法》第七十七条",
        ),
        rests(6, "另一部法律的同一条", "power", "《广告法》第七十七条"),
        rests(7, "已经取消的检查", "power", both),
        rests(8, "对夜间施工的处罚", "service", ""),
    ];
    apply(engine, steps, 1);
    apply(engine, vec![quanze::engine::Step::Remove(ItemId(7))], 2);
    let mut likeness = Likeness {
        except: ItemId(1),
        kind: "power".into(),
        region: document(1, "").region,
        title: "对夜间施工的处罚".into(),
        citations: quanze::text::citation::of_basis(both),
    };
    let ids = |ids: &[u64]| ids.iter().copied().map(ItemId).collect::<Vec<_>>();
    let asked = |most| engine.related(&likeness, most).expect("an answer");
    let expected = Related {
        titled: ids(&[2]),
        resting: vec![
            ("discretion".into(), ids(&[5])),
            ("power".into(), ids(&[4, 3])),
            ("service".into(), ids(&[8])),
        ],
    };
    assert_eq!(asked(5), expected);
    assert_eq!(asked(1).resting[1].1, ids(&[4]));
    // Without a title nothing has the same.
    likeness.title = " ".into();
    likeness.citations.clear();
    let nothing = engine.related(&likeness, 5).expect("an answer");
    assert_eq!(nothing, Related::default());
}

pub fn a_basis_leaves_only_what_rests_on_it(engine: &dyn Engine) {
    fill(engine);
    let resting = |q: &str, basis: &str| {
        let mut raw = raw(q);
        raw.basis = Some(basis.to_owned());
        let answer = engine.search(&query(&raw)).expect("an answer");
        (answer.total, ids(&answer))
    };
    assert_eq!(resting("", "《噪声污染防治法》"), (1, vec![1]));
    assert_eq!(
        resting("", "《中华人民共和国噪声污染防治法》第七十七条"),
        (1, vec![1])
    );
    assert_eq!(resting("", "《噪声污染防治法》第7条"), (0, vec![]));
    // Beside it the question counts as ever.
    assert_eq!(
        resting("户外广告", "《城市市容和环境卫生管理条例》"),
        (1, vec![2])
    );
    assert_eq!(resting("户外广告", "《噪声污染防治法》"), (0, vec![]));
    assert_eq!(resting("", "《没有这部法》"), (0, vec![]));
}
