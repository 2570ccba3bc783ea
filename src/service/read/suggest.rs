//! What a reader may mean while typing: departments and items whose names hold the text, and words
//! that people use, by their beginning, pinyin or initials.

use std::collections::HashSet;

use crate::query::MAX_QUESTION_CHARS;
use crate::service::{ServiceError, Services};
use crate::text::normal;

/// Suggestions shown at most.
const LIMIT: usize = 10;
/// Departments among them at most, so that items are not crowded out.
const DEPARTMENTS: usize = 3;
/// Everyday words among them at most.
const WORDS: usize = 3;
/// Words that Latin letters may stand for.
const SPELT: usize = 4;

/// Where a suggestion leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Item {
        code: String,
        kind: String,
    },
    Department {
        number: u64,
    },
    /// A search for the word.
    Word,
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    pub target: Target,
}

impl Services {
    /// Departments, words that Latin letters spell, items, everyday words; each text once.
    ///
    /// # Errors
    /// `Invalid` for a text that is too long, and the engine's and the register's failures.
    pub fn suggest(&self, text: &str) -> Result<Vec<Suggestion>, ServiceError> {
        let text = text.trim();
        if text.chars().count() > MAX_QUESTION_CHARS {
            return Err(ServiceError::Invalid {
                code: "query_too_long",
                detail: format!("检索词不能超过 {MAX_QUESTION_CHARS} 个字"),
                parameter: Some("q".into()),
            });
        }
        let wanted = normal::normalise(text);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let overview = self.overview()?;
        let mut suggestions: Vec<Suggestion> = overview
            .departments
            .iter()
            .filter(|d| normal::normalise(&d.name).contains(&*wanted))
            .take(DEPARTMENTS)
            .map(|d| Suggestion {
                text: d.name.clone(),
                target: Target::Department { number: d.number },
            })
            .collect();
        let spelt = self.spelt(&wanted)?;
        let said = self.said(&wanted);
        let word = |word: &String| Suggestion {
            text: word.clone(),
            target: Target::Word,
        };
        suggestions.extend(spelt.iter().take(WORDS).map(word));
        let mut told: HashSet<String> = HashSet::new();
        suggestions.retain(|s| told.insert(s.text.clone()));
        // Names repeat between levels and departments; ask for more than will be shown.
        let sought = spelt.first().unwrap_or(&wanted);
        let (ids, position) = self.ask_engine(|engine| engine.suggest(sought, LIMIT * 3))?;
        for revision in self.register.in_force(&ids, position)? {
            let head = revision.item.head;
            if suggestions.len() + said.len() < LIMIT && told.insert(head.name.clone()) {
                suggestions.push(Suggestion {
                    text: head.name,
                    target: Target::Item {
                        code: revision.code.to_string(),
                        kind: head.kind,
                    },
                });
            }
        }
        let words = said.iter().filter(|word| !told.contains(*word));
        suggestions.extend(words.map(word));
        Ok(suggestions)
    }

    /// Everyday words that begin with the text, the shorter first.
    fn said(&self, wanted: &str) -> Vec<String> {
        let mut said: Vec<&str> = self
            .knowledge
            .lexicon
            .said()
            .filter(|word| word.starts_with(wanted))
            .collect();
        said.sort_by_key(|word| word.chars().count());
        said.into_iter().take(WORDS).map(str::to_owned).collect()
    }

    /// Words that Latin letters spell, as pinyin or by their initials.
    fn spelt(&self, wanted: &str) -> Result<Vec<String>, ServiceError> {
        let letters: String = wanted.chars().filter(|c| !c.is_whitespace()).collect();
        let is_latin = letters.len() >= 2 && letters.bytes().all(|b| b.is_ascii_lowercase());
        if !is_latin {
            return Ok(Vec::new());
        }
        let vocabulary = self.vocabulary()?;
        let words = vocabulary.complete_pinyin(&letters, SPELT);
        Ok(words.into_iter().map(str::to_owned).collect())
    }
}
