//! Quantities in descriptions (三吨半, 0.02毫米, 两岁) beside the limits that lists set. Must not know
//! lists or activities.

use std::ops::Range;

/// Units that lists set limits in, with other names and how many of it those are.
const UNITS: [(&str, &str, f64); 10] = [
    ("吨", "吨", 1.0),
    ("t", "吨", 1.0),
    ("公斤", "克", 1_000.0),
    ("千克", "克", 1_000.0),
    ("kg", "克", 1_000.0),
    ("克", "克", 1.0),
    ("毫米", "毫米", 1.0),
    ("mm", "毫米", 1.0),
    ("周岁", "岁", 1.0),
    ("岁", "岁", 1.0),
];
/// Said before or after a quantity of what is more than it.
const MORE: [&str; 5] = ["以上", "多", "起", "超过", "大于"];

/// Said before a quantity of what is not more than it, though it ends with one of those.
const NOT_MORE: [&str; 2] = ["不超过", "不大于"];

/// A limit that a list sets: up to so much of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    amount: f64,
    unit: &'static str,
    /// As the expressions say it: `4.5吨`.
    text: String,
}

/// A quantity in a text.
#[derive(Clone, Debug, PartialEq)]
struct Quantity {
    place: Range<usize>,
    amount: f64,
    unit: &'static str,
    is_more: bool,
}

impl Limit {
    /// A limit as `4.5吨`; `None` for another form.
    pub fn parse(text: &str) -> Option<Self> {
        let quantity = quantities(text).into_iter().next()?;
        (quantity.place == (0..text.len())).then(|| Self {
            amount: quantity.amount,
            unit: quantity.unit,
            text: text.to_owned(),
        })
    }
}

/// The text with each quantity of a limit's unit said as the limit does: 三吨 → 4.5吨以下, 八吨 →
/// 多于4.5, in which no expression finds 4.5吨.
pub fn beside_limits(text: &str, limits: &[Limit]) -> String {
    let mut said = String::with_capacity(text.len());
    let mut last = 0;
    for quantity in quantities(text) {
        let mut of_unit = limits.iter().filter(|l| l.unit == quantity.unit);
        let Some(limit) = of_unit.next() else {
            continue;
        };
        let below = quantity.amount < limit.amount
            || (quantity.amount <= limit.amount && !quantity.is_more);
        said.push_str(&text[last..quantity.place.start]);
        if below {
            said.push_str(&limit.text);
            said.push_str("以下");
        } else {
            said.push_str("多于");
            said.push_str(limit.text.trim_end_matches(limit.unit));
        }
        last = quantity.place.end;
        for word in ["以下", "以内", "以上", "及以下"] {
            if text[last..].starts_with(word) {
                last += word.len();
                break;
            }
        }
    }
    said.push_str(&text[last..]);
    said
}

/// Quantities in a normalised text.
fn quantities(text: &str) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = Vec::new();
    let mut from = 0;
    while let Some((start, c)) = text[from..].char_indices().find(|(_, c)| is_digit(*c)) {
        let start = from + start;
        let rest = &text[start..];
        let end = rest
            .find(|c| !is_digit(c) && c != '.' && c != '点')
            .unwrap_or(rest.len());
        from = start + end.max(c.len_utf8());
        let unit = UNITS
            .iter()
            .find(|(name, _, _)| text[from..].starts_with(name));
        let (Some(amount), Some((name, unit, times))) = (amount(&rest[..end]), unit) else {
            continue;
        };
        from += name.len();
        let half = text[from..].starts_with('半');
        if half {
            from += '半'.len_utf8();
        }
        let ahead = &text[..start];
        let is_more = MORE
            .iter()
            .any(|m| text[from..].starts_with(m) || ahead.ends_with(m));
        let is_more = is_more && !NOT_MORE.iter().any(|n| ahead.ends_with(n));
        found.push(Quantity {
            place: start..from,
            amount: (amount + if half { 0.5 } else { 0.0 }) * times,
            unit,
            is_more,
        });
    }
    found
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || "零一二两三四五六七八九十半".contains(c)
}

/// 4.5, 四点五, 十二, 三十.
fn amount(text: &str) -> Option<f64> {
    if let Ok(plain) = text.parse() {
        return Some(plain);
    }
    if text == "半" {
        return Some(0.5);
    }
    let digit = |c: char| -> Option<f64> {
        let at = "零一二三四五六七八九".chars().position(|d| d == c);
        match c {
            '两' => Some(2.0),
            _ => at.and_then(|at| u32::try_from(at).ok()).map(f64::from),
        }
    };
    let (whole, part) = text.split_once('点').unwrap_or((text, ""));
    let mut amount = 0.0;
    let mut is_ten = false;
    for c in whole.chars() {
        if c == '十' {
            amount = if amount > 0.0 { amount * 10.0 } else { 10.0 };
            is_ten = true;
        } else if is_ten || amount == 0.0 {
            amount += digit(c)?;
        } else {
            // 三四吨: up to four.
            amount = digit(c)?;
        }
    }
    let mut place = 1.0;
    for c in part.chars() {
        place /= 10.0;
        amount += digit(c)? * place;
    }
    Some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits() -> Vec<Limit> {
        let all = ["4.5吨", "0.025毫米", "250克"].into_iter();
        all.map(|l| Limit::parse(l).expect("a limit")).collect()
    }

    #[test]
    fn quantities_are_said_as_the_limit_does() {
        for (text, said) in [
            ("不到三吨的小货车", "不到4.5吨以下的小货车"),
            ("三吨半以下拉货", "4.5吨以下拉货"),
            ("4.5吨以下货车", "4.5吨以下货车"),
            ("4.5吨以上货车", "多于4.5货车"),
            ("超过4.5吨", "超过多于4.5"),
            ("四点五吨", "4.5吨以下"),
            ("不超过4.5吨的货车", "不超过4.5吨以下的货车"),
            ("三四吨的货车", "4.5吨以下的货车"),
            ("十二吨大卡车", "多于4.5大卡车"),
            ("8t车", "多于4.5车"),
            ("0.01mm袋子", "0.025毫米以下袋子"),
            ("两公斤的无人机", "多于250的无人机"),
            ("三个人", "三个人"),
            ("三岁小孩", "三岁小孩"),
        ] {
            assert_eq!(beside_limits(text, &limits()), said);
        }
    }

    #[test]
    fn only_quantities_are_limits() {
        assert!(Limit::parse("4.5").is_none());
        assert!(Limit::parse("约4.5吨").is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9零一二两三四五六七八九十点半.吨克以上下tkgm 多a]{0,30}") {
            let _ = beside_limits(&text, &limits());
        }
    }
}
