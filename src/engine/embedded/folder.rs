//! The engine's folder: numbered index folders, and a file that names the one in use.
//! Must not know what is in an index.
//!
//! ```text
//! current         the name of the index folder in use
//! rebuild.lock    held while a new one is being made
//! index-000001/
//! ```

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::generation::Stamp;

const CURRENT: &str = "current";
const LOCK: &str = "rebuild.lock";
const PREFIX: &str = "index-";

/// The engine's folder.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub fn open(root: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(root)?;
        Ok(Self(root.to_owned()))
    }

    /// The index folder in use; `None` before the first.
    pub fn current(&self) -> io::Result<Option<PathBuf>> {
        match std::fs::read_to_string(self.0.join(CURRENT)) {
            Ok(name) if number(name.trim()).is_some() => Ok(Some(self.0.join(name.trim()))),
            Ok(name) => Err(io::Error::other(format!(
                "{CURRENT} names {name:?}, which is no index folder"
            ))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes when another process puts another index into use.
    pub fn stamp(&self) -> Option<Stamp> {
        Stamp::of(&self.0.join(CURRENT))
    }

    /// A name that no index folder has had.
    pub fn next(&self) -> io::Result<PathBuf> {
        let used = self
            .generations()?
            .into_iter()
            .filter_map(|path| number(path.file_name()?.to_str()?));
        let current = self.current().ok().flatten();
        let named = current
            .as_ref()
            .and_then(|path| number(path.file_name()?.to_str()?));
        let last = used.chain(named).max().unwrap_or(0);
        Ok(self.0.join(format!("{PREFIX}{:06}", last + 1)))
    }

    /// Puts an index folder into use, in one step that survives a crash.
    pub fn set_current(&self, folder: &Path) -> io::Result<()> {
        let name = folder
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let new = self.0.join("current.new");
        let mut file = File::create(&new)?;
        file.write_all(name.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(new, self.0.join(CURRENT))?;
        #[cfg(unix)]
        File::open(&self.0)?.sync_all()?;
        Ok(())
    }

    /// Removes every index folder but the one given. Readers that have an old one open keep it:
    /// an open file outlives its name.
    pub fn remove_others(&self, keep: &Path) {
        for folder in self.generations().unwrap_or_default() {
            if folder.file_name() != keep.file_name()
                && let Err(error) = std::fs::remove_dir_all(&folder)
            {
                tracing::warn!(%error, folder = %folder.display(), "an old index cannot be removed");
            }
        }
    }

    /// The right to make a new index; `None` while another process has it. Ends with the value.
    pub fn lock(&self) -> io::Result<Option<File>> {
        // The folder may have been removed while the program runs.
        std::fs::create_dir_all(&self.0)?;
        let path = self.0.join(LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn generations(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let path = entry?.path();
            if path
                .file_name()
                .and_then(|n| n.to_str())
                .and_then(number)
                .is_some()
            {
                found.push(path);
            }
        }
        Ok(found)
    }
}

/// Number of an index folder's name.
fn number(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.parse().ok()
}
