//! The console's pages: server-rendered, working without scripts. Each handler takes [`Me`], which only
//! a live session gives, and each form is held by the session's token.
//! Must not know how anything is stored.

mod accounts;
mod drafts;
mod home;
mod items;
mod journal;
mod letters;
mod sign_in;
mod tokens;
mod uploads;

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use super::cookies;
use super::error::AppError;
use super::form::{self, Address, Fields};
use super::pages::render;
use super::respond::{self, HTML};
use super::state::App;
use super::url;
use crate::domain::AccountRole;
use crate::service::ServiceError;
use crate::service::console::{Actor, Console};

/// Cookie that holds the session's secret; sent to the console alone.
const SESSION: &str = "session";

/// Routes for those who work here.
pub fn routes() -> Vec<(&'static str, MethodRouter<App>)> {
    let file = |handler: MethodRouter<App>| handler.layer(DefaultBodyLimit::disable());
    vec![
        (url::SIGN_IN, get(sign_in::page).post(sign_in::sign_in)),
        (url::SIGN_OUT, post(sign_in::sign_out)),
        (url::PASSWORD, get(sign_in::password).post(sign_in::change)),
        (url::CONSOLE, get(home::home)),
        (url::CONSOLE_DONE, get(home::done)),
        (url::UPLOAD, file(get(uploads::page).post(uploads::upload))),
        (url::DRAFT, get(drafts::draft)),
        (url::DRAFT_ACT, get(drafts::back).post(drafts::act)),
        (url::DRAFT_DECLARE, get(drafts::back).post(drafts::declare)),
        (url::DRAFT_CHANGES, get(drafts::back).post(drafts::changes)),
        (url::DRAFT_ITEM, get(items::added).post(items::change_added)),
        (url::DRAFT_REBASE, get(drafts::back).post(drafts::rebase)),
        (
            url::DRAFT_FILE,
            file(get(uploads::file).post(uploads::again)),
        ),
        (url::DRAFT_MARKED, get(uploads::marked)),
        (url::DRAFT_FINDINGS, get(uploads::findings)),
        (url::CONSOLE_LIST, get(items::list)),
        (url::CONSOLE_EDITION, get(items::edition)),
        (url::CONSOLE_NEW, get(items::new).post(items::add)),
        (url::CONSOLE_ITEM, get(items::item).post(items::change)),
        (url::CONSOLE_WITHDRAW, post(items::withdraw)),
        (url::ACCOUNTS, get(accounts::accounts).post(accounts::add)),
        (url::ACCOUNT, get(accounts::account).post(accounts::change)),
        (url::TOKENS, get(tokens::tokens).post(tokens::add)),
        (url::TOKEN_REVOKE, post(tokens::revoke)),
        (url::LETTERS, get(letters::letters)),
        (url::LETTER, get(letters::letter).post(letters::handle)),
        (url::LETTER_CONTACT, post(letters::delete_contact)),
        (url::JOURNAL, get(journal::journal)),
    ]
}

/// Whoever is signed in.
#[derive(Clone)]
pub struct Me {
    pub actor: Actor,
    secret: String,
    headers: HeaderMap,
}

/// Leads elsewhere; the other page is asked for anew.
pub fn see_other(path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl FromRequestParts<App> for Me {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Address(address) = Address::of(parts, app);
        let secret = cookies::read(&parts.headers, SESSION).unwrap_or_default();
        let console = app.console();
        let found = app.run_short(|_| console.actor(secret, &address)).await;
        let path = parts.uri.path();
        let actor = match found {
            Ok(actor) => actor,
            Err(error) if error.is_signed_out() => {
                let to = match (&parts.method, parts.uri.path_and_query()) {
                    (&Method::GET, Some(to)) if path != url::CONSOLE => to.to_string(),
                    _ => String::new(),
                };
                return Err(see_other(&url::with(url::SIGN_IN, [("to", to)])));
            }
            Err(error) => return Err(error.into_response()),
        };
        // Whoever was given a password chooses their own before anything else.
        if actor.account.must_change && ![url::PASSWORD, url::SIGN_OUT].contains(&path) {
            return Err(see_other(url::PASSWORD));
        }
        Ok(Self {
            secret: secret.to_owned(),
            headers: parts.headers.clone(),
            actor,
        })
    }
}

impl Me {
    /// Token for the forms of a page.
    fn token(&self) -> String {
        form::token(&self.secret)
    }

    fn has(&self, role: AccountRole) -> bool {
        self.actor.account.has(role)
    }
}

/// A form that was sent from a page of the session; any other is refused before a handler sees it.
pub struct Sent {
    pub me: Me,
    pub form: Fields,
}

impl FromRequest<App> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let me = Me::from_request_parts(&mut parts, app).await;
        let request = Request::from_parts(parts, body);
        let form = Fields::from_request(request, app).await;
        let form = form.map_err(IntoResponse::into_response)?;
        let me = me.map_err(|elsewhere| lost(&form).unwrap_or(elsewhere))?;
        let given = form.get(form::FIELD);
        given
            .and_then(|given| form::check(&me.headers, &me.secret, &given))
            .map_err(|refused| AppError::from(refused).into_response())?;
        Ok(Self { me, form })
    }
}

/// The page for an error at the desk.
#[derive(Template)]
#[template(path = "console/error.html")]
struct ErrorPage<'a> {
    desk: Desk,
    status: u16,
    title: &'a str,
    detail: &'a str,
}

