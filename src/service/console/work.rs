//! What a department does with its draft beside uploading: declaring, giving types and reasons to single
//! changes, leaving changes out. Must not know reviews.

use super::drafts::ALL;
use super::{Actor, Console, text};
use crate::domain::draft::Timing;
use crate::domain::workflow::Act;
use crate::domain::{Action, ChangeType, Declaration, Deed, DraftChange, ItemCode, date};
use crate::register::desk::Content;
use crate::service::ServiceError;
use crate::service::view::shorten;

/// Longest texts, in characters.
const MAX_CAUSE: usize = 500;
pub(super) const MAX_NUMBER: usize = 60;
const MAX_SUPERVISION: usize = 2_000;
const MAX_REASON: usize = 200;

/// What a department declares, as a form or a program says it.
#[derive(Clone, Debug, Default)]
pub struct RawDeclaration {
    pub cause: String,
    pub caused_on: String,
    pub document_no: String,
    pub effective_on: String,
    /// Whether it is to be published only on the day it takes effect.
    pub on_effective_day: bool,
    pub supervision: String,
}

/// What is said of single changes, as a form says it.
#[derive(Clone, Debug, Default)]
pub struct Annotation {
    /// Key of a [`ChangeType`]; blank leaves it.
    pub kind: String,
    pub reason: String,
    /// Code of the item that replaces it.
    pub successor: String,
}

/// What goes with a submission.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    pub declaration: Option<RawDeclaration>,
    /// Of withdrawals by the code of their item.
    pub withdrawals: Vec<(String, Annotation)>,
    /// Of all withdrawals without a reason.
    pub others: Annotation,
    /// For the reviewers.
    pub comment: String,
}

impl Annotation {
    /// The same for a change of which something was said already: that stays.
    fn filling(&self, change: &DraftChange) -> Self {
        let said = |known: Option<String>, given: &str| known.unwrap_or_else(|| given.to_owned());
        Self {
            kind: said(change.change.kind.map(|k| k.key().to_owned()), &self.kind),
            reason: self.reason.clone(),
            successor: said(
                change.change.successor.as_ref().map(ToString::to_string),
                &self.successor,
            ),
        }
    }
}

impl RawDeclaration {
    /// # Errors
    /// `Invalid` naming what is wrong.
    pub fn checked(&self) -> Result<Declaration, ServiceError> {
        let day = |parameter: &str, what: &str, text: &str| match text.trim() {
            "" => Ok(None),
            text => match date::parse(text) {
                Some(day) => Ok(Some(day)),
                None => {
                    let detail = format!("{what}应为 1949 至 2199 年间存在的日期，如 2026-01-31");
                    Err(ServiceError::parameter(parameter, detail))
                }
            },
        };
        Ok(Declaration {
            cause: text("cause", "变动原因", &self.cause, MAX_CAUSE)?,
            caused_on: day("caused_on", "原因发生日期", &self.caused_on)?,
            document_no: text("document_no", "文号", &self.document_no, MAX_NUMBER)?,
            effective_on: day("effective_on", "生效日期", &self.effective_on)?,
            timing: match self.on_effective_day {
                true => Timing::OnEffectiveDay,
                false => Timing::AtOnce,
            },
            supervision: text(
                "supervision",
                "事中事后监管措施",
                &self.supervision,
                MAX_SUPERVISION,
            )?,
        })
    }
}

impl Console {
    /// Saves what the department declares with a draft; it may be incomplete until it is submitted.
    ///
    /// # Errors
    /// `Invalid` naming what is wrong, `Refused`, `NotFound`, `Conflict`.
    pub fn declare(
        &self,
        actor: &Actor,
        id: u64,
        version: u64,
        declaration: &RawDeclaration,
    ) -> Result<(), ServiceError> {
        let (mut draft, _) = self.open(actor, (id, version), Act::Edit)?;
        draft.declaration = declaration.checked()?;
        draft.add_author(actor.account.id);
        let said = &draft.declaration;
        let detail = format!("原因：{}；文号：{}", said.cause, said.document_no);
        let entry = self.entry(actor, Deed::Declared, "草稿 {}", detail);
        Ok(self
            .office
            .save_draft(&mut draft, Content::default(), &entry)?)
    }

    /// Says of one change of what type it is, why an item is withdrawn and what replaces it.
    ///
    /// # Errors
    /// As [`Self::declare`].
    pub fn annotate(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        position: u64,
        said: &Annotation,
    ) -> Result<(), ServiceError> {
        self.with_changes(actor, (id, version), &mut |changes| {
            annotate(at(changes, position)?, said)
        })
    }

    /// Says the same of all withdrawals that have no reason yet. Gives how many there were.
    ///
    /// # Errors
    /// As [`Self::declare`].
    pub fn annotate_withdrawals(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        said: &Annotation,
    ) -> Result<u64, ServiceError> {
        let mut done = 0;
        self.with_changes(actor, (id, version), &mut |changes| {
            for change in changes {
                if change.lacks_reason() {
                    annotate(change, &said.filling(change))?;
                    done += 1;
                }
            }
            Ok(())
        })?;
        Ok(done)
    }

