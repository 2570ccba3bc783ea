//! `/api/v1/search` and `/api/v1/suggest`.

use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::shapes::{SearchAnswer, SuggestAnswer, SuggestionShape};
use crate::http::error::{AppError, Problem};
use crate::http::params::{self, Params};
use crate::http::respond::{self, JSON};
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;

/// Searches the items in force; an empty question lists all.
#[utoipa::path(
    get, path = url::API_SEARCH, tag = "search",
    params(
        ("q" = Option<String>, Query, description = "Question in everyday words, at most 200 characters"),
        ("kind" = Option<Vec<String>>, Query, description = "Key or Chinese name of a kind of list; repeatable"),
        ("type" = Option<Vec<String>>, Query, description = "行政许可, 行政处罚 …; repeatable"),
        ("department" = Option<Vec<String>>, Query, description = "Full name or number of a department; repeatable"),
        ("region" = Option<Vec<String>>, Query, description = "Code or name of a division; repeatable"),
        ("level" = Option<Vec<String>>, Query, description = "国家级, 省级, 市级, 县级, 乡镇级; repeatable"),
        ("basis" = Option<String>, Query, description = "A law, perhaps with an article, that items must rest on: 《食品安全法》第122条"),
        ("sort" = Option<String>, Query, description = "relevance (as if not given) or department"),
        ("page" = Option<usize>, Query, description = "From 1; the first 1,000 hits can be reached"),
        ("size" = Option<usize>, Query, description = "1 to 100, 20 when not given"),
        ("exact" = Option<u8>, Query, description = "1: only the words as typed, nothing added, corrected or preferred"),
    ),
    responses(
        (status = 200, body = SearchAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn search(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&params::SEARCH)?;
    let raw = params.search()?;
    let (took, digest, body) = app
        .run_short(move |services| {
            let page = services.search(&raw)?;
            let took = page.took;
            let answer = SearchAnswer {
                took_ms: UNTIMED,
                ..SearchAnswer::from(page)
            };
            let body = serde_json::to_string(&answer);
            let body = body.map_err(|e| ServiceError::Internal(e.to_string()))?;
            // The time taken differs each time; an answer that differs by nothing else is the same.
            let digest = url::digest(body.as_bytes());
            Ok::<_, ServiceError>((took, digest, timed(body, took)))
        })
        .await?;
    app.metrics().search(took);
    Ok(respond::alike(&headers, JSON, &digest, body))
}

/// Stands for the time while the answer is written: no search takes so long.
const UNTIMED: f64 = -1.0;

/// The answer with its time. Writing it twice would take a quarter of a search.
fn timed(mut body: String, took: Duration) -> Vec<u8> {
    let untimed = format!("\"took_ms\":{UNTIMED:?}");
    // Quotes inside texts are escaped: what stands first is the key itself.
    if let Some(at) = body.find(&untimed) {
        let took_ms = (took.as_secs_f64() * 1e6).round() / 1e3;
        body.replace_range(at..at + untimed.len(), &format!("\"took_ms\":{took_ms}"));
    }
    body.into_bytes()
}

/// What a reader may mean while typing: departments, then items whose names hold the text.
#[utoipa::path(
    get, path = url::API_SUGGEST, tag = "search",
    params(("q" = Option<String>, Query, description = "Text typed so far, at most 200 characters")),
    responses(
        (status = 200, body = SuggestAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn suggest(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["q"])?;
    let query = params.one("q")?.unwrap_or_default().trim().to_owned();
    app.json(&headers, move |services| {
        let suggestions = services.suggest(&query)?;
        Ok(SuggestAnswer {
            query,
            suggestions: suggestions.into_iter().map(SuggestionShape::from).collect(),
        })
    })
    .await
}
