//! Letters on an item (纠错/建议) as readers see them: how many, and those with a public reply.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::date::shanghai;
use crate::domain::letter::Letter;
use crate::http::error::{AppError, Problem};
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;
use crate::service::item_code;

/// A letter with its public reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyShape {
    /// `truth`, `legality` or `sense`.
    pub aspect: &'static str,
    /// `accepted` or `answered`.
    pub state: &'static str,
    /// The letter's words, where the office shows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub reply: String,
    /// Office that replied.
    pub office: String,
    /// Days in Asia/Shanghai.
    pub received_on: String,
    pub handled_on: Option<String>,
}

impl From<Letter> for ReplyShape {
    fn from(letter: Letter) -> Self {
        let day =
            |at: crate::domain::Timestamp| at.to_zoned_datetime(shanghai()).date().to_string();
        Self {
            aspect: letter.aspect.key(),
            state: letter.state.key(),
            text: letter.is_public.then_some(letter.text),
            reply: letter.reply,
            office: letter.office,
            received_on: day(letter.received_at),
            handled_on: letter.handled_at.map(day),
        }
    }
}

/// Letters on an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackAnswer {
    pub code: String,
    pub received: u64,
    /// Still to be answered.
    pub open: u64,
    pub accepted: u64,
    /// The last 20 with a public reply, newest first.
    pub replies: Vec<ReplyShape>,
}

/// How many letters there are on an item, and the public replies.
#[utoipa::path(
    get, path = url::API_FEEDBACK, tag = "items",
    params(("code" = String, Path, description = "Code of the item")),
    responses(
        (status = 200, body = FeedbackAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn feedback(
    State(app): State<App>,
    headers: HeaderMap,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    let console = app.console();
    app.json(&headers, move |services| {
        services.item(&code, services.position(None, None)?)?;
        let parsed = item_code(&code)?;
        let (counts, letters) = console.letters_on(&parsed)?;
        Ok(FeedbackAnswer {
            code,
            received: counts.received,
            open: counts.open,
            accepted: counts.accepted,
            replies: letters.into_iter().map(ReplyShape::from).collect(),
        })
    })
    .await
}
