//! What a search finds as a table: one row an item, the surest first.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::whole_search;
use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::table::{TableFormat, TableWriter};

const COLUMNS: [&str; 10] = [
    "编码",
    "清单",
    "事项",
    "子项",
    "类型",
    "部门",
    "行政区划",
    "层级",
    "生效日期",
    "网址",
];

/// `/search.csv`
pub async fn csv(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    table(&app, &headers, &params, TableFormat::Csv).await
}

/// `/search.xlsx`
pub async fn xlsx(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    table(&app, &headers, &params, TableFormat::Xlsx).await
}

/// Media type of a table.
pub(super) fn media_type(format: TableFormat) -> &'static str {
    match format {
        TableFormat::Csv => "text/csv; charset=utf-8; header=present",
        TableFormat::Xlsx => respond::XLSX,
    }
}

async fn table(
    app: &App,
    headers: &HeaderMap,
    params: &Params,
    format: TableFormat,
) -> Result<Response, AppError> {
    let raw = whole_search(params)?;
    let site = app.site().to_owned();
    let (day, body) = app
        .run(move |services| {
            let found = services.search_whole(&raw)?;
            let mut to = Vec::new();
            let mut table = TableWriter::new(format, "检索结果", &COLUMNS, &mut to)?;
            for hit in &found.hits {
                let head = &hit.head;
                table.row(&[
                    head.code.as_str(),
                    &head.kind_name,
                    &head.name,
                    &head.sub_name,
                    &head.item_type,
                    &head.department,
                    &head.region.name,
                    &head.level,
                    &hit.effective_on.to_string(),
                    &format!("{site}{}", url::item(&head.code)),
                ])?;
            }
            table.finish()?;
            Ok::<_, ServiceError>((found.as_of, to))
        })
        .await?;
    let mut response = respond::fresh(headers, media_type(format), body);
    let name = format!("检索结果-{day}.{}", format.extension());
    respond::as_download(&mut response, &name);
    Ok(response)
}
