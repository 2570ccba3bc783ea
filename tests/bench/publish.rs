//! How soon readers find a change of ten items, by what the register holds already.

use std::path::Path;
use std::time::{Duration, Instant};

use quanze::cli::App;
use quanze::intake::{Bytes, Hints, Limits, Source};
use quanze::service::ingest::{IngestOptions, Ingester, Outcome};

use crate::client::{Client, search_path};
use crate::corpus::Corpus;
use crate::program::{self, Server};
use crate::search::settings;
use crate::{line, median, title};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const ITEMS: usize = 10;
const CHANGES: usize = 9;
/// Between two questions whether the change is visible.
const PAUSE: Duration = Duration::from_millis(2);

pub fn measure(corpus: &Corpus) {
    title("5. a change of ten items, published by one process and served by another");
    for size in SIZES.into_iter().filter(|&s| s <= corpus.rows) {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        program::ingest(&state, &corpus.first(size, folder.path()));
        let (published, visible) = changes(&state);
        let most = |times: &[f64]| times.iter().copied().fold(0.0, f64::max);
        let text = format!(
            "recorded {:.3} s, visible {:.3} s (longest {:.3} s)",
            median(published),
            median(visible.clone()),
            most(&visible)
        );
        line(
            &format!("register of {size} items, median of {CHANGES} (aim: under 1 s)"),
            text,
        );
    }
}

/// Seconds until each change was recorded, and until a search found it.
fn changes(state: &Path) -> (Vec<f64>, Vec<f64>) {
    let server = Server::start(state);
    let mut client = Client::connect(server.address, "").unwrap();
    let app = App::open(&settings(state)).unwrap();
    let ingester = Ingester {
        register: app.register.clone(),
        intake: app.intake(Limits::UPLOAD),
        clock: app.clock.clone(),
        options: IngestOptions {
            submitted_by: "bench".into(),
            ..IngestOptions::default()
        },
    };
    let (mut published, mut visible) = (Vec::new(), Vec::new());
    for edition in 0..=CHANGES {
        let mark = format!("marker{edition}x");
        let source = Source {
            name: "measured.csv".into(),
            bytes: Bytes::Memory(list(&mark).into_bytes().into()),
        };
        let hints = Hints {
            department: Some("云江省测速局".into()),
            ..Hints::default()
        };
        let started = Instant::now();
        let report = ingester.file(&source, &hints, &mut |_, _| {});
        let outcome = report.lists.first().map(|list| &list.outcome);
        assert!(
            matches!(outcome, Some(Outcome::Published { .. })),
            "{:?}",
            report.findings
        );
        let recorded = started.elapsed();
        let path = search_path(&mark);
        loop {
            assert_eq!(client.get(&path), 200);
            let answer: serde_json::Value = serde_json::from_slice(&client.body).unwrap();
            if answer["total"] == ITEMS {
                break;
            }
            assert!(
                started.elapsed() < Duration::from_mins(1),
                "never visible: {answer}"
            );
            std::thread::sleep(PAUSE);
        }
        // The first edition adds the list.
        if edition > 0 {
            published.push(recorded.as_secs_f64());
            visible.push(started.elapsed().as_secs_f64());
        }
    }
    (published, visible)
}

fn list(mark: &str) -> String {
    let head = "编码,职权类型,职权名称,设定依据,责任事项\n".to_owned();
    let row = |n| {
        format!(
            "BENCH-{n:03},行政检查,对第{n}类测速设备的检查,《计量法》第九条,按时检查 {mark}。\n"
        )
    };
    (0..ITEMS).map(row).fold(head, |text, row| text + &row)
}
