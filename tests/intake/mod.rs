//! Intake through its public interface: real workbooks where they are at hand, made ones always.

mod cells;
mod given_back;
mod hostile;
pub mod make;
mod real;
mod rows;
mod shapes;
mod texts;

use std::time::{Duration, Instant};

use quanze::domain::Finding;
use quanze::intake::{Bytes, DraftItem, Hints, Intake, Opened, Source};

use crate::support;

/// Longest that any of these files may take, in an unoptimised build beside other tests.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most memory that any of these files may add to the process, in KB.
const MEMORY: u64 = 800 << 10;

/// Highest memory use of the process so far in KB, where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Opens bytes as a file of that name and reads its lists, within time and memory.
fn open_with(intake: &Intake, name: &str, bytes: &[u8]) -> (Opened, Vec<DraftItem>, Vec<Finding>) {
    let (began, before) = (Instant::now(), peak_memory());
    let source = Source {
        name: name.into(),
        bytes: Bytes::Memory(bytes.into()),
    };
    let opened = intake.open(&source, &Hints::default());
    let mut findings = opened.findings.clone();
    let mut items = Vec::new();
    for (_, drafts) in support::read_all(&opened) {
        items.extend(drafts.items);
        findings.extend(drafts.findings);
    }
    assert!(began.elapsed() < PATIENCE, "{name}: {:?}", began.elapsed());
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(
            after.saturating_sub(before) < MEMORY,
            "{name}: {} KB more",
            after.saturating_sub(before)
        );
    }
    (opened, items, findings)
}

fn open(name: &str, bytes: &[u8]) -> (Opened, Vec<DraftItem>, Vec<Finding>) {
    open_with(&support::intake(), name, bytes)
}

fn names(items: &[DraftItem]) -> Vec<&str> {
    items
        .iter()
        .map(|i| i.coded.item.head.name.as_str())
        .collect()
}

/// Both items of [`POWER`] are taken.
fn taken_whole(name: &str, bytes: &[u8]) -> Vec<Finding> {
    let (_, items, findings) = open(name, bytes);
    assert_eq!(
        names(&items),
        ["食品经营许可", "对无照经营的处罚"],
        "{name}: {findings:?}"
    );
    findings
}
