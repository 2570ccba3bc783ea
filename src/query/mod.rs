//! The question and the answer of a search as plain types, parsing a question, highlighting.
//! Must not know tantivy or HTTP.

pub mod highlight;
pub mod parse;

use crate::domain::{ItemId, Region};

/// Longest question in characters.
pub const MAX_QUESTION_CHARS: usize = 200;
/// Largest page.
pub const MAX_PAGE_SIZE: usize = 100;
/// Deepest hit that paging reaches.
pub const MAX_DEPTH: usize = 1_000;
/// Page size when none is asked for.
pub const DEFAULT_PAGE_SIZE: usize = 20;
/// Words of a question that are searched; later ones are ignored.
pub const MAX_WORDS: usize = 40;
/// Most values of one filter.
pub const MAX_FILTER_VALUES: usize = 100;

/// A question as it arrives: strings, unchecked.
#[derive(Clone, Debug, Default)]
pub struct RawSearchParams {
    pub q: String,
    pub kind: Vec<String>,
    pub item_type: Vec<String>,
    pub department: Vec<String>,
    pub region: Vec<String>,
    pub level: Vec<String>,
    pub sort: Option<String>,
    pub page: Option<String>,
    pub size: Option<String>,
}

/// A dimension that results are counted and filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    Kind,
    Type,
    Department,
    Region,
    Level,
}

impl Facet {
    pub const ALL: [Self; 5] = [
        Self::Kind,
        Self::Type,
        Self::Department,
        Self::Region,
        Self::Level,
    ];

    /// Name in the API and in URLs.
    pub fn key(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Type => "type",
            Self::Department => "department",
            Self::Region => "region",
            Self::Level => "level",
        }
    }

    /// Name shown to readers.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kind => "清单类型",
            Self::Type => "职权类型",
            Self::Department => "部门",
            Self::Region => "行政区划",
            Self::Level => "层级",
        }
    }
}

/// One word of the question, normalised, with the alternatives that mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Normalised text (simplified, half-width, lower case).
    pub text: String,
    /// Follows the word before it with nothing between: together they may be one expression.
    pub joined: bool,
}

/// A checked question. Engines accept only this; [`parse::parse`] makes it.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The question as typed, trimmed.
    pub text: String,
    /// The whole question normalised, without white space: what a title must contain to be a
    /// literal match.
    pub literal: String,
    /// Words in order; empty lists everything.
    pub words: Vec<Word>,
    /// Accepted values by facet; an absent facet does not filter, several values are alternatives.
    pub filters: Vec<(Facet, Vec<String>)>,
    pub sort: Sort,
    /// Hits to skip.
    pub offset: usize,
    /// Hits to return.
    pub limit: usize,
}

/// Order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Relevance,
    /// Department, kind, then the list's own order.
    Department,
}

/// One hit: an id and a score, no text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub id: ItemId,
    pub score: f32,
}

/// Count of one facet value among all matching items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    pub value: String,
    pub count: u64,
}

/// An engine's answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// All matching items, exact.
    pub total: u64,
    /// No item has as many of the words as it should: these have fewer.
    pub partial: bool,
    pub hits: Vec<Hit>,
    /// Counts per facet in [`Facet::ALL`] order, each by falling count, then value.
    pub facets: Vec<(Facet, Vec<FacetCount>)>,
}

/// How a region is written as a facet value: its code.
pub fn region_value(region: &Region) -> &str {
    &region.code
}
