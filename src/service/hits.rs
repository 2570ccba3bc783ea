//! Items that searches found, as the register has them and ready to be marked. Those found lately are
//! kept: a register unpacks an item and normalises its texts in the time that the search itself takes.
//! Must not know questions.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::domain::{Date, Head, ItemCode, ItemId, Kind, Position, Revision, Role, SearchGroup};
use crate::text::normal::Normalised;

use super::{ServiceError, Services};

/// Items kept at most: some 8 KB each.
const MOST: usize = 4_096;

/// An item with its searchable texts.
pub(super) struct Prepared {
    pub code: ItemCode,
    pub head: Head,
    pub effective_on: Date,
    /// By search group: the title first, then the legal basis, then the others as published.
    pub texts: Vec<Text>,
}

/// A text of an item.
pub(super) struct Text {
    /// Field key and label.
    pub key: String,
    pub label: String,
    pub role: Option<Role>,
    pub group: SearchGroup,
    pub value: String,
    pub normal: Normalised,
}

impl Prepared {
    /// An item of a kind that is no longer known has no texts.
    fn new(mut revision: Revision, kind: Option<&Kind>) -> Self {
        let mut texts = Vec::new();
        for group in [SearchGroup::Title, SearchGroup::Basis, SearchGroup::Body] {
            let fields = kind.into_iter().flat_map(|kind| &kind.fields);
            for field in fields.filter(|f| f.search == Some(group)) {
                if let Some(value) = revision.item.fields.swap_remove(&field.key) {
                    texts.push(Text {
                        key: field.key.clone(),
                        label: field.label.clone(),
                        role: field.role,
                        group,
                        normal: Normalised::new(&value),
                        value,
                    });
                }
            }
        }
        Self {
            code: revision.code,
            head: revision.item.head,
            effective_on: revision.effective_on,
            texts,
        }
    }
}

/// Items found lately, as in force at one position.
pub(super) struct HitCache(Mutex<Kept>);

/// The position, and the items as in force there.
type Kept = (Option<Position>, LruCache<ItemId, Arc<Prepared>>);

impl Default for HitCache {
    fn default() -> Self {
        let kept = NonZeroUsize::new(MOST).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new((None, LruCache::new(kept))))
    }
}

impl HitCache {
    /// What is kept of these items; everything of another position is forgotten.
    fn get(&self, ids: &[ItemId], at: Position) -> Vec<Option<Arc<Prepared>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != Some(at) {
            *kept = (Some(at), LruCache::new(kept.1.cap()));
        }
        ids.iter().map(|id| kept.1.get(id).cloned()).collect()
    }

    fn keep(&self, id: ItemId, at: Position, item: &Arc<Prepared>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 == Some(at) {
            kept.1.put(id, Arc::clone(item));
        }
    }
}

impl Services {
    /// Items in force at the position, in the order asked; those that are not are `None`.
    ///
    /// # Errors
    /// As the register's.
    pub(super) fn prepared(
        &self,
        ids: &[ItemId],
        at: Position,
    ) -> Result<Vec<Option<Arc<Prepared>>>, ServiceError> {
        let mut items = self.hits.get(ids, at);
        let missing = ids.iter().zip(&items).filter(|(_, item)| item.is_none());
        let missing: Vec<ItemId> = missing.map(|(id, _)| *id).collect();
        if missing.is_empty() {
            return Ok(items);
        }
        let mut places = ids.iter().zip(&mut items);
        for revision in self.register.in_force(&missing, at)? {
            let id = revision.id;
            let kind = self.kinds.get(&revision.item.head.kind).cloned();
            let item = Arc::new(Prepared::new(revision, kind.as_deref()));
            self.hits.keep(id, at, &item);
            // Both are in the order asked.
            if let Some((_, place)) = places.find(|(asked, _)| **asked == id) {
                *place = Some(item);
            }
        }
        Ok(items)
    }
}
