//! `quanze status`: what the register and the index hold.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::settings::Settings;
use super::{App, CliError};

/// Bytes as megabytes.
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

pub fn run(settings: &Settings) -> Result<ExitCode, CliError> {
    let app = App::open_existing(settings)?;
    let today = app.clock.today();
    let last = app.register.last_number()?;
    let departments = app.register.departments(today)?;
    let (database, originals) = app.register.size()?;
    let (documents, index) = app.engine.size();
    say!("状态文件夹：{}", settings.state.display());
    say!("公布：{last} 次");
    let mut by_kind: BTreeMap<&str, u64> = BTreeMap::new();
    for (kind, count) in departments.iter().flat_map(|d| &d.items) {
        *by_kind.entry(kind).or_default() += count;
    }
    say!("现行事项（{today}）：{} 项", by_kind.values().sum::<u64>());
    for kind in app.kinds.iter() {
        if let Some(count) = by_kind.get(kind.key.as_str()) {
            say!("  {}（{}）：{count}", kind.name, kind.key);
        }
    }
    say!("部门：{} 个", departments.len());
    for department in departments.iter().take(200) {
        let count: u64 = department.items.iter().map(|(_, n)| n).sum();
        say!("  {}　{}：{count}", department.region.name, department.name);
    }
    if departments.len() > 200 {
        say!("  另有 {} 个未显示", departments.len() - 200);
    }
    match app.engine.position() {
        None => say!("索引：尚未建立"),
        Some(p) => say!(
            "索引：已收录至第 {} 号公布，{} 的现行内容，{documents} 项",
            p.publication,
            p.day
        ),
    }
    say!("索引状态：{}", state(&app, last));
    say!("索引指纹：{}", app.fingerprint);
    say!(
        "占用：登记簿 {:.1} MB，原始文件 {:.1} MB，索引 {:.1} MB",
        megabytes(database),
        megabytes(originals),
        megabytes(index)
    );
    Ok(ExitCode::SUCCESS)
}

fn state(app: &App, last: u64) -> String {
    use crate::engine::EngineState;
    let reached = app.engine.position().map_or(0, |p| p.publication);
    match app.engine.state() {
        EngineState::Ready if reached < last => {
            format!("落后于登记簿 {} 次公布，服务启动后自动补上", last - reached)
        }
        EngineState::Ready => "正常".into(),
        EngineState::Missing => "尚未建立".into(),
        EngineState::Outdated => "词典或清单种类已更新，需要重建".into(),
        EngineState::Damaged(why) => format!("损坏，需要重建（{why}）"),
    }
}
