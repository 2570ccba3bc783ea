//! The first page: the search box, kinds, departments, latest publications.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::parts::PublicationRow;
use super::{Shell, render};
use crate::http::error::AppError;
use crate::http::state::App;
use crate::http::url;
use crate::query::Facet;
use crate::register::PublicationFilter;
use crate::service::overview::department_items;
use crate::service::read::Paging;
use crate::service::statistics::Statistics;

/// Departments on the first page; the rest is one link away.
const DEPARTMENTS: usize = 12;
/// Values of other facets on the first page.
const VALUES: usize = 12;
/// Publications on the first page.
const PUBLICATIONS: usize = 5;

/// A name with a count and where it leads.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub url: String,
    pub name: String,
    /// Number of items in force.
    pub items: u64,
    /// What one of them is called.
    pub noun: String,
}

#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    pub shell: Shell,
    pub items: u64,
    pub kinds: Vec<Entry>,
    pub departments: Vec<Entry>,
    pub more_departments: usize,
    /// Heading, id and values of other facets.
    pub facets: Vec<(&'static str, &'static str, Vec<Entry>)>,
    pub publications: Vec<PublicationRow>,
}

pub async fn home(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    app.page(&headers, |services| {
        let overview = services.overview()?;
        // Everything else here is from the register: it is shown even while the index is away.
        let statistics = services.statistics();
        if let Err(error) = &statistics {
            tracing::warn!(%error, "the first page is shown without counts by facet");
        }
        let statistics = statistics.ok();
        let paging = Paging {
            page: 1,
            size: PUBLICATIONS,
        };
        let latest = services.publications(&PublicationFilter::default(), paging)?;
        let kinds = services.kinds.iter().map(|kind| Entry {
            url: url::kind(&kind.key),
            name: kind.name.clone(),
            items: overview.items_of_kind(&kind.key),
            noun: kind.noun.clone(),
        });
        let mut departments: Vec<Entry> = overview
            .departments
            .iter()
            .map(|department| Entry {
                url: url::department(department.number),
                name: department.name.clone(),
                items: department_items(department),
                noun: "事项".to_owned(),
            })
            .collect();
        departments.sort_by_key(|d| std::cmp::Reverse(d.items));
        let more_departments = departments.len().saturating_sub(DEPARTMENTS);
        departments.truncate(DEPARTMENTS);
        render(&HomePage {
            shell: Shell::new(&overview, "政府部门权责清单查询")
                .with_api(url::API_KINDS)
                .with_canonical(url::HOME),
            items: overview.items(),
            kinds: kinds.filter(|k| k.items > 0).collect(),
            departments,
            more_departments,
            facets: [
                (Facet::Type, "types"),
                (Facet::Level, "levels"),
                (Facet::Region, "regions"),
            ]
            .into_iter()
            .map(|(facet, id)| {
                (
                    facet.label(),
                    id,
                    facet_entries(statistics.as_deref(), facet),
                )
            })
            .filter(|(_, _, entries)| !entries.is_empty())
            .collect(),
            publications: latest
                .publications
                .into_iter()
                .map(PublicationRow::from)
                .collect(),
        })
    })
    .await
}

/// The most frequent values of a facet, each with the search that shows its items.
fn facet_entries(statistics: Option<&Statistics>, facet: Facet) -> Vec<Entry> {
    let values = statistics.into_iter().flat_map(|s| s.of(facet));
    let values = values.filter(|v| !v.value.is_empty());
    let entries = values.take(VALUES).map(|value| Entry {
        url: url::with(url::SEARCH, [(facet.key(), value.value.clone())]),
        name: value.label.clone(),
        items: value.count,
        noun: String::new(),
    });
    entries.collect()
}
