//! Reading a term's postings and scoring them.
//! Must not know questions.

use tantivy::postings::TermInfo;
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
    /// Documents that have it, deleted ones included.
    pub frequency: u64,
    /// Where each segment has its postings: looking it up costs as much as reading a rare term.
    places: Vec<Option<TermInfo>>,
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
        let places = snapshot.places(&term)?;
        let counts = places.iter().flatten().map(|info| u64::from(info.doc_freq));
        let frequency = counts.sum();
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
            places,
        })
    }

    /// Calls `each` with every document that has the term, and its score; stops as [`scan`] does.
    pub fn each(
        &self,
        segment: &Segment,
        clock: Deadline,
        mut each: impl FnMut(DocId, f32),
    ) -> tantivy::Result<()> {
        let Some(place) = &self.places[segment.number] else {
            return Ok(());
        };
        let Some((weight, bm25)) = &self.weight else {
            return read(segment, self.term.field(), place, clock, |doc, _| {
                each(doc, 0.0);
            });
        };
        let norms = segment.reader.get_fieldnorms_reader(self.term.field())?;
        read(
            segment,
            self.term.field(),
            place,
            clock,
            |doc, frequency| {
                each(doc, weight * bm25.score(norms.fieldnorm_id(doc), frequency));
            },
        )
    }
}

/// Calls `each` with every document that has the term, and how often; deleted ones included.
/// Stops early when time is up, which the caller has to ask for: the result is then incomplete.
pub(in crate::engine::embedded) fn scan(
    segment: &Segment,
    term: &Term,
    clock: Deadline,
    each: impl FnMut(DocId, u32),
) -> tantivy::Result<()> {
    let inverted = segment.reader.inverted_index(term.field())?;
    match inverted.get_term_info(term)? {
        Some(place) => read(segment, term.field(), &place, clock, each),
        None => Ok(()),
    }
}

/// As [`scan`], of a term whose place is known.
fn read(
    segment: &Segment,
    field: Field,
    place: &TermInfo,
    clock: Deadline,
    mut each: impl FnMut(DocId, u32),
) -> tantivy::Result<()> {
    let inverted = segment.reader.inverted_index(field)?;
    let frequencies = IndexRecordOption::WithFreqs;
    let mut block = inverted.read_block_postings_from_terminfo(place, frequencies)?;
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
