//! Static files from the binary.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::assets;
use crate::http::error::AppError;
use crate::http::{respond, url};

const STYLE: &str = "text/css; charset=utf-8";

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
        Some("css") => STYLE,
        Some("svg") => "image/svg+xml",
        Some("js") => "text/javascript; charset=utf-8",
        Some("png") => "image/png",
        _ => return Err(AppError::no_such_path()),
    };
    let bytes = assets::static_file(name).ok_or_else(AppError::no_such_path)?;
    let digest = url::digest(bytes);
    Ok(respond::forever(headers, kind, &digest, || match kind {
        STYLE => compact(&String::from_utf8_lossy(bytes)).into(),
        _ => bytes.into(),
    }))
}

/// A style sheet without its comments and indentation: a fifth of it is for those who write it. What
/// it says is not touched.
fn compact(style: &str) -> String {
    let mut out = String::with_capacity(style.len());
    let mut rest = style;
    let mut code = String::with_capacity(style.len());
    while let Some(start) = rest.find("/*") {
        code.push_str(&rest[..start]);
        let after = &rest[start + 2..];
        rest = after.find("*/").map_or("", |end| &after[end + 2..]);
    }
    code.push_str(rest);
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
        // A line that does not end a rule or a declaration goes on in the next.
        if !out.is_empty() && !out.ends_with(['{', '}', ';', ',']) {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comments_and_indentation_are_left_out() {
        let style = "/* Why. */\n.a,\n.b {\n  color: red;\n  margin: 0\n    auto;\n}\n\n.c { content: \"a b\" }\n";
        let expected = ".a,.b {color: red;margin: 0 auto;}.c { content: \"a b\" }";
        assert_eq!(compact(style), expected);
    }
}
