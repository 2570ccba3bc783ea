//! The question and the answer of a search as plain types, parsing a question, highlighting.
//! Must not know tantivy or HTTP.

pub mod business;
pub mod highlight;
pub mod intent;
pub mod judge;
pub mod parse;
pub mod scale;
pub mod understand;

use crate::domain::{ItemId, Region};
use crate::text::citation::{Basis, Citation};
use crate::text::lexicon::Relation;

pub use intent::Intents;
pub use judge::Match;
pub use scale::{Scales, Weight};
pub use understand::{Knowledge, Understood};

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
    /// A law, or an article of it, that items must rest on.
    pub basis: Option<String>,
    pub sort: Option<String>,
    pub page: Option<String>,
    pub size: Option<String>,
    /// Only the words as typed: nothing is added, corrected or preferred.
    pub exact: bool,
    /// Ways of finding that are switched off, to see what each brings.
    pub without: Vec<Way>,
    /// What the weights of the ranking are multiplied by, to see what each does.
    pub scales: Scales,
}

impl RawSearchParams {
    /// Whether a way of finding is on.
    pub fn has(&self, way: Way) -> bool {
        let off = self.without.contains(&way) || (self.exact && way.is_understanding());
        !off
    }
}

/// A way of finding or of understanding that can be switched off. The n-grams cannot: they say
/// which items match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Dictionary words.
    Words,
    /// The question standing in a title as typed.
    Literal,
    Codes,
    /// Articles of laws.
    Citations,
    /// Official wordings for everyday words.
    Lexicon,
    /// Preferences for types of item.
    Intents,
    /// Preferences for a department or region that is named.
    Places,
    /// Errors of typing, pinyin.
    Corrections,
}

impl Way {
    pub const ALL: [Self; 8] = [
        Self::Words,
        Self::Literal,
        Self::Codes,
        Self::Citations,
        Self::Lexicon,
        Self::Intents,
        Self::Places,
        Self::Corrections,
    ];

    /// Name on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Literal => "literal",
            Self::Codes => "codes",
            Self::Citations => "citations",
            Self::Lexicon => "lexicon",
            Self::Intents => "intents",
            Self::Places => "places",
            Self::Corrections => "corrections",
        }
    }

    /// Whether it adds to the words as typed.
    pub fn is_understanding(self) -> bool {
        !matches!(self, Self::Words | Self::Literal | Self::Codes)
    }
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

/// One word of the question, normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Normalised text (simplified, half-width, lower case).
    pub text: String,
    /// Follows the word before it with nothing between: together they may be one expression.
    pub joined: bool,
    /// Tells an item's type rather than its matter (许可证, 核发, 处罚).
    pub tells_type: bool,
}

/// Official wordings for what the question says in everyday words.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// As it stands in the lexicon: parts joined by `+`.
    pub said: String,
    pub relation: Relation,
    /// Alternatives, the best first; each a list of parts that should stand together. Of an item
    /// only the best counts.
    pub meant: Vec<Vec<String>>,
}

/// A gentle preference: items whose facet value contains a text come before others.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaning {
    pub facet: Facet,
    pub contains: String,
    /// What the score is multiplied by.
    pub factor: f32,
}

/// A checked question. Engines accept only this; [`parse::parse`] makes it.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The question as typed, trimmed.
    pub text: String,
    /// The question normalised.
    pub normal: String,
    /// The whole question normalised, without white space: what a title must contain to be a
    /// literal match.
    pub literal: String,
    /// Words in order; empty lists everything.
    pub words: Vec<Word>,
    /// What is searched beside the words.
    pub expansions: Vec<Expansion>,
    pub citations: Vec<Citation>,
    pub leanings: Vec<Leaning>,
    /// How many of its words belong to another world than administration (`index/elsewhere.txt`).
    pub elsewhere: f32,
    /// Ways of finding that are switched off.
    pub without: Vec<Way>,
    /// What the engine's weights are multiplied by.
    pub scales: Scales,
    /// Accepted values by facet; an absent facet does not filter, several values are alternatives.
    pub filters: Vec<(Facet, Vec<String>)>,
    /// What items must rest on.
    pub basis: Option<Basis>,
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

/// What speaks for the best hit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Score in units that do not depend on the number of items: what one rare 2-gram in a short
    /// title gives is about 1.
    pub score: f32,
    /// Part of the question's words that the hit matches, from 0 to 1.
    pub coverage: f32,
    /// The same units, of the official wordings alone.
    pub meant: f32,
    /// Found by its code or a citation.
    pub is_certain: bool,
}

/// An engine's answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Of the best hit; `None` when there is none, or nothing was asked.
    pub evidence: Option<Evidence>,
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
