//! One item in a form: what is in force as fields to fill in, and what was filled in as a change of a
//! draft. What is filled in goes through the same intake as a row of a file.

mod fields;

use super::own::Stamp;
use super::upload::source;
use super::{Actor, Console};
use crate::domain::draft::FindingCounts;
use crate::domain::formula::guarded;
use crate::domain::workflow::Act;
use crate::domain::{
    Action, Change, Deed, Draft, DraftChange, Finding, Item, ItemCode, Kind, ListId, Origin, Place,
    Role, Severity, diff,
};
use crate::intake::Hints;
use crate::register::desk::Content;
use crate::service::ServiceError;
use crate::service::view::shorten;
use fields::{emptied, form_fields, told};

pub use fields::FormField;

/// What a form is about.
#[derive(Clone, Debug)]
pub struct ItemForm {
    pub list: ListId,
    pub list_number: u64,
    pub stamp: Stamp,
    /// `None` for a new item.
    pub code: Option<ItemCode>,
    /// Name of the item; blank for a new one.
    pub name: String,
    /// Values by field of the kind, in published order.
    pub fields: Vec<FormField>,
    pub findings: Vec<Finding>,
}

impl ItemForm {
    /// Puts in what was typed.
    pub fn keep(&mut self, values: &[(String, String)]) {
        for field in &mut self.fields {
            let value = values.iter().find(|(key, _)| *key == field.key);
            field.value = value.map_or_else(String::new, |(_, v)| v.replace("\r\n", "\n"));
        }
    }
}

impl Console {
    /// The form of an item of a list, or of a new one. What a draft in hand says of it goes before what
    /// is in force.
    ///
    /// # Errors
    /// `NotFound` for a list or an item that the actor does not draft.
    pub fn item_form(
        &self,
        actor: &Actor,
        list_number: u64,
        code: Option<&str>,
    ) -> Result<ItemForm, ServiceError> {
        let list = self.own_list(actor, list_number)?;
        let kind = self.kind(&list)?;
        let draft = self.draft_in_hand(actor, &list)?;
        let known = code
            .map(|code| self.item_of(&list, code, draft.as_ref()))
            .transpose()?;
        let fields = known.as_ref().map(|(_, item)| told(&kind, item));
        let name = known.as_ref().map(|(_, item)| item.head.name.clone());
        Ok(ItemForm {
            list_number,
            stamp: self.stamp(&list, draft.as_ref())?,
            code: known.map(|(code, _)| code),
            name: name.unwrap_or_default(),
            fields: form_fields(&kind, &fields.unwrap_or_default()),
            findings: Vec::new(),
            list,
        })
    }

    /// Puts what was filled in into the draft in hand, or a new one. Gives the draft's number, or the
    /// form again with what is wrong.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when the draft is another by now.
    pub fn fill_in(
        &self,
        actor: &Actor,
        list_number: u64,
        code: Option<&str>,
        stamp: Stamp,
        values: &[(String, String)],
    ) -> Result<Result<u64, ItemForm>, ServiceError> {
        let mut form = self.item_form(actor, list_number, code)?;
        if form.stamp != stamp {
            return Err(crate::register::RegisterError::Outdated.into());
        }
        let before = form.fields.clone();
        form.keep(values);
        let (item, mut findings) = self.read_form(&form);
        findings.extend(emptied(&before, &form.fields));
        let failed = findings.iter().any(|f| f.severity == Severity::Error);
        let Some((code, item)) = item.filter(|_| !failed) else {
            form.findings = findings;
            return Ok(Err(form));
        };
        let (mut draft, mut changes) = self.draft_for(actor, &form)?;
        if form.code.is_none()
            && let Some(same) = self.same_item(&form.list, &changes, &item)?
        {
            form.findings = vec![same];
            return Ok(Err(form));
        }
        let name = item.head.name.clone();
        let change = self.change_by_form(&form, code, item)?;
        self.put(&draft, &mut changes, change)?;
        let all = self.findings_with(&mut draft, &name, findings)?;
        draft.is_edited = true;
        draft.add_author(actor.account.id);
        draft.count(&changes);
        let detail = format!("填写“{}”", shorten(&name, 60));
        let entry = self.entry(actor, Deed::Edited, "草稿 {}", detail);
        let content = Content {
            changes: Some(&changes),
            findings: Some(&all),
        };
        self.office.save_draft(&mut draft, content, &entry)?;
        Ok(Ok(draft.id))
    }

    /// Marks an item of a list as to be withdrawn, in the draft in hand or a new one.
    ///
    /// # Errors
    /// As [`Self::fill_in`].
    pub fn withdraw(
        &self,
        actor: &Actor,
        list_number: u64,
        code: &str,
        stamp: Stamp,
    ) -> Result<u64, ServiceError> {
        let form = self.item_form(actor, list_number, Some(code))?;
        if form.stamp != stamp {
            return Err(crate::register::RegisterError::Outdated.into());
        }
        let (mut draft, mut changes) = self.draft_for(actor, &form)?;
        let (_, recorded) = self.services.register.latest_edition(&form.list)?;
        let known = recorded.into_iter().find(|r| r.code.as_str() == code);
        let known = known.ok_or_else(|| ServiceError::item_not_found(code))?;
        let change = Change {
            action: Action::Withdrawn,
            kind: None,
            id: Some(known.id),
            code: Some(known.code),
            item: known.item,
            origin: Origin::default(),
            reason: None,
            successor: None,
        };
        self.put(&draft, &mut changes, change)?;
        self.save_edited(actor, &mut draft, &changes, true)
    }

