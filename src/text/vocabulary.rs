//! The words that a register uses and people say, found by what was typed for them: stray spaces,
//! pinyin, homophones, slips. Must not know where the words come from, or what a question seeks.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

mod question;
#[cfg(test)]
mod tests;

use self::question::{Question, joined};
use super::pinyin::{self, Index, Sounds, hash};

/// A longer text, in characters, is no question; it is left as it is.
const LONGEST_QUESTION: usize = 256;
/// Characters of a word; what is longer is a sentence, what is shorter no evidence.
const WORD: RangeInclusive<usize> = 2..=16;
/// Characters of a stretch that is compared by sound.
const SOUND: RangeInclusive<usize> = 2..=6;
/// Characters of a word of which one may be wrong: in a shorter one too little is left.
const SLIP: RangeInclusive<usize> = 4..=9;
/// How often a word must occur to be meant by two characters or letters.
const FREQUENT: u32 = 10;
/// From this length on a missing character is believed right behind or before a character that is
/// alone: 办学许可证 is not meant by 办许可证.
const LONG_SLIP: usize = 5;
/// Rounds of correction; each finds more known words than the one before, two are usual.
const ROUNDS: usize = 8;
/// Latin words that are no initials, though there may be a word that begins so.
const LATIN: [&str; 36] = [
    "ktv", "gps", "app", "pos", "atm", "led", "usb", "vip", "dna", "ppp", "epc", "iso", "ccc",
    "gmp", "gsp", "dvd", "cad", "pdf", "wifi", "ip", "id", "it", "pvc", "pm", "ai", "dj", "spa",
    "lng", "cng", "lpg", "sc", "qs", "hiv", "nba", "www", "com",
];

/// A question as it was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    pub text: String,
    /// What was typed, and what stands for it now, in the order in which it was found.
    pub changes: Vec<(String, String)>,
}

/// What takes the place of a byte range.
type Edit = (Range<usize>, String);
/// Finds the word meant by a range of characters.
type Find<'f> = &'f dyn Fn(Range<usize>) -> Option<u32>;

/// Known words with how often they occur. Immutable, cheap to clone; about 5 MB for 50,000 words.
#[derive(Clone, Debug)]
pub struct Vocabulary(Arc<Inner>);

/// A word's number is its rank: 0 occurs most often.
#[derive(Debug)]
struct Inner {
    words: Vec<(Box<str>, u32)>,
    /// Characters of the longest word.
    longest: usize,
    exact: Index,
    /// By characters without one, or with all.
    slips: Index,
    sounds: Sounds,
}

fn hash_all(chars: &[char]) -> u32 {
    hash(chars.iter().map(|c| u32::from(*c)))
}

/// Hash of characters without the one at a place.
fn hash_without(chars: &[char], place: usize) -> u32 {
    let rest = chars.iter().enumerate().filter(|(at, _)| *at != place);
    hash(rest.map(|(_, c)| u32::from(*c)))
}

impl Vocabulary {
    /// Takes normalised words with how often each occurs; of one that comes again, the sum.
    pub fn new(words: impl IntoIterator<Item = (String, u32)>) -> Self {
        let mut words: Vec<(String, u32)> = words
            .into_iter()
            .filter(|(w, _)| WORD.contains(&w.chars().count()) && !w.contains(char::is_whitespace))
            .collect();
        words.sort_unstable();
        words.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        words.sort_by_key(|(_, often)| Reverse(*often));
        let (mut exact, mut slips, mut longest) = (Vec::new(), Vec::new(), 0);
        for (number, (word, _)) in (0..).zip(&words) {
            let chars: Vec<char> = word.chars().collect();
            longest = longest.max(chars.len());
            let whole = hash_all(&chars);
            exact.push((whole, number));
            if SLIP.contains(&chars.len()) {
                slips.push((whole, number));
                slips.extend((0..chars.len()).map(|at| (hash_without(&chars, at), number)));
            }
        }
        Self(Arc::new(Inner {
            sounds: Sounds::new(words.iter().map(|(w, _)| w.as_str())),
            words: words.into_iter().map(|(w, n)| (w.into(), n)).collect(),
            longest,
            exact: Index::new(exact),
            slips: Index::new(slips),
        }))
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.0.words.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.words.is_empty()
    }

    /// How often a word occurs; `None` for an unknown one.
    pub fn often(&self, word: &str) -> Option<u32> {
        let found = self.find(hash(word.chars().map(u32::from)), word)?;
        Some(self.count(found))
    }

    fn find(&self, hash: u32, word: &str) -> Option<u32> {
        self.0.exact.find(hash).find(|n| self.word(*n) == word)
    }

    fn word(&self, number: u32) -> &str {
        &self.0.words[number as usize].0
    }

    fn count(&self, number: u32) -> u32 {
        self.0.words[number as usize].1
    }

