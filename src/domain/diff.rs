//! Difference between two editions of a list, item by item and field by field.
//! Must not know where either edition comes from.

use std::collections::HashMap;

use super::code::ItemCode;
use super::item::{CodedItem, Fields, Item, ItemId};
use super::publication::{Action, Change, Origin};

/// An item of the edition that is in the register.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub id: ItemId,
    pub code: ItemCode,
    pub item: Item,
}

/// Which recorded item each new item continues.
///
/// Items are matched by code, then by `list_key` (the list's own number), then by
/// [`Item::identity`]. Several items of one identity (163 names repeat inside one real file) are
/// matched by equal content first, then in order.
///
/// `sequence` is the field of the running number: a row put in above renumbers all below it, which
/// changes none of them.
pub fn changes(
    recorded: Vec<Recorded>,
    new: Vec<(CodedItem, Origin)>,
    list_key: impl Fn(&Item) -> Option<String>,
    sequence: Option<&str>,
) -> Vec<Change> {
    let partner = pair(&recorded, &new, &list_key, sequence);
    let mut continued = vec![false; recorded.len()];
    let mut changes = Vec::new();
    for ((coded, origin), old) in new.into_iter().zip(partner) {
        let Some(index) = old else {
            changes.push(Change {
                action: Action::Added,
                id: None,
                code: coded.code,
                item: coded.item,
                origin,
                reason: None,
                successor: None,
            });
            continue;
        };
        continued[index] = true;
        let old = &recorded[index];
        if !same(&old.item, &coded.item, sequence) {
            changes.push(Change {
                action: Action::Amended,
                id: Some(old.id),
                code: Some(old.code.clone()),
                item: coded.item,
                origin,
                reason: None,
                successor: None,
            });
        }
    }
    for (old, continued) in recorded.into_iter().zip(continued) {
        if !continued {
            changes.push(Change {
                action: Action::Withdrawn,
                id: Some(old.id),
                code: Some(old.code),
                item: old.item,
                origin: Origin::default(),
                reason: Some("新版清单未列入".into()),
                successor: None,
            });
        }
    }
    changes
}

/// Whether two states of an item say the same, the running number aside.
fn same(a: &Item, b: &Item, sequence: Option<&str>) -> bool {
    let counted = |key: &&String| Some(key.as_str()) != sequence;
    let alike = |a: &Fields, b: &Fields| {
        a.keys().filter(counted).count() == b.keys().filter(counted).count()
            && a.iter()
                .filter(|(k, _)| counted(k))
                .all(|(k, v)| b.get(k) == Some(v))
    };
    a.head == b.head && alike(&a.fields, &b.fields)
}

/// For each new item the index of the recorded item it continues.
fn pair(
    recorded: &[Recorded],
    new: &[(CodedItem, Origin)],
    list_key: &impl Fn(&Item) -> Option<String>,
    sequence: Option<&str>,
) -> Vec<Option<usize>> {
    let mut partner: Vec<Option<usize>> = vec![None; new.len()];
    let mut free = vec![true; recorded.len()];
    let mut link = |partner: &mut Vec<Option<usize>>, n: usize, o: usize| {
        if free[o] && partner[n].is_none() {
            free[o] = false;
            partner[n] = Some(o);
        }
    };

    let by_code: HashMap<&ItemCode, usize> = recorded
        .iter()
        .enumerate()
        .map(|(i, r)| (&r.code, i))
        .collect();
    for (n, (coded, _)) in new.iter().enumerate() {
        if let Some(&o) = coded.code.as_ref().and_then(|c| by_code.get(c)) {
            link(&mut partner, n, o);
        }
    }

    let mut by_key: HashMap<String, usize> = HashMap::new();
    for (i, r) in recorded.iter().enumerate() {
        if let Some(key) = list_key(&r.item) {
            by_key.entry(key).or_insert(i);
        }
    }
    for (n, (coded, _)) in new.iter().enumerate() {
        if let Some(&o) = list_key(&coded.item).and_then(|k| by_key.get(&k)) {
            link(&mut partner, n, o);
        }
    }

    let mut by_identity: HashMap<[&str; 4], Vec<usize>> = HashMap::new();
    for (i, r) in recorded.iter().enumerate() {
        by_identity.entry(r.item.identity()).or_default().push(i);
    }
    // An item whose list brings a code continues one without a list code at most: two different
    // official codes are two items.
    let may_continue =
        |n: usize, o: usize| new[n].0.code.is_none() || recorded[o].code.is_assigned();
    for exact in [true, false] {
        for (n, (coded, _)) in new.iter().enumerate() {
            for &o in by_identity
                .get(&coded.item.identity())
                .into_iter()
                .flatten()
            {
                if may_continue(n, o) && (!exact || same(&recorded[o].item, &coded.item, sequence))
                {
                    link(&mut partner, n, o);
                }
            }
        }
    }
    partner
}

/// One field that differs between two states of an item; `None` where the field is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Fields that differ, in the order of `after`, then those only `before` has.
pub fn fields(before: &Fields, after: &Fields) -> Vec<FieldChange> {
    let changed = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, value)| FieldChange {
            key: key.clone(),
            before: before.get(key).cloned(),
            after: Some(value.clone()),
        });
    let lost = before
        .iter()
        .filter(|(key, _)| !after.contains_key(*key))
        .map(|(key, value)| FieldChange {
            key: key.clone(),
            before: Some(value.clone()),
            after: None,
        });
    changed.chain(lost).collect()
}
