//! What a filled-in form comes to: a change of a draft, in place of what it said of the item.
//! Must not know how a form is read.

use super::{ItemForm, Subject};
use crate::domain::draft::FindingCounts;
use crate::domain::workflow::Act;
use crate::domain::{
    Action, Change, Deed, Draft, DraftChange, Finding, Item, ItemCode, Origin, Place, Role,
    Severity, diff,
};
use crate::register::desk::Content;
use crate::service::ServiceError;
use crate::service::console::drafts::ALL;
use crate::service::console::reading::MOST_CHANGES;
use crate::service::console::{Actor, Console};
use crate::service::view::shorten;

/// Stands before the item's name where a finding is of a form and no sheet.
const IN_FORM: &str = "网页填写：";

impl Console {
    /// The item that a new one seems to be already, in the list or in the draft.
    pub(super) fn same_item(
        &self,
        form: &ItemForm,
        changes: &[DraftChange],
        item: &Item,
    ) -> Result<Option<Finding>, ServiceError> {
        if form.code().is_some() {
            return Ok(None);
        }
        let own = match form.subject {
            Subject::Added(_, position) => usize::try_from(position).ok(),
            Subject::Listed(..) => None,
        };
        let (_, recorded) = self.services.register.latest_edition(&form.list)?;
        let known = recorded.iter().find(|r| r.item.resembles(item));
        let mut others = changes
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != own);
        let drafted =
            others.find(|(_, c)| c.change.action == Action::Added && c.change.item.resembles(item));
        let whose = match (known, drafted) {
            (Some(known), _) => format!("本清单已有同名事项（编码 {}）", known.code),
            (None, Some(_)) => "草稿中已新增同名事项".to_owned(),
            (None, None) => return Ok(None),
        };
        let mend = "如需修改它，请从清单中打开；如确为另一事项，请用子项名称、层级或编码区分";
        let place = Place::default();
        Ok(Some(Finding::new(
            Severity::Error,
            "same-item",
            place,
            whose,
            mend,
        )))
    }

    /// The draft's findings with those of an item in a form in place of what was found of it before.
    pub(super) fn findings_with(
        &self,
        draft: &mut Draft,
        name: &str,
        found: Vec<Finding>,
    ) -> Result<Vec<Finding>, ServiceError> {
        let mut all = match draft.id {
            0 => Vec::new(),
            id => self.office.draft_findings(id)?,
        };
        let sheet = format!("{IN_FORM}{}", shorten(name, 40));
        all.retain(|f| f.place.sheet != sheet);
        all.extend(found.into_iter().map(|mut finding| {
            finding.place.sheet.clone_from(&sheet);
            finding
        }));
        draft.findings = FindingCounts::of(&all);
        Ok(all)
    }

    /// The draft of a form, or a new one, with its changes.
    pub(super) fn draft_for(
        &self,
        actor: &Actor,
        form: &ItemForm,
    ) -> Result<(Draft, Vec<DraftChange>), ServiceError> {
        if form.stamp.draft == 0 {
            let base = form.stamp.base;
            let draft = Draft::new(form.list.clone(), base, self.now());
            return Ok((draft, Vec::new()));
        }
        let (draft, _) = self.open(actor, (form.stamp.draft, form.stamp.version), Act::Edit)?;
        let changes = self.office.draft_changes(form.stamp.draft, 0, ALL)?;
        Ok((draft, changes))
    }

    /// The change that a form comes to.
    pub(super) fn change_by_form(
        &self,
        form: &ItemForm,
        given: Option<ItemCode>,
        item: Item,
    ) -> Result<Change, ServiceError> {
        let mut change = Change {
            action: Action::Added,
            kind: None,
            id: None,
            code: given,
            item,
            origin: Origin::default(),
            reason: None,
            successor: None,
        };
        let Some(code) = form.code() else {
            let (_, recorded) = self.services.register.latest_edition(&form.list)?;
            if let Some(known) = recorded
                .iter()
                .find(|r| Some(&r.code) == change.code.as_ref())
            {
                let detail = format!(
                    "编码“{}”已用于“{}”，请核对；修改它请从清单中打开",
                    known.code, known.item.head.name
                );
                return Err(ServiceError::parameter("form", detail));
            }
            return Ok(change);
        };
        let (_, recorded) = self.services.register.latest_edition(&form.list)?;
        let known = recorded.into_iter().find(|r| r.code == *code);
        let known = known.ok_or_else(|| ServiceError::item_not_found(code.as_str()))?;
        if !known.code.is_assigned() && change.code.as_ref().is_some_and(|c| *c != known.code) {
            let detail = format!(
                "编码不能改：事项的编码为“{}”。编码确需更换的，请取消原事项并新增",
                known.code
            );
            return Err(ServiceError::parameter("form", detail));
        }
        change.action = Action::Amended;
        change.id = Some(known.id);
        change.code = Some(known.code);
        Ok(change)
    }

    /// Puts a change into a draft: in place of what it said of the item, and nowhere where nothing
    /// changes.
    pub(super) fn put(
        &self,
        draft: &Draft,
        changes: &mut Vec<DraftChange>,
        mut change: Change,
    ) -> Result<(), ServiceError> {
        let kind = self.kind(&draft.list)?;
        let sequence = kind.field_with(Role::Sequence).map(|f| f.key.as_str());
        let before = match change.id {
            Some(id) => self.states(&[id], draft.base)?.remove(&id),
            None => None,
        };
        if let (Some(before), Some(code)) = (&before, &change.code) {
            diff::Telling::from(&*kind).leave_known(code, before, &mut change.item);
        }
        let is_nothing = change.action == Action::Amended
            && before.is_some_and(|old| diff::same(&old, &change.item, sequence));
        let change = DraftChange::new(change);
        // A new item without a code is one more, whatever its name.
        let key = change.key();
        let is_known = change.change.id.is_some() || change.change.code.is_some();
        let at = changes.iter().position(|c| is_known && c.key() == key);
        let mut change = change;
        if let Some(known) = at.and_then(|at| changes.get(at)) {
            // What was said of the change stays; a conflict is settled by saying so, not by typing.
            change.contested_by = known.contested_by;
            if known.change.action == change.change.action {
                change.change.kind = known.change.kind;
                change.change.reason.clone_from(&known.change.reason);
                change.change.successor.clone_from(&known.change.successor);
            }
        }
        match (at, is_nothing) {
            (Some(at), true) => {
                changes.remove(at);
            }
            (Some(at), false) => changes[at] = change,
            (None, true) => {
                let detail = "填写的内容与现行内容相同，没有变动".to_owned();
                return Err(ServiceError::parameter("form", detail));
            }
            (None, false) => changes.push(change),
        }
        if changes.len() > MOST_CHANGES {
            let detail = format!("一份草稿最多 {MOST_CHANGES} 项变动");
            return Err(ServiceError::parameter("form", detail));
        }
        Ok(())
    }

    /// Saves a draft whose changes were worked on; `is_edited` where they are no longer those of its file.
    pub(in crate::service::console) fn save_edited(
        &self,
        actor: &Actor,
        draft: &mut Draft,
        changes: &[DraftChange],
        is_edited: bool,
    ) -> Result<u64, ServiceError> {
        draft.is_edited = is_edited;
        draft.add_author(actor.account.id);
        draft.count(changes);
        let entry = self.entry(actor, Deed::Edited, "草稿 {}", "");
        let content = Content {
            changes: Some(changes),
            findings: None,
        };
        self.office.save_draft(draft, content, &entry)?;
        Ok(draft.id)
    }
}
