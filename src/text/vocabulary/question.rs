//! A question under correction: its characters, which of them belong to no known word, and which
//! stretches may be wrong. Must not know what a stretch is corrected to.

use std::ops::{Range, RangeInclusive};

use super::super::pinyin;
use super::{Edit, Find, SOUND};

/// Single characters that need no word around them. They are never taken for a slip.
const ALONE: &str = "的了吗呢吧啊呀我你您他她它们是和与或在把被就都也很还想怎哪谁么这那办";

/// Joins what stray spaces have cut: three and more characters that stand singly, and two parts of
/// a known word that are not both words themselves.
pub(super) fn joined(text: &str, knows: &dyn Fn(&str) -> bool) -> Vec<Edit> {
    let start = |part: &str| part.as_ptr().addr() - text.as_ptr().addr();
    let parts: Vec<&str> = text.split_whitespace().collect();
    let is_han = |p: &str| p.chars().all(|c| pinyin::syllable(c).is_some());
    let is_single = |p: &&&str| p.chars().nth(1).is_none() && is_han(p);
    let (mut edits, mut at) = (Vec::new(), 0);
    while at < parts.len() {
        let singles = parts[at..].iter().take_while(is_single).count();
        let two = parts.get(at..at + 2).unwrap_or_default();
        let is_cut = || !two.iter().all(|p| knows(p)) && two.iter().all(|p| is_han(p));
        let length = match singles {
            3.. => singles,
            _ if two.len() == 2 && is_cut() && knows(&two.concat()) => 2,
            _ => 1,
        };
        if length > 1 {
            let last = parts[at + length - 1];
            edits.push((
                start(parts[at])..start(last) + last.len(),
                parts[at..at + length].concat(),
            ));
        }
        at += length;
    }
    edits
}

/// A question's characters, and where its words are.
pub(super) struct Question<'q> {
    text: &'q str,
    pub(super) chars: Vec<char>,
    /// Byte offset of each character, and of the end.
    at: Vec<usize>,
    /// Empty for what has no sound; such a character belongs to no stretch.
    pub(super) sounds: Vec<&'static str>,
    /// Whether a character belongs to no known word.
    pub(super) open: Vec<bool>,
    /// Whether a stretch may begin or end before a character: a word does, and no known word lies
    /// across, so that a correction never costs another word a character.
    border: Vec<bool>,
}

impl<'q> Question<'q> {
    pub(super) fn new(
        text: &'q str,
        longest: usize,
        knows: &dyn Fn(&str) -> bool,
        cut: &dyn Fn(&str) -> Vec<Range<usize>>,
    ) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let at: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let sounds = pinyin::readings(&chars)
            .into_iter()
            .map(|s| s.unwrap_or_default());
        let mut question = Self {
            text,
            sounds: sounds.collect(),
            open: vec![false; chars.len()],
            border: vec![false; at.len()],
            chars,
            at,
        };
        for place in cut(text).into_iter().flat_map(|r| [r.start, r.end]) {
            if let Ok(index) = question.at.binary_search(&place) {
                question.border[index] = true;
            }
        }
        question.cover(longest.max(*SOUND.end()), knows);
        question
    }

    /// Finds the reading in which the fewest characters belong to no known word.
    fn cover(&mut self, longest: usize, knows: &dyn Fn(&str) -> bool) {
        let length = self.chars.len();
        // Characters of no word, words, and where the last piece begins.
        let mut best = vec![(usize::MAX, 0, 0); length + 1];
        best[0] = (0, 0, 0);
        for from in 0..length {
            let (open, words, _) = best[from];
            let is_open = !self.sounds[from].is_empty() && !ALONE.contains(self.chars[from]);
            let single = (open + usize::from(is_open), words + 1, from);
            best[from + 1] = best[from + 1].min(single);
            let spoken = self.sounds[from..]
                .iter()
                .take_while(|s| !s.is_empty())
                .count();
            let word = (open, words + 1, from);
            for length in 2..=spoken.min(longest) {
                let to = from + length;
                if word < best[to] && knows(&self.text[self.at[from]..self.at[to]]) {
                    best[to] = word;
                }
            }
        }
        let mut end = length;
        while end > 0 {
            let from = best[end].2;
            if end - from == 1 {
                self.open[from] = best[end].0 > best[from].0;
            }
            self.border[from + 1..end].fill(false);
            end = from;
        }
    }

    pub(super) fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        self.at[range.start]..self.at[range.end]
    }

    /// Whether a stretch begins or ends with a character that needs no word around it.
    pub(super) fn is_alone(&self, range: &Range<usize>) -> bool {
        let edges = [range.start, range.end - 1];
        edges.into_iter().any(|at| ALONE.contains(self.chars[at]))
    }

    /// Words found for stretches that may be wrong, longest first, none across another.
    pub(super) fn sweep(
        &self,
        lengths: RangeInclusive<usize>,
        knows: &dyn Fn(&str) -> bool,
        find: Find<'_>,
    ) -> Vec<(Range<usize>, u32)> {
        self.sweep_anywhere(lengths, knows, &|range| {
            let may_be_wrong = self.border[range.start]
                && self.border[range.end]
                && self.open[range.clone()].contains(&true);
            may_be_wrong.then(|| find(range)).flatten()
        })
    }

    /// The same for stretches between any characters; in the order of the text.
    pub(super) fn sweep_anywhere(
        &self,
        lengths: RangeInclusive<usize>,
        knows: &dyn Fn(&str) -> bool,
        find: Find<'_>,
    ) -> Vec<(Range<usize>, u32)> {
        let mut taken = vec![false; self.chars.len()];
        let mut found = Vec::new();
        for length in lengths.rev() {
            for start in 0..(self.chars.len() + 1).saturating_sub(length) {
                let range = start..start + length;
                if !taken[range.clone()].contains(&true)
                    && !self.sounds[range.clone()].contains(&"")
                    && !knows(&self.text[self.bytes(&range)])
                    && let Some(word) = find(range.clone())
                {
                    taken[range.clone()].fill(true);
                    found.push((range, word));
                }
            }
        }
        found.sort_by_key(|(range, _)| range.start);
        found
    }
}
