//! Static files from the binary. Must not know what is in them.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::assets;
use crate::http::error::AppError;
use crate::http::{respond, url};

/// `/static/{name}`: what the address holds never changes, its digest is part of it.
pub async fn file(headers: HeaderMap, Path(name): Path<String>) -> Result<Response, AppError> {
    serve(&headers, &name)
}

/// `/favicon.ico`, which browsers ask for whatever a page says.
pub async fn favicon(headers: HeaderMap) -> Result<Response, AppError> {
    serve(&headers, "favicon.svg")
}

fn serve(headers: &HeaderMap, name: &str) -> Result<Response, AppError> {
    let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("js") => "text/javascript; charset=utf-8",
        Some("png") => "image/png",
        _ => return Err(AppError::no_such_path()),
    };
    let bytes = assets::static_file(name).ok_or_else(AppError::no_such_path)?;
    Ok(respond::forever(headers, kind, &url::digest(bytes), || {
        bytes.into()
    }))
}
