//! Fields of the index and how each is made searchable.
//! Text is never stored: the engine answers with ids. Must not know questions or weights.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};

use super::tokens::Grain;
use crate::query::Facet;

/// Changes whenever an index written before can no longer be read as if written now: other
/// fields, other tokens, another version of tantivy's format.
pub(super) const VERSION: &str = "quanze-embedded-4";

/// Handles of the index's fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub id: Field,
    pub code: Field,
    /// Articles that the legal basis names (`text::citation`), and the same by the law's ending.
    pub citations: Field,
    /// Hash of the normalised title; items of several regions share one title.
    pub title_key: Field,
    /// In [`Facet::ALL`] order.
    pub facets: [Field; 5],
    /// Dictionary words of the title. Those of the long texts rank nothing that their 2-grams do
    /// not, and cost a third of the time that indexing takes.
    pub title_words: Field,
    pub title: TextFields,
    pub basis: TextFields,
    pub body: TextFields,
    /// What people call what the title names.
    pub everyday: TextFields,
}

/// One text, indexed as 2-grams and as single characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextFields {
    /// With positions for the title: a phrase of its 2-grams is an exact substring.
    pub pairs: Field,
    /// Absent for the body, whose single characters say nothing.
    pub chars: Option<Field>,
}

fn text(grain: Grain, record: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(grain.name())
            .set_index_option(record),
    )
}

/// Name of a facet's column.
pub(super) fn facet_column(facet: Facet) -> String {
    format!("facet_{}", facet.key())
}

/// Names of the columns that are read by name.
pub(super) const ID: &str = "id";
pub(super) const TITLE_KEY: &str = "title_key";

pub(super) fn schema() -> (Schema, Fields) {
    use IndexRecordOption::{Basic, WithFreqs, WithFreqsAndPositions};
    let mut builder = Schema::builder();
    let column = TextOptions::default().set_fast("raw");
    let fields = Fields {
        id: builder.add_u64_field(ID, NumericOptions::from(INDEXED | FAST)),
        code: builder.add_text_field("code", text(Grain::Whole, Basic)),
        citations: builder.add_text_field("citations", text(Grain::Whole, Basic)),
        title_key: builder.add_u64_field(TITLE_KEY, FAST),
        facets: Facet::ALL
            .map(|facet| builder.add_text_field(&facet_column(facet), column.clone())),
        title_words: builder.add_text_field("title_words", text(Grain::Words, WithFreqs)),
        title: TextFields {
            pairs: builder.add_text_field(
                "title_pairs",
                text(Grain::SubstringPairs, WithFreqsAndPositions),
            ),
            chars: Some(
                builder.add_text_field("title_chars", text(Grain::SubstringChars, WithFreqs)),
            ),
        },
        basis: TextFields {
            pairs: builder.add_text_field("basis_pairs", text(Grain::Pairs, WithFreqs)),
            chars: Some(builder.add_text_field("basis_chars", text(Grain::Chars, WithFreqs))),
        },
        body: TextFields {
            pairs: builder.add_text_field("body_pairs", text(Grain::Pairs, WithFreqs)),
            chars: None,
        },
        everyday: TextFields {
            pairs: builder.add_text_field("everyday_pairs", text(Grain::Pairs, WithFreqs)),
            chars: Some(builder.add_text_field("everyday_chars", text(Grain::Chars, WithFreqs))),
        },
    };
    (builder.build(), fields)
}
