//! Retriever of the question as typed: ranks titles that contain all of it, and above them the
//! title that is nothing else.

use tantivy::query::{EnableScoring, PhraseQuery, Query as _};
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, Score, TERMINATED, Term};

use super::super::accumulate::Accumulator;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights;
use super::super::write::title_key;
use super::{Deadline, Retriever};
use crate::query::{Query, Weight};
use crate::text::grams::substring_grams;

/// Documents between two looks at the clock: as many as a block of postings has.
const CHECK_EVERY: u32 = 128;

pub(super) struct Literal {
    /// Absent for a question of fewer than three characters, whose one 2-gram says it already.
    phrase: Option<Box<dyn tantivy::query::Weight>>,
    title_key: u64,
    weight: Score,
}

/// The phrase that finds a normalised string inside a title, where it has at least two 2-grams.
pub(in crate::engine::embedded) fn phrase(field: Field, grams: &[String]) -> Option<PhraseQuery> {
    let terms: Vec<Term> = grams
        .iter()
        .map(|gram| Term::from_field_text(field, gram))
        .collect();
    (terms.len() >= 2).then(|| PhraseQuery::new(terms))
}

/// Calls `each` with every document of a segment that a phrase finds, and its score on demand;
/// deleted ones included. Stops early when time is up, as [`super::scan`] does.
pub(in crate::engine::embedded) fn each_match(
    phrase: &dyn tantivy::query::Weight,
    segment: &Segment,
    boost: Score,
    clock: Deadline,
    mut each: impl FnMut(DocId, &mut dyn FnMut() -> Score),
) -> tantivy::Result<()> {
    let mut docs = phrase.scorer(&segment.reader, boost)?;
    let mut until_check = 0;
    while docs.doc() != TERMINATED {
        if until_check == 0 {
            if clock.passed() {
                break;
            }
            until_check = CHECK_EVERY;
        }
        until_check -= 1;
        each(docs.doc(), &mut || docs.score());
        docs.advance();
    }
    Ok(())
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
            weight: weights::LITERAL * query.scales.of(Weight::Literal),
        })
    }
}

impl Retriever for Literal {
    fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> tantivy::Result<()> {
        // By its key and not by the phrase: a 的 more or less makes no other title.
        for (doc, key) in (0..).zip(&segment.columns.title_keys) {
            if *key == self.title_key {
                found.add_score(doc, weights::EXACT_TITLE);
                found.title(doc);
            }
        }
        let Some(phrase) = &self.phrase else {
            return Ok(());
        };
        each_match(
            phrase.as_ref(),
            segment,
            self.weight,
            clock,
            |doc, score| {
                found.add_score(doc, score());
            },
        )
    }
}
