//! `quanze eval search`: the search over judged queries, in a register and an index of its own that
//! are gone afterwards. Must not hold measures.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::domain::Position;
use crate::query::{Scales, Way, Weight};
use crate::service::evaluate::{self, Fold, Judged, OUTSIDE, Outcome, Summary, Text, Trial};

use super::{corpus, reasons};
use crate::cli::settings::Settings;
use crate::cli::{App, CliError, Table, files};

/// Differences of nDCG that a comparison tells one by one.
const TOLD: f64 = 0.05;

#[derive(Debug, clap::Args)]
pub struct SearchArgs {
    /// 清单文件或文件夹，收入临时登记簿，用后即删
    #[arg(long, value_name = "PATH")]
    corpus: PathBuf,
    /// 问题：qid、kind、query 三列，以制表符分隔；kind 为 outside 的应无答案
    #[arg(
        long,
        value_name = "FILE",
        requires = "qrels",
        required_unless_present = "explain"
    )]
    queries: Option<PathBuf>,
    /// 判定：qid、事项编码、等级三列（2 所需、1 相关），以制表符分隔
    #[arg(long, value_name = "FILE", requires = "queries")]
    qrels: Option<PathBuf>,
    /// 关闭这些检索方式（可写多个）
    #[arg(long, value_name = "WAY", num_args = 1.., value_delimiter = ',', value_parser = way)]
    without: Vec<Way>,
    /// 将排序的这些权重乘以所给的数，如 title=0.7（可写多个）
    #[arg(long, value_name = "WEIGHT=FACTOR", num_args = 1.., value_delimiter = ',', value_parser = scale)]
    scale: Vec<(Weight, f32)>,
    /// 与另关闭这些检索方式时逐题比较
    #[arg(long, value_name = "WAY,WAY", value_delimiter = ',', value_parser = way, requires = "queries")]
    compare: Vec<Way>,
    /// 逐项说明一个问题的检索结果
    #[arg(long, value_name = "QUESTION")]
    explain: Option<String>,
    /// 列出最差的几个问题及其原因
    #[arg(long, value_name = "N", default_value_t = 0, requires = "queries")]
    misses: usize,
    /// 逐一关闭各检索方式，看各自的作用
    #[arg(long, requires = "queries")]
    ablation: bool,
    /// 交叉验证排序的权重：在其余各份上选权重，在这一份上衡量
    #[arg(long, requires = "queries")]
    cross_validate: bool,
    /// 分成几份看离散程度、作交叉验证
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..))]
    folds: u8,
    /// 测速轮数，0 为不测
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// 将首位结果的判断依据写成 TSV 文件
    #[arg(long, value_name = "FILE", requires = "queries")]
    features: Option<PathBuf>,
    /// 将总表与逐项关闭表写成 Markdown 文件
    #[arg(long, value_name = "FILE", requires = "queries")]
    table: Option<PathBuf>,
}

fn way(text: &str) -> Result<Way, String> {
    let found = Way::ALL.into_iter().find(|w| w.key() == text.trim());
    found.ok_or_else(|| format!("没有“{text}”这种检索方式，可用：{}", keys(&Way::ALL)))
}

fn scale(text: &str) -> Result<(Weight, f32), String> {
    let all = || Weight::ALL.map(Weight::key).join("、");
    let (key, factor) = text
        .split_once('=')
        .ok_or_else(|| format!("“{text}”应写作 权重=倍数，如 title=0.7"))?;
    let known = Weight::ALL.into_iter().find(|w| w.key() == key.trim());
    let weight = known.ok_or_else(|| format!("没有“{key}”这种权重，可用：{}", all()))?;
    match factor.trim().parse::<f32>() {
        Ok(factor) if (0.0..=100.0).contains(&factor) => Ok((weight, factor)),
        _ => Err(format!("倍数“{factor}”应为 0 至 100 的数")),
    }
}

pub(super) fn keys(ways: &[Way]) -> String {
    let keys: Vec<&str> = ways.iter().map(|w| w.key()).collect();
    keys.join("、")
}

