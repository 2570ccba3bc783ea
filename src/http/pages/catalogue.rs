//! Pages of all departments, of kinds and of lists.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::data::formats;
use super::home::Entry;
use super::parts::PublicationRow;
use super::{Section, Shell, render};
use crate::domain::Date;
use crate::domain::date::chinese;
use crate::http::error::AppError;
use crate::http::params::{Params, path_number};
use crate::http::state::App;
use crate::http::url;
use crate::service::overview::{Overview, department_items};
use crate::service::read::{KindView, ListView};
use crate::service::view::PublicationView;

/// Departments of one division.
#[derive(Clone, Debug, Default)]
pub struct RegionGroup {
    pub region: String,
    pub departments: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "departments.html")]
pub struct DepartmentsPage {
    pub shell: Shell,
    pub count: usize,
    pub groups: Vec<RegionGroup>,
}

pub async fn departments(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    app.page(&headers, |services| {
        let overview = services.overview()?;
        let mut groups: Vec<RegionGroup> = Vec::new();
        for department in &overview.departments {
            if groups
                .last()
                .is_none_or(|g| g.region != department.region.name)
            {
                groups.push(RegionGroup {
                    region: department.region.name.clone(),
                    departments: Vec::new(),
                });
            }
            if let Some(group) = groups.last_mut() {
                group.departments.push(Entry {
                    url: url::department(department.number),
                    name: department.name.clone(),
                    items: department_items(department),
                    noun: "事项".to_owned(),
                });
            }
        }
        render(&DepartmentsPage {
            shell: Shell::new(&overview, "全部部门")
                .with_api(url::API_DEPARTMENTS)
                .with_canonical(url::DEPARTMENTS)
                .in_section(Section::Departments),
            count: overview.departments.len(),
            groups,
        })
    })
    .await
}

/// A list with its last publication.
#[derive(Clone, Debug, Default)]
pub struct ListRow {
    pub url: String,
    pub title: String,
    pub kind_name: String,
    pub department: String,
    pub items: u64,
    pub publications: u64,
    pub latest: PublicationRow,
}

impl From<ListView> for ListRow {
    fn from(view: ListView) -> Self {
        let latest = PublicationRow::from(view.latest);
        Self {
            url: url::list(view.number),
            title: latest.title.clone(),
            kind_name: latest.kind_name.clone(),
            department: latest.department.clone(),
            items: view.items,
            publications: view.publications,
            latest,
        }
    }
}

#[derive(Template)]
#[template(path = "kinds.html")]
pub struct KindsPage {
    pub shell: Shell,
    pub kinds: Vec<Entry>,
}

pub async fn kinds(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    app.page(&headers, |services| {
        let overview = services.overview()?;
        let kinds = services.kinds.iter().map(|kind| Entry {
            url: url::kind(&kind.key),
            name: kind.name.clone(),
            items: overview.items_of_kind(&kind.key),
            noun: kind.noun.clone(),
        });
        render(&KindsPage {
            shell: Shell::new(&overview, "清单种类")
                .with_api(url::API_KINDS)
                .with_canonical(url::KINDS)
                .in_section(Section::Lists),
            kinds: kinds.collect(),
        })
    })
    .await
}

/// One column of a kind.
#[derive(Clone, Debug, Default)]
pub struct Column {
    pub label: String,
    pub key: String,
    pub required: bool,
    pub aliases: String,
}

