//! From what the retrievers found to an answer: how many words suffice, filters, exact counts,
//! the page asked for. Must not know postings or how scores came about.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use tantivy::DocId;

use super::accumulate::Accumulator;
use super::snapshot::{FACETS, Segment, Snapshot, slot};
use super::weights;
use crate::domain::ItemId;
use crate::query::{Answer, Evidence, Facet, FacetCount, Hit, MAX_WORDS, Query, Sort, Weight};

/// Which ordinals of a segment a query accepts, per facet; `None` accepts all.
struct Filter([Option<Vec<bool>>; FACETS]);

impl Filter {
    fn new(query: &Query, segment: &Segment) -> Self {
        let mut accepted: [Option<Vec<bool>>; FACETS] = std::array::from_fn(|_| None);
        for (facet, values) in &query.filters {
            let slot = slot(*facet);
            let known = &segment.columns.values[slot];
            let one = known.iter().map(|value| values.contains(value)).collect();
            // A facet named twice is filtered by both.
            accepted[slot] = Some(match accepted[slot].take() {
                None => one,
                Some(other) => other.iter().zip(one).map(|(a, b)| *a && b).collect(),
            });
        }
        Self(accepted)
    }

    fn accepts(&self, segment: &Segment, doc: DocId) -> bool {
        self.0
            .iter()
            .zip(&segment.columns.ordinals)
            .all(|(accepted, ordinals)| {
                accepted.as_ref().is_none_or(|accepted| {
                    accepted.get(ordinals[doc as usize] as usize) == Some(&true)
                })
            })
    }
}

/// A hit with everything it is ordered by; the smaller comes first.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// Department and kind, in the order of their names; equal when sorting by relevance.
    group: (u32, u32),
    score: f32,
    /// Whether the score decides inside a group; else the list's own order does, which ids follow.
    is_ranked: bool,
    id: u64,
    /// Segment and document, where it can be looked up again.
    place: (usize, DocId),
}

impl Candidate {
    fn key(&self) -> impl Ord {
        let ranked = if self.is_ranked { self.score } else { 0.0 };
        (self.group, std::cmp::Reverse(Finite(ranked)), self.id)
    }
}

/// Scores are sums of finite numbers; a total order is needed all the same.
#[derive(PartialEq)]
struct Finite(f32);
impl Eq for Finite {}
impl PartialOrd for Finite {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Finite {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Candidate {}
impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// What scores are multiplied by, per facet and ordinal of a segment; `None` leaves them alone.
struct Leanings([Option<Vec<f32>>; FACETS]);

impl Leanings {
    fn new(query: &Query, segment: &Segment) -> Self {
        let mut factors: [Option<Vec<f32>>; FACETS] = std::array::from_fn(|_| None);
        let strength = query.scales.of(Weight::Leaning);
        for leaning in &query.leanings {
            let slot = slot(leaning.facet);
            let values = &segment.columns.values[slot];
            let factors = factors[slot].get_or_insert_with(|| vec![1.0; values.len()]);
            for (factor, value) in factors.iter_mut().zip(values) {
                if value.contains(&leaning.contains) {
                    *factor *= 1.0 + (leaning.factor - 1.0) * strength;
                }
            }
        }
        Self(factors)
    }

    fn factor(&self, segment: &Segment, doc: DocId) -> f32 {
        let pairs = self.0.iter().zip(&segment.columns.ordinals);
        pairs
            .filter_map(|(factors, ordinals)| {
                factors.as_ref()?.get(ordinals[doc as usize] as usize)
            })
            .product()
    }
}

/// What was found, by segment.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub accumulated: &'a [Accumulator],
    /// The documents that rest on what they must; `None` where anything will do.
    pub resting: Option<&'a [Vec<bool>]>,
}

/// A segment with what was found in it.
struct Part<'a> {
    segment: &'a Segment,
    found: &'a Accumulator,
    resting: Option<&'a [bool]>,
    filter: Filter,
    leanings: Leanings,
}