pub fn search(settings: &Settings, args: &SearchArgs) -> Result<ExitCode, CliError> {
    let judged = match (&args.queries, &args.qrels) {
        (Some(queries), Some(qrels)) => judged(queries, qrels)?,
        _ => Vec::new(),
    };
    // The folder goes last: it is removed when the register and the index are closed.
    let (_folder, app) = corpus(settings, std::slice::from_ref(&args.corpus))?;
    let services = app.services();
    let trial = Trial {
        services: &services,
        without: args.without.clone(),
        scales: (args.scale.iter()).fold(Scales::default(), |all, (w, f)| all.with(*w, *f)),
    };
    if let Some(question) = &args.explain {
        reasons::explain(&trial, question)?;
    }
    if judged.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    tell_unknown(&app, &judged)?;
    let outcomes = trial.run(&judged)?;
    let main = main_table(&outcomes);
    let spread = spread(&outcomes, usize::from(args.folds));
    say!("{}", configuration(&trial.without));
    say!("{}\n{spread}", main.text());
    if args.rounds > 0 {
        say!("{}", speed(&trial.times(&judged, args.rounds)?));
    }
    if !args.compare.is_empty() {
        let other = trial.also_without(&args.compare);
        compare(&outcomes, &other.run(&judged)?, &args.compare);
    }
    if args.cross_validate {
        let found = evaluate::cross_validate(&trial, &judged, usize::from(args.folds))?;
        say!("\n{}", validation(&found));
    }
    if args.misses > 0 {
        reasons::misses(&trial, &outcomes, args.misses)?;
    }
    if let Some(path) = &args.features {
        write(path, &reasons::features(&trial, &outcomes)?)?;
    }
    if args.ablation || args.table.is_some() {
        let ablation = reasons::ablation(&trial, &judged, &outcomes)?;
        if args.ablation {
            say!("\n各检索方式的作用（nDCG@10）\n{}", ablation.text());
        }
        if let Some(path) = &args.table {
            let how = configuration(&trial.without);
            let (main, ablation) = (main.markdown(), ablation.markdown());
            write(path, &format!("{how}\n\n{main}\n{spread}\n\n{ablation}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn judged(queries: &Path, qrels: &Path) -> Result<Vec<Judged>, CliError> {
    let names = [queries, qrels].map(|path| path.display().to_string());
    let texts = [files::text(queries)?, files::text(qrels)?];
    let [queries, qrels] = [0, 1].map(|n| Text {
        name: &names[n],
        text: &texts[n],
    });
    let judged = evaluate::read(queries, qrels).map_err(|e| CliError::new(e.to_string()))?;
    if judged.is_empty() {
        return Err(CliError::new(format!("{} 中没有问题", queries.name)));
    }
    Ok(judged)
}

/// Judged codes that the corpus lacks count as not found; whoever reads the figures has to know.
fn tell_unknown(app: &App, judged: &[Judged]) -> Result<(), CliError> {
    let mut known = HashSet::new();
    let today = app.clock.today();
    app.register
        .each_in_force(Position::on(today), None, &mut |revision| {
            known.insert(revision.code.as_str().to_owned());
            true
        })?;
    let codes = judged.iter().flat_map(|j| j.grades.iter().map(|(c, _)| c));
    let unknown: Vec<&String> = codes.filter(|code| !known.contains(*code)).collect();
    if let Some(first) = unknown.first() {
        let count = unknown.len();
        eprintln!("提示：判定的事项有 {count} 处不在清单中，如 {first}，均按未检出计");
    }
    Ok(())
}

fn configuration(without: &[Way]) -> String {
    match without {
        [] => "检索质量（全部检索方式开启）".to_owned(),
        ways => format!("检索质量（关闭 {}）", keys(ways)),
    }
}

/// Outcomes of a kind; of all kinds that have answers for `None`.
pub(super) fn of_kind<'o, 'q>(
    outcomes: &'o [Outcome<'q>],
    kind: Option<&str>,
) -> Vec<&'o Outcome<'q>> {
    let is_asked = |o: &&Outcome<'_>| match kind {
        Some(kind) => o.judged.kind == kind,
        None => !o.judged.is_outside(),
    };
    outcomes.iter().filter(is_asked).collect()
}

fn main_table(outcomes: &[Outcome<'_>]) -> Table {
    let mut kinds: Vec<&str> = Vec::new();
    for kind in outcomes.iter().map(|o| o.judged.kind.as_str()) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let head = "kind queries S@1 S@3 S@10 nDCG@10 R@25 zero weak rejected none";
    let mut table = Table::new(head.split(' '));
    let answered = kinds.iter().filter(|k| **k != OUTSIDE).map(|k| Some(*k));
    let outside = kinds.iter().filter(|k| **k == OUTSIDE).map(|k| Some(*k));
    for kind in answered.chain([None]).chain(outside) {
        let s = Summary::of(&of_kind(outcomes, kind));
        let mut row = vec![kind.unwrap_or("all").to_owned(), s.queries.to_string()];
        let [first, third, tenth] = s.success;
        let found = [first, third, tenth, s.ndcg, s.recall, s.zero, s.weak].map(three);
        if kind == Some(OUTSIDE) {
            row.extend(found.map(|_| String::new()));
            row.extend([s.weak, s.none].map(three));
        } else {
            row.extend(found);
            row.extend([String::new(), String::new()]);
        }
        table.0.push(row);
    }
    table
}

pub(super) fn three(value: f64) -> String {
    format!("{value:.3}")
}

fn spread(outcomes: &[Outcome<'_>], folds: usize) -> String {
    let mut text = format!("按 qid 次序分 {folds} 份，均值 ± 标准差：");
    for (name, kind) in [("all", None), ("lay", Some("lay"))] {
        let outcomes = of_kind(outcomes, kind);
        let (ndcg, ndcg_off) = evaluate::spread(&outcomes, folds, |o| o.ndcg);
        let (third, third_off) = evaluate::spread(&outcomes, folds, |o| o.success(3));
        let _ = write!(
            text,
            "{name} nDCG@10 {ndcg:.3} ± {ndcg_off:.3}、S@3 {third:.3} ± {third_off:.3}；"
        );
    }
    text.trim_end_matches('；').to_owned()
}

fn speed(times: &[Duration]) -> String {
    let [median, high] = [50, 99].map(|p| evaluate::percentile(times, p).as_secs_f64() * 1e3);
    let count = times.len();
    format!("用时：中位 {median:.2} 毫秒，第 99 百分位 {high:.2} 毫秒（{count} 次）")
}

/// A row per fold: weights chosen on the others, and what they bring there and here.
fn validation(folds: &[Fold]) -> String {
    let mut table = Table::new([
        "份",
        "题数",
        "其余",
        "本份",
        "本份（现用）",
        "选出的权重（倍数）",
    ]);
    for (at, fold) in folds.iter().enumerate() {
        let mut row = vec![(at + 1).to_string(), fold.queries.to_string()];
        row.extend([fold.others, fold.held_out, fold.in_use].map(three));
        let chosen = fold
            .chosen
            .iter()
            .map(|(w, f)| format!("{}×{f:.1}", w.key()));
        let chosen: Vec<String> = chosen.collect();
        row.push(match chosen.as_slice() {
            [] => "与现用相同".to_owned(),
            some => some.join("、"),
        });
        table.0.push(row);
    }
    let (held_out, in_use) = evaluate::summary(folds);
    format!(
        "交叉验证排序的权重（nDCG@10）\n{}\n未参与选择的题：选出的权重 {held_out:.3}，现用的权重 {in_use:.3}",
        table.text()
    )
}

fn compare(before: &[Outcome<'_>], after: &[Outcome<'_>], ways: &[Way]) {
    say!("\n另关闭 {} 时，nDCG 相差超过 {TOLD} 的问题：", keys(ways));
    let mut pairs: Vec<_> = before.iter().zip(after).collect();
    pairs.retain(|(b, _)| !b.judged.is_outside());
    let differences: Vec<f64> = pairs.iter().map(|(b, a)| a.ndcg - b.ndcg).collect();
    pairs.sort_by(|(b, a), (d, c)| (a.ndcg - b.ndcg).total_cmp(&(c.ndcg - d.ndcg)));
    for (b, a) in pairs.iter().filter(|(b, a)| (a.ndcg - b.ndcg).abs() > TOLD) {
        let (j, before, after) = (b.judged, b.ndcg, a.ndcg);
        let (qid, kind, query) = (&j.qid, &j.kind, &j.query);
        say!("  {qid} {kind:<8} {before:.3} → {after:.3} {query}");
    }
    let middle = evaluate::mean(differences.iter().copied());
    let p = evaluate::randomisation(&differences);
    say!("平均相差 {middle:+.4}，p = {p:.4}（成对随机化检验，双侧）");
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let written = std::fs::write(path, text);
    written.map_err(|e| CliError::new(format!("无法写入 {}：{e}", path.display())))
}
