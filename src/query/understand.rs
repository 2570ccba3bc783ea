//! Understanding a question: official wordings, citations, intents, departments and regions.
//! Must not know which items there are; what it adds is gentle and can be switched off.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::intent::Intents;
use super::{Expansion, Facet, Leaning, Query, Way};
use crate::domain::department::looks_like_name;
use crate::domain::{Region, Regions};
use crate::text::Lexicon;
use crate::text::citation;
use crate::text::lexicon::{Meaning, Relation};
use crate::text::normal::normalise;

/// Most expansions of one question; its later words say less than its first ones.
const MAX_EXPANSIONS: usize = 24;
/// Factor on the score of items of the department that a question names.
const NAMED_DEPARTMENT: f32 = 1.3;
/// The same of a region.
const NAMED_REGION: f32 = 1.15;

/// What understanding rests on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Knowledge {
    pub lexicon: Lexicon,
    pub intents: Intents,
    /// Words of other worlds than administration: foreign places, recipes, songs, software.
    elsewhere: Option<AhoCorasick>,
}

/// What was understood, for readers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understood {
    /// What was said → what else was searched.
    pub expansions: Vec<(String, Vec<String>)>,
    /// Department as its official name is written, without region.
    pub department: Option<String>,
    pub region: Option<Region>,
    /// Key and label of each intent.
    pub intents: Vec<(String, String)>,
    /// `(law, article)`.
    pub citations: Vec<(String, u32)>,
}

impl Understood {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Knowledge {
    /// Put together; `elsewhere` has words apart by white space, `#` begins a comment.
    pub fn new(lexicon: Lexicon, intents: Intents, elsewhere: &str) -> Self {
        let lines = elsewhere.lines();
        let words = lines
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(str::split_whitespace)
            .map(normalise);
        // A thousand short words, far below the automaton's limits.
        let elsewhere = AhoCorasick::new(words).ok();
        Self {
            lexicon,
            intents,
            elsewhere,
        }
    }

    /// Adds to a question what it means, and says what that was.
    pub fn understand(&self, query: &mut Query, regions: &Regions) -> Understood {
        let mut understood = Understood::default();
        if query.literal.is_empty() {
            return understood;
        }
        query.elsewhere = self.elsewhere(&query.literal);
        let on = |way: Way| !query.without.contains(&way);
        let [citations, places, intents, lexicon] =
            [Way::Citations, Way::Places, Way::Intents, Way::Lexicon].map(on);
        // Stray spaces must not hide a word of the lexicon.
        let meanings = self.lexicon.meanings(&query.literal);
        if citations {
            cite(query, &meanings, &mut understood);
        }
        if places {
            prefer(query, &meanings, regions, &mut understood);
        }
        for word in query.words.iter_mut().filter(|_| intents) {
            word.tells_type = self.intents.is_type_word(&word.text);
        }
        for intent in self.intents.of(&query.literal.clone()).filter(|_| intents) {
            understood
                .intents
                .push((intent.key.clone(), intent.label.clone()));
            for (item_type, factor) in &intent.leans {
                query.leanings.push(Leaning {
                    facet: Facet::Type,
                    contains: item_type.clone(),
                    factor: *factor,
                });
            }
        }
        let expanded = if lexicon { MAX_EXPANSIONS } else { 0 };
        for meaning in meanings.into_iter().take(expanded) {
            let shown = meaning.meant.iter().map(|parts| parts.join(" "));
            understood
                .expansions
                .push((meaning.said.replace('+', " "), shown.collect()));
            query.expansions.push(Expansion {
                said: meaning.said,
                relation: meaning.relation,
                meant: meaning.meant,
            });
        }
        understood
    }

    /// How many words of other worlds a question has.
    #[expect(clippy::cast_precision_loss, reason = "a handful of words")]
    fn elsewhere(&self, literal: &str) -> f32 {
        let places = self
            .elsewhere
            .iter()
            .flat_map(|words| words.find_overlapping_iter(literal))
            .map(|found| found.range())
            .filter(|place| stands_apart(literal, place.clone()));
        let words: HashSet<&str> = places.map(|place| &literal[place]).collect();
        words.len().min(8) as f32
    }
}

/// Whether a word of Latin letters only stands apart from others (css in access); any other does.
fn stands_apart(text: &str, word: Range<usize>) -> bool {
    let latin = |c: char| c.is_ascii_alphanumeric();
    let before = text[..word.start].chars().next_back();
    let after = text[word.end..].chars().next();
    !text[word].chars().all(latin) || !before.into_iter().chain(after).any(latin)
}

/// Preferences for a department or region that the question names.
fn prefer(query: &mut Query, meanings: &[Meaning], regions: &Regions, understood: &mut Understood) {
    let named = meanings.iter().find_map(|m| {
        let full = m.meant.first()?.concat();
        (m.relation == Relation::Abbr && looks_like_name(&m.said)).then_some(full)
    });
    if let Some(name) = named {
        query.leanings.push(Leaning {
            facet: Facet::Department,
            contains: name.clone(),
            factor: NAMED_DEPARTMENT,
        });
        understood.department = Some(name);
    }
    let literal = query.literal.as_str();
    let region = literal
        .char_indices()
        .find_map(|(at, _)| regions.prefix_of(&literal[at..]));
    if let Some(region) = region {
        query.leanings.push(Leaning {
            facet: Facet::Region,
            contains: region.code.clone(),
            factor: NAMED_REGION,
        });
        understood.region = Some(region);
    }
}

/// Articles that the question cites, by the full name of the law where it gives a short one.
fn cite(query: &mut Query, meanings: &[Meaning], understood: &mut Understood) {
    let short: HashMap<&str, &str> = meanings
        .iter()
        .filter(|m| m.relation == Relation::Abbr)
        .filter_map(|m| Some((m.said.as_str(), m.meant.first()?.first()?.as_str())))
        .collect();
    let names = |name: &str| short.get(name).map(|full| (*full).to_owned());
    query.citations = citation::of_question(&query.normal, &names);
    understood.citations = query
        .citations
        .iter()
        .map(|c| (c.law.clone(), c.article))
        .collect();
}
