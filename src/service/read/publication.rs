//! Publications: pages of them, one with its changes, and what changed in a list between two of them or
//! two days.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use crate::domain::{
    Action, Date, FileRef, ItemCode, ItemId, ListId, Position, Publication, Revision,
};
use crate::register::PublicationFilter;
use crate::service::view::{ChangeView, PublicationView};
use crate::service::{ServiceError, Services, item_code};

use super::item::newest_on;
use super::{ListView, Paging};

/// Revisions that a comparison of two publications reads at most.
const MAX_COMPARED: u64 = 50_000;
/// Revisions in memory at once meanwhile.
const BATCH: usize = 500;

/// One page of publications, newest first.
#[derive(Clone, Debug)]
pub struct PublicationPage {
    pub publications: Vec<PublicationView>,
    pub total: u64,
    pub paging: Paging,
    /// The newest publication of the register, whatever the filter; `None` while there is none.
    pub head: Option<ChainHead>,
}

/// A publication's number and digest, which covers all publications up to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    pub publication: u64,
    /// Lower-case hexadecimal.
    pub digest: String,
}

/// A publication with one page of its changes.
#[derive(Clone, Debug)]
pub struct PublicationDetail {
    pub publication: PublicationView,
    /// Covers all that it recorded, and the digest before it; lower-case hexadecimal.
    pub digest: String,
    /// The list's publications just before and after.
    pub previous: Option<u64>,
    pub next: Option<u64>,
    pub changes: Vec<ChangeView>,
    pub total: u64,
    pub paging: Paging,
}

/// Where a comparison begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// What a publication left, whatever the effective dates.
    Publication(u64),
    /// What was in force on a day, by all that is published.
    Day(Date),
}

/// What a comparison was made between.
#[derive(Clone, Debug)]
pub enum Between {
    Publications(Box<(PublicationView, PublicationView)>),
    Days(Date, Date),
}

/// What changed in a list after one publication, or day, up to another.
#[derive(Clone, Debug)]
pub struct DifferenceView {
    pub list: ListView,
    pub between: Between,
    /// The one item that was asked for.
    pub code: Option<ItemCode>,
    pub changes: Vec<ChangeView>,
    pub total: u64,
    pub paging: Paging,
}

impl Services {
    /// # Errors
    /// `Internal` when the store fails.
    pub fn publications(
        &self,
        filter: &PublicationFilter,
        paging: Paging,
    ) -> Result<PublicationPage, ServiceError> {
        let overview = self.overview()?;
        let (publications, total) =
            self.register
                .publications(filter, paging.offset() as u64, paging.size as u64)?;
        Ok(PublicationPage {
            publications: publications
                .into_iter()
                .map(|p| self.publication_view(p, &overview))
                .collect(),
            total,
            paging,
            head: self.chain_head(overview.last_number)?,
        })
    }

    fn chain_head(&self, publication: u64) -> Result<Option<ChainHead>, ServiceError> {
        let digest = self.register.digest(publication)?;
        Ok(digest.map(|digest| ChainHead {
            publication,
            digest,
        }))
    }

    /// A publication with one page of its changes, field by field.
    ///
    /// # Errors
    /// `NotFound` for an unknown number.
    pub fn publication(
        &self,
        number: u64,
        paging: Paging,
    ) -> Result<PublicationDetail, ServiceError> {
        let overview = self.overview()?;
        let publication = self.known_publication(number)?;
        let total = count(&publication.publication);
        let revisions =
            self.register
                .revisions(number, paging.offset() as u64, paging.size as u64)?;
        let amended = revisions.iter().filter(|r| r.action == Action::Amended);
        let amended: Vec<ItemId> = amended.map(|r| r.id).collect();
        let before = self.states(&amended, left_by(number.saturating_sub(1)))?;
        let changes = revisions
            .iter()
            .map(|r| self.change_view(r, before.get(&r.id).map(|b| &b.item)))
            .collect();
        let (mut previous, mut next) = (None, None);
        if let Some(list) = publication.list_number {
            let filter = PublicationFilter {
                list: Some(list),
                ..PublicationFilter::default()
            };
            let count = overview.list(list).map_or(0, |l| l.publications);
            let (siblings, _) = self.register.publications(&filter, 0, count.max(1))?;
            previous = siblings
                .iter()
                .map(|p| p.number)
                .filter(|n| *n < number)
                .max();
            next = siblings
                .iter()
                .map(|p| p.number)
                .filter(|n| *n > number)
                .min();
        }
        Ok(PublicationDetail {
            digest: self.register.digest(number)?.unwrap_or_default(),
            publication,
            previous,
            next,
            changes,
            total,
            paging,
        })
    }

