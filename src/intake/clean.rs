//! Cleaning of cell texts without loss of meaning.
//! Must not know kinds or places; whoever cleans decides whether to keep the original beside.

use std::borrow::Cow;

/// Whether the character belongs to Chinese running text, inside which white space means nothing.
fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{2fdf}' | '\u{3001}'..='\u{303f}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}'
        | '“' | '”' | '‘' | '’' | '—' | '…')
}

/// Characters that spreadsheets leave behind and nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{00ad}')
        || (c.is_control() && c != '\n')
}

/// Whether every kind of cleaning leaves the text as it is: no white space, nothing invisible, no
/// `_x000D_`. Most cells of most lists are so, and need not be taken apart.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| match c {
        '\u{3001}'..='\u{d7ff}' => true,
        '_' => false,
        c => !c.is_whitespace() && !is_invisible(c),
    })
}

/// One kind of line break, one kind of space, nothing invisible, `_x000D_` (a line break that
/// OOXML could not write) taken out.
fn unify(text: &str) -> String {
    let text = if text.contains(['_', '\r']) {
        let text = text.replace("_x000D_", "").replace("\r\n", "\n");
        Cow::Owned(text.replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\u{a0}' | '\u{3000}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => {
                Some(' ')
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => Some('\n'),
            c if is_invisible(c) => None,
            c => Some(c),
        })
        .collect()
}

/// Whether a line opens a numbered point: "1." "（一）" "一、" "第三条" "【法律】".
fn opens_point(line: &str) -> bool {
    let mut chars = line.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    let numeral = |c: char| {
        c.is_ascii_digit() || ('０'..='９').contains(&c) || "一二三四五六七八九十".contains(c)
    };
    match first {
        '【' | '①'..='⑳' | '●' | '★' | '◆' | '·' => true,
        '（' | '(' => chars.next().is_some_and(numeral),
        '第' => line
            .chars()
            .take(8)
            .any(|c| matches!(c, '条' | '款' | '项' | '章')),
        c if numeral(c) => chars
            .find(|&c| !numeral(c))
            .is_some_and(|c| matches!(c, '.' | '．' | '、' | ')' | '）' | ',' | '，')),
        _ => false,
    }
}

fn ends_sentence(line: &str) -> bool {
    line.ends_with(['。', '；', '：', '！', '？', ';', ':', '!', '?', '】', '.'])
}

/// Joins two pieces of one sentence: no space inside Chinese, one between Latin words.
fn push_joined(out: &mut String, piece: &str) {
    let latin = |c: char| c.is_ascii_alphanumeric();
    if let (Some(last), Some(first)) = (out.chars().last(), piece.chars().next())
        && latin(last)
        && latin(first)
    {
        out.push(' ');
    }
    out.push_str(piece);
}

/// White space inside one line: none beside Chinese characters, one space elsewhere.
fn tidy_spaces(line: &str, keep_between_cjk: bool) -> String {
    let mut out = String::with_capacity(line.len());
    let mut pending = false;
    for c in line.trim().chars() {
        if c == ' ' {
            pending = true;
            continue;
        }
        if pending {
            pending = false;
            let beside_cjk = out.chars().last().is_some_and(is_cjk) && is_cjk(c);
            if keep_between_cjk || !beside_cjk {
                out.push(' ');
            }
        }
        out.push(c);
    }
    out
}

/// Cleans a cell of a short field (name, type, department): line breaks are folded
/// (行政⏎处罚 is 行政处罚), except that a numbered point stays apart by a space.
pub fn short(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let unified = unify(text);
    let mut out = String::with_capacity(unified.len());
    for line in unified.split('\n').map(str::trim).filter(|l| !l.is_empty()) {
        if !out.is_empty() && opens_point(line) {
            out.push(' ');
            out.push_str(line);
        } else {
            push_joined(&mut out, line);
        }
    }
    // A space before a numbered point survives; others beside Chinese characters do not.
    tidy_spaces(&out, false)
}

/// Cleans a cell of a long field: paragraphs stay, blank lines and runs of spaces go, and lines
/// broken by a narrow column are joined again.
pub fn long(text: &str) -> String {
    long_and_joined(text).0
}

/// [`long`], and whether lines were joined: a guess, so that the original is worth keeping.
pub fn long_and_joined(text: &str) -> (String, bool) {
    if is_plain(text) {
        return (text.to_owned(), false);
    }
    let unified = unify(text);
    let lines: Vec<String> = unified
        .split('\n')
        .map(|l| tidy_spaces(l, true))
        .filter(|l| !l.is_empty())
        .collect();
    if !is_hard_wrapped(&lines) {
        return (lines.join("\n"), false);
    }
    let mut out = String::with_capacity(unified.len());
    for line in &lines {
        if out.is_empty() {
            out.push_str(line);
        } else if opens_point(line) || ends_sentence(&out) {
            out.push('\n');
            out.push_str(line);
        } else {
            push_joined(&mut out, line);
        }
    }
    (out, true)
}

/// Whether the line breaks come from a column's width: five or more lines, nearly all of one
/// width, half of which end inside a sentence. (The statistics office's list breaks every three
/// characters.)
fn is_hard_wrapped(lines: &[String]) -> bool {
    if lines.len() < 5 {
        return false;
    }
    let widths: Vec<usize> = lines.iter().map(|l| l.chars().count()).collect();
    let inner = || {
        (0..lines.len() - 1).filter(|&i| !ends_sentence(&lines[i]) && !opens_point(&lines[i + 1]))
    };
    let widest = widths.iter().copied().max().unwrap_or(0);
    let open = inner().count();
    let full = inner().filter(|&i| widths[i] + 3 >= widest).count();
    widest <= 40 && open * 2 >= lines.len() && full * 10 >= open * 8
}

/// Whether two texts differ in more than white space.
pub fn differs_in_substance(a: &str, b: &str) -> bool {
    let is_visible = |c: &char| !c.is_whitespace() && !is_invisible(*c);
    let whole = |s: &str| match s.contains("_x000D_") {
        true => s.replace("_x000D_", ""),
        false => s.to_owned(),
    };
    a != b
        && !whole(a)
            .chars()
            .filter(is_visible)
            .eq(whole(b).chars().filter(is_visible))
}

/// A heading's comparable form: no white space, no marks of obligation, half-width.
pub fn heading(text: &str) -> String {
    unify(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '＊' | ':' | '：' | '※'))
        .map(|c| match c {
            '(' => '（',
            ')' => '）',
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
                char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
            }
            c => c,
        })
        .collect()
}

