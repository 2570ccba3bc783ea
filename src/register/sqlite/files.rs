//! The original files, kept byte for byte under their SHA-256: `files/ab/ab12…`.
//! Must not know which publication a file belongs to.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::damaged;
use crate::domain::{FileRef, hex};
use crate::register::RegisterError;

/// What became of a kept file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Whole,
    Missing,
    Changed,
}

/// Folder of kept files.
pub(super) struct Files {
    root: PathBuf,
}

impl Files {
    pub(super) fn open(root: &Path) -> Result<Self, RegisterError> {
        fs::create_dir_all(root)?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// Whether any file is kept.
    pub(super) fn any(&self) -> Result<bool, RegisterError> {
        Ok(shards(&self.root)?.next().is_some())
    }

    /// Keeps the bytes. They are on the disk under their final name when this returns; a crash
    /// before leaves at most a file no publication names.
    pub(super) fn keep(&self, name: &str, bytes: &mut dyn Read) -> Result<FileRef, RegisterError> {
        let mut part = tempfile::Builder::new()
            .prefix(".part-")
            .tempfile_in(&self.root)?;
        let (sha256, length) = copy_hashed(bytes, part.as_file_mut())?;
        let path = self
            .path(&sha256)
            .ok_or_else(|| damaged("digest", &sha256))?;
        // One of the wrong length was damaged after it was written: the right one replaces it.
        if fs::metadata(&path).map_or(true, |m| m.len() != length) {
            part.as_file().sync_all()?;
            if let Some(shard) = path.parent() {
                fs::create_dir_all(shard)?;
                part.persist(&path).map_err(|e| e.error)?;
                sync_folder(shard)?;
                sync_folder(&self.root)?;
            }
        }
        Ok(FileRef {
            name: name.to_owned(),
            sha256,
            bytes: length,
        })
    }

    /// Whether a file with this digest is kept.
    pub(super) fn has(&self, sha256: &str) -> bool {
        self.path(sha256).is_some_and(|path| path.is_file())
    }

    /// Opens a kept file, after checking that it is still what was kept.
    pub(super) fn open_kept(&self, sha256: &str) -> Result<Option<File>, RegisterError> {
        let Some(path) = self.path(sha256) else {
            return Ok(None);
        };
        let mut file = match File::open(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let (found, _) = copy_hashed(&mut file, &mut io::sink())?;
        if found != sha256 {
            return Err(damaged("kept file", sha256));
        }
        file.rewind()?;
        Ok(Some(file))
    }

    /// Whether a kept file is still what was kept.
    pub(super) fn check(&self, sha256: &str) -> Result<Kept, RegisterError> {
        let Some(path) = self.path(sha256) else {
            return Ok(Kept::Missing);
        };
        let mut file = match File::open(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Kept::Missing),
            other => other?,
        };
        let (found, _) = copy_hashed(&mut file, &mut io::sink())?;
        Ok(match found == sha256 {
            true => Kept::Whole,
            false => Kept::Changed,
        })
    }

    /// Bytes of all kept files.
    pub(super) fn size(&self) -> Result<u64, RegisterError> {
        let mut bytes = 0;
        for shard in shards(&self.root)? {
            for file in fs::read_dir(shard)? {
                bytes += file?.metadata()?.len();
            }
        }
        Ok(bytes)
    }

    /// Where the file lies; `None` for what is no digest, which would lead out of the folder.
    fn path(&self, sha256: &str) -> Option<PathBuf> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let valid = sha256.len() == 64 && sha256.bytes().all(hex);
        valid.then(|| self.root.join(&sha256[..2]).join(sha256))
    }
}

fn shards(root: &Path) -> Result<impl Iterator<Item = PathBuf>, RegisterError> {
    let entries = fs::read_dir(root)?.filter_map(Result::ok);
    Ok(entries.map(|e| e.path()).filter(|p| p.is_dir()))
}

/// Copies, and returns the SHA-256 in hexadecimal and the length.
fn copy_hashed(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<(String, u64)> {
    let mut sha = Sha256::new();
    let mut length = 0;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let n = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        sha.update(&buffer[..n]);
        to.write_all(&buffer[..n])?;
        length += n as u64;
    }
    let digest = hex(&sha.finalize());
    Ok((digest, length))
}

/// A new name is on the disk only when its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}
