//! The lists of one's departments, item by item, and one item in a form.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::drafts::saved;
use super::{Desk, Me, Sent, Told, see_other};
use crate::domain::{Action, ItemCode};
use crate::http::error::AppError;
use crate::http::form::Fields;
use crate::http::pages::parts::Pager;
use crate::http::pages::render;
use crate::http::params::{Params, path_number};
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::service::console::Console;
use crate::service::console::form::{FormField, ItemForm, Subject};
use crate::service::console::own::Stamp;
use crate::service::read::Paging;
use crate::service::view::shorten;
use crate::service::{ServiceError, item_code};

use super::uploads::{FindingRow, rows};

/// Items on a page.
const ITEMS: usize = 50;

struct Row {
    name: String,
    sub_name: String,
    meta: String,
    edit_url: String,
    withdraw_url: String,
    /// What the draft in hand does with it: 调整 or 取消.
    drafted: &'static str,
}

#[derive(Template)]
#[template(path = "console/list.html")]
struct ListPage {
    desk: Desk,
    title: String,
    department: String,
    kind_name: String,
    public_url: String,
    url: String,
    new_url: String,
    upload_url: String,
    edition_url: String,
    q: String,
    /// Path and number of the draft in hand.
    draft: Option<(String, u64)>,
    stamp: Stamp,
    total: usize,
    items: Vec<Row>,
    pager: Pager,
}

pub async fn list(
    State(app): State<App>,
    me: Me,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    let q = params.one("q")?.unwrap_or_default().trim().to_owned();
    let page = params.paging()?.page;
    app.desk_page(move |console| list_page(console, &me, number, (&q, page), &Told::default()))
        .await
}

fn list_page(
    console: &Console,
    me: &Me,
    number: u64,
    (q, page): (&str, usize),
    told: &Told,
) -> Result<String, ServiceError> {
    let own = console.own_items(&me.actor, number)?;
    let paging = Paging { page, size: ITEMS };
    let path = url::fill(url::CONSOLE_LIST, number);
    let found = own.items.into_iter().filter(|i| {
        let head = &i.item.head;
        q.is_empty()
            || [&head.name, &head.sub_name].iter().any(|t| t.contains(q))
            || i.code.as_str() == q
    });
    let found: Vec<_> = found.collect();
    let total = found.len();
    let item_url = |pattern: &str, code: &str| url::fill(&url::fill(pattern, number), code);
    let items = found
        .into_iter()
        .skip(paging.offset())
        .take(ITEMS)
        .map(|i| {
            let head = &i.item.head;
            let meta = [head.item_type.as_str(), &head.level, i.code.as_str()];
            let meta: Vec<&str> = meta.into_iter().filter(|m| !m.is_empty()).collect();
            Row {
                name: head.name.clone(),
                sub_name: head.sub_name.clone(),
                meta: meta.join("，"),
                edit_url: item_url(url::CONSOLE_ITEM, i.code.as_str()),
                withdraw_url: item_url(url::CONSOLE_WITHDRAW, i.code.as_str()),
                drafted: i.drafted.map(|a| a.label()).unwrap_or_default(),
            }
        });
    let parameters = [("q", q.to_owned())];
    render(&ListPage {
        desk: Desk::new(me, own.list.title.clone()).with(told),
        title: own.list.title,
        department: own.list.department,
        kind_name: console.services.kind_name(&own.list.kind),
        public_url: url::list(number),
        new_url: url::fill(url::CONSOLE_NEW, number),
        upload_url: url::with(url::UPLOAD, [("list", number.to_string())]),
        edition_url: url::fill(url::CONSOLE_EDITION, number),
        q: q.to_owned(),
        draft: (own.stamp.draft > 0)
            .then(|| (url::fill(url::DRAFT, own.stamp.draft), own.stamp.draft)),
        stamp: own.stamp,
        total,
        items: items.collect(),
        pager: Pager::new(paging, total as u64, |n| {
            url::page_with(&path, &parameters, n)
        }),
        url: path,
    })
}

/// The list as it stands, as a workbook that can be changed and handed in again.
pub async fn edition(
    State(app): State<App>,
    me: Me,
    Path(number): Path<String>,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    let (title, bytes) = app
        .desk(move |console| {
            let mut bytes = Vec::new();
            let title = console.own_edition(&me.actor, number, &mut bytes)?;
            Ok((title, bytes))
        })
        .await?;
    let mut response = respond::momentary(respond::XLSX, bytes);
    respond::as_download(&mut response, &format!("{title}.xlsx"));
    Ok(response)
}

#[derive(Template)]
#[template(path = "console/item.html")]
struct ItemPage {
    desk: Desk,
    heading: String,
    list_url: String,
    list_title: String,
    department: String,
    code: String,
    /// What the draft does with the item until this is saved: 取消.
    drafted: Option<&'static str>,
    url: String,
    stamp: Stamp,
    fields: Vec<FormField>,
    findings: Vec<FindingRow>,
}

