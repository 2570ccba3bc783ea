//! The register in numbers, with charts; every number leads to what it counts.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::charts::{Column, bar, columns};
use super::parts::PublicationRow;
use super::{Section, Shell, render};
use crate::domain::Date;
use crate::http::error::AppError;
use crate::http::state::App;
use crate::http::url;
use crate::query::Facet;
use crate::service::overview::Overview;
use crate::service::statistics::{Month, Statistics};

/// Values of a facet that are drawn; the rest is one link away.
const DRAWN: usize = 12;

/// A count with its bar.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    pub label: String,
    pub url: String,
    pub count: u64,
    /// SVG.
    pub drawing: String,
}

/// The counts of a facet.
#[derive(Clone, Debug, Default)]
pub struct FacetChart {
    pub id: &'static str,
    pub heading: String,
    pub bars: Vec<Bar>,
    /// How many values are not drawn.
    pub more: usize,
}

/// A month with what was published.
#[derive(Clone, Debug, Default)]
pub struct MonthRow {
    pub label: String,
    /// Its publications; blank where there are none.
    pub url: String,
    pub month: Month,
}

#[derive(Template)]
#[template(path = "overview.html")]
pub struct OverviewPage {
    pub shell: Shell,
    pub items: u64,
    pub departments: usize,
    pub lists: usize,
    pub publications: u64,
    pub charts: Vec<FacetChart>,
    /// SVG; blank where nothing was published.
    pub changes: String,
    /// The newest first.
    pub months: Vec<MonthRow>,
    pub ages: Vec<Bar>,
    pub oldest: Vec<PublicationRow>,
}

pub async fn overview(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    app.page(&headers, |services| {
        let statistics = services.statistics()?;
        render(&OverviewPage::new(&*services.overview()?, &statistics))
    })
    .await
}

impl OverviewPage {
    pub fn new(overview: &Overview, statistics: &Statistics) -> Self {
        let facets = [
            (Facet::Kind, "by-kind"),
            (Facet::Type, "by-type"),
            (Facet::Department, "by-department"),
            (Facet::Level, "by-level"),
            (Facet::Region, "by-region"),
        ];
        let charts = facets.map(|(facet, id)| chart(statistics, facet, id));
        let most = statistics.ages.iter().map(|age| age.lists).max();
        let ages = statistics.ages.iter().map(|age| Bar {
            label: age.label.to_owned(),
            url: match age.lists {
                0 => String::new(),
                _ => published_between(age.published),
            },
            count: age.lists,
            drawing: bar(age.lists, most.unwrap_or(0)),
        });
        let months = statistics.months.iter().rev().map(month_row);
        let drawn: Vec<Column> = statistics
            .months
            .iter()
            .map(|month| Column {
                label: month.key(),
                parts: [month.added, month.amended, month.withdrawn],
            })
            .collect();
        Self {
            shell: Shell::new(overview, "数据总览")
                .with_api(url::API_STATISTICS)
                .with_canonical(url::OVERVIEW)
                .in_section(Section::Overview),
            items: statistics.items,
            departments: overview.departments.len(),
            lists: overview.lists.len(),
            publications: overview.last_number,
            charts: charts.into_iter().filter(|c| !c.bars.is_empty()).collect(),
            changes: columns("changes", &drawn),
            months: months.collect(),
            ages: ages.collect(),
            oldest: statistics
                .oldest
                .iter()
                .cloned()
                .map(PublicationRow::from)
                .collect(),
        }
    }
}

fn chart(statistics: &Statistics, facet: Facet, id: &'static str) -> FacetChart {
    // Items whose list gives no value cannot be searched for by it.
    let values = statistics.of(facet).iter().filter(|v| !v.value.is_empty());
    let values: Vec<_> = values.collect();
    let most = values.iter().map(|v| v.count).max().unwrap_or(0);
    let said: u64 = values.iter().map(|v| v.count).sum();
    let unsaid = statistics.items.saturating_sub(said);
    let unsaid = (unsaid > 0 && said > 0).then(|| Bar {
        label: "清单没有载明".to_owned(),
        url: String::new(),
        count: unsaid,
        drawing: bar(unsaid, most),
    });
    let bars = values.iter().take(DRAWN).map(|value| Bar {
        label: value.label.clone(),
        url: url::with(url::SEARCH, [(facet.key(), value.value.clone())]),
        count: value.count,
        drawing: bar(value.count, most),
    });
    FacetChart {
        id,
        heading: format!("按{}", facet.label()),
        bars: bars.chain(unsaid).collect(),
        more: values.len().saturating_sub(DRAWN),
    }
}

/// The lists that were last published between two days; the ends of time are left out.
fn published_between((first, last): (Date, Date)) -> String {
    let day = |day: Date, end: Date| match day == end {
        true => String::new(),
        false => day.to_string(),
    };
    let days = [
        ("since", day(first, Date::MIN)),
        ("until", day(last, Date::MAX)),
    ];
    url::with(url::LISTS, days)
}

fn month_row(month: &Month) -> MonthRow {
    MonthRow {
        label: format!("{}年{}月", month.year, month.month),
        url: match month.publications {
            0 => String::new(),
            _ => url::with(url::PUBLICATIONS, [("month", month.key())]),
        },
        month: *month,
    }
}
