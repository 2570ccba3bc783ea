//! Marking what was found: which parts of a text match a question, and a short extract around them.
//! The only producer of the `<mark>` HTML; must not know where the text came from.

use std::borrow::Cow;
use std::ops::Range;

use super::Query;
use crate::text::Segmenter;
use crate::text::grams::substring_grams;
use crate::text::normal::Normalised;

/// Length of an extract in characters when none is asked for.
pub const SNIPPET_CHARS: usize = 120;
/// Characters of context that an extract may give up to begin or end at a better place.
const SLACK: usize = 24;
/// Characters on either side of a place in which a border of words is looked for.
const NEAR: usize = 8;
const SENTENCE_ENDS: [char; 7] = ['。', '；', '！', '？', ';', '!', '\n'];
const CLAUSE_ENDS: [char; 4] = ['，', '、', '：', ','];

/// A matching stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    /// Bytes in the original.
    range: Range<usize>,
    /// Index of the word of the question.
    word: usize,
}

/// What of a question is marked, prepared for one text after the other.
pub struct Marker<'a> {
    segmenter: &'a Segmenter,
    /// Sought always, in the order of their first characters.
    patterns: Vec<Pattern<'a>>,
    /// Which first characters there are, by code point; most characters of a text begin nothing.
    begins: Vec<bool>,
    /// Single characters, sought when nothing longer was found: 市 alone would be marked everywhere.
    single: Vec<&'a str>,
}

/// A text that is marked where it stands.
struct Pattern<'a> {
    text: Cow<'a, str>,
    /// Index of the word of the question; official wordings count as words of their own.
    word: usize,
    /// A 2-gram of the word, marked where the word itself does not occur.
    is_gram: bool,
}

/// Characters by which [`Marker::begins`] tells code points apart.
const BEGINNINGS: usize = 1 << 16;

fn first_char(text: &str) -> char {
    text.chars().next().unwrap_or_default()
}

/// Place of a character in [`Marker::begins`].
fn slot(c: char) -> usize {
    u32::from(c) as usize % BEGINNINGS
}

impl<'a> Marker<'a> {
    pub fn new(query: &'a Query, segmenter: &'a Segmenter) -> Self {
        let mut patterns = Vec::new();
        let mut single = Vec::new();
        for (word, text) in query.words.iter().map(|w| w.text.as_str()).enumerate() {
            match text.chars().take(3).count() {
                0 => {}
                1 => single.push(text),
                length => {
                    patterns.push(Pattern {
                        text: Cow::Borrowed(text),
                        word,
                        is_gram: false,
                    });
                    // The only 2-gram of two characters is the word.
                    let grams = if length > 2 {
                        substring_grams(text)
                    } else {
                        Vec::new()
                    };
                    patterns.extend(grams.into_iter().map(|gram| Pattern {
                        text: Cow::Owned(gram),
                        word,
                        is_gram: true,
                    }));
                }
            }
        }
        let wordings = query.expansions.iter().flat_map(|e| e.meant.iter());
        for (index, part) in wordings.flatten().enumerate() {
            if part.chars().nth(1).is_some() {
                patterns.push(Pattern {
                    text: Cow::Borrowed(part),
                    word: query.words.len() + index,
                    is_gram: false,
                });
            }
        }
        let mut begins = vec![false; BEGINNINGS];
        for pattern in &patterns {
            begins[slot(first_char(&pattern.text))] = true;
        }
        patterns.sort_by_key(|p| first_char(&p.text));
        Self {
            segmenter,
            patterns,
            begins,
            single,
        }
    }

    /// The whole text, given with its normal form, as HTML with every match in `<mark>`; `None` when nothing matches.
    pub fn mark(&self, text: &str, normal: &Normalised) -> Option<String> {
        let marks = self.find(normal);
        (!marks.is_empty()).then(|| render(text, 0..text.len(), &marks))
    }

