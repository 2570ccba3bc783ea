//! Levels of government as lists write them, and their normal form.

/// Normal forms, highest first; the order facets and filters show.
pub const LEVELS: [&str; 5] = ["国家级", "省级", "市级", "县级", "乡镇级"];

/// Words for each level, longest first within a level.
const WORDS: [(&str, &str); 22] = [
    ("国家级", "国家级"),
    ("中央级", "国家级"),
    ("自治区级", "省级"),
    ("省级", "省级"),
    ("地州市级", "市级"),
    ("地（州、市）级", "市级"),
    ("地市级", "市级"),
    ("州市级", "市级"),
    ("设区的市级", "市级"),
    ("设区市级", "市级"),
    ("市本级", "市级"),
    ("地级", "市级"),
    ("市级", "市级"),
    ("县市区级", "县级"),
    ("县（市、区）级", "县级"),
    ("县（区）级", "县级"),
    ("县区级", "县级"),
    ("区县级", "县级"),
    ("县级", "县级"),
    ("区级", "县级"),
    ("乡镇级", "乡镇级"),
    ("街道级", "乡镇级"),
];

/// Reads a level cell: the normal form, and what the cell says after the level word
/// (one list writes 地州市级。负责… in a single column).
///
/// Returns `None` when the cell does not begin with a level word.
pub fn parse(text: &str) -> Option<(&'static str, &str)> {
    let text = text.trim();
    let (word, normal) = WORDS
        .iter()
        .filter(|(w, _)| text.starts_with(w))
        .max_by_key(|(w, _)| w.len())?;
    let rest =
        text[word.len()..].trim_start_matches(['。', '，', '：', ':', '；', ' ', '\n', '\u{3000}']);
    Some((normal, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_words_of_real_lists_are_normalised() {
        assert_eq!(parse("地州市级"), Some(("市级", "")));
        assert_eq!(parse("县市区级"), Some(("县级", "")));
        assert_eq!(parse("自治区级"), Some(("省级", "")));
        assert_eq!(parse("地州市级。负责本地区"), Some(("市级", "负责本地区")));
        assert_eq!(parse("负责本地区"), None);
    }
}