fn item_page(me: &Me, form: ItemForm, told: &Told) -> Result<String, ServiceError> {
    let edit = || format!("修改：{}", shorten(&form.name, 60));
    let (heading, url, back) = match &form.subject {
        Subject::Listed(list, None) => (
            "新增事项".to_owned(),
            url::fill(url::CONSOLE_NEW, list),
            url::fill(url::CONSOLE_LIST, list),
        ),
        Subject::Listed(list, Some(code)) => (
            edit(),
            url::fill(&url::fill(url::CONSOLE_ITEM, list), code.as_str()),
            url::fill(url::CONSOLE_LIST, list),
        ),
        Subject::Added(draft, position) => (
            edit(),
            url::fill(&url::fill(url::DRAFT_ITEM, draft), position),
            url::fill(url::DRAFT, draft),
        ),
    };
    render(&ItemPage {
        desk: Desk::new(me, heading.clone()).with(told),
        heading,
        list_url: back,
        drafted: form.drafted.map(Action::label),
        list_title: form.list.title.clone(),
        department: form.list.department.clone(),
        code: form.code().map(ToString::to_string).unwrap_or_default(),
        url,
        stamp: form.stamp,
        findings: rows(&form.findings),
        fields: form.fields,
    })
}

pub async fn new(
    State(app): State<App>,
    me: Me,
    Path(number): Path<String>,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    app.desk_page(move |console| {
        let form = console.item_form(&me.actor, number, None)?;
        item_page(&me, form, &Told::default())
    })
    .await
}

pub async fn item(
    State(app): State<App>,
    me: Me,
    Path((number, code)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    app.desk_page(move |console| {
        let form = console.item_form(&me.actor, number, Some(&code))?;
        item_page(&me, form, &Told::default())
    })
    .await
}

/// An item that a draft adds.
pub async fn added(
    State(app): State<App>,
    me: Me,
    Path((draft, position)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let at = (path_number(&draft)?, path_number(&position)?);
    app.desk_page(move |console| {
        let form = console.added_form(&me.actor, at.0, at.1)?;
        item_page(&me, form, &Told::default())
    })
    .await
}

pub async fn change_added(
    State(app): State<App>,
    Path((draft, position)): Path<(String, String)>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let subject = Subject::Added(path_number(&draft)?, path_number(&position)?);
    fill_in(app, me, subject, form).await
}

pub async fn add(
    State(app): State<App>,
    Path(number): Path<String>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    fill_in(app, me, Subject::Listed(path_number(&number)?, None), form).await
}

pub async fn change(
    State(app): State<App>,
    Path((number, code)): Path<(String, String)>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let code = item_code(&code)?;
    let subject = Subject::Listed(path_number(&number)?, Some(code));
    fill_in(app, me, subject, form).await
}

async fn fill_in(app: App, me: Me, subject: Subject, form: Fields) -> Result<Response, AppError> {
    let stamp: Stamp = form.get("version")?.parse()?;
    let values: Vec<(String, String)> = form.with_prefix("field.");
    let (actor, typed, of) = (me.actor.clone(), values.clone(), subject.clone());
    let filled = app
        .desk(move |console| match &of {
            Subject::Listed(list, code) => {
                let code = code.as_ref().map(ItemCode::as_str);
                console.fill_in(&actor, *list, code, stamp, &values)
            }
            Subject::Added(draft, position) => {
                console.fill_in_added(&actor, (*draft, *position), stamp, &values)
            }
        })
        .await;
    match filled {
        Ok(Ok(draft)) => Ok(see_other(&saved(draft))),
        Ok(Err(form)) => {
            let told = Told {
                problem: Some("填写的内容有误，没有保存。请按下面的提示改正".into()),
                done: None,
            };
            let page = app.desk_page(move |_| item_page(&me, form, &told)).await?;
            Ok(respond::refused(page))
        }
        Err(error) => {
            app.desk_problem(error, move |console, told| {
                let mut form = match &subject {
                    Subject::Listed(list, code) => {
                        let code = code.as_ref().map(ItemCode::as_str);
                        console.item_form(&me.actor, *list, code)?
                    }
                    Subject::Added(draft, position) => {
                        console.added_form(&me.actor, *draft, *position)?
                    }
                };
                form.keep(&typed);
                // As the page had it: what somebody else has saved is not overwritten by trying again.
                form.stamp = stamp;
                item_page(&me, form, told)
            })
            .await
        }
    }
}

pub async fn withdraw(
    State(app): State<App>,
    Path((number, code)): Path<(String, String)>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    let stamp: Stamp = form.get("version")?.parse()?;
    let actor = me.actor.clone();
    app.desk_form(
        move |console| console.withdraw(&actor, number, &code, stamp),
        |draft| {
            url::with(
                &url::fill(url::DRAFT, draft),
                [("by", "withdrawn".to_owned())],
            )
        },
        move |console, told| list_page(console, &me, number, ("", 1), told),
    )
    .await
}