    /// What changed in a list, or in one item of it, after one publication or day up to another.
    ///
    /// # Errors
    /// `NotFound` when the list, one of its publications or the item is unknown, `Invalid` when `from`
    /// is not before `to`, they are not of one sort, or the range holds too many revisions.
    pub fn difference(
        &self,
        list: u64,
        (from, to): (Moment, Moment),
        code: Option<&str>,
        paging: Paging,
    ) -> Result<DifferenceView, ServiceError> {
        let (list, publications) = self.list(list)?;
        let (between, first, last) = match (from, to) {
            (Moment::Publication(from), Moment::Publication(to)) if from < to => {
                let find = |number: u64| {
                    let found = publications.iter().find(|p| p.publication.number == number);
                    found.cloned().ok_or_else(|| {
                        ServiceError::not_found(format!("第 {number} 号公布不属于这份清单"))
                    })
                };
                let between = Between::Publications(Box::new((find(from)?, find(to)?)));
                (between, left_by(from), left_by(to))
            }
            (Moment::Day(from), Moment::Day(to)) if from < to => (
                Between::Days(from, to),
                Position::on(from),
                Position::on(to),
            ),
            (Moment::Publication(_), Moment::Publication(_)) | (Moment::Day(_), Moment::Day(_)) => {
                return Err(ServiceError::parameter("from", "from 应早于 to"));
            }
            _ => {
                let detail = "from 和 to 应同为公布编号，或者同为日期";
                return Err(ServiceError::parameter("from", detail));
            }
        };
        // What is in force differs only by what came to be so in between.
        let is_reached =
            |p: &Publication, at: Position| p.number <= at.publication && p.effective_on <= at.day;
        let (touched, code) = match code {
            Some(code) => {
                let (id, code) = self.of_list(code, &list)?;
                (vec![id], Some(code))
            }
            None => {
                let between: Vec<&Publication> = publications
                    .iter()
                    .rev()
                    .map(|p| &p.publication)
                    .filter(|p| is_reached(p, last) && !is_reached(p, first))
                    .collect();
                if between.iter().map(|p| count(p)).sum::<u64>() > MAX_COMPARED {
                    let detail = format!("其间的变动超过 {MAX_COMPARED} 项，请缩小范围");
                    return Err(ServiceError::parameter("from", detail));
                }
                (self.touched(&between)?, None)
            }
        };
        let (changes, total) = self.net_changes(&touched, first, last, paging)?;
        Ok(DifferenceView {
            list,
            between,
            code,
            changes,
            total,
            paging,
        })
    }

    /// An item of this list.
    fn of_list(&self, code: &str, list: &ListView) -> Result<(ItemId, ItemCode), ServiceError> {
        let parsed = item_code(code)?;
        let owners = self.register.owners(std::slice::from_ref(&parsed))?;
        let is_own = |(_, owner): &(ItemCode, ListId)| *owner == list.latest.publication.list;
        let history = self.register.history(&parsed)?;
        match history.first().filter(|_| owners.iter().any(is_own)) {
            Some(first) => Ok((first.id, parsed)),
            None => Err(ServiceError::item_not_found(code)),
        }
    }

