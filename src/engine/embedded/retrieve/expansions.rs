//! Retriever of official wordings: what the lexicon says that everyday words mean.
//! An item that has a wording whole is a hit, whichever of the question's words it has.

use tantivy::DocId;

use super::super::accumulate::Accumulator;
use super::super::snapshot::{Segment, Snapshot};
use super::super::weights;
use super::postings::Scored;
use super::{Deadline, Retriever};
use crate::query::{Query, Scales, Weight};
use crate::text::grams::{each_gram, substring_grams};
use crate::text::lexicon::Relation;

/// One wording in one text of the items.
struct Sought {
    terms: Vec<Scored>,
    /// Whether having all of it makes an item a hit: the body says too much.
    suffices: bool,
}

/// The wordings for one thing said; of an item the best counts.
struct Meant {
    weight: f32,
    /// Per wording: its share, and the texts it is sought in.
    wordings: Vec<(f32, Vec<Sought>)>,
}

pub(super) struct Expansions {
    meant: Vec<Meant>,
    required: usize,
    /// Factor on wordings of which a text has only a part.
    part: f32,
}

fn relation(relation: Relation, scales: &Scales) -> f32 {
    match relation {
        Relation::Same | Relation::Near => 1.0,
        Relation::Hint => scales.of(Weight::Hint),
        Relation::Abbr => scales.of(Weight::Abbr),
    }
}

/// 2-grams of a wording as titles have them, without the line's beginning; a part of one
/// character is left to its neighbours.
fn grams(parts: &[String], in_title: bool) -> Vec<String> {
    let mut grams: Vec<String> = Vec::new();
    for part in parts {
        if in_title {
            grams.extend(substring_grams(part));
        } else {
            each_gram(part, 2, |range| grams.push(part[range].to_owned()));
        }
    }
    grams.retain(|g| g.chars().count() > 1);
    grams.sort();
    grams.dedup();
    grams
}

impl Expansions {
    pub fn plan(snapshot: &Snapshot, query: &Query, required: usize) -> tantivy::Result<Self> {
        let fields = snapshot.fields;
        let scales = &query.scales;
        let in_title = weights::MEANT_TITLE * scales.of(Weight::MeantTitle);
        let in_basis = weights::MEANT_BASIS * scales.of(Weight::MeantBasis);
        let in_body = weights::MEANT_BODY * scales.of(Weight::MeantBody);
        let mut meant = Vec::new();
        for expansion in &query.expansions {
            let mut wordings = Vec::new();
            for (rank, parts) in expansion.meant.iter().enumerate() {
                let share = weights::LATER_WORDING.powi(i32::try_from(rank).unwrap_or(i32::MAX));
                let mut sought = Vec::new();
                for (text, weight, in_title, suffices) in [
                    (fields.title, in_title, true, true),
                    (fields.basis, in_basis, false, true),
                    (fields.body, in_body, false, false),
                ] {
                    let terms = grams(parts, in_title)
                        .iter()
                        .map(|gram| Scored::new(snapshot, text.pairs, gram, weight))
                        .collect::<tantivy::Result<Vec<_>>>()?;
                    if terms.iter().any(|t| t.frequency > 0) {
                        sought.push(Sought { terms, suffices });
                    }
                }
                if !sought.is_empty() {
                    wordings.push((share, sought));
                }
            }
            meant.push(Meant {
                weight: weights::relation(expansion.relation)
                    * relation(expansion.relation, scales),
                wordings,
            });
        }
        Ok(Self {
            meant,
            required,
            part: scales.of(Weight::Part),
        })
    }
}

/// Arrays over a segment's documents with the list of those that are in use.
struct Scratch {
    values: Vec<f32>,
    counts: Vec<u16>,
    touched: Vec<DocId>,
}

impl Scratch {
    fn new(docs: usize) -> Self {
        Self {
            values: vec![0.0; docs],
            counts: vec![0; docs],
            touched: Vec::new(),
        }
    }

    fn add(&mut self, doc: DocId, value: f32) {
        let at = doc as usize;
        if self.counts[at] == 0 {
            self.touched.push(doc);
        }
        self.counts[at] = self.counts[at].saturating_add(1);
        self.values[at] += value;
    }

    /// Passes what was added per document, and forgets it.
    fn drain(&mut self, mut each: impl FnMut(DocId, f32, u16)) {
        for doc in self.touched.drain(..) {
            let at = doc as usize;
            each(doc, self.values[at], self.counts[at]);
            self.values[at] = 0.0;
            self.counts[at] = 0;
        }
    }
}

impl Retriever for Expansions {
    fn run(
        &self,
        segment: &Segment,
        found: &mut Accumulator,
        clock: Deadline,
    ) -> tantivy::Result<()> {
        if self.meant.is_empty() {
            return Ok(());
        }
        let docs = segment.reader.max_doc() as usize;
        let (mut text, mut wording) = (Scratch::new(docs), Scratch::new(docs));
        let mut best = vec![0.0_f32; docs];
        let mut bettered: Vec<DocId> = Vec::new();
        for meant in &self.meant {
            for (share, sought) in &meant.wordings {
                for in_text in sought {
                    for term in &in_text.terms {
                        term.each(segment, clock, |doc, score| text.add(doc, score))?;
                    }
                    let all = in_text.terms.len();
                    text.drain(|doc, value, count| {
                        let whole = usize::from(count) >= all;
                        if whole && in_text.suffices {
                            found.satisfy(doc, self.required);
                        }
                        let part = if whole {
                            1.0
                        } else {
                            self.part * weights::part(usize::from(count), all)
                        };
                        wording.add(doc, value * part);
                    });
                }
                wording.drain(|doc, value, _| {
                    let place = &mut best[doc as usize];
                    if *place == 0.0 {
                        bettered.push(doc);
                    }
                    *place = place.max(value * share);
                });
            }
            for doc in bettered.drain(..) {
                let value = std::mem::take(&mut best[doc as usize]) * meant.weight;
                found.add_score(doc, value);
                found.add_meant(doc, value);
            }
        }
        Ok(())
    }
}
