//! What several integration tests need.

pub mod app;

use std::path::PathBuf;
use std::sync::Arc;

use quanze::domain::{Kinds, Regions};
use quanze::intake::{Bytes, Hints, Intake, Limits, ListDrafts, ListPlan, Opened, Source};

/// Folder of real files beside the project; `None`, with a printed reason, where it is absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("QUANZE_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

/// Intake with the kinds and regions of the program and the limits of an upload.
pub fn intake() -> Intake {
    Intake {
        kinds: Arc::new(Kinds::parse(quanze::assets::kinds()).expect("kinds parse")),
        regions: Arc::new(Regions::parse(quanze::assets::index_text("regions.tsv"))),
        limits: Limits::UPLOAD,
    }
}

/// Opens bytes as a file of that name.
pub fn open_bytes(name: &str, bytes: &[u8], hints: &Hints) -> Opened {
    intake().open(
        &Source {
            name: name.into(),
            bytes: Bytes::Memory(bytes.into()),
        },
        hints,
    )
}

/// All lists of an opened file with their drafts.
pub fn read_all(opened: &Opened) -> Vec<(ListPlan, ListDrafts)> {
    opened
        .lists
        .iter()
        .map(|plan| (plan.clone(), opened.read(plan).expect("file can be read")))
        .collect()
}
