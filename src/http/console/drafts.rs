//! One draft: what it changes, what is declared, what was said, and what may be done with it now.

mod parts;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::home::style;
use super::uploads::{FindingRow, groups};
use super::{Desk, Me, Sent, Told, see_other};
use crate::domain::Action;
use crate::domain::workflow::Act;
use crate::http::error::AppError;
use crate::http::pages::parts::{Pager, action_style};
use crate::http::pages::render;
use crate::http::params::{Params, path_number};
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::console::Console;
use crate::service::console::work::{Annotation, RawDeclaration};
use crate::service::read::Paging;
use parts::{
    Change, RivalRow, Said, Tab, change, decisions, declared, effective, named, said, siblings,
    tabs,
};

/// Changes on a page.
const CHANGES: usize = 20;
/// Groups of findings shown beside the draft; the others have a page.
const FINDINGS: usize = 12;

/// Which part of a draft is shown.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    page: usize,
    by: Option<Action>,
    /// What was typed into the form that was refused, and the version it was made from.
    declaration: Option<(u64, RawDeclaration)>,
    comment: String,
    /// What was typed of one change.
    said: Option<(u64, Annotation)>,
}

#[derive(Template)]
#[template(path = "console/draft.html")]
struct DraftPage {
    desk: Desk,
    id: u64,
    version: u64,
    url: String,
    title: String,
    department: String,
    region: String,
    kind_name: String,
    stage: &'static str,
    style: &'static str,
    /// `审查期限 2026年12月1日`.
    term: Option<String>,
    overdue: Option<String>,
    base: Option<(String, u64)>,
    /// Titles of the department's other lists of this kind.
    siblings: String,
    total: u64,
    moved_on: Option<(String, u64)>,
    publication: Option<(String, u64)>,
    rivals: Vec<RivalRow>,
    /// Who has returned it, and why.
    returned: Option<Said>,
    /// Remarks since it was last submitted.
    remarked: usize,
    obstacles: Vec<String>,
    /// What may be done with it now.
    allowed: Vec<Act>,
    /// Version that the declaration's form was made from.
    declared_from: u64,
    declaration: RawDeclaration,
    effective: String,
    needs_supervision: bool,
    comment: String,
    file: Option<String>,
    is_edited: bool,
    refused_rows: u64,
    errors: u64,
    warnings: u64,
    notices: u64,
    findings: Vec<FindingRow>,
    tabs: Vec<Tab>,
    open_withdrawals: bool,
    changes: Vec<Change>,
    pager: Pager,
    decisions: Vec<Said>,
    /// Remarks on items that are no longer in the draft, or on other pages.
    remarks: Vec<(String, Said)>,
    new_item_url: Option<String>,
}

impl DraftPage {
    fn may(&self, act: Act) -> bool {
        self.allowed.contains(&act)
    }

    fn may_edit(&self) -> bool {
        self.may(Act::Edit)
    }

    fn may_review(&self) -> bool {
        self.may(Act::Approve) || self.may(Act::Return)
    }
}

pub async fn draft(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let shown = Shown {
        page: params.paging()?.page,
        by: action(params.one("by")?.unwrap_or_default()),
        ..Shown::default()
    };
    let told = match params.flag("saved")? {
        true => Told::done("已保存"),
        false => Told::default(),
    };
    app.desk_page(move |console| page(console, &me, id, &shown, &told))
        .await
}

/// What only takes forms leads whoever comes by address to the draft.
pub async fn back(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    app.desk(move |console| console.draft(&me.actor, id))
        .await?;
    Ok(see_other(&url::fill(url::DRAFT, id)))
}

fn action(word: &str) -> Option<Action> {
    let actions = [Action::Added, Action::Amended, Action::Withdrawn];
    actions.into_iter().find(|a| action_style(*a) == word)
}

