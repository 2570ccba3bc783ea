//! Retriever by dictionary words: ranks higher where a word of the question is a word of the title
//! and not part of another. Finds nothing that the n-grams do not find.

use super::super::accumulate::Accumulator;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights;
use super::postings::Scored;
use super::{Deadline, Retriever};
use crate::query::{Query, Weight};

pub(super) struct Words(Vec<Scored>);

impl Words {
    pub fn plan(snapshot: &Snapshot, query: &Query) -> tantivy::Result<Self> {
        let field = snapshot.fields.title_words;
        let mut terms = Vec::new();
        for word in &query.words {
            terms.push(Scored::new(
                snapshot,
                field,
                &word.text,
                weights::TITLE_WORDS * query.scales.of(Weight::Words),
            )?);
        }
        terms.retain(|t| t.weight.is_some());
        Ok(Self(terms))
    }
}

impl Retriever for Words {
    fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> tantivy::Result<()> {
        for term in &self.0 {
            term.each(segment, clock, |doc, score| found.add_score(doc, score))?;
        }
        Ok(())
    }
}
