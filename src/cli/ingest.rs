//! `quanze ingest`: files and folders into the register, a report of every problem.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::{Date, Finding, Severity, date, finding};
use crate::intake::Hints;
use crate::service::follow;
use crate::service::ingest::{FileReport, IngestOptions, Ingester, Outcome};
use crate::service::{BY_COMMAND, ServiceError};

use super::settings::Settings;
use super::{App, CliError, files};

/// Groups of findings printed per file; the report file holds all.
const PRINTED: usize = 20;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// 清单类型（键或名称，如 power）；不指定时由表头判断
    #[arg(long, value_name = "KIND", value_parser = words)]
    kind: Option<String>,
    /// 公布部门；不指定时由标题、行使主体或文件名判断
    #[arg(long, value_name = "NAME", value_parser = words)]
    department: Option<String>,
    /// 行政区划（代码或名称）
    #[arg(long, value_name = "REGION", value_parser = words)]
    region: Option<String>,
    /// 文号
    #[arg(long, value_name = "NO", value_parser = words)]
    document_no: Option<String>,
    /// 清单标题，用以区分同一部门的多份同类清单
    #[arg(long, value_name = "TITLE", value_parser = words)]
    title: Option<String>,
    /// 生效日期，如 2026-12-01；可以晚于今天
    #[arg(long, value_name = "DATE", value_parser = day)]
    effective: Option<Date>,
    /// 公布日期
    #[arg(long, value_name = "DATE", value_parser = day)]
    published: Option<Date>,
    /// 只检查和比较，不写入
    #[arg(long)]
    dry_run: bool,
    /// 按网上提交的上限（文件大小、行数）读取，用以预先检查部门将要提交的文件
    #[arg(long)]
    as_upload: bool,
    /// 允许取消超过十分之一的现有事项
    #[arg(long)]
    accept_withdrawals: bool,
    /// 将完整报告写成 JSON 文件
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// 清单文件或文件夹
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// A value that says something; an empty shell variable does not.
fn words(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("不能为空".to_owned()),
        text => Ok(text.to_owned()),
    }
}

fn day(text: &str) -> Result<Date, String> {
    date::parse(text).ok_or_else(|| format!("“{text}”不是日期，请写成 2026-12-01"))
}

