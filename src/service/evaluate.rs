//! How well questions find what people need: judged queries, measures, spread, comparison.
//! Must not know commands or files: texts come in, numbers go out.

pub mod business;
mod judged;
mod statistics;
mod validation;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::query::judge::Features;
use crate::query::{DEFAULT_PAGE_SIZE, MAX_DEPTH, MAX_PAGE_SIZE, Match, RawSearchParams, Scales};
use crate::query::{Way, parse};

use super::search::SearchPage;
use super::{ServiceError, Services};
use judged::NEEDED;
pub use judged::{Judged, OUTSIDE, Text, WrongLine, read};
use statistics::number;
pub use statistics::{mean, percentile, randomisation};
pub use validation::{Fold, cross_validate, summary};

/// Hits asked for: as deep as the deepest measure looks.
const DEPTH: usize = 25;
/// Hits that nDCG looks at.
const CUT: usize = 10;

/// How one query did.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    pub judged: &'a Judged,
    pub certainty: Match,
    /// Hits among the first 25.
    pub hits: usize,
    /// Rank from 1 of the first item that the person needs, among 25.
    pub first: Option<usize>,
    pub ndcg: f64,
    /// Part of the needed items that is among 25; `None` where only related ones are known.
    pub recall: Option<f64>,
    /// Name and grade of the best hit.
    pub best: Option<(String, u8)>,
    /// The question as searched, where it was corrected.
    pub searched: Option<String>,
}

impl Outcome<'_> {
    /// 1 when a needed item is among the first `k`, else 0.
    pub fn success(&self, k: usize) -> f64 {
        f64::from(u8::from(self.first.is_some_and(|rank| rank <= k)))
    }
}

/// A configuration of search whose quality is measured.
pub struct Trial<'a> {
    pub services: &'a Services,
    pub without: Vec<Way>,
    /// What the weights of the ranking are multiplied by.
    pub scales: Scales,
}

impl Trial<'_> {
    /// The same with further ways off.
    #[must_use]
    pub fn also_without(&self, ways: &[Way]) -> Self {
        Self {
            services: self.services,
            without: [self.without.as_slice(), ways].concat(),
            scales: self.scales,
        }
    }

    /// One page of a question's answer, from page 1.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn ask(
        &self,
        question: &str,
        page: usize,
        size: usize,
    ) -> Result<SearchPage, ServiceError> {
        self.services.search(&RawSearchParams {
            q: question.to_owned(),
            page: Some(page.to_string()),
            size: Some(size.to_string()),
            without: self.without.clone(),
            scales: self.scales,
            ..RawSearchParams::default()
        })
    }

    /// Asks every query.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn run<'q>(&self, queries: &'q [Judged]) -> Result<Vec<Outcome<'q>>, ServiceError> {
        let asked = queries.iter().map(|judged| {
            let page = self.ask(&judged.query, 1, DEPTH)?;
            let codes = page.hits.iter().map(|hit| hit.head.code.as_str());
            let grades: Vec<u8> = codes.map(|code| judged.grade(code)).collect();
            let ideal = judged.grades.iter().map(|(_, grade)| *grade).collect();
            let best = page.hits.into_iter().next().map(|hit| hit.head.name);
            Ok(Outcome {
                judged,
                certainty: page.certainty,
                hits: grades.len(),
                first: grades.iter().position(|g| *g == NEEDED).map(|at| at + 1),
                ndcg: ndcg(&grades, ideal),
                recall: recall(&grades, judged.needed().count()),
                best: best.zip(grades.first().copied()),
                searched: page.searched,
            })
        });
        asked.collect()
    }

    /// Times of searching every query so many rounds, shortest first, after one round that warms up:
    /// the first page as people get it, composed and marked.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn times(&self, queries: &[Judged], rounds: usize) -> Result<Vec<Duration>, ServiceError> {
        let mut times = Vec::with_capacity(queries.len() * rounds);
        for round in 0..=rounds {
            for judged in queries {
                let started = Instant::now();
                self.ask(&judged.query, 1, DEFAULT_PAGE_SIZE)?;
                if round > 0 {
                    times.push(started.elapsed());
                }
            }
        }
        times.sort_unstable();
        Ok(times)
    }

    /// What the judgement of a question's best hit rests on; `None` without a hit. `searched` is
    /// the question as it was searched.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn features(&self, searched: &str) -> Result<Option<Features>, ServiceError> {
        let raw = RawSearchParams {
            q: searched.to_owned(),
            without: self.without.clone(),
            scales: self.scales,
            ..RawSearchParams::default()
        };
        let services = self.services;
        let mut query = parse::parse(&raw, &services.segmenter)?;
        services.knowledge.understand(&mut query, &services.regions);
        let answer = services.engine.search(&query)?;
        Ok(Features::of(&query, &answer))
    }

    /// Rank from 1 and score of these items where they are among the first thousand.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn places(
        &self,
        question: &str,
        codes: &[String],
    ) -> Result<HashMap<String, (usize, f32)>, ServiceError> {
        let mut places = HashMap::new();
        for page in 1..=MAX_DEPTH / MAX_PAGE_SIZE {
            let hits = self.ask(question, page, MAX_PAGE_SIZE)?.hits;
            let is_last = hits.len() < MAX_PAGE_SIZE;
            for (at, hit) in hits.into_iter().enumerate() {
                if codes.contains(&hit.head.code) {
                    let rank = (page - 1) * MAX_PAGE_SIZE + at + 1;
                    places.insert(hit.head.code, (rank, hit.score));
                }
            }
            if is_last || places.len() == codes.len() {
                break;
            }
        }
        Ok(places)
    }
}

