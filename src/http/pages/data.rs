//! What may be taken away, and how: whole kinds of list as of any day, feeds, the catalogue.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{Section, Shell, render};
use crate::http::error::AppError;
use crate::http::files::items::FORMS;
use crate::http::state::App;
use crate::http::url;

/// A kind of list that can be taken away.
#[derive(Clone, Debug, Default)]
pub struct DataSet {
    pub key: String,
    pub name: String,
    pub url: String,
    pub items: u64,
    /// Label and path of each format.
    pub formats: Vec<(&'static str, String)>,
}

/// Paths of a kind's items by format, with the name of the format.
pub fn formats(key: &str) -> Vec<(&'static str, String)> {
    let forms = FORMS
        .iter()
        .map(|(name, _, path)| (*name, url::fill(path, key)));
    forms.collect()
}

#[derive(Template)]
#[template(path = "data.html")]
pub struct DataPage {
    pub shell: Shell,
    pub sets: Vec<DataSet>,
    /// Today as YYYY-MM-DD, and the newest publication.
    pub day: String,
    pub last_number: u64,
}

pub async fn data(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    app.page(&headers, |services| {
        let overview = services.overview()?;
        let sets = services.kinds.iter().map(|kind| DataSet {
            key: kind.key.clone(),
            name: kind.name.clone(),
            url: url::kind(&kind.key),
            items: overview.items_of_kind(&kind.key),
            formats: formats(&kind.key),
        });
        render(&DataPage {
            shell: Shell::new(&overview, "开放数据")
                .with_api(url::CATALOG)
                .with_canonical(url::DATA)
                .in_section(Section::Data),
            sets: sets.filter(|set| set.items > 0).collect(),
            day: overview.day.to_string(),
            last_number: overview.last_number,
        })
    })
    .await
}