/// Runs the command: exit code 1 when a file or list was refused.
pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = App::open(settings)?;
    let collected = files::collect(&args.paths, &app.regions)?;
    for finding in &collected.findings {
        say!("{finding}");
    }
    for path in &collected.passed_over {
        say!("[提示] {}：不是表格文件，跳过", path.display());
    }
    let report_file = args.report.as_ref().map(|path| {
        let create = std::fs::File::create(path);
        create.map_err(|e| CliError::new(format!("报告无法写入 {}：{e}", path.display())))
    });
    let report_file = report_file.transpose()?;
    let ingester = Ingester {
        register: app.register.clone(),
        intake: app.intake(match args.as_upload {
            true => settings.upload_limits(),
            false => settings.operator_limits(),
        }),
        clock: app.clock.clone(),
        options: IngestOptions {
            dry_run: args.dry_run,
            accept_withdrawals: args.accept_withdrawals,
            submitted_by: BY_COMMAND.into(),
        },
    };
    let mut reports = Vec::new();
    for entry in &collected.entries {
        let hints = with_flags(&entry.hints, args);
        let bar = bar(&entry.source.name);
        let report = ingester.file(&entry.source, &hints, &mut |done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        });
        bar.finish_and_clear();
        print(&report);
        reports.push(report);
    }
    if !args.dry_run {
        index(&app)?;
    }
    summary(&reports, &collected.findings);
    if let (Some(file), Some(path)) = (report_file, &args.report) {
        let report = serde_json::json!({ "manifest": collected.findings, "files": reports });
        serde_json::to_writer_pretty(std::io::BufWriter::new(file), &report)
            .map_err(|e| CliError::new(format!("报告无法写入 {}：{e}", path.display())))?;
        say!("完整报告：{}", path.display());
    }
    let findings = reports.iter().flat_map(|r| &r.findings);
    let refused = findings
        .chain(&collected.findings)
        .any(|f| f.severity == Severity::Error);
    Ok(match refused {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// What the command line says goes before what the manifest says.
fn with_flags(hints: &Hints, args: &Args) -> Hints {
    let or = |flag: &Option<String>, given: &Option<String>| flag.clone().or_else(|| given.clone());
    Hints {
        kind: or(&args.kind, &hints.kind),
        department: or(&args.department, &hints.department),
        region: or(&args.region, &hints.region),
        document_no: or(&args.document_no, &hints.document_no),
        title: or(&args.title, &hints.title),
        published_on: args.published.or(hints.published_on),
        effective_on: args.effective.or(hints.effective_on),
        usual_region: hints.usual_region.clone(),
    }
}

/// A progress bar on a terminal; elsewhere the plain lines of the report suffice.
fn bar(name: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} 份清单")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(1)
        .with_style(style)
        .with_message(name.to_owned())
}

/// The report of one file for people.
pub fn print(report: &FileReport) {
    say!("{}", report.file);
    let named = report.lists.len() <= 50;
    for list in report.lists.iter().filter(|_| named) {
        say!(
            "  {} · {} · {}：{}",
            list.region,
            list.department,
            list.title,
            outcome(&list.outcome, list.items)
        );
        for inference in &list.inferred {
            say!(
                "    推断{}：{}（依据：{}）",
                inference.what,
                inference.value,
                inference.from
            );
        }
        for item in list.withdrawals.iter().take(PRINTED) {
            let verb = match list.outcome {
                Outcome::Published { .. } => "已取消",
                _ => "将被取消",
            };
            say!("    {verb}：{item}");
        }
    }
    if !named {
        let items: u64 = report.lists.iter().map(|l| l.items).sum();
        say!("  {} 份清单，{items} 项", report.lists.len());
    }
    let groups = finding::grouped(&report.findings);
    for group in groups.iter().take(PRINTED) {
        say!("  {}", describe(group));
    }
    let shown: usize = groups.iter().take(PRINTED).map(Vec::len).sum();
    let hidden = (report.findings.len() - shown) as u64 + report.more_findings;
    if hidden > 0 {
        say!("  另有 {hidden} 条未显示（用 --report 查看全部）");
    }
}

/// The first finding of a group without the file's name, which stands above, and the other rows.
fn describe(group: &[&Finding]) -> String {
    let Some((first, others)) = group.split_first() else {
        return String::new();
    };
    let mut first = (*first).clone();
    first.place.file.clear();
    if let Some(other) = &mut first.other {
        other.file.clear();
    }
    let mut text = first.to_string().replace("] ：", "] ");
    if !others.is_empty() {
        let _ = write!(text, "（{}）", finding::others(others));
    }
    text
}

fn outcome(outcome: &Outcome, items: u64) -> String {
    let counts = |added: &u64, amended: &u64, withdrawn: &u64| {
        format!("共 {items} 项，新增 {added}、调整 {amended}、取消 {withdrawn}")
    };
    match outcome {
        Outcome::Published {
            publication,
            added,
            amended,
            withdrawn,
        } => {
            format!(
                "第 {publication} 号公布，{}",
                counts(added, amended, withdrawn)
            )
        }
        Outcome::WouldPublish {
            added,
            amended,
            withdrawn,
        } => {
            format!("（试运行）将公布，{}", counts(added, amended, withdrawn))
        }
        Outcome::Unchanged => format!("共 {items} 项，与现行内容相同，未产生新的公布"),
        Outcome::Stopped => "未收录，原因见下".to_owned(),
    }
}

fn summary(reports: &[FileReport], manifest: &[Finding]) {
    let lists = reports.iter().flat_map(|r| &r.lists);
    let items: u64 = lists.clone().map(|l| l.items).sum();
    let published = lists
        .clone()
        .filter(|l| matches!(l.outcome, Outcome::Published { .. }))
        .count();
    let count = |severity| {
        let in_manifests = manifest.iter().filter(|f| f.severity == severity).count();
        in_manifests + reports.iter().map(|r| r.count(severity)).sum::<usize>()
    };
    say!(
        "合计：{} 个文件，{items} 项，新公布 {published} 次；错误 {} 条，警告 {} 条，提示 {} 条",
        reports.len(),
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Notice)
    );
}

/// Makes what was published searchable. A server on the same folder follows by itself, so that an
/// index it is writing is no failure.
pub fn index(app: &App) -> Result<(), CliError> {
    match follow::follow(&*app.register, &*app.engine, &app.kinds, app.clock.today()) {
        Ok(_) => Ok(()),
        Err(ServiceError::Unavailable(_)) => {
            say!("索引正由另一进程写入，由其完成更新");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
