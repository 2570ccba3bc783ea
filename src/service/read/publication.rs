//! Publications: pages of them, one with its changes, and what changed between two of a list.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use crate::domain::{Action, Date, FileRef, ItemId, Position, Publication, Revision};
use crate::register::PublicationFilter;
use crate::service::view::{ChangeView, PublicationView};
use crate::service::{ServiceError, Services};

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

/// What changed in a list after one publication up to another.
#[derive(Clone, Debug)]
pub struct DifferenceView {
    pub list: ListView,
    pub from: PublicationView,
    pub to: PublicationView,
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
        let before = self.states(&amended, number.saturating_sub(1))?;
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

    /// What changed in a list after publication `from` up to publication `to`, by content and
    /// whatever the effective dates.
    ///
    /// # Errors
    /// `NotFound` when the list or one of its publications is unknown, `Invalid` when `from` is
    /// not before `to` or the range holds too many revisions.
    pub fn difference(
        &self,
        list: u64,
        from: u64,
        to: u64,
        paging: Paging,
    ) -> Result<DifferenceView, ServiceError> {
        if from >= to {
            return Err(ServiceError::parameter("from", "from 应早于 to"));
        }
        let (list, publications) = self.list(list)?;
        let find = |number: u64| {
            let found = publications.iter().find(|p| p.publication.number == number);
            found
                .cloned()
                .ok_or_else(|| ServiceError::not_found(format!("第 {number} 号公布不属于这份清单")))
        };
        let (from, to) = (find(from)?, find(to)?);
        let (first, last) = (from.publication.number, to.publication.number);
        let between: Vec<&Publication> = publications
            .iter()
            .rev()
            .map(|p| &p.publication)
            .filter(|p| p.number > first && p.number <= last)
            .collect();
        if between.iter().map(|p| count(p)).sum::<u64>() > MAX_COMPARED {
            return Err(ServiceError::parameter(
                "from",
                format!("两次公布之间的变动超过 {MAX_COMPARED} 项，请缩小范围"),
            ));
        }
        let touched = self.touched(&between)?;
        let (changes, total) = self.net_changes(&touched, first, last, paging)?;
        Ok(DifferenceView {
            list,
            from,
            to,
            changes,
            total,
            paging,
        })
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

    /// One page of what became of the items after publication `first` up to `last`, and how many
    /// changed in all. Several revisions may come to nothing (added and withdrawn, amended and
    /// amended back); such items are not counted.
    fn net_changes(
        &self,
        items: &[ItemId],
        first: u64,
        last: u64,
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
        last: u64,
    ) -> Result<Option<ChangeView>, ServiceError> {
        let (action, newest) = match (before, after) {
            (None, None) => return Ok(None),
            (None, Some(after)) => (Action::Added, Some(after.clone())),
            (Some(_), Some(after)) => (Action::Amended, Some(after.clone())),
            (Some(before), None) => {
                // A withdrawal is no state; its reason and successor are in the history.
                let history = self.register.history(&before.code)?;
                let withdrawal = history.into_iter().rfind(|r| r.publication <= last);
                (Action::Withdrawn, withdrawal)
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

    /// The items as a publication left them, whatever the effective dates; withdrawn ones absent.
    fn states(
        &self,
        items: &[ItemId],
        publication: u64,
    ) -> Result<HashMap<ItemId, Revision>, ServiceError> {
        let at = Position {
            publication,
            day: Date::MAX,
        };
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

/// Number of a publication's revisions.
fn count(publication: &Publication) -> u64 {
    publication.added + publication.amended + publication.withdrawn
}
