//! Loose expressions of activities: words of several kinds in one clause (卖|零售 beside 鞭炮|炮仗).
//! Must not know what they mean.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::super::normal::normalise;

/// Where a clause ends: what stands in two clauses is not one doing.
const ENDS: [char; 9] = [',', ';', '。', '(', ')', '\n', '!', '?', ' '];

/// Words that stand for each other, by name: 卖 → 卖, 零售, 批发.
pub(super) type Classes = HashMap<String, Vec<String>>;

/// A word as one of the alternatives of a part.
#[derive(Clone, Debug)]
struct Member {
    part: usize,
    /// Of a class: doings, which are also meant inside a word (养 in 养鸡).
    of_class: bool,
}

#[derive(Debug)]
struct Pattern {
    parts: Vec<usize>,
    /// Parts of which none may stand in the clause.
    without: Vec<usize>,
}

/// Patterns by their numbers, in the order in which they were given.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    all: Vec<Pattern>,
    /// Patterns that have each part.
    by_part: Vec<Vec<usize>>,
    /// What each word of the finder is a member of.
    members: Vec<Vec<Member>>,
    finder: Option<AhoCorasick>,
}

/// A pattern that stands in a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stands {
    pub pattern: usize,
    /// Of its parts, in bytes, in their order.
    pub places: Vec<Range<usize>>,
    /// Of those, which a word of a class takes.
    pub of_class: Vec<bool>,
}

/// Adds patterns one by one.
#[derive(Debug, Default)]
pub(super) struct Builder {
    classes: Classes,
    parts: HashMap<String, usize>,
    words: Vec<String>,
    numbers: HashMap<String, usize>,
    members: Vec<Vec<Member>>,
    patterns: Vec<Pattern>,
}

impl Builder {
    pub(super) fn new(classes: Classes) -> Self {
        Self {
            classes,
            ..Self::default()
        }
    }

    /// Adds a pattern: parts apart by blanks, each of alternatives (`a|b`) or classes (`<卖>`); a part
    /// that begins with `!` must not stand in the clause.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn add(&mut self, written: &str) -> Result<usize, String> {
        let (mut parts, mut without) = (Vec::new(), Vec::new());
        for part in written.split_whitespace() {
            match part.strip_prefix('!') {
                Some(part) => without.push(self.part(part)?),
                None => parts.push(self.part(part)?),
            }
        }
        if parts.is_empty() {
            return Err(format!("“{written}” says nothing"));
        }
        self.patterns.push(Pattern { parts, without });
        Ok(self.patterns.len() - 1)
    }

    fn part(&mut self, written: &str) -> Result<usize, String> {
        if let Some(&known) = self.parts.get(written) {
            return Ok(known);
        }
        let part = self.parts.len();
        self.parts.insert(written.to_owned(), part);
        for one in written.split('|') {
            let class = one.strip_prefix('<').and_then(|c| c.strip_suffix('>'));
            let (words, of_class) = match class {
                Some(class) => {
                    let words = self.classes.get(class).cloned();
                    (
                        words.ok_or_else(|| format!("no class is named {class}"))?,
                        true,
                    )
                }
                None => (vec![normalise(one)], false),
            };
            for word in words {
                if word.is_empty() {
                    return Err(format!("“{written}” has an empty alternative"));
                }
                let number = *self.numbers.entry(word.clone()).or_insert_with(|| {
                    self.words.push(word);
                    self.members.push(Vec::new());
                    self.words.len() - 1
                });
                self.members[number].push(Member { part, of_class });
            }
        }
        Ok(part)
    }

    pub(super) fn build(self) -> Patterns {
        let mut by_part = vec![Vec::new(); self.parts.len()];
        for (number, pattern) in self.patterns.iter().enumerate() {
            // A doing stands in many texts: the last part, its object, finds faster.
            if let Some(&last) = pattern.parts.last() {
                by_part[last].push(number);
            }
        }
        // Words of a few characters each, far below the automaton's limits.
        let mut builder = AhoCorasick::builder();
        let finder = builder.match_kind(MatchKind::Standard).build(&self.words);
        Patterns {
            finder: finder.ok().filter(|_| !self.words.is_empty()),
            all: self.patterns,
            by_part,
            members: self.members,
        }
    }
}

impl Patterns {
    /// Patterns that stand in a clause of the text, each in its first; `words` are the text's words,
    /// `fits` tells whether a thing may stand at a place.
    pub(super) fn standing(
        &self,
        text: &str,
        words: &[Range<usize>],
        fits: &dyn Fn(&Range<usize>) -> bool,
    ) -> Vec<Stands> {
        let may_stand = |place: &Range<usize>| {
            let is_short = text[place.clone()].chars().nth(1).is_none();
            (!is_short || words.contains(place)) && fits(place)
        };
        let mut found: Vec<Stands> = Vec::new();
        let mut start = 0;
        for (at, c) in text.char_indices().filter(|(_, c)| ENDS.contains(c)) {
            self.clause(text, start..at, &may_stand, &mut found);
            start = at + c.len_utf8();
        }
        self.clause(text, start..text.len(), &may_stand, &mut found);
        found
    }

