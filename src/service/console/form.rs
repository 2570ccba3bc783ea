//! One item in a form: what is in force as fields to fill in, and what was filled in as a change of a
//! draft. What is filled in goes through the same intake as a row of a file.

mod changes;
mod fields;

use super::own::Stamp;
use super::upload::source;
use super::{Actor, Console};
use crate::domain::formula::guarded;
use crate::domain::workflow::Act;
use crate::domain::{
    Action, Change, Deed, Draft, Finding, Item, ItemCode, Kind, ListId, Origin, Place, Role,
    Severity,
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
    pub subject: Subject,
    pub stamp: Stamp,
    /// Name of the item; blank for a new one.
    pub name: String,
    /// Values by field of the kind, in published order.
    pub fields: Vec<FormField>,
    pub findings: Vec<Finding>,
    /// What the draft in hand does with the item, where that is not what the form will do.
    pub drafted: Option<Action>,
}

/// Which item a form is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Of the list of this number; without a code a new one.
    Listed(u64, Option<ItemCode>),
    /// Added by the draft of this number, at this place.
    Added(u64, u64),
}

impl ItemForm {
    /// Code of an item that the list has.
    pub fn code(&self) -> Option<&ItemCode> {
        match &self.subject {
            Subject::Listed(_, code) => code.as_ref(),
            Subject::Added(..) => None,
        }
    }

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
        let draft = self.draft_in_hand(actor, &list)?;
        let known = code
            .map(|code| self.item_of(&list, code, draft.as_ref()))
            .transpose()?;
        let stamp = self.stamp(&list, draft.as_ref())?;
        let (code, item, drafted) = match known {
            None => (None, None, None),
            Some((code, item, drafted)) => (Some(code), Some(item), drafted),
        };
        self.form(
            list,
            (stamp, Subject::Listed(list_number, code)),
            item.as_ref(),
            drafted,
        )
    }

    /// The form of an item that a draft adds.
    ///
    /// # Errors
    /// `NotFound`, `Refused` for a draft that the actor does not have in hand.
    pub fn added_form(
        &self,
        actor: &Actor,
        draft: u64,
        position: u64,
    ) -> Result<ItemForm, ServiceError> {
        let version = self.seen(actor, draft)?.version;
        let (draft, _) = self.open(actor, (draft, version), Act::Edit)?;
        let change = self.office.draft_changes(draft.id, position, 1)?.pop();
        let added = change.filter(|c| c.change.action == Action::Added && c.change.id.is_none());
        let Some(added) = added else {
            return Err(ServiceError::not_found("草稿中没有这个新增事项"));
        };
        let stamp = self.stamp(&draft.list, Some(&draft))?;
        let subject = (stamp, Subject::Added(draft.id, position));
        self.form(draft.list, subject, Some(&added.change.item), None)
    }

    fn form(
        &self,
        list: ListId,
        (stamp, subject): (Stamp, Subject),
        item: Option<&Item>,
        drafted: Option<Action>,
    ) -> Result<ItemForm, ServiceError> {
        let kind = self.kind(&list)?;
        let fields = item.map(|item| told(&kind, item)).unwrap_or_default();
        Ok(ItemForm {
            stamp,
            subject,
            name: item.map_or_else(String::new, |item| item.head.name.clone()),
            fields: form_fields(&kind, &fields),
            findings: Vec::new(),
            drafted,
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
        let form = self.item_form(actor, list_number, code)?;
        self.filled(actor, form, stamp, values)
    }

    /// The same of an item that a draft adds.
    ///
    /// # Errors
    /// As [`Self::fill_in`].
    pub fn fill_in_added(
        &self,
        actor: &Actor,
        (draft, position): (u64, u64),
        stamp: Stamp,
        values: &[(String, String)],
    ) -> Result<Result<u64, ItemForm>, ServiceError> {
        let form = self.added_form(actor, draft, position)?;
        self.filled(actor, form, stamp, values)
    }

    fn filled(
        &self,
        actor: &Actor,
        mut form: ItemForm,
        stamp: Stamp,
        values: &[(String, String)],
    ) -> Result<Result<u64, ItemForm>, ServiceError> {
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
        if let Some(same) = self.same_item(&form, &changes, &item)? {
            form.findings = vec![same];
            return Ok(Err(form));
        }
        let name = item.head.name.clone();
        let change = self.change_by_form(&form, code, item)?;
        match form.subject {
            Subject::Listed(..) => self.put(&draft, &mut changes, change)?,
            Subject::Added(_, position) => {
                let place = usize::try_from(position).unwrap_or(usize::MAX);
                if let Some(known) = changes.get_mut(place) {
                    known.change = Change {
                        kind: known.change.kind,
                        ..change
                    };
                }
            }
        }
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
    ) -> Result<(ItemCode, Item, Option<Action>), ServiceError> {
        let (_, recorded) = self.services.register.latest_edition(list)?;
        let known = recorded.into_iter().find(|r| r.code.as_str() == code);
        let known = known.ok_or_else(|| ServiceError::item_not_found(code))?;
        if let Some(draft) = draft {
            let changes = self.office.draft_changes(draft.id, 0, super::drafts::ALL)?;
            let drafted = changes.into_iter().find(|c| c.change.id == Some(known.id));
            if let Some(drafted) = drafted {
                let action = drafted.change.action;
                let other = Some(action).filter(|a| *a != Action::Amended);
                return Ok((known.code, drafted.change.item, other));
            }
        }
        Ok((known.code, known.item, None))
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
}

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
