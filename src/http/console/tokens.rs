//! Tokens of departments' own systems.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{Desk, Me, Sent, Told};
use crate::domain::date::{self, chinese};
use crate::domain::{AccountRole, Grant, Scope};
use crate::http::error::AppError;
use crate::http::pages::render;
use crate::http::params::path_number;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::console::Console;

use super::home::moment;

struct Row {
    id: u64,
    name: String,
    department: String,
    scopes: String,
    account: String,
    created: String,
    expires: String,
    is_live: bool,
    revoked: Option<String>,
    revoke_url: Option<String>,
}

#[derive(Template)]
#[template(path = "console/tokens.html")]
struct TokensPage {
    desk: Desk,
    may_add: bool,
    departments: Vec<String>,
    /// Each scope, and whether it is chosen.
    scopes: Vec<(Scope, bool)>,
    typed: Typed,
    /// Shown this once.
    secret: Option<String>,
    tokens: Vec<Row>,
}

/// What was typed into the form.
#[derive(Clone, Default)]
struct Typed {
    name: String,
    department: String,
    scopes: Vec<String>,
    expires_on: String,
}

fn page(
    console: &Console,
    me: &Me,
    typed: Option<Typed>,
    secret: Option<String>,
    told: &Told,
) -> Result<String, ServiceError> {
    let tokens = console.tokens(&me.actor)?.into_iter().map(|view| {
        let grant = &view.token.grant;
        let scopes: Vec<&str> = grant.scopes.iter().map(|s| s.label()).collect();
        let may_revoke = me.has(AccountRole::Operator) || me.actor.edits(&grant.department);
        let open = view.token.revoked_at.is_none();
        Row {
            id: view.token.id,
            name: grant.name.clone(),
            department: grant.department.clone(),
            scopes: scopes.join("、"),
            account: view.account,
            created: moment(view.token.created_at),
            expires: chinese(grant.expires_on),
            is_live: view.is_live,
            revoked: view.token.revoked_at.map(moment),
            revoke_url: (open && may_revoke).then(|| url::fill(url::TOKEN_REVOKE, view.token.id)),
        }
    });
    let today = console.services.today();
    let usual = today.saturating_add(jiff::Span::new().days(180));
    let typed = typed.unwrap_or_else(|| Typed {
        expires_on: usual.to_string(),
        ..Typed::default()
    });
    render(&TokensPage {
        desk: Desk::new(me, "接口令牌").with(told),
        may_add: me.has(AccountRole::Editor),
        departments: console.departments(&me.actor),
        scopes: Scope::ALL
            .into_iter()
            .map(|s| (s, typed.scopes.iter().any(|t| t == s.key())))
            .collect(),
        typed,
        secret,
        tokens: tokens.collect(),
    })
}

pub async fn tokens(State(app): State<App>, me: Me) -> Result<Response, AppError> {
    app.desk_page(move |console| page(console, &me, None, None, &Told::default()))
        .await
}

pub async fn add(State(app): State<App>, Sent { me, form }: Sent) -> Result<Response, AppError> {
    let typed = Typed {
        name: form.get("name")?,
        department: form.get("department")?,
        scopes: form.0.all("scope"),
        expires_on: form.get("expires_on")?,
    };
    let (actor, given) = (me.actor.clone(), typed.clone());
    let added = app
        .desk(move |console| {
            let expires_on = date::parse(&given.expires_on).ok_or_else(|| {
                ServiceError::parameter("expires_on", "有效期应写成 2026-12-31 这样的日期")
            })?;
            console.add_token(
                &actor,
                Grant {
                    name: given.name,
                    department: given.department,
                    scopes: given
                        .scopes
                        .iter()
                        .filter_map(|s| Scope::parse(s))
                        .collect(),
                    expires_on,
                },
            )
        })
        .await;
    match added {
        Ok((_, secret)) => {
            app.desk_page(move |console| {
                page(console, &me, None, Some(secret), &Told::done("令牌已建立"))
            })
            .await
        }
        Err(error) => {
            app.desk_problem(error, move |console, told| {
                page(console, &me, Some(typed), None, told)
            })
            .await
        }
    }
}

pub async fn revoke(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, .. }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let actor = me.actor.clone();
    app.desk_form(
        move |console| console.revoke_token(&actor, id),
        |()| url::TOKENS.to_owned(),
        move |console, told| page(console, &me, None, None, told),
    )
    .await
}
