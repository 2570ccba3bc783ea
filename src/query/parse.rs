//! From a question as it arrives to a checked one: limits, paging, words without stop words.
//! Must not know which kinds, departments or regions exist.

use super::{
    DEFAULT_PAGE_SIZE, Facet, MAX_DEPTH, MAX_FILTER_VALUES, MAX_PAGE_SIZE, MAX_QUESTION_CHARS,
    MAX_WORDS, Query, RawSearchParams, Sort, Way, Word,
};
use crate::text::Segmenter;
use crate::text::citation::Basis;
use crate::text::normal::normalise;

/// Why a question is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct QueryError {
    /// Stable identifier for the API.
    pub code: &'static str,
    /// Name of the parameter at fault.
    pub parameter: &'static str,
    /// What is wrong, in the reader's language.
    pub detail: String,
}

impl QueryError {
    fn new(code: &'static str, parameter: &'static str, detail: String) -> Self {
        Self {
            code,
            parameter,
            detail,
        }
    }
}

/// Checks a question.
///
/// # Errors
/// [`QueryError`] when a parameter breaks a limit or is not of its form. Values of filters are
/// not checked here: whether a kind exists is the caller's to say.
pub fn parse(raw: &RawSearchParams, segmenter: &Segmenter) -> Result<Query, QueryError> {
    let text = raw.q.trim();
    let length = text.chars().count();
    if length > MAX_QUESTION_CHARS {
        return Err(QueryError::new(
            "query_too_long",
            "q",
            format!("参数 q 过长：最多 {MAX_QUESTION_CHARS} 个字，现为 {length} 个字"),
        ));
    }
    let normal = normalise(text);
    let literal: String = normal.chars().filter(|c| !c.is_whitespace()).collect();
    let (offset, limit) = paging(raw)?;
    Ok(Query {
        text: text.to_owned(),
        words: words(&normal, &literal, segmenter),
        normal,
        literal,
        filters: filters(raw)?,
        basis: basis(raw.basis.as_deref())?,
        sort: sort(raw.sort.as_deref())?,
        offset,
        limit,
        without: Way::ALL.into_iter().filter(|w| !raw.has(*w)).collect(),
        scales: raw.scales,
        ..Query::default()
    })
}

/// Words of a normalised question: without stop words and repetitions; all of them when only
/// stop words were asked for; the whole question when it has no word at all (only punctuation).
fn words(normal: &str, literal: &str, segmenter: &Segmenter) -> Vec<Word> {
    let cut = |keep_stop: bool| {
        let mut words: Vec<Word> = Vec::new();
        // End of the last word that was kept.
        let mut end = None;
        segmenter.each_word(normal, |range| {
            let text = &normal[range.clone()];
            if words.len() >= MAX_WORDS || (!keep_stop && segmenter.is_stop(text)) {
                return;
            }
            let joined = end == Some(range.start);
            end = Some(range.end);
            if words.iter().any(|w| w.text == text) {
                return;
            }
            words.push(Word {
                text: text.to_owned(),
                joined,
                tells_type: false,
            });
        });
        words
    };
    let mut words = cut(false);
    if words.is_empty() {
        words = cut(true);
    }
    if words.is_empty() && !literal.is_empty() {
        words.push(Word {
            text: literal.to_owned(),
            joined: false,
            tells_type: false,
        });
    }
    words
}

fn basis(raw: Option<&str>) -> Result<Option<Basis>, QueryError> {
    let text = raw.map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let is_short = text.chars().count() <= MAX_QUESTION_CHARS;
    match is_short.then(|| Basis::parse(text)).flatten() {
        Some(basis) => Ok(Some(basis)),
        None => Err(QueryError::new(
            "invalid_parameter",
            "basis",
            format!(
                "参数 basis 应为法律名称，可以带条号，如《食品安全法》第122条，现为“{}”",
                shortened(text)
            ),
        )),
    }
}

fn sort(raw: Option<&str>) -> Result<Sort, QueryError> {
    match raw.map(str::trim).unwrap_or_default() {
        "" | "relevance" => Ok(Sort::Relevance),
        "department" => Ok(Sort::Department),
        other => Err(QueryError::new(
            "invalid_sort",
            "sort",
            format!(
                "参数 sort 应为 relevance 或 department，现为“{}”",
                shortened(other)
            ),
        )),
    }
}

/// Hits to skip and to return.
fn paging(raw: &RawSearchParams) -> Result<(usize, usize), QueryError> {
    let size = number(raw.size.as_deref(), DEFAULT_PAGE_SIZE)
        .filter(|size| (1..=MAX_PAGE_SIZE).contains(size))
        .ok_or_else(|| {
            QueryError::new(
                "invalid_size",
                "size",
                format!("参数 size 应为 1 至 {MAX_PAGE_SIZE} 的整数"),
            )
        })?;
    let page = number(raw.page.as_deref(), 1)
        .filter(|&page| page >= 1)
        .ok_or_else(|| {
            QueryError::new(
                "invalid_page",
                "page",
                "参数 page 应为不小于 1 的整数".to_owned(),
            )
        })?;
    if page.checked_mul(size).is_none_or(|depth| depth > MAX_DEPTH) {
        return Err(QueryError::new(
            "page_too_deep",
            "page",
            format!("参数 page 过大：最多查看前 {MAX_DEPTH} 条结果，请增加检索词或筛选条件"),
        ));
    }
    Ok(((page - 1) * size, size))
}

