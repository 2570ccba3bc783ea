//! `/api/v1/negative-lists`: the negative lists by section.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::shapes::NegativeAnswer;
use crate::http::error::{AppError, Problem};
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::business::browse::BrowseParams;

/// The negative lists as in force on a day, by section of GB/T 4754, with what the edition changed.
#[utoipa::path(
    get, path = url::API_NEGATIVE, tag = "check",
    params(
        ("section" = Option<String>, Query, description = "Letter of a section, 0 for items of no industry; all when not given"),
        ("as_of" = Option<String>, Query, description = "YYYY-MM-DD; today when not given"),
    ),
    responses(
        (status = 200, body = NegativeAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn negative(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    let asked = asked(&params)?;
    app.json(&headers, move |services| {
        Ok(NegativeAnswer::from(services.browse_negative(&asked)?))
    })
    .await
}

/// What parameters of an address ask for.
///
/// # Errors
/// `Invalid` naming the parameter that is not of its form.
pub fn asked(params: &Params) -> Result<BrowseParams, ServiceError> {
    params.only(&["section", "as_of"])?;
    let section = params.one("section")?.map(str::trim);
    Ok(BrowseParams {
        section: section.filter(|s| !s.is_empty()).map(str::to_owned),
        as_of: params.day("as_of")?,
    })
}
