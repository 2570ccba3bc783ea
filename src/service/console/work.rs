//! What a department does with its draft beside uploading: declaring, giving types and reasons to single
//! changes, leaving changes out. Must not know reviews.

use super::drafts::ALL;
use super::{Actor, Console, text};
use crate::domain::draft::Timing;
use crate::domain::workflow::Act;
use crate::domain::{
    Action, ChangeType, Date, Declaration, Deed, Draft, DraftChange, ItemCode, date,
};
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
                    let detail = format!("{what}应写成 2026-01-31 这样的日期");
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
        let entry = self.entry(actor, Deed::Declared, "草稿 {}", "");
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
                let is_open = change.change.action == Action::Withdrawn
                    && change
                        .change
                        .reason
                        .as_deref()
                        .unwrap_or_default()
                        .is_empty();
                if is_open {
                    annotate(change, said)?;
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
        self.with_changes(actor, at, &mut |changes| {
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
        })
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

    /// What keeps a draft from being submitted, in Chinese; empty when nothing does.
    ///
    /// # Errors
    /// As [`Self::draft`].
    pub fn obstacles(&self, actor: &Actor, id: u64) -> Result<Vec<String>, ServiceError> {
        let draft = self.seen(actor, id)?;
        let latest = self.latest(&draft.list)?;
        let rows = draft.refused_rows;
        let mut obstacles = Vec::new();
        let mut tell = |is_so: bool, what: String| {
            if is_so {
                obstacles.push(what);
            }
        };
        tell(
            latest != draft.base,
            format!("该清单已有第 {latest} 号公布，须先“重新比对”"),
        );
        tell(draft.changes() == 0, "草稿中没有任何变动".into());
        tell(
            draft.contested > 0,
            format!(
                "有 {} 项与已公布的内容冲突，须逐项选择以哪一个为准",
                draft.contested
            ),
        );
        tell(
            rows > 0 && draft.withdrawn > 0,
            format!("文件有 {rows} 行因错误未收录，为免误作取消，须先改正后重新上传"),
        );
        tell(
            draft.unexplained > 0,
            format!("有 {} 个取消或下放的事项没有填写原因", draft.unexplained),
        );
        let last = self.last_effective(&draft.list)?;
        obstacles.extend(missing(&draft, last, self.services.today()));
        Ok(obstacles)
    }

    /// The same with what takes reading all changes.
    pub(super) fn all_obstacles(
        &self,
        actor: &Actor,
        id: u64,
    ) -> Result<Vec<String>, ServiceError> {
        let mut obstacles = self.obstacles(actor, id)?;
        let changes = self.office.draft_changes(id, 0, ALL)?;
        let list = self.seen(actor, id)?.list;
        let added = changes.iter().filter(|c| c.change.action == Action::Added);
        let codes: Vec<ItemCode> = added.filter_map(|c| c.change.code.clone()).collect();
        for (code, owner) in self.services.register.owners(&codes)? {
            if owner != list {
                obstacles.push(format!(
                    "编码“{code}”已属于{}的“{}”",
                    owner.department, owner.title
                ));
            }
        }
        for unknown in self.unknown_successors(&changes)? {
            obstacles.push(format!(
                "承接事项的编码“{unknown}”不在登记簿中，或者也要取消"
            ));
        }
        Ok(obstacles)
    }

    fn last_effective(&self, list: &crate::domain::ListId) -> Result<Option<Date>, ServiceError> {
        let overview = self.services.overview()?;
        let known = overview.lists.iter().find(|known| known.list == *list);
        Ok(known.map(|known| known.latest.effective_on))
    }

    /// Successors that are neither in the register nor added by the draft, or that it withdraws.
    fn unknown_successors(&self, changes: &[DraftChange]) -> Result<Vec<ItemCode>, ServiceError> {
        let mut named: Vec<ItemCode> = changes
            .iter()
            .filter_map(|c| c.change.successor.clone())
            .collect();
        named.sort();
        named.dedup();
        let owners = self.services.register.owners(&named)?;
        let gone = |code: &ItemCode| {
            let mut gone = changes
                .iter()
                .filter(|c| c.change.action == Action::Withdrawn);
            gone.any(|c| c.change.code.as_ref() == Some(code))
        };
        named.retain(|code| {
            let added = changes
                .iter()
                .any(|c| c.change.action == Action::Added && c.change.code.as_ref() == Some(code));
            !added && (gone(code) || !owners.iter().any(|(known, _)| known == code))
        });
        Ok(named)
    }
}

/// What is not declared, or wrongly; `last` is the day from which the list's last edition is effective.
fn missing(draft: &Draft, last: Option<Date>, today: Date) -> Vec<String> {
    let said = &draft.declaration;
    let mut missing = Vec::new();
    let mut tell = |is_so: bool, what: String| {
        if is_so {
            missing.push(what);
        }
    };
    tell(said.cause.is_empty(), "没有填写变动原因".into());
    tell(said.caused_on.is_none(), "没有填写原因发生日期".into());
    tell(
        said.caused_on.is_some_and(|day| day > today),
        "原因发生日期晚于今天".into(),
    );
    tell(
        said.effective_on.is_some_and(|day| day < today),
        "生效日期早于今天；自公布之日起生效的请留空".into(),
    );
    let earliest = last.filter(|last| *last > said.effective_on.unwrap_or(today));
    if let Some(last) = earliest {
        tell(
            true,
            format!(
                "该清单上一次公布自{}起生效，本次的生效日期不能早于它",
                date::chinese(last)
            ),
        );
    }
    tell(
        said.timing == Timing::OnEffectiveDay && said.effective_on.is_none(),
        "选择了在生效日公布，但没有填写生效日期".into(),
    );
    tell(
        draft.supervised > 0 && said.supervision.is_empty(),
        "有取消、下放或委托的事项，没有填写事中事后监管措施".into(),
    );
    missing
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
    change.change.successor = match said.successor.trim() {
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
