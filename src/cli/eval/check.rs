//! `quanze eval check`: descriptions of business against the negative lists, judged.
//! Must not hold measures.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use super::corpus;
use crate::cli::settings::Settings;
use crate::cli::{CliError, Table, files};
use crate::service::business::Thresholds;
use crate::service::evaluate::Text;
use crate::service::evaluate::business::{self, CheckFold, Judgement, Scores};

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// 负面清单文件，收入临时登记簿，用后即删（可写多个）
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    lists: Vec<PathBuf>,
    /// 经营描述：编号、投资者（domestic 或 foreign）、描述三列，以制表符分隔
    #[arg(long, value_name = "FILE")]
    checks: PathBuf,
    /// 结论：编号、结论、清单、事项编号、等级五列，以制表符分隔
    #[arg(long, value_name = "FILE")]
    answers: PathBuf,
    /// 列出最多几个有误的描述
    #[arg(long, value_name = "N", default_value_t = 0)]
    misses: usize,
    /// 交叉验证阈值：在其余各份上选阈值，在这一份上衡量
    #[arg(long)]
    cross_validate: bool,
    /// 分成几份
    #[arg(long, value_name = "K", default_value_t = 5)]
    folds: usize,
}

pub fn check(settings: &Settings, args: &CheckArgs) -> Result<ExitCode, CliError> {
    let names = [&args.checks, &args.answers].map(|path| path.display().to_string());
    let texts = [files::text(&args.checks)?, files::text(&args.answers)?];
    let [checks, answers] = [0, 1].map(|n| Text {
        name: &names[n],
        text: &texts[n],
    });
    let described = business::read(checks, answers).map_err(|e| CliError::new(e.to_string()))?;
    let (_folder, app) = corpus(settings, &args.lists)?;
    let services = app.services();
    // Once to read the lists.
    let in_use = Thresholds::default();
    business::run(&services, &described, in_use)?;
    let started = Instant::now();
    let judged = business::run(&services, &described, in_use)?;
    let took = started.elapsed();
    say!("{}", table(&judged).text());
    let each = took.as_secs_f64() * 1e3
        / f64::from(u32::try_from(judged.len().max(1)).unwrap_or(u32::MAX));
    say!("用时：每个描述平均 {each:.2} 毫秒");
    if args.cross_validate {
        tell_folds(&business::cross_validate(
            &services, &described, args.folds,
        )?);
    }
    for judgement in judged.iter().filter(|j| is_wrong(j)).take(args.misses) {
        tell(judgement);
    }
    Ok(ExitCode::SUCCESS)
}

fn is_wrong(judgement: &Judgement<'_>) -> bool {
    judgement.check.verdict != judgement.description.verdict || judgement.first < 1.0
}

fn table(judged: &[Judgement<'_>]) -> Table {
    let mut classes: Vec<&str> = judged.iter().map(|j| j.description.class()).collect();
    classes.sort_unstable();
    classes.dedup();
    let head = "class n accuracy prohibited permit alarms first third";
    let mut table = Table::new(head.split(' '));
    for class in classes.into_iter().map(Some).chain([None]) {
        let of_class = |j: &&Judgement<'_>| class.is_none_or(|c| j.description.class() == c);
        let chosen: Vec<&Judgement<'_>> = judged.iter().filter(of_class).collect();
        let s = Scores::of(&chosen);
        let mut row = vec![
            class.unwrap_or("all").to_owned(),
            s.descriptions.to_string(),
        ];
        let scores = [
            Some(s.accuracy),
            s.prohibited,
            s.permit,
            s.alarms,
            s.first,
            s.third,
        ];
        row.extend(scores.map(|s| s.map_or_else(String::new, |s| format!("{s:.3}"))));
        table.0.push(row);
    }
    table
}

fn tell(judgement: &Judgement<'_>) {
    let Judgement {
        description: d,
        check,
        ..
    } = judgement;
    let expected: Vec<String> = d
        .items
        .iter()
        .map(|(key, grade)| format!("{key}={grade}"))
        .collect();
    say!(
        "{} “{}”：应为{} {}，得{}",
        d.id,
        d.text,
        d.verdict.label(),
        expected.join(" "),
        check.verdict.label()
    );
    for activity in &check.activities {
        let keys: Vec<&str> = activity.items.iter().map(|g| g.item.key.as_str()).collect();
        let name = activity.name.as_deref().unwrap_or("未认出");
        let (how, confidence) = (activity.recognised, activity.confidence);
        say!(
            "  {}：{name}（{how:?}，{confidence:.2}）{}",
            activity.text,
            keys.join(" ")
        );
    }
}

fn tell_folds(folds: &[CheckFold]) {
    say!("交叉验证（在其余各份上选出的阈值，在这一份上的结论准确率；现用阈值在这一份上的准确率）");
    for fold in folds {
        let Thresholds {
            resembling,
            measure,
        } = fold.chosen;
        say!(
            "  {} 个描述：{:.3}；{:.3}（选出 相似 {resembling:.2}，措施 {measure:.2}）",
            fold.descriptions,
            fold.held_out,
            fold.in_use
        );
    }
    let weighted = |of: &dyn Fn(&CheckFold) -> f64| {
        let count = |f: &CheckFold| f64::from(u32::try_from(f.descriptions).unwrap_or(u32::MAX));
        let all: f64 = folds.iter().map(count).sum();
        folds.iter().map(|f| of(f) * count(f)).sum::<f64>() / all.max(1.0)
    };
    let (held_out, in_use) = (weighted(&|f| f.held_out), weighted(&|f| f.in_use));
    say!("  合计：{held_out:.3}；{in_use:.3}");
}
