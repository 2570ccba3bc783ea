//! Pages of publications and of the differences between them.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::parts::{ChangeRow, Pager, PublicationRow};
use super::{Section, Shell, render};
use crate::domain::date::{chinese, shanghai};
use crate::http::api::read::publication_filter;
use crate::http::error::AppError;
use crate::http::params::{Params, path_number};
use crate::http::state::App;
use crate::http::url;
use crate::service::overview::Overview;
use crate::service::read::{Between, DifferenceView, PublicationDetail, PublicationPage};
use crate::service::view::PublicationView;

#[derive(Template)]
#[template(path = "publications.html")]
pub struct PublicationsPage {
    pub shell: Shell,
    pub total: u64,
    /// The same as a feed.
    pub feed: String,
    /// What the list is restricted to, in words, and the list without it.
    pub restricted: Option<(String, &'static str)>,
    pub publications: Vec<PublicationRow>,
    /// Number and digest of the newest publication of the register.
    pub head: Option<(u64, String)>,
    pub pager: Pager,
}

pub async fn publications(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    let paging = params.paging()?;
    app.page(&headers, move |services| {
        let filter = publication_filter(services, &params)?;
        let page = services.publications(&filter, paging)?;
        let words = [
            filter.department.clone(),
            filter.kind.as_deref().map(|k| services.kind_name(k)),
            filter
                .published
                .map(|(day, _)| format!("{}年{}月公布", day.year(), day.month())),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        let parameters = vec![
            ("department", filter.department.unwrap_or_default()),
            ("kind", filter.kind.unwrap_or_default()),
            ("month", params.one("month")?.unwrap_or_default().to_owned()),
        ];
        render(&PublicationsPage::new(
            &*services.overview()?,
            page,
            &words,
            &parameters,
        ))
    })
    .await
}

impl PublicationsPage {
    pub fn new(
        overview: &Overview,
        page: PublicationPage,
        restricted: &[String],
        parameters: &[(&'static str, String)],
    ) -> Self {
        let link = |n: usize| url::page_with(url::PUBLICATIONS, parameters, n);
        let number = page.paging.page;
        Self {
            shell: Shell::new(overview, "公布记录")
                .with_api(url::page_with(url::API_PUBLICATIONS, parameters, number))
                .with_canonical(link(number))
                .in_section(Section::Publications),
            feed: url::with(url::PUBLICATIONS_FEED, parameters.iter().cloned()),
            total: page.total,
            head: page.head.map(|head| (head.publication, head.digest)),
            restricted: (!restricted.is_empty())
                .then(|| (restricted.join("、"), url::PUBLICATIONS)),
            pager: Pager::new(page.paging, page.total, link),
            publications: page
                .publications
                .into_iter()
                .map(PublicationRow::from)
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "publication.html")]
pub struct DetailPage {
    pub shell: Shell,
    pub publication: PublicationRow,
    pub region: String,
    pub recorded_at: String,
    pub list_url: Option<String>,
    pub department_url: Option<String>,
    pub file_name: String,
    pub file_url: String,
    pub file_bytes: String,
    pub sha256: String,
    /// Covers all that it recorded and the digest before it.
    pub digest: String,
    /// The list's publications just before and after: path and number.
    pub previous: Option<(String, u64)>,
    pub next: Option<(String, u64)>,
    pub total: u64,
    pub changes: Vec<ChangeRow>,
    pub pager: Pager,
}

pub async fn publication(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    let (number, paging) = (path_number(&number)?, params.paging()?);
    app.page(&headers, move |services| {
        let detail = services.publication(number, paging)?;
        render(&DetailPage::new(&*services.overview()?, detail))
    })
    .await
}

impl DetailPage {
    pub fn new(overview: &Overview, detail: PublicationDetail) -> Self {
        let view = detail.publication;
        let publication = &view.publication;
        let number = publication.number;
        let path = url::publication(number);
        let page = detail.paging.page;
        let title = format!("第 {number} 号公布 {}", publication.list.title);
        let shell = Shell {
            sample: view.sample,
            ..Shell::new(overview, title)
        };
        let sibling = |n: u64| (url::publication(n), n);
        let recorded = publication.recorded_at.to_zoned_datetime(shanghai());
        Self {
            shell: shell
                .with_api(url::page(&url::fill(url::API_PUBLICATION, number), page))
                .with_canonical(url::page(&path, page))
                .in_section(Section::Publications),
            region: publication.list.region.name.clone(),
            recorded_at: format!(
                "{} {:02}:{:02}",
                chinese(recorded.date()),
                recorded.hour(),
                recorded.minute()
            ),
            list_url: view.list_number.map(url::list),
            department_url: view.department_number.map(url::department),
            file_name: publication.file.name.clone(),
            file_url: url::file(number),
            file_bytes: size(publication.file.bytes),
            sha256: publication.file.sha256.clone(),
            digest: detail.digest,
            previous: detail.previous.map(sibling),
            next: detail.next.map(sibling),
            total: detail.total,
            changes: detail.changes.into_iter().map(ChangeRow::from).collect(),
            pager: Pager::new(detail.paging, detail.total, |n| url::page(&path, n)),
            publication: view.into(),
        }
    }
}

/// What a comparison was made between.
pub enum BetweenRow {
    Publications(Box<(PublicationRow, PublicationRow)>),
    Days(String, String),
}

#[derive(Template)]
#[template(path = "difference.html")]
pub struct DifferencePage {
    pub shell: Shell,
    pub list_url: String,
    pub list_title: String,
    pub department: String,
    /// What is compared: publications, or days as text.
    pub between: BetweenRow,
    /// The one item that was asked for: path and code.
    pub item: Option<(String, String)>,
    pub total: u64,
    pub changes: Vec<ChangeRow>,
    pub pager: Pager,
}

pub async fn difference(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    let (number, paging) = (path_number(&number)?, params.paging()?);
    let moments = (params.moment("from")?, params.moment("to")?);
    let code = params.one("code")?.map(str::to_owned);
    app.page(&headers, move |services| {
        let view = services.difference(number, moments, code.as_deref(), paging)?;
        render(&DifferencePage::new(&*services.overview()?, view))
    })
    .await
}

impl DifferencePage {
    pub fn new(overview: &Overview, view: DifferenceView) -> Self {
        let list = view.list.number;
        let path = url::fill(url::LIST_DIFFERENCE, list);
        let api = url::fill(url::API_LIST_DIFFERENCE, list);
        let (from, to) = match &view.between {
            Between::Publications(both) => {
                let number = |view: &PublicationView| view.publication.number.to_string();
                (number(&both.0), number(&both.1))
            }
            Between::Days(from, to) => (from.to_string(), to.to_string()),
        };
        let mut parameters = vec![("from", from), ("to", to)];
        parameters.extend(view.code.iter().map(|code| ("code", code.to_string())));
        let page = view.paging.page;
        let link = |n: usize| url::page_with(&path, &parameters, n);
        let identity = &view.list.latest.publication.list;
        let shell = Shell {
            sample: view.list.latest.sample,
            ..Shell::new(overview, format!("{}的变动", identity.title))
        };
        Self {
            shell: shell
                .with_api(url::page_with(&api, &parameters, page))
                .with_canonical(link(page))
                .in_section(Section::Publications),
            list_url: url::list(list),
            list_title: identity.title.clone(),
            department: identity.department.clone(),
            total: view.total,
            changes: view.changes.into_iter().map(ChangeRow::from).collect(),
            pager: Pager::new(view.paging, view.total, link),
            between: match view.between {
                Between::Publications(both) => {
                    BetweenRow::Publications(Box::new((both.0.into(), both.1.into())))
                }
                Between::Days(from, to) => BetweenRow::Days(chinese(from), chinese(to)),
            },
            item: view
                .code
                .map(|code| (url::item(code.as_str()), code.to_string())),
        }
    }
}

/// A number of bytes as readers say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes}\u{a0}字节"),
        1_024..1_048_576 => format!("{}\u{a0}KB", bytes.div_ceil(1_024)),
        _ => format!(
            "{}.{}\u{a0}MB",
            bytes / 1_048_576,
            bytes % 1_048_576 * 10 / 1_048_576
        ),
    }
}
