//! What was worked out from the register's state, kept until that state moves on.
//! Must not know what is kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use super::{ServiceError, Services};
use crate::domain::Position;

/// Values kept at most; then all are forgotten.
const MOST: usize = 1_024;

/// A value, or the place where one is being made.
type Slot<V> = Arc<Mutex<Option<Arc<V>>>>;

/// Values by key.
type Slots<K, V> = HashMap<K, Slot<V>>;

/// Values by key, of one position.
pub(super) struct Kept<K, V>(Mutex<(Option<Position>, Slots<K, V>)>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::new((None, HashMap::new())))
    }
}

impl Services {
    /// What is kept, or made and then kept: see [`Kept::get`]. Nothing is kept while the index is not
    /// the one that it should be, since it will answer otherwise at the same position.
    ///
    /// # Errors
    /// As `make`'s.
    pub(super) fn keep<K: Hash + Eq, V>(
        &self,
        kept: &Kept<K, V>,
        at: Position,
        key: K,
        make: impl FnOnce() -> Result<V, ServiceError>,
    ) -> Result<Arc<V>, ServiceError> {
        if self.engine.state().needs_rebuild() {
            return make().map(Arc::new);
        }
        kept.get(at, key, make)
    }
}

impl<K: Hash + Eq, V> Kept<K, V> {
    /// What is kept under the key for the position, else what `make` makes: once, however many ask
    /// for the key meanwhile. `make` must not ask for the same key.
    ///
    /// # Errors
    /// As `make`'s; nothing is then kept.
    fn get<E>(
        &self,
        at: Position,
        key: K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        let Some(slot) = self.slot(at, key) else {
            return make().map(Arc::new);
        };
        let mut value = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = value.as_ref() {
            return Ok(Arc::clone(value));
        }
        let made = Arc::new(make()?);
        *value = Some(Arc::clone(&made));
        Ok(made)
    }

    /// The place of a key; `None` for a position before the one that is kept: whoever still asks
    /// there must not make all others' values be made anew.
    fn slot(&self, at: Position, key: K) -> Option<Slot<V>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.0
            && (known.publication, known.day) > (at.publication, at.day)
        {
            return None;
        }
        if kept.0 != Some(at) || kept.1.len() >= MOST {
            *kept = (Some(at), HashMap::new());
        }
        Some(Arc::clone(kept.1.entry(key).or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_for_each_position() {
        let kept: Kept<&str, u64> = Kept::default();
        let at = |publication| Position {
            publication,
            ..Position::on(jiff::civil::date(2026, 11, 24))
        };
        let get = |n, value| *kept.get(at(n), "甲", || Ok::<_, ()>(value)).unwrap();
        assert_eq!((get(1, 1), get(1, 2), get(2, 3)), (1, 1, 3));
        // Who is late is answered, and nothing is forgotten for it.
        assert_eq!((get(1, 4), get(2, 5)), (4, 3));
        assert!(kept.get(at(2), "乙", || Err::<u64, _>("no")).is_err());
        assert_eq!(*kept.get(at(2), "乙", || Ok::<_, ()>(6)).unwrap(), 6);
    }
}
