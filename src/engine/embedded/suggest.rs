//! Titles that contain what was typed so far, those beginning with it first.
//! Must not know how questions are ranked.

use std::collections::{BTreeSet, HashMap};

use tantivy::query::{EnableScoring, Query as _};
use tantivy::schema::Field;
use tantivy::{DocId, Term};

use super::retrieve::{Deadline, each_match, literal_phrase, scan};
use super::snapshot::{Segment, Snapshot};
use super::write::failed;
use crate::domain::ItemId;
use crate::engine::EngineError;
use crate::text::grams::{START, substring_grams};
use crate::text::normal::normalise;

/// Order of suggestions: those that begin with the text, then the shorter, then the older.
type Rank = (bool, u8, u64);

/// Items by title, each distinct title once.
///
/// # Errors
/// `Timeout` when the deadline passes, `Internal`.
pub(super) fn suggest(
    snapshot: &Snapshot,
    text: &str,
    limit: usize,
    clock: Deadline,
) -> Result<Vec<ItemId>, EngineError> {
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
    let mut best = Best::new(limit);
    best.offer_all(snapshot, fields.pairs, &beginning, false, clock)?;
    // Titles that only contain the text come after all that begin with it.
    if !best.is_full() {
        match (inside.is_empty(), fields.chars) {
            (false, _) => best.offer_all(snapshot, fields.pairs, &inside, true, clock)?,
            (true, Some(chars)) => best.offer_all(snapshot, chars, &[text], true, clock)?,
            (true, None) => {}
        }
    }
    Ok(best.into_ids())
}

/// The best titles so far, each once by its best item: never more than asked for, since one
/// common character is in most titles of a register.
struct Best {
    limit: usize,
    ranks: HashMap<u64, Rank>,
    order: BTreeSet<(Rank, u64)>,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            ranks: HashMap::new(),
            order: BTreeSet::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.order.len() >= self.limit
    }

    /// Keeps the title if it is among the best. One that is dropped for `limit` better ones cannot
    /// be missed later: those only get better.
    fn offer(&mut self, title: u64, rank: Rank) {
        let worst = self.order.last().copied();
        if self.is_full() && worst.is_none_or(|(worst, _)| rank >= worst) {
            return;
        }
        match self.ranks.get(&title) {
            Some(&known) if known <= rank => return,
            Some(&known) => {
                self.order.remove(&(known, title));
            }
            None if self.is_full() => {
                if let Some((_, dropped)) = self.order.pop_last() {
                    self.ranks.remove(&dropped);
                }
            }
            None => {}
        }
        self.ranks.insert(title, rank);
        self.order.insert((rank, title));
    }

    /// Offers every title in which the grams stand one after the other.
    fn offer_all(
        &mut self,
        snapshot: &Snapshot,
        field: Field,
        grams: &[String],
        later: bool,
        clock: Deadline,
    ) -> Result<(), EngineError> {
        for segment in &snapshot.segments {
            self.offer_segment(snapshot, segment, field, grams, later, clock)
                .map_err(|e| failed(&e))?;
            clock.check()?;
        }
        Ok(())
    }

    fn offer_segment(
        &mut self,
        snapshot: &Snapshot,
        segment: &Segment,
        field: Field,
        grams: &[String],
        later: bool,
        clock: Deadline,
    ) -> tantivy::Result<()> {
        let chars = snapshot.fields.title.chars;
        let lengths = chars
            .map(|field| segment.reader.get_fieldnorms_reader(field))
            .transpose()?;
        let mut offer = |doc: DocId| {
            if segment.is_alive(doc) {
                let length = lengths.as_ref().map_or(0, |l| l.fieldnorm_id(doc));
                let id = segment.columns.ids[doc as usize];
                let title = segment.columns.title_keys[doc as usize];
                self.offer(title, (later, length, id));
            }
        };
        if let Some(phrase) = literal_phrase(field, grams) {
            let unscored = EnableScoring::disabled_from_searcher(&snapshot.searcher);
            let phrase = phrase.weight(unscored)?;
            each_match(phrase.as_ref(), segment, 1.0, clock, |doc, _| offer(doc))
        } else if let [gram] = grams {
            let term = Term::from_field_text(field, gram);
            scan(segment, &term, clock, |doc, _| offer(doc))
        } else {
            Ok(())
        }
    }

    fn into_ids(self) -> Vec<ItemId> {
        self.order
            .into_iter()
            .map(|((_, _, id), _)| ItemId(id))
            .collect()
    }
}
