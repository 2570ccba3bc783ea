//! Which segments to merge next, so that they stay few and replaced items do not stay for ever.
//! One step at a time, each of a bounded size: whoever publishes meanwhile waits for one step at
//! most. Must not know how segments are read or written.

use tantivy::index::SegmentId;

use super::weights;

/// A segment by its numbers of items: those in force, and with those since replaced or removed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub segment: SegmentId,
    pub live: u32,
    pub all: u32,
}

impl Extent {
    /// Whether replaced items take too much of its memory and of the statistics.
    fn is_wasteful(self) -> bool {
        let replaced = u64::from(self.all - self.live);
        self.all > weights::TINY_SEGMENT
            && replaced * 100 > u64::from(self.all) * weights::MAX_REPLACED_PERCENT
    }
}

/// Segments to merge into one; a single one is to be rewritten without its replaced items. Empty
/// when all is well.
pub(super) fn next_step(segments: impl Iterator<Item = Extent>) -> Vec<SegmentId> {
    let mut segments: Vec<Extent> = segments.collect();
    segments.sort_by_key(|s| (s.live, s.segment));
    // The tiny ones of single publications first; what they become is merged less often.
    for level in [weights::TINY_SEGMENT, weights::SMALL_SEGMENT] {
        let below = segments.iter().take_while(|s| s.live <= level);
        if below.clone().count() >= weights::SEGMENTS_PER_LEVEL {
            let mut sum = 0;
            return below
                .take_while(|s| {
                    sum += s.live;
                    sum <= weights::MAX_MERGED_ITEMS
                })
                .map(|s| s.segment)
                .collect();
        }
    }
    let wasteful = segments.iter().filter(|s| s.is_wasteful());
    wasteful
        .max_by_key(|s| s.all - s.live)
        .map(|s| vec![s.segment])
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of live items of the segments merged, among segments given as (live, all).
    fn merged(segments: &[(u32, u32)]) -> Vec<u32> {
        let extents: Vec<Extent> = segments
            .iter()
            .map(|&(live, all)| Extent {
                segment: SegmentId::generate_random(),
                live,
                all,
            })
            .collect();
        let chosen = next_step(extents.iter().copied());
        let live = |id| extents.iter().find(|e| e.segment == id).map(|e| e.live);
        chosen.into_iter().filter_map(live).collect()
    }

    #[test]
    fn many_small_segments_become_one_and_large_ones_stay() {
        assert_eq!(merged(&[]), [0; 0]);
        assert_eq!(merged(&[(10, 10); 7]), [0; 0]);
        assert_eq!(merged(&[(10, 10); 9]), [10; 9]);
        assert_eq!(merged(&[(5_000, 5_000); 7]), [0; 0]);
        assert_eq!(merged(&[(50_000, 50_000); 30]), [0; 0]);
        let mixed: Vec<(u32, u32)> = [[(10, 10); 4], [(4_000, 4_000); 4]].concat();
        assert_eq!(merged(&mixed).len(), 8);
    }

    #[test]
    fn a_step_is_bounded_however_many_segments_there_are() {
        for live in [300, 1_500, 7_000, 10_000] {
            let step = merged(&vec![(live, live); 500]);
            assert!(step.len() >= 2, "{live}");
            assert!(step.iter().sum::<u32>() <= weights::MAX_MERGED_ITEMS);
        }
    }

    #[test]
    fn a_large_segment_is_rewritten_when_a_third_was_replaced() {
        assert_eq!(merged(&[(41_000, 60_000), (50_000, 60_000)]), [0; 0]);
        assert_eq!(merged(&[(39_000, 60_000), (50_000, 60_000)]), [39_000]);
        assert_eq!(merged(&[(39_000, 60_000), (20_000, 60_000)]), [20_000]);
        assert_eq!(merged(&[(1, 3)]), [0; 0], "not worth a rewrite");
    }
}
