//! Character n-grams: what finds a word when the dictionary cuts it otherwise.
//! Must not know words or dictionaries.

use std::ops::Range;

use super::Token;
use super::normal::Normalised;

/// What a character is to n-grams.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Written without spaces: ideographs, kana, hangul.
    Ideograph,
    /// Letter or digit of a script with spaces; its words stay whole.
    Letter,
    Other,
}

fn class(c: char) -> Class {
    match c {
        // Most characters of a list, and its punctuation, are decided here without a table.
        '\u{4E00}'..='\u{9FFF}' => Class::Ideograph,
        '0'..='9' | 'a'..='z' | 'A'..='Z' => Class::Letter,
        '\0'..='\u{7F}' | '、' | '。' => Class::Other,
        '\u{3400}'..='\u{4DBF}'
        | '\u{3040}'..='\u{30FF}'
        | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}'
        | '〇'
        | '々' => Class::Ideograph,
        c if c.is_alphanumeric() => Class::Letter,
        _ => Class::Other,
    }
}

/// Whether the text has anything that a search can find: a letter, digit or ideograph.
pub fn is_searchable(text: &str) -> bool {
    text.chars().any(|c| class(c) != Class::Other)
}

/// Calls `each` with the byte range of every n-gram of a normalised text: `n` characters inside a
/// run of ideographs (the whole run where it is shorter), and each word of other letters whole.
pub fn each_gram(normal: &str, n: usize, mut each: impl FnMut(Range<usize>)) {
    // Starts of the last `n` ideographs of the present run, oldest first.
    let mut window: [usize; 4] = [0; 4];
    let n = n.clamp(1, window.len());
    let mut run = 0;
    let mut word: Option<usize> = None;
    let mut run_start = 0;
    for (at, c) in normal.char_indices() {
        let class = class(c);
        if class != Class::Letter
            && let Some(start) = word.take()
        {
            each(start..at);
        }
        if class == Class::Ideograph {
            if run == 0 {
                run_start = at;
            }
            if run >= n {
                window.copy_within(1..n, 0);
                window[n - 1] = at;
            } else {
                window[run] = at;
            }
            run += 1;
            if run >= n {
                each(window[0]..at + c.len_utf8());
            }
        } else {
            if (1..n).contains(&run) {
                each(run_start..at);
            }
            run = 0;
            if class == Class::Letter && word.is_none() {
                word = Some(at);
            }
        }
    }
    if let Some(start) = word {
        each(start..normal.len());
    }
    if (1..n).contains(&run) {
        each(run_start..normal.len());
    }
}

/// n-grams of a text as written, with their places in it.
pub fn grams(text: &str, n: usize) -> Vec<Token> {
    let normal = Normalised::new(text);
    let mut tokens = Vec::new();
    each_gram(&normal.text, n, |range| {
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

/// Stands before the first character of a text in [`each_substring_gram`], so that "begins with"
/// is a phrase like any other. A control character: normalised text has none but the line break.
pub const START: char = '\u{2}';

/// Calls `each` with every 1-gram or 2-gram over all characters but white space, and its position:
/// a text contains a string exactly when the string's grams stand in it at consecutive positions.
/// Lines do not touch: a string is never found across two of them. With `n` 2 the first gram is
/// [`START`] and the first character.
pub fn each_substring_gram(normal: &str, n: usize, mut each: impl FnMut(&str, u32)) {
    let mut position = 0;
    let mut previous = (n == 2).then_some(START);
    let mut buffer = String::new();
    for c in normal.chars() {
        if c == '\n' {
            previous = None;
            position += 2;
            continue;
        }
        if c.is_whitespace() {
            continue;
        }
        if n == 1 {
            buffer.clear();
            buffer.push(c);
            each(&buffer, position);
        } else if let Some(previous) = previous {
            buffer.clear();
            buffer.extend([previous, c]);
            each(&buffer, position);
        }
        previous = Some(c);
        position += 1;
    }
}

/// The 2-grams by which [`each_substring_gram`] finds a string inside a text, without the start.
pub fn substring_grams(normal: &str) -> Vec<String> {
    let chars: Vec<char> = normal.chars().filter(|c| !c.is_whitespace()).collect();
    chars.windows(2).map(|pair| pair.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, n: usize) -> Vec<String> {
        grams(text, n).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn grams_stay_inside_runs_and_letters_stay_whole() {
        assert_eq!(
            texts("食品安全，C1驾照", 2),
            ["食品", "品安", "安全", "c1", "驾照"]
        );
        assert_eq!(texts("食品，C1", 1), ["食", "品", "c1"]);
        assert_eq!(texts("税。税法a税", 2), ["税", "税法", "a", "税"]);
        assert_eq!(texts("abc def", 2), ["abc", "def"]);
        assert!(texts("，。 ！", 2).is_empty());
    }

    #[test]
    fn places_of_grams_are_those_of_the_text_as_written() {
        let text = "《食\u{200B}品經營》";
        for token in grams(text, 2) {
            assert_eq!(
                super::super::normal::normalise(&text[token.start..token.end]),
                token.text
            );
        }
        assert_eq!(grams(text, 2).len(), 3);
    }

    #[test]
    fn substring_grams_cover_punctuation_and_respect_lines() {
        let mut seen = Vec::new();
        each_substring_gram("食 品<\n证", 2, |g, p| seen.push((g.to_owned(), p)));
        let want = [("\u{2}食", 0), ("食品", 1), ("品<", 2)].map(|(g, p)| (g.to_owned(), p));
        assert_eq!(seen, want);
        let mut seen = Vec::new();
        each_substring_gram("食\n证", 1, |g, p| seen.push((g.to_owned(), p)));
        assert_eq!(seen, [("食".to_owned(), 0), ("证".to_owned(), 3)]);
        assert_eq!(substring_grams("食品 证"), ["食品", "品证"]);
    }
}
