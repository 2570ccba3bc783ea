//! Retriever by character n-grams: finds every word inside every text, however the dictionary
//! cuts it, and ranks by BM25 over 2-grams and single characters.
//! Decides which words of the question a document matches; other retrievers add to scores.

use std::collections::HashSet;

use tantivy::schema::Field;

use super::super::accumulate::Accumulator;
use super::super::schema::TextFields;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights::{self, TextWeights};
use super::postings::Scored;
use super::{Deadline, Retriever};
use crate::query::{Query, Way, Weight, Word};
use crate::text::grams::{each_gram, substring_grams};

/// Terms of one field that must all be in a document for a word to match there.
struct AllOf {
    word: u8,
    terms: Vec<Scored>,
}

pub(super) struct Grams {
    matches: Vec<AllOf>,
    /// Terms that only rank: 2-grams across two words, single characters.
    ranking: Vec<Scored>,
}

/// Prepares terms, each scored once however often the question has it.
struct Planner<'a> {
    snapshot: &'a Snapshot,
    scored: HashSet<(Field, String)>,
    of_type_words: HashSet<String>,
    /// Factor on the weights of those.
    type_words: f32,
}

impl Planner<'_> {
    fn term(&mut self, field: Field, text: &str, weight: f32) -> tantivy::Result<Scored> {
        let weight = if !self.scored.insert((field, text.to_owned())) {
            0.0
        } else if self.of_type_words.contains(text) {
            weight * self.type_words
        } else {
            weight
        };
        Scored::new(self.snapshot, field, text, weight)
    }

    /// The word in one text: all its 2-grams, or its one character. `None` when the text has not
    /// all of them anywhere.
    fn word(
        &mut self,
        index: u8,
        grams: &[String],
        single: bool,
        text: TextFields,
        weights: TextWeights,
    ) -> tantivy::Result<Option<AllOf>> {
        let (field, weight) = match text.chars {
            Some(chars) if single => (chars, weights.chars),
            _ => (text.pairs, weights.pairs),
        };
        let mut terms = Vec::new();
        for gram in grams {
            terms.push(self.term(field, gram, weight)?);
        }
        Ok((!terms.is_empty()).then_some(AllOf { word: index, terms }))
    }
}

/// Grams of a word: over all characters as the title has them, and inside runs as other texts do.
fn grams_of(word: &str) -> (bool, Vec<String>, Vec<String>) {
    let chars = word.chars().filter(|c| !c.is_whitespace()).count();
    if chars <= 1 {
        return (true, vec![word.to_owned()], vec![word.to_owned()]);
    }
    let mut runs = Vec::new();
    each_gram(word, 2, |range| runs.push(word[range].to_owned()));
    (false, substring_grams(word), runs)
}

/// Stretches of the question without a gap, of the words that are wanted.
fn stretches(words: &[Word], wanted: impl Fn(&Word) -> bool) -> Vec<String> {
    let mut stretches: Vec<String> = Vec::new();
    let mut before = false;
    for word in words {
        let joined = before && word.joined;
        before = wanted(word);
        match stretches.last_mut() {
            _ if !before => {}
            Some(last) if joined => last.push_str(&word.text),
            _ => stretches.push(word.text.clone()),
        }
    }
    stretches
}

/// 2-grams and characters that stand only in words that tell an item's type.
fn of_type_words(words: &[Word]) -> HashSet<String> {
    let all = |wanted: bool| -> HashSet<String> {
        let stretches = stretches(words, |w| w.tells_type == wanted);
        let each = |text: String| {
            let (_, mut grams, runs) = grams_of(&text);
            grams.extend(runs);
            grams.extend(text.chars().map(String::from));
            grams
        };
        stretches.into_iter().flat_map(each).collect()
    };
    let others = all(false);
    all(true)
        .into_iter()
        .filter(|gram| !others.contains(gram))
        .collect()
}

impl Grams {
    pub fn plan(snapshot: &Snapshot, query: &Query) -> tantivy::Result<Self> {
        let mut planner = Planner {
            snapshot,
            scored: HashSet::new(),
            of_type_words: of_type_words(&query.words),
            type_words: weights::TYPE_WORDS * query.scales.of(Weight::TypeWords),
        };
        let scaled = |weights: TextWeights, by: Weight| TextWeights {
            pairs: weights.pairs * query.scales.of(by),
            chars: weights.chars * query.scales.of(by) * query.scales.of(Weight::Chars),
        };
        let fields = snapshot.fields;
        // Of each text: whether it has grams over all its characters, and not inside runs alone.
        let mut texts = vec![
            (fields.title, true, scaled(weights::TITLE, Weight::Title)),
            (fields.basis, false, scaled(weights::BASIS, Weight::Basis)),
            (fields.body, false, scaled(weights::BODY, Weight::Body)),
        ];
        if !query.without.contains(&Way::Lexicon) {
            let weights = scaled(weights::EVERYDAY, Weight::Everyday);
            texts.push((fields.everyday, false, weights));
        }
        let mut matches = Vec::new();
        for (index, word) in query.words.iter().enumerate() {
            let index = u8::try_from(index).unwrap_or(u8::MAX);
            let (single, title, runs) = grams_of(&word.text);
            for &(text, over_all, weights) in &texts {
                let grams = if over_all { &title } else { &runs };
                matches.extend(planner.word(index, grams, single, text, weights)?);
            }
        }
        let mut ranking = Vec::new();
        for stretch in stretches(&query.words, |_| true) {
            let (_, title, runs) = grams_of(&stretch);
            for &(text, over_all, weights) in &texts {
                for gram in if over_all { &title } else { &runs } {
                    ranking.push(planner.term(text.pairs, gram, weights.pairs)?);
                }
            }
            let documents = snapshot.all_documents();
            let common = documents * weights::COMMON_CHAR_PERCENT / 100;
            for c in stretch.chars() {
                for &(text, _, weights) in &texts {
                    let Some(field) = text.chars else { continue };
                    let term = planner.term(field, c.encode_utf8(&mut [0; 4]), weights.chars)?;
                    if term.frequency < common || documents < 100 {
                        ranking.push(term);
                    }
                }
            }
        }
        // A word that a text cannot match may still rank by the grams it shares with it.
        matches.retain_mut(|all| {
            let possible = all.terms.iter().all(|t| t.frequency > 0);
            if !possible {
                ranking.append(&mut all.terms);
            }
            possible
        });
        ranking.retain(|t| t.weight.is_some());
        Ok(Self { matches, ranking })
    }
}

impl Retriever for Grams {
    fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> tantivy::Result<()> {
        for all in &self.matches {
            let mut chain = found.begin_chain(all.terms.len());
            for (link, term) in all.terms.iter().enumerate() {
                let last = link + 1 == all.terms.len();
                term.each(segment, clock, |doc, score| {
                    found.add_score(doc, score);
                    if found.follow(doc, chain) && last {
                        found.match_word(doc, all.word);
                    }
                })?;
                chain = chain.next();
            }
        }
        for term in &self.ranking {
            term.each(segment, clock, |doc, score| found.add_score(doc, score))?;
        }
        Ok(())
    }
}
