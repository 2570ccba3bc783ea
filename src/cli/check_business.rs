//! `quanze check-business`: descriptions of business against the negative lists, one or a whole file.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::{Date, date};
use crate::service::business::batch;
use crate::service::business::{CheckParams, Investor};
use crate::service::table::TableFormat;

use super::settings::Settings;
use super::{App, CliError, files};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// 表格文件（CSV、XLS 或 XLSX，三列：编号、投资者、描述，可用表头写明）
    #[arg(value_name = "FILE", required_unless_present = "text")]
    file: Option<PathBuf>,
    /// 只核对这一句话或一段经营范围
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    text: Option<String>,
    /// 与 --text 同用：外商投资
    #[arg(long, requires = "text")]
    foreign: bool,
    /// 按哪一天有效的清单核对，默认今天
    #[arg(long, value_name = "DATE", value_parser = |t: &str| date::parse(t).ok_or("日期请写成 2026-12-01"))]
    as_of: Option<Date>,
    /// 结果写入的文件，名称以 .xlsx 结尾的写成 XLSX，其余写成 CSV；默认以 CSV 写到标准输出
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = App::open_existing(settings)?;
    let services = app.services();
    if let Some(text) = &args.text {
        let check = services.check_business(&CheckParams {
            text: text.clone(),
            investor: if args.foreign {
                Investor::Foreign
            } else {
                Investor::Domestic
            },
            as_of: args.as_of,
            with_permits: true,
            ..CheckParams::default()
        })?;
        say!(
            "{}（{}，{}）",
            check.verdict.label(),
            check.investor.label(),
            check.position.day
        );
        for activity in &check.activities {
            let name = activity.name.as_deref().unwrap_or("没有认出的活动");
            say!(
                "  {}：{}（{name}）",
                activity.verdict.label(),
                activity.text
            );
            if !activity.missing.is_empty() {
                let missing = activity.missing.join("”、“");
                say!("    通常涉及“{missing}”，现行清单中没有找到，请向主管部门核实");
            }
            for governing in &activity.items {
                let (item, measure) = (&governing.item, &governing.measure);
                say!(
                    "    {} {}：{measure}（{}）",
                    item.key,
                    item.name,
                    item.department
                );
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let Some(path) = &args.file else {
        return Err(CliError::new("请给出文件或 --text"));
    };
    let (source, shown) = (files::source(path), path.display());
    let rows = batch::read(&source).map_err(|e| CliError::new(format!("{shown}：{e}")))?;
    let is_workbook = |path: &PathBuf| path.extension().is_some_and(|e| e == "xlsx");
    let format = match args.output.as_ref().is_some_and(is_workbook) {
        true => TableFormat::Xlsx,
        false => TableFormat::Csv,
    };
    let mut to = files::output(args.output.as_deref())?;
    let bar = ProgressBar::new(rows.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} 行") {
        bar.set_style(style);
    }
    let target = (format, &mut *to as &mut dyn Write);
    let summary = batch::run(&services, &rows, args.as_of, target, &mut || bar.inc(1))?;
    to.flush()?;
    bar.finish_and_clear();
    for (row, problem) in &summary.refused {
        eprintln!("第 {row} 行：{problem}");
    }
    eprintln!(
        "已核对 {} 行，未核对 {} 行",
        summary.checked,
        summary.refused.len()
    );
    Ok(if summary.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
