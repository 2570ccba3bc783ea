//! Retriever of citations: the items that rest on an article, however their list wrote it.

use tantivy::Term;
use tantivy::schema::Field;

use super::super::accumulate::Accumulator;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights;
use super::postings::scan;
use super::{Deadline, Retriever};
use crate::query::Query;
use crate::text::citation::{Basis, Citation};

pub(super) struct Citations {
    terms: Vec<Term>,
    required: usize,
}

impl Citations {
    pub fn plan(snapshot: &Snapshot, query: &Query, required: usize) -> Self {
        let field = snapshot.fields.citations;
        let term = |c: &Citation| Term::from_field_text(field, &c.term());
        Self {
            terms: query.citations.iter().map(term).collect(),
            required,
        }
    }
}

/// The documents of each segment that rest on a law or an article, deleted ones included.
pub(in crate::engine::embedded) fn resting(
    snapshot: &Snapshot,
    basis: &Basis,
    clock: Deadline,
) -> tantivy::Result<Vec<Vec<bool>>> {
    let field = snapshot.fields.citations;
    let mut all = Vec::new();
    for segment in &snapshot.segments {
        let mut rests = vec![false; segment.reader.max_doc() as usize];
        for term in terms(segment, field, basis)? {
            scan(segment, &term, clock, |doc, _| {
                if let Some(rests) = rests.get_mut(doc as usize) {
                    *rests = true;
                }
            })?;
        }
        all.push(rests);
    }
    Ok(all)
}

/// The terms of an article, or of all articles of a law.
fn terms(segment: &Segment, field: Field, basis: &Basis) -> tantivy::Result<Vec<Term>> {
    let law = basis.law.clone();
    if let Some(article) = basis.article {
        let term = Citation { law, article }.term();
        return Ok(vec![Term::from_field_text(field, &term)]);
    }
    let prefix = format!("{law}#");
    let inverted = segment.reader.inverted_index(field)?;
    let mut stream = inverted.terms().range().ge(&prefix).into_stream()?;
    let mut terms = Vec::new();
    while stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
        let text = String::from_utf8_lossy(stream.key()).into_owned();
        terms.push(Term::from_field_text(field, &text));
    }
    Ok(terms)
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
