//! One spelling for every character: half-width, lower case, simplified, one kind of bracket.
//! Works character by character, so that every place in the result leads back to the original.
//! Must not know words or dictionaries of words.

use std::ops::Range;
use std::sync::OnceLock;

use ferrous_opencc::{OpenCC, config::BuiltinConfig};

/// Marks a character that the normal form leaves out.
const DROPPED: u16 = 0;

/// Normal form of every character of the basic plane, by code point.
///
/// Made once per process: the conversion library knows phrases and is a hundred times slower than
/// a lookup, and a phrase could change the number of characters.
fn table() -> &'static [u16] {
    static TABLE: OnceLock<Vec<u16>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: Vec<u16> = (0..=u16::MAX).map(plain).collect();
        for (from, to) in simplified() {
            table[from] = to;
        }
        table
    })
}

/// `(code point, simplified form)` of the traditional characters.
fn simplified() -> Vec<(usize, u16)> {
    let blocks = [0x3400..=0x4DBF_u32, 0x4E00..=0x9FFF, 0xF900..=0xFAFF];
    let chars: Vec<char> = blocks
        .into_iter()
        .flatten()
        .filter_map(char::from_u32)
        .collect();
    // A line for each character, so that no phrase is found across two of them.
    let lines: String = chars.iter().flat_map(|&c| [c, '\n']).collect();
    let Ok(converter) = OpenCC::from_config(BuiltinConfig::T2s) else {
        // The dictionary is compiled into the library; without it text stays as it is written.
        return Vec::new();
    };
    let converted = converter.convert(&lines);
    let pairs = chars.iter().zip(converted.lines());
    pairs
        .filter_map(|(&from, line)| {
            let mut line = line.chars();
            let to = u16::try_from(u32::from(line.next()?)).ok()?;
            line.next().is_none().then_some((from as usize, to))
        })
        .collect()
}

/// Width, case, punctuation and invisible characters; ideographs stay.
fn plain(code: u16) -> u16 {
    let Some(c) = char::from_u32(u32::from(code)) else {
        return code;
    };
    let c = match c {
        // Full-width forms of ASCII.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let c = match c {
        '\n' => '\n',
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{00AD}' => return DROPPED,
        '\u{2028}' | '\u{2029}' | '\u{0085}' => '\n',
        c if c.is_whitespace() || c.is_control() => ' ',
        '〔' | '﹝' | '【' | '〖' | '〘' => '[',
        '〕' | '﹞' | '】' | '〗' | '〙' => ']',
        '〈' | '《' | '«' | '‹' | '⟨' | '⟪' | '︿' | '︽' => '<',
        '〉' | '》' | '»' | '›' | '⟩' | '⟫' | '﹀' | '︾' => '>',
        '﹙' | '︵' => '(',
        '﹚' | '︶' => ')',
        '“' | '”' | '„' | '‟' | '「' | '」' | '『' | '』' | '〝' | '〞' => '"',
        '‘' | '’' | '‚' | '‛' => '\'',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' => '-',
        '〜' | '∼' => '~',
        '•' | '‧' | '・' | '･' | '⋅' | '∙' => '·',
        '﹐' | '､' => ',',
        '｡' => '。',
        '﹕' | '︰' => ':',
        '﹔' => ';',
        c => c,
    };
    let mut lower = c.to_lowercase();
    let folded = match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    };
    u16::try_from(u32::from(folded)).unwrap_or(code)
}

/// Normal form of one character; `None` when it is left out.
pub fn fold(c: char) -> Option<char> {
    let Ok(code) = u16::try_from(u32::from(c)) else {
        return Some(c);
    };
    match table()[usize::from(code)] {
        DROPPED => None,
        other => char::from_u32(u32::from(other)),
    }
}

/// Normal form of a text; digits and line breaks stay.
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    normal.extend(text.chars().filter_map(fold));
    normal
}

/// A normalised text that remembers where each of its characters came from.
#[derive(Clone, Debug)]
pub struct Normalised {
    pub text: String,
    /// In order, without gaps in `text`. Most characters keep their length: a run is long.
    runs: Vec<Run>,
}

/// Characters next to each other in both texts: each as long as it was, or only one.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Byte offset in the normal text.
    at: u32,
    /// Byte offset in the original.
    origin: u32,
    /// Byte length in the original of the one character whose length changed; else 0.
    changed: u32,
}

