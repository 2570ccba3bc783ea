//! `/api/v1/check`: a business against the negative lists.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::Response;

use super::shapes::{CheckAnswer, CheckRequest};
use crate::domain::date;
use crate::http::error::{AppError, Problem};
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::business::{CheckParams, Investor};

/// Parameters of a check.
pub const CHECK: [&str; 4] = ["text", "investor", "as_of", "publication"];

/// Checks one line of text.
#[utoipa::path(
    get, path = url::API_CHECK, tag = "check",
    params(
        ("text" = String, Query, description = "What is to be done, at most 2,000 characters"),
        ("investor" = Option<String>, Query, description = "domestic (as if not given) or foreign"),
        ("as_of" = Option<String>, Query, description = "YYYY-MM-DD; today when not given"),
        ("publication" = Option<u64>, Query, description = "Publications up to this number count"),
    ),
    responses(
        (status = 200, body = CheckAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&CHECK)?;
    let asked = asked(&params)?;
    app.json(&headers, move |services| {
        Ok(CheckAnswer::from(services.check_business(&asked)?))
    })
    .await
}

/// Checks a business, however long its text.
#[utoipa::path(
    post, path = url::API_CHECK, tag = "check",
    request_body = CheckRequest,
    responses(
        (status = 200, body = CheckAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Json<CheckRequest>, JsonRejection>,
) -> Result<Response, AppError> {
    let Json(request) = body.map_err(|_| {
        let form = r#"请求内容应为 JSON：{"text":"…","investor":"domestic 或 foreign","as_of":"2026-01-31"}"#;
        ServiceError::parameter("body", form.to_owned())
    })?;
    let asked = CheckParams {
        investor: investor(&request.investor)?,
        as_of: match request.as_of.trim() {
            "" => None,
            text => Some(date::parse(text).ok_or_else(|| {
                let detail = "as_of 应为存在的日期，如 2026-01-31".to_owned();
                ServiceError::parameter("as_of", detail)
            })?),
        },
        text: request.text,
        publication: request.publication,
        with_permits: true,
        ..CheckParams::default()
    };
    app.json(&headers, move |services| {
        Ok(CheckAnswer::from(services.check_business(&asked)?))
    })
    .await
}

/// A check as parameters of an address put it.
///
/// # Errors
/// `Invalid` naming the parameter that is not of its form.
pub fn asked(params: &Params) -> Result<CheckParams, ServiceError> {
    Ok(CheckParams {
        text: params.one("text")?.unwrap_or_default().to_owned(),
        investor: investor(params.one("investor")?.unwrap_or_default())?,
        as_of: params.day("as_of")?,
        publication: params.publication()?,
        with_permits: true,
        ..CheckParams::default()
    })
}

fn investor(text: &str) -> Result<Investor, ServiceError> {
    Investor::parse(text).ok_or_else(|| {
        let detail = "参数 investor 应为 domestic（内资）或 foreign（外资）".to_owned();
        ServiceError::parameter("investor", detail)
    })
}
