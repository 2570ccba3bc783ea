//! Items that have something in common with an item: its title, or the articles they rest on.
//! Must not know questions or how hits of a search are ranked.

use std::cmp::Reverse;

use tantivy::{DocId, Score, Term};

use super::retrieve::{Deadline, scan};
use super::snapshot::{Segment, Snapshot, slot};
use super::write::{failed, title_key};
use crate::domain::ItemId;
use crate::engine::{EngineError, Likeness, Related};
use crate::query::{Facet, Hit};
use crate::text::normal::normalise;

/// Articles that count: a basis of more is a list of everything.
const MOST_ARTICLES: usize = 40;

/// What a title in common is worth: more than any articles.
const SAME_TITLE: Score = 1_000.0;

/// # Errors
/// `Timeout` when the deadline passes, `Internal`.
pub(super) fn related(
    snapshot: &Snapshot,
    likeness: &Likeness,
    most: usize,
    clock: Deadline,
) -> Result<Related, EngineError> {
    let articles = articles(snapshot, likeness).map_err(|e| failed(&e))?;
    let title = normalise(&likeness.title);
    let titled = (!title.trim().is_empty()).then(|| title_key(&title));
    let kinds = &snapshot.values[slot(Facet::Kind)];
    let regions = &snapshot.values[slot(Facet::Region)];
    let mut same = Vec::new();
    let mut resting: Vec<Vec<Hit>> = vec![Vec::new(); kinds.len()];
    for segment in &snapshot.segments {
        let scores = shared(segment, &articles, clock).map_err(|e| failed(&e))?;
        clock.check()?;
        let columns = &segment.columns;
        let rows = columns.ids.iter().zip(&columns.title_keys);
        for ((doc, (&id, &key)), score) in (0..).zip(rows).zip(scores) {
            let has_title = titled == Some(key);
            let is_related = has_title || score > 0.0;
            if !is_related || id == likeness.except.0 || !segment.is_alive(doc) {
                continue;
            }
            let id = ItemId(id);
            let kind = value_of(segment, Facet::Kind, doc);
            if has_title && kinds.get(kind) == Some(&likeness.kind) {
                let region = regions.get(value_of(segment, Facet::Region, doc));
                same.push((region != Some(&likeness.region), id));
            } else if let Some(of_kind) = resting.get_mut(kind) {
                let score = score + if has_title { SAME_TITLE } else { 0.0 };
                of_kind.push(Hit { id, score });
            }
        }
    }
    same.sort();
    same.truncate(most);
    let resting = kinds.iter().zip(resting);
    Ok(Related {
        titled: same.into_iter().map(|(_, id)| id).collect(),
        resting: resting
            .map(|(kind, hits)| (kind.clone(), best(hits, most)))
            .filter(|(_, hits)| !hits.is_empty())
            .collect(),
    })
}

/// The articles that an item rests on, each with what sharing it is worth: the rarer, the more.
#[expect(clippy::cast_precision_loss, reason = "a measure of likeness")]
fn articles(snapshot: &Snapshot, likeness: &Likeness) -> tantivy::Result<Vec<(Term, Score)>> {
    let all = snapshot.all_documents() as Score;
    let field = snapshot.fields.citations;
    let mut articles = Vec::new();
    for citation in likeness.citations.iter().take(MOST_ARTICLES) {
        let term = Term::from_field_text(field, &citation.term());
        let places = snapshot.places(&term)?;
        let having: u32 = places.iter().flatten().map(|place| place.doc_freq).sum();
        if having > 0 {
            articles.push((term, (1.0 + all / having as Score).ln()));
        }
    }
    Ok(articles)
}

/// What each document of a segment shares; stops early when time is up, as [`scan`] does.
fn shared(
    segment: &Segment,
    articles: &[(Term, Score)],
    clock: Deadline,
) -> tantivy::Result<Vec<Score>> {
    let mut scores = vec![0.0; segment.reader.max_doc() as usize];
    for (term, worth) in articles {
        scan(segment, term, clock, |doc, _| {
            if let Some(score) = scores.get_mut(doc as usize) {
                *score += worth;
            }
        })?;
    }
    Ok(scores)
}

/// The snapshot's ordinal of a document's value.
fn value_of(segment: &Segment, facet: Facet, doc: DocId) -> usize {
    let slot = slot(facet);
    let local = segment.columns.ordinals[slot][doc as usize];
    let global = segment.global[slot].get(local as usize);
    global.copied().unwrap_or_default() as usize
}

/// The ids of the best, of equals the older first.
fn best(mut hits: Vec<Hit>, most: usize) -> Vec<ItemId> {
    let key = |hit: &Hit| (Reverse(hit.score.to_bits()), hit.id);
    if hits.len() > most {
        hits.select_nth_unstable_by_key(most, key);
        hits.truncate(most);
    }
    hits.sort_by_key(key);
    hits.into_iter().map(|hit| hit.id).collect()
}
