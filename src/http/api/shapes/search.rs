//! Shapes of searches and suggestions.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::Head;
use crate::http::url;
use crate::query::{Facet, Understood};
use crate::service::read::{Suggestion, Target};
use crate::service::search::{FacetValue, HitView, SearchPage};

/// One hit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hit {
    #[serde(flatten)]
    pub head: Head,
    /// Comparable within one answer only.
    pub score: f32,
    /// Words of the question that people use for what the item's name says officially, where nothing
    /// of the name itself is marked.
    pub also_called: Vec<String>,
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
    /// How sure the best hit is: `good`, `weak` or `none`.
    #[serde(rename = "match")]
    pub certainty: &'static str,
    pub understood: UnderstoodShape,
    /// Day whose items in force were searched.
    pub as_of: String,
    pub hits: Vec<Hit>,
    pub facets: Facets,
}

impl From<Vec<(Facet, Vec<FacetValue>)>> for Facets {
    fn from(counted: Vec<(Facet, Vec<FacetValue>)>) -> Self {
        let mut facets = Self::default();
        for (facet, values) in counted {
            let values = values.into_iter().map(FacetCount::from).collect();
            match facet {
                Facet::Kind => facets.kind = values,
                Facet::Type => facets.item_type = values,
                Facet::Department => facets.department = values,
                Facet::Region => facets.region = values,
                Facet::Level => facets.level = values,
            }
        }
        facets
    }
}

impl From<SearchPage> for SearchAnswer {
    fn from(page: SearchPage) -> Self {
        Self {
            query: page.query,
            total: page.total,
            page: page.page,
            size: page.size,
            took_ms: (page.took.as_secs_f64() * 1e6).round() / 1e3,
            partial: page.partial,
            certainty: page.certainty.key(),
            understood: UnderstoodShape::new(page.understood, page.corrections, page.searched),
            as_of: page.as_of.to_string(),
            hits: page.hits.into_iter().map(Hit::from).collect(),
            facets: page.facets.into(),
        }
    }
}

/// Something that was said, and what else was searched for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExpansionShape {
    pub from: String,
    /// Official wordings, the best first.
    pub to: Vec<String>,
}

/// Something that was typed, and what was searched instead.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionShape {
    pub from: String,
    pub to: String,
}

/// An article that was cited.
#[derive(Debug, Serialize, ToSchema)]
pub struct CitationShape {
    pub law: String,
    pub article: u32,
}

/// What a question leans to.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntentShape {
    /// `penalty`, `permit`, `payment`, `service`, `dispute`, `official` or `lacking`.
    pub key: String,
    pub label: String,
}

/// What was understood of the question; all of it can be switched off with `exact=1`.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnderstoodShape {
    pub expansions: Vec<ExpansionShape>,
    pub corrections: Vec<CorrectionShape>,
    /// The question as searched, where it was corrected.
    #[schema(required = true)]
    pub corrected_query: Option<String>,
    /// Department that was recognised, by its official name.
    #[schema(required = true)]
    pub department: Option<String>,
    /// Region that was recognised.
    #[schema(required = true)]
    pub region: Option<String>,
    pub intent: Vec<IntentShape>,
    pub citations: Vec<CitationShape>,
}

impl UnderstoodShape {
    fn new(
        understood: Understood,
        corrections: Vec<(String, String)>,
        corrected_query: Option<String>,
    ) -> Self {
        let expansions = understood.expansions.into_iter();
        let corrections = corrections.into_iter();
        let intents = understood.intents.into_iter();
        let citations = understood.citations.into_iter();
        Self {
            expansions: expansions
                .map(|(from, to)| ExpansionShape { from, to })
                .collect(),
            corrections: corrections
                .map(|(from, to)| CorrectionShape { from, to })
                .collect(),
            corrected_query,
            department: understood.department,
            region: understood.region.map(|r| r.name),
            intent: intents
                .map(|(key, label)| IntentShape { key, label })
                .collect(),
            citations: citations
                .map(|(law, article)| CitationShape { law, article })
                .collect(),
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
            also_called: hit.also_called,
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
    /// Key of the item's kind of list, `department`, or `word` for a search.
    pub kind: String,
    /// Path of its page.
    pub url: String,
}

impl From<Suggestion> for SuggestionShape {
    fn from(suggestion: Suggestion) -> Self {
        let (kind, url) = match suggestion.target {
            Target::Item { code, kind } => (kind, url::item(&code)),
            Target::Word => ("word".to_owned(), url::search(&suggestion.text)),
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