    /// An extract of at most `chars` characters around the densest match, as HTML: matches in
    /// `<mark>`, all else escaped, "…" where it was cut. `None` when nothing matches.
    pub fn snippet(&self, text: &str, normal: &Normalised, chars: usize) -> Option<String> {
        let marks = self.find(normal);
        let first = marks.first()?;
        let borders: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        if borders.len() - 1 <= chars {
            return Some(render(text, 0..text.len(), &marks));
        }
        let window = densest(&marks, &borders, chars).unwrap_or(first.range.clone());
        let range = widen(text, window, &borders, chars, self.segmenter);
        Some(render(text, range, &marks))
    }

    /// All matches in order, without overlaps.
    ///
    /// A word that does not occur as it is matches by its 2-grams.
    fn find(&self, normal: &Normalised) -> Vec<Mark> {
        let mut found: Vec<(&Pattern<'_>, Range<usize>)> = Vec::new();
        for (at, c) in normal.text.char_indices() {
            if !self.begins[slot(c)] {
                continue;
            }
            let from = self.patterns.partition_point(|p| first_char(&p.text) < c);
            for pattern in &self.patterns[from..] {
                if first_char(&pattern.text) != c {
                    break;
                }
                if normal.text[at..].starts_with(&*pattern.text) {
                    found.push((pattern, at..at + pattern.text.len()));
                }
            }
        }
        let mut marks = Vec::with_capacity(found.len());
        for (pattern, range) in &found {
            let whole = |(p, _): &(&Pattern<'_>, _)| !p.is_gram && p.word == pattern.word;
            if !pattern.is_gram || !found.iter().any(whole) {
                marks.push((pattern.word, range.clone()));
            }
        }
        if marks.is_empty() {
            for (word, text) in self.single.iter().enumerate() {
                let places = normal.text.match_indices(text);
                marks.extend(places.map(|(at, found)| (word, at..at + found.len())));
            }
        }
        let mut marks: Vec<Mark> = marks
            .into_iter()
            .map(|(word, range)| Mark {
                range: normal.origin(range),
                word,
            })
            .collect();
        marks.sort_by_key(|m| (m.range.start, std::cmp::Reverse(m.range.end)));
        let mut merged: Vec<Mark> = Vec::new();
        for mark in marks {
            match merged.last_mut() {
                Some(last) if mark.range.start < last.range.end => {
                    last.range.end = last.range.end.max(mark.range.end);
                }
                _ => merged.push(mark),
            }
        }
        merged
    }
}

/// Number of characters before a byte offset.
fn char_at(borders: &[usize], byte: usize) -> usize {
    borders.partition_point(|&b| b < byte)
}

/// The stretch from one match to another, at most `chars` long, with the most different words,
/// then the most marked characters; the earliest of equals.
fn densest(marks: &[Mark], borders: &[usize], chars: usize) -> Option<Range<usize>> {
    let mut best: Option<((usize, usize), Range<usize>)> = None;
    for (i, first) in marks.iter().enumerate() {
        let from = char_at(borders, first.range.start);
        let mut words = Vec::new();
        let mut marked = 0;
        let mut end = first.range.end;
        for mark in &marks[i..] {
            if char_at(borders, mark.range.end) > from + chars {
                break;
            }
            if !words.contains(&mark.word) {
                words.push(mark.word);
            }
            marked += mark.range.len();
            end = mark.range.end;
        }
        if marked > 0
            && best
                .as_ref()
                .is_none_or(|(score, _)| (words.len(), marked) > *score)
        {
            best = Some(((words.len(), marked), first.range.start..end));
        }
    }
    best.map(|(_, range)| range)
}

/// Grows a stretch to `chars` characters of context, ending at borders of sentences or words.
fn widen(
    text: &str,
    core: Range<usize>,
    borders: &[usize],
    chars: usize,
    segmenter: &Segmenter,
) -> Range<usize> {
    let last = borders.len() - 1;
    let (from, to) = (char_at(borders, core.start), char_at(borders, core.end));
    let room = chars.saturating_sub(to - from);
    // A third of the context before the match: what follows explains more.
    let mut start = from.saturating_sub(room / 3);
    let mut end = (start + chars).min(last).max(to.min(start + chars));
    start = end.saturating_sub(chars).min(start);
    if start > 0 {
        start = begin(text, borders, start, from, segmenter);
        // What was given up before the match is used after it.
        end = (start + chars).min(last);
    }
    if end < last {
        end = finish(text, borders, end, to.min(end), segmenter);
    }
    borders[start]..borders[end]
}

/// Byte offset after the last end of a sentence, else of a clause.
fn after_stop(text: &str) -> Option<usize> {
    let at = text
        .rfind(SENTENCE_ENDS)
        .or_else(|| text.rfind(CLAUSE_ENDS))?;
    Some(at + text[at..].chars().next().map_or(1, char::len_utf8))
}

/// A place between `start` and `from` where a sentence, a clause, else a word begins.
fn begin(text: &str, borders: &[usize], start: usize, from: usize, segmenter: &Segmenter) -> usize {
    let limit = (start + SLACK).min(from);
    let slack = &text[borders[start]..borders[limit]];
    if let Some(at) = after_stop(slack) {
        return char_at(borders, borders[start] + at);
    }
    word_borders(text, borders, start, segmenter)
        .find(|&b| b >= start)
        .map_or(start, |b| b.min(limit))
}

/// A place between `to` and `end` where a sentence, a clause, else a word ends.
fn finish(text: &str, borders: &[usize], end: usize, to: usize, segmenter: &Segmenter) -> usize {
    let floor = end.saturating_sub(SLACK).max(to);
    let slack = &text[borders[floor]..borders[end]];
    if let Some(at) = after_stop(slack) {
        return char_at(borders, borders[floor] + at);
    }
    word_borders(text, borders, end, segmenter)
        .filter(|&b| b <= end)
        .last()
        .map_or(end, |b| b.max(floor))
}

/// Borders of words around a place, in characters of the text.
fn word_borders<'a>(
    text: &'a str,
    borders: &'a [usize],
    at: usize,
    segmenter: &Segmenter,
) -> impl Iterator<Item = usize> + use<'a> {
    let from = at.saturating_sub(NEAR);
    let to = (at + NEAR).min(borders.len() - 1);
    let base = borders[from];
    let tokens = segmenter.segment(&text[base..borders[to]]);
    tokens
        .into_iter()
        .flat_map(move |t| [base + t.start, base + t.end].map(|byte| char_at(borders, byte)))
}

