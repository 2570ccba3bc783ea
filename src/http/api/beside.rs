//! What stands beside an item, items side by side, and the register in numbers, under `/api/v1`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::shapes::{ComparisonAnswer, RelatedAnswer, StatisticsAnswer};
use crate::http::error::{AppError, Problem};
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;

/// What stands beside an item: the same power elsewhere, items on the same articles, measures of
/// negative lists.
#[utoipa::path(
    get, path = url::API_ITEM_RELATED, tag = "items",
    params(("code" = String, Path, description = "Code of the item")),
    responses(
        (status = 200, body = RelatedAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn related(
    State(app): State<App>,
    headers: HeaderMap,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    app.json(&headers, move |services| {
        let related = services.related(&code)?;
        Ok(RelatedAnswer::new(&code, related))
    })
    .await
}

/// Two to four items side by side, field by field.
#[utoipa::path(
    get, path = url::API_COMPARE, tag = "items",
    params(("item" = Vec<String>, Query, description = "Code of an item; repeated")),
    responses(
        (status = 200, body = ComparisonAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn compare(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["item"])?;
    let codes = params.all("item");
    app.json(&headers, move |services| {
        Ok(ComparisonAnswer::from(services.compare(&codes)?))
    })
    .await
}

/// The register in numbers: items by facet, changes by month, age of the lists.
#[utoipa::path(
    get, path = url::API_STATISTICS, tag = "publications",
    responses((status = 200, body = StatisticsAnswer))
)]
pub async fn statistics(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    app.json(&headers, |services| {
        Ok(StatisticsAnswer::from(&*services.statistics()?))
    })
    .await
}
