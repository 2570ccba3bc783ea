//! The page of search results. Facets are links that add or take away one value each.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::home::Entry;
use super::parts::{ItemRow, Pager};
use super::{Shell, render};
use crate::domain::{Role, date};
use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::respond::{self, HTML};
use crate::http::state::App;
use crate::http::url;
use crate::query::{DEFAULT_PAGE_SIZE, Facet, MAX_DEPTH, Match, Sort, Understood};
use crate::service::help::SearchHelp;
use crate::service::overview::{Overview, department_items};
use crate::service::read::{Paging, Target};
use crate::service::search::{FacetValue, HitView, SearchPage};
use crate::text::normal::normalise;

/// Things said whose official wordings are shown.
const SHOWN_EXPANSIONS: usize = 6;

/// Departments that are shown above the results.
const NAMED: usize = 3;

/// Values of a facet shown at once; the rest is folded away.
const OPEN_VALUES: usize = 8;

/// One hit.
#[derive(Clone, Debug, Default)]
pub struct HitRow {
    pub item: ItemRow,
    /// Name and 子项 as HTML with the words found marked, where found.
    pub name_html: Option<String>,
    pub sub_name_html: Option<String>,
    pub passages: Vec<Passage>,
    /// What people call it in the question's words, apart by commas; may be empty.
    pub also_called: String,
}

/// A passage that matched.
#[derive(Clone, Debug, Default)]
pub struct Passage {
    pub label: String,
    pub html: String,
}

impl From<HitView> for HitRow {
    fn from(hit: HitView) -> Self {
        let mut row = Self {
            item: hit.head.into(),
            also_called: hit.also_called.join("、"),
            ..Self::default()
        };
        for highlight in hit.highlights {
            match highlight.role {
                Some(Role::Title) => row.name_html = Some(highlight.html),
                Some(Role::Subtitle) => row.sub_name_html = Some(highlight.html),
                _ => row.passages.push(Passage {
                    label: highlight.label,
                    html: highlight.html,
                }),
            }
        }
        row
    }
}

/// One value of a facet, or one filter in effect.
#[derive(Clone, Debug, Default)]
pub struct FacetLink {
    pub label: String,
    /// `None` where the value is in effect but matches nothing.
    pub count: Option<u64>,
    pub selected: bool,
    /// The search with the value added, or taken away.
    pub url: String,
}

/// A facet with its values.
#[derive(Clone, Debug, Default)]
pub struct FacetBox {
    pub label: &'static str,
    pub open: Vec<FacetLink>,
    pub folded: Vec<FacetLink>,
}

