//! What keeps a draft from being submitted: what is missing, wrong or contested. Must not save anything.

use std::collections::HashSet;

use super::{Actor, Console};
use crate::domain::draft::Timing;
use crate::domain::{Action, Date, Draft, DraftChange, ItemCode, ListId, date};
use crate::service::ServiceError;

impl Console {
    /// What keeps a draft from being submitted, in Chinese; empty when nothing does, or when it is not
    /// with its department.
    ///
    /// # Errors
    /// As [`Self::draft`].
    pub fn obstacles(&self, actor: &Actor, id: u64) -> Result<Vec<String>, ServiceError> {
        self.obstacles_of(&self.seen(actor, id)?)
    }

    /// The same of a draft that is at hand.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn obstacles_of(&self, draft: &Draft) -> Result<Vec<String>, ServiceError> {
        if !draft.state.is_with_department() {
            return Ok(Vec::new());
        }
        let latest = self.latest(&draft.list)?;
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
        let contested = draft.contested;
        tell(
            contested > 0,
            format!("有 {contested} 项与已公布的内容冲突，须逐项选择以哪一个为准"),
        );
        let rows = draft.refused_rows;
        tell(
            rows > 0,
            format!("文件有 {rows} 行因错误未收录，须改正后重新上传"),
        );
        tell(
            draft.unexplained > 0,
            format!("有 {} 个取消或下放的事项没有填写原因", draft.unexplained),
        );
        let last = self.last_effective(&draft.list)?;
        obstacles.extend(missing(draft, last, self.services.today()));
        Ok(obstacles)
    }

    /// The same with what takes reading all changes.
    pub(super) fn all_obstacles(
        &self,
        draft: &Draft,
        changes: &[DraftChange],
    ) -> Result<Vec<String>, ServiceError> {
        let mut obstacles = self.obstacles_of(draft)?;
        let added = changes.iter().filter(|c| c.change.action == Action::Added);
        let codes: Vec<ItemCode> = added.filter_map(|c| c.change.code.clone()).collect();
        if !codes.is_empty() {
            let (_, recorded) = self.services.register.latest_edition(&draft.list)?;
            let present: HashSet<&ItemCode> = recorded.iter().map(|r| &r.code).collect();
            for (code, owner) in self.services.register.owners(&codes)? {
                if owner != draft.list {
                    let whose = format!("{}的“{}”", owner.department, owner.title);
                    obstacles.push(format!("编码“{code}”已属于{whose}"));
                } else if present.contains(&code) {
                    obstacles.push(format!("编码“{code}”已用于本清单的现有事项"));
                }
            }
        }
        for unknown in self.unknown_successors(changes)? {
            let why = "不在登记簿中，或者也要取消";
            obstacles.push(format!("承接事项的编码“{unknown}”{why}"));
        }
        Ok(obstacles)
    }

    fn last_effective(&self, list: &ListId) -> Result<Option<Date>, ServiceError> {
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
        if named.is_empty() {
            return Ok(named);
        }
        let owners = self.services.register.owners(&named)?;
        let is = |code: &ItemCode, action: Action| {
            let mut those = changes.iter().filter(|c| c.change.action == action);
            those.any(|c| c.change.code.as_ref() == Some(code))
        };
        named.retain(|code| {
            let is_known = owners.iter().any(|(known, _)| known == code);
            !is(code, Action::Added) && (is(code, Action::Withdrawn) || !is_known)
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
