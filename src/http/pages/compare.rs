//! Items side by side, field by field.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::parts::{ItemRow, paragraphs};
use super::{Shell, render};
use crate::domain::date::chinese;
use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;
use crate::service::overview::Overview;
use crate::service::read::{Comparison, ItemView, Standing};

/// One item at the head of its column.
#[derive(Clone, Debug, Default)]
pub struct ComparedItem {
    pub item: ItemRow,
    pub in_force: bool,
}

/// One field.
#[derive(Clone, Debug, Default)]
pub struct ComparedRow {
    pub label: String,
    pub differs: bool,
    /// Whose it is, for a screen that shows one below the other, and its paragraphs.
    pub cells: Vec<(String, Vec<String>)>,
}

#[derive(Template)]
#[template(path = "compare.html")]
pub struct ComparePage {
    pub shell: Shell,
    pub items: Vec<ComparedItem>,
    pub rows: Vec<ComparedRow>,
    pub differing: usize,
}

pub async fn compare(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["item"])?;
    let codes = params.all("item");
    app.page(&headers, move |services| {
        let compared = services.compare(&codes)?;
        render(&ComparePage::new(&*services.overview()?, compared))
    })
    .await
}

impl ComparePage {
    pub fn new(overview: &Overview, view: Comparison) -> Self {
        let codes = view.items.iter().map(|item| item.head.code.clone());
        let codes: Vec<(&str, String)> = codes.map(|code| ("item", code)).collect();
        let shell = Shell {
            as_of: view.items.first().map(|item| chinese(item.as_of)),
            sample: view.items.iter().any(|item| item.publication.sample),
            ..Shell::new(overview, "事项对照")
        };
        let owners = labels(&view.items);
        let rows: Vec<ComparedRow> = view
            .rows
            .iter()
            .map(|row| ComparedRow {
                label: row.label.clone(),
                differs: row.differs(),
                cells: owners
                    .iter()
                    .zip(&row.values)
                    .map(|(owner, value)| {
                        let value = value.as_deref().map(paragraphs);
                        (owner.clone(), value.unwrap_or_default())
                    })
                    .collect(),
            })
            .collect();
        Self {
            shell: shell
                .with_api(url::with(url::API_COMPARE, codes.iter().cloned()))
                .with_canonical(url::with(url::COMPARE, codes)),
            differing: rows.iter().filter(|row| row.differs).count(),
            rows,
            items: view
                .items
                .into_iter()
                .map(|item| ComparedItem {
                    in_force: item.standing == Standing::InForce,
                    item: item.head.into(),
                })
                .collect(),
        }
    }
}

/// What tells the items apart, the first of these that does: department, region, 子项, name, code.
fn labels(items: &[ItemView]) -> Vec<String> {
    let tellings: [fn(&ItemView) -> &str; 5] = [
        |item| &item.head.department,
        |item| &item.head.region.name,
        |item| &item.head.sub_name,
        |item| &item.head.name,
        |item| &item.head.code,
    ];
    let told = tellings
        .iter()
        .map(|tell| items.iter().map(tell).collect::<Vec<_>>());
    let is_telling = |labels: &Vec<&str>| {
        let distinct: HashSet<&&str> = labels.iter().collect();
        distinct.len() == labels.len() && !labels.contains(&"")
    };
    let labels = told.into_iter().find(is_telling).unwrap_or_default();
    labels.into_iter().map(str::to_owned).collect()
}
