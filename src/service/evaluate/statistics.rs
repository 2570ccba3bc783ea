//! Means, percentiles, and whether a difference may be chance.
//! Must not know what is measured.

use std::time::Duration;

/// Sign flips of the randomisation test: p-values down to 0.0001.
const FLIPS: u32 = 10_000;

/// Two-sided p-value of the mean of paired differences being zero, by random flips of their signs.
/// The same differences always give the same value.
pub fn randomisation(differences: &[f64]) -> f64 {
    let observed = differences.iter().sum::<f64>().abs();
    let mut random = SplitMix(1);
    let as_large = (0..FLIPS).filter(|_| {
        let flipped = differences
            .iter()
            .map(|d| if random.bit() { *d } else { -d });
        // Sums of the same numbers in another order of signs differ by rounding.
        flipped.sum::<f64>().abs() >= observed - 1e-9
    });
    // The observed signs are one of the possible flips: p is never 0.
    (number(as_large.count()) + 1.0) / (f64::from(FLIPS) + 1.0)
}

/// Steele, Lea and Flood's generator: small, and good enough for signs.
struct SplitMix(u64);

impl SplitMix {
    fn bit(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) & 1 == 1
    }
}

/// The smallest of sorted times that so many percent do not exceed.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Mean; 0 of nothing.
pub fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    sum / number(count.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts of queries and items")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_told_from_difference() {
        for nothing in [&[][..], &[0.3]] {
            assert!((randomisation(nothing) - 1.0).abs() < 1e-6);
        }
        // Of the 16 signs of four equal differences two are as large.
        let p = randomisation(&[0.1; 4]);
        assert!((p - 0.125).abs() < 0.02, "{p}");
        assert!(randomisation(&[0.1; 40]) < 0.001);
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