    /// Says of withdrawals by the code of their item why, and of all others without a reason the same.
    ///
    /// # Errors
    /// As [`Self::declare`]; `NotFound` for a code that the draft does not withdraw.
    pub fn annotate_codes(
        &self,
        actor: &Actor,
        at: (u64, u64),
        said: &[(String, Annotation)],
        others: &Annotation,
    ) -> Result<(), ServiceError> {
        self.with_changes(actor, at, &mut |changes| by_code(changes, said, others))
    }

    /// Declares, says why and submits in one: all of it or nothing.
    ///
    /// # Errors
    /// As [`Self::act`].
    pub fn submit_with(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        submission: &Submission,
    ) -> Result<(), ServiceError> {
        let (mut draft, to) = self.open(actor, (id, version), Act::Submit)?;
        let mut changes = self.office.draft_changes(id, 0, ALL)?;
        if let Some(declaration) = &submission.declaration {
            draft.declaration = declaration.checked()?;
        }
        by_code(&mut changes, &submission.withdrawals, &submission.others)?;
        draft.count(&changes);
        self.decide(
            actor,
            (draft, Some(changes)),
            (Act::Submit, to),
            &submission.comment,
        )?;
        Ok(())
    }

    /// Leaves one change out: the item stays as it is in force.
    ///
    /// # Errors
    /// As [`Self::declare`].
    pub fn leave_out(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        position: u64,
    ) -> Result<(), ServiceError> {
        self.with_changes(actor, (id, version), &mut |changes| {
            at(changes, position)?;
            // `at` has seen that it is there.
            changes.remove(usize::try_from(position).unwrap_or(usize::MAX));
            Ok(())
        })
    }

    /// Saves a draft after something was done to its changes.
    pub(super) fn with_changes(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        work: &mut dyn FnMut(&mut Vec<DraftChange>) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let (mut draft, _) = self.open(actor, (id, version), Act::Edit)?;
        let mut changes = self.office.draft_changes(id, 0, ALL)?;
        let items = changes.len();
        work(&mut changes)?;
        // A type or a reason leaves the edition as the file has it.
        let is_edited = draft.is_edited || changes.len() != items;
        self.save_edited(actor, &mut draft, &changes, is_edited)?;
        Ok(())
    }
}

/// Says of withdrawals by code why, and of all others without a reason the same.
fn by_code(
    changes: &mut [DraftChange],
    said: &[(String, Annotation)],
    others: &Annotation,
) -> Result<(), ServiceError> {
    for (code, said) in said {
        let named = changes.iter_mut().find(|c| {
            c.change.action == Action::Withdrawn
                && c.change.code.as_ref().is_some_and(|c| c.as_str() == code)
        });
        let Some(named) = named else {
            let detail = format!("草稿中没有取消编码为“{}”的事项", shorten(code, 60));
            return Err(ServiceError::not_found(detail));
        };
        annotate(named, said)?;
    }
    if !others.reason.is_empty() {
        for change in changes.iter_mut().filter(|c| c.lacks_reason()) {
            annotate(change, &others.filling(change))?;
        }
    }
    Ok(())
}

fn at(changes: &mut [DraftChange], position: u64) -> Result<&mut DraftChange, ServiceError> {
    let place = usize::try_from(position).ok();
    let found = place.and_then(|place| changes.get_mut(place));
    found.ok_or_else(|| ServiceError::not_found("草稿中没有这一项"))
}

fn annotate(change: &mut DraftChange, said: &Annotation) -> Result<(), ServiceError> {
    if !said.kind.is_empty() {
        let kind = ChangeType::parse(&said.kind).filter(|k| k.action() == change.change.action);
        let Some(kind) = kind else {
            let label = change.change.action.label();
            let detail = format!("“{label}”的事项不能是这种变动类型");
            return Err(ServiceError::parameter("kind", detail));
        };
        change.change.kind = Some(kind);
    }
    if change.change.action != Action::Withdrawn {
        return Ok(());
    }
    let reason = text("reason", "取消原因", &said.reason, MAX_REASON)?;
    change.change.reason = Some(reason).filter(|r| !r.is_empty());
    // Codes that were given here are in capitals, however they are typed.
    let typed = said.successor.trim();
    let capitals = typed.to_uppercase();
    let is_ours = ItemCode::parse(&capitals).is_ok_and(|c| c.is_assigned());
    change.change.successor = match if is_ours { capitals.as_str() } else { typed } {
        "" => None,
        code => match ItemCode::parse(code) {
            Ok(code) if Some(&code) != change.change.code.as_ref() => Some(code),
            Ok(_) => {
                let detail = "承接的事项不能是它自己";
                return Err(ServiceError::parameter("successor", detail));
            }
            Err(_) => {
                let detail = format!("“{code}”不是事项编码");
                return Err(ServiceError::parameter("successor", detail));
            }
        },
    };
    Ok(())
}
