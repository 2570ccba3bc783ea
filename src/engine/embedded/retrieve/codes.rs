//! Retriever of item codes: a question that is a code, or begins one, finds its item.

use tantivy::Term;

use super::super::accumulate::Accumulator;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights;
use super::postings::scan;
use super::{Deadline, Retriever};
use crate::query::Query;

pub(super) struct Codes {
    /// Field and normalised code, where the question can be one.
    code: Option<Term>,
    text: String,
}

/// Whether a normalised question may be a code or the beginning of one: its characters, a digit
/// among them, and not too short to tell anything.
fn may_be_code(text: &str) -> bool {
    text.len() >= weights::MIN_CODE_PREFIX
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && text.bytes().any(|b| b.is_ascii_digit())
}

impl Codes {
    pub fn plan(snapshot: &Snapshot, query: &Query) -> Self {
        let text = query.literal.clone();
        let code = may_be_code(&text).then(|| Term::from_field_text(snapshot.fields.code, &text));
        Self { code, text }
    }
}

impl Retriever for Codes {
    fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> tantivy::Result<()> {
        let Some(code) = &self.code else {
            return Ok(());
        };
        let inverted = segment.reader.inverted_index(code.field())?;
        let mut codes = Vec::new();
        let mut stream = inverted.terms().range().ge(&self.text).into_stream()?;
        while stream.advance()
            && stream.key().starts_with(self.text.as_bytes())
            && codes.len() < weights::MAX_CODES
        {
            codes.push(String::from_utf8_lossy(stream.key()).into_owned());
        }
        for text in codes {
            if clock.passed() {
                return Ok(());
            }
            let score = if text == self.text {
                weights::CODE
            } else {
                weights::CODE_PREFIX
            };
            scan(
                segment,
                &Term::from_field_text(code.field(), &text),
                clock,
                |doc, _| {
                    found.add_score(doc, score);
                    found.accept(doc);
                },
            )?;
        }
        Ok(())
    }
}
