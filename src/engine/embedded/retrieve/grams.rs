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
use crate::query::{Query, Word};
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
}

impl Planner<'_> {
    fn term(&mut self, field: Field, text: &str, weight: f32) -> tantivy::Result<Scored> {
        let first = self.scored.insert((field, text.to_owned()));
        Scored::new(self.snapshot, field, text, if first { weight } else { 0.0 })
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

/// Stretches of the question without a gap.
fn stretches(words: &[Word]) -> Vec<String> {
    let mut stretches: Vec<String> = Vec::new();
    for word in words {
        match stretches.last_mut() {
            Some(last) if word.joined => last.push_str(&word.text),
            _ => stretches.push(word.text.clone()),
        }
    }
    stretches
}

impl Grams {
    pub fn plan(snapshot: &Snapshot, query: &Query) -> tantivy::Result<Self> {
        let mut planner = Planner {
            snapshot,
            scored: HashSet::new(),
        };
        let fields = snapshot.fields;
        let mut matches = Vec::new();
        for (index, word) in query.words.iter().enumerate() {
            let index = u8::try_from(index).unwrap_or(u8::MAX);
            let (single, title, runs) = grams_of(&word.text);
            matches.extend(planner.word(index, &title, single, fields.title, weights::TITLE)?);
            matches.extend(planner.word(index, &runs, single, fields.basis, weights::BASIS)?);
            matches.extend(planner.word(index, &runs, single, fields.body, weights::BODY)?);
        }
        let mut ranking = Vec::new();
        for stretch in stretches(&query.words) {
            let (_, title, runs) = grams_of(&stretch);
            for (grams, text, weights) in [
                (&title, fields.title, weights::TITLE),
                (&runs, fields.basis, weights::BASIS),
                (&runs, fields.body, weights::BODY),
            ] {
                for gram in grams {
                    ranking.push(planner.term(text.pairs, gram, weights.pairs)?);
                }
            }
            let documents = snapshot.all_documents();
            let common = documents * weights::COMMON_CHAR_PERCENT / 100;
            for c in stretch.chars() {
                for (text, weights) in [
                    (fields.title, weights::TITLE),
                    (fields.basis, weights::BASIS),
                ] {
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
