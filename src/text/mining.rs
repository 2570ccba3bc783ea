//! Proposals for the lexicon: words that people's letters use and lists do not, with the words of
//! lists that the replies to such letters favour. A person chooses; nothing here changes the lexicon.
//! Must not know files or where lists come from.

use std::collections::{BTreeSet, HashMap};

use super::Segmenter;
use super::normal::normalise;

/// Terms proposed for a word.
const TERMS: usize = 8;
/// Items that must use a word for it to be a word of lists, and so a proposal.
const WORD_OF_LISTS: u32 = 3;
/// A word is foreign to lists while letters use it so many times as often.
const FOREIGN: f64 = 5.0;
/// Association below which a term stands in a reply by chance (Dunning's G², p = 0.001).
const BY_CHANCE: f64 = 10.83;

/// A letter, and the office's reply where it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Letter<'a> {
    pub said: &'a str,
    pub reply: Option<&'a str>,
}

impl<'a> Letter<'a> {
    /// Of a line: a subject, or subject, message and reply apart by tabs.
    pub fn of_line(line: &'a str) -> Self {
        match line.rsplit_once('\t') {
            Some((said, reply)) if said.contains('\t') => Self {
                said,
                reply: Some(reply),
            },
            _ => Self {
                said: line,
                reply: None,
            },
        }
    }
}

/// A word that may be worth an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub word: String,
    /// Letters that use it.
    pub letters: u32,
    /// Items that use it.
    pub items: u32,
    /// Words of lists that replies to such letters favour, the most telling first.
    pub terms: Vec<String>,
}

/// In how many texts each word stands.
#[derive(Debug, Default)]
pub struct Usage {
    texts: u32,
    of_word: HashMap<String, u32>,
}

/// Different words of a text that say something.
fn words(text: &str, segmenter: &Segmenter) -> BTreeSet<String> {
    let normal = normalise(text);
    let mut words = BTreeSet::new();
    segmenter.each_word(&normal, |range| {
        let word = &normal[range];
        let tells = word.chars().nth(1).is_some() && !word.is_ascii() && !segmenter.is_stop(word);
        if tells {
            words.insert(word.to_owned());
        }
    });
    words
}

impl Usage {
    /// Counts one text.
    pub fn add(&mut self, text: &str, segmenter: &Segmenter) {
        self.texts += 1;
        for word in words(text, segmenter) {
            *self.of_word.entry(word).or_default() += 1;
        }
    }

    fn of(&self, word: &str) -> u32 {
        self.of_word.get(word).copied().unwrap_or_default()
    }
}

