//! Parts of a draft's page: its changes, what was said, its tabs. Must not know requests.

use crate::domain::date::chinese;
use crate::domain::draft::Remark;
use crate::domain::workflow::{Act, State};
use crate::domain::{Action, ChangeType, Draft, Timing};
use crate::http::console::home::moment;
use crate::http::pages::parts::{FieldDifference, action_style};
use crate::http::url;
use crate::service::ServiceError;
use crate::service::console::Console;
use crate::service::console::drafts::{ChangeRow, DraftView};
use crate::service::console::terms::Deadline;
use crate::service::console::work::{Annotation, RawDeclaration};
use crate::service::view::shorten;

/// The term that runs, as the page says it.
pub fn term(deadline: Deadline) -> String {
    let unsure = match deadline.is_sure {
        true => "",
        false => "（节假日安排未公布，按周末推算）",
    };
    format!("{}期限 {}{unsure}", deadline.what, chinese(deadline.day))
}

/// One change as the page shows it.
pub struct Change {
    pub position: u64,
    pub style: &'static str,
    /// Key and name of its type, and those it may be of.
    pub kind: &'static str,
    pub kind_label: &'static str,
    pub kinds: Vec<(&'static str, &'static str)>,
    pub is_withdrawn: bool,
    pub name: String,
    pub sub_name: String,
    pub meta: String,
    pub differences: Vec<FieldDifference>,
    /// Label and value.
    pub fields: Vec<(String, String)>,
    pub reason: String,
    pub successor: String,
    pub contested_by: Option<(String, u64)>,
    pub remarks: Vec<Said>,
    pub edit_url: Option<String>,
}

/// What somebody said.
pub struct Said {
    pub office: String,
    pub at: String,
    pub what: &'static str,
    pub text: String,
}

/// A tab over the changes.
pub struct Tab {
    pub label: &'static str,
    pub count: u64,
    pub url: String,
    pub current: bool,
}

/// What the page shows of another draft.
pub struct RivalRow {
    pub url: String,
    pub id: u64,
    pub stage: &'static str,
    pub items: String,
}

pub fn siblings(console: &Console, draft: &Draft) -> Result<String, ServiceError> {
    let overview = console.services.overview()?;
    let same = overview.lists.iter().map(|l| &l.list).filter(|l| {
        l.department == draft.list.department
            && l.kind == draft.list.kind
            && l.title != draft.list.title
    });
    let titles: Vec<&str> = same.map(|l| l.title.as_str()).take(5).collect();
    Ok(titles.join("”、“"))
}

pub fn named(items: &[String]) -> String {
    let first: Vec<String> = items.iter().take(3).map(|i| shorten(i, 30)).collect();
    match items.len() {
        n if n > 3 => format!("{} 等 {n} 项", first.join("、")),
        _ => first.join("、"),
    }
}

pub fn declared(draft: &Draft) -> RawDeclaration {
    let said = &draft.declaration;
    let day = |day: Option<crate::domain::Date>| day.map(|d| d.to_string()).unwrap_or_default();
    RawDeclaration {
        cause: said.cause.clone(),
        caused_on: day(said.caused_on),
        document_no: said.document_no.clone(),
        effective_on: day(said.effective_on),
        on_effective_day: said.timing == Timing::OnEffectiveDay,
        supervision: said.supervision.clone(),
    }
}

pub fn effective(draft: &Draft) -> String {
    let said = &draft.declaration;
    match (said.effective_on, said.timing) {
        (None, _) => "自公布之日起生效，审查通过后立即公布".into(),
        (Some(day), Timing::AtOnce) => format!("{}起生效，审查通过后立即公布", chinese(day)),
        (Some(day), Timing::OnEffectiveDay) => format!("{}公布并生效", chinese(day)),
    }
}

pub fn tabs(draft: &Draft, by: Option<Action>, path: &str) -> Vec<Tab> {
    let tab = |label, count, action: Option<Action>| {
        let word = action.map(action_style).unwrap_or_default();
        Tab {
            label,
            count,
            url: format!("{}#changes", url::with(path, [("by", word.to_owned())])),
            current: action == by,
        }
    };
    vec![
        tab("全部", draft.changes(), None),
        tab("新增", draft.added, Some(Action::Added)),
        tab("调整", draft.amended, Some(Action::Amended)),
        tab("取消", draft.withdrawn, Some(Action::Withdrawn)),
    ]
}

pub fn decisions(draft: &Draft) -> Vec<Said> {
    let said = draft.decisions.iter().rev().map(|d| Said {
        office: d.office.clone(),
        at: moment(d.at),
        what: d.act.label(),
        text: d.comment.clone(),
    });
    said.collect()
}

/// The last return, while the draft is with its department because of it.
pub fn returned(draft: &Draft) -> Option<Said> {
    if draft.state != State::Returned {
        return None;
    }
    let last = draft.decisions.iter().rfind(|d| d.act == Act::Return)?;
    Some(Said {
        office: last.office.clone(),
        at: moment(last.at),
        what: last.act.label(),
        text: last.comment.clone(),
    })
}

pub fn said(remark: &Remark) -> Said {
    Said {
        office: remark.office.clone(),
        at: moment(remark.at),
        what: "意见",
        text: remark.text.clone(),
    }
}

pub fn change(
    mut row: ChangeRow,
    view: &DraftView,
    edits: bool,
    typed: Option<&(u64, Annotation)>,
) -> Change {
    let mut successor = row
        .successor
        .take()
        .map(|c| c.to_string())
        .unwrap_or_default();
    if let Some((_, typed)) = typed.filter(|(position, _)| *position == row.position) {
        row.reason.clone_from(&typed.reason);
        successor.clone_from(&typed.successor);
        row.kind = ChangeType::parse(&typed.kind).unwrap_or(row.kind);
    }
    let remarks = view.draft.remarks.iter().filter(|r| r.key == row.key);
    let code = row.code.map(|c| c.to_string()).unwrap_or_default();
    let edit_url = match row.action {
        Action::Added if edits && row.is_new => Some(url::fill(
            &url::fill(url::DRAFT_ITEM, view.draft.id),
            row.position,
        )),
        Action::Amended if edits && !code.is_empty() => view
            .list_number
            .map(|n| url::fill(&url::fill(url::CONSOLE_ITEM, n), &code)),
        _ => None,
    };
    let head = &row.item.head;
    let meta = [head.item_type.as_str(), &head.level, &code];
    let meta: Vec<&str> = meta.into_iter().filter(|m| !m.is_empty()).collect();
    Change {
        position: row.position,
        style: action_style(row.action),
        kind: row.kind.key(),
        kind_label: row.kind.label(),
        kinds: ChangeType::of(row.action)
            .into_iter()
            .map(|k| (k.key(), k.label()))
            .collect(),
        is_withdrawn: row.action == Action::Withdrawn,
        name: head.name.clone(),
        sub_name: head.sub_name.clone(),
        meta: meta.join("，"),
        differences: row.differences.into_iter().map(Into::into).collect(),
        fields: row.fields.into_iter().map(|f| (f.label, f.value)).collect(),
        reason: row.reason,
        successor,
        contested_by: row.contested_by.map(|n| (url::publication(n), n)),
        remarks: remarks.map(said).collect(),
        edit_url,
    }
}
