//! How sure the best hit of an answer is to be what was asked for.
//! Must not know items; `quanze eval search` prints how it does, and the features for a fit.

use super::{Answer, Query};

/// How sure the best hit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// Nothing was found, or nothing that is likely meant.
    #[default]
    None,
    /// Something is related; it may not be what is meant.
    Weak,
    Good,
}

impl Match {
    /// As the API says it.
    pub fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Weak => "weak",
            Self::Good => "good",
        }
    }
}

/// Weights of a logistic model. They were set by what the features mean and then measured, not
/// fitted: of the judged questions 3% are not `good`, of those without an answer 8% are.
mod weights {
    pub const BIAS: f32 = -2.0;
    pub const SCORE: f32 = 2.0;
    pub const COVERAGE: f32 = 1.0;
    pub const MEANT: f32 = 0.5;
    pub const ELSEWHERE: f32 = -2.5;
    pub const GOOD: f32 = 0.0;
    pub const WEAK: f32 = -1.0;
}

/// Features of an answer, in the order in which they are weighted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Features {
    /// Logarithm of the best hit's score.
    pub score: f32,
    pub coverage: f32,
    /// Logarithm of what official wordings give, from 0.
    pub meant: f32,
    /// Words of the question that belong to another world than administration.
    pub elsewhere: f32,
    pub is_certain: bool,
}

impl Features {
    /// Of a question and its answer; `None` without a hit.
    pub fn of(query: &Query, answer: &Answer) -> Option<Self> {
        let evidence = answer.evidence?;
        Some(Self {
            score: (evidence.score + 0.01).ln(),
            coverage: evidence.coverage,
            meant: (evidence.meant + 1.0).ln(),
            elsewhere: query.elsewhere.min(2.0),
            is_certain: evidence.is_certain,
        })
    }

    /// Likelihood in logits; the larger the surer.
    pub fn sureness(&self) -> f32 {
        use weights::{BIAS, COVERAGE, ELSEWHERE, MEANT, SCORE};
        if self.is_certain {
            return 10.0;
        }
        BIAS + SCORE * self.score
            + COVERAGE * self.coverage
            + MEANT * self.meant
            + ELSEWHERE * self.elsewhere
    }

    pub fn judge(&self) -> Match {
        match self.sureness() {
            s if s >= weights::GOOD => Match::Good,
            s if s >= weights::WEAK => Match::Weak,
            _ => Match::None,
        }
    }
}
