//! Chinese text: normalising, segmenting, n-grams, pinyin and errors of typing, citations, the
//! lexicon. The only owner of jieba and the dictionaries.
//! Must not know tantivy or HTTP.

pub mod activities;
pub mod citation;
pub mod grams;
pub mod lexicon;
pub mod mining;
pub mod normal;
pub mod phrases;
pub mod pinyin;
pub mod provisions;
pub mod quantity;
pub mod script;
pub mod segment;
pub mod steps;
pub mod vocabulary;

pub use activities::Activities;
pub use lexicon::Lexicon;
pub use segment::Segmenter;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Normalised form: simplified characters, half-width, lower case.
    pub text: String,
    /// Byte range in the text as given.
    pub start: usize,
    pub end: usize,
    /// Place in the text, counted in words from 0; words do not overlap.
    pub ordinal: u32,
}
