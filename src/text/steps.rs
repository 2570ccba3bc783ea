//! Numbered texts (duties, faults), split into their steps for a list.
//! Must not know which column a text came from, nor registers, pages or HTTP.

mod marker;

pub(super) use marker::Marker;
use marker::{STYLES, Style};

/// A step of a numbered text, or what stands between numbers: a lead or the heading of a group.
/// Its pieces stand in the text in this order; together they hold every letter and digit,
/// numbers by their value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Value of the printed number, so that a gap or a second count stays one; none for a lead or
    /// a heading.
    pub number: Option<u32>,
    /// What the step is called before its colon: 受理责任; of a heading all there is.
    pub name: Option<String>,
    /// Perhaps several lines; empty only after a name.
    pub text: String,
}

/// The steps of a text in its order. `None` if it does not count from 1 to at least 2 in one style.
pub fn steps(text: &str) -> Option<Vec<Step>> {
    let counted = counted(text)?;
    let first = counted.first()?;
    let mut found = Vec::new();
    let mut add = |number: Option<u32>, part: &str, is_last: bool| {
        let (own, heading) = match is_last {
            true => (part, None),
            false => headed(part, number.is_none()),
        };
        if number.is_some() || !own.trim().is_empty() {
            found.push(Step::new(number, own));
        }
        found.extend(heading.map(Step::heading));
    };
    add(None, &text[..first.at], false);
    let ends = counted.iter().skip(1).map(|m| m.at).map(Some);
    for (mark, end) in counted.iter().zip(ends.chain([None])) {
        let part = &text[mark.end..end.unwrap_or(text.len())];
        add(Some(mark.number), part, end.is_none());
    }
    Some(found)
}

impl Step {
    fn new(number: Option<u32>, text: &str) -> Self {
        let text = text.trim();
        let named = number.and_then(|_| named(text));
        let (name, text) = named.map_or((None, text), |(name, text)| (Some(name), text));
        Self {
            number,
            name: name.map(str::to_owned),
            text: text.to_owned(),
        }
    }

    fn heading(name: &str) -> Self {
        Self {
            number: None,
            name: Some(name.to_owned()),
            text: String::new(),
        }
    }
}

/// A number found in a text.
#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    end: usize,
    style: Style,
    number: u32,
    place: Place,
}

/// Where a number stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of a line, after one that introduces a group.
    Group,
    /// At the beginning of a line, after one that is complete.
    Line,
    /// At the beginning of a line, after one that a narrow cell may have broken.
    Break,
    Within,
}

/// The numbers that count the steps of a text: of the style that begins first.
fn counted(text: &str) -> Option<Vec<Mark>> {
    let marks = marks(text);
    let counts = STYLES.into_iter().filter_map(|style| {
        let of_style = || marks.iter().filter(move |m| m.style == style);
        let lines = count(of_style().filter(|m| m.place != Place::Within));
        let all = count(of_style());
        // Numbers within lines may be those of a list within a step.
        let longer = if all.len() > lines.len() { all } else { lines };
        (longer.len() > 1).then_some(longer)
    });
    counts.min_by_key(|count| count.first().map(|m| m.at))
}

/// Those of the numbers that count on from 1.
fn count<'a>(marks: impl Iterator<Item = &'a Mark>) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    for mark in marks {
        let last = found.last().map_or(0, |m| m.number);
        let is_next = mark.number == last + 1;
        let counts_on = match mark.place {
            _ if last == 0 => is_next,
            Place::Within | Place::Break => is_next,
            // What is printed may leave numbers out, and count anew.
            Place::Line => mark.number > last,
            Place::Group => mark.number > last || mark.number == 1,
        };
        if counts_on {
            found.push(*mark);
        }
    }
    // 1. 1. of two groups with one step each does not count.
    match found.iter().any(|m| m.number == 2) {
        true => found,
        false => Vec::new(),
    }
}

/// Every number of a text that stands where a step may begin.
fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let (mut last, mut is_line, mut is_spaced) = ('。', true, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            is_line |= c == '\n';
            is_spaced = true;
            continue;
        }
        let may_begin = is_spaced || is_line || is_end(last);
        let marker = Marker::read(&text[at..]);
        if let Some(marker) = marker.filter(|m| may_begin || may_adjoin(last, m)) {
            marks.push(Mark {
                at,
                end: text.len() - marker.after.len(),
                style: marker.style,
                number: marker.number,
                place: match is_line {
                    false => Place::Within,
                    true if is_heading_before(&text[..at]) => Place::Group,
                    true if is_end(last) => Place::Line,
                    true => Place::Break,
                },
            });
        }
        (last, is_line, is_spaced) = (c, false, false);
    }
    marks
}

/// Whether a sentence or what introduces a list may end with a character.
fn is_end(c: char) -> bool {
    "。；;：:！!.”\"".contains(c)
}

/// Whether a number may begin a step right after a word: sentences lack their full stop.
fn may_adjoin(last: char, marker: &Marker<'_>) -> bool {
    let is_named = || named(marker.after).is_some_and(|(name, _)| is_duty(name));
    // 应承担责任1.…的2.…的3.…
    "的任".contains(last) || (last.is_alphabetic() && last != '第' && is_named())
}

/// Whether the last line of a text introduces a group.
fn is_heading_before(text: &str) -> bool {
    let mut last = text.trim_end().chars().rev().take(9).collect::<Vec<_>>();
    last.reverse();
    let last: String = last.into_iter().collect();
    last.ends_with(['：', ':']) || is_duty(last.rsplit('\n').next().unwrap_or(&last))
}

