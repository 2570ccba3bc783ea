//! What questions are understood by: the embedded lexicon, and the words that titles and people use.
//! Must not know how words are compared, nor what a question means.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{ServiceError, Services};
use crate::assets;
use crate::query::{Intents, Knowledge};
use crate::text::normal::normalise;
use crate::text::vocabulary::Vocabulary;
use crate::text::{Activities, Lexicon};

/// How often a word of the lexicon counts as used: people use it, titles may not.
const SAID: u32 = 5;

/// The newest vocabulary, with the publication it was made after.
#[derive(Default)]
pub(super) struct WordsCache(Mutex<Option<(u64, Vocabulary)>>);

/// The embedded lexicon, intents and words of other worlds.
///
/// # Errors
/// What is wrong with a file, for the log; a test keeps them right.
pub fn embedded_knowledge() -> Result<Knowledge, String> {
    let lexicon = Lexicon::embedded().map_err(|e| e.to_string())?;
    let intents = Intents::parse(assets::index_text("intents.toml")).map_err(|e| e.to_string())?;
    let elsewhere = assets::index_text("elsewhere.txt");
    Ok(Knowledge::new(lexicon, intents, elsewhere))
}

/// The same, read once. Without a usable file questions are not understood, and the log says so.
pub(super) fn knowledge() -> Knowledge {
    static SHARED: LazyLock<Knowledge> = LazyLock::new(|| {
        embedded_knowledge().unwrap_or_else(|problem| {
            tracing::error!(%problem, "questions are not understood");
            Knowledge::new(Lexicon::default(), Intents::default(), "")
        })
    });
    SHARED.clone()
}

/// The embedded business activities, read once. Without usable files none is recognised, and the
/// log says so.
pub(super) fn activities() -> Activities {
    static SHARED: LazyLock<Activities> = LazyLock::new(|| {
        let files: Vec<(String, &'static str)> = assets::activities().collect();
        let files = files.iter().map(|(name, text)| (name.as_str(), *text));
        Activities::parse(files).unwrap_or_else(|problem| {
            tracing::error!(%problem, "no business activity is recognised");
            Activities::default()
        })
    });
    SHARED.clone()
}

/// Names of the classes of GB/T 4754-2017 by code.
pub(in crate::service) fn industries() -> &'static HashMap<&'static str, &'static str> {
    static SHARED: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
        let lines = assets::index_text("industries.tsv").lines();
        lines.filter_map(|line| line.split_once('\t')).collect()
    });
    &SHARED
}

impl Services {
    /// Words of titles in force, of the lexicon and of departments' names.
    ///
    /// # Errors
    /// As the engine's.
    pub(super) fn vocabulary(&self) -> Result<Vocabulary, ServiceError> {
        let now = self.engine.position().map_or(0, |p| p.publication);
        let mut kept = self.words.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((made, vocabulary)) = &*kept
            && *made == now
        {
            return Ok(vocabulary.clone());
        }
        let mut words: HashMap<String, u32> = HashMap::new();
        self.engine.title_words(&mut |word, count| {
            let many = words.entry(word.to_owned()).or_default();
            *many = many.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        })?;
        for word in self.knowledge.lexicon.said() {
            let many = words.entry(word.to_owned()).or_default();
            *many = (*many).max(SAID);
        }
        for department in &self.overview()?.departments {
            words.entry(normalise(&department.name)).or_insert(1);
        }
        let vocabulary = Vocabulary::new(words);
        *kept = Some((now, vocabulary.clone()));
        Ok(vocabulary)
    }
}
