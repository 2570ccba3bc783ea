//! Whether the weights of the ranking are right for queries that they were not chosen on.
//! Must not know the weights' values.

use std::collections::HashMap;

use super::statistics::number;
use super::{Judged, ServiceError, Trial};
use crate::query::{Scales, Weight};

/// What each weight is tried multiplied by.
const FACTORS: [f32; 4] = [0.5, 0.7, 1.4, 2.0];
/// Smallest gain in mean nDCG that is worth another weight; less is noise.
const GAIN: f64 = 0.002;

/// A part of the queries, with the weights that are best for all the others.
#[derive(Clone, Debug)]
pub struct Fold {
    pub queries: usize,
    /// Weights chosen on the other folds, as factors on those in use; those not named stay.
    pub chosen: Vec<(Weight, f32)>,
    /// Mean nDCG@10 of the other folds with the weights chosen.
    pub others: f64,
    /// Mean nDCG@10 of this fold with the weights chosen, and with those in use.
    pub held_out: f64,
    pub in_use: f64,
}

/// Deals the queries into folds by order of qid, chooses weights for each fold on the others, by one
/// round over all weights, and measures them on the fold. Queries without an answer do not count.
///
/// # Errors
/// As [`super::Services::search`].
pub fn cross_validate(
    trial: &Trial<'_>,
    judged: &[Judged],
    folds: usize,
) -> Result<Vec<Fold>, ServiceError> {
    let mut answered: Vec<Judged> = judged.iter().filter(|j| !j.is_outside()).cloned().collect();
    answered.sort_by(|a, b| a.qid.cmp(&b.qid));
    let folds = folds.min(answered.len());
    let mut measured = Measured {
        trial,
        queries: &answered,
        known: HashMap::new(),
    };
    let in_fold = |fold: usize| move |query: &usize| query % folds == fold;
    let in_use = measured.ndcg(trial.scales)?;
    let mut found = Vec::with_capacity(folds);
    for fold in 0..folds {
        let others: Vec<usize> = (0..answered.len()).filter(|q| !in_fold(fold)(q)).collect();
        let own: Vec<usize> = (0..answered.len()).filter(in_fold(fold)).collect();
        let (scales, best) = measured.best_for(&others)?;
        let ndcg = measured.ndcg(scales)?;
        let factor = |w: Weight| scales.of(w) / trial.scales.of(w);
        let changed = |w: &Weight| (factor(*w) - 1.0).abs() > f32::EPSILON;
        let chosen = Weight::ALL.into_iter().filter(changed);
        found.push(Fold {
            queries: own.len(),
            chosen: chosen.map(|w| (w, factor(w))).collect(),
            others: best,
            held_out: over(&ndcg, &own),
            in_use: over(&in_use, &own),
        });
    }
    Ok(found)
}

/// Mean over some of the queries.
fn over(ndcg: &[f64], queries: &[usize]) -> f64 {
    queries.iter().map(|&q| ndcg[q]).sum::<f64>() / number(queries.len().max(1))
}

/// nDCG of every query by the weights tried so far.
struct Measured<'a> {
    trial: &'a Trial<'a>,
    queries: &'a [Judged],
    known: HashMap<Vec<u32>, Vec<f64>>,
}

impl Measured<'_> {
    fn ndcg(&mut self, scales: Scales) -> Result<Vec<f64>, ServiceError> {
        let key: Vec<u32> = Weight::ALL
            .iter()
            .map(|w| scales.of(*w).to_bits())
            .collect();
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let trial = Trial {
            services: self.trial.services,
            without: self.trial.without.clone(),
            scales,
        };
        let outcomes = trial.run(self.queries)?;
        let ndcg: Vec<f64> = outcomes.iter().map(|o| o.ndcg).collect();
        self.known.insert(key, ndcg.clone());
        Ok(ndcg)
    }

    /// The best weights for some of the queries, with their mean.
    fn best_for(&mut self, queries: &[usize]) -> Result<(Scales, f64), ServiceError> {
        let mut best = self.trial.scales;
        let mut best_mean = over(&self.ndcg(best)?, queries);
        for weight in Weight::ALL {
            let before = best;
            for factor in FACTORS {
                let tried = before.with(weight, factor);
                let mean = over(&self.ndcg(tried)?, queries);
                if mean > best_mean + GAIN {
                    (best, best_mean) = (tried, mean);
                }
            }
        }
        Ok((best, best_mean))
    }
}

/// Mean over all queries with the weights chosen without each, and with those in use.
pub fn summary(folds: &[Fold]) -> (f64, f64) {
    let queries: usize = folds.iter().map(|f| f.queries).sum();
    let weighted = |measure: fn(&Fold) -> f64| {
        let sums = folds.iter().map(|f| measure(f) * number(f.queries));
        sums.sum::<f64>() / number(queries.max(1))
    };
    (weighted(|f| f.held_out), weighted(|f| f.in_use))
}