    fn clause(
        &self,
        text: &str,
        clause: Range<usize>,
        may_stand: &dyn Fn(&Range<usize>) -> bool,
        found: &mut Vec<Stands>,
    ) {
        let Some(finder) = &self.finder else {
            return;
        };
        let mut places: HashMap<usize, Vec<(Range<usize>, bool)>> = HashMap::new();
        for hit in finder.find_overlapping_iter(&text[clause.clone()]) {
            let place = clause.start + hit.start()..clause.start + hit.end();
            let is_thing = may_stand(&place);
            for member in &self.members[hit.pattern().as_usize()] {
                if member.of_class || is_thing {
                    let of_part = places.entry(member.part).or_default();
                    of_part.push((place.clone(), member.of_class));
                }
            }
        }
        let mut candidates: Vec<usize> = places
            .keys()
            .flat_map(|part| self.by_part[*part].iter().copied())
            .collect();
        candidates.sort_unstable();
        for number in candidates {
            let pattern = &self.all[number];
            let is_known = found.iter().any(|f| f.pattern == number);
            let is_ruled_out = pattern.without.iter().any(|p| places.contains_key(p));
            if is_known || is_ruled_out {
                continue;
            }
            let mut taken: Vec<(Range<usize>, bool)> = Vec::new();
            let all = pattern.parts.iter().rev().all(|part| {
                let of_part = places.get(part).map_or(&[][..], Vec::as_slice);
                // A thing may say its doing: 养鸡.
                let free = |p: &&(Range<usize>, bool)| {
                    taken.iter().all(|(t, _)| {
                        let is_inside = t.start <= p.0.start && p.0.end <= t.end;
                        p.0.end <= t.start || t.end <= p.0.start || (p.1 && is_inside)
                    })
                };
                // The longest: 电子烟 rather than 烟; of equals the first.
                let order = |p: &&(Range<usize>, bool)| (p.0.len(), Reverse(p.0.start));
                let best = of_part.iter().filter(free).max_by_key(order);
                best.cloned().map(|place| taken.push(place)).is_some()
            });
            if all {
                let (places, of_class) = taken.into_iter().rev().unzip();
                found.push(Stands {
                    pattern: number,
                    places,
                    of_class,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patterns(written: &[&str]) -> Patterns {
        let sell = ["卖", "零售"].map(str::to_owned).to_vec();
        let mut builder = Builder::new(Classes::from([("卖".to_owned(), sell)]));
        for pattern in written {
            builder.add(pattern).expect("it is a pattern");
        }
        builder.build()
    }

    fn standing(text: &str, words: &[Range<usize>]) -> Vec<usize> {
        let patterns = patterns(&["<卖> 炮仗|鞭炮", "<卖> 烟 !烟斗", "孵 鸡|鸭"]);
        let found = patterns.standing(text, words, &|_| true).into_iter();
        found.map(|s| s.pattern).collect()
    }

    #[test]
    fn words_of_one_clause_make_an_expression() {
        assert_eq!(standing("过年摆摊卖鞭炮", &[]), [0]);
        assert_eq!(standing("鞭炮零售", &[]), [0]);
        assert!(standing("卖菜,自家放鞭炮", &[]).is_empty());
        assert!(standing("鞭炮", &[]).is_empty());
        let patterns = patterns(&["<卖> 烟|卖烟"]);
        assert_eq!(patterns.standing("卖烟", &[], &|_| true).len(), 1);
    }

    #[test]
    fn a_single_character_counts_as_a_word_only() {
        let text = "卖烟";
        assert_eq!(standing(text, &[0..3, 3..6]), [1]);
        let one_word = [0..text.len(); 1];
        assert!(standing(text, &one_word).is_empty());
        assert!(standing("卖烟烟斗", &[0..3, 3..6, 6..12]).is_empty());
    }

    #[test]
    fn what_is_wrong_is_told() {
        let mut builder = Builder::default();
        for wrong in ["<买> 烟", "!烟", "a||b"] {
            assert!(builder.add(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_stands_there(text in "[卖炮仗鞭烟斗孵鸡鸭, ]{0,30}") {
            let patterns = patterns(&["<卖> 炮仗|鞭炮", "鸡|鸭 <卖>"]);
            for stands in patterns.standing(&text, &[], &|_| true) {
                prop_assert_eq!(stands.places.len(), 2);
                prop_assert!(stands.places.iter().all(|p| text.get(p.clone()).is_some()));
            }
        }
    }
}
