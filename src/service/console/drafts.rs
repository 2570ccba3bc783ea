//! Reading drafts: which there are, what they change, what was found and said.
//! Whoever may not see a draft is told that there is none.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};

use super::terms::Deadline;
use super::{Actor, Console, marked};
use crate::domain::workflow::{self, Act, State};
use crate::domain::{
    AccountRole, Action, ChangeType, Date, Draft, DraftChange, Finding, Item, ItemCode, ItemId,
    ListId, Position,
};
use crate::intake::{Bytes, Source};
use crate::register::desk::DraftFilter;
use crate::service::ServiceError;
use crate::service::read::Paging;
use crate::service::view::{Difference, FieldView};

/// Most drafts that a page of the desk shows.
const SHOWN: u64 = 200;
/// All changes of a draft.
pub(super) const ALL: u64 = u64::MAX;

/// A draft with what every page of it shows.
#[derive(Clone, Debug)]
pub struct DraftView {
    pub draft: Draft,
    pub kind_name: String,
    /// What the actor may do with it now.
    pub allowed: Vec<Act>,
    pub deadline: Option<Deadline>,
    /// The list's last publication, where it is not the one compared with.
    pub moved_on: Option<u64>,
    /// Number of the list in the register.
    pub list_number: Option<u64>,
}

/// One change of a draft.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// Place in the draft, from 0.
    pub position: u64,
    pub key: String,
    pub action: Action,
    /// Whether the register does not have the item.
    pub is_new: bool,
    pub kind: ChangeType,
    pub code: Option<ItemCode>,
    pub item: Item,
    /// Of an amended item, from what is in force to what is drafted.
    pub differences: Vec<Difference>,
    /// Of an added or withdrawn item.
    pub fields: Vec<FieldView>,
    pub reason: String,
    pub successor: Option<ItemCode>,
    pub contested_by: Option<u64>,
}

/// Another open draft of the same list that the actor sees, and the items that both change.
#[derive(Clone, Debug)]
pub struct Rival {
    pub id: u64,
    pub state: State,
    pub items: Vec<String>,
}

impl Console {
    /// A draft that the actor may see.
    pub(super) fn seen(&self, actor: &Actor, id: u64) -> Result<Draft, ServiceError> {
        let found = self.office.draft(id)?;
        let found = found.filter(|draft| Self::may_see(actor, draft));
        found.ok_or_else(|| ServiceError::not_found("没有这份草稿，或者部门已经把它撤回"))
    }

    /// A token sees the drafts of its department alone, whatever its account may see.
    pub(super) fn may_see(actor: &Actor, draft: &Draft) -> bool {
        let approvers = draft.approvers();
        workflow::may_see(&actor.account, draft.standing(&approvers))
            && (actor.token.is_none() || actor.edits(&draft.list.department))
    }

    /// A draft that the actor may do this with, in the version that they saw.
    pub(super) fn open(
        &self,
        actor: &Actor,
        (id, version): (u64, u64),
        act: Act,
    ) -> Result<(Draft, State), ServiceError> {
        let draft = self.seen(actor, id)?;
        let approvers = draft.approvers();
        let to =
            workflow::next(&actor.account, draft.standing(&approvers), act).map_err(|why| {
                ServiceError::Refused {
                    code: "not_allowed",
                    detail: why.explain(act, draft.state),
                }
            })?;
        if draft.version != version {
            return Err(crate::register::RegisterError::Outdated.into());
        }
        Ok((draft, to))
    }

    pub(super) fn view(&self, actor: &Actor, draft: Draft) -> Result<DraftView, ServiceError> {
        let approvers = draft.approvers();
        let overview = self.services.overview()?;
        let latest = self.latest(&draft.list)?;
        let open = !draft.state.is_final();
        Ok(DraftView {
            kind_name: self.services.kind_name(&draft.list.kind),
            allowed: workflow::allowed(&actor.account, draft.standing(&approvers)),
            deadline: self.deadline(&draft),
            moved_on: (open && latest != draft.base).then_some(latest),
            list_number: overview.list_number(&draft.list),
            draft,
        })
    }

