//! Through both offices: submitting, taking back, approving, returning, remarking. Who may do what is
//! `domain::workflow`'s to say.

use super::drafts::ALL;
use super::{Actor, Console, text};
use crate::domain::draft::{Decision, Remark};
use crate::domain::workflow::{Act, State};
use crate::domain::{Deed, Draft, DraftChange};
use crate::register::desk::Content;
use crate::service::ServiceError;

/// Longest comment, in characters.
const MAX_COMMENT: usize = 1_000;
/// Most remarks that a draft keeps.
const MOST_REMARKS: usize = 2_000;

/// The record that an act leaves.
fn deed(act: Act) -> Deed {
    match act {
        Act::Edit => Deed::Edited,
        Act::Submit => Deed::Submitted,
        Act::Recall => Deed::Recalled,
        Act::Discard => Deed::Discarded,
        Act::Approve => Deed::Approved,
        Act::Return => Deed::Returned,
    }
}

/// Whoever has to mend it must be told what.
fn may_return(draft: &Draft, comment: &str) -> Result<(), ServiceError> {
    let submitted = draft.submitted_at;
    let is_remarked = draft.remarks.iter().any(|r| Some(r.at) > submitted);
    if comment.is_empty() && !is_remarked {
        let detail = "退回须说明理由：请填写意见，或者在有问题的事项上写明";
        return Err(ServiceError::parameter("comment", detail));
    }
    Ok(())
}

impl Console {
    /// Does one of the acts that change a draft's state. An approval by the second office publishes
    /// at once what is to be published at once.
    ///
    /// # Errors
    /// `Refused` with the rule that is against it, `Invalid` where something is missing, `NotFound`,
    /// `Conflict` when the draft or its list is another by now.
    pub fn act(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        act: Act,
        comment: &str,
    ) -> Result<State, ServiceError> {
        let (draft, to) = self.open(actor, (id, version), act)?;
        self.decide(actor, (draft, None), (act, to), comment)
    }

    /// Records an act that the rules allow, with the draft's changes where they are new.
    pub(super) fn decide(
        &self,
        actor: &Actor,
        (mut draft, changes): (Draft, Option<Vec<DraftChange>>),
        (act, to): (Act, State),
        comment: &str,
    ) -> Result<State, ServiceError> {
        let comment = text("comment", "意见", comment, MAX_COMMENT)?;
        match act {
            Act::Edit => {
                return Err(ServiceError::parameter("act", "没有这个操作"));
            }
            Act::Submit => self.may_submit(&draft, changes.as_deref())?,
            Act::Approve => self.may_approve(&draft)?,
            Act::Return => may_return(&draft, &comment)?,
            Act::Recall | Act::Discard => {}
        }
        let now = self.now();
        draft.decisions.push(Decision {
            act,
            by: Some(actor.account.id),
            office: actor.account.profile.office.clone(),
            at: now,
            comment: comment.clone(),
            to,
        });
        draft.state = to;
        if act == Act::Submit {
            draft.submitted_at = Some(now);
            draft.add_author(actor.account.id);
        }
        if to == State::Approved {
            draft.approved_at = Some(now);
        }
        let entry = self.entry(actor, deed(act), "草稿 {}", comment);
        let content = Content {
            changes: changes.as_deref(),
            findings: None,
        };
        self.office.save_draft(&mut draft, content, &entry)?;
        if to == State::Approved {
            // The approval stands whatever becomes of the publication, which is tried again.
            if let Err(error) = self.publish_if_due(&mut draft) {
                tracing::error!(draft = draft.id, %error, "publication has to wait");
            }
        }
        Ok(draft.state)
    }

    fn may_submit(
        &self,
        draft: &Draft,
        changes: Option<&[DraftChange]>,
    ) -> Result<(), ServiceError> {
        let obstacles = match changes {
            Some(changes) => self.all_obstacles(draft, changes)?,
            None => {
                let changes = self.office.draft_changes(draft.id, 0, ALL)?;
                self.all_obstacles(draft, &changes)?
            }
        };
        if obstacles.is_empty() {
            return Ok(());
        }
        Err(ServiceError::Invalid {
            code: "not_ready",
            detail: format!("还不能提交：{}", obstacles.join("；")),
            parameter: None,
        })
    }

    /// What was reviewed must be a change of what is in force.
    fn may_approve(&self, draft: &Draft) -> Result<(), ServiceError> {
        let latest = self.latest(&draft.list)?;
        if latest == draft.base {
            return Ok(());
        }
        Err(ServiceError::Conflict {
            code: "list_moved_on",
            detail: format!("提交之后该清单已有第 {latest} 号公布。请退回，由部门重新比对后再提交"),
        })
    }

    /// Remarks on one item of a draft under review.
    ///
    /// # Errors
    /// As [`Self::act`]; only whoever may return the draft now may remark on it.
    pub fn remark(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        position: u64,
        said: &str,
    ) -> Result<(), ServiceError> {
        let (mut draft, _) = self.open(actor, (id, version), Act::Return)?;
        let said = text("remark", "意见", said, MAX_COMMENT)?;
        if said.is_empty() {
            return Err(ServiceError::parameter("remark", "请填写对这一项的意见"));
        }
        if draft.remarks.len() >= MOST_REMARKS {
            return Err(ServiceError::parameter(
                "remark",
                "意见过多，请并入总的意见",
            ));
        }
        let change = self.office.draft_changes(id, position, 1)?.pop();
        let change = change.ok_or_else(|| ServiceError::not_found("草稿中没有这一项"))?;
        let item = change.change.item.head.name.clone();
        let entry = self.entry(actor, Deed::Remarked, "草稿 {}", format!("{item}：{said}"));
        draft.remarks.push(Remark {
            key: change.key(),
            item,
            text: said,
            by: actor.account.id,
            office: actor.account.profile.office.clone(),
            at: self.now(),
        });
        Ok(self
            .office
            .save_draft(&mut draft, Content::default(), &entry)?)
    }
}
