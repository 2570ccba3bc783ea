//! A draft whose list has been published to meanwhile: its changes are put onto what is in force now.
//! What both have changed is contested, and the department says of each item which of the two holds;
//! nothing is overwritten silently. Must not know where the other publication came from.

use std::collections::HashMap;

use super::drafts::ALL;
use super::{Actor, Console};
use crate::domain::diff::Recorded;
use crate::domain::workflow::Act;
use crate::domain::{Action, Change, Deed, DraftChange, Item, ItemId, Role, diff};
use crate::register::desk::Content;
use crate::service::ServiceError;

/// What an item says after the publication that the draft was made on, and after the last one.
struct Sides {
    base: HashMap<ItemId, Item>,
    latest: HashMap<ItemId, Item>,
}

impl Console {
    /// Compares a draft with what is in force now. Gives how many changes are contested.
    ///
    /// # Errors
    /// `Refused`, `NotFound`, `Conflict` when the draft is another by now.
    pub fn rebase(&self, actor: &Actor, id: u64, version: u64) -> Result<u64, ServiceError> {
        let (mut draft, _) = self.open(actor, (id, version), Act::Edit)?;
        let (latest, recorded) = self.services.register.latest_edition(&draft.list)?;
        if latest == draft.base {
            return Ok(draft.contested);
        }
        let changes = self.office.draft_changes(id, 0, ALL)?;
        let mut ids: Vec<ItemId> = recorded.iter().map(|r| r.id).collect();
        ids.extend(changes.iter().filter_map(|c| c.change.id));
        let sides = Sides {
            base: self.states(&ids, draft.base)?,
            latest: recorded.iter().map(|r| (r.id, r.item.clone())).collect(),
        };
        let kind = self.kind(&draft.list)?;
        let sequence = kind.field_with(Role::Sequence).map(|f| f.key.as_str());
        // Items that the other publication brought; each is one change's partner at most.
        let mut brought: Vec<Recorded> = recorded
            .into_iter()
            .filter(|r| !sides.base.contains_key(&r.id))
            .collect();
        let mut rebased = Vec::new();
        for change in changes {
            let change = sides.put(change, latest, &mut brought, sequence);
            rebased.extend(change);
        }
        draft.base = latest;
        draft.is_edited = true;
        draft.add_author(actor.account.id);
        draft.count(&rebased);
        let detail = format!("与第 {latest} 号公布比对，冲突 {} 项", draft.contested);
        let entry = self.entry(actor, Deed::Rebased, "草稿 {}", detail);
        let content = Content {
            changes: Some(&rebased),
            findings: None,
        };
        self.office.save_draft(&mut draft, content, &entry)?;
        Ok(draft.contested)
    }

    /// Says of a contested change which holds: the draft's (`keep`), or what is in force.
    ///
    /// # Errors
    /// As [`Self::rebase`]; `NotFound` where nothing is contested.
    pub fn settle(
        &self,
        actor: &Actor,
        at: (u64, u64),
        position: u64,
        keep: bool,
    ) -> Result<(), ServiceError> {
        self.with_changes(actor, at, &mut |changes| {
            let place = usize::try_from(position).unwrap_or(usize::MAX);
            let contested = changes.get_mut(place).filter(|c| c.contested_by.is_some());
            let Some(change) = contested else {
                return Err(ServiceError::not_found("这一项没有冲突"));
            };
            change.contested_by = None;
            if !keep {
                changes.remove(place);
            }
            Ok(())
        })
    }
}

/// The item that an added one is too: by its code, else by what makes it the same in another edition.
/// As in [`diff::changes`], one that brings a code is none of another official code.
fn partner(change: &Change, brought: &[Recorded]) -> Option<usize> {
    let by_code = |r: &Recorded| Some(&r.code) == change.code.as_ref();
    let by_name = |r: &Recorded| {
        r.item.resembles(&change.item) && (change.code.is_none() || r.code.is_assigned())
    };
    let found = brought.iter().position(by_code);
    found.or_else(|| brought.iter().position(by_name))
}

impl Sides {
    /// A change on what is in force now; `None` where nothing of it is left.
    fn put(
        &self,
        mut change: DraftChange,
        latest: u64,
        brought: &mut Vec<Recorded>,
        sequence: Option<&str>,
    ) -> Option<DraftChange> {
        let Change {
            action, id, item, ..
        } = &change.change;
        let Some(id) = *id else {
            // The other publication has added the same item: this one amends it.
            if let Some(at) = partner(&change.change, brought) {
                let now = brought.remove(at);
                if diff::same(&now.item, item, sequence) {
                    return None;
                }
                change.change.id = Some(now.id);
                change.change.code = Some(now.code);
                change.change.action = Action::Amended;
                change.change.kind = None;
                change.contested_by = Some(latest);
            }
            return Some(change);
        };
        let (before, now) = (self.base.get(&id), self.latest.get(&id));
        let is_untouched = match (before, now) {
            (Some(before), Some(now)) => before == now,
            (None, None) => true,
            _ => false,
        };
        if is_untouched {
            return Some(change);
        }
        match (action, now) {
            // Both have withdrawn it, or both have come to the same text.
            (Action::Withdrawn, None) => return None,
            (Action::Amended | Action::Added, Some(now)) if diff::same(now, item, sequence) => {
                return None;
            }
            // It was withdrawn meanwhile: to keep it is to add it again.
            (Action::Amended, None) => {
                change.change.action = Action::Added;
                change.change.kind = None;
            }
            (Action::Added, Some(_)) => {
                change.change.action = Action::Amended;
                change.change.kind = None;
            }
            (Action::Withdrawn, Some(now)) => change.change.item = now.clone(),
            (Action::Amended, Some(_)) | (Action::Added, None) => {}
        }
        change.contested_by = Some(latest);
        Some(change)
    }
}
