//! `quanze serve`: the site and the API, and the engine's following of the register.

use std::collections::{BTreeSet, HashMap};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use crate::assets;
use crate::domain::Severity;
use crate::engine::Engine;
use crate::http::Reached;
use crate::intake::{Bytes, Hints, Limits, Source, manifest};
use crate::register::PublicationFilter;
use crate::service::ServiceError;
use crate::service::console::Console;
use crate::service::follow::{self, Follower};
use crate::service::ingest::{IngestOptions, Ingester, Outcome};

use super::settings::Settings;
use super::{App, CliError};

/// How often the register is asked whether it has moved on; a publication is to be searchable within a second.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// How often it is looked whether an approved draft's day has come, or was left by a crash.
const PUBLISH_EVERY: Duration = Duration::from_secs(20);
/// Pause after a failure to follow.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How long the start waits for the engine before it serves what there is.
const START_WAIT: Duration = Duration::from_millis(1_500);
/// How often the index's check sums are compared.
const CHECK_EVERY: Duration = Duration::from_hours(24);
/// Who submitted the samples.
const SAMPLES: &str = "样例";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// 登记簿为空时载入样例清单，上次未载完的补齐
    #[arg(long)]
    pub samples: bool,
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = Arc::new(App::open(settings)?);
    if args.samples {
        load_samples(&app)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::new(format!("无法启动：{e}")))?;
    let stop = Arc::new(AtomicBool::new(false));
    let console = Arc::new(app.console(settings)?);
    let follower = follower(app.clone(), console.clone(), stop.clone());
    checker(app.engine.clone());
    let result = runtime.block_on(serve(settings, console));
    stop.store(true, Ordering::Relaxed);
    if follower.join().is_err() {
        tracing::error!("the follower panicked");
    }
    result?;
    say!("已停止");
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: &Settings, console: Arc<Console>) -> Result<(), CliError> {
    let listener = TcpListener::bind(settings.listen).await.map_err(|e| {
        CliError::new(format!(
            "无法在 {} 上监听：{e}。可用 --listen 换一个地址或端口",
            settings.listen
        ))
    })?;
    let address = listener.local_addr()?;
    let services = console.services.clone();
    let site = match settings.site.as_str() {
        "" => format!("http://{address}"),
        site => site.to_owned(),
    };
    let reached = Reached {
        site,
        behind_proxy: settings.behind_proxy,
    };
    say!("权责清单已启动：http://{address}/（按 Ctrl+C 停止）");
    crate::http::serve(listener, services, console, reached, shutdown()).await?;
    Ok(())
}

/// Ends on SIGTERM or SIGINT.
async fn shutdown() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be handled");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// Keeps the engine at the register's last publication and at today, whoever publishes; and publishes
/// what was approved for today.
fn follower(
    app: Arc<App>,
    console: Arc<Console>,
    stop: Arc<AtomicBool>,
) -> std::thread::JoinHandle<()> {
    let (first, started) = std::sync::mpsc::channel();
    let handle = std::thread::spawn(move || {
        let mut first = Some(first);
        let follower = Follower::new(&*app.register, &*app.engine, &app.kinds).until(&stop);
        let mut looked: Option<Instant> = None;
        while !stop.load(Ordering::Relaxed) {
            let mut pause = FOLLOW_EVERY;
            if looked.is_none_or(|at| at.elapsed() > PUBLISH_EVERY) {
                looked = Some(Instant::now());
                if let Err(error) = console.publish_due() {
                    tracing::error!(%error, "approved drafts cannot be read");
                }
            }
            match follower.follow(app.clock.today()) {
                Ok(_) | Err(ServiceError::Unavailable(_)) => {}
                Err(error) => {
                    tracing::error!(%error, "the index cannot follow the register");
                    pause = RETRY_AFTER;
                }
            }
            if let Some(first) = first.take() {
                let _ = first.send(());
            }
            let until = Instant::now() + pause;
            while Instant::now() < until && !stop.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    });
    // A small register is searchable when the address is printed; a large one answers meanwhile.
    let _ = started.recv_timeout(START_WAIT);
    handle
}

/// Looks for damage that no question has met yet; the follower then rebuilds. Only reads, so that
/// it may be cut off at any time by the program's end.
fn checker(engine: Arc<dyn Engine>) {
    std::thread::spawn(move || {
        loop {
            engine.verify();
            std::thread::sleep(CHECK_EVERY);
        }
    });
}

/// The embedded sample lists by file name.
fn sample_files() -> HashMap<String, &'static [u8]> {
    assets::sample_lists().collect()
}

fn sample_manifest(files: &HashMap<String, &'static [u8]>) -> manifest::Manifest {
    files
        .get(manifest::FILE_NAME)
        .and_then(|bytes| manifest::read(manifest::FILE_NAME, bytes))
        .unwrap_or_default()
}

