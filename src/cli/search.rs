//! `quanze search`: a question in the terminal.

use std::process::ExitCode;

use crate::query::RawSearchParams;

use super::settings::Settings;
use super::{App, CliError};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// 检索词，如“夜间施工噪声”
    #[arg(value_name = "QUESTION")]
    question: String,
    /// 只看某类清单（可重复）
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// 只看某部门（可重复）
    #[arg(long, value_name = "NAME")]
    department: Vec<String>,
    /// 显示条数
    #[arg(long, default_value_t = 10, value_name = "N")]
    size: usize,
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = App::open(settings)?;
    super::ingest::index(&app)?;
    let services = app.services();
    let raw = RawSearchParams {
        q: args.question.clone(),
        kind: args.kind.clone(),
        department: args.department.clone(),
        size: Some(args.size.to_string()),
        ..RawSearchParams::default()
    };
    let page = services.search(&raw)?;
    println!("“{}”：{} 项", args.question, page.total);
    for (number, hit) in page.hits.iter().enumerate() {
        let name = if hit.head.sub_name.is_empty() {
            hit.head.name.clone()
        } else {
            format!("{} · {}", hit.head.name, hit.head.sub_name)
        };
        let facts: Vec<&str> = [
            hit.head.item_type.as_str(),
            hit.head.department.as_str(),
            hit.head.level.as_str(),
        ]
        .into_iter()
        .filter(|f| !f.is_empty())
        .collect();
        println!(
            "{:>3}. {name}\n     {} · {}",
            number + 1,
            facts.join(" · "),
            hit.head.code
        );
    }
    Ok(ExitCode::SUCCESS)
}
