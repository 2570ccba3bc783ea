//! A description of business cut into parts: 经营范围 with its headings, brackets and notes, or a
//! sentence; what it excludes is set aside. Must not know activities or lists.

mod excluded;

use std::ops::Range;

use crate::text::normal::Normalised;

use excluded::exclusions;

/// Longest description in characters: whole 经营范围 of large companies stay below.
pub const MAX_DESCRIPTION_CHARS: usize = 2_000;

/// What parts stand apart by.
const ENDS: [char; 6] = ['。', ';', '\n', '!', '?', '|'];
/// Headings of a 经营范围.
const HEADINGS: [&str; 8] = [
    "许可经营项目",
    "一般经营项目",
    "许可项目",
    "一般项目",
    "经营范围",
    "主营业务",
    "主营",
    "兼营",
];
/// What notes of registrations say, which are no business.
const NOTES: [&str; 7] = [
    "依法须经批准",
    "依法需经批准",
    "方可开展经营",
    "自主开展经营",
    "审批结果为准",
    "批准文件",
    "许可证件为准",
];
/// A part of a description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// As written, without its heading.
    pub text: String,
    /// Normalised, with blanks for what does not count: headings, notes, exclusions.
    pub normal: String,
    /// What it says it does not include, as written.
    pub excluded: Vec<String>,
    /// Stands under 一般项目, which needs no permit by the registrar's own sorting.
    pub general: bool,
}

/// Parts of a description in their order, without those that say nothing.
pub fn parts(description: &str) -> Vec<Part> {
    let normal = Normalised::new(description);
    let text = normal.text.as_str();
    let mut blank = vec![false; text.len()];
    for range in notes(text) {
        blank[range].fill(true);
    }
    let mut excluded = Vec::new();
    for range in exclusions(text) {
        if !blank[range.start] {
            excluded.push(range.clone());
        }
        blank[range].fill(true);
    }
    let headings = headings(text);
    for (range, _) in &headings {
        blank[range.clone()].fill(true);
    }
    let mut general = false;
    let mut parts = Vec::new();
    for range in split(text, &headings) {
        if let Some((_, is_general)) = headings.iter().find(|(h, _)| h.start == range.start) {
            general = *is_general;
        }
        let counted: String = text[range.clone()]
            .char_indices()
            .map(|(at, c)| if blank[range.start + at] { ' ' } else { c })
            .collect();
        if !counted.chars().any(char::is_alphanumeric) {
            continue;
        }
        let heading = headings.iter().find(|(h, _)| h.start == range.start);
        let begin = heading.map_or(range.start, |(h, _)| h.end);
        let written = |range: Range<usize>| {
            let edges = |c: char| c.is_whitespace() || "；;。，,".contains(c);
            description[normal.origin(range)]
                .trim_matches(edges)
                .to_owned()
        };
        let inside = |e: &&Range<usize>| range.start <= e.start && e.end <= range.end;
        parts.push(Part {
            text: written(begin..range.end),
            normal: counted,
            excluded: excluded
                .iter()
                .filter(inside)
                .map(|e| written(e.clone()))
                .collect(),
            general,
        });
    }
    parts
}

/// Ranges between ends of parts, cut before each heading too.
fn split(text: &str, headings: &[(Range<usize>, bool)]) -> Vec<Range<usize>> {
    let mut cuts: Vec<usize> = headings.iter().map(|(h, _)| h.start).collect();
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            // A bracket may list what it includes; one that never closes must not swallow the rest.
            c if ENDS.contains(&c) && (depth == 0 || !text[at..].contains(')')) => {
                cuts.push(at + c.len_utf8());
            }
            _ => {}
        }
    }
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

/// Headings with their colons, and whether each begins what needs no permit.
fn headings(text: &str) -> Vec<(Range<usize>, bool)> {
    let mut found: Vec<(Range<usize>, bool)> = Vec::new();
    for heading in HEADINGS {
        for (at, _) in text.match_indices(heading) {
            let mut end = at + heading.len();
            let rest = text[end..].trim_start_matches([' ', ':']);
            let colon = text[end..text.len() - rest.len()].contains(':');
            end = text.len() - rest.len();
            // 主营 and 经营范围 stand in sentences too.
            let counts = colon || heading.ends_with("项目");
            if counts && !found.iter().any(|(h, _)| h.start <= at && at < h.end) {
                found.push((at..end, heading.starts_with("一般")));
            }
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// Brackets and sentences that are notes of the registrar.
fn notes(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for note in NOTES {
        for (at, _) in text.match_indices(note) {
            let open = text[..at].rfind(['(', '[', '。', ';', '\n']);
            let start = open.map_or(0, |open| {
                let bracket = text[open..].starts_with(['(', '[']);
                open + if bracket {
                    0
                } else {
                    text[open..].chars().next().map_or(0, char::len_utf8)
                }
            });
            let close = text[at..].find([')', ']', '。', ';', '\n']);
            let end = close.map_or(text.len(), |close| at + close + 1);
            found.push(start..text.ceil_char_boundary(end));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(description: &str) -> Vec<String> {
        parts(description).into_iter().map(|p| p.text).collect()
    }

    /// What counts, without blanks.
    fn counted(description: &str) -> String {
        let parts = parts(description).into_iter();
        let all: String = parts.map(|p| p.normal + "|").collect();
        all.split_whitespace().collect()
    }

    #[test]
    fn a_scope_of_business_is_cut_into_its_activities() {
        let scope = "许可项目：食品销售；烟草制品零售（依法须经批准的项目，经相关部门批准后方可开展经营活动）。\
                     一般项目：日用百货销售；广告设计、代理（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）";
        let found = parts(scope);
        let texts: Vec<&str> = found.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(texts[0], "食品销售");
        assert!(texts[1].starts_with("烟草制品零售"));
        assert_eq!(texts[2], "日用百货销售");
        assert!(texts[3].starts_with("广告设计、代理"));
        assert_eq!(
            found.iter().map(|p| p.general).collect::<Vec<_>>(),
            [false, false, true, true]
        );
        assert_eq!(
            counted(scope),
            "食品销售;|烟草制品零售。|日用百货销售;|广告设计、代理|"
        );
        assert!(found.iter().all(|p| p.excluded.is_empty()));
        assert_eq!(texts_of_plain(), ["开个小饭馆，顺便卖烟"]);
    }

    fn texts_of_plain() -> Vec<String> {
        texts("开个小饭馆，顺便卖烟")
    }

    #[test]
    fn traditional_characters_and_full_width_are_read() {
        assert_eq!(counted("經營範圍：貨物運輸（不含危險貨物）"), "货物运输()|");
        assert_eq!(texts("經營範圍：貨物運輸"), ["貨物運輸"]);
        assert!(parts("  。；").is_empty());
    }

    proptest! {
        #[test]
        fn any_description_is_cut(text in "[许可项目一般：；。（）不含除外烟酒依法须经批准的，、 a\n]{0,60}") {
            for part in parts(&text) {
                prop_assert!(text.contains(&part.text));
                prop_assert!(part.normal.chars().any(char::is_alphanumeric));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,120}") {
            let _ = parts(&text);
        }
    }
}
