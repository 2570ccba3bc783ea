//! One index folder: opening it, following its commits, writing to it.
//! Must not know that there may be several, or which of them is current.
#![expect(
    clippy::disallowed_types,
    reason = "embedded/ is the index's one owner"
)]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use tantivy::directory::MmapDirectory;
use tantivy::store::Compressor;
use tantivy::{Index, IndexReader, IndexSettings, ReloadPolicy};

use super::schema::{Fields, schema};
use super::snapshot::Snapshot;
use super::tokens::tokenizers;
use super::upkeep::{Extent, next_step};
use super::write::{failed, merge, write};
use crate::domain::Position;
use crate::engine::{EngineError, EngineErrorCode, Steps};
use crate::text::Segmenter;

/// File that says by which dictionary, kinds and version the index was made.
const FINGERPRINT: &str = "fingerprint";
/// File that tantivy replaces with every commit.
const META: &str = "meta.json";

/// Tells one version of a file from the next without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl Stamp {
    /// `None` when there is no such file.
    pub fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&data);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self {
            modified: data.modified().ok(),
            length: data.len(),
            inode,
        })
    }
}

/// What a reader has seen of the folder.
struct Seen {
    snapshot: Arc<Snapshot>,
    stamp: Option<Stamp>,
}

/// An open index folder.
pub(super) struct Generation {
    folder: PathBuf,
    index: Index,
    fields: Fields,
    reader: IndexReader,
    seen: RwLock<Seen>,
    /// Held while a newer commit is being loaded.
    loading: Mutex<()>,
}

/// The fingerprint an index folder was made with, if it is one.
pub(super) fn fingerprint(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join(FINGERPRINT)).ok()
}

impl Generation {
    /// Makes an empty index in a folder that does not exist yet.
    pub fn create(
        folder: &Path,
        fingerprint: &str,
        segmenter: &Segmenter,
    ) -> Result<Self, EngineError> {
        let io =
            |error: std::io::Error| EngineError::new(EngineErrorCode::Internal, error.to_string());
        std::fs::create_dir_all(folder).map_err(io)?;
        let (schema, _) = schema();
        let settings = IndexSettings {
            // Nothing is stored; a thread to compress nothing would only cost.
            docstore_compression: Compressor::None,
            docstore_compress_dedicated_thread: false,
            ..Default::default()
        };
        let build = || -> tantivy::Result<()> {
            let directory = MmapDirectory::open(folder)?;
            Index::builder()
                .schema(schema)
                .settings(settings)
                .open_or_create(directory)?;
            Ok(())
        };
        build().map_err(|e| failed(&e))?;
        std::fs::write(folder.join(FINGERPRINT), fingerprint).map_err(io)?;
        Self::open(folder, segmenter)
    }

    /// Opens a folder and every file of its last commit.
    ///
    /// # Errors
    /// `Internal` when a file is missing, cut off or not of this index.
    pub fn open(folder: &Path, segmenter: &Segmenter) -> Result<Self, EngineError> {
        let (expected, fields) = schema();
        let open = || -> tantivy::Result<(_, IndexReader)> {
            let directory = MmapDirectory::open(folder)?;
            let mut index = Index::open(directory)?;
            index.set_tokenizers(tokenizers(segmenter));
            let reader = index
                .reader_builder()
                .reload_policy(ReloadPolicy::Manual)
                .try_into()?;
            Ok((index, reader))
        };
        let (index, reader) = open().map_err(|e| failed(&e))?;
        if index.schema() != expected {
            return Err(EngineError::new(
                EngineErrorCode::Internal,
                "index has other fields",
            ));
        }
        let seen = load(folder, &index, &reader, fields, None)?;
        Ok(Self {
            folder: folder.to_owned(),
            index,
            fields,
            reader,
            seen: RwLock::new(seen),
            loading: Mutex::new(()),
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest commit that could be read, whoever wrote it. While one caller loads it,
    /// others are given the one before.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        let (snapshot, stamp) = self.seen();
        if Stamp::of(&self.folder.join(META)) != stamp
            && let Ok(_loading) = self.loading.try_lock()
            && let Err(error) = self.reload()
        {
            tracing::warn!(%error, "the index cannot be reloaded; answering from what was read before");
            return snapshot;
        }
        self.seen().0
    }

    fn seen(&self) -> (Arc<Snapshot>, Option<Stamp>) {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&seen.snapshot), seen.stamp)
    }

    /// Loads the last commit. The caller holds `loading`.
    fn reload(&self) -> Result<(), EngineError> {
        let (before, _) = self.seen();
        let seen = load(
            &self.folder,
            &self.index,
            &self.reader,
            self.fields,
            Some(&before),
        )?;
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(())
    }

    /// Writes the steps in one commit and reads it.
    pub fn apply(&self, steps: &mut Steps<'_>, upto: Position) -> Result<(), EngineError> {
        write(&self.index, self.fields, steps, upto)?;
        self.catch_up()
    }

    /// Merges the segments that most need it, a bounded number of items; costs nothing when none does.
    pub fn merge_some(&self) -> Result<(), EngineError> {
        let (snapshot, _) = self.seen();
        let extents = snapshot.segments.iter().map(|segment| Extent {
            segment: segment.reader.segment_id(),
            live: segment.reader.num_docs(),
            all: segment.reader.max_doc(),
        });
        let segments = next_step(extents);
        if segments.is_empty() {
            return Ok(());
        }
        merge(&self.index, &segments)?;
        // Reading the new segment frees the old ones.
        self.catch_up()
    }

    fn catch_up(&self) -> Result<(), EngineError> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        self.reload()
    }

    /// Reads every byte and compares check sums.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>, EngineError> {
        let meta = self.folder.join(META);
        for _ in 0..10 {
            let stamp = Stamp::of(&meta);
            let damaged = self.index.validate_checksum();
            // A commit meanwhile removes files of the one before.
            if damaged.is_ok() || Stamp::of(&meta) == stamp {
                return Ok(damaged.map_err(|e| failed(&e))?.into_iter().collect());
            }
        }
        Err(EngineError::new(
            EngineErrorCode::Unavailable,
            "the index changes faster than it can be read",
        ))
    }

    /// Bytes of the folder.
    pub fn bytes(&self) -> u64 {
        let files = std::fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .map(|data| data.len())
            .sum()
    }
}

/// Reads the last commit.
///
/// A commit between reading the position and the segments would tie them wrongly, so it is tried
/// again until the folder has not changed meanwhile.
fn load(
    folder: &Path,
    index: &Index,
    reader: &IndexReader,
    fields: Fields,
    previous: Option<&Snapshot>,
) -> Result<Seen, EngineError> {
    let meta = folder.join(META);
    for _ in 0..100 {
        let stamp = Stamp::of(&meta);
        reader.reload().map_err(|e| failed(&e))?;
        let payload = index.load_metas().map_err(|e| failed(&e))?.payload;
        if Stamp::of(&meta) != stamp {
            continue;
        }
        let position = payload.and_then(|payload| serde_json::from_str(&payload).ok());
        let snapshot = Snapshot::load(reader.searcher(), fields, position, previous)
            .map_err(|e| failed(&e))?;
        return Ok(Seen {
            snapshot: Arc::new(snapshot),
            stamp,
        });
    }
    Err(EngineError::new(
        EngineErrorCode::Unavailable,
        "the index changes faster than it can be read",
    ))
}