    pub(super) fn kind(&self, list: &ListId) -> Result<std::sync::Arc<Kind>, ServiceError> {
        let kind = self.services.kinds.get(&list.kind).cloned();
        kind.ok_or_else(|| ServiceError::not_found("没有这种清单"))
    }

    fn item_of(
        &self,
        list: &ListId,
        code: &str,
        draft: Option<&Draft>,
    ) -> Result<(ItemCode, Item), ServiceError> {
        let (_, recorded) = self.services.register.latest_edition(list)?;
        let known = recorded.into_iter().find(|r| r.code.as_str() == code);
        let known = known.ok_or_else(|| ServiceError::item_not_found(code))?;
        if let Some(draft) = draft {
            let changes = self.office.draft_changes(draft.id, 0, super::drafts::ALL)?;
            let drafted = changes.into_iter().find(|c| c.change.id == Some(known.id));
            if let Some(drafted) = drafted {
                return Ok((known.code, drafted.change.item));
            }
        }
        Ok((known.code, known.item))
    }

    /// Reads the filled-in form as a table of one row; without an item the findings say why.
    fn read_form(&self, form: &ItemForm) -> (Option<(Option<ItemCode>, Item)>, Vec<Finding>) {
        let hints = Hints {
            kind: Some(form.list.kind.clone()),
            department: Some(form.list.department.clone()),
            region: Some(form.list.region.code.clone()),
            title: Some(form.list.title.clone()),
            ..Hints::default()
        };
        // A kind of several tables has a name in each: the others' columns are not this one's.
        let kind = self.services.kinds.get(&form.list.kind);
        let names = kind.map_or(0, |k| k.fields_with(Role::Title).count());
        let asked = || {
            let fields = form.fields.iter();
            fields.filter(|f| names < 2 || !f.value.trim().is_empty())
        };
        let headings: Vec<&str> = asked().map(|f| f.label.as_str()).collect();
        let values: Vec<&str> = asked().map(|f| f.value.as_str()).collect();
        let table = table(&headings, &[&values]);
        let source = source("网页填写", table);
        let opened = self.intake.open(&source, &hints);
        let mut findings = opened.findings.clone();
        let mut items = Vec::new();
        for plan in &opened.lists {
            if let Ok(drafts) = crate::service::ingest::read(&opened, plan, &self.intake) {
                findings.extend(drafts.findings);
                items.extend(drafts.items);
            }
        }
        findings.retain(|f| f.severity != Severity::Notice);
        for finding in &mut findings {
            // A form has fields, not cells.
            finding.place.row = 0;
            finding.place.column.clear();
            finding.place.file.clear();
        }
        let failed = findings.iter().any(|f| f.severity == Severity::Error);
        let item = match (items.len(), failed) {
            (1, false) => items.pop().map(|i| (i.coded.code, i.coded.item)),
            _ => None,
        };
        if item.is_none() && !failed {
            let problem = "填写的内容没有读成一个事项";
            let mend = "请检查名称等各栏是否填写";
            let place = Place::default();
            findings.push(Finding::new(
                Severity::Error,
                "unreadable",
                place,
                problem,
                mend,
            ));
        }
        (item, findings)
    }

    /// The item that a new one seems to be already, in the list or in the draft.
    fn same_item(
        &self,
        list: &ListId,
        changes: &[DraftChange],
        item: &Item,
    ) -> Result<Option<Finding>, ServiceError> {
        let (_, recorded) = self.services.register.latest_edition(list)?;
        let known = recorded.iter().find(|r| r.item.resembles(item));
        let drafted = changes
            .iter()
            .find(|c| c.change.action == Action::Added && c.change.item.resembles(item));
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
    fn findings_with(
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
    fn draft_for(
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
        let changes = self
            .office
            .draft_changes(form.stamp.draft, 0, super::drafts::ALL)?;
        Ok((draft, changes))
    }

    /// The change that a form comes to.
    fn change_by_form(
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
        let Some(code) = &form.code else {
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
    fn put(
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
        if changes.len() > super::reading::MOST_CHANGES {
            let detail = format!("一份草稿最多 {} 项变动", super::reading::MOST_CHANGES);
            return Err(ServiceError::parameter("form", detail));
        }
        Ok(())
    }

    /// Saves a draft whose changes were worked on; `is_edited` where they are no longer those of its file.
    pub(super) fn save_edited(
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

/// Stands before the item's name where a finding is of a form and no sheet.
const IN_FORM: &str = "网页填写：";

/// A table as CSV, texts guarded as intake expects.
pub fn table(headings: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    // Quoted, so that no text is taken for another delimiter.
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    // Writing to memory cannot fail, and all rows have as many cells.
    let _ = writer.write_record(headings);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|cell| guarded(cell).into_owned()));
    }
    writer.into_inner().unwrap_or_default()
}
