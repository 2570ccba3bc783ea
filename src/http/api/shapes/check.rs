//! Shapes of a business checked against the negative lists.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::url;
use crate::service::business::lists::Edition;
use crate::service::business::{Check, Checked, Governing, LocalPermit};

/// A business to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// What is to be done, or a whole 经营范围; at most 2,000 characters.
    pub text: String,
    /// `domestic` (as if not given) or `foreign`.
    #[serde(default)]
    pub investor: String,
    /// YYYY-MM-DD; today when not given.
    #[serde(default)]
    pub as_of: String,
    /// Publications up to this number count; all when not given.
    pub publication: Option<u64>,
}

/// An edition that the answer rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckEdition {
    /// `market-access` or `foreign-investment`.
    pub kind: String,
    pub title: String,
    /// Number of its publication.
    pub publication: u64,
    pub published_on: String,
    pub effective_on: String,
}

/// A class of GB/T 4754-2017.
#[derive(Debug, Serialize, ToSchema)]
pub struct Industry {
    pub code: String,
    pub name: &'static str,
}

/// An item that governs an activity.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoverningItem {
    /// Code in the register.
    pub code: String,
    /// The list's own number.
    pub key: String,
    /// `market-access` or `foreign-investment`.
    pub list: String,
    pub name: String,
    /// The measure that the answer rests on.
    pub measure: String,
    pub department: String,
    /// `prohibited` or `permit`.
    pub grade: &'static str,
    /// Why it governs, in Chinese.
    pub why: String,
    pub url: String,
}

/// A permit of a local power list to apply for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Permit {
    pub code: String,
    pub name: String,
    /// Name of the 子项; empty when there is none.
    pub sub_name: String,
    pub department: String,
    pub url: String,
}

impl From<LocalPermit> for Permit {
    fn from(permit: LocalPermit) -> Self {
        Self {
            url: url::item(&permit.code),
            code: permit.code,
            name: permit.name,
            sub_name: permit.sub_name,
            department: permit.department,
        }
    }
}

/// One activity of the business.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedActivity {
    /// The part of the text that says it.
    pub text: String,
    /// Usual name of the activity that was recognised.
    #[schema(required = true)]
    pub name: Option<String>,
    /// `prohibited`, `permit` or `unlisted`.
    pub verdict: &'static str,
    /// How sure the verdict is, from 0 to 1.
    pub confidence: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry: Option<Industry>,
    /// The governing item first.
    pub items: Vec<GoverningItem>,
    pub permits: Vec<Permit>,
    /// What the text says is not included.
    pub excluded: Vec<String>,
    /// Wordings that usually govern such an activity and that the lists in force do not have: the
    /// verdict is then to be confirmed.
    pub missing: Vec<String>,
}

/// The answer. Decision support over published lists, no legal advice: what is not listed may be
/// bound by other rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    pub text: String,
    /// `domestic` or `foreign`.
    pub investor: &'static str,
    /// Day whose lists counted.
    pub as_of: String,
    /// Publications up to this number counted: with both the answer can be had again.
    pub publication: u64,
    pub editions: Vec<CheckEdition>,
    pub activities: Vec<CheckedActivity>,
    /// The strictest of the activities'.
    pub verdict: &'static str,
}

impl From<Check> for CheckAnswer {
    fn from(check: Check) -> Self {
        let editions = check.editions.into_iter().map(CheckEdition::from);
        let activities = check.activities.into_iter().map(CheckedActivity::from);
        Self {
            text: check.text,
            investor: check.investor.key(),
            as_of: check.position.day.to_string(),
            publication: check.position.publication,
            editions: editions.collect(),
            activities: activities.collect(),
            verdict: check.verdict.key(),
        }
    }
}

impl From<Edition> for CheckEdition {
    fn from(edition: Edition) -> Self {
        Self {
            kind: edition.kind,
            title: edition.title,
            publication: edition.publication.number,
            published_on: edition.publication.published_on.to_string(),
            effective_on: edition.publication.effective_on.to_string(),
        }
    }
}

impl From<Checked> for CheckedActivity {
    fn from(checked: Checked) -> Self {
        let permits = checked.permits.into_iter().map(Permit::from);
        let industry = checked.industry;
        Self {
            text: checked.text,
            name: checked.name,
            verdict: checked.verdict.key(),
            confidence: checked.confidence,
            industry: industry.map(|(code, name)| Industry { code, name }),
            items: checked.items.into_iter().map(GoverningItem::from).collect(),
            permits: permits.collect(),
            excluded: checked.excluded,
            missing: checked.missing,
        }
    }
}

impl From<Governing> for GoverningItem {
    fn from(governing: Governing) -> Self {
        let item = governing.item;
        Self {
            url: url::item(&item.code),
            code: item.code,
            key: item.key,
            list: item.kind,
            name: item.name,
            measure: governing.measure,
            department: item.department,
            grade: item.grade.key(),
            why: governing.why,
        }
    }
}