/// A text without the heading of the group after it, and that heading: a few words at the end
/// with a colon. All of a lead may be a heading.
fn headed(text: &str, is_lead: bool) -> (&str, Option<&str>) {
    let text = text.trim_end();
    let cut = text.rfind(['\n', '。', '；', ';']);
    let cut = cut.map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    });
    let (own, line) = text.split_at(cut);
    let name = line.trim().trim_end_matches(['：', ':']);
    let (own, is_colon) = (own.trim_end(), name.len() < line.trim().len());
    let is_apart = match own.is_empty() {
        true => is_lead,
        // The end of a sentence that a narrow cell has broken may look like a heading.
        false => own.ends_with(is_end) || (is_duty(name) && !is_lead),
    };
    match is_apart && is_name(name) && (is_duty(name) || is_colon) {
        true => (own, Some(name)),
        false => (text, None),
    }
}

/// The name that a step's text begins with, and the text after it.
fn named(text: &str) -> Option<(&str, &str)> {
    let is_end = |(_, c): &(usize, char)| "：:。 \u{3000}\n".contains(*c);
    let (at, end) = text.char_indices().take(17).find(is_end)?;
    let (name, after) = (&text[..at], text[at + end.len_utf8()..].trim_start());
    let is_short = "：:".contains(end) && name.chars().count() <= 6;
    let is_apart =
        is_name(name) && after.starts_with(|c: char| c.is_alphanumeric() || "《（(“".contains(c));
    (is_apart && (is_duty(name) || is_short)).then_some((name, after))
}

/// Whether a text may be the name of a step or a group: a few words without punctuation.
fn is_name(text: &str) -> bool {
    let is_word = |c: char| c.is_alphabetic() || "（）()、".contains(c);
    (1..=16).contains(&text.chars().count()) && text.chars().all(is_word)
}

/// Whether a name says that it is one of a duty or a stage.
fn is_duty(name: &str) -> bool {
    let ends = ["责任", "职责", "阶段", "环节"];
    name.chars().count() > 2 && ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps in a text each: 1 受理责任|登记蜂箱。
    fn shown(text: &str) -> Vec<String> {
        let steps = steps(text).unwrap_or_default();
        let number = |s: &Step| s.number.map_or(String::new(), |n| n.to_string());
        let name = |s: &Step| s.name.clone().unwrap_or_default();
        steps
            .iter()
            .map(|s| format!("{} {}|{}", number(s), name(s), s.text))
            .collect()
    }

    #[test]
    fn every_style_of_numbers_counts() {
        for text in [
            "1.受理责任：登记。\n2.审查责任：开箱。",
            "1、受理责任：登记。2．审查责任：开箱。",
            "（1）受理责任：登记。（2）审查责任：开箱。",
            "(一)受理责任:登记。 (二)审查责任:开箱。",
            "一、受理责任：登记。\r\n二、审查责任：开箱。",
            "①受理责任 登记。②审查责任。开箱。",
            "1）受理责任：登记。２）审查责任：开箱。",
        ] {
            assert_eq!(
                shown(text),
                ["1 受理责任|登记。", "2 审查责任|开箱。"],
                "{text}"
            );
        }
        let adjoined = "有下列情形的，承担责任1.不登记的2.不开箱的3.送达责任：不送";
        let steps = [
            " |有下列情形的，承担责任",
            "1 |不登记的",
            "2 |不开箱的",
            "3 送达责任|不送",
        ];
        assert_eq!(shown(adjoined), steps);
    }

    #[test]
    fn groups_gaps_and_lists_within_steps_stay() {
        let text = "直接实施责任：\n1.登记：\n（1）蜂箱；\n（2）蜂王。\n2.开箱。指导监督责任：\n1.指导。\n4.检查：1.箱；2.蜂。";
        let steps = [
            " 直接实施责任|",
            "1 登记|（1）蜂箱；\n（2）蜂王。",
            "2 |开箱。",
            " 指导监督责任|",
            "1 |指导。",
            "4 检查|1.箱；2.蜂。",
        ];
        assert_eq!(shown(text), steps);
    }

    #[test]
    fn numbers_of_sentences_do_not_count() {
        for text in [
            "",
            "登记蜂箱。",
            "1.登记蜂箱。",
            "2.登记。3.开箱。",
            "处1.5万元以上2.5万元以下罚款。",
            "依照第1款、第2款，自2001年1月2日起。",
            "1.登记。\n指导责任：\n1.指导。",
            "第一、第二蜂场",
        ] {
            assert_eq!(steps(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_lost_or_reordered() {
        let parts = [
            "1.",
            "2.",
            "3.",
            "4、",
            "（1）",
            "（2）",
            "受理责任",
            "：",
            "。",
            "\n",
            " ",
            "蜂箱",
            "的",
            "第",
            "5",
            "指导责任：\n",
            "；",
        ];
        let (mut seed, mut split) = (7_u64, 0);
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..24 {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(parts[usize::try_from(seed >> 33).unwrap() % parts.len()]);
            }
            let letters = |text: &str| {
                text.chars()
                    .filter(|c| c.is_alphanumeric())
                    .collect::<String>()
            };
            if steps(&text).is_some() {
                assert_eq!(letters(&shown(&text).concat()), letters(&text), "{text}");
                split += 1;
            }
        }
        assert!(split > 5_000, "{split}");
    }
}
