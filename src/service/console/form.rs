//! One item in a form: what is in force as fields to fill in, and what was filled in as a change of a
//! draft. What is filled in goes through the same intake as a row of a file.

use super::upload::source;
use super::{Actor, Console};
use crate::domain::diff;
use crate::domain::draft::DraftChange;
use crate::domain::formula::guarded;
use crate::domain::workflow::{Act, State};
use crate::domain::{
    Action, Change, Deed, Draft, Fields, Finding, Item, ItemCode, Kind, ListId, Origin, Role,
    Severity,
};
use crate::intake::Hints;
use crate::register::desk::{Content, DraftFilter};
use crate::service::ServiceError;

impl std::fmt::Display for Stamp {
    /// As a hidden field holds it: `3.5.37`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.draft, self.version, self.base)
    }
}

impl std::str::FromStr for Stamp {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        let numbers: Vec<u64> = text.split('.').filter_map(|n| n.parse().ok()).collect();
        match numbers[..] {
            [draft, version, base] => Ok(Self {
                draft,
                version,
                base,
            }),
            _ => Err(ServiceError::parameter(
                "version",
                "页面已过期，请刷新后重做",
            )),
        }
    }
}

/// Drafts of one list that are looked at.
const IN_HAND: u64 = 50;

/// What a form was made from: what is filled in is taken only while that is still so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The draft that it goes into and its version; 0: a new one.
    pub draft: u64,
    pub version: u64,
    /// The list's last publication, where there is no draft yet.
    pub base: u64,
}

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

/// A field to fill in.
#[derive(Clone, Debug)]
pub struct FormField {
    pub key: String,
    pub label: String,
    pub value: String,
    pub is_long: bool,
    pub is_required: bool,
    /// Known values to choose from, as suggestions.
    pub known: Vec<String>,
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

/// The items of a list of one's own department.
#[derive(Clone, Debug)]
pub struct OwnItems {
    pub list: ListId,
    pub stamp: Stamp,
    pub items: Vec<OwnItem>,
}

/// An item of the last edition.
#[derive(Clone, Debug)]
pub struct OwnItem {
    pub code: ItemCode,
    pub item: Item,
    /// What the draft in hand does with it.
    pub drafted: Option<Action>,
}

impl Console {
    /// The items of a list as the last edition has them.
    ///
    /// # Errors
    /// `NotFound` for a list that the actor does not draft.
    pub fn own_items(&self, actor: &Actor, list_number: u64) -> Result<OwnItems, ServiceError> {
        let list = self.own_list(actor, list_number)?;
        let draft = self.draft_in_hand(actor, &list)?;
        let changes = match &draft {
            Some(draft) => self.office.draft_changes(draft.id, 0, super::drafts::ALL)?,
            None => Vec::new(),
        };
        let drafted: std::collections::HashMap<_, _> = changes
            .iter()
            .filter_map(|c| Some((c.change.id?, c.change.action)))
            .collect();
        let (_, recorded) = self.services.register.latest_edition(&list)?;
        let items = recorded.into_iter().map(|r| OwnItem {
            drafted: drafted.get(&r.id).copied(),
            code: r.code,
            item: r.item,
        });
        Ok(OwnItems {
            items: items.collect(),
            stamp: self.stamp(&list, draft.as_ref())?,
            list,
        })
    }

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
        form.keep(values);
        let (item, findings) = self.read_form(&form);
        let Some(item) = item else {
            form.findings = findings;
            return Ok(Err(form));
        };
        let (mut draft, mut changes) = self.draft_for(actor, &form)?;
        let change = self.change_by_form(&form, item.0, item.1)?;
        self.put(&draft, &mut changes, change)?;
        let id = self.save_edited(actor, &mut draft, &changes, true)?;
        Ok(Ok(id))
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

