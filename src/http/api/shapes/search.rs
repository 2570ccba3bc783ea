//! Shapes of searches and suggestions.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::Head;
use crate::http::url;
use crate::query::Facet;
use crate::service::read::{Suggestion, Target};
use crate::service::search::{FacetValue, HitView, SearchPage};

/// One hit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hit {
    #[serde(flatten)]
    pub head: Head,
    /// Comparable within one answer only.
    pub score: f32,
    /// By field key: escaped HTML with the words found in `<mark>`.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub highlights: IndexMap<String, String>,
}

/// One counted value.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetCount {
    /// To be sent back as a filter.
    pub value: String,
    /// To be shown.
    pub label: String,
    pub count: u64,
}

/// Counts among all matching items.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Facets {
    pub kind: Vec<FacetCount>,
    #[serde(rename = "type")]
    pub item_type: Vec<FacetCount>,
    pub department: Vec<FacetCount>,
    pub region: Vec<FacetCount>,
    pub level: Vec<FacetCount>,
}

/// A page of results.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    pub query: String,
    /// All matching items.
    pub total: u64,
    pub page: usize,
    pub size: usize,
    /// Milliseconds inside the service.
    pub took_ms: f64,
    /// No item has all that was asked for; these have part of it.
    pub partial: bool,
    /// Day whose items in force were searched.
    pub as_of: String,
    pub hits: Vec<Hit>,
    pub facets: Facets,
}

impl From<SearchPage> for SearchAnswer {
    fn from(page: SearchPage) -> Self {
        let mut facets = Facets::default();
        for (facet, values) in page.facets {
            let values = values.into_iter().map(FacetCount::from).collect();
            match facet {
                Facet::Kind => facets.kind = values,
                Facet::Type => facets.item_type = values,
                Facet::Department => facets.department = values,
                Facet::Region => facets.region = values,
                Facet::Level => facets.level = values,
            }
        }
        Self {
            query: page.query,
            total: page.total,
            page: page.page,
            size: page.size,
            took_ms: (page.took.as_secs_f64() * 1e6).round() / 1e3,
            partial: page.partial,
            as_of: page.as_of.to_string(),
            hits: page.hits.into_iter().map(Hit::from).collect(),
            facets,
        }
    }
}

impl From<FacetValue> for FacetCount {
    fn from(value: FacetValue) -> Self {
        Self {
            value: value.value,
            label: value.label,
            count: value.count,
        }
    }
}

impl From<HitView> for Hit {
    fn from(hit: HitView) -> Self {
        Self {
            score: hit.score,
            highlights: hit
                .highlights
                .into_iter()
                .map(|h| (h.key, h.html))
                .collect(),
            head: hit.head.into(),
        }
    }
}

/// One suggestion.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionShape {
    pub text: String,
    /// Key of the item's kind of list, or `department`.
    pub kind: String,
    /// Path of its page.
    pub url: String,
}

impl From<Suggestion> for SuggestionShape {
    fn from(suggestion: Suggestion) -> Self {
        let (kind, url) = match suggestion.target {
            Target::Item { code, kind } => (kind, url::item(&code)),
            Target::Department { number } => ("department".to_owned(), url::department(number)),
        };
        Self {
            text: suggestion.text,
            kind,
            url,
        }
    }
}

/// What a reader may mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestAnswer {
    pub query: String,
    pub suggestions: Vec<SuggestionShape>,
}