/// Whether nothing visible is in the cell.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_cells_lose_their_line_breaks() {
        assert_eq!(short("行政\n处罚"), "行政处罚");
        assert_eq!(short(" 行政 处罚 "), "行政处罚");
        assert_eq!(short("市\n统\r\n计局\u{3000}"), "市统计局");
        assert_eq!(short("ISO\n9001 认证"), "ISO 9001 认证");
        assert_eq!(
            short("1.新设采矿权审批   \n2.采矿权延续审批"),
            "1.新设采矿权审批 2.采矿权延续审批"
        );
    }

    #[test]
    fn long_cells_keep_their_paragraphs() {
        assert_eq!(long("1.受理；\n\n 2.审查。\u{a0}"), "1.受理；\n2.审查。");
        assert_eq!(
            long("具体承办人\n内设机构负责人\n单位法定代表人"),
            "具体承办人\n内设机构负责人\n单位法定代表人"
        );
    }

    #[test]
    fn a_column_three_characters_wide_is_joined_again() {
        let cell = "负责\n市本\n级拒\n绝配\n合统\n计调\n查的\n处罚";
        assert_eq!(long(cell), "负责市本级拒绝配合统计调查的处罚");
        let duties = "直接实施责\n任：\n1.执行上级\n统计规定并\n公布标准。\n2.依法处罚";
        assert_eq!(
            long(duties),
            "直接实施责任：\n1.执行上级统计规定并公布标准。\n2.依法处罚"
        );
    }

    proptest! {
        #[test]
        fn cleaning_changes_nothing_but_white_space(text in "[\u{4e00}-\u{4e20}a-z0-9 \n\u{3000}。；（）.]{0,200}") {
            prop_assert!(!differs_in_substance(&text, &short(&text)));
            prop_assert!(!differs_in_substance(&text, &long(&text)));
        }

        #[test]
        fn cleaning_twice_is_cleaning_once(text in "[\u{4e00}-\u{4e10}a-z0-9 \n。；（）.]{0,80}") {
            prop_assert_eq!(short(&short(&text)), short(&text));
        }
    }
}