    fn stamp(&self, list: &ListId, draft: Option<&Draft>) -> Result<Stamp, ServiceError> {
        Ok(match draft {
            Some(draft) => Stamp {
                draft: draft.id,
                version: draft.version,
                base: draft.base,
            },
            None => Stamp {
                base: self.latest(list)?,
                ..Stamp::default()
            },
        })
    }

    /// A list whose department the actor drafts for.
    fn own_list(&self, actor: &Actor, number: u64) -> Result<ListId, ServiceError> {
        let overview = self.services.overview()?;
        let list = overview.lists.iter().find(|l| l.number == number);
        let list = list.filter(|l| actor.edits(&l.list.department));
        let list = list.ok_or_else(|| ServiceError::not_found("没有这份清单"))?;
        Ok(list.list.clone())
    }

    pub(super) fn kind(&self, list: &ListId) -> Result<std::sync::Arc<Kind>, ServiceError> {
        let kind = self.services.kinds.get(&list.kind).cloned();
        kind.ok_or_else(|| ServiceError::not_found("没有这种清单"))
    }

    /// The newest draft of the list that the department has in hand.
    fn draft_in_hand(&self, actor: &Actor, list: &ListId) -> Result<Option<Draft>, ServiceError> {
        Ok(self.drafts_in_hand(actor, list)?.into_iter().next())
    }

    /// Drafts of the list that the department has in hand, the one changed last first.
    pub(super) fn drafts_in_hand(
        &self,
        actor: &Actor,
        list: &ListId,
    ) -> Result<Vec<Draft>, ServiceError> {
        let filter = DraftFilter {
            departments: None,
            states: vec![State::Editing, State::Returned],
            list: Some(list.clone()),
        };
        let (mut drafts, _) = self.office.drafts(&filter, 0, IN_HAND)?;
        drafts.retain(|draft| Self::may_see(actor, draft));
        Ok(drafts)
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
            let place = crate::domain::Place::default();
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
        if let Some(before) = &before {
            // What no cell said before, and what is as it was, is in no cell now.
            for (key, value) in beside(&kind, before) {
                if change.item.fields.get(&key) == Some(&value) {
                    change.item.fields.shift_remove(&key);
                }
            }
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
        if changes.len() > super::upload::MOST_CHANGES {
            let detail = format!("一份草稿最多 {} 项变动", super::upload::MOST_CHANGES);
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

/// What the form shows of an item: its cells, and what was read from elsewhere (the type from the name
/// of a sheet) in cells of their own.
fn told(kind: &Kind, item: &Item) -> Fields {
    let mut fields = item.fields.clone();
    for (key, value) in beside(kind, item) {
        fields.insert(key, value);
    }
    fields
}

/// What the item's head says that no cell does, by the field for it.
fn beside(kind: &Kind, item: &Item) -> Vec<(String, String)> {
    let head = &item.head;
    let said = [(Role::Type, &head.item_type), (Role::Level, &head.level)];
    let missing = said.into_iter().filter_map(|(role, value)| {
        let field = kind.field_with(role)?;
        let is_missing = !value.is_empty() && !item.fields.contains_key(&field.key);
        is_missing.then(|| (field.key.clone(), value.clone()))
    });
    missing.collect()
}

fn form_fields(kind: &Kind, values: &Fields) -> Vec<FormField> {
    // What the list says of all its items is asked for only where a list says it item by item.
    let is_asked = |field: &&crate::domain::Field| {
        !matches!(field.role, Some(Role::Kind | Role::Region)) || values.contains_key(&field.key)
    };
    let field = |field: &crate::domain::Field| FormField {
        key: field.key.clone(),
        label: field.label.clone(),
        value: values.get(&field.key).cloned().unwrap_or_default(),
        is_long: field.long,
        is_required: field.required,
        known: field
            .values
            .iter()
            .filter_map(|v| v.split('|').next())
            .map(str::to_owned)
            .collect(),
    };
    kind.fields.iter().filter(is_asked).map(field).collect()
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