impl Part<'_> {
    /// The snapshot's ordinal of a document's value.
    fn global(&self, facet: Facet, doc: DocId) -> u32 {
        let slot = slot(facet);
        let ordinal = self.segment.columns.ordinals[slot][doc as usize];
        let global = self.segment.global[slot].get(ordinal as usize);
        global.copied().unwrap_or_default()
    }

    /// Documents in force that pass the filter, with the number of words they match.
    fn each(&self, least: u8, mut each: impl FnMut(DocId, u8)) {
        for (doc, &matched) in (0..).zip(self.found.matched()) {
            if matched >= least
                && self.segment.is_alive(doc)
                && self.resting.is_none_or(|rests| rests[doc as usize])
                && self.filter.accepts(self.segment, doc)
            {
                each(doc, matched);
            }
        }
    }
}

/// How many words a hit must have: `required`, or as many below it as it takes to find `enough`; and
/// whether no item has as many as it should.
fn suffices(parts: &[Part<'_>], required: usize, enough: u64) -> (u8, bool) {
    let mut counts = [0_u64; MAX_WORDS + 1];
    let mut accepted = 0_u64;
    for part in parts {
        part.each(1, |_, matched| {
            if Accumulator::is_accepted(matched) {
                accepted += 1;
            } else {
                counts[usize::from(matched).min(MAX_WORDS)] += 1;
            }
        });
    }
    let required = required.clamp(1, MAX_WORDS);
    // Next to an item found by its code, those with a part of its words are noise.
    let mut least = required;
    let mut hits: u64 = counts[required..].iter().sum();
    let none = accepted == 0 && hits == 0;
    while accepted == 0 && hits < enough && least > 1 {
        least -= 1;
        hits += counts[least];
    }
    // No fewer than some item has.
    let least = (least..=required)
        .find(|&words| counts[words] > 0)
        .unwrap_or(required);
    (u8::try_from(least).unwrap_or(u8::MAX), none)
}

/// Makes the answer. `found` has one entry per segment.
pub(super) fn collect(
    snapshot: &Snapshot,
    found: Found<'_>,
    query: &Query,
    required: usize,
) -> Answer {
    let parts: Vec<Part<'_>> = snapshot
        .segments
        .iter()
        .zip(found.accumulated)
        .enumerate()
        .map(|(number, (segment, accumulated))| Part {
            segment,
            found: accumulated,
            resting: found
                .resting
                .and_then(|all| all.get(number))
                .map(Vec::as_slice),
            filter: Filter::new(query, segment),
            leanings: Leanings::new(query, segment),
        })
        .collect();
    let departments = departments_titled(&parts);
    // Two words are a precise question, unless they are an item's name: then what is related to it is
    // wanted too.
    let enough = if query.words.len() <= 2 && departments.is_empty() {
        1
    } else {
        weights::ENOUGH_HITS
    };
    let (least, none_has_all) = if query.words.is_empty() {
        (0, false)
    } else {
        suffices(&parts, required, enough)
    };
    let beside = if departments.is_empty() {
        least
    } else {
        least.min(weights::beside(required))
    };
    let mut counts: [Vec<u64>; FACETS] =
        std::array::from_fn(|slot| vec![0; snapshot.values[slot].len()]);
    let mut top = Top::new(query.offset + query.limit);
    let (mut total, mut best) = (0, None);
    for (number, part) in parts.iter().enumerate() {
        let columns = &part.segment.columns;
        let mut local: [Vec<u64>; FACETS] =
            std::array::from_fn(|slot| vec![0; columns.values[slot].len()]);
        part.each(beside, |doc, matched| {
            if matched < least && !departments.contains(&part.global(Facet::Department, doc)) {
                return;
            }
            total += 1;
            for (counts, ordinals) in local.iter_mut().zip(&columns.ordinals) {
                if let Some(count) = counts.get_mut(ordinals[doc as usize] as usize) {
                    *count += 1;
                }
            }
            let candidate = candidate(part, (number, doc), query.sort, &departments);
            // Whatever the order: how sure the answer is does not depend on it.
            let is_better = |best: Candidate| {
                (Finite(candidate.score), best.id) > (Finite(best.score), candidate.id)
            };
            if best.is_none_or(is_better) {
                best = Some(candidate);
            }
            top.offer(candidate);
        });
        for ((counts, local), global) in counts.iter_mut().zip(local).zip(&part.segment.global) {
            for (count, &ordinal) in local.into_iter().zip(global) {
                counts[ordinal as usize] += count;
            }
        }
    }
    let top = top.into_sorted();
    let evidence = best
        .filter(|_| !query.words.is_empty())
        .map(|best| evidence(snapshot, &parts, query, &best));
    let hits = top.into_iter().skip(query.offset);
    Answer {
        total,
        evidence,
        partial: none_has_all && total > 0,
        hits: hits
            .map(|c| Hit {
                id: ItemId(c.id),
                score: c.score,
            })
            .collect(),
        facets: facets(snapshot, &counts),
    }
}

/// What speaks for the best hit.
#[expect(clippy::cast_precision_loss, reason = "measures of likelihood")]
fn evidence(snapshot: &Snapshot, parts: &[Part<'_>], query: &Query, best: &Candidate) -> Evidence {
    // BM25 of a rare term grows with the logarithm of the number of items.
    let unit = weights::TITLE.pairs * (snapshot.all_documents() as f32 + 2.0).ln();
    let (part, doc) = (&parts[best.place.0], best.place.1);
    let matched = part.found.matched()[doc as usize];
    let is_certain = Accumulator::is_accepted(matched) || part.found.is_cited(doc);
    Evidence {
        score: best.score / unit,
        coverage: f32::from(matched).min(query.words.len() as f32) / query.words.len() as f32,
        meant: part.found.meant(doc) / unit,
        is_certain,
    }
}

/// Departments, as the snapshot's ordinals, of the items whose title the question is.
fn departments_titled(parts: &[Part<'_>]) -> Vec<u32> {
    let of_part = |part: &Part<'_>| -> Vec<u32> {
        let Part { found, segment, .. } = part;
        let alive = found.titled().iter().filter(|doc| segment.is_alive(**doc));
        let departments = alive.map(|doc| part.global(Facet::Department, *doc));
        departments.collect()
    };
    parts.iter().flat_map(of_part).collect()
}

fn candidate(part: &Part<'_>, place: (usize, DocId), sort: Sort, departments: &[u32]) -> Candidate {
    let doc = place.1;
    let department = part.global(Facet::Department, doc);
    let group = match sort {
        Sort::Relevance => (0, 0),
        Sort::Department => (department, part.global(Facet::Kind, doc)),
    };
    let mut score = part.found.score(doc);
    if departments.is_empty() {
        score *= part.leanings.factor(part.segment, doc);
    } else if departments.contains(&department) {
        // Nor does it matter here of which type of item the question speaks.
        score *= weights::SAME_DEPARTMENT;
    }
    Candidate {
        group,
        score,
        is_ranked: sort == Sort::Relevance,
        id: part.segment.columns.ids[doc as usize],
        place,
    }
}

/// The first `limit` candidates.
struct Top {
    limit: usize,
    /// The last of them on top.
    heap: BinaryHeap<Candidate>,
}

impl Top {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            heap: BinaryHeap::with_capacity(limit + 1),
        }
    }

    fn offer(&mut self, candidate: Candidate) {
        if self.heap.len() < self.limit {
            self.heap.push(candidate);
        } else if let Some(mut last) = self.heap.peek_mut()
            && candidate < *last
        {
            *last = candidate;
        }
    }

    fn into_sorted(self) -> Vec<Candidate> {
        self.heap.into_sorted_vec()
    }
}

fn facets(snapshot: &Snapshot, counts: &[Vec<u64>; FACETS]) -> Vec<(Facet, Vec<FacetCount>)> {
    let mut facets = Vec::new();
    for (slot, facet) in Facet::ALL.into_iter().enumerate() {
        let pairs = snapshot.values[slot].iter().zip(&counts[slot]);
        let mut counts: Vec<FacetCount> = pairs
            .filter(|(value, count)| **count > 0 && !value.is_empty())
            .map(|(value, &count)| FacetCount {
                value: value.clone(),
                count,
            })
            .collect();
        // Values are in order already; the sort is stable.
        counts.sort_by_key(|c| std::cmp::Reverse(c.count));
        facets.push((facet, counts));
    }
    facets
}
