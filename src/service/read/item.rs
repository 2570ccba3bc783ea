//! One item: its content on a day, whether it is in force, and its history field by field.

use crate::domain::{Action, Date, Origin, Position, Publication, Revision};
use crate::service::overview::Overview;
use crate::service::view::{Difference, FieldView, HeadView, PublicationView};
use crate::service::{ServiceError, Services, item_code};

/// Whether an item is in force on the day asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    InForce,
    /// Withdrawn since `effective_on` of the item view.
    Withdrawn {
        reason: Option<String>,
        successor: Option<Successor>,
    },
    /// Published, but comes into force only on `effective_on` of the item view.
    NotYetInForce,
}

/// The item that replaces a withdrawn one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Successor {
    pub code: String,
    /// Its name; `None` while it is not in the register.
    pub name: Option<String>,
}

/// A published change that is not yet in force on the day asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upcoming {
    pub action: Action,
    pub effective_on: Date,
    pub publication: u64,
}

/// An item as it stands on one day.
#[derive(Clone, Debug)]
pub struct ItemView {
    pub head: HeadView,
    pub fields: Vec<FieldView>,
    pub standing: Standing,
    /// Day the view is of.
    pub as_of: Date,
    /// Publications up to this number count: with it and the day, the view can be had again.
    pub upto: u64,
    /// Since when, or from when, the content or the withdrawal holds.
    pub effective_on: Date,
    pub publication: PublicationView,
    /// Place in the published file; blank for withdrawals.
    pub origin: Origin,
    pub upcoming: Vec<Upcoming>,
    /// Number of revisions in the item's history.
    pub revisions: usize,
    pub department_number: Option<u64>,
}

impl ItemView {
    /// The position that the view is of.
    pub fn at(&self) -> Position {
        Position {
            publication: self.upto,
            day: self.as_of,
        }
    }
}

/// One step in an item's history.
#[derive(Clone, Debug)]
pub struct Step {
    pub action: Action,
    /// What the change is called.
    pub label: &'static str,
    pub effective_on: Date,
    pub publication: PublicationView,
    pub differences: Vec<Difference>,
    pub reason: Option<String>,
    pub successor: Option<String>,
    /// Whether the step is in force or past on the day asked for.
    pub reached: bool,
}

/// All steps of an item, newest first.
#[derive(Clone, Debug)]
pub struct HistoryView {
    pub head: HeadView,
    pub as_of: Date,
    pub steps: Vec<Step>,
}

impl Services {
    /// The position of a day, today when none is given, by all publications or those up to a number.
    ///
    /// # Errors
    /// `Invalid` for a number that no publication has, `Internal` when the store fails.
    pub fn position(&self, day: Option<Date>, upto: Option<u64>) -> Result<Position, ServiceError> {
        let last = self.register.last_number()?;
        match upto {
            Some(number) if number > last => {
                let detail = format!("公布编号最大为 {last}，现为 {number}");
                Err(ServiceError::parameter("publication", detail))
            }
            _ => Ok(Position {
                publication: upto.unwrap_or(last),
                day: day.unwrap_or_else(|| self.today()),
            }),
        }
    }

    /// An item as it stands at the position.
    ///
    /// # Errors
    /// `NotFound` for a code that was not published by then, `Internal` when the store fails.
    pub fn item(&self, code: &str, at: Position) -> Result<ItemView, ServiceError> {
        let parsed = item_code(code)?;
        let as_of = at.day;
        let mut history = self.register.history(&parsed)?;
        let is_later = !history.is_empty();
        history.retain(|r| r.publication <= at.publication);
        if history.is_empty() && is_later {
            return Err(ServiceError::NotFound {
                code: "item_not_found",
                detail: format!(
                    "截至第 {} 号公布，还没有收录编码为“{code}”的事项",
                    at.publication
                ),
            });
        }
        let Some(first) = history.first() else {
            return Err(ServiceError::item_not_found(code));
        };
        let current = newest_on(&history, as_of, at.publication);
        let revision = current.unwrap_or(first);
        let standing = match current {
            None => Standing::NotYetInForce,
            Some(r) if r.action == Action::Withdrawn => Standing::Withdrawn {
                reason: r.reason.clone(),
                successor: self.successor(r, as_of)?,
            },
            Some(_) => Standing::InForce,
        };
        let upcoming = history
            .iter()
            .filter(|r| r.effective_on > as_of && r.publication > revision.publication)
            .map(|r| Upcoming {
                action: r.action,
                effective_on: r.effective_on,
                publication: r.publication,
            })
            .collect();
        let overview = self.overview()?;
        Ok(ItemView {
            head: self.head_view(revision.code.as_str(), &revision.item.head),
            fields: self.field_views(&revision.item),
            standing,
            as_of,
            upto: at.publication,
            effective_on: revision.effective_on,
            publication: self.publication_of(revision, &overview)?,
            origin: revision.origin.clone(),
            upcoming,
            revisions: history.len(),
            department_number: overview.department_number(&revision.item.head.department),
        })
    }

    /// All that ever happened to an item, newest first.
    ///
    /// # Errors
    /// As [`Services::item`].
    pub fn history(&self, code: &str) -> Result<HistoryView, ServiceError> {
        let parsed = item_code(code)?;
        let history = self.register.history(&parsed)?;
        let Some(last) = history.last() else {
            return Err(ServiceError::item_not_found(code));
        };
        let as_of = self.today();
        let overview = self.overview()?;
        let mut steps = Vec::with_capacity(history.len());
        for (index, revision) in history.iter().enumerate() {
            let before = index
                .checked_sub(1)
                .and_then(|i| history.get(i))
                .map(|r| &r.item);
            let change = self.change_view(revision, before);
            steps.push(Step {
                action: change.action,
                label: change.label(),
                effective_on: change.effective_on,
                publication: self.publication_of(revision, &overview)?,
                differences: change.differences,
                reason: change.reason,
                successor: change.successor,
                reached: revision.effective_on <= as_of,
            });
        }
        steps.reverse();
        Ok(HistoryView {
            head: self.head_view(last.code.as_str(), &last.item.head),
            as_of,
            steps,
        })
    }

    fn publication_of(
        &self,
        revision: &Revision,
        overview: &Overview,
    ) -> Result<PublicationView, ServiceError> {
        let publication: Option<Publication> = self.register.publication(revision.publication)?;
        let publication = publication.ok_or_else(|| {
            ServiceError::Internal(format!(
                "item {} belongs to publication {}, which is not in the register",
                revision.code, revision.publication
            ))
        })?;
        Ok(self.publication_view(publication, overview))
    }

    fn successor(&self, revision: &Revision, day: Date) -> Result<Option<Successor>, ServiceError> {
        let Some(code) = &revision.successor else {
            return Ok(None);
        };
        let name = self.register.item_on(code, day)?.map(|r| r.item.head.name);
        Ok(Some(Successor {
            code: code.to_string(),
            name,
        }))
    }
}

/// The revision that holds on the day: the highest publication among those effective by then, and of
/// no higher number than `upto`.
pub(super) fn newest_on(history: &[Revision], day: Date, upto: u64) -> Option<&Revision> {
    history
        .iter()
        .filter(|r| r.effective_on <= day && r.publication <= upto)
        .max_by_key(|r| r.publication)
}
