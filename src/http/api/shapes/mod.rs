//! The JSON API's shapes: what programs see, and nothing else. Documented in `OpenAPI` from here.
//! Must not know the register or the engine; made from the services' views.

mod catalogue;
mod check;
pub mod console;
mod item;
mod negative;
mod publication;
mod related;
mod search;
mod statistics;

pub use catalogue::{DepartmentAnswer, Departments, KindAnswer, KindShape, Kinds};
pub use check::{CheckAnswer, CheckEdition, CheckRequest};
pub use item::{HistoryAnswer, ItemAnswer};
pub use negative::NegativeAnswer;
pub use publication::{
    ChainHeadShape, DifferenceAnswer, List, ListAnswer, Lists, PublicationAnswer, PublicationPage,
    PublicationSummary,
};
pub use related::{ComparisonAnswer, RelatedAnswer};
pub use search::{SearchAnswer, SuggestAnswer, SuggestionShape};
pub use statistics::StatisticsAnswer;

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::url;
use crate::service::view::{ChangeView, Difference, HeadView};

/// What every list of items shows of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Head {
    /// Unique in the register, never reused.
    pub code: String,
    /// Key of the kind of list.
    pub kind: String,
    pub name: String,
    /// Name of the 子项; empty when there is none.
    pub sub_name: String,
    /// 行政许可, 行政处罚 …; empty when the list gives none.
    #[serde(rename = "type")]
    pub item_type: String,
    pub department: String,
    /// Name of the administrative division.
    pub region: String,
    /// 国家级, 省级, 市级, 县级 or 乡镇级; empty when the list gives none.
    pub level: String,
    /// Path of the item's page.
    pub url: String,
}

impl From<HeadView> for Head {
    fn from(head: HeadView) -> Self {
        Self {
            url: url::item(&head.code),
            code: head.code,
            kind: head.kind,
            name: head.name,
            sub_name: head.sub_name,
            item_type: head.item_type,
            department: head.department,
            region: head.region.name,
            level: head.level,
        }
    }
}

/// One field that changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldChange {
    pub field: String,
    pub label: String,
    /// Absent when the field was blank.
    pub before: Option<String>,
    /// Absent when the field became blank.
    pub after: Option<String>,
}

impl From<Difference> for FieldChange {
    fn from(difference: Difference) -> Self {
        Self {
            field: difference.key,
            label: difference.label,
            before: difference.before,
            after: difference.after,
        }
    }
}

/// What happened to an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// `added`, `amended` or `withdrawn`.
    #[schema(value_type = String)]
    pub action: crate::domain::Action,
    /// What the rules on list management call it: `added`, `taken-over`, `adjusted`, `entrusted`,
    /// `cancelled`, `handed-down`; null where nobody said so.
    #[serde(rename = "change")]
    pub called: Option<&'static str>,
    #[serde(flatten)]
    pub head: Head,
    pub effective_on: String,
    /// Of an amended item, in the kind's order.
    pub changes: Vec<FieldChange>,
    /// Of a withdrawn item.
    pub reason: Option<String>,
    /// Code of the item that replaces it.
    pub successor: Option<String>,
}

impl From<ChangeView> for Change {
    fn from(change: ChangeView) -> Self {
        Self {
            action: change.action,
            called: change.kind.map(crate::domain::ChangeType::key),
            head: change.head.into(),
            effective_on: change.effective_on.to_string(),
            changes: change
                .differences
                .into_iter()
                .map(FieldChange::from)
                .collect(),
            reason: change.reason,
            successor: change.successor,
        }
    }
}

/// Whether the site can answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    pub status: &'static str,
}
