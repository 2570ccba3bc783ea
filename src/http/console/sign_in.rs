//! Signing in and out, and one's own password.

use ::url::Url;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Desk, Me, SESSION, Sent, see_other};
use crate::http::cookies::{self, Keeping};
use crate::http::error::AppError;
use crate::http::form::{Address, Fields, Visitor};
use crate::http::pages::render;
use crate::http::params::Params;
use crate::http::respond::{self, HTML};
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;

#[derive(Template)]
#[template(path = "console/sign-in.html")]
struct SignInPage {
    desk: Desk,
    /// Page to go on to.
    to: String,
    account: String,
}

#[derive(Template)]
#[template(path = "console/password.html")]
struct PasswordPage {
    desk: Desk,
    must_change: bool,
}

/// Only pages of the console, written as an address: from whatever site a link came, it leads to this
/// one.
fn destination(to: &str) -> String {
    let here = Url::parse("http://here/").ok();
    let address = here.and_then(|here| here.join(to).ok());
    let inside = address.filter(|address| {
        let path = address.path();
        address.host_str() == Some("here")
            && to.starts_with('/')
            && !to.contains(|c: char| c == '\\' || c.is_control())
            && url::is_console(path)
    });
    match inside {
        None => url::CONSOLE.to_owned(),
        Some(address) => {
            address[::url::Position::BeforePath..::url::Position::AfterQuery].to_owned()
        }
    }
}

fn sign_in_page(
    visitor: &Visitor,
    to: &str,
    account: &str,
    problem: Option<String>,
) -> Result<Response, AppError> {
    let page = SignInPage {
        desk: Desk {
            title: "登录".into(),
            csrf: visitor.token(),
            problem,
            ..Desk::default()
        },
        to: destination(to),
        account: account.to_owned(),
    };
    let page = respond::momentary(HTML, render(&page)?.into_bytes());
    Ok(visitor.remember(page))
}

pub async fn page(visitor: Visitor, params: Params) -> Result<Response, AppError> {
    sign_in_page(&visitor, params.one("to")?.unwrap_or_default(), "", None)
}

pub async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    Address(address): Address,
    headers: HeaderMap,
    form: Fields,
) -> Result<Response, AppError> {
    let earlier = cookies::read(&headers, SESSION)
        .unwrap_or_default()
        .to_owned();
    let (name, to) = (form.get("account")?, form.get("to")?);
    let password = form.get("password")?;
    let checked = visitor.check(&form.0).map_err(AppError::from);
    let opened = match checked {
        Err(error) => Err(error),
        Ok(()) => {
            let name = name.clone();
            app.desk(move |console| {
                let opened = console.sign_in(&name, &password, &address)?;
                console.leave(&earlier)?;
                Ok(opened)
            })
            .await
        }
    };
    match opened {
        Ok((secret, _)) => {
            let mut response = see_other(&destination(&to));
            remember(&app, &mut response, &secret);
            Ok(response)
        }
        Err(error) => {
            let Some(problem) = error.for_a_form() else {
                return Err(error);
            };
            let mut response = sign_in_page(&visitor, &to, &name, Some(problem))?;
            *response.status_mut() = error.status();
            Ok(respond::as_made(response))
        }
    }
}

fn remember(app: &App, response: &mut Response, secret: &str) {
    let keeping = Keeping {
        path: url::CONSOLE,
        age: None,
        secure: app.is_secure(),
    };
    cookies::set(response.headers_mut(), SESSION, secret, keeping);
}

pub async fn sign_out(State(app): State<App>, Sent { me, .. }: Sent) -> Result<Response, AppError> {
    let secret = me.secret.clone();
    app.desk(move |console| console.sign_out(&me.actor, &secret))
        .await?;
    let mut response = see_other(url::SIGN_IN);
    let keeping = Keeping {
        path: url::CONSOLE,
        age: Some(0),
        secure: app.is_secure(),
    };
    cookies::set(response.headers_mut(), SESSION, "", keeping);
    Ok(response)
}

fn password_page(me: &Me, problem: Option<String>) -> Result<Response, ServiceError> {
    let page = PasswordPage {
        desk: Desk {
            problem,
            ..Desk::new(me, "修改密码")
        },
        must_change: me.actor.account.must_change,
    };
    Ok(respond::momentary(HTML, render(&page)?.into_bytes()))
}

pub async fn password(me: Me) -> Result<Response, AppError> {
    Ok(password_page(&me, None)?)
}

pub async fn change(State(app): State<App>, Sent { me, form }: Sent) -> Result<Response, AppError> {
    let (old, new, again) = (form.get("old")?, form.get("password")?, form.get("again")?);
    let changed = if new == again {
        let actor = me.actor.clone();
        app.desk(move |console| console.change_password(&actor, &old, &new))
            .await
    } else {
        Err(ServiceError::parameter("again", "两次填写的新密码不一样").into())
    };
    match changed {
        Ok(secret) => {
            let mut response = see_other(url::CONSOLE);
            remember(&app, &mut response, &secret);
            Ok(response)
        }
        Err(error) if error.status() == StatusCode::INTERNAL_SERVER_ERROR => Err(error),
        Err(error) => {
            let mut response = password_page(&me, error.for_a_form())?;
            *response.status_mut() = error.status();
            Ok(respond::as_made(response))
        }
    }
}
