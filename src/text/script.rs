//! Chinese text in traditional characters, for those who read them.
//! Must not know what a text says or how it is marked up.

use std::sync::OnceLock;

use ferrous_opencc::{OpenCC, config::BuiltinConfig};

/// Phrases of administration that the dictionary lacks: 准 is 准 in what is allowed, 準 in what is
/// exact.
const PHRASES: [(&str, &str); 5] = [
    ("準入", "准入"),
    ("準予", "准予"),
    ("準許", "准許"),
    ("準駕", "准駕"),
    ("行政複議", "行政復議"),
];

/// A simplified text in traditional characters as Taiwan writes them, phrase by phrase (头发 and 发展
/// differ). Other
/// characters stay as they are.
pub fn traditional(text: &str) -> String {
    static CONVERTER: OnceLock<Option<OpenCC>> = OnceLock::new();
    // The dictionary is compiled into the library; without it a text stays as it is written.
    let converter = CONVERTER.get_or_init(|| OpenCC::from_config(BuiltinConfig::S2tw).ok());
    match converter {
        Some(converter) => {
            let mut text = converter.convert(text);
            for (wrong, right) in PHRASES {
                if text.contains(wrong) {
                    text = text.replace(wrong, right);
                }
            }
            text
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_decide_between_characters() {
        assert_eq!(
            traditional("市场准入标准，准予批准"),
            "市場准入標準，准予批准"
        );
        assert_eq!(traditional("头发 发展 为 QL-1"), "頭髮 發展 為 QL-1");
    }
}