/// The page for an error at the desk as bytes; a template that fails leaves its plain text.
pub fn error_page(status: u16, title: &str, detail: &str) -> Vec<u8> {
    let page = ErrorPage {
        desk: Desk {
            title: title.to_owned(),
            ..Desk::default()
        },
        status,
        title,
        detail,
    };
    let page = page.render();
    page.unwrap_or_else(|_| format!("{title}：{detail}"))
        .into_bytes()
}

/// The page for a form whose session has ended meanwhile: it gives back what was typed at length.
#[derive(Template)]
#[template(path = "console/expired.html")]
struct ExpiredPage {
    desk: Desk,
    /// Name of the field and what was typed.
    texts: Vec<(String, String)>,
}

/// Characters that nobody minds typing again.
const SHORT: usize = 20;

/// `None` for a form in which little was typed.
fn lost(form: &Fields) -> Option<Response> {
    let long = |(name, text): (&str, &str)| {
        let is_long = text.chars().count() > SHORT && name != form::FIELD;
        let name = name.strip_prefix("field.").unwrap_or(name);
        is_long.then(|| (name.to_owned(), text.to_owned()))
    };
    let texts: Vec<(String, String)> = form.0.pairs().filter_map(long).collect();
    if texts.is_empty() {
        return None;
    }
    let page = ExpiredPage {
        desk: Desk {
            title: "登录已过期".into(),
            ..Desk::default()
        },
        texts,
    };
    let page = render(&page).ok()?;
    let mut response = respond::momentary(HTML, page.into_bytes());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    Some(respond::as_made(response))
}

/// What surrounds every page of the console.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    pub title: String,
    /// Token for the page's forms.
    pub csrf: String,
    /// Sign-in name; blank on the sign-in page.
    pub name: String,
    pub office: String,
    pub roles: String,
    /// Path and name of the pages that the roles have, and whether it is this one.
    pub pages: Vec<(&'static str, &'static str, bool)>,
    /// What was wrong with the form that was sent.
    pub problem: Option<String>,
    /// What has just been done.
    pub done: Option<String>,
}

impl Desk {
    fn new(me: &Me, title: impl Into<String>) -> Self {
        let title: String = title.into();
        let account = &me.actor.account;
        let roles: Vec<&str> = account.profile.roles.iter().map(|r| r.label()).collect();
        let (editor, list_office, operator, auditor) = (
            me.has(AccountRole::Editor),
            me.has(AccountRole::ListOffice),
            me.has(AccountRole::Operator),
            me.has(AccountRole::Auditor),
        );
        let pages = [
            (true, url::CONSOLE, "待办"),
            (editor, url::UPLOAD, "上传清单"),
            (editor || auditor || list_office, url::LETTERS, "纠错建议"),
            (editor || operator || auditor, url::TOKENS, "接口令牌"),
            (operator || auditor, url::ACCOUNTS, "账号"),
            (operator || auditor, url::JOURNAL, "审计记录"),
            (true, url::CONSOLE_DONE, "已办结"),
        ];
        let pages = pages.into_iter().filter(|(shown, ..)| *shown);
        Self {
            csrf: me.token(),
            name: account.name.clone(),
            office: account.profile.office.clone(),
            roles: roles.join("、"),
            pages: pages
                .map(|(_, path, name)| (path, name, name == title))
                .collect(),
            problem: None,
            done: None,
            title,
        }
    }

    fn with(mut self, told: &Told) -> Self {
        self.problem.clone_from(&told.problem);
        self.done.clone_from(&told.done);
        self
    }
}

/// What a page tells of the form that led to it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    problem: Option<String>,
    done: Option<String>,
}

impl Told {
    fn done(what: impl Into<String>) -> Self {
        Self {
            done: Some(what.into()),
            problem: None,
        }
    }
}

impl App {
    /// Runs work of the console in its turn.
    async fn desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Console) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, AppError> {
        let console: Arc<Console> = self.console();
        self.run(move |_| work(&console)).await
    }

    /// Answers with a page that nobody keeps.
    async fn desk_page(
        &self,
        work: impl FnOnce(&Console) -> Result<String, ServiceError> + Send + 'static,
    ) -> Result<Response, AppError> {
        let page = self.desk(work).await?;
        Ok(respond::momentary(HTML, page.into_bytes()))
    }

    /// Does what a form asks for and leads to a page; where that cannot be, answers with the page
    /// that the form was on, which tells why, and with the error's status.
    async fn desk_form<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Console) -> Result<T, ServiceError> + Send + 'static,
        then: impl FnOnce(T) -> String,
        page: impl FnOnce(&Console, &Told) -> Result<String, ServiceError> + Send + 'static,
    ) -> Result<Response, AppError> {
        match self.desk(work).await {
            Ok(done) => Ok(see_other(&then(done))),
            Err(error) => self.desk_problem(error, page).await,
        }
    }

    /// Answers with a page that tells what went wrong.
    async fn desk_problem(
        &self,
        error: AppError,
        page: impl FnOnce(&Console, &Told) -> Result<String, ServiceError> + Send + 'static,
    ) -> Result<Response, AppError> {
        let Some(problem) = error.for_a_form() else {
            return Err(error);
        };
        let told = Told {
            problem: Some(problem),
            done: None,
        };
        let mut response = self.desk_page(move |console| page(console, &told)).await?;
        *response.status_mut() = error.status();
        // The guard would put the error's own page in its place.
        Ok(respond::as_made(response))
    }
}
