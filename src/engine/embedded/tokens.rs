//! tantivy's tokenizers over `text/`: every token of the index comes from there.
//! They expect normalised text (see `write.rs`); must not know fields or questions.

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
    const ALL: [Self; 6] =
        [Self::Whole, Self::Words, Self::Pairs, Self::Chars, Self::SubstringPairs, Self::SubstringChars];

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
                text: String::new(),
                ends: Vec::new(),
            },
        );
    }
    manager
}

#[derive(Clone)]
struct GrainTokenizer {
    grain: Grain,
    segmenter: Segmenter,
    /// Tokens of the present text, one after the other; kept between texts for its memory.
    text: String,
    /// End of each token in `text`, and its position.
    ends: Vec<(u32, u32)>,
}

impl GrainTokenizer {
    fn push(text: &mut String, ends: &mut Vec<(u32, u32)>, token: &str, position: u32) {
        text.push_str(token);
        ends.push((u32::try_from(text.len()).unwrap_or(u32::MAX), position));
    }

    fn cut(&mut self, normal: &str) {
        let Self { text, ends, .. } = self;
        text.clear();
        ends.clear();
        let mut count = 0;
        let mut next = |text: &mut String, ends: &mut Vec<_>, token: &str| {
            Self::push(text, ends, token, count);
            count += 1;
        };
        match self.grain {
            Grain::Whole => next(text, ends, normal),
            Grain::Words => self.segmenter.each_word(normal, |range| next(text, ends, &normal[range])),
            Grain::Pairs => each_gram(normal, 2, |range| next(text, ends, &normal[range])),
            Grain::Chars => each_gram(normal, 1, |range| next(text, ends, &normal[range])),
            Grain::SubstringPairs => each_substring_gram(normal, 2, |gram, at| Self::push(text, ends, gram, at)),
            Grain::SubstringChars => each_substring_gram(normal, 1, |gram, at| Self::push(text, ends, gram, at)),
        }
    }
}

impl Tokenizer for GrainTokenizer {
    type TokenStream<'a> = GrainStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> GrainStream<'a> {
        self.cut(text);
        GrainStream {
            text: &self.text,
            ends: &self.ends,
            start: 0,
            token: Token::default(),
        }
    }
}

struct GrainStream<'a> {
    text: &'a str,
    ends: &'a [(u32, u32)],
    start: usize,
    token: Token,
}

impl TokenStream for GrainStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((&(end, position), rest)) = self.ends.split_first() else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(&self.text[self.start..end as usize]);
        self.token.position = position as usize;
        self.start = end as usize;
        self.ends = rest;
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
            analyzer.token_stream("食品经营<c1>").process(&mut |t| tokens.push(t.text.clone()));
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
        assert_eq!(tokens(Grain::SubstringChars), ["食", "品", "经", "营", "<", "c", "1", ">"]);
    }
}
