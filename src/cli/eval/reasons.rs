//! Why a question is answered as it is: by which way each item is found, and what each way brings.
//! Must not hold measures.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::search::{of_kind, three};
use crate::cli::{CliError, Table};
use crate::query::judge::Features;
use crate::query::{Understood, Way};
use crate::service::evaluate::{Judged, OUTSIDE, Outcome, Summary, Trial};

/// Needed items that a miss tells.
const NEEDED_TOLD: usize = 3;
/// Hits that an explanation takes apart.
const EXPLAINED: usize = 10;
/// Kinds of query that the ablation shows beside all.
const SHOWN_KINDS: [&str; 5] = ["lay", "business", "keyword", "official", "noisy"];
/// What the ways add to, and what is left with all of them off.
const GRAMS: &str = "仅 n 元组";

/// The worst queries: what came first, where the needed items are and by which way they are found.
pub(super) fn misses(
    trial: &Trial<'_>,
    outcomes: &[Outcome<'_>],
    count: usize,
) -> Result<(), CliError> {
    let mut worst = of_kind(outcomes, None);
    worst.sort_by(|a, b| a.ndcg.total_cmp(&b.ndcg));
    say!("\n最差的 {} 个问题", count.min(worst.len()));
    for outcome in worst.into_iter().take(count) {
        let (j, ndcg) = (outcome.judged, outcome.ndcg);
        say!("{} {} “{}”：nDCG {ndcg:.3}", j.qid, j.kind, j.query);
        if let Some(searched) = &outcome.searched {
            say!("  已按“{searched}”检索");
        }
        match &outcome.best {
            Some((name, grade)) => say!("  首位：{name}（等级 {grade}）"),
            None => say!("  没有结果"),
        }
        let codes: Vec<String> = j.needed().take(NEEDED_TOLD).map(String::from).collect();
        let all = trial.places(&j.query, &codes)?;
        let mut off = Vec::new();
        for (label, other) in variants(trial) {
            off.push((label, other.places(&j.query, &codes)?));
        }
        for code in &codes {
            let at = trial.services.position(None, None)?;
            let item = trial.services.item(code, at);
            let name = item.map_or_else(|_| "清单中没有".to_owned(), |i| i.head.name);
            let rank = |places: &HashMap<String, (usize, f32)>| places.get(code).map(|p| p.0);
            let place = |rank: Option<usize>| match rank {
                Some(rank) => format!("第 {rank} 位"),
                None => "千名之外".to_owned(),
            };
            let usual = rank(&all);
            let mut text = format!("  应有：{name}（{code}）{}", place(usual));
            for (label, places) in off.iter().filter(|(_, places)| rank(places) != usual) {
                let _ = write!(text, "；{label} {}", place(rank(places)));
            }
            say!("{text}");
        }
    }
    Ok(())
}

/// The trial with each way that is on switched off alone, then with all.
fn variants<'a>(trial: &Trial<'a>) -> Vec<(String, Trial<'a>)> {
    let on = Way::ALL.into_iter().filter(|w| !trial.without.contains(w));
    let each = on.map(|way| (format!("关闭 {}", way.key()), vec![way]));
    each.chain([(GRAMS.to_owned(), Way::ALL.to_vec())])
        .map(|(label, ways)| (label, trial.also_without(&ways)))
        .collect()
}

