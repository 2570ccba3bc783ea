//! What introduces a law in a legal basis: its rank, its name, its history.
//! Must not know what the articles of a law say, nor whether it exists.

use super::super::citation::{ending, number};
use super::super::steps::Marker;
use super::label::{begins_article, continues, label};
use super::place::{Place, is_separator};

/// What introduces a law, and the text after it.
pub(super) struct Heading<'a> {
    /// Without its brackets.
    pub rank: Option<&'a str>,
    /// Name in one line, without the 《》 around it.
    pub law: String,
    /// What the brackets after the name hold.
    pub note: Option<String>,
    /// Text after the heading.
    pub after: &'a str,
}

impl<'a> Heading<'a> {
    /// The heading a text begins with; if it is numbered, as the `place`-th of its list.
    pub fn read(text: &'a str, place: usize) -> Option<Self> {
        let text = text.trim_start();
        let text = match Marker::read(text) {
            Some(marker) if usize::try_from(marker.number) == Ok(place) => marker.after,
            Some(_) => return None,
            None => text,
        };
        let (rank, text) = ranked(text.trim_start());
        let unbracketed = || rank.and_then(|_| unbracketed_name(text));
        let (law, after) = name(text).or_else(unbracketed)?;
        let (note, after) = notes(after)?;
        Some(Self {
            rank,
            law: law.split_whitespace().collect(),
            note,
            after,
        })
    }

    /// Whether it introduces a law here rather than being part of a sentence that names one.
    pub fn stands_at(&self, place: Place) -> bool {
        let after = self.after.trim_start_matches([' ', '\u{3000}']);
        let label = label(after);
        let is_sentence = label.map_or(after.starts_with('的'), |end| continues(&after[end..]));
        if is_sentence || (self.rank.is_none() && !is_law(&self.law)) {
            return false;
        }
        let is_followed = label.is_some() || self.note.is_some();
        match place {
            Place::List | Place::Line => {
                is_followed
                    || self.rank.is_some()
                    || after.is_empty()
                    || after.starts_with(is_separator)
            }
            Place::Break | Place::Sentence => is_followed || self.rank.is_some(),
            Place::Within => is_followed && self.rank.is_some(),
        }
    }
}

/// Ranks as they stand before a colon or with half a bracket, where any word might stand.
const RANKS: [&str; 9] = [
    "法律",
    "法规",
    "行政法规",
    "地方性法规",
    "规章",
    "部门规章",
    "政府规章",
    "地方政府规章",
    "规范性文件",
];

/// The rank that a text begins with, and the text after it.
fn ranked(text: &str) -> (Option<&str>, &str) {
    let bracketed = text.strip_prefix(['【', '[', '〔']);
    let inner = bracketed.unwrap_or(text);
    let mut near = inner.char_indices().take(16);
    let Some((at, end)) = near.find(|(_, c)| "】]〕：:".contains(*c)) else {
        return (None, text);
    };
    let (word, after) = (inner[..at].trim(), &inner[at + end.len_utf8()..]);
    let is_rank = match bracketed.is_some() {
        // 【2013】 is the year of a document.
        true => !word.is_empty() && word.chars().all(char::is_alphabetic),
        false => RANKS.contains(&word),
    };
    match is_rank {
        true => (Some(word), after.trim_start_matches(is_separator)),
        false => (None, text),
    }
}

/// The name in 《》 that a text begins with, and the text after it. Names hold names of their own.
fn name(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('《')?;
    let mut depth = 1;
    for (at, c) in inner.char_indices().take(160) {
        match c {
            '《' | '〈' | '<' | '＜' => depth += 1,
            '》' | '〉' | '>' | '＞' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let end = at + c.len_utf8();
            let is_empty = inner[..at].trim().is_empty();
            return (!is_empty).then(|| resumed(inner, at, end));
        }
    }
    None
}

/// A name and the text after it; of 《A〈B》办法》 the name goes on to the second 》.
fn resumed(inner: &str, at: usize, end: usize) -> (&str, &str) {
    let after = &inner[end..];
    let is_end = |(_, c): &(usize, char)| !c.is_alphabetic();
    match after.char_indices().take(24).find(is_end) {
        Some((more, '》')) => {
            let whole = if more == 0 { at } else { end + more };
            (&inner[..whole], &after[more + '》'.len_utf8()..])
        }
        _ => (&inner[..at], after),
    }
}

