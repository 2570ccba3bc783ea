//! Retriever of the question as typed: ranks titles that contain all of it, and above them the
//! title that is nothing else.

use tantivy::query::{EnableScoring, PhraseQuery, Query as _, Weight};
use tantivy::schema::Field;
use tantivy::{DocSet, TERMINATED, Term};

use super::super::accumulate::Accumulator;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights;
use super::super::write::title_key;
use super::{Deadline, Retriever};
use crate::query::Query;
use crate::text::grams::substring_grams;

pub(super) struct Literal {
    /// Absent for a question of fewer than three characters, whose one 2-gram says it already.
    phrase: Option<Box<dyn Weight>>,
    title_key: u64,
}

/// The phrase that finds a normalised string inside a title, where it has at least two 2-grams.
pub(in crate::engine::embedded) fn phrase(field: Field, grams: &[String]) -> Option<PhraseQuery> {
    let terms: Vec<Term> = grams
        .iter()
        .map(|gram| Term::from_field_text(field, gram))
        .collect();
    (terms.len() >= 2).then(|| PhraseQuery::new(terms))
}

impl Literal {
    pub fn plan(snapshot: &Snapshot, query: &Query) -> tantivy::Result<Self> {
        let grams = substring_grams(&query.literal);
        let phrase = phrase(snapshot.fields.title.pairs, &grams)
            .map(|phrase| phrase.weight(EnableScoring::enabled_from_searcher(&snapshot.searcher)))
            .transpose()?;
        Ok(Self {
            phrase,
            title_key: title_key(&query.literal),
        })
    }
}

impl Retriever for Literal {
    fn run(&self, segment: &Segment, found: &mut Accumulator, _: Deadline) -> tantivy::Result<()> {
        let Some(phrase) = &self.phrase else {
            return Ok(());
        };
        let mut docs = phrase.scorer(&segment.reader, weights::LITERAL)?;
        while docs.doc() != TERMINATED {
            let doc = docs.doc();
            let exact = segment.columns.title_keys[doc as usize] == self.title_key;
            let score = docs.score();
            found.add_score(
                doc,
                if exact {
                    score + weights::EXACT_TITLE
                } else {
                    score
                },
            );
            docs.advance();
        }
        Ok(())
    }
}
