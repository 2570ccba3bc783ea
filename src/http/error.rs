//! What goes wrong in a request: one error, two renderings (a page and `application/problem+json`).
//! The only file that knows status codes. Internal causes are logged, never shown.

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::console;
use super::pages::ErrorPage;
use super::respond::HTML;
use super::url;
use crate::service::ServiceError;

/// Why a request is not answered as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppError {
    status: StatusCode,
    /// Stable identifier, part of the API.
    code: &'static str,
    /// What is wrong and what to do about it, for the reader.
    detail: String,
    parameter: Option<String>,
    /// Methods that the path allows, where another was used.
    allowed: Option<&'static str>,
}

/// An error as `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` tells errors apart.
    #[serde(rename = "type")]
    pub type_: &'static str,
    /// What kind of error it is, in Chinese.
    pub title: &'static str,
    pub status: u16,
    /// Stable identifier: `invalid_parameter`, `query_too_long`, `page_too_deep`,
    /// `item_not_found`, `not_found`, `method_not_allowed`, `request_too_large`, `signed_out`,
    /// `not_allowed`, `scope_missing`, `not_ready`, `outdated`, `list_moved_on`,
    /// `idempotency_key_reused`, `too_many`, `unavailable`, `internal`.
    pub code: &'static str,
    /// What is wrong and what to do about it, in Chinese.
    pub detail: String,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}

impl AppError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            parameter: None,
            allowed: None,
        }
    }

    /// No such page or API path.
    pub fn no_such_path() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "没有这个网址，请检查是否输入有误",
        )
    }

    /// The path exists, but not for this method.
    fn method_not_allowed(allowed: &'static str) -> Self {
        Self {
            allowed: Some(allowed),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("这个网址不支持该请求方法，可用：{allowed}"),
            )
        }
    }

    /// The address is longer than any this site makes.
    pub fn address_too_long(limit: usize) -> Self {
        Self::new(
            StatusCode::URI_TOO_LONG,
            "request_too_large",
            format!("网址过长，不能超过 {limit} 字节"),
        )
    }

    /// The request brings a body larger than any this site takes.
    pub fn body_too_large(limit: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request_too_large",
            match limit {
                0..0x10_0000 => format!("请求内容过大，不能超过 {} KB", limit >> 10),
                _ => format!("文件过大，不能超过 {} MB，请拆分后分别上传", limit >> 20),
            },
        )
    }

    /// More requests than can be worked on.
    pub fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "访问量较大，请稍后再试",
        )
    }

    /// What the framework refused by itself: a path that is not UTF-8, a method, a panic.
    pub fn of_status(status: StatusCode, path: &str) -> Option<Self> {
        match status {
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::method_not_allowed(url::methods(path))),
            StatusCode::NOT_FOUND => Some(Self::no_such_path()),
            s if s.is_client_error() => {
                let detail = "请求格式有误";
                Some(Self::new(
                    StatusCode::BAD_REQUEST,
                    "invalid_parameter",
                    detail,
                ))
            }
            s if s.is_server_error() => Some(Self::internal("the framework answered 5xx")),
            _ => None,
        }
    }

    /// A fault of ours; the cause goes to the log.
    pub fn internal(cause: &str) -> Self {
        tracing::error!(cause, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "系统出现故障，已记录，请稍后再试",
        )
    }

    /// The same for a program: what a reader would be told of a session is true of its token.
    pub fn of_token(self) -> Self {
        match self.is_signed_out() {
            true => Self {
                detail: "没有令牌，或者令牌无效、已过期、已撤销".into(),
                ..self
            },
            false => self,
        }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether the session is over.
    pub fn is_signed_out(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// What a form's own page should tell: what is wrong with what was sent. `None` for what has a page
    /// of its own: nothing there, nobody signed in, a fault of ours.
    pub fn for_a_form(&self) -> Option<String> {
        let theirs = matches!(
            self.status,
            StatusCode::BAD_REQUEST
                | StatusCode::FORBIDDEN
                | StatusCode::CONFLICT
                | StatusCode::TOO_MANY_REQUESTS
        );
        theirs.then(|| self.detail.clone())
    }

    pub fn problem(&self) -> Problem {
        Problem {
            type_: "about:blank",
            title: self.title(),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail.clone(),
            parameter: self.parameter.clone(),
        }
    }

    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::BAD_REQUEST => "请求有误",
            StatusCode::UNAUTHORIZED => "没有登录",
            StatusCode::FORBIDDEN => "不能这样做",
            StatusCode::NOT_FOUND => "未找到",
            StatusCode::CONFLICT => "与现有内容冲突",
            StatusCode::TOO_MANY_REQUESTS => "过于频繁",
            StatusCode::METHOD_NOT_ALLOWED => "不支持的请求方法",
            StatusCode::URI_TOO_LONG | StatusCode::PAYLOAD_TOO_LARGE => "请求过大",
            StatusCode::SERVICE_UNAVAILABLE => "暂不可用",
            _ => "系统故障",
        }
    }

    /// Renders for whoever asked on this path: a program, a reader, somebody at the desk.
    pub fn render(&self, path: &str) -> Response {
        let api = url::is_api(path);
        let (status, title) = (self.status.as_u16(), self.title());
        let (kind, body) = if api {
            let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
            ("application/problem+json", body)
        } else if url::is_console(path) {
            (HTML, console::error_page(status, title, &self.detail))
        } else {
            let page = ErrorPage::new(status, title, &self.detail);
            (HTML, page.into_bytes())
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(allowed) = self.allowed {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        if self.status == StatusCode::UNAUTHORIZED && api {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

impl From<ServiceError> for AppError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Invalid {
                code,
                detail,
                parameter,
            } => Self {
                parameter,
                ..Self::new(StatusCode::BAD_REQUEST, code, detail)
            },
            ServiceError::NotFound { code, detail } => {
                Self::new(StatusCode::NOT_FOUND, code, detail)
            }
            ServiceError::SignedOut => Self::new(
                StatusCode::UNAUTHORIZED,
                "signed_out",
                "没有登录，或者登录已过期",
            ),
            ServiceError::Refused { code, detail } => {
                Self::new(StatusCode::FORBIDDEN, code, detail)
            }
            ServiceError::Conflict { code, detail } => {
                Self::new(StatusCode::CONFLICT, code, detail)
            }
            ServiceError::TooMany(detail) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", detail)
            }
            ServiceError::Unavailable(detail) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            }
            ServiceError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl IntoResponse for AppError {
    /// Leaves the rendering to the outermost layer, which knows whether a program or a reader asks.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
