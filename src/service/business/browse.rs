//! The negative lists to be read through: by section of GB/T 4754, as in force on a day, with what
//! the edition changed. Must not know descriptions of business.

use std::collections::HashMap;

use crate::domain::{Action, AppliesTo, Date, Position, Publication, Role};
use crate::register::PublicationFilter;
use crate::service::read::Paging;
use crate::service::view::ChangeView;
use crate::service::{ServiceError, Services};

use super::lists::{self, Edition, Listed};

/// Code of the section of items that belong to no industry.
pub const GENERAL: &str = "0";
const GENERAL_NAME: &str = "不分行业";
/// Changes of an edition, and publications of a kind, that are looked at; the longest lists have some
/// hundred items.
const MOST_CHANGES: usize = 1_000;

/// What is to be read.
#[derive(Clone, Debug, Default)]
pub struct BrowseParams {
    /// Code of a section; all where absent.
    pub section: Option<String>,
    /// Day whose lists are shown; today where absent.
    pub as_of: Option<Date>,
}

/// The negative lists of a day.
#[derive(Clone, Debug)]
pub struct Browse {
    pub position: Position,
    pub lists: Vec<ListShown>,
    /// All sections, in the order of their codes.
    pub sections: Vec<Section>,
    /// The section asked for, in `sections`.
    pub chosen: Option<usize>,
}

/// A negative list.
#[derive(Clone, Debug)]
pub struct ListShown {
    /// In force on the day.
    pub edition: Edition,
    /// All its publications, the newest first.
    pub publications: Vec<Publication>,
    /// The one that the changes are counted from; `None` for the first.
    pub before: Option<Publication>,
}

/// Items of one section, of all lists.
#[derive(Clone, Debug)]
pub struct Section {
    /// Letter of GB/T 4754-2017, [`GENERAL`], or the name where it has none.
    pub code: String,
    pub name: String,
    pub entries: Vec<Entry>,
}

/// An item as in force, or as it was before it was withdrawn.
#[derive(Clone, Debug)]
pub struct Entry {
    pub item: Listed,
    /// What the edition changed of it.
    pub change: Option<ChangeView>,
}

impl Entry {
    pub fn is_withdrawn(&self) -> bool {
        matches!(&self.change, Some(change) if change.action == Action::Withdrawn)
    }
}

impl Services {
    /// The negative lists as in force on a day, by section.
    ///
    /// # Errors
    /// `Invalid` naming the section when there is none of this code.
    pub fn browse_negative(&self, params: &BrowseParams) -> Result<Browse, ServiceError> {
        let day = params.as_of.unwrap_or_else(|| self.today());
        let position = lists::position(&*self.register, day, None)?;
        let now = self.negative_lists(position)?;
        let mut shown = Vec::new();
        let mut changed = HashMap::new();
        let mut entries: Vec<Entry> = Vec::new();
        for edition in &now.editions {
            let (list, changes) = self.list_shown(edition)?;
            entries.extend(self.withdrawn(&list, position, changes.clone())?);
            changed.extend(changes);
            shown.push(list);
        }
        // Several lists may be of one kind: each item stands in one of them.
        let in_force = now.items.iter().map(|item| Entry {
            change: changed.remove(&item.code),
            item: item.clone(),
        });
        entries.splice(0..0, in_force);
        let mut sections = sections(entries);
        // The section of one edition may be empty in another: a reader who goes from one to the other
        // stays in it.
        if let Some(code) = &params.section
            && let Some(name) = standard_name(code)
            && !sections.iter().any(|s| s.code == *code)
        {
            sections.push(Section {
                code: code.clone(),
                name: name.to_owned(),
                entries: Vec::new(),
            });
        }
        let chosen = match &params.section {
            None => None,
            Some(code) => {
                let found = sections.iter().position(|s| s.code == *code);
                Some(found.ok_or_else(|| {
                    let detail = format!("负面清单没有“{code}”这个门类");
                    ServiceError::parameter("section", detail)
                })?)
            }
        };
        Ok(Browse {
            position,
            lists: shown,
            sections,
            chosen,
        })
    }

