//! Cutting text into words with jieba: the only place that may use it.
//! Must not know which texts are questions and which are items, beyond the list of stop words.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::Token;
use super::grams::is_searchable;
use super::normal::{Normalised, normalise};

/// Whether jieba may invent words it does not know (its hidden Markov model).
///
/// Off: on the 5,116 real names it joins neighbours differently from one name to the next, so that
/// a question and the item meant are cut differently; unknown words are found by their n-grams.
const HMM: bool = false;

/// Cuts text into words. Cheap to clone; one per process is enough.
#[derive(Clone)]
pub struct Segmenter(Arc<Inner>);

struct Inner {
    #[expect(clippy::disallowed_types, reason = "this module is jieba's one owner")]
    jieba: jieba_rs::Jieba,
    stop: HashSet<String>,
}

impl std::fmt::Debug for Segmenter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segmenter")
            .field("stop_words", &self.0.stop.len())
            .finish_non_exhaustive()
    }
}

/// Entries of a dictionary file: one a line, `#` begins a comment.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
}

impl Segmenter {
    /// Loads jieba's dictionary (about 0.2 s) and adds ours.
    ///
    /// `words` has lines `word [frequency]`; without a frequency the word is made frequent enough
    /// to be kept whole. `stop` has one word a line.
    pub fn new(words: &str, stop: &str) -> Self {
        #[expect(clippy::disallowed_types, reason = "this module is jieba's one owner")]
        let mut jieba = jieba_rs::Jieba::new();
        for entry in entries(words) {
            let mut parts = entry.split_whitespace();
            let word = normalise(parts.next().unwrap_or_default());
            let frequency = parts.next().and_then(|f| f.parse().ok());
            jieba.add_word(&word, frequency, None);
        }
        let stop = entries(stop).map(normalise).collect();
        Self(Arc::new(Inner { jieba, stop }))
    }

    /// The dictionaries that come with the program.
    pub fn embedded() -> Self {
        Self::new(
            crate::assets::index_text("dictionary/user.txt"),
            crate::assets::index_text("dictionary/stop.txt"),
        )
    }

    /// Whether a normalised word says nothing about what is sought (的, 请问, 怎么办).
    pub fn is_stop(&self, word: &str) -> bool {
        self.0.stop.contains(word)
    }

    /// Whether the dictionary has the text as one word.
    pub fn is_word(&self, text: &str) -> bool {
        self.0.jieba.has_word(text)
    }

    /// Calls `each` with the byte range of every word of a normalised text, in order;
    /// words do not overlap, punctuation is not a word.
    pub fn each_word(&self, normal: &str, mut each: impl FnMut(Range<usize>)) {
        for token in self.0.jieba.cut(normal, HMM) {
            if is_searchable(token.word) {
                each(token.byte_start..token.byte_end);
            }
        }
    }

    /// Words of a text as written, with their places in it.
    pub fn segment(&self, text: &str) -> Vec<Token> {
        let normal = Normalised::new(text);
        let mut tokens = Vec::new();
        self.each_word(&normal.text, |range| {
            let origin = normal.origin(range.clone());
            tokens.push(Token {
                text: normal.text[range].to_owned(),
                start: origin.start,
                end: origin.end,
                ordinal: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
            });
        });
        tokens
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use proptest::prelude::*;

    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::embedded);

    fn words(text: &str) -> Vec<String> {
        SEGMENTER
            .segment(text)
            .into_iter()
            .map(|t| t.text)
            .collect()
    }

    #[test]
    fn words_of_administration_stay_whole() {
        for word in [
            "住建局",
            "民办非企业单位",
            "发展改革委",
            "市监局",
            "人社局",
            "不动产登记",
        ] {
            assert_eq!(words(&format!("向{word}申请")), ["向", word, "申请"]);
        }
    }

    #[test]
    fn traditional_and_full_width_words_are_cut_like_the_usual_ones() {
        let text = "申請食品經營許可證（Ｃ１）";
        let tokens = SEGMENTER.segment(text);
        assert_eq!(words(text), words("申请食品经营许可证(c1)"));
        let food = tokens
            .iter()
            .find(|t| t.text == "食品")
            .expect("食品 is a word");
        assert_eq!(&text[food.start..food.end], "食品");
        assert_eq!(
            tokens.iter().map(|t| t.ordinal).collect::<Vec<_>>(),
            (0..).take(tokens.len()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn polite_and_question_words_are_stop_words() {
        for word in ["的", "了", "吗", "请问", "怎么", "哪个部门"] {
            assert!(SEGMENTER.is_stop(word), "{word}");
        }
        for word in ["食品", "许可", "处罚"] {
            assert!(!SEGMENTER.is_stop(word), "{word}");
        }
    }

    #[test]
    fn dictionaries_are_normalised_and_free_of_repetition() {
        for file in ["dictionary/user.txt", "dictionary/stop.txt"] {
            let mut seen = HashSet::new();
            for entry in entries(crate::assets::index_text(file)) {
                let word = entry.split_whitespace().next().unwrap_or_default();
                assert_eq!(normalise(word), word, "{file}");
                assert!(seen.insert(word), "{file}: {word} stands twice");
            }
        }
    }

    proptest! {
        #[test]
        fn words_are_in_order_and_do_not_overlap(text in "[食品經营许可證对的处罚，。 A-Z0-9\\-\u{200B}\n]{0,40}") {
            let mut end = 0;
            for token in SEGMENTER.segment(&text) {
                prop_assert!(token.start >= end && token.end > token.start);
                prop_assert_eq!(normalise(&text[token.start..token.end]), token.text);
                end = token.end;
            }
        }
    }
}
