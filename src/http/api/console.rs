//! `/api/v1/console`: a department's own system hands in its lists, by token. The same workflow as the
//! console's pages: the same intake, the same rules, the same reviews.

use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::shapes::console::{
    ChangesAnswer, DraftAnswer, DraftRequest, FindingsAnswer, SubmitRequest, UploadAnswer,
};
use crate::domain::Scope;
use crate::http::error::{AppError, Problem};
use crate::http::form::Address;
use crate::http::params::{Params, path_number};
use crate::http::respond::{self, JSON};
use crate::http::state::App;
use crate::http::upload::Upload;
use crate::http::url;
use crate::intake::{Bytes, Hints, Source};
use crate::service::ServiceError;
use crate::service::console::{Actor, Console};

/// Largest list that is taken as JSON, in bytes: unpacked it takes many times as much.
const LARGEST_JSON: usize = 16 << 20;

/// Who acts by the token of the request.
async fn actor(
    app: &App,
    headers: &HeaderMap,
    scope: Scope,
    Address(address): Address,
) -> Result<Actor, AppError> {
    let given = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let secret = given
        .and_then(|v| v.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or("", |(_, secret)| secret);
    let (console, secret) = (app.console(), secret.trim().to_owned());
    let found = app.run(move |_| console.actor_by_token(&secret, scope, &address));
    found.await.map_err(AppError::of_token)
}

fn key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?;
    Some(String::from_utf8_lossy(key.as_bytes()).into_owned())
}

fn body<T: Serialize>(answer: &T) -> Result<String, ServiceError> {
    serde_json::to_string(answer).map_err(|e| ServiceError::Internal(e.to_string()))
}