/// A name after a rank that is not wholly in 《》: its organ before it, 办法 after it, half a bracket.
fn unbracketed_name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(['（', '(', '<', '〈', '《']);
    let mut depth = 0_i32;
    let end = text.char_indices().take(120).find_map(|(at, c)| {
        match c {
            '《' | '〈' | '<' => depth += 1,
            '》' | '〉' | '>' => depth -= 1,
            _ => {}
        }
        let is_end = "（(\n。，,；;：:".contains(c) || (c == '第' && label(&text[at..]).is_some());
        (is_end && depth <= 0).then_some(at)
    });
    let (printed, after) = text.split_at(end.unwrap_or(text.len()));
    let (before, is_partial) = match printed.split_once('《') {
        Some((before, _)) => (before, true),
        None => (printed, false),
    };
    let closed = printed.trim().trim_end_matches(['》', '>', '〉']);
    // 2017年国务院令第676号《…》: a sentence about the law.
    let is_name = is_law(closed) && !before.contains(|c: char| c.is_ascii_digit() || c == '【');
    is_name.then_some((if is_partial { printed.trim() } else { closed }, after))
}

/// How names of documents with rules end, besides those of laws.
const DOCUMENTS: [&str; 16] = [
    "通知", "意见", "公告", "方案", "纲要", "标准", "批复", "复函", "目录", "清单", "指南", "解释",
    "准则", "章程", "公约", "制度",
];

/// Whether a name is that of a law or a document with rules; 申请表 is not.
fn is_law(name: &str) -> bool {
    let open = name.strip_suffix(['）', ')']);
    let before = open.and_then(|open| open.rsplit_once(['（', '(']));
    let name = before.map_or(name, |(before, _)| before);
    ending(name).is_some() || DOCUMENTS.iter().any(|end| name.ends_with(end))
}

/// What stands in brackets at the beginning of a text, in one line, and the text after it. `None` if it cannot
/// be told where a bracket ends.
fn notes(text: &str) -> Option<(Option<String>, &str)> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(inner) = rest.trim_start().strip_prefix(['（', '(', '〔', '[']) {
        let (note, after) = bracketed(inner)?;
        // （一） after a name is a place in it.
        if number(note).is_some_and(|n| n < 100) {
            break;
        }
        let lines = note.trim_start_matches(['（', '(']).lines().map(str::trim);
        found.push(lines.collect::<String>());
        rest = after;
    }
    Some(((!found.is_empty()).then(|| found.join("；")), rest))
}

/// The content of a bracket that has just been opened, and the text after it. Of brackets in each
/// other one is often not closed: then it ends with the line before the first article.
fn bracketed(inner: &str) -> Option<(&str, &str)> {
    let (mut depth, mut squares, mut last) = (1, 0, None);
    for (at, c) in inner.char_indices().take(1_500) {
        let here = (&inner[..at], &inner[at + c.len_utf8()..]);
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => (depth, last) = (depth - 1, Some(here)),
            '〔' | '[' => squares += 1,
            '〕' | ']' if squares == 0 && depth == 1 => return Some(here),
            '〕' | ']' => squares -= 1,
            '\n' if begins_article(here.1) => return last.or(Some(here)),
            _ => {}
        }
        if depth == 0 {
            return last;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Option<&str>, String, Option<String>)> {
        Heading::read(text, 1).map(|h| (h.rank, h.law, h.note))
    }

    #[test]
    fn headings_are_printed_in_many_ways() {
        for (text, rank, law, note) in [
            (
                "【法律】《养蜂法》（2001年（第5号））第三条",
                "法律",
                "养蜂法",
                "2001年（第5号）",
            ),
            (
                "[ 规章 ]：《养蜂办法》(令第5号)",
                "规章",
                "养蜂办法",
                "令第5号",
            ),
            (
                "法规】《养蜂条例》》（2001年\n施行）（第5号）",
                "法规",
                "养蜂条例",
                "2001年施行；第5号",
            ),
            ("1.《养蜂\n法》 〔2001〕", "", "养蜂法", "2001"),
            (
                "一、法律：《养蜂法》（蜂发〔2001〕5号）",
                "法律",
                "养蜂法",
                "蜂发〔2001〕5号",
            ),
            ("《实施〈养蜂法〉办法》", "", "实施〈养蜂法〉办法", ""),
            ("《实施〈养蜂法》办法》", "", "实施〈养蜂法》办法", ""),
            (
                "【规章】实施《养蜂法》办法第二条",
                "规章",
                "实施《养蜂法》办法",
                "",
            ),
            ("【规章】《养蜂办法（第5号）", "规章", "养蜂办法", "第5号"),
            (
                "【法律】养蜂法》（（2001年\n第三条：",
                "法律",
                "养蜂法",
                "2001年",
            ),
            (
                "《养蜂法》（2001年（第5号）\n1.第三条：",
                "",
                "养蜂法",
                "2001年（第5号",
            ),
        ] {
            let found = read(text).unwrap();
            let pieces = (found.0.unwrap_or(""), found.1.as_str(), found.2.as_deref());
            assert_eq!(
                pieces,
                (rank, law, (!note.is_empty()).then_some(note)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_heading_is_not_read() {
        for text in [
            "养蜂法",
            "2.《养蜂法》",
            "【2013】《",
            "《养蜂法",
            "《 》第三条",
            "【法律】依照2001年令《养蜂法》",
            "《养蜂法》（2001年通过",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