    /// Items with a revision in one of these publications, each once, in the order of the first.
    fn touched(&self, publications: &[&Publication]) -> Result<Vec<ItemId>, ServiceError> {
        let mut seen = HashSet::new();
        let mut touched = Vec::new();
        for publication in publications {
            for offset in (0..count(publication)).step_by(BATCH) {
                let page = self
                    .register
                    .revisions(publication.number, offset, BATCH as u64)?;
                touched.extend(page.iter().map(|r| r.id).filter(|id| seen.insert(*id)));
            }
        }
        Ok(touched)
    }

    /// One page of what became of the items after `first` up to `last`, and how many changed in all. Several revisions may come to nothing (added and withdrawn, amended and
    /// amended back); such items are not counted.
    fn net_changes(
        &self,
        items: &[ItemId],
        first: Position,
        last: Position,
        paging: Paging,
    ) -> Result<(Vec<ChangeView>, u64), ServiceError> {
        let mut changes = Vec::new();
        let mut total = 0;
        for items in items.chunks(BATCH) {
            let (before, after) = (self.states(items, first)?, self.states(items, last)?);
            for id in items {
                let (before, after) = (before.get(id), after.get(id));
                let changed = match (before, after) {
                    (None, None) => false,
                    (Some(before), Some(after)) => {
                        !self.differences(&before.item, &after.item).is_empty()
                    }
                    (Some(_), None) | (None, Some(_)) => true,
                };
                if !changed {
                    continue;
                }
                if total >= paging.offset() && changes.len() < paging.size {
                    changes.extend(self.net_change(before, after, last)?);
                }
                total += 1;
            }
        }
        Ok((changes, total as u64))
    }

    /// What became of an item: what it was before, if anything, and what it is after.
    fn net_change(
        &self,
        before: Option<&Revision>,
        after: Option<&Revision>,
        last: Position,
    ) -> Result<Option<ChangeView>, ServiceError> {
        let (action, newest) = match (before, after) {
            (None, None) => return Ok(None),
            (None, Some(after)) => (Action::Added, Some(after.clone())),
            (Some(_), Some(after)) => (Action::Amended, Some(after.clone())),
            (Some(before), None) => {
                // A withdrawal is no state; its reason and successor are in the history.
                let history = self.register.history(&before.code)?;
                let withdrawal = newest_on(&history, last.day, last.publication);
                (Action::Withdrawn, withdrawal.cloned())
            }
        };
        Ok(newest.map(|newest| {
            let change = Revision {
                action,
                // Several changes together are none of them.
                kind: newest.kind.filter(|kind| kind.action() == action),
                ..newest
            };
            self.change_view(&change, before.map(|r| &r.item))
        }))
    }

    /// The items at a position; withdrawn ones absent.
    fn states(
        &self,
        items: &[ItemId],
        at: Position,
    ) -> Result<HashMap<ItemId, Revision>, ServiceError> {
        let states = self.register.in_force(items, at)?;
        Ok(states.into_iter().map(|r| (r.id, r)).collect())
    }

    /// A publication's original file, to be read as it is sent.
    ///
    /// # Errors
    /// `Internal` when the store fails or lost the file.
    pub fn kept_file(&self, file: &FileRef) -> Result<Box<dyn Read + Send>, ServiceError> {
        let kept = self.register.open_file(&file.sha256)?;
        kept.ok_or_else(|| ServiceError::Internal(format!("kept file {} is missing", file.sha256)))
    }

    /// A publication without its changes.
    ///
    /// # Errors
    /// `NotFound` for an unknown number.
    pub fn known_publication(&self, number: u64) -> Result<PublicationView, ServiceError> {
        let overview = self.overview()?;
        match self.register.publication(number)? {
            Some(publication) => Ok(self.publication_view(publication, &overview)),
            None => Err(ServiceError::not_found(format!("没有第 {number} 号公布"))),
        }
    }
}

/// What a publication left, whatever the effective dates.
fn left_by(publication: u64) -> Position {
    Position {
        publication,
        day: Date::MAX,
    }
}

/// Number of a publication's revisions.
fn count(publication: &Publication) -> u64 {
    publication.added + publication.amended + publication.withdrawn
}