impl Normalised {
    /// # Panics
    /// When the text is longer than 4 GiB.
    pub fn new(original: &str) -> Self {
        let place = |offset: usize| u32::try_from(offset).expect("a text is shorter than 4 GiB");
        let mut text = String::with_capacity(original.len());
        let mut runs: Vec<Run> = Vec::new();
        // Where the next character comes from if it belongs to the last run.
        let mut expected = None;
        // Most characters stay what they are: they are copied together, from here on.
        let mut unchanged = 0;
        for (origin, c) in original.char_indices() {
            let folded = fold(c);
            if folded == Some(c) && expected == Some(origin) {
                expected = Some(origin + c.len_utf8());
                continue;
            }
            text.push_str(&original[unchanged..origin]);
            unchanged = origin + c.len_utf8();
            let Some(folded) = folded else {
                continue;
            };
            let kept = folded.len_utf8() == c.len_utf8();
            if !kept || expected != Some(origin) {
                runs.push(Run {
                    at: place(text.len()),
                    origin: place(origin),
                    changed: if kept { 0 } else { place(c.len_utf8()) },
                });
            }
            expected = kept.then_some(unchanged);
            text.push(folded);
        }
        text.push_str(&original[unchanged..]);
        Self { text, runs }
    }

    /// Byte range in the original that a byte range of `text` came from; both at character
    /// borders. Characters left out at its ends do not belong to it.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let run = |byte: usize| {
            let after = self.runs.partition_point(|r| r.at as usize <= byte);
            after.checked_sub(1).map(|last| self.runs[last])
        };
        let end = |of: usize| match of.checked_sub(1).and_then(run) {
            Some(r) if r.changed > 0 => (r.origin + r.changed) as usize,
            Some(r) => r.origin as usize + (of - r.at as usize),
            None => 0,
        };
        let start = match run(range.start) {
            Some(r) if range.start < self.text.len() => {
                r.origin as usize + (range.start - r.at as usize)
            }
            _ => end(self.text.len()),
        };
        start..if range.is_empty() {
            start
        } else {
            end(range.end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_the_same_text_become_one() {
        for (written, normal) in [
            ("食品經營許可證", "食品经营许可证"),
            ("ＡＢＣ１２３", "abc123"),
            ("《食品安全法》", "<食品安全法>"),
            ("〈食品安全法〉", "<食品安全法>"),
            ("〔2024〕1号", "[2024]1号"),
            ("﹝2024﹞1号", "[2024]1号"),
            ("（试行）", "(试行)"),
            ("食\u{200B}品\u{FEFF}", "食品"),
            ("食\u{3000}品\u{A0}", "食 品 "),
            ("第一行\n第二行", "第一行\n第二行"),
            ("G1 Ⅱ", "g1 ⅱ"),
            ("勞動爭議調解與機動車駕駛證", "劳动争议调解与机动车驾驶证"),
        ] {
            assert_eq!(normalise(written), normal);
        }
    }

    #[test]
    fn ranges_lead_back_to_the_original() {
        let original = "申\u{200B}請《食品經營》";
        let normal = Normalised::new(original);
        assert_eq!(normal.text, "申请<食品经营>");
        let at = normal
            .text
            .find("申请")
            .map(|a| a..a + "申请".len())
            .unwrap();
        assert_eq!(&original[normal.origin(at)], "申\u{200B}請");
        let at = normal
            .text
            .find("食品经营")
            .map(|a| a..a + "食品经营".len())
            .unwrap();
        assert_eq!(&original[normal.origin(at)], "食品經營");
    }

    proptest! {
        #[test]
        fn normal_form_is_stable_and_ranges_are_valid(text in "\\PC{0,60}", a in 0usize..40, b in 0usize..40) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once.clone());
            let normal = Normalised::new(&text);
            prop_assert_eq!(&normal.text, &once);
            let borders: Vec<usize> = once.char_indices().map(|(i, _)| i).chain([once.len()]).collect();
            let (a, b) = (borders[a.min(borders.len() - 1)], borders[b.min(borders.len() - 1)]);
            let range = normal.origin(a.min(b)..a.max(b));
            prop_assert_eq!(normalise(&text[range]), &once[a.min(b)..a.max(b)]);
        }
    }
}
