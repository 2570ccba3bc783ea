//! The lexicon: what people say → what lists say, from `index/lexicon/*.toml`.
//! Must not know what is searched, or how an alternative is weighted against the question's words.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::Deserialize;

use super::normal::normalise;
use super::phrases::{Found, Phrases};

/// How an everyday word and the official wording belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Likely meant, but the word has other meanings (漏水: a roof, a water main).
    Hint,
    /// The official notion that governs what is meant (摆摊: 食品摊贩).
    Near,
    /// Short or former name of a department or law (住建局, 环评法).
    Abbr,
    /// The same thing in other words (噪音: 噪声).
    Same,
}

/// A file of the lexicon.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

/// Entries of one topic and one relation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    topic: String,
    relation: Relation,
    /// Where the knowledge comes from.
    source: String,
    /// What people say → official wordings, the best first. `+` joins parts of the left side that
    /// must all stand in the question, in any order; a space those of a right side.
    words: IndexMap<String, Vec<String>>,
}

/// Official wordings for something in a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What stands in the question, parts joined by `+`.
    pub said: String,
    pub relation: Relation,
    /// Alternatives, the best first; each a list of parts that should stand together.
    pub meant: Vec<Vec<String>>,
    /// Byte ranges of the parts in the question, in their order in the entry.
    pub places: Vec<Range<usize>>,
}

/// One entry, normalised.
#[derive(Debug)]
struct Entry {
    said: String,
    relation: Relation,
    meant: Vec<Vec<String>>,
}

/// All entries, found in a question in one pass. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Lexicon(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<Entry>,
    /// Left sides, in the order of the entries.
    said: Phrases,
    /// The other way round, made when an item is first described.
    meant: OnceLock<Wordings>,
}

/// Official wordings, with the entry of each.
#[derive(Debug)]
struct Wordings {
    phrases: Phrases,
    entries: Vec<usize>,
}

/// Why a lexicon cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("index/lexicon/{file}: {problem}")]
pub struct LexiconError {
    pub file: String,
    pub problem: String,
}

impl Lexicon {
    /// Reads files given as `(name, text)`.
    ///
    /// # Errors
    /// [`LexiconError`] naming the first file that is not of the form, an entry without
    /// alternatives, or a left side that stands twice.
    pub fn parse<'t>(
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<Self, LexiconError> {
        let mut building = Building::default();
        for (name, text) in files {
            let wrong = |problem: String| LexiconError {
                file: name.to_owned(),
                problem,
            };
            let file: File = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
            for group in file.group {
                if group.topic.is_empty() || group.source.is_empty() {
                    return Err(wrong("a group needs a topic and a source".to_owned()));
                }
                for (said, meant) in group.words {
                    building
                        .add(&said, group.relation, &meant)
                        .map_err(|problem| wrong(format!("“{said}” {problem}")))?;
                }
            }
        }
        Ok(building.finish())
    }

    /// The lexicon that comes with the program.
    ///
    /// # Errors
    /// As [`Lexicon::parse`]; a test keeps the embedded files right.
    pub fn embedded() -> Result<Self, LexiconError> {
        let files: Vec<(String, &'static str)> = crate::assets::lexicon().collect();
        Self::parse(files.iter().map(|(name, text)| (name.as_str(), *text)))
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// Left sides of one part, for suggestions and as words that people use.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        let all = self.0.entries.iter().map(|e| e.said.as_str());
        all.filter(|said| !said.contains('+'))
    }

    /// Parts of all left sides with the entries' alternatives, for tests and tools.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &[Vec<String>])> {
        self.0
            .entries
            .iter()
            .map(|e| (e.said.as_str(), e.meant.as_slice()))
    }

    /// What people call what a normalised title names, one expression a line: the left sides of
    /// all entries of which a wording stands in it.
    pub fn everyday(&self, title: &str) -> String {
        let wordings = self.0.meant.get_or_init(|| Wordings::new(&self.0.entries));
        let mut lines = String::new();
        for entry in wordings.standing_in(title) {
            for part in self.0.entries[entry].said.split('+') {
                lines.push_str(part);
                lines.push('\n');
            }
        }
        lines
    }

    /// What a normalised question says in everyday words, in the order in which it is said. An
    /// entry whose parts all lie inside those of a longer one is left out: 公租房 is no 租房.
    pub fn meanings(&self, normal: &str) -> Vec<Meaning> {
        let found = self.0.said.longest(normal).into_iter();
        found
            .map(|Found { phrase, places }| {
                let entry = &self.0.entries[phrase];
                Meaning {
                    said: entry.said.clone(),
                    relation: entry.relation,
                    meant: entry.meant.clone(),
                    places,
                }
            })
            .collect()
    }
}

