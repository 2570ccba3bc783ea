//! Citations of statutes: which article of which law a text names, however it writes it.
//! Must not know whether a law exists or is in force.

use super::normal::normalise;

/// An article of a law.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Citation {
    /// Name without 中华人民共和国, normalised; in a question perhaps only 条例.
    pub law: String,
    pub article: u32,
}

impl Citation {
    /// The term under which it is indexed and sought.
    pub fn term(&self) -> String {
        format!("{}#{}", self.law, self.article)
    }
}

/// A law, or one article of it, that items rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Name without 中华人民共和国, normalised.
    pub law: String,
    /// All articles where there is none.
    pub article: Option<u32>,
}

impl Basis {
    /// Reads 《食品安全法》 or 《食品安全法》第122条; `None` for what names no law.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = normalise(text)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let mut cited = of_question(&text, &|_| None).into_iter();
        if let Some(Citation { law, article }) = cited.next() {
            return Some(Self {
                law,
                article: Some(article),
            });
        }
        let law = bare(text.trim_matches(['<', '>']));
        let is_name = (2..=60).contains(&law.chars().count());
        is_name.then(|| Self {
            law: law.to_owned(),
            article: None,
        })
    }
}

impl std::fmt::Display for Basis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.article {
            Some(article) => write!(f, "《{}》第{article}条", self.law),
            None => write!(f, "《{}》", self.law),
        }
    }
}

/// How the names of laws and rules end, longer endings first.
pub const ENDINGS: [&str; 12] = [
    "实施细则",
    "实施条例",
    "暂行条例",
    "条例",
    "办法",
    "规定",
    "细则",
    "规则",
    "决定",
    "规范",
    "通则",
    "法",
];

/// The ending of a law's name (条例 of 物业管理条例): a question may name no more.
pub fn ending(law: &str) -> Option<&'static str> {
    ENDINGS.into_iter().find(|e| law.ends_with(e))
}

/// Largest article number that is taken for one.
const MAX_ARTICLE: u32 = 1_500;

/// Citations of a legal basis: 《law》 (its history) 第N条 … 第M条. An article belongs to the last law
/// named outside brackets: the history names amending decisions.
pub fn of_basis(text: &str) -> Vec<Citation> {
    let normal = normalise(text);
    let mut found: Vec<Citation> = Vec::new();
    let (mut law, mut depth) = (String::new(), 0_u32);
    let mut rest = normal.as_str();
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '<' => {
                if let Some(end) = closing(after) {
                    let name = &after[..end];
                    let is_history = depth > 0 || name.starts_with("关于修改");
                    if !is_history && name.chars().count() <= 60 {
                        bare(name).clone_into(&mut law);
                    }
                    rest = &after[end + 1..];
                    continue;
                }
            }
            // Inside brackets stand the articles of amending decisions.
            '第' if depth == 0 && !law.is_empty() => {
                if let Some((article, end)) = article(rest) {
                    let citation = Citation {
                        law: law.clone(),
                        article,
                    };
                    if !found.contains(&citation) {
                        found.push(citation);
                    }
                    rest = &rest[end..];
                    continue;
                }
            }
            _ => {}
        }
        rest = after;
    }
    found
}

/// Citations of a normalised question: <食品安全法>第一百二十二条, 食品安全法122条, 条例第49条.
/// `names` gives the full name of a short one (环评法).
pub fn of_question(normal: &str, names: &dyn Fn(&str) -> Option<String>) -> Vec<Citation> {
    let text: String = normal.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<Citation> = Vec::new();
    for (at, _) in text.match_indices('条') {
        let head = &text[..at];
        let digits = head
            .char_indices()
            .rev()
            .take_while(|(_, c)| numeral(*c).is_some())
            .last();
        let Some((start, _)) = digits else {
            continue;
        };
        let Some(article) = number(&head[start..]).filter(|n| (1..=MAX_ARTICLE).contains(n)) else {
            continue;
        };
        let before = head[..start]
            .trim_end_matches('第')
            .trim_end_matches(['>', ',', '的']);
        let Some(law) = law_at_end(before, names) else {
            continue;
        };
        let citation = Citation { law, article };
        if !found.contains(&citation) {
            found.push(citation);
        }
    }
    found
}

/// The name of a law that a text ends with: from its bracket, else as far as a name may reach back.
fn law_at_end(text: &str, names: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let ends = ending(text)?;
    let from = match text.rfind('<') {
        Some(open) => open + 1,
        None => {
            // What people put before a name: 违反, 根据, 按照, 对 and punctuation.
            let stops = [
                "违反", "根据", "按照", "依据", "依照", "关于", "请问", "对", "和", "与", ",",
            ];
            let word = stops
                .iter()
                .filter_map(|s| text.rfind(s).map(|at| at + s.len()))
                .max();
            word.unwrap_or(0)
        }
    };
    let name = bare(&text[from..]);
    if name.is_empty() || name.chars().count() > 40 {
        return Some(ends.to_owned());
    }
    Some(names(name).map_or_else(|| name.to_owned(), |full| bare(&full).to_owned()))
}

