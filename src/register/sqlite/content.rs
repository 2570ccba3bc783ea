//! An item's content as stored: JSON in one zstd frame, and its SHA-256.
//! Must not know the tables.

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use zstd::bulk::{Compressor, Decompressor};

use super::damaged;
use crate::domain::{Change, Item};
use crate::register::RegisterError;

/// Level 1 packs a list's 3 KB items nearly as well as 3 and is the fastest.
const LEVEL: i32 = 1;

/// More than any item may be; a damaged frame must not ask for all memory.
const LARGEST: usize = 64 << 20;

/// An item's content ready to be stored.
pub(super) struct Packed {
    /// zstd frame.
    pub frame: Vec<u8>,
    /// SHA-256 of the JSON inside.
    pub digest: [u8; 32],
}

/// Packs the contents of all changes, in their order, on all cores.
pub(super) fn pack_all(changes: &[Change]) -> Result<Vec<Packed>, RegisterError> {
    changes
        .par_iter()
        .with_min_len(16)
        .map_init(
            || Compressor::new(LEVEL),
            |packer, change| match packer {
                Ok(packer) => pack(packer, &change.item),
                Err(error) => Err(RegisterError::Store(error.to_string())),
            },
        )
        .collect()
}

fn pack(packer: &mut Compressor<'_>, item: &Item) -> Result<Packed, RegisterError> {
    // Canonical: the head's fields in the order of the type, the others in published order.
    let json = serde_json::to_vec(item).map_err(|e| RegisterError::Store(e.to_string()))?;
    if json.len() > LARGEST {
        return Err(RegisterError::Invalid(format!(
            "事项“{}”的内容过长",
            item.head.name
        )));
    }
    Ok(Packed {
        frame: packer.compress(&json)?,
        digest: Sha256::digest(&json).into(),
    })
}

/// Values as JSON, each in a frame of its own.
pub(super) fn pack_json<T: Serialize>(values: &[T]) -> Result<Vec<Vec<u8>>, RegisterError> {
    values.iter().map(pack_one).collect()
}

/// A value as JSON in one frame.
pub(super) fn pack_one<T: Serialize>(value: &T) -> Result<Vec<u8>, RegisterError> {
    let json = serde_json::to_vec(value).map_err(|e| RegisterError::Store(e.to_string()))?;
    if json.len() > LARGEST {
        return Err(RegisterError::Invalid("内容过长".into()));
    }
    Ok(zstd::bulk::compress(&json, LEVEL)?)
}

/// Unpacks contents; one per call, since setting it up costs more than one item.
pub(super) struct Unpacker(Decompressor<'static>);

impl Unpacker {
    pub(super) fn new() -> Result<Self, RegisterError> {
        Ok(Self(Decompressor::new()?))
    }

    /// # Errors
    /// `Store` when the frame is not one that [`pack_all`] makes.
    pub(super) fn unpack(&mut self, frame: &[u8]) -> Result<Item, RegisterError> {
        let json = self.json(frame)?;
        // Checked in one go, which is faster than string by string.
        let json = simdutf8::basic::from_utf8(&json).map_err(|e| damaged("content", e))?;
        serde_json::from_str(json).map_err(|e| damaged("content", e))
    }

    /// A value that [`pack_one`] has packed.
    ///
    /// # Errors
    /// As [`Self::unpack`].
    pub(super) fn value<T: DeserializeOwned>(&mut self, frame: &[u8]) -> Result<T, RegisterError> {
        let json = self.json(frame)?;
        serde_json::from_slice(&json).map_err(|e| damaged("content", e))
    }

    /// The JSON of a content, which its digest is of.
    ///
    /// # Errors
    /// As [`Self::unpack`].
    pub(super) fn json(&mut self, frame: &[u8]) -> Result<Vec<u8>, RegisterError> {
        let length = Decompressor::upper_bound(frame).filter(|&n| n <= LARGEST);
        let length = length.ok_or_else(|| damaged("content", "length"))?;
        self.0
            .decompress(frame, length)
            .map_err(|e| damaged("content", e))
    }
}
