//! An item: a typed head and its fields by key.
//! Must not know which kinds exist or where items are stored.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::code::ItemCode;
use super::region::Region;

/// The register's internal number of an item; stable for ever, never shown to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId(pub u64);

/// Field values by field key, in the kind's published order. Blank fields are absent.
pub type Fields = IndexMap<String, String>;

/// What every kind's items have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Key of the kind of list.
    pub kind: String,
    pub name: String,
    /// 子项 name; empty for an item without sub-items.
    #[serde(default)]
    pub sub_name: String,
    /// Power type as normalised (行政许可); empty when the list gives none.
    #[serde(default, rename = "type")]
    pub item_type: String,
    /// Department that answers for the item: the publisher of its list.
    pub department: String,
    pub region: Region,
    /// Level of government as normalised (市级); empty when the list gives none.
    #[serde(default)]
    pub level: String,
}

/// One item's whole content, without its code (which the register may have to assign).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub head: Head,
    /// Cleaned values.
    pub fields: Fields,
    /// Original cells, where cleaning changed more than white space.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub originals: Fields,
}

impl Item {
    /// Whether the other seems to be the same: but for a type or a level that one of them lacks.
    pub fn resembles(&self, other: &Self) -> bool {
        let (a, b) = (&self.head, &other.head);
        let either = |a: &str, b: &str| a == b || a.is_empty() || b.is_empty();
        (&a.name, &a.sub_name) == (&b.name, &b.sub_name)
            && either(&a.item_type, &b.item_type)
            && either(&a.level, &b.level)
    }

    /// What makes an item the same item in the next edition when it has no code:
    /// type, name, sub-item and level (department, kind and region are the list's).
    pub fn identity(&self) -> [&str; 4] {
        let h = &self.head;
        [&h.item_type, &h.name, &h.sub_name, &h.level]
    }
}

/// An item with its place in a source file, ready to be compared with what is in force.
#[derive(Clone, Debug)]
pub struct CodedItem {
    /// Code from the list, if it has a usable one.
    pub code: Option<ItemCode>,
    pub item: Item,
}