    /// Number of the list's last publication; 0: none.
    pub(super) fn latest(&self, list: &ListId) -> Result<u64, ServiceError> {
        let overview = self.services.overview()?;
        let known = overview.lists.iter().find(|known| known.list == *list);
        Ok(known.map_or(0, |known| known.latest.number))
    }

    /// # Errors
    /// `NotFound` for a draft that the actor must not see, too.
    pub fn draft(&self, actor: &Actor, id: u64) -> Result<DraftView, ServiceError> {
        let draft = self.seen(actor, id)?;
        self.view(actor, draft)
    }

    /// Drafts that the actor sees, the one changed last first: open ones, or those that are done.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn drafts(&self, actor: &Actor, done: bool) -> Result<Vec<DraftView>, ServiceError> {
        let account = &actor.account;
        let mut states = State::ALL.to_vec();
        states.retain(|state| state.is_final() == done);
        let own = DraftFilter {
            departments: Some(self.departments(actor)),
            states: states.clone(),
            list: None,
        };
        let is_person = actor.token.is_none();
        let (mut drafts, _) = match is_person && account.sees_all() {
            true => {
                let all = DraftFilter {
                    departments: None,
                    ..own
                };
                self.office.drafts(&all, 0, SHOWN)?
            }
            false => self.office.drafts(&own, 0, SHOWN)?,
        };
        if is_person && account.reviews() && !account.sees_all() {
            states.retain(|state| !matches!(state, State::Editing | State::Discarded));
            let submitted = DraftFilter {
                departments: None,
                states,
                list: None,
            };
            let (submitted, _) = self.office.drafts(&submitted, 0, SHOWN)?;
            drafts.extend(submitted);
            drafts.sort_by_key(|d| (std::cmp::Reverse(d.updated_at), d.id));
            drafts.dedup_by_key(|d| d.id);
        }
        let seen = drafts.into_iter().filter(|d| Self::may_see(actor, d));
        seen.map(|draft| self.view(actor, draft)).collect()
    }

    /// Changes of a draft in their order; `by` restricts to one action.
    ///
    /// # Errors
    /// As [`Self::draft`].
    pub fn changes(
        &self,
        actor: &Actor,
        id: u64,
        by: Option<Action>,
        paging: Paging,
    ) -> Result<(Vec<ChangeRow>, u64), ServiceError> {
        let draft = self.seen(actor, id)?;
        let (offset, size) = (paging.offset() as u64, paging.size);
        let Some(by) = by else {
            let page = self.office.draft_changes(id, offset, size as u64)?;
            let page = page.into_iter().zip(offset..).collect();
            return Ok((self.rows(&draft, page)?, draft.changes()));
        };
        let all = self.office.draft_changes(id, 0, ALL)?.into_iter().zip(0..);
        let of: Vec<_> = all.filter(|(c, _)| c.change.action == by).collect();
        let total = of.len() as u64;
        let page = of.into_iter().skip(paging.offset()).take(size).collect();
        Ok((self.rows(&draft, page)?, total))
    }

    fn rows(
        &self,
        draft: &Draft,
        changes: Vec<(DraftChange, u64)>,
    ) -> Result<Vec<ChangeRow>, ServiceError> {
        let ids: Vec<ItemId> = changes.iter().filter_map(|(c, _)| c.change.id).collect();
        let before = self.states(&ids, draft.base)?;
        let services = &self.services;
        let rows = changes.into_iter().map(|(draft_change, position)| {
            let (key, kind) = (draft_change.key(), draft_change.kind());
            let change = draft_change.change;
            let old = change.id.and_then(|id| before.get(&id));
            let differences = match (change.action, old) {
                (Action::Amended, Some(old)) => services.differences(old, &change.item),
                _ => Vec::new(),
            };
            let fields = match change.action {
                Action::Amended => Vec::new(),
                Action::Added | Action::Withdrawn => services.field_views(&change.item),
            };
            ChangeRow {
                position,
                key,
                kind,
                action: change.action,
                is_new: change.id.is_none(),
                code: change.code,
                differences,
                fields,
                item: change.item,
                reason: change.reason.unwrap_or_default(),
                successor: change.successor,
                contested_by: draft_change.contested_by,
            }
        });
        Ok(rows.collect())
    }

    /// What items said after a publication, whatever their effective dates; withdrawn ones absent.
    pub(super) fn states(
        &self,
        ids: &[ItemId],
        publication: u64,
    ) -> Result<HashMap<ItemId, Item>, ServiceError> {
        let at = Position {
            publication,
            day: Date::MAX,
        };
        let states = self.services.register.in_force(ids, at)?;
        Ok(states.into_iter().map(|r| (r.id, r.item)).collect())
    }

    /// Other open drafts of the same list that change some of the same items.
    ///
    /// # Errors
    /// As [`Self::draft`].
    pub fn rivals(&self, actor: &Actor, id: u64) -> Result<Vec<Rival>, ServiceError> {
        let draft = self.seen(actor, id)?;
        if draft.state.is_final() {
            return Ok(Vec::new());
        }
        let mut states = State::ALL.to_vec();
        states.retain(|state| !state.is_final());
        let filter = DraftFilter {
            states,
            list: Some(draft.list.clone()),
            departments: None,
        };
        let (mut others, _) = self.office.drafts(&filter, 0, SHOWN)?;
        others.retain(|other| other.id != id && Self::may_see(actor, other));
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.office.draft_changes(id, 0, ALL)?;
        let own: HashSet<String> = own.iter().map(DraftChange::key).collect();
        let mut rivals = Vec::new();
        for other in others {
            let changes = self.office.draft_changes(other.id, 0, ALL)?;
            let both = changes.iter().filter(|c| own.contains(&c.key()));
            let items: Vec<String> = both.map(|c| c.change.item.head.name.clone()).collect();
            if !items.is_empty() {
                rivals.push(Rival {
                    id: other.id,
                    state: other.state,
                    items,
                });
            }
        }
        Ok(rivals)
    }

    /// Findings of the draft's file.
    ///
    /// # Errors
    /// As [`Self::draft`].
    pub fn findings(&self, actor: &Actor, id: u64) -> Result<Vec<Finding>, ServiceError> {
        self.seen(actor, id)?;
        Ok(self.office.draft_findings(id)?)
    }

    /// The draft's file with its faulty cells marked, as XLSX.
    ///
    /// # Errors
    /// As [`Self::draft`]; `NotFound` for a draft without a file.
    pub fn marked_file(
        &self,
        actor: &Actor,
        id: u64,
        to: &mut dyn Write,
    ) -> Result<(), ServiceError> {
        let (name, mut file) = self.draft_file(actor, id)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|e| ServiceError::Internal(e.to_string()))?;
        let source = Source {
            name,
            bytes: Bytes::Memory(bytes.into()),
        };
        let findings = self.office.draft_findings(id)?;
        marked::marked(&source, &self.intake.limits, &findings, to)
    }

    /// The draft's file as it was uploaded, and its name.
    ///
    /// # Errors
    /// As [`Self::marked_file`].
    pub fn draft_file(
        &self,
        actor: &Actor,
        id: u64,
    ) -> Result<(String, Box<dyn Read + Send>), ServiceError> {
        let draft = self.seen(actor, id)?;
        let Some(file) = draft.file else {
            return Err(ServiceError::not_found(
                "这份草稿是在网页上填写的，没有上传的文件",
            ));
        };
        let kept = self.services.kept_file(&file)?;
        Ok((file.name, kept))
    }

    /// Names of the departments that the actor may draft for.
    pub fn departments(&self, actor: &Actor) -> Vec<String> {
        match (&actor.token, actor.account.has(AccountRole::Editor)) {
            (Some(token), _) => vec![token.grant.department.clone()],
            (None, true) => actor.account.profile.departments.clone(),
            (None, false) => Vec::new(),
        }
    }
}
