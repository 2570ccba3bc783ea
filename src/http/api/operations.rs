//! For operators: is the process alive, can it answer, what has it done.

use axum::extract::State;
use axum::response::Response;

use super::shapes::Health;
use crate::http::error::{AppError, Problem};
use crate::http::metrics::Gauges;
use crate::http::respond::{self, JSON};
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;

/// Alive: the process answers.
#[utoipa::path(get, path = url::HEALTHZ, tag = "operations", responses((status = 200, body = Health)))]
pub async fn healthz() -> Response {
    respond::momentary(JSON, r#"{"status":"ok"}"#)
}

/// Ready: searches are answered from the register's present state.
#[utoipa::path(
    get, path = url::READYZ, tag = "operations",
    responses(
        (status = 200, body = Health),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn readyz(State(app): State<App>) -> Result<Response, AppError> {
    app.run(|services| services.ready()).await?;
    Ok(respond::momentary(JSON, r#"{"status":"ready"}"#))
}

/// Counters in Prometheus' text format.
#[utoipa::path(
    get, path = url::METRICS, tag = "operations",
    responses((status = 200, content_type = "text/plain", body = String))
)]
pub async fn metrics(State(app): State<App>) -> Result<Response, AppError> {
    let gauges = app
        .run(|services| {
            let overview = services.overview()?;
            let (engine_documents, engine_bytes) = services.engine.size();
            let (register_bytes, file_bytes) = services.register.size()?;
            Ok::<_, ServiceError>(Gauges {
                engine_publication: services.engine.position().map(|p| p.publication),
                register_publication: overview.last_number,
                items_in_force: overview.items(),
                engine_documents,
                engine_bytes,
                register_bytes,
                file_bytes,
            })
        })
        .await?;
    let text = app.metrics().render(&gauges);
    Ok(respond::momentary(
        "text/plain; version=0.0.4; charset=utf-8",
        text,
    ))
}
