//! Forms that change something: their token against forged requests, and where requests come from.
//! Must not know what a form is for.

use std::net::IpAddr;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;

use super::cookies::{self, Keeping};
use super::error::AppError;
use super::params::Params;
use super::state::App;
use crate::domain::hex;
use crate::service::ServiceError;
use crate::service::console::{digest, random};

/// Name of the field that holds the token.
pub const FIELD: &str = "csrf";
/// Cookie of readers who are not signed in.
const COOKIE: &str = "form";

/// Address of whoever has connected.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Address that a request comes from; blank where it is not known.
#[derive(Clone, Debug, Default)]
pub struct Address(pub String);

impl Address {
    /// Behind a proxy the last entry of `X-Forwarded-For` is the proxy's own word; those before it are
    /// whatever the sender wrote.
    pub fn of(parts: &Parts, app: &App) -> Self {
        const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        let forwarded = || {
            let last = parts.headers.get_all(FORWARDED).iter().next_back()?;
            let last = last.to_str().ok()?.rsplit(',').next()?;
            last.trim().parse::<IpAddr>().ok()
        };
        let address = match app.is_behind_proxy() {
            true => forwarded().or(peer),
            false => peer,
        };
        Self(
            address
                .map(|a| a.to_canonical().to_string())
                .unwrap_or_default(),
        )
    }
}

impl FromRequestParts<App> for Address {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        Ok(Self::of(parts, app))
    }
}

/// The token of forms that whoever bears the secret is shown. It tells nothing of the secret.
pub fn token(secret: &str) -> String {
    hex(&digest(&format!("form\n{secret}")))
}

/// Refuses a form that was not made for whoever sends it.
///
/// # Errors
/// `Refused`.
pub fn check(headers: &HeaderMap, secret: &str, given: &str) -> Result<(), ServiceError> {
    // Browsers say themselves where a request comes from; others are held by the token.
    let site = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok());
    let is_foreign = site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
    // Digests are compared, so that the time tells nothing of the token.
    if is_foreign || secret.is_empty() || digest(given) != digest(&token(secret)) {
        return Err(ServiceError::Refused {
            code: "form_expired",
            detail: "表单已过期或不是从本站页面提交的。请返回页面，刷新后重新填写".into(),
        });
    }
    Ok(())
}

/// A reader who is not signed in: their forms are held by a cookie of their own.
#[derive(Clone, Debug)]
pub struct Visitor {
    secret: String,
    is_new: bool,
    secure: bool,
    headers: HeaderMap,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let is_secret = |s: &&str| s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit());
        let known = cookies::read(&parts.headers, COOKIE).filter(is_secret);
        Ok(Self {
            is_new: known.is_none(),
            secret: match known {
                Some(known) => known.to_owned(),
                None => random()?,
            },
            secure: app.is_secure(),
            headers: parts.headers.clone(),
        })
    }
}

impl Visitor {
    /// Token for the forms of the page.
    pub fn token(&self) -> String {
        token(&self.secret)
    }

    /// Gives the reader the cookie that goes with the page's forms.
    pub fn remember(&self, mut response: Response) -> Response {
        if self.is_new {
            let keeping = Keeping {
                path: "/",
                age: None,
                secure: self.secure,
            };
            cookies::set(response.headers_mut(), COOKIE, &self.secret, keeping);
        }
        response
    }

    /// # Errors
    /// `Refused` for a form that was not made for this reader.
    pub fn check(&self, form: &Params) -> Result<(), ServiceError> {
        let given = form.one(FIELD)?.unwrap_or_default();
        // A cookie that has just been made was in no form.
        let secret = if self.is_new { "" } else { &self.secret };
        check(&self.headers, secret, given)
    }
}

/// The fields of a form.
pub struct Fields(pub Params);

impl FromRequest<App> for Fields {
    type Rejection = AppError;

    async fn from_request(request: Request, _: &App) -> Result<Self, AppError> {
        // The guard has seen to its length.
        let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        let body = body.map_err(|_| ServiceError::parameter("form", "表单没有传完，请重试"))?;
        Ok(Self(Params::parse(&String::from_utf8_lossy(&body))?))
    }
}

impl Fields {
    /// Value of a field; blank where it is absent.
    ///
    /// # Errors
    /// `Invalid` when it stands twice.
    pub fn get(&self, name: &str) -> Result<String, ServiceError> {
        Ok(self.0.one(name)?.unwrap_or_default().to_owned())
    }

    /// Fields whose names begin so, without that beginning.
    pub fn with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        let fields = self.0.pairs().filter_map(|(name, value)| {
            Some((name.strip_prefix(prefix)?.to_owned(), value.to_owned()))
        });
        fields.collect()
    }

    /// A whole number.
    ///
    /// # Errors
    /// `Invalid` when it is none.
    pub fn number(&self, name: &str) -> Result<u64, ServiceError> {
        self.0.number(name)
    }
}