/// The samples that are to be loaded: all of them into an empty register, the rest into one that
/// holds a part of them and nothing else, as a start that was cut off leaves it.
fn samples_to_load(
    app: &App,
    mut samples: Vec<(String, Hints)>,
) -> Result<Vec<(String, Hints)>, CliError> {
    // The samples make about one publication a file; a register with many more is a real one.
    let most = 2 * samples.len() as u64;
    let everything = PublicationFilter::default();
    let (publications, total) = app.register.publications(&everything, 0, most)?;
    if total > most || publications.iter().any(|p| p.submitted_by != SAMPLES) {
        return Ok(Vec::new());
    }
    let loaded: BTreeSet<&str> = publications.iter().map(|p| p.file.name.as_str()).collect();
    if samples
        .iter()
        .all(|(name, _)| loaded.contains(name.as_str()))
    {
        return Ok(Vec::new());
    }
    // The last file that was begun may have had more lists. Older ones are not read again: a later
    // edition of the same list may be there already.
    let newest = publications.first().map(|p| p.file.name.as_str());
    samples.retain(|(name, _)| !loaded.contains(name.as_str()) || newest == Some(name.as_str()));
    Ok(samples)
}

fn sample_ingester(app: &App, submitted_by: &str) -> Ingester {
    Ingester {
        register: app.register.clone(),
        intake: app.intake(Limits::OPERATOR),
        clock: app.clock.clone(),
        options: IngestOptions {
            submitted_by: submitted_by.into(),
            // An edition of the samples that takes back many items means to.
            accept_withdrawals: true,
            ..IngestOptions::default()
        },
    }
}

/// Loads the embedded sample lists that are to be loaded and says what it loaded.
fn load_samples(app: &App) -> Result<(), CliError> {
    let empty = app.register.last_number()? == 0;
    let files = sample_files();
    let manifest = sample_manifest(&files);
    let samples = samples_to_load(app, manifest.entries)?;
    if samples.is_empty() {
        return Ok(());
    }
    for finding in manifest.findings {
        say!("{finding}");
    }
    let ingester = sample_ingester(app, SAMPLES);
    let mut published = 0;
    let mut departments = BTreeSet::new();
    for (name, hints) in samples {
        let Some(bytes) = files.get(&name) else {
            say!("样例清单缺少文件 {name}");
            continue;
        };
        let source = Source {
            name,
            bytes: Bytes::Memory((*bytes).into()),
        };
        let report = ingester.file(&source, &hints, &mut |_, _| {});
        for list in &report.lists {
            if let Outcome::Published { .. } = list.outcome {
                published += 1;
                departments.insert(list.department.clone());
            }
        }
        for finding in report
            .findings
            .iter()
            .filter(|f| f.severity == Severity::Error)
        {
            say!("{finding}");
        }
    }
    follow::follow(&*app.register, &*app.engine, &app.kinds, app.clock.today())?;
    let items = app.services().overview()?.items();
    let reason = match empty {
        true => "登记簿为空，已载入样例清单",
        false => "样例清单上次未载完，已补齐",
    };
    say!(
        "{reason}：{} 个部门，{published} 次公布，{items} 项（样例，不是正式公布的清单）",
        departments.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::app::tests::settings;
    use super::*;

    /// Loads the first samples only, as a start that is killed does.
    fn begin_samples(app: &App, count: usize, submitted_by: &str) {
        let files = sample_files();
        let ingester = sample_ingester(app, submitted_by);
        for (name, hints) in sample_manifest(&files).entries.into_iter().take(count) {
            let bytes = Bytes::Memory(files[&name].into());
            ingester.file(&Source { name, bytes }, &hints, &mut |_, _| {});
        }
    }

    #[test]
    fn samples_that_were_cut_off_are_completed() {
        let samples = sample_manifest(&sample_files()).entries;
        let all = samples.len();
        for begun in [0, 2, all - 1] {
            let folder = tempfile::tempdir().expect("folder");
            let app = App::open(&settings(folder.path())).expect("the program's parts");
            begin_samples(&app, begun, SAMPLES);
            assert_eq!(app.register.last_number().expect("read"), begun as u64);
            load_samples(&app).expect("loaded");
            assert_eq!(app.register.last_number().expect("read"), all as u64);
            let rest = samples_to_load(&app, samples.clone()).expect("asked");
            assert!(rest.is_empty(), "all are there");
        }
    }

    #[test]
    fn samples_are_not_added_to_a_real_register() {
        let folder = tempfile::tempdir().expect("folder");
        let app = App::open(&settings(folder.path())).expect("the program's parts");
        begin_samples(&app, 1, SAMPLES);
        begin_samples(&app, 2, "管理员");
        load_samples(&app).expect("nothing to load");
        assert_eq!(app.register.last_number().expect("read"), 2);
    }
}
