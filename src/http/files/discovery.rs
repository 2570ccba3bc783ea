//! What browsers and search engines look for: a description of our search (OpenSearch 1.1), site maps
//! (sitemaps.org 0.9), and what crawlers are to leave alone.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use crate::domain::Position;
use crate::http::error::AppError;
use crate::http::pages::render;
use crate::http::params::{Params, path_number};
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::register::Register;
use crate::service::{ServiceError, Services};

const XML: &str = "application/xml; charset=utf-8";
/// Addresses in one site map: the protocol allows 50,000.
const MAP: u64 = 20_000;

#[derive(Debug, Template)]
#[template(path = "opensearch.xml")]
struct OpenSearch {
    search: String,
    feed: String,
    suggestions: String,
    icon: String,
}

/// `/opensearch.xml`: browsers offer to search here from the address bar.
pub async fn opensearch(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    let site = app.site();
    // Braces are the format's own and must stay as they are.
    let asking = |path: &str| format!("{site}{path}?q={{searchTerms}}");
    let body = render(&OpenSearch {
        search: asking(url::SEARCH),
        feed: asking(url::SEARCH_FEED),
        suggestions: asking(url::SUGGESTIONS),
        icon: format!("{site}{}", url::asset("favicon.svg")),
    })?;
    let kind = "application/opensearchdescription+xml; charset=utf-8";
    Ok(respond::fresh(&headers, kind, body.into_bytes()))
}

/// `/suggestions.json`: the question and what may be meant, in the form of OpenSearch.
pub async fn suggestions(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["q"])?;
    let query = params.one("q")?.unwrap_or_default().trim().to_owned();
    let body = app
        .run(move |services| {
            let suggestions = services.suggest(&query)?.into_iter();
            let texts: Vec<String> = suggestions.map(|s| s.text).collect();
            let body = serde_json::to_vec(&(query, texts));
            body.map_err(|e| ServiceError::Internal(e.to_string()))
        })
        .await?;
    let kind = "application/x-suggestions+json; charset=utf-8";
    Ok(respond::fresh(&headers, kind, body))
}

#[derive(Debug, Template)]
#[template(path = "sitemaps.xml")]
struct SiteMaps {
    maps: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "sitemap.xml")]
struct SiteMap {
    pages: Vec<Page>,
}

#[derive(Debug)]
struct Page {
    address: String,
    /// Day of its last change, where it has one.
    changed: Option<String>,
}

/// `/sitemap.xml`: the map of pages that are no items', then those of the items.
pub async fn sitemaps(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    let site = app.site().to_owned();
    let body = app
        .run(move |services| {
            let items = services.overview()?.items();
            let numbers = 0..=items.div_ceil(MAP);
            let address = |n: u64| format!("{site}{}", url::fill(url::SITEMAP_PART, n));
            render(&SiteMaps {
                maps: numbers.map(address).collect(),
            })
        })
        .await?;
    Ok(respond::fresh(&headers, XML, body.into_bytes()))
}

/// `/sitemap/{number}`: 0 has departments, lists, kinds and publications, the others items.
pub async fn sitemap(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    let site = app.site().to_owned();
    let body = app
        .run(move |services| {
            let pages = match number.checked_sub(1) {
                None => fixed(services, &site)?,
                Some(map) if map < services.overview()?.items().div_ceil(MAP) => {
                    items(services, &site, map)?
                }
                Some(_) => Vec::new(),
            };
            if pages.is_empty() {
                return Err(AppError::no_such_path());
            }
            render(&SiteMap { pages }).map_err(AppError::from)
        })
        .await?;
    Ok(respond::fresh(&headers, XML, body.into_bytes()))
}

/// Pages that are no items'.
fn fixed(services: &Services, site: &str) -> Result<Vec<Page>, ServiceError> {
    let overview = services.overview()?;
    let page = |path: String| Page {
        address: format!("{site}{path}"),
        changed: None,
    };
    let fixed = [
        url::HOME,
        url::DEPARTMENTS,
        url::LISTS,
        url::KINDS,
        url::PUBLICATIONS,
        url::CHECK,
        url::NEGATIVE,
    ];
    let fixed = fixed.into_iter().map(str::to_owned);
    let departments = overview
        .departments
        .iter()
        .map(|d| url::department(d.number));
    let kinds = services.kinds.iter().map(|k| url::kind(&k.key));
    let publications = (1..=overview.last_number).map(url::publication);
    let all = fixed.chain(departments).chain(kinds).chain(publications);
    Ok(all
        .take(usize::try_from(MAP).unwrap_or(usize::MAX))
        .map(page)
        .collect())
}

/// One map of items in force, in the register's order.
fn items(services: &Services, site: &str, map: u64) -> Result<Vec<Page>, ServiceError> {
    let from = map.saturating_mul(MAP);
    let mut pages = Vec::new();
    let mut at = 0;
    let register: &dyn Register = &*services.register;
    register.each_in_force(Position::on(services.today()), None, &mut |revision| {
        if at >= from {
            pages.push(Page {
                address: format!("{site}{}", url::item(revision.code.as_str())),
                changed: Some(revision.effective_on.to_string()),
            });
        }
        at += 1;
        at < from.saturating_add(MAP)
    })?;
    Ok(pages)
}

/// `/robots.txt`: keeps crawlers out of the unbounded space of searches; items are reached by other
/// pages and by the site map.
pub async fn robots(State(app): State<App>, headers: HeaderMap) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /search\nDisallow: /api/\nDisallow: /console\nDisallow: /items/*/feedback\nDisallow: /kinds/*/items\nSitemap: {}{}\n",
        app.site(),
        url::SITEMAP
    );
    respond::fresh(&headers, "text/plain; charset=utf-8", text.into_bytes())
}
