//! Feeds in the Atom format (RFC 4287): publications, and what a search finds.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::whole_search;
use crate::domain::Date;
use crate::http::api::read::publication_filter;
use crate::http::error::AppError;
use crate::http::pages::parts::PublicationRow;
use crate::http::pages::render;
use crate::http::params::{self, Params};
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::query::RawSearchParams;
use crate::service::read::Paging;
use crate::service::search::HitView;
use crate::service::view::PublicationView;

const ATOM: &str = "application/atom+xml; charset=utf-8";
/// Entries of a feed at most, the newest of publications and the surest of hits.
const ENTRIES: usize = 50;

/// A feed; addresses are whole.
#[derive(Debug, Template)]
#[template(path = "feed.xml")]
struct Feed {
    title: String,
    subtitle: Option<String>,
    /// Its own address, which is its identity too.
    address: String,
    /// The page for people.
    page: String,
    updated: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    address: String,
    title: String,
    updated: String,
    author: String,
    summary: String,
}

/// The text without characters that XML 1.0 has no way to write.
fn allowed(text: &str) -> Vec<u8> {
    let is_allowed = |c: &char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let allowed: String = text.chars().filter(is_allowed).collect();
    allowed.into_bytes()
}

/// Midnight in Shanghai, where all days of lists begin.
fn midnight(day: Date) -> String {
    format!("{day}T00:00:00+08:00")
}

/// `/publications.atom`, with the filters of the page.
pub async fn publications(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["department", "kind", "month"])?;
    let site = app.site().to_owned();
    let body = app
        .run(move |services| {
            let filter = publication_filter(services, &params)?;
            let paging = Paging {
                page: 1,
                size: ENTRIES,
            };
            let found = services.publications(&filter, paging)?;
            let kind = filter.kind.as_deref().map(|key| services.kind_name(key));
            let words: Vec<String> = [filter.department.clone(), kind]
                .into_iter()
                .flatten()
                .collect();
            let own = [
                ("department", filter.department.unwrap_or_default()),
                ("kind", filter.kind.unwrap_or_default()),
                ("month", params.one("month")?.unwrap_or_default().to_owned()),
            ];
            let entries: Vec<Entry> = found
                .publications
                .into_iter()
                .map(|view| Entry::publication(&site, view))
                .collect();
            let newest = entries.first().map(|e| e.updated.clone());
            let head = found
                .head
                .map(|head| format!("第 {} 号公布的校验值：{}", head.publication, head.digest));
            render(&Feed {
                subtitle: head,
                title: match words.is_empty() {
                    true => "权责清单公布记录".to_owned(),
                    false => format!("权责清单公布记录：{}", words.join("、")),
                },
                address: format!("{site}{}", url::with(url::PUBLICATIONS_FEED, own.clone())),
                page: format!("{site}{}", url::with(url::PUBLICATIONS, own)),
                updated: newest.unwrap_or_else(|| midnight(services.today())),
                entries,
            })
        })
        .await?;
    Ok(respond::fresh(&headers, ATOM, allowed(&body)))
}

/// `/search.atom`, with the filters of the page.
pub async fn search(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    let raw = whole_search(&params)?;
    let own: Vec<(&'static str, String)> = params::SEARCH
        .into_iter()
        .filter(|name| !["page", "size"].contains(name))
        .flat_map(|name| params.all(name).into_iter().map(move |value| (name, value)))
        .collect();
    let site = app.site().to_owned();
    let body = app
        .run(move |services| {
            let raw = RawSearchParams {
                size: Some(ENTRIES.to_string()),
                ..raw
            };
            let found = services.search(&raw)?;
            let newest = found.hits.iter().map(|hit| hit.effective_on).max();
            render(&Feed {
                subtitle: None,
                title: match found.query.as_str() {
                    "" => "权责清单：全部事项".to_owned(),
                    q => format!("权责清单检索：{q}"),
                },
                address: format!("{site}{}", url::with(url::SEARCH_FEED, own.clone())),
                page: format!("{site}{}", url::with(url::SEARCH, own)),
                updated: midnight(newest.unwrap_or(found.as_of)),
                entries: found
                    .hits
                    .into_iter()
                    .map(|hit| Entry::hit(&site, hit))
                    .collect(),
            })
        })
        .await?;
    Ok(respond::fresh(&headers, ATOM, allowed(&body)))
}

impl Entry {
    fn publication(site: &str, view: PublicationView) -> Self {
        let updated = view.publication.recorded_at.to_string();
        let row = PublicationRow::from(view);
        let more = |text: Option<String>| text.map(|t| format!("。{t}")).unwrap_or_default();
        let reason = more(row.reason);
        let offices = more(row.approved_by.map(|offices| format!("{offices}审查通过")));
        Self {
            address: format!("{site}{}", row.url),
            title: format!("第 {} 号公布：{}", row.number, row.heading),
            updated,
            summary: format!(
                "{}起生效；新增 {} 项，调整 {} 项，取消 {} 项{reason}{offices}",
                row.effective_on, row.added, row.amended, row.withdrawn
            ),
            author: row.department,
        }
    }

    fn hit(site: &str, hit: HitView) -> Self {
        let head = hit.head;
        let kind = match head.item_type.as_str() {
            "" => head.kind_name,
            item_type => format!("{}：{item_type}", head.kind_name),
        };
        Self {
            address: format!("{site}{}", url::item(&head.code)),
            title: match head.sub_name.as_str() {
                "" => head.name,
                sub_name => format!("{}（{sub_name}）", head.name),
            },
            updated: midnight(hit.effective_on),
            summary: format!("{kind}，{}，编码 {}", head.department, head.code),
            author: head.department,
        }
    }
}
