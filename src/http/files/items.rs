//! All items of a kind as one file, as in force on any day by any publication: open data.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;

use super::table::media_type;
use crate::http::download::Download;
use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::export::{Format, export};
use crate::service::table::TableFormat;

/// Forms in which all items of a kind may be taken away: name, media type and path.
pub const FORMS: [(&str, &str, &str); 3] = [
    ("Excel 表", respond::XLSX, url::KIND_XLSX),
    ("CSV", "text/csv", url::KIND_CSV),
    ("JSON Lines", "application/jsonl", url::KIND_JSONL),
];

const JSON_LINES: &str = "application/jsonl; charset=utf-8";

/// `/kinds/{key}/items.csv`
pub async fn csv(
    State(app): State<App>,
    Path(key): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    items(&app, key, &params, Format::Table(TableFormat::Csv)).await
}

/// `/kinds/{key}/items.xlsx`
pub async fn xlsx(
    State(app): State<App>,
    Path(key): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    items(&app, key, &params, Format::Table(TableFormat::Xlsx)).await
}

/// `/kinds/{key}/items.jsonl`
pub async fn jsonl(
    State(app): State<App>,
    Path(key): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    items(&app, key, &params, Format::JsonLines).await
}

/// Media type and ending of the file's name.
fn form(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::Table(format) => (media_type(format), format.extension()),
        Format::Json | Format::JsonLines => (JSON_LINES, "jsonl"),
    }
}

async fn items(
    app: &App,
    key: String,
    params: &Params,
    format: Format,
) -> Result<Response, AppError> {
    params.only(&["as_of", "publication"])?;
    let day = params.day("as_of")?;
    let publication = params.publication()?;
    // Few are made at a time: each takes a worker for as long as its kind is large.
    let _turn = app.upload_turn().await?;
    let (file, length, name) = app
        .run(move |services| {
            let kind = services.kind(&key)?.kind;
            let at = services.position(day, publication)?;
            // To a file that has no name, so that a slow reader holds no worker; it goes with the answer.
            let mut file = tempfile::tempfile().map_err(failed)?;
            let mut to = BufWriter::new(&mut file);
            export(&*services.register, Some(&kind), format, at, &mut to)?;
            to.flush().map_err(failed)?;
            drop(to);
            let length = file.stream_position().map_err(failed)?;
            file.rewind().map_err(failed)?;
            let (_, ending) = form(format);
            let name = format!(
                "{}-{}-第{}号公布.{ending}",
                kind.name, at.day, at.publication
            );
            Ok::<(File, u64, String), ServiceError>((file, length, name))
        })
        .await?;
    let (media_type, _) = form(format);
    let body = Body::new(Download::new(Box::new(file), length));
    let mut response = respond::momentary(media_type, body);
    respond::as_download(&mut response, &name);
    Ok(response)
}

fn failed(error: std::io::Error) -> ServiceError {
    ServiceError::Internal(format!("a file to be taken away: {error}"))
}
