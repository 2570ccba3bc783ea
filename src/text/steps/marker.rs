//! Numbers of a list's entries, however they are written: 1. 1、 1） 一、 （1） （一） ①.
//! Must not know what is counted.

use super::super::citation::number;
use super::super::normal::fold;

/// How a number is written. A point and 、 are one style: lists mix them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Style {
    /// 1. 1、 1）
    Point,
    /// 一、
    ChinesePoint,
    /// （1）
    Bracket,
    /// （一）
    ChineseBracket,
    /// ①
    Circle,
}

/// All of them.
pub(super) const STYLES: [Style; 5] = [
    Style::Point,
    Style::ChinesePoint,
    Style::Bracket,
    Style::ChineseBracket,
    Style::Circle,
];

/// The number of a list's entry: 1. 1、 1） 一、 （1） （一） ①.
#[derive(Clone, Copy, Debug)]
pub(in crate::text) struct Marker<'a> {
    /// How it is written.
    pub style: Style,
    /// From 1 to 99.
    pub number: u32,
    /// The text after it.
    pub after: &'a str,
}

impl<'a> Marker<'a> {
    /// The number a text begins with.
    pub fn read(text: &'a str) -> Option<Self> {
        let first = text.chars().next()?;
        if ('①'..='⑳').contains(&first) {
            return Some(Self {
                style: Style::Circle,
                number: u32::from(first) - u32::from('①') + 1,
                after: text.strip_prefix(first)?,
            });
        }
        let inner = text.strip_prefix(['（', '(']);
        let (digits, is_chinese, rest) = numeral(inner.unwrap_or(text))?;
        let (after, style) = match (inner.is_some(), is_chinese) {
            (true, true) => (rest.strip_prefix(['）', ')'])?, Style::ChineseBracket),
            (true, false) => (rest.strip_prefix(['）', ')'])?, Style::Bracket),
            (false, true) => (rest.strip_prefix(['、', '.', '．'])?, Style::ChinesePoint),
            (false, false) => (
                rest.strip_prefix(['、', '.', '．', '）', ')'])?,
                Style::Point,
            ),
        };
        // 2.5万元, 1、2号: a number of the sentence.
        let is_part = style == Style::Point && after.starts_with(is_digit);
        (!is_part).then_some(Self {
            style,
            number: digits,
            after,
        })
    }
}

/// The small number a text begins with, whether it is in Chinese, and the text after it.
fn numeral(text: &str) -> Option<(u32, bool, &str)> {
    let is_chinese = text.starts_with(is_chinese_numeral);
    let is_part = |c: char| {
        if is_chinese {
            is_chinese_numeral(c)
        } else {
            is_digit(c)
        }
    };
    let length: usize = text
        .chars()
        .take(4)
        .take_while(|c| is_part(*c))
        .map(char::len_utf8)
        .sum();
    let (digits, rest) = text.split_at(length);
    let digits: String = digits.chars().filter_map(fold).collect();
    let value = number(&digits).filter(|n| (1..=99).contains(n))?;
    Some((value, is_chinese, rest))
}

fn is_digit(c: char) -> bool {
    fold(c).is_some_and(|c| c.is_ascii_digit())
}

fn is_chinese_numeral(c: char) -> bool {
    "一二三四五六七八九十".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_many_ways() {
        for (text, style, number) in [
            ("1.蜂箱", Style::Point, 1),
            ("１２、蜂箱", Style::Point, 12),
            ("3）蜂箱", Style::Point, 3),
            ("十二、蜂箱", Style::ChinesePoint, 12),
            ("（4）蜂箱", Style::Bracket, 4),
            ("(二十一）蜂箱", Style::ChineseBracket, 21),
            ("⑳蜂箱", Style::Circle, 20),
        ] {
            let marker = Marker::read(text).unwrap();
            assert_eq!((marker.style, marker.number), (style, number), "{text}");
            assert_eq!(marker.after, "蜂箱");
        }
        for text in [
            "",
            "1",
            "1.5万",
            "2001.蜂",
            "0.蜂",
            "一蜂箱",
            "（1",
            "（蜂）",
            "1、2号",
        ] {
            assert!(Marker::read(text).is_none(), "{text}");
        }
    }
}
