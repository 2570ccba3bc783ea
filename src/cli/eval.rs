//! `quanze eval`: how good the program is at what it does, a file for each.

mod reasons;
mod search;

use std::process::ExitCode;

use super::CliError;
use super::settings::Settings;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 用判定过的问题衡量检索质量
    Search(Box<search::SearchArgs>),
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    match &args.what {
        What::Search(args) => search::search(settings, args),
    }
}