/// HTML of a part of the text.
fn render(text: &str, part: Range<usize>, marks: &[Mark]) -> String {
    let mut html = String::with_capacity(part.len() + 64);
    if part.start > 0 {
        html.push('…');
    }
    let mut at = part.start;
    for mark in marks {
        let start = mark.range.start.max(at);
        let end = mark.range.end.min(part.end);
        if start >= end {
            continue;
        }
        escape(&text[at..start], &mut html);
        html.push_str("<mark>");
        escape(&text[start..end], &mut html);
        html.push_str("</mark>");
        at = end;
    }
    escape(&text[at..part.end], &mut html);
    if part.end < text.len() {
        html.push('…');
    }
    html
}

/// Appends text so that it is only text in HTML.
fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::query::{RawSearchParams, parse::parse};
    use proptest::prelude::*;

    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::embedded);

    fn ask(q: &str) -> Query {
        let raw = RawSearchParams {
            q: q.to_owned(),
            ..Default::default()
        };
        parse(&raw, &SEGMENTER).expect("a plain question is accepted")
    }

    fn cut(text: &str, q: &str, chars: usize) -> Option<String> {
        Marker::new(&ask(q), &SEGMENTER).snippet(text, &Normalised::new(text), chars)
    }

    fn mark(text: &str, query: &Query) -> Option<String> {
        Marker::new(query, &SEGMENTER).mark(text, &Normalised::new(text))
    }

    /// What a browser shows, without our marks and ellipses.
    fn shown(html: &str) -> String {
        html.replace("<mark>", "")
            .replace("</mark>", "")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    }

    #[test]
    fn matches_inside_words_and_in_other_spellings_are_marked() {
        assert_eq!(
            cut("食品经营许可证", "食品", 120).as_deref(),
            Some("<mark>食品</mark>经营许可证")
        );
        assert_eq!(
            cut("食品經營許可證", "经营", 120).as_deref(),
            Some("食品<mark>經營</mark>許可證")
        );
        assert_eq!(
            cut("Ｃ１驾照", "c1", 120).as_deref(),
            Some("<mark>Ｃ１</mark>驾照")
        );
        assert_eq!(
            cut("a<b>食品", "食品", 120).as_deref(),
            Some("a&lt;b&gt;<mark>食品</mark>")
        );
        assert_eq!(cut("食品", "建筑", 120), None);
        assert_eq!(cut("", "建筑", 120), None);
        assert_eq!(cut("食品", "", 120), None);
    }

    #[test]
    fn a_word_that_does_not_occur_matches_by_its_grams() {
        let query = Query {
            words: vec![crate::query::Word {
                text: "建筑垃圾".into(),
                joined: false,
                tells_type: false,
            }],
            ..Default::default()
        };
        assert_eq!(
            mark("倾倒垃圾", &query).as_deref(),
            Some("倾倒<mark>垃圾</mark>")
        );
        assert_eq!(
            mark("建筑垃圾", &query).as_deref(),
            Some("<mark>建筑垃圾</mark>")
        );
    }

    #[test]
    fn single_characters_are_marked_only_when_nothing_longer_matches() {
        let query = Query {
            words: ["市", "食品"]
                .map(|t| crate::query::Word {
                    text: t.into(),
                    joined: false,
                    tells_type: false,
                })
                .into(),
            ..Default::default()
        };
        assert_eq!(
            mark("市食品", &query).as_deref(),
            Some("市<mark>食品</mark>")
        );
        assert_eq!(mark("市容", &query).as_deref(), Some("<mark>市</mark>容"));
    }

    #[test]
    fn the_extract_is_around_the_densest_match_and_begins_at_a_sentence() {
        let filler = "县级以上人民政府依照本法履行职责。".repeat(12);
        let text =
            format!("食品。{filler}未取得食品经营许可从事经营活动的，没收违法所得。{filler}");
        let html = cut(&text, "食品经营许可", 60).expect("it matches");
        assert!(html.starts_with('…') && html.ends_with('…'), "{html}");
        assert!(
            html.contains("<mark>食品</mark><mark>经营</mark><mark>许可</mark>"),
            "{html}"
        );
        let inner = shown(&html);
        let inner = inner.trim_matches('…');
        assert!(inner.chars().count() <= 60, "{inner}");
        let at = text.find(inner).expect("it is part of the text");
        assert!(text[..at].ends_with('。'), "{inner}");
        assert!(inner.ends_with('。'), "{inner}");
    }

    proptest! {
        #[test]
        fn an_extract_is_a_part_of_the_text(
            text in "[食品經营许可證对的处罚<>&\"'，。； A-Zａ0-9\u{200B}\n]{0,300}",
            q in "[食品经营許可证处罚 a1]{0,12}",
            chars in 1usize..130,
        ) {
            if let Some(html) = cut(&text, &q, chars) {
                let inner = shown(&html);
                let inner = inner.strip_prefix('…').unwrap_or(&inner);
                let inner = inner.strip_suffix('…').unwrap_or(inner);
                prop_assert!(text.contains(inner), "{} not in {}", inner, text);
                prop_assert!(inner.chars().count() <= chars.max(1));
                prop_assert!(html.contains("<mark>"));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", q in "\\PC{0,20}", chars in 0usize..50) {
            let query = ask(&q);
            let _ = cut(&text, &q, chars);
            if let Some(html) = mark(&text, &query) {
                prop_assert_eq!(shown(&html), text);
            }
        }
    }
}
