//! Where in a legal basis a law or an article may begin.
//! Must not know what begins there.

use super::label::label;

/// Where in a text something stands that may begin a law or an article.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// At its beginning, or among articles that are only listed.
    List,
    /// At the beginning of a line, after a line that is complete.
    Line,
    /// At the beginning of a line, after one that a narrow cell may have broken.
    Break,
    /// In a line, after a sentence.
    Sentence,
    Within,
}

/// Every character of a text but white space, with its place.
pub(super) fn places(text: &str) -> impl Iterator<Item = (Place, usize, char)> {
    let listed = listed(text);
    let (mut last, mut is_line) = (None, true);
    text.char_indices().filter_map(move |(at, c)| {
        if c.is_whitespace() {
            is_line |= c == '\n';
            return None;
        }
        let before = last.replace(c);
        let begins = std::mem::take(&mut is_line);
        let is_after = |ends: &str| before.is_none_or(|b| ends.contains(b));
        let place = match begins {
            _ if at <= listed => Place::List,
            true if is_after("。；;！？!?…”\"：:）)】]》>.") => Place::Line,
            true => Place::Break,
            false if is_after("。；;！？!?…”\"") => Place::Sentence,
            false => Place::Within,
        };
        Some((place, at, c))
    })
}

/// How far a text only lists articles.
fn listed(text: &str) -> usize {
    let mut rest = text.trim_start_matches(is_separator);
    while let Some(end) = label(rest) {
        rest = rest[end..].trim_start_matches(is_separator);
    }
    text.len() - rest.len()
}

/// What stands between pieces and is not shown.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || "：:、，,；;。".contains(c)
}
