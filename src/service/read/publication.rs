//! Publications: pages of them, one with its changes, and what changed between two of a list.

use std::collections::HashMap;

use crate::domain::{Action, ItemId, Revision};
use crate::register::PublicationFilter;
use crate::service::view::{ChangeView, PublicationView};
use crate::service::{ServiceError, Services};

use super::{ListView, Paging};

/// Revisions that a comparison of two publications reads at most.
const MAX_COMPARED: usize = 50_000;

/// One page of publications, newest first.
#[derive(Clone, Debug)]
pub struct PublicationPage {
    pub publications: Vec<PublicationView>,
    pub total: u64,
    pub paging: Paging,
}

/// A publication with one page of its changes.
#[derive(Clone, Debug)]
pub struct PublicationDetail {
    pub publication: PublicationView,
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
        })
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
        let revisions = self.register.revisions(number)?;
        let total = revisions.len() as u64;
        let mut changes = Vec::with_capacity(paging.size.min(revisions.len()));
        for revision in revisions.iter().skip(paging.offset()).take(paging.size) {
            let before = match revision.action {
                Action::Amended => self.state_before(revision, number)?,
                Action::Added | Action::Withdrawn => None,
            };
            changes.push(self.change_view(revision, before.as_ref().map(|r| &r.item)));
        }
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
        let mut newest: HashMap<ItemId, Revision> = HashMap::new();
        let mut order: Vec<ItemId> = Vec::new();
        let mut read = 0;
        let within = |n: u64| n > first && n <= last;
        // Oldest first, so that the newest revision of each item stays.
        for publication in publications
            .iter()
            .rev()
            .filter(|p| within(p.publication.number))
        {
            let revisions = self.register.revisions(publication.publication.number)?;
            read += revisions.len();
            if read > MAX_COMPARED {
                return Err(ServiceError::parameter(
                    "from",
                    "两次公布之间变动过多，请缩小范围",
                ));
            }
            for revision in revisions {
                if !newest.contains_key(&revision.id) {
                    order.push(revision.id);
                }
                newest.insert(revision.id, revision);
            }
        }
        let total = order.len() as u64;
        let mut changes = Vec::new();
        for revision in order
            .iter()
            .skip(paging.offset())
            .take(paging.size)
            .filter_map(|id| newest.get(id))
        {
            let before = self.state_before(revision, first + 1)?;
            changes.extend(self.net_change(revision, before.as_ref()));
        }
        Ok(DifferenceView {
            list,
            from,
            to,
            changes,
            total,
            paging,
        })
    }

    /// What several revisions come to: added and amended is added; added and withdrawn is nothing.
    fn net_change(&self, newest: &Revision, before: Option<&Revision>) -> Option<ChangeView> {
        let before = before.filter(|r| r.action != Action::Withdrawn);
        let mut change = newest.clone();
        change.action = match (before, newest.action) {
            (None, Action::Withdrawn) => return None,
            (Some(_), Action::Withdrawn) => Action::Withdrawn,
            (None, Action::Added | Action::Amended) => Action::Added,
            (Some(_), Action::Added | Action::Amended) => Action::Amended,
        };
        Some(self.change_view(&change, before.map(|r| &r.item)))
    }

    /// The item's newest revision before a publication.
    fn state_before(
        &self,
        revision: &Revision,
        publication: u64,
    ) -> Result<Option<Revision>, ServiceError> {
        let history = self.register.history(&revision.code)?;
        Ok(history
            .into_iter()
            .filter(|r| r.publication < publication)
            .max_by_key(|r| r.publication))
    }

    /// Name and bytes of a publication's original file.
    ///
    /// # Errors
    /// `NotFound` for an unknown number, `Internal` when the store fails or lost the file.
    pub fn publication_file(
        &self,
        number: u64,
    ) -> Result<(PublicationView, Vec<u8>), ServiceError> {
        let publication = self.known_publication(number)?;
        let file = &publication.publication.file;
        let mut bytes = Vec::with_capacity(usize::try_from(file.bytes).unwrap_or(0).min(64 << 20));
        if !self.register.read_file(&file.sha256, &mut bytes)? {
            return Err(ServiceError::Internal(format!(
                "kept file {} is missing",
                file.sha256
            )));
        }
        Ok((publication, bytes))
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