/// The number, the default for an absent or blank one, `None` for anything else.
pub(crate) fn number(raw: Option<&str>, default: usize) -> Option<usize> {
    match raw.map(str::trim) {
        None | Some("") => Some(default),
        Some(raw) if raw.bytes().all(|b| b.is_ascii_digit()) => {
            raw.parse().ok().or(Some(usize::MAX))
        }
        Some(_) => None,
    }
}

fn filters(raw: &RawSearchParams) -> Result<Vec<(Facet, Vec<String>)>, QueryError> {
    let given = [
        (Facet::Kind, &raw.kind),
        (Facet::Type, &raw.item_type),
        (Facet::Department, &raw.department),
        (Facet::Region, &raw.region),
        (Facet::Level, &raw.level),
    ];
    let mut filters = Vec::new();
    for (facet, raw) in given {
        let mut values: Vec<String> = Vec::new();
        for value in raw.iter().map(|v| v.trim()).filter(|v| !v.is_empty()) {
            if !values.iter().any(|v| v == value) {
                values.push(value.to_owned());
            }
        }
        if values.len() > MAX_FILTER_VALUES {
            return Err(QueryError::new(
                "too_many_values",
                facet.key(),
                format!("参数 {} 最多可给 {MAX_FILTER_VALUES} 个值", facet.key()),
            ));
        }
        if !values.is_empty() {
            filters.push((facet, values));
        }
    }
    Ok(filters)
}

/// A value short enough to be repeated in a message.
fn shortened(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use proptest::prelude::*;

    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::embedded);

    fn ask(q: &str) -> Query {
        let raw = RawSearchParams {
            q: q.to_owned(),
            ..Default::default()
        };
        parse(&raw, &SEGMENTER).expect("a plain question is accepted")
    }

    fn texts(query: &Query) -> Vec<&str> {
        query.words.iter().map(|w| w.text.as_str()).collect()
    }

    fn refused(change: impl FnOnce(&mut RawSearchParams)) -> QueryError {
        let mut raw = RawSearchParams::default();
        change(&mut raw);
        parse(&raw, &SEGMENTER).expect_err("the question is refused")
    }

    #[test]
    fn stop_words_are_dropped_unless_nothing_is_left() {
        assert_eq!(
            texts(&ask("请问食品经营许可怎么办")),
            ["食品", "经营", "许可"]
        );
        assert_eq!(texts(&ask("的")), ["的"]);
        assert_eq!(texts(&ask("《》")), ["<>"]);
        assert!(ask("  ").words.is_empty());
        assert_eq!(texts(&ask("食品 食品")), ["食品"]);
    }

    #[test]
    fn words_know_whether_they_touch_the_one_before() {
        let joined: Vec<bool> = ask("食品经营 许可的处罚")
            .words
            .iter()
            .map(|w| w.joined)
            .collect();
        assert_eq!(joined, [false, true, false, false]);
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(texts(&ask("食品經營許可")), texts(&ask("食品经营许可")));
        assert_eq!(ask(" ＡＢ 食品 ").literal, "ab食品");
    }

    #[test]
    fn limits_are_named() {
        let long = refused(|r| r.q = "食".repeat(201));
        assert_eq!((long.code, long.parameter), ("query_too_long", "q"));
        assert!(long.detail.contains("200") && long.detail.contains('q'));
        for (size, page, code) in [
            ("0", "1", "invalid_size"),
            ("101", "1", "invalid_size"),
            ("x", "1", "invalid_size"),
            ("-1", "1", "invalid_size"),
            ("20", "0", "invalid_page"),
            ("20", "1.5", "invalid_page"),
            ("20", "51", "page_too_deep"),
            ("100", "99999999999999999999999", "page_too_deep"),
        ] {
            let error = refused(|r| {
                r.size = Some(size.into());
                r.page = Some(page.into());
            });
            assert_eq!(error.code, code, "{size} {page}");
            assert!(error.detail.contains(error.parameter));
        }
        assert_eq!(
            refused(|r| r.sort = Some("name".into())).code,
            "invalid_sort"
        );
        assert_eq!(
            refused(|r| r.department = (0..101).map(|i| i.to_string()).collect()).code,
            "too_many_values"
        );
    }

    #[test]
    fn paging_reaches_the_deepest_hit() {
        let raw = RawSearchParams {
            page: Some("10".into()),
            size: Some("100".into()),
            ..Default::default()
        };
        let query = parse(&raw, &SEGMENTER).expect("the last page is allowed");
        assert_eq!((query.offset, query.limit), (900, 100));
        assert_eq!((ask("").offset, ask("").limit), (0, 20));
    }

    #[test]
    fn filters_keep_each_value_once() {
        let raw = RawSearchParams {
            kind: vec!["power".into(), " power ".into(), String::new()],
            level: vec![String::new()],
            ..Default::default()
        };
        let query = parse(&raw, &SEGMENTER).expect("filters are accepted");
        assert_eq!(query.filters, [(Facet::Kind, vec!["power".to_owned()])]);
    }

    proptest! {
        #[test]
        fn every_question_within_the_limit_is_accepted(q in "\\PC{0,200}") {
            let query = ask(&q);
            prop_assert!(query.words.len() <= MAX_WORDS);
            prop_assert_eq!(query.words.is_empty(), query.literal.is_empty());
        }
    }
}
