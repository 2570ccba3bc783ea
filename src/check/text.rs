//! Faults inside long texts: numbering broken by drag-filling, days that do not exist.

/// Numbers of a text's points when they do not run on: each must follow the one before it, or
/// begin again at 1 (a second block of duties). `None` when the numbering is sound.
///
/// A point's number stands at the beginning of a line, or after white space or a full stop or
/// semicolon, and is followed by a dot or 、 and no digit (2.5 is no point).
pub fn broken_numbering(text: &str) -> Option<Vec<u32>> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut numbers = Vec::new();
    for start in (0..bytes.len()).filter(|&at| is_digit(at) && (at == 0 || !is_digit(at - 1))) {
        let before = text[..start].chars().next_back();
        let opens =
            before.is_none_or(|c| c.is_whitespace() || matches!(c, '；' | '。' | ';' | '：' | ':'));
        if !opens {
            continue;
        }
        let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        let mut after = text[start + digits..].chars();
        let marked = matches!(after.next(), Some('.' | '．' | '、'));
        let followed = after.next().is_none_or(|c| !c.is_ascii_digit());
        if marked && followed && digits <= 2 {
            numbers.push(text[start..start + digits].parse().unwrap_or(0));
        }
    }
    let sound = numbers.first().is_none_or(|&n| n <= 1)
        && numbers.windows(2).all(|w| w[1] == w[0] + 1 || w[1] == 1);
    (numbers.len() >= 2 && !sound).then_some(numbers)
}

/// The first day written as N月N日 that no year has (11月31日, 13月1日).
pub fn impossible_date(text: &str) -> Option<String> {
    if let Some(year) = long_year(text) {
        return Some(year);
    }
    let number_before = |end: usize| {
        let start = text[..end]
            .rfind(|c: char| !c.is_ascii_digit())
            .map_or(0, |i| {
                i + text[i..].chars().next().map_or(1, char::len_utf8)
            });
        (start, text[start..end].parse::<u32>().ok())
    };
    for (at, _) in text.match_indices('月') {
        let after = &text[at + '月'.len_utf8()..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=2).contains(&digits) || !after[digits..].starts_with('日') {
            continue;
        }
        let (start, Some(month)) = number_before(at) else {
            continue;
        };
        let Ok(day) = after[..digits].parse::<u32>() else {
            continue;
        };
        let longest = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 29,
            _ => 0,
        };
        if day == 0 || day > longest {
            return Some(text[start..at + '月'.len_utf8() + digits + '日'.len_utf8()].to_owned());
        }
    }
    None
}

/// A year of five digits: 20016年.
fn long_year(text: &str) -> Option<String> {
    text.match_indices('年').find_map(|(at, _)| {
        let head = &text[..at];
        let digits = head.bytes().rev().take_while(u8::is_ascii_digit).count();
        let year = &head[at - digits..];
        (digits == 5 && year.starts_with(['1', '2'])).then(|| format!("{year}年"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn drag_filled_numbers_are_noticed() {
        assert_eq!(
            broken_numbering("1.具体承办人；\n2.内设机构负责人；\n6.单位法定代表人"),
            Some(vec![1, 2, 6])
        );
        assert_eq!(
            broken_numbering("1. 2. 6.单位法定代表人"),
            Some(vec![1, 2, 6])
        );
        for sound in [
            "1.受理；\n2.审查；\n3.决定。",
            "直接实施责任：\n1.公布。2.执行。\n指导监督责任：\n1.指导。\n2.监督。",
            "税率为2.5%。",
            "没有编号",
            "2024年3月1日起施行",
        ] {
            assert_eq!(broken_numbering(sound), None, "{sound}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_noticed() {
        assert_eq!(
            impossible_date("根据2018年11月31日修正").as_deref(),
            Some("11月31日")
        );
        assert_eq!(
            impossible_date("2015年2月30日通过").as_deref(),
            Some("2月30日")
        );
        assert_eq!(
            impossible_date("20016年11月12日修订").as_deref(),
            Some("20016年")
        );
        assert_eq!(
            impossible_date("2016年2月29日通过，12月31日止，每月5日前"),
            None
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,200}|[0-9月日.、\n]{0,60}") {
            let _ = broken_numbering(&text);
            let _ = impossible_date(&text);
        }
    }
}
