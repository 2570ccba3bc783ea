//! Shapes of the negative lists as they are read through.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Change, CheckEdition};
use crate::http::url;
use crate::service::business::browse::{Browse, Entry, ListShown, Section};

/// A negative list in force on the day.
#[derive(Debug, Serialize, ToSchema)]
pub struct NegativeList {
    #[serde(flatten)]
    pub edition: CheckEdition,
    /// Number of the publication that the changes are counted from; absent for the first.
    pub changed_since: Option<u64>,
}

/// An item of a negative list.
#[derive(Debug, Serialize, ToSchema)]
pub struct NegativeItem {
    /// Code in the register.
    pub code: String,
    /// The list's own number.
    pub key: String,
    /// `market-access` or `foreign-investment`.
    pub list: String,
    pub name: String,
    pub measures: Vec<String>,
    pub department: String,
    /// `prohibited` or `permit`.
    pub grade: &'static str,
    /// What the edition changed of it, if anything; a withdrawn item is no longer in force.
    pub change: Option<Change>,
    pub url: String,
}

/// A section of GB/T 4754-2017 with its items.
#[derive(Debug, Serialize, ToSchema)]
pub struct NegativeSection {
    /// Letter of the section; `0` for items of no industry.
    pub code: String,
    pub name: String,
    pub items: Vec<NegativeItem>,
}

/// The negative lists of a day, by section.
#[derive(Debug, Serialize, ToSchema)]
pub struct NegativeAnswer {
    pub as_of: String,
    pub lists: Vec<NegativeList>,
    /// All sections, or the one asked for.
    pub sections: Vec<NegativeSection>,
}

impl From<Browse> for NegativeAnswer {
    fn from(browse: Browse) -> Self {
        let chosen = |at: &usize| browse.chosen.is_none_or(|chosen| chosen == *at);
        let sections = browse.sections.into_iter().enumerate();
        let sections = sections.filter(|(at, _)| chosen(at));
        Self {
            as_of: browse.position.day.to_string(),
            lists: browse.lists.into_iter().map(NegativeList::from).collect(),
            sections: sections.map(|(_, section)| section.into()).collect(),
        }
    }
}

impl From<ListShown> for NegativeList {
    fn from(list: ListShown) -> Self {
        Self {
            edition: list.edition.into(),
            changed_since: list.before.map(|p| p.number),
        }
    }
}

impl From<Section> for NegativeSection {
    fn from(section: Section) -> Self {
        Self {
            code: section.code,
            name: section.name,
            items: section
                .entries
                .into_iter()
                .map(NegativeItem::from)
                .collect(),
        }
    }
}

impl From<Entry> for NegativeItem {
    fn from(entry: Entry) -> Self {
        let item = entry.item;
        Self {
            url: url::item(&item.code),
            code: item.code,
            key: item.key,
            list: item.kind,
            measures: item.own_measures,
            name: item.name,
            department: item.department,
            grade: item.grade.key(),
            change: entry.change.map(Change::from),
        }
    }
}