    /// A list with its publications, and what its edition changed by the code of the item.
    fn list_shown(
        &self,
        edition: &Edition,
    ) -> Result<(ListShown, HashMap<String, ChangeView>), ServiceError> {
        let filter = PublicationFilter {
            kind: Some(edition.kind.clone()),
            ..PublicationFilter::default()
        };
        let (all, _) = self
            .register
            .publications(&filter, 0, MOST_CHANGES as u64)?;
        let own = |p: &Publication| p.list == edition.publication.list;
        let publications: Vec<Publication> = all.into_iter().filter(own).collect();
        let number = edition.publication.number;
        let before = publications.iter().find(|p| p.number < number).cloned();
        let mut changes = HashMap::new();
        if before.is_some() {
            let paging = Paging {
                page: 1,
                size: MOST_CHANGES,
            };
            let detail = self.publication(number, paging)?;
            let substantial = detail
                .changes
                .into_iter()
                .filter(|c| self.is_substantial(c));
            changes.extend(substantial.map(|change| (change.head.code.clone(), change)));
        }
        let shown = ListShown {
            edition: edition.clone(),
            publications,
            before,
        };
        Ok((shown, changes))
    }

    /// Whether more changed than numbers and the name of the edition.
    fn is_substantial(&self, change: &ChangeView) -> bool {
        let kind = self.kinds.get(&change.head.kind);
        let is_number = |key: &str| {
            let role = kind.and_then(|k| k.field(key)).and_then(|f| f.role);
            matches!(role, Some(Role::Edition | Role::Sequence | Role::Key))
        };
        change.action != Action::Amended || !change.differences.iter().all(|d| is_number(&d.key))
    }

    /// Items that the edition withdrew, as they stood before.
    fn withdrawn(
        &self,
        list: &ListShown,
        at: Position,
        mut changes: HashMap<String, ChangeView>,
    ) -> Result<Vec<Entry>, ServiceError> {
        changes.retain(|_, change| change.action == Action::Withdrawn);
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let before = Position {
            publication: list.edition.publication.number.saturating_sub(1),
            ..at
        };
        let before = self.negative_lists(before)?;
        let entries = before.items.iter().filter_map(|item| {
            Some(Entry {
                change: Some(changes.remove(&item.code)?),
                item: item.clone(),
            })
        });
        Ok(entries.collect())
    }
}

/// Entries by section; the lists' order inside, what applies to everyone first.
fn sections(mut entries: Vec<Entry>) -> Vec<Section> {
    entries.sort_by_key(|entry| entry.item.applies_to == AppliesTo::Foreign);
    let mut sections: Vec<Section> = Vec::new();
    for entry in entries {
        let (code, name) = section_of(&entry.item.section);
        match sections.iter_mut().find(|s| s.code == code) {
            Some(section) => section.entries.push(entry),
            None => sections.push(Section {
                code,
                name,
                entries: vec![entry],
            }),
        }
    }
    sections.sort_by(|a, b| a.code.cmp(&b.code));
    sections
}

/// Name of the section with this letter of GB/T 4754, or of what belongs to none.
fn standard_name(code: &str) -> Option<&'static str> {
    match code {
        GENERAL => Some(GENERAL_NAME),
        _ if code.len() == 1 => crate::service::words::industries().get(code).copied(),
        _ => None,
    }
}

/// Code and name of a section as a list writes it.
fn section_of(written: &str) -> (String, String) {
    let name = written.trim();
    if name.is_empty() {
        return (GENERAL.to_owned(), GENERAL_NAME.to_owned());
    }
    let sections = crate::service::words::industries().iter();
    let known = sections.filter(|(code, _)| code.len() == 1);
    let code = known
        .filter(|(_, known)| **known == name)
        .map(|(code, _)| *code);
    (code.max().unwrap_or(name).to_owned(), name.to_owned())
}