#[derive(Template)]
#[template(path = "search.html")]
pub struct ResultsPage {
    pub shell: Shell,
    pub q: String,
    /// What items must rest on.
    pub basis: Option<String>,
    pub total: u64,
    pub partial: bool,
    /// Whether the best hit is not likely what was asked for.
    pub unsure: bool,
    /// The question as searched, where it was corrected.
    pub corrected: Option<String>,
    /// What was said, and what else was searched for it.
    pub expansions: Vec<(String, String)>,
    /// Other things that were understood, in words.
    pub preferred: Vec<String>,
    /// The same search of the words as typed; `None` where that is what this is.
    pub as_typed: Option<String>,
    /// The same search with all that is understood; `None` where that is what this is.
    pub understanding: Option<String>,
    /// Items that paging reaches, where that is not all.
    pub reachable: Option<u64>,
    pub first: usize,
    pub hits: Vec<HitRow>,
    /// Filters in effect, each with the search without it.
    pub filters: Vec<FacetLink>,
    /// The search without any filter.
    pub clear: String,
    /// Name and value of filters and order, for the form.
    pub hidden: Vec<(&'static str, String)>,
    pub facets: Vec<FacetBox>,
    /// All that is found, to be taken away: label and path.
    pub take: Vec<(&'static str, String)>,
    /// Departments that the question names.
    pub named: Vec<Entry>,
    pub help: HelpBox,
    pub sort_relevance: Option<String>,
    pub sort_department: Option<String>,
    pub pager: Pager,
}

/// Where to go on from a search that does not answer.
#[derive(Clone, Debug, Default)]
pub struct HelpBox {
    /// How many items the question finds without filters.
    pub unfiltered: u64,
    /// Path and text.
    pub nearest: Vec<(String, String)>,
    /// The question in each department that has most of the like: path, name, number of items.
    pub departments: Vec<(String, String, u64)>,
}

impl HelpBox {
    fn new(help: SearchHelp, state: &Link) -> Self {
        let nearest = help.nearest.into_iter().map(|suggestion| {
            let path = match &suggestion.target {
                Target::Item { code, .. } => url::item(code),
                Target::Department { number } => url::department(*number),
                Target::Word => url::search(&suggestion.text),
            };
            (path, suggestion.text)
        });
        let departments = help.departments.into_iter().map(|department| {
            let mut inside = state.clone();
            // Counted with the filters where these leave anything, without where they do not.
            let is_left = help.unfiltered == 0;
            inside
                .filters
                .retain(|(facet, _)| is_left && *facet != Facet::Department);
            inside.basis = inside.basis.filter(|_| is_left);
            inside.filters.push((Facet::Department, department.value));
            (inside.link(1), department.label, department.count)
        });
        Self {
            unfiltered: help.unfiltered,
            nearest: nearest.collect(),
            departments: departments.collect(),
        }
    }
}

/// A search as a link.
#[derive(Clone, Debug, Default)]
struct Link {
    q: String,
    filters: Vec<(Facet, String)>,
    basis: Option<String>,
    sort: Option<&'static str>,
    size: Option<usize>,
    exact: bool,
}

impl Link {
    fn of(page: &SearchPage) -> Self {
        Self {
            q: page.query.clone(),
            filters: page
                .filters
                .iter()
                .flat_map(|(facet, values)| values.iter().map(|v| (*facet, v.value.clone())))
                .collect(),
            basis: page.basis.clone(),
            sort: (page.sort == Sort::Department).then_some("department"),
            size: (page.size != DEFAULT_PAGE_SIZE).then_some(page.size),
            exact: page.exact,
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("q", self.q.clone())];
        parameters.extend(self.kept());
        parameters
    }

    /// Everything but the question: what a new question keeps.
    fn kept(&self) -> Vec<(&'static str, String)> {
        let mut kept: Vec<(&'static str, String)> = self
            .filters
            .iter()
            .map(|(facet, value)| (facet.key(), value.clone()))
            .collect();
        kept.extend(self.basis.clone().map(|basis| ("basis", basis)));
        kept.extend(self.sort.map(|sort| ("sort", sort.to_owned())));
        kept.extend(self.size.map(|size| ("size", size.to_string())));
        kept.extend(self.exact.then(|| ("exact", "1".to_owned())));
        kept
    }

    fn link(&self, page: usize) -> String {
        url::page_with(url::SEARCH, &self.parameters(), page)
    }

    fn api(&self, page: usize) -> String {
        url::page_with(url::API_SEARCH, &self.parameters(), page)
    }

    /// The search in other forms, which have no pages.
    fn forms(&self) -> Vec<(&'static str, String)> {
        let whole = Self {
            size: None,
            ..self.clone()
        };
        let forms = [
            ("Excel 表", url::SEARCH_XLSX),
            ("CSV", url::SEARCH_CSV),
            ("订阅（Atom）", url::SEARCH_FEED),
        ];
        let form = |(label, path)| (label, url::with(path, whole.parameters()));
        forms.into_iter().map(form).collect()
    }

    fn has(&self, facet: Facet, value: &str) -> bool {
        self.filters.iter().any(|(f, v)| *f == facet && v == value)
    }

    /// The search with the value taken away where it is in effect, added where it is not.
    fn toggled(&self, facet: Facet, value: &str) -> String {
        let mut other = self.clone();
        if self.has(facet, value) {
            other.filters.retain(|(f, v)| *f != facet || v != value);
        } else {
            other.filters.push((facet, value.to_owned()));
        }
        other.link(1)
    }

    fn sorted(&self, sort: Option<&'static str>) -> String {
        Self {
            sort,
            ..self.clone()
        }
        .link(1)
    }

    fn exactly(&self, exact: bool) -> String {
        Self {
            exact,
            ..self.clone()
        }
        .link(1)
    }

    fn unfiltered(&self) -> String {
        Self {
            filters: Vec::new(),
            basis: None,
            ..self.clone()
        }
        .link(1)
    }
}

pub async fn search(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    let raw = params.search()?;
    let (took, html) = app
        .run_short(move |services| {
            let page = services.search(&raw)?;
            let took = page.took;
            let overview = services.overview()?;
            let title = match page.query.as_str() {
                "" => match &page.basis {
                    Some(basis) => format!("依据{basis}的事项"),
                    None => "全部事项".to_owned(),
                },
                q => format!("{q} - 检索结果"),
            };
            let shell = Shell {
                as_of: Some(date::chinese(page.as_of)),
                ..Shell::new(&overview, title)
            };
            let help = services.search_help(&raw, &page).unwrap_or_else(|error| {
                // The answer itself stands.
                tracing::warn!(%error, "a search is answered without help");
                SearchHelp::default()
            });
            let named = named(&overview, &page);
            let html = render(&ResultsPage {
                named,
                ..ResultsPage::new(shell, page, help)
            })?;
            Ok::<_, crate::service::ServiceError>((took, html))
        })
        .await?;
    app.metrics().search(took);
    Ok(respond::fresh(&headers, HTML, html.into_bytes()))
}

/// Departments that a question names; who asks for one may want it and not its items.
fn named(overview: &Overview, page: &SearchPage) -> Vec<Entry> {
    if page.page > 1 || page.query.is_empty() {
        return Vec::new();
    }
    let mut named = overview.named_in(&normalise(&page.query));
    if let (true, Some(name)) = (named.is_empty(), &page.understood.department) {
        named = overview.named_in(&normalise(name));
    }
    let named = named.into_iter().take(NAMED).map(|department| Entry {
        url: url::department(department.number),
        name: department.name.clone(),
        items: department_items(department),
        noun: String::new(),
    });
    named.collect()
}

impl ResultsPage {
    pub fn new(shell: Shell, page: SearchPage, help: SearchHelp) -> Self {
        let state = Link::of(&page);
        let paging = Paging {
            page: page.page,
            size: page.size.max(1),
        };
        let depth = (MAX_DEPTH / paging.size * paging.size) as u64;
        let shell = Shell {
            q: page.query.clone(),
            ..shell
        };
        let filters = page.filters.iter().flat_map(|(facet, values)| {
            values.iter().map(|value| FacetLink {
                label: format!("{}：{}", facet.label(), value.label),
                count: None,
                selected: true,
                url: state.toggled(*facet, &value.value),
            })
        });
        let basis = page.basis.iter().map(|basis| {
            let without = Link {
                basis: None,
                ..state.clone()
            };
            FacetLink {
                label: format!("依据：{basis}"),
                count: None,
                selected: true,
                url: without.link(1),
            }
        });
        Self {
            shell: shell
                .with_api(state.api(page.page))
                .with_canonical(state.link(page.page)),
            q: page.query.clone(),
            basis: page.basis.clone(),
            total: page.total,
            partial: page.partial,
            unsure: page.certainty != Match::Good && !page.query.is_empty(),
            as_typed: (!page.exact && says_something(&page)).then(|| state.exactly(true)),
            understanding: page.exact.then(|| state.exactly(false)),
            preferred: preferred(&page.understood),
            expansions: page
                .understood
                .expansions
                .iter()
                .take(SHOWN_EXPANSIONS)
                .map(|(said, meant)| {
                    let shown: Vec<&str> = meant.iter().take(3).map(String::as_str).collect();
                    (said.clone(), shown.join("、"))
                })
                .collect(),
            corrected: page.searched.clone(),
            reachable: (page.total > depth).then_some(depth),
            first: paging.offset() + 1,
            filters: filters.chain(basis).collect(),
            clear: state.unfiltered(),
            hidden: state.kept(),
            take: state.forms(),
            facets: facet_boxes(&page, &state),
            named: Vec::new(),
            help: HelpBox::new(help, &state),
            sort_relevance: (page.sort != Sort::Relevance).then(|| state.sorted(None)),
            sort_department: (page.sort != Sort::Department)
                .then(|| state.sorted(Some("department"))),
            pager: Pager::new(paging, page.total.min(depth), |n| state.link(n)),
            hits: page.hits.into_iter().map(HitRow::from).collect(),
        }
    }
}

/// Whether anything was added to the words as typed.
fn says_something(page: &SearchPage) -> bool {
    !page.understood.is_empty() || page.searched.is_some()
}

/// What the order of hits leans to, in words.
fn preferred(understood: &Understood) -> Vec<String> {
    let mut preferred = Vec::new();
    for (law, article) in &understood.citations {
        preferred.push(format!("依据《{law}》第 {article} 条的事项"));
    }
    if let Some(department) = &understood.department {
        preferred.push(format!("部门：{department}"));
    }
    if let Some(region) = &understood.region {
        preferred.push(format!("区划：{}", region.name));
    }
    preferred.extend(understood.intents.iter().map(|(_, label)| label.clone()));
    preferred
}

/// Facets worth showing: those in effect and those with a choice.
fn facet_boxes(page: &SearchPage, state: &Link) -> Vec<FacetBox> {
    let mut boxes = Vec::new();
    for (facet, values) in &page.facets {
        let link = |value: &FacetValue| FacetLink {
            label: value.label.clone(),
            count: Some(value.count),
            selected: state.has(*facet, &value.value),
            url: state.toggled(*facet, &value.value),
        };
        let mut links: Vec<FacetLink> = values.iter().map(link).collect();
        // A filter that matches nothing is not counted, yet must be there to be taken away.
        for (_, active) in page.filters.iter().filter(|(f, _)| f == facet) {
            for value in active
                .iter()
                .filter(|a| !values.iter().any(|v| v.value == a.value))
            {
                links.push(FacetLink {
                    label: value.label.clone(),
                    count: None,
                    selected: true,
                    url: state.toggled(*facet, &value.value),
                });
            }
        }
        if links.len() < 2 && !links.iter().any(|l| l.selected) {
            continue;
        }
        links.sort_by_key(|link| !link.selected);
        let folded = links.split_off(links.len().min(OPEN_VALUES));
        boxes.push(FacetBox {
            label: facet.label(),
            open: links,
            folded,
        });
    }
    boxes
}
