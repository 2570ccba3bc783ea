//! Retriever of citations: the items that rest on an article, however their list wrote it.

use tantivy::Term;

use super::super::accumulate::Accumulator;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights;
use super::postings::scan;
use super::{Deadline, Retriever};
use crate::query::Query;

pub(super) struct Citations {
    terms: Vec<Term>,
    required: usize,
}

impl Citations {
    pub fn plan(snapshot: &Snapshot, query: &Query, required: usize) -> Self {
        let field = snapshot.fields.citations;
        let term = |c: &crate::text::citation::Citation| Term::from_field_text(field, &c.term());
        Self {
            terms: query.citations.iter().map(term).collect(),
            required,
        }
    }
}

impl Retriever for Citations {
    fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> tantivy::Result<()> {
        for term in &self.terms {
            scan(segment, term, clock, |doc, _| {
                found.add_score(doc, weights::CITATION);
                found.add_meant(doc, weights::CITATION);
                found.satisfy(doc, self.required);
                found.cite(doc);
            })?;
        }
        Ok(())
    }
}
