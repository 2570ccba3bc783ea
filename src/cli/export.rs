//! `quanze export`: the items in force as CSV, XLSX, JSON or JSON Lines.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::domain::{Date, Position, date};
use crate::service::export::{self, Format};
use crate::service::table::TableFormat;

use super::settings::Settings;
use super::{App, CliError, files};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// 清单类型（键或名称）；CSV 与 XLSX 必须指定，JSON 不指定时导出全部
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// 格式
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    format: FormatArg,
    /// 截至哪一天有效，默认今天
    #[arg(long, value_name = "DATE", value_parser = |t: &str| date::parse(t).ok_or("日期请写成 2026-12-01"))]
    as_of: Option<Date>,
    /// 只计到第几号公布，默认全部
    #[arg(long, value_name = "N")]
    publication: Option<u64>,
    /// 输出文件，默认标准输出
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FormatArg {
    Csv,
    Xlsx,
    Json,
    Jsonl,
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = App::open_existing(settings)?;
    let kind = match &args.kind {
        None => None,
        Some(name) => Some(app.kinds.named(name).cloned().ok_or_else(|| {
            let keys: Vec<&str> = app.kinds.iter().map(|k| k.key.as_str()).collect();
            CliError::new(format!(
                "没有名为“{name}”的清单类型，可用：{}",
                keys.join("、")
            ))
        })?),
    };
    let format = match args.format {
        FormatArg::Csv => Format::Table(TableFormat::Csv),
        FormatArg::Xlsx => Format::Table(TableFormat::Xlsx),
        FormatArg::Json => Format::Json,
        FormatArg::Jsonl => Format::JsonLines,
    };
    let day = args.as_of.unwrap_or_else(|| app.clock.today());
    let at = Position {
        publication: args.publication.unwrap_or(u64::MAX),
        day,
    };
    let mut to = files::output(args.output.as_deref())?;
    let written = export::export(&*app.register, kind.as_deref(), format, at, &mut to)?;
    to.flush()?;
    eprintln!("已导出 {written} 项");
    Ok(ExitCode::SUCCESS)
}
