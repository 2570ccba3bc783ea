//! Puts the layers together: kinds, dictionaries, register and engine of one state folder.
//! Must not know commands.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::assets;
use crate::domain::workday::Calendar;
use crate::domain::{Clock, Kinds, Regions};
use crate::engine::Engine;
use crate::engine::embedded::EmbeddedEngine;
use crate::intake::{Intake, Limits};
use crate::register::sqlite::SqliteRegister;
use crate::register::{Office, Register};
use crate::service::Services;
use crate::service::console::Console;
use crate::text::Segmenter;

use super::settings::Settings;
use super::{CliError, SystemClock};

/// Everything a command needs.
pub struct App {
    pub kinds: Arc<Kinds>,
    pub regions: Arc<Regions>,
    pub segmenter: Segmenter,
    pub register: Arc<dyn Register>,
    pub office: Arc<dyn Office>,
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
        texts.extend(further_kinds(settings)?);
        let kinds = Kinds::parse(texts.iter().map(|(n, t)| (n, t)))
            .map_err(|e| CliError::new(format!("清单种类文件有误：{e}")))?;
        let fingerprint = fingerprint(&texts);
        std::fs::create_dir_all(&settings.state).map_err(|e| {
            CliError::new(format!("无法建立文件夹 {}：{e}", settings.state.display()))
        })?;
        let register = Arc::new(SqliteRegister::open(&settings.state)?);
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
            office: register.clone(),
            register,
            engine: Arc::new(engine),
            clock: Arc::new(SystemClock),
            fingerprint,
        })
    }

    /// The same of a register that has to be there: a command that only reads makes none, so that
    /// a mistyped folder is noticed.
    ///
    /// # Errors
    /// As [`App::open`], and when the folder holds no register.
    pub fn open_existing(settings: &Settings) -> Result<Self, CliError> {
        let folder = &settings.state;
        if !folder.join("register.db").exists() {
            return Err(CliError::new(format!(
                "{} 中没有登记簿。请核对 --state，或先用 quanze ingest 收录清单",
                folder.display()
            )));
        }
        Self::open(settings)
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

    /// The console over the same layers.
    ///
    /// # Errors
    /// A calendar of holidays that is wrong.
    pub fn console(&self, settings: &Settings) -> Result<Console, CliError> {
        Ok(Console::new(
            Arc::new(self.services()),
            self.office.clone(),
            self.intake(settings.upload_limits()),
            calendar(&settings.state)?,
            settings.terms,
        ))
    }

    pub fn intake(&self, limits: Limits) -> Intake {
        Intake {
            kinds: self.kinds.clone(),
            regions: self.regions.clone(),
            limits,
        }
    }
}

/// The calendar of working days: the built-in years, and those that the city adds in
/// `STATE/holidays.txt`, which go before.
///
/// # Errors
/// A line that is wrong.
fn calendar(state: &Path) -> Result<Calendar, CliError> {
    let wrong = |file: &str, e: String| CliError::new(format!("节假日文件 {file} 有误：{e}"));
    let built_in = Calendar::parse(assets::index_text("holidays.txt"));
    let built_in = built_in.map_err(|e| wrong("index/holidays.txt", e))?;
    let path = state.join("holidays.txt");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(built_in),
        Err(error) => return Err(wrong(&path.display().to_string(), error.to_string())),
    };
    let further = Calendar::parse(&text);
    let further = further.map_err(|e| wrong(&path.display().to_string(), e))?;
    Ok(built_in.with(further))
}

/// Kinds that the city added beside the built-in ones.
///
/// # Errors
/// A folder that was named and is not there: lists of its kinds would otherwise be refused, or
/// taken for another kind, without anybody knowing why.
fn further_kinds(settings: &Settings) -> Result<Vec<(String, String)>, CliError> {
    let unreadable = |folder: &Path, error: std::io::Error| {
        let why = match error.kind() {
            ErrorKind::NotFound => "不存在".to_owned(),
            _ => format!("无法读取：{error}"),
        };
        CliError::new(format!(
            "清单种类文件夹 {} {why}。请核对 --kinds、环境变量 QUANZE_KINDS 或设置文件中的 kinds",
            folder.display()
        ))
    };
    let usual = settings.state.join("kinds");
    let folder = settings.kinds.as_ref().unwrap_or(&usual);
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound && settings.kinds.is_none() => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(unreadable(folder, error)),
    };
    let mut kinds = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| unreadable(folder, e))?.path();
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
    let dictionaries = ["dictionary/user.txt", "dictionary/stop.txt"].map(assets::index_text);
    let kinds = kinds.iter().map(|(_, text)| text.as_str());
    let lexicon = assets::lexicon().map(|(_, text)| text);
    for text in kinds.chain(dictionaries).chain(lexicon) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digest = hash.finalize();
    let start: [u8; 8] = std::array::from_fn(|i| digest[i]);
    format!("{:016x}", u64::from_be_bytes(start))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Settings of a state folder of its own.
    pub fn settings(state: &Path) -> Settings {
        Settings {
            state: state.to_owned(),
            site: String::new(),
            listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
            kinds: None,
            upload_bytes: 1 << 20,
            upload_rows: 1_000,
            cell_chars: 32_767,
            log: "warn".into(),
            behind_proxy: false,
            terms: crate::service::console::Terms::default(),
        }
    }

    #[test]
    fn a_folder_of_kinds_that_was_named_has_to_be_there() {
        let folder = tempfile::tempdir().expect("folder");
        let mut settings = settings(&folder.path().join("state"));
        App::open(&settings)
            .map(|_| ())
            .expect("the usual folder may be absent");
        let named = folder.path().join("种类");
        settings.kinds = Some(named.clone());
        let refused = App::open(&settings).err().expect("it is not there");
        let refused = refused.to_string();
        assert!(
            refused.contains("清单种类文件夹") && refused.contains("不存在"),
            "{refused}"
        );
        std::fs::create_dir(&named).expect("made");
        App::open(&settings).map(|_| ()).expect("it is there");
    }
}