#[derive(Template)]
#[template(path = "kind.html")]
pub struct KindPage {
    pub shell: Shell,
    pub name: String,
    pub noun: String,
    pub key: String,
    pub items: u64,
    pub search_url: String,
    pub publications_url: String,
    /// All items as a file: label and path.
    pub take: Vec<(&'static str, String)>,
    pub departments: Vec<Entry>,
    pub columns: Vec<Column>,
}

pub async fn kind(
    State(app): State<App>,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Response, AppError> {
    app.page(&headers, move |services| {
        let view = services.kind(&key)?;
        render(&KindPage::new(&*services.overview()?, &view))
    })
    .await
}

impl KindPage {
    pub fn new(overview: &Overview, view: &KindView) -> Self {
        let kind = &view.kind;
        let departments = view.departments.iter().map(|(_, name, items)| Entry {
            url: url::with(
                url::SEARCH,
                [("kind", kind.key.clone()), ("department", name.clone())],
            ),
            name: name.clone(),
            items: *items,
            noun: kind.noun.clone(),
        });
        let columns = kind.fields.iter().map(|field| Column {
            label: field.label.clone(),
            key: field.key.clone(),
            required: field.required,
            aliases: field.aliases.join("、"),
        });
        Self {
            shell: Shell::new(overview, kind.name.clone())
                .with_api(url::fill(url::API_KIND, &kind.key))
                .with_canonical(url::kind(&kind.key))
                .in_section(Section::Lists),
            name: kind.name.clone(),
            noun: kind.noun.clone(),
            key: kind.key.clone(),
            items: view.items,
            search_url: url::with(url::SEARCH, [("kind", kind.key.clone())]),
            publications_url: url::with(url::PUBLICATIONS, [("kind", kind.key.clone())]),
            take: formats(&kind.key),
            departments: departments.collect(),
            columns: columns.collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "lists.html")]
pub struct ListsPage {
    pub shell: Shell,
    pub lists: Vec<ListRow>,
    pub kinds_url: &'static str,
    /// What the list is restricted to, in words; blank where it has all.
    pub restricted: String,
}

pub async fn lists(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    let published = params.days("since", "until")?;
    let (since, until) = (params.day("since")?, params.day("until")?);
    app.page(&headers, move |services| {
        let day = |day: Option<Date>| day.map(|d| d.to_string()).unwrap_or_default();
        let restricted = || [("since", day(since)), ("until", day(until))];
        let said = [since.map(|d| (d, "以后")), until.map(|d| (d, "以前"))];
        let said = said.into_iter().flatten();
        let said: Vec<String> = said
            .map(|(d, side)| format!("{}{side}", chinese(d)))
            .collect();
        render(&ListsPage {
            shell: Shell::new(&*services.overview()?, "全部清单")
                .with_api(url::with(url::API_LISTS, restricted()))
                .with_canonical(url::with(url::LISTS, restricted()))
                .in_section(Section::Lists),
            lists: services
                .lists(published)?
                .into_iter()
                .map(ListRow::from)
                .collect(),
            kinds_url: url::KINDS,
            restricted: match said.is_empty() {
                true => String::new(),
                false => format!("最近公布在{}", said.join("、")),
            },
        })
    })
    .await
}

/// A publication of a list, with what changed since the one before it.
#[derive(Clone, Debug, Default)]
pub struct EditionRow {
    pub publication: PublicationRow,
    pub difference_url: Option<String>,
}

#[derive(Template)]
#[template(path = "list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub list: ListRow,
    pub region: String,
    pub department_url: Option<String>,
    pub kind_url: String,
    pub search_url: String,
    pub file_name: String,
    pub file_url: String,
    pub editions: Vec<EditionRow>,
    /// Where two of its days are compared.
    pub difference_path: String,
    /// Day in the form YYYY-MM-DD.
    pub today: String,
}

pub async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    app.page(&headers, move |services| {
        let (list, publications) = services.list(number)?;
        render(&ListPage::new(&*services.overview()?, list, publications))
    })
    .await
}

impl ListPage {
    pub fn new(overview: &Overview, view: ListView, publications: Vec<PublicationView>) -> Self {
        let number = view.number;
        let latest = view.latest.publication.clone();
        let numbers: Vec<u64> = publications.iter().map(|p| p.publication.number).collect();
        let newest = numbers.first().copied();
        let editions = publications.into_iter().map(|p| {
            let this = p.publication.number;
            EditionRow {
                difference_url: newest
                    .filter(|newest| *newest > this)
                    .map(|newest| url::difference(number, this, newest)),
                publication: p.into(),
            }
        });
        let shell = Shell {
            sample: view.latest.sample,
            ..Shell::new(
                overview,
                format!("{} {}", latest.list.department, latest.list.title),
            )
        };
        Self {
            shell: shell
                .with_api(url::fill(url::API_LIST, number))
                .with_canonical(url::list(number))
                .in_section(Section::Lists),
            region: latest.list.region.name.clone(),
            department_url: view.latest.department_number.map(url::department),
            kind_url: url::kind(&latest.list.kind),
            search_url: url::with(
                url::SEARCH,
                [
                    ("department", latest.list.department.clone()),
                    ("kind", latest.list.kind.clone()),
                ],
            ),
            file_name: latest.file.name,
            file_url: url::file(latest.number),
            editions: editions.collect(),
            difference_path: url::fill(url::LIST_DIFFERENCE, number),
            today: overview.day.to_string(),
            list: view.into(),
        }
    }
}
