//! `quanze verify`: whether everything in the register is as it was recorded. Needs no index and no
//! network.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::settings::Settings;
use super::{App, CliError};

pub fn run(settings: &Settings) -> Result<ExitCode, CliError> {
    let app = App::open_existing(settings)?;
    let bar = ProgressBar::new(app.register.last_number()?);
    if let Ok(style) = ProgressStyle::with_template("核对 {bar:30} {pos}/{len} 次公布") {
        bar.set_style(style);
    }
    let found = app
        .register
        .verify(&mut |publication| bar.set_position(publication));
    bar.finish_and_clear();
    match found? {
        Ok(verified) if verified.publications + verified.records == 0 => {
            say!("登记簿是空的，没有可核对的");
            Ok(ExitCode::SUCCESS)
        }
        Ok(verified) => {
            say!(
                "已核对 {} 次公布、{} 条登记、全部原始文件和 {} 条审计记录，与登记时一致",
                verified.publications,
                verified.revisions,
                verified.records
            );
            if verified.publications > 0 {
                say!(
                    "第 {} 号公布的校验值：{}",
                    verified.publications,
                    verified.head
                );
            }
            say!(
                "审计记录第 {} 条的校验值：{}",
                verified.records,
                verified.journal
            );
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            say!("{}：{}", broken.place, broken.why);
            say!("它以前的与登记时一致，它以后的没有核对。请从备份恢复，并查明是谁、何时改动的");
            Ok(ExitCode::FAILURE)
        }
    }
}
