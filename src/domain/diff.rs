//! Difference between two editions of a list, item by item and field by field.
//! Must not know where either edition comes from.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use super::code::ItemCode;
use super::item::{CodedItem, Fields, Item, ItemId};
use super::kind::{Kind, Role};
use super::publication::{Action, Change, Origin};

/// An item of the edition that is in the register.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub id: ItemId,
    pub code: ItemCode,
    pub item: Item,
}

/// Keys of the fields that tell a kind's items apart, where the kind has them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telling<'k> {
    /// The list's own number of the item.
    pub list_key: Option<&'k str>,
    /// The official code.
    pub code: Option<&'k str>,
    /// What of the power this level holds.
    pub scope: Option<&'k str>,
    /// The running number: a row put in above renumbers all below it, which changes none of them.
    pub sequence: Option<&'k str>,
    /// What an item's head says, too.
    pub item_type: Option<&'k str>,
    pub level: Option<&'k str>,
    pub region: Option<&'k str>,
}

impl<'k> From<&'k Kind> for Telling<'k> {
    fn from(kind: &'k Kind) -> Self {
        let key = |role: Role| kind.field_with(role).map(|f| f.key.as_str());
        Self {
            list_key: key(Role::Key),
            code: key(Role::Code),
            scope: key(Role::Scope),
            sequence: key(Role::Sequence),
            item_type: key(Role::Type),
            level: key(Role::Level),
            region: key(Role::Region),
        }
    }
}

impl Telling<'_> {
    /// Takes out of a new state what no cell said before and the register knew all the same: the code it
    /// has given, the type read from the name of a sheet. A list that was exported has them in cells.
    pub fn leave_known(&self, code: &ItemCode, before: &Item, now: &mut Item) {
        let head = &before.head;
        let known = [
            (self.code, code.as_str()),
            (self.item_type, &head.item_type),
            (self.level, &head.level),
            (self.region, &head.region.name),
        ];
        for (key, value) in known {
            let Some(key) = key.filter(|key| !before.fields.contains_key(*key)) else {
                continue;
            };
            if now.fields.get(key).is_some_and(|v| v == value) {
                now.fields.shift_remove(key);
            }
        }
    }
}

/// What it takes to make the recorded edition into the new one.
///
/// Items are matched by code, then by [`Item::identity`], then by the list's own number: in some lists
/// it runs, and one item taken out renumbers all below it. Several items of one identity (163 names
/// repeat inside one real file) are matched by that number first, then by equal content, then by
/// scope, then in order.
pub fn changes(
    recorded: Vec<Recorded>,
    new: Vec<(CodedItem, Origin)>,
    telling: Telling<'_>,
) -> Vec<Change> {
    let sequence = telling.sequence;
    let partner = Pairing::new(&recorded, &new, telling).partner;
    let mut continued = vec![false; recorded.len()];
    let mut changes = Vec::new();
    for ((mut coded, origin), old) in new.into_iter().zip(partner) {
        let Some(index) = old else {
            changes.push(Change {
                action: Action::Added,
                kind: None,
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
        telling.leave_known(&old.code, &old.item, &mut coded.item);
        if !same(&old.item, &coded.item, sequence) {
            changes.push(Change {
                action: Action::Amended,
                kind: None,
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
                kind: None,
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
pub fn same(a: &Item, b: &Item, sequence: Option<&str>) -> bool {
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
struct Pairing<'a> {
    recorded: &'a [Recorded],
    new: &'a [(CodedItem, Origin)],
    free: Vec<bool>,
    partner: Vec<Option<usize>>,
}

impl<'a> Pairing<'a> {
    fn new(recorded: &'a [Recorded], new: &'a [(CodedItem, Origin)], telling: Telling<'_>) -> Self {
        let mut pairing = Self {
            recorded,
            new,
            free: vec![true; recorded.len()],
            partner: vec![None; new.len()],
        };
        let field = |item: &'a Item, key: Option<&str>| item.fields.get(key?).map(String::as_str);
        let content = |item: &'a Item| -> Vec<(&'a String, &'a String)> {
            let counted = |(key, _): &(&String, &String)| Some(key.as_str()) != telling.sequence;
            item.fields.iter().filter(counted).collect()
        };
        pairing.by(
            |new| new.code.as_ref().map(ItemCode::as_str),
            |old| Some(old.code.as_str()),
        );
        // An item that was recorded without an official code and has had one since.
        pairing.by(
            |new| new.code.as_ref().map(ItemCode::as_str),
            |old| field(&old.item, telling.code).filter(|_| old.code.is_assigned()),
        );
        let own = |item: &'a Item| field(item, telling.list_key);
        let numbered = |item: &'a Item| Some((item.identity(), own(item)?));
        pairing.by(|new| numbered(&new.item), |old| numbered(&old.item));
        let exact = |item: &'a Item| Some((item.identity(), content(item)));
        pairing.by(|new| exact(&new.item), |old| exact(&old.item));
        let scoped = |item: &'a Item| Some((item.identity(), field(item, telling.scope)));
        pairing.by(|new| scoped(&new.item), |old| scoped(&old.item));
        let plain = |item: &'a Item| Some(item.identity());
        pairing.by(|new| plain(&new.item), |old| plain(&old.item));
        pairing.by(|new| own(&new.item), |old| own(&old.item));
        pairing
    }

    /// Matches what is left by a key, equal ones in order. An item whose list brings a code
    /// continues one of another official code never: those are two items.
    fn by<K: Eq + Hash>(
        &mut self,
        of_new: impl Fn(&'a CodedItem) -> Option<K>,
        of_old: impl Fn(&'a Recorded) -> Option<K>,
    ) {
        // Without and with an official code.
        let mut waiting: HashMap<K, [VecDeque<usize>; 2]> = HashMap::new();
        for (index, old) in self
            .recorded
            .iter()
            .enumerate()
            .filter(|(i, _)| self.free[*i])
        {
            if let Some(key) = of_old(old) {
                let official = usize::from(!old.code.is_assigned());
                waiting.entry(key).or_default()[official].push_back(index);
            }
        }
        for (index, (new, _)) in self.new.iter().enumerate() {
            if self.partner[index].is_some() {
                continue;
            }
            let Some([assigned, official]) = of_new(new).and_then(|key| waiting.get_mut(&key))
            else {
                continue;
            };
            let own = |o: Option<&usize>| {
                o.is_some_and(|&o| Some(&self.recorded[o].code) == new.code.as_ref())
            };
            let open = new.code.is_none() || own(official.front());
            let from_official = open
                && match (assigned.front(), official.front()) {
                    (Some(a), Some(o)) => o < a,
                    (None, Some(_)) => true,
                    _ => false,
                };
            let found = if from_official {
                official.pop_front()
            } else {
                assigned.pop_front()
            };
            if let Some(old) = found {
                self.free[old] = false;
                self.partner[index] = Some(old);
            }
        }
    }
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