    fn sound(&self, number: u32) -> Vec<&'static str> {
        pinyin::syllables(self.word(number)).unwrap_or_default()
    }

    /// Known words whose pinyin begins with Latin letters, or whose initials do: those of exactly
    /// these initials first, then the most frequent.
    pub fn complete_pinyin(&self, prefix: &str, limit: usize) -> Vec<&str> {
        let typed = prefix
            .trim()
            .to_lowercase()
            .replace('ü', "v")
            .replace([' ', '\''], "");
        if typed.is_empty() || !typed.bytes().all(|b| b.is_ascii_lowercase()) {
            return Vec::new();
        }
        // `lv` is not typed for `lu`, though the sounds are found by either.
        let spells = |word: &str| {
            let own = pinyin::syllables(word).unwrap_or_default();
            pinyin::begins(&typed, &own) || pinyin::initials(&own).starts_with(&typed)
        };
        let mut seen = HashSet::new();
        let numbers = self.0.sounds.complete(&typed).into_iter();
        let words = numbers.filter(|n| seen.insert(*n)).map(|n| self.word(n));
        words
            .filter(|w| !typed.contains('v') || spells(w))
            .take(limit)
            .collect()
    }

    /// A normalised question with its typing errors repaired; `None` if there are none.
    ///
    /// `is_word` tells whether a dictionary has a word, `cut` the byte ranges of a text's words. A
    /// question that can be read as known words is left alone, and one corrected is correct.
    pub fn correct(
        &self,
        normal: &str,
        is_word: &dyn Fn(&str) -> bool,
        cut: &dyn Fn(&str) -> Vec<Range<usize>>,
    ) -> Option<Corrected> {
        if normal.chars().nth(LONGEST_QUESTION).is_some() {
            return None;
        }
        let (mut text, mut changes) = (normal.to_owned(), Vec::new());
        for _ in 0..ROUNDS {
            let mut edits = self.edits(&text, is_word, cut);
            if edits.is_empty() {
                break;
            }
            edits.sort_by_key(|(range, _)| range.start);
            let mut next = String::with_capacity(text.len());
            let mut done = 0;
            for (range, to) in edits {
                next.push_str(&text[done..range.start]);
                next.push_str(&to);
                done = range.end;
                changes.push((text[range].to_owned(), to));
            }
            next.push_str(&text[done..]);
            text = next;
        }
        (!changes.is_empty()).then_some(Corrected { text, changes })
    }

    /// A normalised text with stretches that sound like known words written as these; `None` if there
    /// are none. Bolder than [`Self::correct`]: also where a stretch cuts a word of the dictionary in
    /// two (开网巴 is no 开网), so only for a text that says nothing as it stands.
    pub fn by_sound(
        &self,
        normal: &str,
        is_word: &dyn Fn(&str) -> bool,
        cut: &dyn Fn(&str) -> Vec<Range<usize>>,
    ) -> Option<Corrected> {
        if normal.chars().nth(LONGEST_QUESTION).is_some() {
            return None;
        }
        let knows = |w: &str| w.chars().nth(1).is_some() && (self.often(w).is_some() || is_word(w));
        let question = Question::new(normal, self.0.longest, &knows, cut);
        let known = |w: &str| self.often(w).is_some();
        let found = question.sweep_anywhere(SOUND, &known, &|range| {
            // Two characters sound like many words: one of them must belong to none.
            let is_open = question.open[range.clone()].contains(&true);
            (range.len() > 2 || is_open)
                .then(|| self.homophone(&question, range))
                .flatten()
        });
        let (mut text, mut changes) = (normal.to_owned(), Vec::new());
        for (range, number) in found.into_iter().rev() {
            let (bytes, word) = (question.bytes(&range), self.word(number).to_owned());
            changes.push((normal[bytes.clone()].to_owned(), word.clone()));
            text.replace_range(bytes, &word);
        }
        (!changes.is_empty()).then_some(Corrected { text, changes })
    }

    /// Changes of the first kind that has any, from the surest to the boldest. Each leaves fewer
    /// Latin letters, fewer spaces, or fewer characters that belong to no word.
    fn edits(
        &self,
        text: &str,
        is_word: &dyn Fn(&str) -> bool,
        cut: &dyn Fn(&str) -> Vec<Range<usize>>,
    ) -> Vec<Edit> {
        let knows = |w: &str| w.chars().nth(1).is_some() && (self.often(w).is_some() || is_word(w));
        let kinds: [&dyn Fn() -> Vec<Edit>; 2] =
            [&|| joined(text, &knows), &|| self.latin(text, &knows)];
        for kind in kinds {
            let edits = kind();
            if !edits.is_empty() {
                return edits;
            }
        }
        let question = Question::new(text, self.0.longest, &knows, cut);
        if !question.open.contains(&true) {
            return Vec::new();
        }
        let kinds: [(RangeInclusive<usize>, Find<'_>); 3] = [
            (SOUND, &|r| self.homophone(&question, r)),
            (*SOUND.start() + 1..=*SOUND.end(), &|r| {
                self.near_homophone(&question, r)
            }),
            (SLIP, &|r| self.slip(&question, r)),
        ];
        for (lengths, find) in kinds {
            let found = question.sweep(lengths, &knows, find);
            if !found.is_empty() {
                let edit =
                    |(r, n): (Range<usize>, u32)| (question.bytes(&r), self.word(n).to_owned());
                return found.into_iter().map(edit).collect();
            }
        }
        Vec::new()
    }

    /// Pinyin of known words, in full or by initials.
    fn latin(&self, text: &str, knows: &dyn Fn(&str) -> bool) -> Vec<Edit> {
        let sounds = &self.0.sounds;
        let found = |n: u32| (n, self.count(n).leading_zeros());
        let spelt = |typed: &str| {
            let is_so = |n: &u32| pinyin::spells(typed, &self.sound(*n));
            sounds.spelt(typed).find(is_so).map(found)
        };
        let initials = |typed: &str| {
            let word = sounds.short(typed)?;
            (typed.len() > 2 || self.count(word) >= FREQUENT).then(|| found(word))
        };
        let keep = |run: &str| LATIN.contains(&run) || knows(run);
        pinyin::letters(text, &keep)
            .iter()
            .flat_map(|letters| letters.words(&spelt, &initials))
            .map(|(range, n)| (range, self.word(n).to_owned()))
            .collect()
    }

    /// The most frequent word that sounds like a stretch.
    fn homophone(&self, question: &Question<'_>, range: Range<usize>) -> Option<u32> {
        let sound = question.sounds.get(range.clone())?;
        let letters = sound.concat();
        let word = self
            .0
            .sounds
            .spelt(&letters)
            .find(|n| self.sound(*n) == sound)?;
        let is_usual = || self.count(word) >= FREQUENT && !question.is_alone(&range);
        (range.len() > 2 || is_usual()).then_some(word)
    }

    /// The most frequent word that a stretch nearly sounds like.
    fn near_homophone(&self, question: &Question<'_>, range: Range<usize>) -> Option<u32> {
        let sound = question.sounds.get(range)?;
        let mut words = self.0.sounds.near(sound);
        words.find(|n| pinyin::is_near(&self.sound(*n), sound))
    }

    /// The word of which a stretch has one character wrong, missing or twice, or two swapped.
    fn slip(&self, question: &Question<'_>, range: Range<usize>) -> Option<u32> {
        let (chars, open) = (
            question.chars.get(range.clone())?,
            question.open.get(range.clone())?,
        );
        if question.is_alone(&range) {
            return None;
        }
        for at in (1..chars.len()).filter(|at| chars[at - 1] == chars[*at] && chars.len() > 4) {
            let once = [&chars[..at], &chars[at + 1..]].concat();
            let word = self.find(hash_without(chars, at), &once.iter().collect::<String>());
            if (open[at] || open[at - 1]) && word.is_some() {
                return word;
            }
        }
        // One character before or behind known words is rather a word of its own (补驾驶证).
        let mut places = (0..chars.len()).filter(|at| open[*at]);
        let first = places.next()?;
        let at_edge = places.next().is_none() && (first == 0 || first + 1 == chars.len());
        let hashes = (0..chars.len())
            .filter(|at| open[*at])
            .map(|at| hash_without(chars, at));
        let whole = hash_all(chars);
        let mut candidates: Vec<(bool, u32)> = hashes
            .chain([whole])
            .flat_map(|h| self.0.slips.find(h))
            .filter_map(|n| {
                let word: Vec<char> = self.word(n).chars().collect();
                let slip = Slip::between(chars, &word)?;
                let is_sure = match slip {
                    Slip::Swapped(at) => open[at] || open[at + 1],
                    Slip::Wrong(at) => open[at] && !at_edge,
                    Slip::Missing => !at_edge || chars.len() >= LONG_SLIP,
                };
                is_sure.then_some((!matches!(slip, Slip::Swapped(_)), n))
            })
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        // Several words that differ from it alike: only one that is far more usual is meant.
        let &(bold, best) = candidates.first()?;
        let rival = candidates.get(1).filter(|(other, _)| *other == bold);
        rival
            .is_none_or(|(_, n)| self.count(*n).saturating_mul(4) <= self.count(best))
            .then_some(best)
    }
}

/// How a stretch differs from the word meant.
enum Slip {
    /// The character at this place and the next.
    Swapped(usize),
    Wrong(usize),
    /// Inside: what lacks its first or last character is often another word.
    Missing,
}

impl Slip {
    fn between(typed: &[char], word: &[char]) -> Option<Self> {
        let at = typed.iter().zip(word).take_while(|(a, b)| a == b).count();
        let (left, meant) = (typed.get(at..)?, word.get(at..)?);
        match (left, meant) {
            ([a, b, rest @ ..], [c, d, end @ ..]) if (a, b) == (d, c) && rest == end => {
                Some(Self::Swapped(at))
            }
            ([_, rest @ ..], [_, end @ ..]) if rest == end => Some(Self::Wrong(at)),
            ([_, ..], [_, end @ ..]) if left == end && at > 0 => Some(Self::Missing),
            _ => None,
        }
    }
}
