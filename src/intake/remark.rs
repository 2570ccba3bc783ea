//! What the words of a row say it is when it is no item: notes, sections, signatures, numbers.
//! Must not know columns or merges.

use super::clean;
use super::table::Row;

/// Whether a text opens a note: 注：…, 备注: …, 说明 1. …, 填表人 …; not 注销登记 or 说明书.
pub fn opens_note(text: &str) -> bool {
    let text = text.trim_start();
    let marks = ["备注", "附注", "说明", "注"];
    PEOPLE.iter().any(|w| text.starts_with(w))
        || marks
            .iter()
            .filter_map(|w| text.strip_prefix(w))
            .any(|rest| {
                let rest = rest.trim_start();
                rest.is_empty()
                    || rest.starts_with(|c: char| "：:.．、，,".contains(c) || c.is_numeric())
            })
}

/// A section's heading without its numbering and count: 一、行政许可（共3项） is 行政许可.
pub fn bare_section(text: &str) -> &str {
    let text = text
        .split('（')
        .next()
        .filter(|t| !t.is_empty())
        .unwrap_or_else(|| {
            // （二）行政强制（3项）
            let rest = text.split_once('）').map_or(text, |(_, rest)| rest);
            rest.split('（').next().unwrap_or(rest)
        });
    text.trim_start_matches(|c: char| "第一二三四五六七八九十、.．0123456789 ".contains(c))
        .trim()
}

/// Words before the names of those who filled in the form.
const PEOPLE: [&str; 9] = [
    "填表",
    "制表",
    "填报",
    "审核人",
    "审批人",
    "联系人",
    "联系电话",
    "单位（盖章）",
    "单位(盖章)",
];

/// 填表人：张三, 联系电话: 0419-…
pub fn names_people(text: &str) -> bool {
    let text = text.trim_start();
    PEOPLE.iter().any(|w| {
        text.strip_prefix(w)
            .and_then(|rest| rest.chars().take(4).position(|c| matches!(c, '：' | ':')))
            .is_some()
    })
}

/// A day, a page number, or a line for the stamp.
pub fn is_signature(text: &str) -> bool {
    let text = clean::heading(text);
    let digits = |c: char| c.is_numeric() || "〇一二三四五六七八九十".contains(c);
    let date = text.contains('年')
        && text.ends_with(['日', '月'])
        && text
            .chars()
            .all(|c| digits(c) || matches!(c, '年' | '月' | '日'));
    let iso = text.len() >= 8
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.'))
        && text.starts_with("20");
    let page = text.starts_with('第')
        && text.contains('页')
        && text
            .chars()
            .all(|c| digits(c) || matches!(c, '第' | '页' | '共' | '，' | '/'));
    date || iso || page || text.contains("盖章") || names_people(&text)
}

/// A running number as people write it: 12, 2,3, 5-1, 3.
pub fn is_number(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.len() <= 12
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '，' | '、' | '-'))
}

/// Whether a row numbers the columns: 1 2 3 …, or 甲 乙 丙 1 2 ….
pub fn is_column_numbers(row: &Row) -> bool {
    let mut next = 1;
    let mut stems = "甲乙丙丁戊己庚辛壬癸".chars();
    let follows = row.filled().all(|(_, text)| {
        let text = text.trim();
        let is_next = text.parse() == Ok(next);
        next += i32::from(is_next);
        let mut own = text.chars();
        is_next || (own.next() == stems.next() && own.next().is_none())
    });
    follows && row.filled().count() >= 4
}

/// Whether a text is numbered as headings are: 一、…, （二）…, 第三章 …, 第四部分; not 第二类….
pub fn opens_section(text: &str) -> bool {
    let numeral = |c: char| "一二三四五六七八九十".contains(c);
    let text = clean::heading(text);
    let rest = text.trim_start_matches(['（', '第']);
    let after = rest.trim_start_matches(numeral);
    if after.len() == rest.len() {
        return false;
    }
    match text.chars().next() {
        Some('（') => after.starts_with('）'),
        Some('第') => ["章", "节", "部分"].iter().any(|w| after.starts_with(w)),
        _ => after.starts_with(['、', '.', '．']),
    }
}