/// The page of a draft.
pub fn page(
    console: &Console,
    me: &Me,
    id: u64,
    shown: &Shown,
    told: &Told,
) -> Result<String, ServiceError> {
    let view = console.draft(&me.actor, id)?;
    let may = |act: Act| view.allowed.contains(&act);
    let paging = Paging {
        page: shown.page.max(1),
        size: CHANGES,
    };
    let (changes, found) = console.changes(&me.actor, id, shown.by, paging)?;
    let obstacles = match may(Act::Submit) {
        true => console.obstacles(&me.actor, id)?,
        false => Vec::new(),
    };
    let mut findings = groups(&console.findings(&me.actor, id)?);
    findings.truncate(FINDINGS);
    let rivals = console.rivals(&me.actor, id)?.into_iter();
    let rivals = rivals.map(|rival| RivalRow {
        url: url::fill(url::DRAFT, rival.id),
        id: rival.id,
        stage: rival.state.label(),
        items: named(&rival.items),
    });
    let draft = &view.draft;
    let path = url::fill(url::DRAFT, id);
    let by = shown.by.map(action_style).unwrap_or_default();
    let parameters = [("by", by.to_owned())];
    let numbered = |n: u64| (url::publication(n), n);
    let on_page: Vec<&str> = changes.iter().map(|c| c.key.as_str()).collect();
    let elsewhere = draft
        .remarks
        .iter()
        .filter(|r| !on_page.contains(&r.key.as_str()));
    let edits = may(Act::Edit);
    render(&DraftPage {
        desk: Desk::new(me, format!("草稿 {id}：{}", draft.list.title)).with(told),
        id,
        version: draft.version,
        title: draft.list.title.clone(),
        department: draft.list.department.clone(),
        region: draft.list.region.name.clone(),
        kind_name: view.kind_name.clone(),
        stage: draft.state.label(),
        style: style(draft.state),
        term: view.deadline.map(parts::term),
        overdue: view
            .deadline
            .filter(|d| d.overdue > 0)
            .map(|d| format!("已超期 {} 个工作日", d.overdue)),
        base: (draft.base > 0).then(|| numbered(draft.base)),
        siblings: siblings(console, draft)?,
        total: draft.changes(),
        moved_on: view.moved_on.map(numbered),
        publication: draft.publication.map(numbered),
        rivals: rivals.collect(),
        returned: parts::returned(draft),
        remarked: draft
            .remarks
            .iter()
            .filter(|r| Some(r.at) > draft.submitted_at)
            .count(),
        obstacles,
        allowed: view.allowed.clone(),
        declared_from: shown
            .declaration
            .as_ref()
            .map_or(draft.version, |(version, _)| *version),
        declaration: match &shown.declaration {
            Some((_, typed)) => typed.clone(),
            None => declared(draft),
        },
        effective: effective(draft),
        needs_supervision: draft.supervised > 0,
        comment: shown.comment.clone(),
        file: draft.file.as_ref().map(|f| f.name.clone()),
        is_edited: draft.is_edited,
        refused_rows: draft.refused_rows,
        errors: draft.findings.errors,
        warnings: draft.findings.warnings,
        notices: draft.findings.notices,
        findings,
        tabs: tabs(draft, shown.by, &path),
        open_withdrawals: edits && draft.withdrawn > 1,
        pager: Pager::new(paging, found, |n| url::page_with(&path, &parameters, n)),
        decisions: decisions(draft),
        remarks: elsewhere.map(|r| (r.item.clone(), said(r))).collect(),
        new_item_url: view
            .list_number
            .filter(|_| edits)
            .map(|n| url::fill(url::CONSOLE_NEW, n)),
        changes: changes
            .into_iter()
            .map(|row| change(row, &view, edits, shown.said.as_ref()))
            .collect(),
        url: path,
    })
}

pub async fn act(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let (version, comment) = (form.number("version")?, form.get("comment")?);
    let act = match form.get("act")?.as_str() {
        "submit" => Act::Submit,
        "recall" => Act::Recall,
        "discard" => Act::Discard,
        "approve" => Act::Approve,
        "return" => Act::Return,
        _ => return Err(ServiceError::parameter("act", "没有这个操作").into()),
    };
    let shown = Shown {
        comment: comment.clone(),
        ..Shown::default()
    };
    let actor = me.actor.clone();
    app.desk_form(
        move |console| console.act(&actor, (id, version), act, &comment),
        |_| url::fill(url::DRAFT, id),
        move |console, told| page(console, &me, id, &shown, told),
    )
    .await
}

pub async fn declare(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let version = form.number("version")?;
    let declaration = RawDeclaration {
        cause: form.get("cause")?,
        caused_on: form.get("caused_on")?,
        document_no: form.get("document_no")?,
        effective_on: form.get("effective_on")?,
        on_effective_day: form.get("timing")? == "on-effective-day",
        supervision: form.get("supervision")?,
    };
    let shown = Shown {
        declaration: Some((version, declaration.clone())),
        ..Shown::default()
    };
    let actor = me.actor.clone();
    app.desk_form(
        move |console| console.declare(&actor, id, version, &declaration),
        |()| saved(id),
        move |console, told| page(console, &me, id, &shown, told),
    )
    .await
}

/// The page of a draft that was saved.
pub fn saved(id: u64) -> String {
    url::with(&url::fill(url::DRAFT, id), [("saved", "1".to_owned())])
}

/// Something about one change, or about all withdrawals.
pub async fn changes(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let at = (id, form.number("version")?);
    let (what, remark) = (form.get("do")?, form.get("remark")?);
    let position = match what.as_str() {
        "annotate-all" => 0,
        _ => form.number("position")?,
    };
    let said = Annotation {
        kind: form.get("kind")?,
        reason: form.get("reason")?,
        successor: form.get("successor")?,
    };
    let shown = Shown {
        page: form.get("page")?.parse().unwrap_or(1),
        by: action(&form.get("by")?),
        said: (what == "annotate").then(|| (position, said.clone())),
        ..Shown::default()
    };
    let parameters = [(
        "by",
        shown.by.map(action_style).unwrap_or_default().to_owned(),
    )];
    let back = url::page_with(&url::fill(url::DRAFT, id), &parameters, shown.page);
    let actor = me.actor.clone();
    app.desk_form(
        move |console| match what.as_str() {
            "annotate" => console.annotate(&actor, at, position, &said),
            "annotate-all" => console.annotate_withdrawals(&actor, at, &said).map(drop),
            "leave-out" => console.leave_out(&actor, at, position),
            "keep" => console.settle(&actor, at, position, true),
            "drop" => console.settle(&actor, at, position, false),
            "remark" => console.remark(&actor, at, position, &remark),
            _ => Err(ServiceError::parameter("do", "没有这个操作")),
        },
        |()| format!("{back}#change-{position}"),
        move |console, told| page(console, &me, id, &shown, told),
    )
    .await
}

pub async fn rebase(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let version = form.number("version")?;
    let actor = me.actor.clone();
    app.desk_form(
        move |console| console.rebase(&actor, id, version),
        |_| url::fill(url::DRAFT, id),
        move |console, told| page(console, &me, id, &Shown::default(), told),
    )
    .await
}
