//! What the turn of a question tells of what is sought, from `index/intents.toml`.
//! Must not know items.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::text::normal::normalise;

/// One intent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Stable identifier, part of the API.
    pub key: String,
    pub label: String,
    /// Any of these in the question tells it; `+` joins parts that must all stand there …
    words: Vec<String>,
    /// … unless one of these stands there too.
    #[serde(default)]
    unless: Vec<String>,
    /// Type of item → factor on its score.
    pub leans: BTreeMap<String, f32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Words that tell an item's type and not its matter.
    type_words: HashSet<String>,
    intent: Vec<Intent>,
}

/// All intents. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Intents(Arc<File>);

impl Intents {
    /// # Errors
    /// When the text is not of the form.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let mut file: File = toml::from_str(text)?;
        for intent in &mut file.intent {
            for word in intent.words.iter_mut().chain(&mut intent.unless) {
                *word = normalise(word);
            }
        }
        file.type_words = file.type_words.iter().map(|w| normalise(w)).collect();
        Ok(Self(Arc::new(file)))
    }

    /// Whether a normalised word tells an item's type and not its matter.
    pub fn is_type_word(&self, word: &str) -> bool {
        self.0.type_words.contains(word)
    }

    /// Intents of a normalised question.
    pub fn of<'a>(&'a self, normal: &'a str) -> impl Iterator<Item = &'a Intent> {
        let stands = move |word: &String| word.split('+').all(|part| normal.contains(part));
        let has = move |words: &[String]| words.iter().any(stands);
        let all = self.0.intent.iter();
        all.filter(move |i| has(&i.words) && !has(&i.unless))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_intents_tell_questions_apart() {
        let text = crate::assets::index_text("intents.toml");
        let intents = Intents::parse(text).expect("the file is of the form");
        let keys = |question: &str| -> Vec<String> {
            let normal = normalise(question);
            intents.of(&normal).map(|i| i.key.clone()).collect()
        };
        assert_eq!(keys("开茶馆要办什么证"), ["permit"]);
        assert_eq!(keys("没有许可证卖茶叶罚多少"), ["penalty", "lacking"]);
        assert_eq!(keys("没有茶叶经营许可证开店罚多少"), ["penalty", "lacking"]);
        assert_eq!(keys("困难学生补助怎么申请"), ["payment"]);
        assert!(keys("茶叶").is_empty());
    }
}