/// Where the bracket that has just been opened closes; names hold brackets of their own.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in text.char_indices().take(160) {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// A law's name without the state's.
fn bare(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix("中华人民共和国").unwrap_or(name)
}

/// 第N条 at the beginning of a text: the number, and where 条 ends.
fn article(text: &str) -> Option<(u32, usize)> {
    let rest = text.strip_prefix('第')?;
    let length: usize = rest
        .chars()
        .take(9)
        .take_while(|c| numeral(*c).is_some() || *c == ' ')
        .map(char::len_utf8)
        .sum();
    rest[length..].starts_with('条').then_some(())?;
    let number = number(&rest[..length]).filter(|n| (1..=MAX_ARTICLE).contains(n))?;
    Some((number, '第'.len_utf8() + length + '条'.len_utf8()))
}

/// Value of a numeral's character: its digit, or the power of ten it multiplies by.
fn numeral(c: char) -> Option<(u32, bool)> {
    let digit = "零一二三四五六七八九".chars().position(|d| d == c);
    match c {
        '0'..='9' => Some((c as u32 - '0' as u32, false)),
        '〇' => Some((0, false)),
        '两' => Some((2, false)),
        '十' => Some((10, true)),
        '百' => Some((100, true)),
        '千' => Some((1_000, true)),
        _ => digit.map(|d| (u32::try_from(d).unwrap_or(0), false)),
    }
}

/// A number in Chinese or Arabic numerals: 一百二十二, 122, 十五, 一二二.
pub fn number(text: &str) -> Option<u32> {
    let (mut total, mut digit, mut seen) = (0_u32, None::<u32>, false);
    for c in text.chars().filter(|c| *c != ' ') {
        let (value, is_power) = numeral(c)?;
        seen = true;
        if is_power {
            total = total.checked_add(digit.take().unwrap_or(1).checked_mul(value)?)?;
        } else {
            // Digits one after the other, as Arabic numerals are.
            digit = Some(digit.unwrap_or(0).checked_mul(10)?.checked_add(value)?);
        }
    }
    seen.then_some(total.checked_add(digit.unwrap_or(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(found: Vec<Citation>) -> Vec<String> {
        found.iter().map(Citation::term).collect()
    }

    #[test]
    fn numbers_of_both_scripts() {
        for (text, value) in [
            ("一百二十二", 122),
            ("122", 122),
            ("十", 10),
            ("二十", 20),
            ("一百零三", 103),
            ("一千二百六十", 1_260),
            ("〇", 0),
            ("四九", 49),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        assert_eq!(number(""), None);
        assert_eq!(number("九九九九九九九九九九九九"), None);
    }

    #[test]
    fn a_basis_names_its_articles() {
        let basis = "【法律】《中华人民共和国食品安全法》（2009年2月28日通过 根据《关于修改〈中华人民共和国产品质量法〉等五部法律的决定》第一条修正）第三十五条 国家对食品生产经营实行许可制度。第一百二十二条第一款 违反本法规定…\n《食品经营许可管理办法》第 2 条";
        assert_eq!(
            terms(of_basis(basis)),
            ["食品安全法#35", "食品安全法#122", "食品经营许可管理办法#2"]
        );
        assert!(of_basis("第三条 没有法名").is_empty());
    }

    #[test]
    fn a_basis_is_a_law_or_an_article() {
        let read = |text| Basis::parse(text).map(|basis| basis.to_string());
        for (text, basis) in [
            (
                "《中华人民共和国食品安全法》第一百二十二条",
                "《食品安全法》第122条",
            ),
            ("食品安全法第122条", "《食品安全法》第122条"),
            ("《护照法》", "《护照法》"),
        ] {
            assert_eq!(read(text).as_deref(), Some(basis));
            assert_eq!(read(basis).as_deref(), Some(basis));
        }
        assert_eq!(read(""), None);
        assert_eq!(read("《》"), None);
    }

    #[test]
    fn questions_cite_in_many_ways() {
        let names =
            |short: &str| (short == "环评法").then(|| "中华人民共和国环境影响评价法".to_owned());
        for (question, term) in [
            ("《食品安全法》第一百二十二条", "食品安全法#122"),
            ("违反食品安全法122条怎么罚", "食品安全法#122"),
            ("《中华人民共和国食品安全法》第122条", "食品安全法#122"),
            ("环评法第三十一条", "环境影响评价法#31"),
            ("条例第49条", "条例#49"),
            ("对《物业管理条例》 第 六十 三条的处罚", "物业管理条例#63"),
        ] {
            assert_eq!(
                terms(of_question(&normalise(question), &names)),
                [term],
                "{question}"
            );
        }
        for question in ["三条船", "面条", "第三条", "条条大路"] {
            assert!(
                of_question(&normalise(question), &names).is_empty(),
                "{question}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[《》〈〉（）第条款一二三百零0-9法条例 a-z]{0,60}") {
            for citation in of_basis(&text) {
                prop_assert!(!citation.law.is_empty() && citation.article > 0);
            }
            of_question(&normalise(&text), &|_| None);
        }
    }
}
