//! The API's description, made from the code of its routes.

use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;

use super::{beside, check, console, feedback, negative, operations, read, search};
use crate::http::respond::{self, JSON};
use crate::http::url;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "权责 quanze API",
        description = "Public register of Chinese government departments' power, responsibility \
                       and negative lists. All answers are JSON in UTF-8; errors are \
                       application/problem+json with a stable `code` and a Chinese `detail`. A list \
                       is not the law: the law prevails.",
    ),
    paths(
        search::search,
        search::suggest,
        check::get,
        check::post,
        negative::negative,
        read::item,
        read::history,
        beside::related,
        beside::compare,
        beside::statistics,
        read::departments,
        read::department,
        read::kinds,
        read::kind,
        read::lists,
        read::list,
        read::difference,
        read::publications,
        read::publication,
        read::file,
        feedback::feedback,
        console::validate,
        console::add,
        console::draft,
        console::findings,
        console::diff,
        console::submit,
        openapi,
        operations::healthz,
        operations::readyz,
        operations::metrics,
    )
)]
struct Description;

/// The description as a document. OpenAPI wants every answer described: what a status means is the
/// same on all paths, and is said here once.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Description::openapi();
    let paths = document.paths.paths.values_mut();
    let operations = paths.flat_map(|p| [&mut p.get, &mut p.post]);
    for (status, response) in operations
        .flatten()
        .flat_map(|o| &mut o.responses.responses)
    {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            meaning(status).clone_into(&mut response.description);
        }
    }
    document
}

/// What a status means.
fn meaning(status: &str) -> &'static str {
    match status {
        "200" | "201" => "The answer",
        "401" => "No token, or one that may not be used",
        "403" => "The token has not the scope, or the rules are against it",
        "422" => "Nothing of what was sent could be taken; `findings` says why",
        "409" => "It does not fit what there is by now",
        "400" => "A parameter is unknown or not of its form; `parameter` names it",
        "404" => "There is no such thing",
        "503" => "The index is being made or the machine is busy; try again later",
        _ => "See `code` and `detail`",
    }
}

/// This description.
#[utoipa::path(
    get, path = url::API_OPENAPI, tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1 document"))
)]
pub async fn openapi(headers: HeaderMap) -> Response {
    let body = document().to_json().unwrap_or_default();
    respond::fresh(&headers, JSON, body.into_bytes())
}
