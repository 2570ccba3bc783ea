//! Sets of phrases of one or more parts, found in a text in one pass: a phrase stands in a text when
//! all its parts do, in any order. Must not know what phrases mean.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use indexmap::IndexMap;

/// Phrases by their numbers, in the order in which they were given.
#[derive(Debug, Default)]
pub struct Phrases {
    /// Numbers of each phrase's parts.
    parts: Vec<Vec<usize>>,
    /// Phrases that begin with each part.
    by_first: Vec<Vec<usize>>,
    /// Of the parts, in the order of `by_first`.
    finder: Option<AhoCorasick>,
}

/// A phrase that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub phrase: usize,
    /// First place of each part, in bytes.
    pub places: Vec<Range<usize>>,
}

/// Where parts stand in a text, by part and place. A sorted list: there are a handful, and this is
/// done for every hit of a search.
struct Places(Vec<Place>);

/// A part and where it stands, in bytes.
type Place = (usize, Range<usize>);

impl Places {
    /// Places of one part.
    fn of(&self, part: usize) -> &[Place] {
        let from = self.0.partition_point(|(p, _)| *p < part);
        let length = self.0[from..].partition_point(|(p, _)| *p == part);
        &self.0[from..from + length]
    }
}

impl Phrases {
    /// Of the parts of each phrase, normalised; a phrase without parts is never found.
    pub fn new<P: AsRef<str>>(
        phrases: impl IntoIterator<Item = impl IntoIterator<Item = P>>,
    ) -> Self {
        let mut known: IndexMap<String, usize> = IndexMap::new();
        let mut by_first: Vec<Vec<usize>> = Vec::new();
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for phrase in phrases {
            let of_phrase: Vec<usize> = phrase
                .into_iter()
                .map(|part| {
                    let next = known.len();
                    *known.entry(part.as_ref().to_owned()).or_insert(next)
                })
                .collect();
            by_first.resize_with(known.len(), Vec::new);
            if let Some(&first) = of_phrase.first() {
                by_first[first].push(parts.len());
            }
            parts.push(of_phrase);
        }
        // Patterns of a few characters each, far below the automaton's limits.
        let mut builder = AhoCorasick::builder();
        let finder = builder.match_kind(MatchKind::Standard).build(known.keys());
        Self {
            parts,
            by_first,
            finder: finder.ok().filter(|_| !known.is_empty()),
        }
    }

    fn places(&self, text: &str) -> Places {
        let finders = self.finder.iter();
        let found = finders.flat_map(|finder| finder.find_overlapping_iter(text));
        let mut places: Vec<Place> = found.map(|f| (f.pattern().as_usize(), f.range())).collect();
        places.sort_unstable_by_key(|(part, range)| (*part, range.start));
        Places(places)
    }

    /// Numbers of the phrases that stand in the text, in their order.
    fn standing(&self, places: &Places) -> Vec<usize> {
        let mut standing = Vec::new();
        let mut last = None;
        for (part, _) in &places.0 {
            if last.replace(part) == Some(part) {
                continue;
            }
            let beginning = self.by_first[*part].iter().copied();
            let whole = |p: &usize| self.parts[*p].iter().all(|p| !places.of(*p).is_empty());
            standing.extend(beginning.filter(whole));
        }
        standing.sort_unstable();
        standing
    }

    /// All phrases that stand in the text, in their order.
    pub fn all(&self, text: &str) -> Vec<usize> {
        self.standing(&self.places(text))
    }

    /// Phrases that stand in the text, in the order in which they begin. One whose parts all lie
    /// inside those of a longer one is left out: 公租房 is no 租房.
    pub fn longest(&self, text: &str) -> Vec<Found> {
        let places = self.places(text);
        let of = |phrase: usize| -> Vec<&[Place]> {
            self.parts[phrase]
                .iter()
                .map(|part| places.of(*part))
                .collect()
        };
        let standing = self.standing(&places).into_iter();
        let found: Vec<(usize, Vec<&[Place]>)> = standing.map(|p| (p, of(p))).collect();
        let mut kept: Vec<Found> = found
            .iter()
            .filter(|(_, own)| !found.iter().any(|(_, other)| inside(own, other)))
            .map(|(phrase, places)| Found {
                phrase: *phrase,
                places: places
                    .iter()
                    .filter_map(|p| p.first())
                    .map(|(_, r)| r.clone())
                    .collect(),
            })
            .collect();
        kept.sort_by_key(|f| (f.places.iter().map(|r| r.start).min(), f.phrase));
        kept
    }
}

/// Whether all places of a phrase lie inside those of a longer one.
fn inside(own: &[&[Place]], other: &[&[Place]]) -> bool {
    let covers = |x: &Range<usize>| {
        let mut others = other.iter().copied().flatten();
        others.any(|(_, y)| y.start <= x.start && x.end <= y.end)
    };
    let mut all = own.iter().copied().flatten();
    length(own) < length(other) && all.all(|(_, place)| covers(place))
}

/// Bytes of the parts together.
fn length(parts: &[&[Place]]) -> usize {
    let firsts = parts.iter().filter_map(|p| p.first());
    firsts.map(|(_, range)| range.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn phrases(written: &[&str]) -> Phrases {
        Phrases::new(written.iter().map(|p| p.split('+')))
    }

    #[test]
    fn longer_phrases_stand_for_those_inside() {
        let phrases = phrases(&["租房", "公租房", "狗+疫苗", "疫苗"]);
        let longest = |text| -> Vec<usize> {
            let found = phrases.longest(text).into_iter();
            found.map(|f| f.phrase).collect()
        };
        assert_eq!(longest("公租房怎么申请"), [1]);
        assert_eq!(longest("公租房和租房"), [1, 0]);
        assert_eq!(longest("给狗打疫苗"), [2]);
        assert_eq!(longest("打疫苗"), [3]);
        assert_eq!(phrases.all("公租房"), [0, 1]);
        assert!(longest("种树").is_empty());
        assert!(Phrases::default().longest("租房").is_empty());
    }

    proptest! {
        #[test]
        fn what_is_found_stands_there(text in "[狗租房疫苗公打 a-z]{0,40}") {
            let written = ["租房", "公租房", "狗+疫苗", "疫苗", "a+b"];
            let phrases = phrases(&written);
            for found in phrases.longest(&text) {
                let stands: Vec<&str> = found.places.iter().map(|p| &text[p.clone()]).collect();
                let parts: Vec<&str> = written[found.phrase].split('+').collect();
                prop_assert_eq!(stands, parts);
                prop_assert!(phrases.all(&text).contains(&found.phrase));
            }
        }
    }
}
