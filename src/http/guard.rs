//! What every request passes: limits, the rendering of errors, headers for safety, counting.
//! Must not know single routes.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CONTENT_LENGTH, CONTENT_SECURITY_POLICY, REFERRER_POLICY, TRANSFER_ENCODING,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::display::Display;
use super::error::AppError;
use super::respond;
use super::state::App;
use super::url;

/// How long an answer may take to be worked out, and a question to arrive.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The same where files are taken, which may come over a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(3);
/// Largest body in bytes that is no file.
const SMALL_BODY: u64 = 64 << 10;

/// Only our own style sheet, script and pictures; nothing else may run, frame us or take our forms'
/// content.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The outermost layer.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let path = request.uri().path().to_owned();
    let open = path.starts_with(url::API);
    let display = Display::of(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let largest_file = app.console().largest_file();
    let mut response = match limits(&request, largest_file) {
        Err(error) => display.show(error.render(&path)).await,
        Ok(()) => {
            match tokio::time::timeout(patience(&path, largest_file), next.run(request)).await {
                Err(_) => display.show(AppError::busy().render(&path)).await,
                Ok(mut response) => match error_of(&mut response, &path) {
                    // A form's own page tells what is wrong with it.
                    Some(_) if respond::is_as_made(&mut response) => response,
                    Some(error) => display.show(error.render(&path)).await,
                    None => response,
                },
            }
        }
    };
    secure(&mut response, open);
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    app.metrics()
        .request(route, response.status().as_u16(), started.elapsed());
    response
}

fn patience(path: &str, largest_file: u64) -> Duration {
    if url::largest_body(path, largest_file) > SMALL_BODY {
        UPLOAD_TIMEOUT
    } else {
        TIMEOUT
    }
}

fn limits(request: &Request, largest_file: u64) -> Result<(), AppError> {
    let uri = request.uri();
    let address = uri.path().len() + uri.query().map_or(0, str::len);
    let most = url::longest_address(uri.path());
    if address > most {
        return Err(AppError::address_too_long(most));
    }
    let headers = request.headers();
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    let largest = url::largest_body(uri.path(), largest_file);
    if length.is_some_and(|l| l > largest) || headers.contains_key(TRANSFER_ENCODING) {
        // What people are told is the limit of their file, not of the form around it.
        return Err(AppError::body_too_large(
            match url::takes_list(uri.path()) {
                true => largest_file,
                false => largest,
            },
        ));
    }
    Ok(())
}

/// The error behind a response, also when the framework itself refused the request.
fn error_of(response: &mut Response, path: &str) -> Option<AppError> {
    let known = response.extensions_mut().remove::<AppError>();
    known.or_else(|| AppError::of_status(response.status(), path))
}

fn secure(response: &mut Response, open: bool) {
    let headers = response.headers_mut();
    respond::tag_encoded(headers);
    if open {
        respond::allow_all_origins(headers);
    }
    let fixed: [(HeaderName, &'static str); 3] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
