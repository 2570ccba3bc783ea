//! Ways of finding items, one file each, fused by adding their scores into one accumulator.
//! A new way is a file here and a line in [`plan`]; all weights are in `weights.rs`.

mod citations;
mod codes;
mod expansions;
mod grams;
mod literal;
mod postings;
mod words;

use std::time::Instant;

pub(super) use citations::resting;
pub(super) use literal::{each_match, phrase as literal_phrase};
pub(super) use postings::scan;

use super::accumulate::Accumulator;
use super::snapshot::{Segment, Snapshot};
use super::weights;
use super::write::failed;
use crate::engine::{EngineError, EngineErrorCode};
use crate::query::{MAX_WORDS, Query, Way};

/// One way of finding items, prepared for one question.
pub(super) trait Retriever {
    /// Adds what it finds in a segment.
    fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> tantivy::Result<()>;
}

/// When a question is given up. Checked with every block of postings, so that one very common term
/// cannot outlast it.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub fn start() -> Self {
        Self(Instant::now() + weights::TIME_LIMIT)
    }

    pub fn passed(self) -> bool {
        Instant::now() >= self.0
    }

    /// # Errors
    /// `Timeout` when time is up: what was found so far is incomplete.
    pub fn check(self) -> Result<(), EngineError> {
        if self.passed() {
            return Err(EngineError::new(
                EngineErrorCode::Timeout,
                format!("no answer within {:?}", weights::TIME_LIMIT),
            ));
        }
        Ok(())
    }

    /// One that has passed.
    #[cfg(test)]
    pub fn over() -> Self {
        Self(Instant::now())
    }
}

/// What a question asks of an index.
pub(super) struct Plan {
    retrievers: Vec<Box<dyn Retriever>>,
    /// Words that an item should match.
    pub required: usize,
}

/// Prepares all retrievers. The order matters to none of them.
pub(super) fn plan(snapshot: &Snapshot, query: &Query) -> Result<Plan, EngineError> {
    if query.words.len() > MAX_WORDS {
        return Err(EngineError::new(
            EngineErrorCode::Invalid,
            format!("more than {MAX_WORDS} words"),
        ));
    }
    let prepare = || -> tantivy::Result<Plan> {
        let grams = grams::Grams::plan(snapshot, query)?;
        let required = weights::required(query.words.len());
        let on = |way: Way| !query.without.contains(&way);
        let mut retrievers: Vec<Box<dyn Retriever>> = vec![Box::new(grams)];
        if on(Way::Words) {
            retrievers.push(Box::new(words::Words::plan(snapshot, query)?));
        }
        if on(Way::Literal) {
            retrievers.push(Box::new(literal::Literal::plan(snapshot, query)?));
        }
        if on(Way::Codes) {
            retrievers.push(Box::new(codes::Codes::plan(snapshot, query)));
        }
        retrievers.push(Box::new(citations::Citations::plan(
            snapshot, query, required,
        )));
        retrievers.push(Box::new(expansions::Expansions::plan(
            snapshot, query, required,
        )?));
        Ok(Plan {
            retrievers,
            required,
        })
    };
    prepare().map_err(|e| failed(&e))
}

impl Plan {
    /// Runs every retriever over a segment.
    pub fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> Result<(), EngineError> {
        found.reset(segment.reader.max_doc());
        for retriever in &self.retrievers {
            retriever
                .run(segment, found, clock)
                .map_err(|e| failed(&e))?;
            // Retrievers stop early when time is up.
            clock.check()?;
        }
        Ok(())
    }
}
