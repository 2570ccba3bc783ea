//! Item codes and the check digits and structures of official codes.
//! Sources: GB 32100-2015 (统一社会信用代码); structure of 实施编码 as observed on published lists.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An item's code: unique in the register and never reused. 2 to 64 ASCII letters, digits,
/// `-`, `_` or `.`, beginning with a letter or digit, so that it is safe in a URL path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemCode(String);

/// Why a text is not an [`ItemCode`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("不是有效的编码：应为 2 至 64 个字母、数字、“-”“_”或“.”")]
pub struct CodeError;

impl ItemCode {
    /// # Errors
    /// [`CodeError`] when the text breaks the rule above; "/" (none) breaks it too.
    pub fn parse(raw: &str) -> Result<Self, CodeError> {
        let raw = raw.trim();
        let body = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let ok = (2..=64).contains(&raw.len())
            && raw.as_bytes()[0].is_ascii_alphanumeric()
            && raw.bytes().all(body);
        if ok {
            Ok(Self(raw.to_owned()))
        } else {
            Err(CodeError)
        }
    }

    /// Code that the register assigns: `QZ-QL-0000123`.
    pub fn assigned(prefix: &str, number: u64) -> Self {
        Self(format!("QZ-{prefix}-{number:07}"))
    }

    /// Whether the register assigned it, as opposed to the list.
    pub fn is_assigned(&self) -> bool {
        self.0.starts_with("QZ-")
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ItemCode {
    type Error = CodeError;
    fn try_from(raw: String) -> Result<Self, CodeError> {
        Self::parse(&raw)
    }
}

impl From<ItemCode> for String {
    fn from(code: ItemCode) -> Self {
        code.0
    }
}

/// Alphabet of GB 32100 without I, O, S, V, Z.
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// Check character of the first 17 characters of a 统一社会信用代码.
/// `None` when a character is outside the alphabet or the length is not 17.
pub fn credit_check_char(first17: &str) -> Option<char> {
    if first17.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in first17.bytes().zip(CREDIT_WEIGHTS) {
        let value = CREDIT_ALPHABET.iter().position(|&c| c == byte)?;
        sum += u32::try_from(value).ok()? * weight;
    }
    let index = (31 - sum % 31) % 31;
    Some(char::from(CREDIT_ALPHABET[index as usize]))
}

/// Whether the text is a 统一社会信用代码 with a correct check character.
pub fn credit_code_is_valid(code: &str) -> bool {
    code.len() == 18 && code.is_ascii() && credit_check_char(&code[..17]) == code.chars().last()
}

/// Problem of an 实施编码 (31 or 33 characters), in the reader's language.
///
/// Returns `None` for a well-formed code and for codes of any other length, which belong to
/// other schemes.
pub fn implementation_code_problem(code: &str) -> Option<String> {
    if !code.is_ascii() || !matches!(code.len(), 31 | 33) {
        return None;
    }
    let (credit, level) = (&code[..18], code.as_bytes()[18]);
    if !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Some("实施编码含有字母、数字以外的字符".into());
    }
    if !(b'1'..=b'5').contains(&level) {
        return Some(format!(
            "实施编码第 19 位应为行使层级 1 至 5，现为“{}”",
            char::from(level)
        ));
    }
    if !credit_code_is_valid(credit) {
        return Some(format!(
            "实施编码前 18 位“{credit}”不是有效的统一社会信用代码（校验位不符）"
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slash_or_a_blank_is_no_code() {
        for raw in ["/", "", " ", "a", "无", "-1", "a b", "a/b", &"9".repeat(65)] {
            assert!(ItemCode::parse(raw).is_err(), "{raw}");
        }
        for raw in [
            "KLMY-NYNC-0001",
            "990000030500000006",
            "100001",
            " GD-2147 ",
        ] {
            assert!(ItemCode::parse(raw).is_ok(), "{raw}");
        }
    }

    #[test]
    fn published_credit_codes_pass() {
        for code in [
            "11100000MB0143028R", // 国家市场监督管理总局
            "914403001922038216", // 华为技术有限公司
            "9144030071526726XG", // 深圳市腾讯计算机系统有限公司
        ] {
            assert!(credit_code_is_valid(code), "{code}");
        }
        // The check character is not part of what is checked, and I is no letter of the alphabet.
        assert!(!credit_code_is_valid("11100000MB0143028A"));
        assert_eq!(credit_check_char("9135010000000000I"), None);
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(index in 0usize..17, shift in 1usize..31, body in "[0-9A-H]{17}") {
            let good = format!("{body}{}", credit_check_char(&body).unwrap());
            prop_assert!(credit_code_is_valid(&good));
            let mut bytes = good.into_bytes();
            let value = CREDIT_ALPHABET.iter().position(|&c| c == bytes[index]).unwrap();
            bytes[index] = CREDIT_ALPHABET[(value + shift) % 31];
            // Every weight is coprime to 31, so a single change always alters the sum.
            prop_assert!(!credit_code_is_valid(std::str::from_utf8(&bytes).unwrap()));
        }

        #[test]
        fn parsing_never_panics(raw in ".{0,80}") {
            let _ = ItemCode::parse(&raw);
            let _ = implementation_code_problem(&raw);
            let _ = credit_code_is_valid(&raw);
        }
    }
}