/// Averages over queries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    pub queries: usize,
    /// Success at 1, 3 and 10.
    pub success: [f64; 3],
    pub ndcg: f64,
    pub recall: f64,
    /// Part without any hit.
    pub zero: f64,
    /// Part whose match is not good; of outside queries those rejected.
    pub weak: f64,
    /// Part whose match is none.
    pub none: f64,
}

impl Summary {
    pub fn of(outcomes: &[&Outcome<'_>]) -> Self {
        let part = |has: &dyn Fn(&Outcome<'_>) -> bool| {
            mean(outcomes.iter().map(|o| f64::from(u8::from(has(o)))))
        };
        Self {
            queries: outcomes.len(),
            success: [1, 3, 10].map(|k| mean(outcomes.iter().map(|o| o.success(k)))),
            ndcg: mean(outcomes.iter().map(|o| o.ndcg)),
            recall: mean(outcomes.iter().filter_map(|o| o.recall)),
            zero: part(&|o| o.hits == 0),
            weak: part(&|o| o.certainty != Match::Good),
            none: part(&|o| o.certainty == Match::None),
        }
    }
}

/// nDCG@10 of the grades found, in their order, against those judged: gains 3 and 1, discount by
/// the logarithm of the rank.
fn ndcg(found: &[u8], mut judged: Vec<u8>) -> f64 {
    let gain = |grade: u8| match grade {
        0 => 0.0,
        1 => 1.0,
        _ => 3.0,
    };
    let dcg = |grades: &[u8]| -> f64 {
        let ranked = (2..).zip(grades.iter().take(CUT));
        ranked.fold(0.0, |sum, (n, g)| sum + gain(*g) / f64::from(n).log2())
    };
    judged.sort_unstable_by(|a, b| b.cmp(a));
    match dcg(&judged) {
        0.0 => 0.0,
        ideal => dcg(found) / ideal,
    }
}

fn recall(found: &[u8], needed: usize) -> Option<f64> {
    let hit = found.iter().filter(|g| **g == NEEDED).count();
    (needed > 0).then(|| number(hit) / number(needed))
}

/// Mean and standard deviation of a measure over folds: the queries dealt in turn, by order of qid.
pub fn spread(
    outcomes: &[&Outcome<'_>],
    folds: usize,
    measure: impl Fn(&Outcome<'_>) -> f64,
) -> (f64, f64) {
    let mut outcomes = outcomes.to_vec();
    outcomes.sort_by_key(|o| &o.judged.qid);
    let dealt = folds.min(outcomes.len());
    let fold = |first: usize| {
        mean(
            outcomes
                .iter()
                .skip(first)
                .step_by(dealt)
                .map(|o| measure(o)),
        )
    };
    let means: Vec<f64> = (0..dealt).map(fold).collect();
    let middle = mean(means.iter().copied());
    let squares: f64 = means.iter().map(|m| (m - middle).powi(2)).sum();
    (middle, (squares / number(dealt.max(2) - 1)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    }

    #[test]
    fn gains_are_discounted_by_rank() {
        // The only needed item at rank 2: (3 / log2 3) / 3.
        close(ndcg(&[0, 2], vec![2]), 0.630_929_75);
        // Ideal 3 + 1 / log2 3 = 3.630930; found 1 + 3 / log2 3 = 2.892789.
        close(ndcg(&[1, 2], vec![1, 2]), 0.796_707_5);
        close(ndcg(&[2, 1, 0], vec![0, 1, 2]), 1.0);
        let mut late = vec![0; 10];
        late.push(2);
        close(ndcg(&late, vec![2]), 0.0);
        close(ndcg(&[], vec![]), 0.0);
        assert_eq!(recall(&[2, 0, 1, 2], 4), Some(0.5));
        assert_eq!(recall(&[1], 0), None);
    }

    fn outcome(judged: &Judged, first: Option<usize>, ndcg: f64, certainty: Match) -> Outcome<'_> {
        Outcome {
            judged,
            certainty,
            hits: first.unwrap_or(0),
            first,
            ndcg,
            recall: first.map(|_| 1.0),
            best: None,
            searched: None,
        }
    }

    #[test]
    fn averages_and_their_spread() {
        let queries = "b\tlay\t二\na\tlay\t一\nc\tlay\t三\nd\tlay\t四\n";
        let qrels = "a\tX\t2\nb\tX\t2\nc\tX\t1\nd\tX\t2\n";
        let [queries, qrels] = [queries, qrels].map(|text| Text { name: "", text });
        let judged = read(queries, qrels).expect("right files");
        let outcomes = [
            outcome(&judged[0], Some(4), 0.2, Match::Weak),
            outcome(&judged[1], Some(1), 1.0, Match::Good),
            outcome(&judged[2], None, 0.0, Match::None),
            outcome(&judged[3], Some(2), 0.4, Match::Good),
        ];
        let outcomes: Vec<&Outcome<'_>> = outcomes.iter().collect();
        let expected = Summary {
            queries: 4,
            success: [0.25, 0.5, 0.75],
            ndcg: 0.4,
            recall: 1.0,
            zero: 0.25,
            weak: 0.5,
            none: 0.25,
        };
        assert_eq!(Summary::of(&outcomes), expected);
        assert_eq!(Summary::of(&[]), Summary::default());
        // a and c, b and d: means 0.5 and 0.3.
        let (middle, deviation) = spread(&outcomes, 2, |o| o.ndcg);
        close(middle, 0.4);
        close(deviation, 0.02_f64.sqrt());
        close(spread(&outcomes, 9, |o| o.ndcg).0, 0.4);
        close(spread(&[], 5, |o| o.ndcg).1, 0.0);
    }
}
