//! `quanze eval`: how good the program is at what it does, a file for each.

mod check;
mod reasons;
mod search;

use std::path::PathBuf;
use std::process::ExitCode;

use tempfile::TempDir;

use super::settings::Settings;
use super::{App, CliError, files};
use crate::domain::Severity;
use crate::service::follow;
use crate::service::ingest::{IngestOptions, Ingester};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 用判定过的问题衡量检索质量
    Search(Box<search::SearchArgs>),
    /// 用判定过的经营描述衡量负面清单核对的质量
    Check(check::CheckArgs),
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    match &args.what {
        What::Search(args) => search::search(settings, args),
        What::Check(args) => check::check(settings, args),
    }
}

/// A register and an index of the corpus alone, in a folder that is removed with the first part.
fn corpus(settings: &Settings, paths: &[PathBuf]) -> Result<(TempDir, App), CliError> {
    let folder = tempfile::tempdir()?;
    let kinds = settings.state.join("kinds");
    let app = App::open(&Settings {
        state: folder.path().to_owned(),
        // The city's own kinds stay those of its state folder.
        kinds: settings.kinds.clone().or(kinds.is_dir().then_some(kinds)),
        ..settings.clone()
    })?;
    let collected = files::collect(paths, &app.regions)?;
    let ingester = Ingester {
        register: app.register.clone(),
        intake: app.intake(settings.operator_limits()),
        clock: app.clock.clone(),
        options: IngestOptions {
            dry_run: false,
            accept_withdrawals: true,
            submitted_by: "评测".into(),
        },
    };
    let mut errors = collected.findings;
    for entry in &collected.entries {
        let report = ingester.file(&entry.source, &entry.hints, &mut |_, _| ());
        errors.extend(report.findings);
    }
    errors.retain(|finding| finding.severity == Severity::Error);
    if app.register.last_number()? == 0 {
        let why = errors
            .first()
            .map_or_else(String::new, |e| format!("：{e}"));
        let none = format!("{} 中没有可收录的清单{why}", paths[0].display());
        return Err(CliError::new(none));
    }
    if let Some(first) = errors.first() {
        let count = errors.len();
        eprintln!("提示：清单有 {count} 处错误，所在行未收录，如{first}");
    }
    follow::follow(&*app.register, &*app.engine, &app.kinds, app.clock.today())?;
    Ok((folder, app))
}
