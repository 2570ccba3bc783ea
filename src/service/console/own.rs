//! The lists of one's own departments: their items, the draft in hand, and the list as a workbook.
//! Must not change anything.

use std::collections::HashMap;

use super::drafts::ALL;
use super::{Actor, Console};
use crate::domain::workflow::State;
use crate::domain::{Action, Draft, Field, Item, ItemCode, ListId, Role};
use crate::register::desk::DraftFilter;
use crate::service::ServiceError;
use crate::service::table::{TableFormat, TableWriter};

/// Drafts of one list that are looked at.
const IN_HAND: u64 = 50;

/// What a form was made from: what is filled in is taken only while that is still so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The draft that it goes into and its version; 0: a new one.
    pub draft: u64,
    pub version: u64,
    /// The list's last publication, where there is no draft yet.
    pub base: u64,
}

impl std::fmt::Display for Stamp {
    /// As a hidden field holds it: `3.5.37`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.draft, self.version, self.base)
    }
}

impl std::str::FromStr for Stamp {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        let numbers: Vec<u64> = text.split('.').filter_map(|n| n.parse().ok()).collect();
        match numbers[..] {
            [draft, version, base] => Ok(Self {
                draft,
                version,
                base,
            }),
            _ => Err(ServiceError::parameter(
                "version",
                "页面已过期，请刷新后重做",
            )),
        }
    }
}

/// The items of a list of one's own department.
#[derive(Clone, Debug)]
pub struct OwnItems {
    pub list: ListId,
    pub stamp: Stamp,
    pub items: Vec<OwnItem>,
}

/// An item of the last edition.
#[derive(Clone, Debug)]
pub struct OwnItem {
    pub code: ItemCode,
    pub item: Item,
    /// What the draft in hand does with it.
    pub drafted: Option<Action>,
}

impl Console {
    /// The items of a list as the last edition has them.
    ///
    /// # Errors
    /// `NotFound` for a list that the actor does not draft.
    pub fn own_items(&self, actor: &Actor, list_number: u64) -> Result<OwnItems, ServiceError> {
        let list = self.own_list(actor, list_number)?;
        let draft = self.draft_in_hand(actor, &list)?;
        let changes = match &draft {
            Some(draft) => self.office.draft_changes(draft.id, 0, ALL)?,
            None => Vec::new(),
        };
        let drafted: HashMap<_, _> = changes
            .iter()
            .filter_map(|c| Some((c.change.id?, c.change.action)))
            .collect();
        let (_, recorded) = self.services.register.latest_edition(&list)?;
        let items = recorded.into_iter().map(|r| OwnItem {
            drafted: drafted.get(&r.id).copied(),
            code: r.code,
            item: r.item,
        });
        Ok(OwnItems {
            items: items.collect(),
            stamp: self.stamp(&list, draft.as_ref())?,
            list,
        })
    }

    /// Writes a list of one's own as a workbook under the kind's headings, which can be changed and
    /// handed in again. Gives the list's title.
    ///
    /// # Errors
    /// As [`Self::own_items`].
    pub fn own_edition(
        &self,
        actor: &Actor,
        list_number: u64,
        to: &mut dyn std::io::Write,
    ) -> Result<String, ServiceError> {
        let list = self.own_list(actor, list_number)?;
        let kind = self.kind(&list)?;
        let (_, recorded) = self.services.register.latest_edition(&list)?;
        let said = |f: &&Field| {
            f.role == Some(Role::Code)
                || recorded.iter().any(|r| r.item.fields.contains_key(&f.key))
        };
        let fields: Vec<_> = kind.fields.iter().filter(said).collect();
        let headings: Vec<&str> = fields.iter().map(|f| f.label.as_str()).collect();
        let mut table = TableWriter::new(TableFormat::Xlsx, "清单", &headings, to)?;
        for known in &recorded {
            let cell = |f: &&Field| match known.item.fields.get(&f.key) {
                Some(value) => value.as_str(),
                None if f.role == Some(Role::Code) => known.code.as_str(),
                None => "",
            };
            let cells: Vec<&str> = fields.iter().map(cell).collect();
            table.row(&cells)?;
        }
        table.finish()?;
        Ok(list.title)
    }

    pub(super) fn stamp(
        &self,
        list: &ListId,
        draft: Option<&Draft>,
    ) -> Result<Stamp, ServiceError> {
        Ok(match draft {
            Some(draft) => Stamp {
                draft: draft.id,
                version: draft.version,
                base: draft.base,
            },
            None => Stamp {
                base: self.latest(list)?,
                ..Stamp::default()
            },
        })
    }

    /// A list whose department the actor drafts for.
    pub(super) fn own_list(&self, actor: &Actor, number: u64) -> Result<ListId, ServiceError> {
        let overview = self.services.overview()?;
        let list = overview.lists.iter().find(|l| l.number == number);
        let list = list.filter(|l| actor.edits(&l.list.department));
        let list = list.ok_or_else(|| ServiceError::not_found("没有这份清单"))?;
        Ok(list.list.clone())
    }

    /// The newest draft of the list that the department has in hand.
    pub(super) fn draft_in_hand(
        &self,
        actor: &Actor,
        list: &ListId,
    ) -> Result<Option<Draft>, ServiceError> {
        Ok(self.drafts_in_hand(actor, list)?.into_iter().next())
    }

    /// Drafts of the list that the department has in hand, the one changed last first.
    pub(super) fn drafts_in_hand(
        &self,
        actor: &Actor,
        list: &ListId,
    ) -> Result<Vec<Draft>, ServiceError> {
        let filter = DraftFilter {
            departments: None,
            states: vec![State::Editing, State::Returned],
            list: Some(list.clone()),
        };
        let (mut drafts, _) = self.office.drafts(&filter, 0, IN_HAND)?;
        drafts.retain(|draft| Self::may_see(actor, draft));
        Ok(drafts)
    }
}
