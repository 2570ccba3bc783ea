//! Shapes of what stands beside an item, and of items side by side.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Head, ItemAnswer, check::Permit};
use crate::http::url;
use crate::service::business::Asking;
use crate::service::read::{Comparison, RelatedView};

/// A measure of a negative list that asks for a permit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskingMeasure {
    pub code: String,
    /// The list's own number.
    pub key: String,
    pub name: String,
    pub measure: String,
    pub url: String,
}

impl From<Asking> for AskingMeasure {
    fn from(asking: Asking) -> Self {
        Self {
            url: url::item(&asking.code),
            code: asking.code,
            key: asking.key,
            name: asking.name,
            measure: asking.measure,
        }
    }
}

/// What stands beside an item today.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedAnswer {
    pub code: String,
    /// The same power of other departments, levels or regions.
    pub counterparts: Vec<Head>,
    /// Items that rest on the same articles, by kind key, who shares more and rarer ones first; and
    /// fees that the department charges for the same thing.
    #[schema(value_type = std::collections::HashMap<String, Vec<Head>>)]
    pub same_basis: IndexMap<String, Vec<Head>>,
    /// Of a permit: measures of negative lists that ask for it.
    pub measures: Vec<AskingMeasure>,
    /// Of a measure of a negative list: local permits that it asks for.
    pub permits: Vec<Permit>,
}

impl RelatedAnswer {
    pub fn new(code: &str, view: RelatedView) -> Self {
        let heads = |items: Vec<_>| items.into_iter().map(Head::from).collect();
        let groups = view.groups.into_iter();
        Self {
            code: code.to_owned(),
            counterparts: heads(view.counterparts),
            same_basis: groups.map(|g| (g.kind, heads(g.items))).collect(),
            measures: view.measures.into_iter().map(AskingMeasure::from).collect(),
            permits: view.permits.into_iter().map(Permit::from).collect(),
        }
    }
}

/// A field of items side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedRow {
    pub label: String,
    /// In the order of `items`; null where an item has no such field.
    pub values: Vec<Option<String>>,
    /// Whether the items do not all say the same.
    pub differs: bool,
}

/// Items side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparisonAnswer {
    pub items: Vec<ItemAnswer>,
    pub rows: Vec<ComparedRow>,
}

impl From<Comparison> for ComparisonAnswer {
    fn from(view: Comparison) -> Self {
        let rows = view.rows.into_iter().map(|row| ComparedRow {
            differs: row.differs(),
            label: row.label,
            values: row.values,
        });
        Self {
            rows: rows.collect(),
            items: view.items.into_iter().map(ItemAnswer::from).collect(),
        }
    }
}
