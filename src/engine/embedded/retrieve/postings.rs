//! Reading a term's postings and scoring them.
//! Must not know questions.

use tantivy::query::Bm25Weight;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Term};

use super::super::snapshot::{Segment, Snapshot};
use super::Deadline;

/// A term with its score.
pub(super) struct Scored {
    pub term: Term,
    /// `None`: the term is only matched, its score was given elsewhere.
    pub weight: Option<(f32, Bm25Weight)>,
    /// Documents that have it.
    pub frequency: u64,
}

impl Scored {
    /// Prepares a term of a field; `weight` 0 only matches.
    pub fn new(
        snapshot: &Snapshot,
        field: Field,
        text: &str,
        weight: f32,
    ) -> tantivy::Result<Self> {
        let term = Term::from_field_text(field, text);
        let frequency = snapshot.document_frequency(&term)?;
        let weight = if weight > 0.0 && frequency > 0 {
            let mean = snapshot.mean_length(field)?;
            let bm25 =
                Bm25Weight::for_one_term_without_explain(frequency, snapshot.all_documents(), mean);
            Some((weight, bm25))
        } else {
            None
        };
        Ok(Self {
            term,
            weight,
            frequency,
        })
    }

    /// Calls `each` with every document that has the term, and its score; stops as [`scan`] does.
    pub fn each(
        &self,
        segment: &Segment,
        clock: Deadline,
        mut each: impl FnMut(DocId, f32),
    ) -> tantivy::Result<()> {
        if clock.passed() {
            return Ok(());
        }
        let norms = segment.reader.get_fieldnorms_reader(self.term.field())?;
        scan(segment, &self.term, clock, |doc, frequency| {
            let score = self.weight.as_ref().map_or(0.0, |(weight, bm25)| {
                weight * bm25.score(norms.fieldnorm_id(doc), frequency)
            });
            each(doc, score);
        })
    }
}

/// Calls `each` with every document that has the term, and how often; deleted ones included.
/// Stops early when time is up, which the caller has to ask for: the result is then incomplete.
pub(in crate::engine::embedded) fn scan(
    segment: &Segment,
    term: &Term,
    clock: Deadline,
    mut each: impl FnMut(DocId, u32),
) -> tantivy::Result<()> {
    let inverted = segment.reader.inverted_index(term.field())?;
    let Some(mut block) = inverted.read_block_postings(term, IndexRecordOption::WithFreqs)? else {
        return Ok(());
    };
    while !block.docs().is_empty() && !clock.passed() {
        if block.freqs().is_empty() {
            // The field was indexed without frequencies.
            block.docs().iter().for_each(|&doc| each(doc, 1));
        } else {
            for (&doc, &frequency) in block.docs().iter().zip(block.freqs()) {
                each(doc, frequency);
            }
        }
        block.advance();
    }
    Ok(())
}