pub(super) fn ablation(
    trial: &Trial<'_>,
    judged: &[Judged],
    usual: &[Outcome<'_>],
) -> Result<Table, CliError> {
    let head = ["方式", "all"].into_iter().chain(SHOWN_KINDS);
    let head = head.chain(["S@3 all", "rejected"]);
    let mut table = Table::new(head);
    let mut add = |label: String, outcomes: &[Outcome<'_>]| {
        let all = Summary::of(&of_kind(outcomes, None));
        let mut row = vec![label, three(all.ndcg)];
        let kinds = SHOWN_KINDS.map(|kind| Summary::of(&of_kind(outcomes, Some(kind))).ndcg);
        row.extend(kinds.map(three));
        let outside = Summary::of(&of_kind(outcomes, Some(OUTSIDE)));
        row.extend([all.success[1], outside.weak].map(three));
        table.0.push(row);
    };
    add("如上表".to_owned(), usual);
    for (label, other) in variants(trial) {
        add(label, &other.run(judged)?);
    }
    Ok(table)
}

/// What was understood of a question, and what each way brings to its first hits.
pub(super) fn explain(trial: &Trial<'_>, question: &str) -> Result<(), CliError> {
    let page = trial.ask(question, 1, EXPLAINED)?;
    say!("“{question}”：{} 项", page.total);
    for (from, to) in &page.corrections {
        say!("  纠错：{from} → {to}");
    }
    let Understood {
        expansions,
        department,
        region,
        intents,
        citations,
    } = &page.understood;
    let said = |(said, meant): &(String, Vec<String>)| format!("{said} → {}", meant.join("、"));
    let cited = |(law, article): &(String, u32)| format!("引用《{law}》第 {article} 条");
    let intent = |(key, label): &(String, String)| format!("意图：{label}（{key}）");
    let mut told: Vec<String> = expansions.iter().map(said).collect();
    told.extend(citations.iter().map(cited));
    told.extend(intents.iter().map(intent));
    told.extend(department.iter().map(|name| format!("部门：{name}")));
    told.extend(region.iter().map(|region| format!("地区：{}", region.name)));
    let features = trial.features(page.searched.as_deref().unwrap_or(question))?;
    told.push(format!("把握：{}", page.certainty.key()));
    let features = features.iter().flat_map(numbers);
    told.extend(features.map(|(name, number)| format!("  {name} {number:.3}")));
    say!("  {}", told.join("\n  "));
    let codes: Vec<String> = page.hits.iter().map(|h| h.head.code.clone()).collect();
    let mut off = Vec::new();
    for (label, other) in variants(trial) {
        off.push((label, other.places(question, &codes)?));
    }
    let ways = off.iter().map(|(label, _)| label.replace("关闭 ", ""));
    let head = ["#".to_owned(), "score".to_owned()].into_iter().chain(ways);
    let mut table = Table::new(head.chain(["事项".to_owned()]));
    for (at, hit) in page.hits.iter().enumerate() {
        let mut row = vec![(at + 1).to_string(), format!("{:.1}", hit.score)];
        for (label, places) in &off {
            row.push(match places.get(&hit.head.code) {
                Some((_, score)) if label == GRAMS => format!("{score:.1}"),
                Some((_, score)) => format!("{:+.1}", hit.score - score),
                None => String::new(),
            });
        }
        row.push(hit.head.name.clone());
        table.0.push(row);
    }
    say!("{}", table.text());
    Ok(())
}

/// Features by the names that they have in the file.
fn numbers(features: &Features) -> [(&'static str, f32); 5] {
    [
        ("score", features.score),
        ("coverage", features.coverage),
        ("meant", features.meant),
        ("elsewhere", features.elsewhere),
        ("certain", f32::from(u8::from(features.is_certain))),
    ]
}

/// Features of every query's best hit and its grade, for fitting the weights of the judgement;
/// blank without a hit.
pub(super) fn features(trial: &Trial<'_>, outcomes: &[Outcome<'_>]) -> Result<String, CliError> {
    let names = numbers(&Features::default())
        .map(|(name, _)| name)
        .join("\t");
    let mut text = format!("qid\tkind\t{names}\tgrade\n");
    for outcome in outcomes {
        let j = outcome.judged;
        let features = trial.features(outcome.searched.as_deref().unwrap_or(&j.query))?;
        let cells = features.map_or_else(Default::default, |f| {
            numbers(&f).map(|(_, n)| n.to_string())
        });
        let grade = outcome.best.as_ref().map_or(0, |(_, grade)| *grade);
        let _ = writeln!(text, "{}\t{}\t{}\t{grade}", j.qid, j.kind, cells.join("\t"));
    }
    Ok(text)
}
