//! Answers: bodies with their type, how long they may be kept, and whether the reader has them
//! already (`ETag`). Must not know what a body says.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::error::AppError;
use super::state::App;
use super::url;
use crate::service::{ServiceError, Services};

pub const JSON: &str = "application/json";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub const HTML: &str = "text/html; charset=utf-8";

/// Answers change when a list is published or a day begins, and that must be seen at once: who
/// keeps one asks each time whether it still holds, and is told so in a few bytes.
const ASK_AGAIN: &str = "no-cache";
/// What an address with a digest or a publication's number holds never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

impl App {
    /// Answers with what the work makes, as JSON.
    ///
    /// # Errors
    /// The work's own.
    pub async fn json<T: Serialize>(
        &self,
        headers: &HeaderMap,
        work: impl FnOnce(&Services) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<Response, AppError> {
        let body = self
            .run(move |services| {
                let value = work(services)?;
                // Here rather than after: a long answer takes a while to write out.
                serde_json::to_vec(&value).map_err(|e| ServiceError::Internal(e.to_string()))
            })
            .await?;
        Ok(fresh(headers, JSON, body))
    }

    /// Answers with the page that the work renders.
    ///
    /// # Errors
    /// The work's own.
    pub async fn page(
        &self,
        headers: &HeaderMap,
        work: impl FnOnce(&Services) -> Result<String, ServiceError> + Send + 'static,
    ) -> Result<Response, AppError> {
        let body = self.run(work).await?;
        Ok(fresh(headers, HTML, body.into_bytes()))
    }
}

/// An answer that is compared by its `ETag` each time.
pub fn fresh(headers: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Response {
    let digest = url::digest(&body);
    tagged(headers, kind, &Tag::strong(&digest), ASK_AGAIN, || {
        body.into()
    })
}

/// The same for an answer that differs each time by what nobody would ask again for; `digest` is
/// of the rest.
pub fn alike(headers: &HeaderMap, kind: &'static str, digest: &str, body: Vec<u8>) -> Response {
    tagged(headers, kind, &Tag::weak(digest), ASK_AGAIN, || body.into())
}

/// An answer that never changes.
pub fn forever(
    headers: &HeaderMap,
    kind: &'static str,
    digest: &str,
    body: impl FnOnce() -> Body,
) -> Response {
    tagged(headers, kind, &Tag::strong(digest), FOR_EVER, body)
}

/// An answer that is not to be kept.
pub fn momentary(kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Stands on an answer whose page tells itself what is wrong.
#[derive(Clone, Copy)]
struct AsMade;

/// Keeps an answer of an error's status as it is: its page tells what is wrong, beside the form.
pub fn as_made(mut response: Response) -> Response {
    response.extensions_mut().insert(AsMade);
    response
}

/// A page that tells what is wrong with what was sent.
pub fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::BAD_REQUEST;
    as_made(response)
}

/// Whether an answer is kept as it is.
pub fn is_as_made(response: &mut Response) -> bool {
    response.extensions_mut().remove::<AsMade>().is_some()
}

/// Marks an answer as a file of this name to be kept, and not shown as a page of this site.
pub fn as_download(response: &mut Response, name: &str) {
    let name = url::encode(name);
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
}

/// An `ETag`: a digest, and whether equal tags promise equal bytes.
struct Tag<'a> {
    digest: &'a str,
    prefix: &'static str,
}

impl<'a> Tag<'a> {
    fn strong(digest: &'a str) -> Self {
        Self { digest, prefix: "" }
    }

    fn weak(digest: &'a str) -> Self {
        let prefix = "W/";
        Self { digest, prefix }
    }
}

fn tagged(
    request: &HeaderMap,
    kind: &'static str,
    tag: &Tag<'_>,
    keep: &'static str,
    body: impl FnOnce() -> Body,
) -> Response {
    let known = has(request, tag.digest);
    let mut response = Response::new(if known { Body::empty() } else { body() });
    let headers = response.headers_mut();
    if !known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    let Tag { digest, prefix } = tag;
    if let Ok(etag) = HeaderValue::from_str(&format!("{prefix}\"{digest}\"")) {
        headers.insert(ETAG, etag);
    }
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response
}

/// Whether the request says that the reader has the version with this digest, in whatever
/// encoding: then nothing need be read to answer.
pub fn has(request: &HeaderMap, digest: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|tag| tag == "*" || base_tag(tag) == digest)
}

/// A tag without the encoding that [`tag_encoded`] appended.
fn base_tag(tag: &str) -> &str {
    tag.strip_suffix("-gzip")
        .or_else(|| tag.strip_suffix("-br"))
        .unwrap_or(tag)
}

/// Makes a strong `ETag` differ by content encoding, as RFC 9110 wants: the bytes differ.
pub fn tag_encoded(headers: &mut HeaderMap) {
    let encoding = headers
        .get(axum::http::header::CONTENT_ENCODING)
        .and_then(|v| v.to_str().ok());
    let tag = headers
        .get(ETAG)
        .and_then(|v| v.to_str().ok())
        .and_then(|t| t.strip_suffix('"'));
    if let (Some(encoding), Some(tag)) = (encoding, tag)
        && let Ok(value) = HeaderValue::from_str(&format!("{tag}-{encoding}\""))
    {
        headers.insert(ETAG, value);
    }
}

/// Lets pages of other sites read the answer.
pub fn allow_all_origins(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_who_has_it_is_told_so() {
        let mut headers = HeaderMap::new();
        for (given, known) in [
            ("\"abc\"", true),
            ("\"x\", W/\"abc\"", true),
            ("\"abc-br\"", true),
            ("*", true),
            ("\"abcd\"", false),
        ] {
            headers.insert(IF_NONE_MATCH, HeaderValue::from_static(given));
            assert_eq!(has(&headers, "abc"), known, "{given}");
        }
    }
}
