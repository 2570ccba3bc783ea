//! Shapes of one item and of its history.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::{FieldChange, Head, PublicationSummary};
use crate::domain::Action;
use crate::http::url;
use crate::service::read::{HistoryView, ItemView, Standing, Step};

/// An item as it stands on one day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemAnswer {
    #[serde(flatten)]
    pub head: Head,
    /// Values by field key, in the kind's order. Blank fields are absent.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub fields: IndexMap<String, String>,
    /// Original cells by field key, where cleaning changed more than white space.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub originals: IndexMap<String, String>,
    /// Labels by field key.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub labels: IndexMap<String, String>,
    /// `in_force`, `withdrawn` or `not_yet_in_force`, on `as_of`.
    pub status: &'static str,
    pub as_of: String,
    /// Since when the content or the withdrawal holds, or from when it will.
    pub effective_on: String,
    /// Reason of a withdrawal.
    pub reason: Option<String>,
    /// Code of the item that replaces a withdrawn one.
    pub successor: Option<String>,
    /// Published changes that are not yet in force on `as_of`.
    pub upcoming: Vec<UpcomingChange>,
    /// Number of the publication that the content is from.
    pub publication: u64,
    pub source: PublicationSummary,
    /// Place in the published file.
    pub origin: ItemOrigin,
    /// Number of steps in the item's history.
    pub revisions: usize,
}

/// A published change that is not yet in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpcomingChange {
    #[schema(value_type = String)]
    pub action: Action,
    pub effective_on: String,
    pub publication: u64,
}

/// Place of an item in its file, from 1; rows are 0 where the file has none.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemOrigin {
    pub sheet: String,
    pub first_row: u32,
    pub last_row: u32,
}

impl From<ItemView> for ItemAnswer {
    fn from(view: ItemView) -> Self {
        let (status, reason, successor) = match view.standing {
            Standing::InForce => ("in_force", None, None),
            Standing::NotYetInForce => ("not_yet_in_force", None, None),
            Standing::Withdrawn { reason, successor } => {
                ("withdrawn", reason, successor.map(|s| s.code))
            }
        };
        let mut fields = IndexMap::new();
        let mut originals = IndexMap::new();
        let mut labels = IndexMap::new();
        for field in view.fields {
            originals.extend(field.original.map(|original| (field.key.clone(), original)));
            labels.insert(field.key.clone(), field.label);
            fields.insert(field.key, field.value);
        }
        Self {
            head: view.head.into(),
            fields,
            originals,
            labels,
            status,
            as_of: view.as_of.to_string(),
            effective_on: view.effective_on.to_string(),
            reason,
            successor,
            upcoming: view
                .upcoming
                .into_iter()
                .map(|change| UpcomingChange {
                    action: change.action,
                    effective_on: change.effective_on.to_string(),
                    publication: change.publication,
                })
                .collect(),
            publication: view.publication.publication.number,
            source: view.publication.into(),
            origin: ItemOrigin {
                sheet: view.origin.sheet,
                first_row: view.origin.first_row,
                last_row: view.origin.last_row,
            },
            revisions: view.revisions,
        }
    }
}

/// One step in an item's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryStep {
    /// `added`, `amended` or `withdrawn`.
    #[schema(value_type = String)]
    pub action: Action,
    pub effective_on: String,
    /// Whether it is in force or past today.
    pub reached: bool,
    /// Of an amendment, in the kind's order.
    pub changes: Vec<FieldChange>,
    pub reason: Option<String>,
    pub successor: Option<String>,
    /// Number of the publication.
    pub publication: u64,
    pub source: PublicationSummary,
    /// Page of the item as it stood from that day.
    pub url: String,
}

/// All that ever happened to an item, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryAnswer {
    #[serde(flatten)]
    pub head: Head,
    pub as_of: String,
    pub history: Vec<HistoryStep>,
}

impl From<HistoryView> for HistoryAnswer {
    fn from(view: HistoryView) -> Self {
        let code = view.head.code.clone();
        let step = |step: Step| HistoryStep {
            action: step.action,
            effective_on: step.effective_on.to_string(),
            reached: step.reached,
            changes: step
                .differences
                .into_iter()
                .map(FieldChange::from)
                .collect(),
            reason: step.reason,
            successor: step.successor,
            publication: step.publication.publication.number,
            source: step.publication.into(),
            url: url::item_on(&code, step.effective_on),
        };
        Self {
            as_of: view.as_of.to_string(),
            history: view.steps.into_iter().map(step).collect(),
            head: view.head.into(),
        }
    }
}