/// Does what the request asks for, once under its key.
async fn once(
    app: &App,
    headers: &HeaderMap,
    actor: Actor,
    (path, request): (&'static str, Vec<u8>),
    work: impl FnOnce(&Console, &Actor) -> Result<(u16, String), ServiceError> + Send + 'static,
) -> Result<Response, AppError> {
    let (console, key) = (app.console(), key(headers));
    let request = [path.as_bytes(), &request[..]].concat();
    let (status, body) = app
        .run(move |_| console.once(&actor, key.as_deref(), &request, || work(&console, &actor)))
        .await?;
    let mut response = respond::momentary(JSON, body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok(response)
}

/// A file, with what is said of it, from a multipart form or as JSON.
struct Handed {
    source: Source,
    hints: Hints,
    /// What tells this request from another under the same key.
    bytes: Vec<u8>,
}

async fn handed(app: &App, request: Request) -> Result<Handed, AppError> {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let form = Multipart::from_request(request, app).await;
        let upload = Upload::read(form, "file").await;
        let upload = upload.map_err(|problem| ServiceError::parameter("file", problem))?;
        let some = |name: &str| Some(upload.field(name).to_owned()).filter(|v| !v.is_empty());
        let hints = Hints {
            kind: some("kind"),
            title: some("title"),
            document_no: some("document_no"),
            ..Hints::default()
        };
        let said = [&hints.kind, &hints.title, &hints.document_no];
        let mut bytes = format!("{said:?}").into_bytes();
        bytes.extend(&upload.bytes);
        return Ok(Handed {
            source: Source {
                name: upload.name,
                bytes: Bytes::Memory(upload.bytes.into()),
            },
            hints,
            bytes,
        });
    }
    let bytes = axum::body::to_bytes(request.into_body(), LARGEST_JSON).await;
    let bytes = bytes.map_err(|_| {
        let detail = format!(
            "JSON 不能超过 {} MB；更大的清单请提交文件",
            LARGEST_JSON >> 20
        );
        ServiceError::parameter("body", detail)
    })?;
    let console = app.console();
    app.run(move |_| from_json(&console, &bytes)).await
}

/// A list as JSON, made into the table that a file would hold.
fn from_json(console: &Console, bytes: &[u8]) -> Result<Handed, ServiceError> {
    let wrong = |e: serde_json::Error| {
        let form = r#"应为 multipart/form-data（file 为清单文件），或 JSON：{"kind":"power","title":"权责清单","items":[{"name":"…"}]}"#;
        ServiceError::parameter(
            "body",
            format!("请求内容第 {} 行有误（{e}）。{form}", e.line()),
        )
    };
    let asked: DraftRequest = serde_json::from_slice(bytes).map_err(wrong)?;
    let (name, table) = asked.table(&console.services.kinds)?;
    Ok(Handed {
        source: Source {
            name,
            bytes: Bytes::Memory(table.into()),
        },
        hints: Hints {
            kind: Some(asked.kind),
            title: asked.title,
            document_no: asked.document_no,
            ..Hints::default()
        },
        bytes: bytes.to_vec(),
    })
}

/// Checks a file as it would be checked when handed in; nothing is kept.
#[utoipa::path(
    post, path = url::API_CONSOLE_FINDINGS, tag = "console",
    request_body(content = DraftRequest, description = "A list as JSON; or multipart/form-data with `file`, `kind`, `title`"),
    params(("Authorization" = String, Header, description = "Bearer and a token with the scope validate")),
    responses(
        (status = 200, body = FindingsAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn validate(
    State(app): State<App>,
    address: Address,
    request: Request,
) -> Result<Response, AppError> {
    let headers = request.headers().clone();
    let actor = actor(&app, &headers, Scope::Validate, address).await?;
    let _turn = app.upload_turn().await?;
    let handed = handed(&app, request).await?;
    once(
        &app,
        &headers,
        actor,
        (url::API_CONSOLE_FINDINGS, handed.bytes),
        move |console, actor| {
            let (report, lists) = console.validate(actor, &handed.source, &handed.hints)?;
            let answer = FindingsAnswer::of_file(report, lists);
            Ok((200, body(&answer)?))
        },
    )
    .await
}

/// Makes a draft of each list of a file. An `Idempotency-Key` makes repeating it harmless.
#[utoipa::path(
    post, path = url::API_CONSOLE_DRAFTS, tag = "console",
    request_body(content = DraftRequest, description = "A list as JSON; or multipart/form-data with `file`, `kind`, `title`, `document_no`"),
    params(
        ("Authorization" = String, Header, description = "Bearer and a token with the scope draft"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 128 characters; kept for a day"),
    ),
    responses(
        (status = 200, body = UploadAnswer, description = "The lists say already what the file says"),
        (status = 201, body = UploadAnswer),
        (status = 422, body = UploadAnswer, description = "Nothing of it could be taken; the findings say why"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    address: Address,
    request: Request,
) -> Result<Response, AppError> {
    let headers = request.headers().clone();
    let actor = actor(&app, &headers, Scope::Draft, address).await?;
    let _turn = app.upload_turn().await?;
    let handed = handed(&app, request).await?;
    once(
        &app,
        &headers,
        actor,
        (url::API_CONSOLE_DRAFTS, handed.bytes),
        move |console, actor| {
            let uploaded = console.upload(actor, &handed.source, &handed.hints, None)?;
            let made = !uploaded.drafts.is_empty();
            let status = match (made, uploaded.unchanged.is_empty()) {
                (true, _) => 201,
                (false, false) => 200,
                // The findings say what has to be mended.
                (false, true) => 422,
            };
            let answer = UploadAnswer::new(uploaded, |draft| console.obstacles_of(draft))?;
            Ok((status, body(&answer)?))
        },
    )
    .await
}

/// A draft as it stands.
#[utoipa::path(
    get, path = url::API_CONSOLE_DRAFT, tag = "console",
    params(
        ("id" = u64, Path, description = "Number of the draft"),
        ("Authorization" = String, Header, description = "Bearer and a token with the scope draft"),
    ),
    responses(
        (status = 200, body = DraftAnswer),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn draft(
    State(app): State<App>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let actor = actor(&app, &headers, Scope::Draft, address).await?;
    answer(&app, move |console| {
        let view = console.draft(&actor, id)?;
        let obstacles = console.obstacles(&actor, id)?;
        Ok(DraftAnswer::new(view, obstacles))
    })
    .await
}

/// Findings of a draft's file.
#[utoipa::path(
    get, path = url::API_CONSOLE_DRAFT_FINDINGS, tag = "console",
    params(
        ("id" = u64, Path, description = "Number of the draft"),
        ("Authorization" = String, Header, description = "Bearer and a token with the scope draft"),
    ),
    responses(
        (status = 200, body = FindingsAnswer),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn findings(
    State(app): State<App>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let actor = actor(&app, &headers, Scope::Draft, address).await?;
    answer(&app, move |console| {
        Ok(FindingsAnswer::new(console.findings(&actor, id)?))
    })
    .await
}

/// What a draft changes, item by item and field by field.
#[utoipa::path(
    get, path = url::API_CONSOLE_DRAFT_DIFF, tag = "console",
    params(
        ("id" = u64, Path, description = "Number of the draft"),
        ("page" = Option<u32>, Query, description = "From 1"),
        ("size" = Option<u32>, Query, description = "1 to 100"),
        ("Authorization" = String, Header, description = "Bearer and a token with the scope draft"),
    ),
    responses(
        (status = 200, body = ChangesAnswer),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn diff(
    State(app): State<App>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["page", "size"])?;
    let (id, paging) = (path_number(&id)?, params.paging()?);
    let actor = actor(&app, &headers, Scope::Draft, address).await?;
    answer(&app, move |console| {
        let (changes, total) = console.changes(&actor, id, None, paging)?;
        Ok(ChangesAnswer::new(changes, total, paging))
    })
    .await
}

/// Submits a draft for review, with what is declared. An `Idempotency-Key` makes repeating it harmless.
#[utoipa::path(
    post, path = url::API_CONSOLE_DRAFT_SUBMIT, tag = "console",
    request_body = SubmitRequest,
    params(
        ("id" = u64, Path, description = "Number of the draft"),
        ("Authorization" = String, Header, description = "Bearer and a token with the scope submit"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 128 characters; kept for a day"),
    ),
    responses(
        (status = 200, body = DraftAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn submit(
    State(app): State<App>,
    address: Address,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let headers = request.headers().clone();
    let actor = actor(&app, &headers, Scope::Submit, address).await?;
    let bytes = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let bytes = bytes.map_err(|_| ServiceError::parameter("body", "请求内容没有传完"))?;
    let asked: SubmitRequest = match bytes.is_empty() {
        true => SubmitRequest::default(),
        false => serde_json::from_slice(&bytes).map_err(|e| {
            let detail = format!("请求内容第 {} 行不是所要的 JSON，见 /api（{e}）", e.line());
            ServiceError::parameter("body", detail)
        })?,
    };
    let mut told = format!("submit {id}\n").into_bytes();
    told.extend(&bytes);
    once(
        &app,
        &headers,
        actor,
        (url::API_CONSOLE_DRAFT_SUBMIT, told),
        move |console, actor| {
            // Whoever names a version means that one.
            let version = match asked.version {
                Some(named) => named,
                None => console.draft(actor, id)?.draft.version,
            };
            console.submit_with(actor, (id, version), &asked.submission())?;
            let answer = DraftAnswer::new(console.draft(actor, id)?, Vec::new());
            Ok((200, body(&answer)?))
        },
    )
    .await
}

async fn answer<T: Serialize>(
    app: &App,
    work: impl FnOnce(&Console) -> Result<T, ServiceError> + Send + 'static,
) -> Result<Response, AppError> {
    let console = app.console();
    let body = app.run(move |_| body(&work(&console)?)).await?;
    Ok(respond::momentary(JSON, body))
}
