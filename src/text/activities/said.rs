//! An expression where it stands in a text, beside the text's words and other expressions. Must not
//! know which activities there are.

use std::ops::Range;

type Place = Range<usize>;

/// An expression of an activity that stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub activity: usize,
    /// Of its parts, in bytes.
    pub places: Vec<Place>,
    /// Those of them that are no mere doings (卖).
    pub things: Vec<Place>,
    /// Whether it stands as it is written, not as kinds of word in one clause.
    is_plain: bool,
}

impl Said {
    pub(super) fn plainly(activity: usize, places: Vec<Place>) -> Self {
        Self {
            activity,
            things: places.clone(),
            places,
            is_plain: true,
        }
    }

    /// `of_class` tells which of the places are doings.
    pub(super) fn loosely(activity: usize, places: Vec<Place>, of_class: &[bool]) -> Self {
        let things = places.iter().zip(of_class).filter(|(_, doing)| !**doing);
        Self {
            activity,
            things: things.map(|(place, _)| place.clone()).collect(),
            places,
            is_plain: false,
        }
    }

    /// Whether another expression says what this one seems to. What is said plainly gives way to a
    /// longer expression that has all of it. What is said loosely gives way to a longer word that has a
    /// thing of it, said plainly or of what no list names: words of two listed activities are no reason
    /// against either.
    pub(super) fn gives_way(&self, all: &[Self], is_listed: &dyn Fn(usize) -> bool) -> bool {
        if self.is_plain {
            return all.iter().any(|other| self.is_inside(other));
        }
        let counts = |other: &&Self| other.is_plain || !is_listed(other.activity);
        let mut words = all.iter().filter(counts).flat_map(|other| &other.places);
        words.any(|word| self.things.iter().any(|thing| is_part(thing, word)))
    }

    /// Whether all of it lies in a longer expression.
    fn is_inside(&self, other: &Self) -> bool {
        let covers = |p: &Place| {
            other
                .places
                .iter()
                .any(|o| o.start <= p.start && p.end <= o.end)
        };
        self.length() < other.length() && self.places.iter().all(covers)
    }

    /// Bytes of its parts together.
    fn length(&self) -> usize {
        self.places.iter().map(Range::len).sum()
    }

    /// From its first part to its last, with what touches them without a gap.
    pub(super) fn run(&self, all: &[Self]) -> Place {
        let places = || all.iter().flat_map(|said| &said.places);
        let mut start = self.places.iter().map(|p| p.start).min().unwrap_or(0);
        let mut end = self.places.iter().map(|p| p.end).max().unwrap_or(0);
        while let Some(before) = places().filter(|p| p.end == start).map(|p| p.start).min() {
            start = before;
        }
        while let Some(after) = places().filter(|p| p.start == end).map(|p| p.end).max() {
            end = after;
        }
        start..end
    }
}

/// Whether a place is a true part of another.
fn is_part(place: &Place, of: &Place) -> bool {
    of.start <= place.start && place.end <= of.end && place.len() < of.len()
}

/// Which words of a text an expression would cut in two.
pub(super) struct Cuts<'t> {
    text: &'t str,
    words: &'t [Place],
    may_be_cut: &'t dyn Fn(&str) -> bool,
}

impl<'t> Cuts<'t> {
    pub(super) fn new(
        text: &'t str,
        words: &'t [Place],
        may_be_cut: &'t dyn Fn(&str) -> bool,
    ) -> Self {
        Self {
            text,
            words,
            may_be_cut,
        }
    }

    /// Whether a place begins inside a word and goes on behind it (方面的 is no 面的) or ends inside it too
    /// (真空包装 is no 空包).
    pub(super) fn start_of(&self, place: &Place) -> bool {
        let begins = |w: &&Place| w.start < place.start && place.start < w.end;
        let mut words = self.words.iter().filter(begins);
        words.any(|w| w.end != place.end)
    }

    /// Whether a place ends inside a word that began in it: 卖酒店 is no 卖酒. Words that may be cut are,
    /// unless the place cuts its first word too.
    pub(super) fn end_of(&self, place: &Place) -> bool {
        let starts_inside = self.start_of(place);
        let is_within = |w: &Place| w.start < place.start && place.end < w.end;
        if self.words.iter().any(is_within) {
            return true;
        }
        let is_cut = |w: &&Place| place.start < w.start && w.start < place.end && place.end < w.end;
        let mut cut = self.words.iter().filter(is_cut);
        cut.any(|word| starts_inside || !(self.may_be_cut)(&self.text[word.clone()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: usize, end: usize) -> Vec<Place> {
        std::iter::once(start..end).collect()
    }

    #[test]
    fn longer_words_stand_for_what_is_in_them() {
        let whole = Said::plainly(0, at(3, 15));
        let part = Said::plainly(1, at(9, 15));
        let loose = Said::loosely(2, vec![0..3, 9..15], &[true, false]);
        let all = [whole, part, loose];
        let way = |n: usize, listed: bool| all[n].gives_way(&all, &|_| listed);
        assert_eq!(
            [way(0, true), way(1, true), way(2, true)],
            [false, true, true]
        );
        assert_eq!(all[2].run(&all), 0..15);
        // A loose word of a listed activity is no reason.
        let other = Said::loosely(3, at(6, 15), &[false]);
        let all = [other, all[2].clone()];
        assert!(!all[1].gives_way(&all, &|_| true));
        assert!(all[1].gives_way(&all, &|_| false));
    }

    #[test]
    fn words_are_not_cut() {
        // 卖|酒店|家具, 卖|烟酒
        let (text, words) = ("卖酒店家具", [0..3, 3..9, 9..15]);
        let cuts = Cuts::new(text, &words, &|word| word == "烟酒");
        assert!(cuts.end_of(&(0..6)) && !cuts.end_of(&(0..9)));
        assert!(cuts.start_of(&(6..15)) && !cuts.start_of(&(3..15)));
        // 真空包装 as one word.
        let (text, words) = ("真空包装", at(0, 12));
        let cuts = Cuts::new(text, &words, &|_| false);
        assert!(cuts.end_of(&(3..9)) && !cuts.end_of(&(6..12)) && !cuts.start_of(&(0..6)));
        let (text, words) = ("卖烟酒", [0..3, 3..9]);
        let cuts = Cuts::new(text, &words, &|word| word == "烟酒");
        assert!(!cuts.end_of(&(0..6)));
    }
}
