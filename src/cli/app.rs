//! Puts the layers together: kinds, dictionaries, register and engine of one state folder.
//! Must not know commands.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::assets;
use crate::domain::{Clock, Kinds, Regions};
use crate::engine::Engine;
use crate::engine::embedded::EmbeddedEngine;
use crate::intake::{Intake, Limits};
use crate::register::Register;
use crate::register::sqlite::SqliteRegister;
use crate::service::Services;
use crate::text::Segmenter;

use super::settings::Settings;
use super::{CliError, SystemClock};

/// Everything a command needs.
pub struct App {
    pub kinds: Arc<Kinds>,
    pub regions: Arc<Regions>,
    pub segmenter: Segmenter,
    pub register: Arc<dyn Register>,
    pub engine: Arc<dyn Engine>,
    pub clock: Arc<dyn Clock>,
    /// Stands for kinds and dictionaries: an index made with others must be rebuilt.
    pub fingerprint: String,
}

impl App {
    /// Opens the state folder, which is made if it is missing.
    ///
    /// # Errors
    /// A kind's file that is wrong, a folder that cannot be used, a register of a newer program.
    pub fn open(settings: &Settings) -> Result<Self, CliError> {
        let mut texts: Vec<(String, String)> = assets::kinds().collect();
        texts.extend(further_kinds(&settings.kinds)?);
        let kinds = Kinds::parse(texts.iter().map(|(n, t)| (n, t)))
            .map_err(|e| CliError::new(format!("清单种类文件有误：{e}")))?;
        let fingerprint = fingerprint(&texts);
        std::fs::create_dir_all(&settings.state).map_err(|e| {
            CliError::new(format!("无法建立文件夹 {}：{e}", settings.state.display()))
        })?;
        let register = SqliteRegister::open(&settings.state)?;
        let segmenter = Segmenter::embedded();
        let engine = EmbeddedEngine::open(
            &settings.state.join("index"),
            &fingerprint,
            segmenter.clone(),
        )
        .map_err(|e| CliError::new(format!("检索索引无法打开：{e}")))?;
        Ok(Self {
            kinds: Arc::new(kinds),
            regions: Arc::new(Regions::parse(assets::index_text("regions.tsv"))),
            segmenter,
            register: Arc::new(register),
            engine: Arc::new(engine),
            clock: Arc::new(SystemClock),
            fingerprint,
        })
    }

    /// The reading use cases over these layers.
    pub fn services(&self) -> Services {
        Services::new(
            self.kinds.clone(),
            self.regions.clone(),
            self.segmenter.clone(),
            self.register.clone(),
            self.engine.clone(),
            self.clock.clone(),
        )
    }

    pub fn intake(&self, limits: Limits) -> Intake {
        Intake {
            kinds: self.kinds.clone(),
            regions: self.regions.clone(),
            limits,
        }
    }
}

/// Kinds that the city added beside the built-in ones.
fn further_kinds(folder: &Path) -> Result<Vec<(String, String)>, CliError> {
    let mut kinds = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(kinds);
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|e| {
                CliError::new(format!("清单种类文件 {} 无法读取：{e}", path.display()))
            })?;
            kinds.push((path.display().to_string(), text));
        }
    }
    kinds.sort();
    Ok(kinds)
}

/// Digest of everything outside the engine that an index depends on.
fn fingerprint(kinds: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for text in kinds.iter().map(|(_, t)| t.as_str()).chain([
        assets::index_text("dictionary/user.txt"),
        assets::index_text("dictionary/stop.txt"),
    ]) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digest = hash.finalize();
    let start: [u8; 8] = std::array::from_fn(|i| digest[i]);
    format!("{:016x}", u64::from_be_bytes(start))
}
