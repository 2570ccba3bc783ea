//! One department: what it may do by type, what it must do, what it shares with others.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::catalogue::ListRow;
use super::charts::{self, Shared};
use super::overview::Bar;
use super::parts::{ItemRow, Pager};
use super::{Section, Shell, render};
use crate::domain::department::short;
use crate::http::error::AppError;
use crate::http::params::{Params, path_number};
use crate::http::state::App;
use crate::http::url;
use crate::service::overview::Overview;
use crate::service::read::{DepartmentFacts, DepartmentView, KindCount, SharedMatter};

/// Others that the picture of boundaries has at most; the table has all.
const DRAWN: usize = 10;

/// Counts of one kind by type, each with the search that shows them.
#[derive(Clone, Debug, Default)]
pub struct KindBox {
    pub id: String,
    pub name: String,
    pub url: String,
    pub items: u64,
    pub types: Vec<Bar>,
}

/// Another body with which duties are shared.
#[derive(Clone, Debug, Default)]
pub struct PartnerRow {
    pub name: String,
    pub url: Option<String>,
    /// Matters that the department leads, and that it supports.
    pub leads: u64,
    pub supports: u64,
    /// Matters that both lead.
    pub together: u64,
}

/// A shared matter.
#[derive(Clone, Debug, Default)]
pub struct MatterRow {
    pub item: ItemRow,
    pub leads: bool,
    /// Who leads, and who supports.
    pub lead: String,
    pub support: String,
}

impl From<&SharedMatter> for MatterRow {
    fn from(matter: &SharedMatter) -> Self {
        Self {
            item: matter.head.clone().into(),
            leads: matter.leads,
            lead: matter.lead.join("、"),
            support: matter.support.join("、"),
        }
    }
}

#[derive(Template)]
#[template(path = "department.html")]
pub struct DepartmentPage {
    pub shell: Shell,
    pub name: String,
    pub region: String,
    pub items: u64,
    pub kinds: Vec<KindBox>,
    /// Label and value.
    pub contacts: Vec<(String, String)>,
    /// SVG; blank where nothing is shared.
    pub picture: String,
    pub partners: Vec<PartnerRow>,
    pub matters: Vec<MatterRow>,
    /// The region shares more than is looked at.
    pub is_partial: bool,
    pub lists: Vec<ListRow>,
    pub page: Vec<ItemRow>,
    pub first: usize,
    pub publications_url: String,
    pub feed_url: String,
    pub pager: Pager,
}

pub async fn department(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    let (number, paging) = (path_number(&number)?, params.paging()?);
    app.page(&headers, move |services| {
        let facts = services.department_facts(number)?;
        let view = services.department(number, paging)?;
        render(&DepartmentPage::new(&*services.overview()?, view, &facts))
    })
    .await
}

impl DepartmentPage {
    pub fn new(overview: &Overview, view: DepartmentView, facts: &DepartmentFacts) -> Self {
        let path = url::department(view.number);
        let kinds = view.kinds.iter().map(|kind| kind_box(&view.name, kind));
        let kinds = kinds.collect();
        let own = short(&view.name, &view.region).to_owned();
        let drawn: Vec<Shared> = facts
            .partners
            .iter()
            .take(DRAWN)
            .map(|partner| Shared {
                name: short(&partner.name, &view.region).to_owned(),
                leads: partner.supports,
                supports: partner.leads,
            })
            .collect();
        let lists: Vec<ListRow> = view.lists.into_iter().map(ListRow::from).collect();
        let api = url::page(
            &url::fill(url::API_DEPARTMENT, view.number),
            view.paging.page,
        );
        let shell = Shell {
            sample: lists.iter().any(|l| l.latest.sample),
            ..Shell::new(overview, view.name.clone())
        };
        let own_publications = [("department", view.number.to_string())];
        Self {
            shell: shell
                .with_api(api)
                .with_canonical(url::page(&path, view.paging.page))
                .in_section(Section::Departments),
            region: view.region.name,
            items: view.items,
            kinds,
            contacts: facts.contacts.clone(),
            picture: charts::boundaries(&own, &drawn),
            partners: facts
                .partners
                .iter()
                .map(|partner| PartnerRow {
                    name: partner.name.clone(),
                    url: partner.number.map(url::department),
                    together: partner.together,
                    leads: partner.supports,
                    supports: partner.leads,
                })
                .collect(),
            is_partial: facts.is_partial,
            matters: facts.matters.iter().map(MatterRow::from).collect(),
            lists,
            page: view.page.into_iter().map(ItemRow::from).collect(),
            first: view.paging.offset() + 1,
            publications_url: url::with(url::PUBLICATIONS, own_publications.clone()),
            feed_url: url::with(url::PUBLICATIONS_FEED, own_publications),
            pager: Pager::new(view.paging, view.reachable, |n| url::page(&path, n)),
            name: view.name,
        }
    }
}

fn kind_box(department: &str, kind: &KindCount) -> KindBox {
    let inside = |more: &[(&'static str, &str)]| {
        let own = [("department", department), ("kind", &kind.kind)];
        let all = own.iter().chain(more);
        url::with(
            url::SEARCH,
            all.map(|(name, value)| (*name, (*value).to_owned())),
        )
    };
    let most = kind.types.iter().map(|t| t.items).max().unwrap_or(0);
    let types = kind.types.iter().map(|t| Bar {
        label: t.item_type.clone(),
        url: inside(&[("type", &t.item_type)]),
        count: t.items,
        drawing: charts::bar(t.items, most),
    });
    KindBox {
        id: format!("kind-{}", kind.kind),
        name: kind.name.clone(),
        url: inside(&[]),
        items: kind.items,
        types: types.collect(),
    }
}
