//! Titles that contain what was typed so far, those beginning with it first.
//! Must not know how questions are ranked.

use std::collections::HashMap;

use tantivy::query::{EnableScoring, Query as _};
use tantivy::{DocId, DocSet, TERMINATED, Term};

use super::retrieve::literal_phrase;
use super::snapshot::{Segment, Snapshot};
use crate::domain::ItemId;
use crate::text::grams::{START, substring_grams};
use crate::text::normal::normalise;

/// Order of suggestions: those that begin with the text, then the shorter, then the older.
type Rank = (bool, u8, u64);

/// Items by title, each distinct title once.
pub(super) fn suggest(
    snapshot: &Snapshot,
    text: &str,
    limit: usize,
) -> tantivy::Result<Vec<ItemId>> {
    let text: String = normalise(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let Some(first) = text.chars().next() else {
        return Ok(Vec::new());
    };
    let fields = snapshot.fields.title;
    let inside = substring_grams(&text);
    let mut beginning = vec![format!("{START}{first}")];
    beginning.extend(inside.iter().cloned());
    let mut best: HashMap<u64, Rank> = HashMap::new();
    for segment in &snapshot.segments {
        let lengths = fields
            .chars
            .map(|field| segment.reader.get_fieldnorms_reader(field))
            .transpose()?;
        let mut offer = |doc: DocId, later: bool| {
            if !segment.is_alive(doc) {
                return;
            }
            let length = lengths.as_ref().map_or(0, |l| l.fieldnorm_id(doc));
            let rank = (later, length, segment.columns.ids[doc as usize]);
            let key = segment.columns.title_keys[doc as usize];
            best.entry(key)
                .and_modify(|old| *old = rank.min(*old))
                .or_insert(rank);
        };
        each(snapshot, segment, &beginning, &mut |doc| offer(doc, false))?;
        if inside.is_empty() {
            let Some(chars) = fields.chars else { continue };
            let single = [text.clone()];
            each_of(snapshot, segment, chars, &single, &mut |doc| {
                offer(doc, true);
            })?;
        } else {
            each(snapshot, segment, &inside, &mut |doc| offer(doc, true))?;
        }
    }
    let mut ranks: Vec<Rank> = best.into_values().collect();
    ranks.sort_unstable();
    Ok(ranks
        .into_iter()
        .take(limit)
        .map(|(_, _, id)| ItemId(id))
        .collect())
}

fn each(
    snapshot: &Snapshot,
    segment: &Segment,
    grams: &[String],
    offer: &mut dyn FnMut(DocId),
) -> tantivy::Result<()> {
    each_of(snapshot, segment, snapshot.fields.title.pairs, grams, offer)
}

/// Calls `offer` with every document where the grams stand one after the other.
fn each_of(
    snapshot: &Snapshot,
    segment: &Segment,
    field: tantivy::schema::Field,
    grams: &[String],
    offer: &mut dyn FnMut(DocId),
) -> tantivy::Result<()> {
    if let Some(phrase) = literal_phrase(field, grams) {
        let weight = phrase.weight(EnableScoring::disabled_from_searcher(&snapshot.searcher))?;
        let mut docs = weight.scorer(&segment.reader, 1.0)?;
        while docs.doc() != TERMINATED {
            offer(docs.doc());
            docs.advance();
        }
    } else if let [gram] = grams {
        super::retrieve::scan(segment, &Term::from_field_text(field, gram), |doc, _| {
            offer(doc);
        })?;
    }
    Ok(())
}
