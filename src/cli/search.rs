//! `quanze search`: a question in the terminal.

use std::process::ExitCode;

use crate::engine::EngineState;
use crate::query::{Match, RawSearchParams};
use crate::service::ServiceError;
use crate::service::follow;

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
    /// 只检索原文字词，不补充规范说法，不纠错
    #[arg(long)]
    exact: bool,
    /// 显示条数
    #[arg(long, default_value_t = 10, value_name = "N")]
    size: usize,
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = App::open_existing(settings)?;
    prepare(&app)?;
    let services = app.services();
    let raw = RawSearchParams {
        q: args.question.clone(),
        kind: args.kind.clone(),
        department: args.department.clone(),
        size: Some(args.size.to_string()),
        exact: args.exact,
        ..RawSearchParams::default()
    };
    let page = services.search(&raw)?;
    say!("“{}”：{} 项", args.question, page.total);
    if let Some(text) = &page.searched {
        say!("已按“{text}”检索");
    }
    for (said, meant) in page.understood.expansions.iter().take(6) {
        let shown: Vec<&str> = meant.iter().take(3).map(String::as_str).collect();
        say!("“{said}”同时检索：{}", shown.join("、"));
    }
    if page.certainty != Match::Good && !page.query.is_empty() && page.total > 0 {
        say!("没有把握找到所要的事项，以下仅供参考");
    }
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
        say!(
            "{:>3}. {name}\n     {} · {}",
            number + 1,
            facts.join(" · "),
            hit.head.code
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes the index ready to be asked. It is built where there is none and brought up to date where
/// that is a matter of a batch, but never rebuilt: a server of another version may be using it.
fn prepare(app: &App) -> Result<(), CliError> {
    let readable = app.engine.position().is_some();
    match app.engine.state() {
        EngineState::Missing => super::ingest::index(app),
        EngineState::Ready => {
            let today = app.clock.today();
            match follow::catch_up(&*app.register, &*app.engine, &app.kinds, today) {
                // Whoever is writing brings it up to date.
                Ok(_) | Err(ServiceError::Unavailable(_)) => Ok(()),
                Err(error) if readable => {
                    tracing::warn!(%error, "the index cannot follow the register");
                    Ok(())
                }
                Err(error) => Err(error.into()),
            }
        }
        EngineState::Outdated | EngineState::Damaged(_) if readable => {
            eprintln!("提示：检索索引待重建，以下按现有索引检索，可能与登记簿不完全一致");
            Ok(())
        }
        EngineState::Outdated => Err(CliError::new(
            "检索索引由另一版本的程序建立，本版本无法读取；请升级并重启服务，或运行 quanze reindex",
        )),
        EngineState::Damaged(why) => {
            tracing::error!(why, "the index cannot be read");
            Err(CliError::new(
                "检索索引损坏，无法读取；请启动服务或运行 quanze reindex 重建，登记簿不受影响",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::app::tests::settings;
    use super::*;

    #[test]
    fn a_search_builds_an_index_but_never_rebuilds_one() {
        let folder = tempfile::tempdir().expect("folder");
        let settings = settings(folder.path());
        let app = App::open(&settings).expect("the program's parts");
        prepare(&app).expect("a first index");
        let made = app.engine.position();
        assert!(made.is_some());
        drop(app);
        let current = || std::fs::read_to_string(folder.path().join("index/current")).ok();
        let before = current();
        let index = folder
            .path()
            .join("index")
            .join(before.as_deref().expect("an index"));
        // As a program with other kinds would have made it.
        let made_with = std::fs::read_to_string(index.join("fingerprint")).expect("read");
        let version = made_with.lines().next().expect("a version");
        std::fs::write(index.join("fingerprint"), format!("{version}\nother\n")).expect("written");
        let other = App::open(&settings).expect("the program's parts");
        assert_eq!(other.engine.state(), EngineState::Outdated);
        prepare(&other).expect("it can be read");
        assert_eq!(other.engine.position(), made);
        assert_eq!(
            (other.engine.state(), current()),
            (EngineState::Outdated, before)
        );
        drop(other);
        // Another version's cannot.
        std::fs::write(index.join("fingerprint"), "quanze-embedded-0\n").expect("written");
        let other = App::open(&settings).expect("the program's parts");
        let refused = prepare(&other).expect_err("unreadable");
        assert!(refused.to_string().contains("quanze reindex"), "{refused}");
    }
}
