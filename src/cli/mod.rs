//! The command line: one file per command. Must not hold use cases; those are in `service`.

/// Prints a line to standard output. A reader that has gone away (`… | head`) is no reason to stop
/// half way, as `println!` would.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

mod account;
pub mod app;
mod check_business;
mod clock;
mod eval;
mod export;
mod files;
mod ingest;
mod lexicon;
mod reindex;
mod search;
mod serve;
pub mod settings;
mod status;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use app::App;
pub use clock::SystemClock;
use settings::{Flags, Settings};

/// 权责清单登记与检索：收录、查询、公布政府部门的权力清单、责任清单和负面清单。
///
/// 不带子命令时等同于 serve，并在登记簿为空时载入样例清单。
#[derive(Debug, Parser)]
#[command(name = "quanze", version, about, long_about)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 收录清单文件或文件夹（.xls、.xlsx、.csv）
    Ingest(ingest::Args),
    /// 启动网站与接口
    Serve(serve::Args),
    /// 工作台的账号：新增、列出、重置密码
    Account(account::Args),
    /// 由登记簿重建检索索引
    Reindex,
    /// 查看登记簿与索引的状态
    Status,
    /// 核对登记簿：全部公布、内容和原始文件是否与登记时一致
    Verify,
    /// 导出现行有效的事项
    Export(export::Args),
    /// 在终端检索
    Search(search::Args),
    /// 对照负面清单核对经营活动：禁止、需许可或清单未列
    CheckBusiness(check_business::Args),
    /// 衡量质量
    Eval(eval::Args),
    /// 为词条（百姓说法与官方说法的对应）提供候选与复核
    Lexicon(lexicon::Args),
}

/// Why a command failed; the text is for the operator, in Chinese.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CliError(String);

impl CliError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<crate::register::RegisterError> for CliError {
    fn from(error: crate::register::RegisterError) -> Self {
        use crate::register::RegisterError;
        match error {
            RegisterError::Store(cause) => {
                tracing::error!(%cause, "register store failed");
                Self("登记簿无法读写，已收录的内容不受影响。请检查 --state 文件夹是否存在、有无读写权限、磁盘是否已满；原因见日志".into())
            }
            other => Self(format!("登记簿：{other}")),
        }
    }
}

impl From<crate::service::ServiceError> for CliError {
    fn from(error: crate::service::ServiceError) -> Self {
        use crate::service::ServiceError;
        match error {
            ServiceError::Invalid { detail, .. }
            | ServiceError::NotFound { detail, .. }
            | ServiceError::Conflict { detail, .. } => Self(detail),
            other => Self(other.to_string()),
        }
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self(format!("读写失败：{error}"))
    }
}

/// Rows of cells for a terminal or a document, the headings first.
struct Table(Vec<Vec<String>>);

impl Table {
    fn new<T: Into<String>>(head: impl IntoIterator<Item = T>) -> Self {
        Self(vec![head.into_iter().map(Into::into).collect()])
    }

    /// For a terminal: numbers to the right, names to the left.
    fn text(&self) -> String {
        // A Chinese character is two columns wide.
        let width =
            |cell: &str| -> usize { cell.chars().map(|c| 1 + usize::from(!c.is_ascii())).sum() };
        let [head, body @ ..] = self.0.as_slice() else {
            return String::new();
        };
        let columns = head.iter().enumerate().map(|(c, cell)| {
            let widest = body.iter().map(|row| width(&row[c])).max();
            let is_name = |cell: &str| !cell.is_empty() && cell.parse::<f64>().is_err();
            let named = body.iter().any(|row| is_name(&row[c]));
            (named, widest.unwrap_or(0).max(width(cell)))
        });
        let columns: Vec<(bool, usize)> = columns.collect();
        let lines = self.0.iter().map(|row| {
            let cells = row.iter().zip(&columns).map(|(cell, (named, wide))| {
                let pad = " ".repeat(wide - width(cell));
                match named {
                    true => format!("{cell}{pad}"),
                    false => format!("{pad}{cell}"),
                }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut lines = self.0.iter().map(|row| line(row));
        let head = lines.next().unwrap_or_default();
        let columns = self.0.first().map_or(1, Vec::len);
        let rule = format!("|---{}|\n", "|---:".repeat(columns - 1));
        head + &rule + &lines.collect::<String>()
    }
}

/// Runs the program; exit code 1 when the command failed or refused something, 2 for wrong usage.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let settings = match Settings::load(cli.flags) {
        Ok(settings) => settings,
        Err(error) => return fail(&error),
    };
    log(&settings);
    let result = match cli.command {
        None => serve::run(&settings, &serve::Args { samples: true }),
        Some(Command::Serve(args)) => serve::run(&settings, &args),
        Some(Command::Ingest(args)) => ingest::run(&settings, &args),
        Some(Command::Account(args)) => account::run(&settings, &args),
        Some(Command::Reindex) => reindex::run(&settings),
        Some(Command::Status) => status::run(&settings),
        Some(Command::Verify) => verify::run(&settings),
        Some(Command::Export(args)) => export::run(&settings, &args),
        Some(Command::Search(args)) => search::run(&settings, &args),
        Some(Command::CheckBusiness(args)) => check_business::run(&settings, &args),
        Some(Command::Eval(args)) => eval::run(&settings, &args),
        Some(Command::Lexicon(args)) => lexicon::run(&settings, &args),
    };
    match result {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &CliError) -> ExitCode {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "quanze：{error}");
    ExitCode::FAILURE
}

fn log(settings: &Settings) {
    use std::io::IsTerminal as _;
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second call (tests) changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
