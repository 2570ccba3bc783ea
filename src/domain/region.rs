//! Administrative divisions (GB/T 2260). Must not know where the table is stored.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// A division: code and name. An unknown one keeps its name as written, with the name as code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Region {
    /// Six digits, or the name as written where the division is unknown.
    pub code: String,
    pub name: String,
}

impl Region {
    pub fn unknown(name: &str) -> Self {
        Self {
            code: name.to_owned(),
            name: name.to_owned(),
        }
    }

    /// Short name without its division word: 辽阳 for 辽阳市; used to strip region prefixes.
    pub fn stem(&self) -> &str {
        for suffix in [
            "维吾尔自治区",
            "壮族自治区",
            "回族自治区",
            "自治区",
            "地区",
            "市",
            "省",
            "县",
            "区",
        ] {
            if let Some(stem) = self.name.strip_suffix(suffix)
                && stem.chars().count() >= 2
            {
                return stem;
            }
        }
        &self.name
    }
}

/// The whole of a nation-wide list.
pub const NATION: (&str, &str) = ("000000", "全国");

/// Table of divisions.
#[derive(Debug)]
pub struct Regions {
    by_code: HashMap<String, String>,
    /// Provinces and prefectures by name; counties only where the name is unique.
    by_name: HashMap<String, String>,
}

impl Regions {
    /// Reads lines `code<TAB>name`; the first six-digit code of a name wins for provinces and
    /// cities, and county names that stand twice are not resolvable by name.
    pub fn parse(text: &str) -> Self {
        let mut by_code = HashMap::new();
        let mut by_name: HashMap<String, String> = HashMap::new();
        let mut ambiguous = Vec::new();
        for (code, name) in text.lines().filter_map(|l| l.split_once('\t')) {
            by_code.insert(code.to_owned(), name.to_owned());
            let county = !code.ends_with("00");
            match by_name.get(name) {
                None => {
                    by_name.insert(name.to_owned(), code.to_owned());
                }
                Some(_) if county => ambiguous.push(name.to_owned()),
                Some(_) => {}
            }
        }
        for name in ambiguous {
            if by_name.get(&name).is_some_and(|c| !c.ends_with("00")) {
                by_name.remove(&name);
            }
        }
        by_code.insert(NATION.0.into(), NATION.1.into());
        by_name.insert(NATION.1.into(), NATION.0.into());
        Self { by_code, by_name }
    }

    /// Resolves a code or a full name; `None` when the table has neither.
    pub fn resolve(&self, text: &str) -> Option<Region> {
        let text = text.trim();
        if let Some(name) = self.by_code.get(text) {
            return Some(Region {
                code: text.to_owned(),
                name: name.clone(),
            });
        }
        let code = self.by_name.get(text)?;
        Some(Region {
            code: code.clone(),
            name: text.to_owned(),
        })
    }

    /// The division whose name begins the text (克拉玛依市 in 克拉玛依市财政局), longest first.
    pub fn prefix_of(&self, text: &str) -> Option<Region> {
        let ends: Vec<usize> = text
            .char_indices()
            .map(|(i, c)| i + c.len_utf8())
            .take(12)
            .collect();
        ends.iter().rev().find_map(|&end| {
            let code = self.by_name.get(&text[..end])?;
            Some(Region {
                code: code.clone(),
                name: text[..end].to_owned(),
            })
        })
    }
}
