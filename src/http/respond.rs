//! Answers: bodies with their type, how long they may be kept, and whether the reader has them
//! already (`ETag`). Must not know what a body says.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::error::AppError;
use super::state::App;
use super::url;
use crate::service::{ServiceError, Services};

pub const JSON: &str = "application/json";
pub const HTML: &str = "text/html; charset=utf-8";

/// Answers change when a list is published or a day begins; a minute's delay bothers nobody and
/// takes a rush of readers off the register.
const A_MINUTE: &str = "public, max-age=60";
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

/// An answer that is kept for a minute and then compared by its `ETag`.
pub fn fresh(headers: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Response {
    let etag = url::digest(&body);
    tagged(headers, kind, &etag, A_MINUTE, || body)
}

/// An answer that is kept for a minute and then asked for again.
pub fn short(kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = momentary(kind, body);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(A_MINUTE));
    response
}

/// An answer that never changes.
pub fn forever(
    headers: &HeaderMap,
    kind: &'static str,
    etag: &str,
    body: impl FnOnce() -> Vec<u8>,
) -> Response {
    tagged(headers, kind, etag, FOR_EVER, body)
}

/// An answer that is not to be kept.
pub fn momentary(kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn tagged(
    request: &HeaderMap,
    kind: &'static str,
    etag: &str,
    keep: &'static str,
    body: impl FnOnce() -> Vec<u8>,
) -> Response {
    let known = has(request, etag);
    let mut response = Response::new(if known {
        Body::empty()
    } else {
        Body::from(body())
    });
    let headers = response.headers_mut();
    if !known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{etag}\"")) {
        headers.insert(ETAG, etag);
    }
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response
}

/// Whether the request says that the reader has this version, in whatever encoding.
fn has(request: &HeaderMap, etag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|tag| tag == "*" || base_tag(tag) == etag)
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