impl Wordings {
    fn new(entries: &[Entry]) -> Self {
        // A short name stands for a department or a law, which says nothing of the matter.
        let told = |e: &&Entry| e.relation != Relation::Abbr;
        let numbered = entries.iter().enumerate();
        let all: Vec<(usize, &Vec<String>)> = numbered
            .filter(|(_, e)| told(e))
            .flat_map(|(number, entry)| entry.meant.iter().map(move |w| (number, w)))
            .collect();
        Self {
            phrases: Phrases::new(all.iter().map(|(_, wording)| wording.iter())),
            entries: all.iter().map(|(entry, _)| *entry).collect(),
        }
    }

    /// Entries of which some wording stands in the text, in their order.
    fn standing_in(&self, text: &str) -> Vec<usize> {
        let found = self.phrases.all(text).into_iter();
        let mut entries: Vec<usize> = found.map(|wording| self.entries[wording]).collect();
        entries.dedup();
        entries
    }
}

#[derive(Default)]
struct Building {
    entries: Vec<Entry>,
    seen: HashSet<String>,
}

impl Building {
    fn add(&mut self, said: &str, relation: Relation, meant: &[String]) -> Result<(), String> {
        let mut left: Vec<String> = said.split('+').map(normalise).collect();
        if left.iter().any(String::is_empty) {
            return Err("has an empty part".to_owned());
        }
        left.sort();
        left.dedup();
        if !self.seen.insert(left.join("+")) {
            return Err("stands twice".to_owned());
        }
        let meant: Vec<Vec<String>> = meant
            .iter()
            .map(|m| m.split_whitespace().map(normalise).collect())
            .filter(|m: &Vec<String>| !m.is_empty())
            .collect();
        if meant.is_empty() {
            return Err("has no official wording".to_owned());
        }
        self.entries.push(Entry {
            said: normalise(said),
            relation,
            meant,
        });
        Ok(())
    }

    fn finish(self) -> Lexicon {
        let said = Phrases::new(self.entries.iter().map(|e| e.said.split('+')));
        Lexicon(Arc::new(Inner {
            entries: self.entries,
            said,
            meant: OnceLock::new(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "
[[group]]
topic = \"住房\"
relation = \"near\"
source = \"test\"
[group.words]
\"租房\" = [\"房屋租赁\"]
\"公租房\" = [\"公共租赁住房\", \"保障性 住房\"]
\"狗+疫苗\" = [\"狂犬病 免疫\"]
\"疫苗\" = [\"预防接种\"]
";

    fn lexicon() -> Lexicon {
        Lexicon::parse([("a.toml", TEXT)]).expect("it is of the form")
    }

    fn said(question: &str) -> Vec<String> {
        let found = lexicon().meanings(&normalise(question));
        found.into_iter().map(|m| m.said).collect()
    }

    #[test]
    fn longer_entries_stand_for_the_shorter_ones_inside() {
        assert_eq!(said("公租房怎么申请"), ["公租房"]);
        assert_eq!(said("租房和公租房"), ["租房", "公租房"]);
        assert_eq!(said("公租房和租房"), ["公租房", "租房"]);
        assert_eq!(said("租房"), ["租房"]);
        assert_eq!(said("给狗打疫苗"), ["狗+疫苗"]);
        assert_eq!(said("打疫苗"), ["疫苗"]);
        assert!(said("种树").is_empty());
    }

    #[test]
    fn a_right_side_with_spaces_is_several_parts() {
        let found = lexicon().meanings("公租房");
        assert_eq!(
            found[0].meant,
            [vec!["公共租赁住房"], vec!["保障性", "住房"]]
        );
        assert_eq!((found[0].places[0].start, found[0].places[0].end), (0, 9));
    }

    #[test]
    fn a_title_is_given_what_people_call_it() {
        assert_eq!(lexicon().everyday("房屋租赁登记备案"), "租房\n");
        assert_eq!(lexicon().everyday("对狂犬病未免疫的处罚"), "狗\n疫苗\n");
        assert_eq!(lexicon().everyday("保障性安居工程住房核查"), "公租房\n");
        assert_eq!(lexicon().everyday("对狂犬病的防治"), "");
        assert_eq!(Lexicon::default().everyday("房屋租赁"), "");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let twice = TEXT.replace("\"疫苗\" =", "\"疫苗+狗\" =");
        for (text, word) in [
            (TEXT.replace("near", "nearly"), "nearly"),
            (twice, "疫苗+狗"),
            (TEXT.replace("[\"房屋租赁\"]", "[]"), "租房"),
            (TEXT.replace("source = \"test\"", "source = \"\""), "source"),
        ] {
            let error = Lexicon::parse([("a.toml", text.as_str())]).expect_err(word);
            let text = error.to_string();
            assert!(text.contains("a.toml") && text.contains(word), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_question_is_read(question in "[狗租房疫苗公打 a-z]{0,40}") {
            for meaning in lexicon().meanings(&question) {
                let said: Vec<&str> = meaning.places.iter().map(|p| &question[p.clone()]).collect();
                prop_assert!(meaning.said.split('+').all(|part| said.contains(&part)));
            }
        }
    }
}
