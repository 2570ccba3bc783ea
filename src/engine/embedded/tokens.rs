//! tantivy's tokenizers over `text/`: every token of the index comes from there.
//! They expect normalised text (see `write.rs`); must not know fields or questions.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

use crate::text::Segmenter;
use crate::text::grams::{each_gram, each_substring_gram};

/// How finely a text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    /// The text is one token.
    Whole,
    Words,
    /// 2-grams inside runs of ideographs; other words whole.
    Pairs,
    /// Single ideographs; other words whole.
    Chars,
    /// 2-grams over everything but white space, so that consecutive ones are a substring.
    SubstringPairs,
    /// Single characters, everything but white space.
    SubstringChars,
}

impl Grain {
    const ALL: [Self; 6] = [
        Self::Whole,
        Self::Words,
        Self::Pairs,
        Self::Chars,
        Self::SubstringPairs,
        Self::SubstringChars,
    ];

    /// Name under which tantivy knows the tokenizer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Words => "words",
            Self::Pairs => "pairs",
            Self::Chars => "chars",
            Self::SubstringPairs => "substring_pairs",
            Self::SubstringChars => "substring_chars",
        }
    }
}

/// All tokenizers of the index.
pub(super) fn tokenizers(segmenter: &Segmenter) -> TokenizerManager {
    let manager = TokenizerManager::default();
    for grain in Grain::ALL {
        manager.register(
            grain.name(),
            GrainTokenizer {
                grain,
                segmenter: segmenter.clone(),
                made: String::new(),
                places: Vec::new(),
            },
        );
    }
    manager
}

/// A token's bytes and its position.
type Place = (u32, u32, u32);

fn place(start: usize, end: usize, position: u32) -> Place {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (offset(start), offset(end), position)
}

#[derive(Clone)]
struct GrainTokenizer {
    grain: Grain,
    segmenter: Segmenter,
    /// Tokens that are not part of the text as it stands; kept between texts for its memory.
    made: String,
    places: Vec<Place>,
}

impl GrainTokenizer {
    /// Finds the tokens of a text; whether they are in `made` and not in the text itself.
    fn cut(&mut self, normal: &str) -> bool {
        let Self { made, places, .. } = self;
        made.clear();
        places.clear();
        let mut count = 0;
        let mut part = |range: Range<usize>| {
            places.push(place(range.start, range.end, count));
            count += 1;
        };
        let n = match self.grain {
            Grain::Whole => {
                part(0..normal.len());
                return false;
            }
            Grain::Words => {
                self.segmenter.each_word(normal, part);
                return false;
            }
            Grain::Pairs | Grain::Chars => {
                each_gram(normal, if self.grain == Grain::Pairs { 2 } else { 1 }, part);
                return false;
            }
            Grain::SubstringPairs => 2,
            Grain::SubstringChars => 1,
        };
        each_substring_gram(normal, n, |gram, position| {
            let start = made.len();
            made.push_str(gram);
            places.push(place(start, made.len(), position));
        });
        true
    }
}

impl Tokenizer for GrainTokenizer {
    type TokenStream<'a> = GrainStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> GrainStream<'a> {
        let made = self.cut(text);
        GrainStream {
            text: if made { &self.made } else { text },
            places: &self.places,
            token: Token::default(),
        }
    }
}

struct GrainStream<'a> {
    text: &'a str,
    places: &'a [Place],
    token: Token,
}

impl TokenStream for GrainStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((&(start, end, position), rest)) = self.places.split_first() else {
            return false;
        };
        self.token.text.clear();
        self.token
            .text
            .push_str(&self.text[start as usize..end as usize]);
        self.token.position = position as usize;
        self.places = rest;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grain_has_a_tokenizer_of_its_own() {
        let manager = tokenizers(&Segmenter::new("", ""));
        let tokens = |grain: Grain| {
            let mut tokens = Vec::new();
            let mut analyzer = manager.get(grain.name()).expect("it is registered");
            analyzer
                .token_stream("食品经营<c1>")
                .process(&mut |t| tokens.push(t.text.clone()));
            tokens
        };
        assert_eq!(tokens(Grain::Whole), ["食品经营<c1>"]);
        assert_eq!(tokens(Grain::Words), ["食品", "经营", "c1"]);
        assert_eq!(tokens(Grain::Pairs), ["食品", "品经", "经营", "c1"]);
        assert_eq!(tokens(Grain::Chars), ["食", "品", "经", "营", "c1"]);
        assert_eq!(
            tokens(Grain::SubstringPairs),
            ["\u{2}食", "食品", "品经", "经营", "营<", "<c", "c1", "1>"]
        );
        assert_eq!(
            tokens(Grain::SubstringChars),
            ["食", "品", "经", "营", "<", "c", "1", ">"]
        );
    }
}
