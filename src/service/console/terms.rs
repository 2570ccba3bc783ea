//! Until when must what be done: the terms of the rules on list management, in working days.
//! Must not know where the calendar is from.

use super::Console;
use crate::domain::date::shanghai;
use crate::domain::workflow::State;
use crate::domain::{Date, Draft, Timestamp};

/// The terms in working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// For applying, from the cause of the change on.
    pub apply: u32,
    /// For both reviews together, from submission on.
    pub review: u32,
    /// For publishing, from approval on.
    pub publish: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            apply: 10,
            review: 15,
            publish: 3,
        }
    }
}

/// The term that runs for a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What is to be done by then: 提交, 审查 or 公布.
    pub what: &'static str,
    pub day: Date,
    /// Working days since; 0 while it is not past.
    pub overdue: u32,
    /// Whether the calendar knows the holidays up to then.
    pub is_sure: bool,
}

impl Console {
    /// The term that runs for a draft in its state, if one does.
    pub fn deadline(&self, draft: &Draft) -> Option<Deadline> {
        let day = |at: Timestamp| at.to_zoned_datetime(shanghai()).date();
        let (what, from, days) = match draft.state {
            State::Editing | State::Returned => {
                ("提交", draft.declaration.caused_on?, self.terms.apply)
            }
            State::ListReview | State::LegalReview => {
                ("审查", day(draft.submitted_at?), self.terms.review)
            }
            // What waits for its effective day is not late before it.
            State::Approved => {
                let approved = day(draft.approved_at?);
                let waits = draft
                    .declaration
                    .effective_on
                    .filter(|_| draft.declaration.timing == crate::domain::Timing::OnEffectiveDay);
                (
                    "公布",
                    waits.map_or(approved, |d| d.max(approved)),
                    self.terms.publish,
                )
            }
            State::Published | State::Discarded => return None,
        };
        let deadline = self.calendar.deadline(from, days);
        let today = self.services.today();
        Some(Deadline {
            what,
            day: deadline,
            overdue: self.calendar.overdue(deadline, today),
            is_sure: self.calendar.covers(from.year()) && self.calendar.covers(deadline.year()),
        })
    }
}