/// Words of at least `least` letters that items do not use, or much more seldom, the most used first.
pub fn candidates(
    letters: &[Letter<'_>],
    items: &Usage,
    least: u32,
    segmenter: &Segmenter,
) -> Vec<Candidate> {
    let said: Vec<BTreeSet<String>> = letters.iter().map(|l| words(l.said, segmenter)).collect();
    let mut used: HashMap<&str, u32> = HashMap::new();
    for word in said.iter().flatten() {
        *used.entry(word).or_default() += 1;
    }
    let replies = Replies::new(letters, items, segmenter);
    let rate = |count: u32, of: u32| (f64::from(count) + 0.5) / (f64::from(of) + 1.0);
    let texts = u32::try_from(letters.len()).unwrap_or(u32::MAX);
    let mut found: Vec<Candidate> = used
        .into_iter()
        .filter(|&(word, letters)| {
            let in_lists = rate(items.of(word), items.texts);
            letters >= least && rate(letters, texts) > FOREIGN * in_lists
        })
        .map(|(word, letters)| Candidate {
            terms: replies.favour(|at| said[at].contains(word), word),
            word: word.to_owned(),
            letters,
            items: items.of(word),
        })
        .collect();
    found.sort_by(|a, b| b.letters.cmp(&a.letters).then_with(|| a.word.cmp(&b.word)));
    found
}

/// Words of lists by the replies that use them.
struct Replies {
    /// Numbers of the letters that were replied to, with the words of lists in the reply.
    all: Vec<(usize, BTreeSet<String>)>,
    of_word: HashMap<String, u32>,
}

impl Replies {
    fn new(letters: &[Letter<'_>], items: &Usage, segmenter: &Segmenter) -> Self {
        let mut all = Vec::new();
        let mut of_word: HashMap<String, u32> = HashMap::new();
        for (at, letter) in letters.iter().enumerate() {
            let Some(reply) = letter.reply else { continue };
            let mut terms = words(reply, segmenter);
            terms.retain(|term| items.of(term) >= WORD_OF_LISTS);
            for term in &terms {
                *of_word.entry(term.clone()).or_default() += 1;
            }
            all.push((at, terms));
        }
        Self { all, of_word }
    }

    /// Terms that stand more often in the replies to these letters than by chance.
    fn favour(&self, asked: impl Fn(usize) -> bool, word: &str) -> Vec<String> {
        let mut own = 0;
        let mut together: HashMap<&str, u32> = HashMap::new();
        for (_, terms) in self.all.iter().filter(|(at, _)| asked(*at)) {
            own += 1;
            for term in terms.iter().filter(|term| *term != word) {
                *together.entry(term).or_default() += 1;
            }
        }
        let all = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let mut terms: Vec<(f64, &str)> = together
            .into_iter()
            .map(|(term, both)| (association(both, own, self.of_word[term], all), term))
            .filter(|(strength, _)| *strength > BY_CHANCE)
            .collect();
        terms.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let terms = terms.into_iter().take(TERMS);
        terms.map(|(_, term)| term.to_owned()).collect()
    }
}

/// Dunning's G² of two things that are together `both` times, and `one` and `other` times at all,
/// of `all`; 0 where they avoid each other.
fn association(both: u32, one: u32, other: u32, all: u32) -> f64 {
    let [both, one, other, all] = [both, one, other, all].map(f64::from);
    if both * all <= one * other {
        return 0.0;
    }
    let part = |seen: f64, expected: f64| {
        if seen > 0.0 {
            seen * (seen / expected).ln()
        } else {
            0.0
        }
    };
    let rest = (all - one, all - other);
    2.0 * (part(both, one * other / all)
        + part(one - both, one * rest.1 / all)
        + part(other - both, rest.0 * other / all)
        + part(all - one - other + both, rest.0 * rest.1 / all))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use proptest::prelude::*;

    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::embedded);

    #[test]
    fn a_word_that_lists_lack_is_proposed_with_what_replies_say() {
        let mut items = Usage::default();
        for _ in 0..20 {
            items.add("对社会生活噪声污染的处罚", &SEGMENTER);
            items.add("道路运输经营许可", &SEGMENTER);
        }
        let lines: Vec<String> = (0..20)
            .flat_map(|n| {
                [
                    format!("楼下唱歌吵死人{n}\t夜里吵得睡不着\t属社会生活噪声"),
                    format!("客运站在哪{n}\t买票\t由道路运输经营者答复"),
                ]
            })
            .collect();
        let letters: Vec<Letter<'_>> = lines.iter().map(|l| Letter::of_line(l)).collect();
        let found = candidates(&letters, &items, 5, &SEGMENTER);
        let sung = found.iter().find(|c| c.word == "唱歌").expect("proposed");
        assert_eq!((sung.letters, sung.items), (20, 0));
        assert!(sung.terms.contains(&"社会".to_owned()), "{sung:?}");
        assert!(!sung.terms.contains(&"运输".to_owned()), "{sung:?}");
        // What lists say themselves needs no entry.
        assert!(found.iter().all(|c| c.word != "道路"));
        assert!(candidates(&letters, &items, 41, &SEGMENTER).is_empty());
    }

    #[test]
    fn a_line_is_a_subject_or_a_letter_with_its_reply() {
        let replied = Letter::of_line("甲\t乙\t丙");
        assert_eq!((replied.said, replied.reply), ("甲\t乙", Some("丙")));
        assert_eq!(Letter::of_line("甲").reply, None);
        assert_eq!(Letter::of_line("甲\t乙").said, "甲\t乙");
    }

    proptest! {
        #[test]
        fn association_is_finite(all in 1u32..500, one in 0u32..500, other in 0u32..500, both in 0u32..500) {
            let (one, other) = (one.min(all), other.min(all));
            let both = both.min(one).min(other).max((one + other).saturating_sub(all));
            let strength = association(both, one, other, all);
            prop_assert!(strength.is_finite() && strength >= -1e-9);
        }
    }
}
