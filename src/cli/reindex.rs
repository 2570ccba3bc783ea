//! `quanze reindex`: the index anew from the register.

use std::process::ExitCode;

use crate::service::follow;

use super::settings::Settings;
use super::{App, CliError};

pub fn run(settings: &Settings) -> Result<ExitCode, CliError> {
    let app = App::open(settings)?;
    let position = follow::rebuild(&*app.register, &*app.engine, &app.kinds, app.clock.today())?;
    let (documents, bytes) = app.engine.size();
    say!(
        "索引已重建：第 {} 号公布，{} 的现行内容，{documents} 项，{:.1} MB",
        position.publication,
        position.day,
        super::status::megabytes(bytes)
    );
    Ok(ExitCode::SUCCESS)
}
