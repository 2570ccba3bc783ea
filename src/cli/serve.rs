//! `quanze serve`: the site and the API, and the engine's following of the register.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use crate::assets;
use crate::intake::{Bytes, Limits, Source, manifest};
use crate::service::ServiceError;
use crate::service::follow;
use crate::service::ingest::{IngestOptions, Ingester, Outcome};

use super::settings::Settings;
use super::{App, CliError};

/// How often the register is asked whether it has moved on; a publication is to be searchable within a second.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// Pause after a failure to follow.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How long the start waits for the engine before it serves what there is.
const START_WAIT: Duration = Duration::from_millis(1_500);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// 登记簿为空时载入样例清单
    #[arg(long)]
    pub samples: bool,
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = Arc::new(App::open(settings)?);
    if args.samples && app.register.last_number()? == 0 {
        load_samples(&app)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::new(format!("无法启动：{e}")))?;
    let stop = Arc::new(AtomicBool::new(false));
    let follower = follower(app.clone(), stop.clone());
    let result = runtime.block_on(serve(settings, &app));
    stop.store(true, Ordering::Relaxed);
    if follower.join().is_err() {
        tracing::error!("the follower panicked");
    }
    result?;
    println!("已停止");
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: &Settings, app: &App) -> Result<(), CliError> {
    let listener = TcpListener::bind(settings.listen).await.map_err(|e| {
        CliError::new(format!(
            "无法在 {} 上监听：{e}。可用 --listen 换一个地址或端口",
            settings.listen
        ))
    })?;
    let address = listener.local_addr()?;
    let services = Arc::new(app.services());
    println!("权责清单已启动：http://{address}/（按 Ctrl+C 停止）");
    crate::http::serve(listener, services, shutdown()).await?;
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

/// Keeps the engine at the register's last publication and at today, whoever publishes.
fn follower(app: Arc<App>, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let (first, started) = std::sync::mpsc::channel();
    let handle = std::thread::spawn(move || {
        let mut first = Some(first);
        while !stop.load(Ordering::Relaxed) {
            let mut pause = FOLLOW_EVERY;
            match follow::follow(&*app.register, &*app.engine, &app.kinds, app.clock.today()) {
                Ok(_) => {}
                Err(ServiceError::Unavailable(_)) => {}
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

/// Loads the embedded sample lists and says what it loaded.
fn load_samples(app: &App) -> Result<(), CliError> {
    let files: HashMap<String, &'static [u8]> = assets::sample_lists().collect();
    let (entries, findings) = manifest::parse(
        manifest::FILE_NAME,
        files.get(manifest::FILE_NAME).copied().unwrap_or_default(),
    );
    for finding in findings {
        println!("{finding}");
    }
    let ingester = Ingester {
        register: app.register.clone(),
        intake: app.intake(Limits::OPERATOR),
        clock: app.clock.clone(),
        options: IngestOptions {
            submitted_by: "样例".into(),
            ..IngestOptions::default()
        },
    };
    let (mut published, mut items) = (0, 0);
    let mut departments = std::collections::BTreeSet::new();
    for (name, hints) in entries {
        let Some(bytes) = files.get(&name) else {
            println!("样例清单缺少文件 {name}");
            continue;
        };
        let source = Source {
            name,
            bytes: Bytes::Memory((*bytes).into()),
        };
        let report = ingester.file(&source, &hints, &mut |_, _| {});
        for list in &report.lists {
            if let Outcome::Published { added, .. } = list.outcome {
                published += 1;
                items += added;
                departments.insert(list.department.clone());
            }
        }
        for finding in report
            .findings
            .iter()
            .filter(|f| f.severity == crate::domain::Severity::Error)
        {
            println!("{finding}");
        }
    }
    follow::follow(&*app.register, &*app.engine, &app.kinds, app.clock.today())?;
    println!(
        "登记簿为空，已载入样例清单：{} 个部门，{published} 次公布，{items} 项（样例，不是正式公布的清单）",
        departments.len()
    );
    Ok(())
}
