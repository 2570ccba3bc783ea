//! How well questions find what people need: judged queries, measures, spread, comparison.
//! Must not know commands or files: texts come in, numbers go out.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::query::judge::Features;
use crate::query::{DEFAULT_PAGE_SIZE, MAX_DEPTH, MAX_PAGE_SIZE, MAX_QUESTION_CHARS, Match};
use crate::query::{RawSearchParams, Way, parse};

use super::search::SearchPage;
use super::{ServiceError, Services};

/// Kind of the queries that the corpus has no answer to.
pub const OUTSIDE: &str = "outside";
/// Hits asked for: as deep as the deepest measure looks.
const DEPTH: usize = 25;
/// Hits that nDCG looks at.
const CUT: usize = 10;
/// Grade of what the person needs; 1 is related and useful.
const NEEDED: u8 = 2;
/// Sign flips of the randomisation test: p-values down to 0.0001.
const FLIPS: u32 = 10_000;

/// A query with what its judge says is relevant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub qid: String,
    pub kind: String,
    pub query: String,
    /// Code and grade (0 to 2) in the file's order; an item not listed is not relevant.
    pub grades: Vec<(String, u8)>,
}

impl Judged {
    pub fn is_outside(&self) -> bool {
        self.kind == OUTSIDE
    }

    pub fn grade(&self, code: &str) -> u8 {
        let listed = self.grades.iter().find(|(c, _)| c == code);
        listed.map_or(0, |(_, grade)| *grade)
    }

    /// Codes of what the person needs.
    pub fn needed(&self) -> impl Iterator<Item = &str> {
        let needed = self.grades.iter().filter(|(_, grade)| *grade == NEEDED);
        needed.map(|(code, _)| code.as_str())
    }
}

/// A text with the name of its file, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

/// What is wrong with which line of which file; for the reader, in Chinese.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongLine(String);

impl Text<'_> {
    /// Line number and cells of each line that is not blank.
    fn rows(&self, columns: [&str; 3]) -> Result<Vec<(usize, [&str; 3])>, WrongLine> {
        let mut rows = Vec::new();
        for (at, line) in self.text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            match <[&str; 3]>::try_from(cells.as_slice()) {
                Ok(cells) if cells.iter().all(|c| !c.is_empty()) => rows.push((at + 1, cells)),
                _ => {
                    let columns = columns.join("、");
                    let problem = format!("应有以制表符分隔的 3 列（{columns}），都不能为空");
                    return Err(self.wrong(at + 1, problem));
                }
            }
        }
        Ok(rows)
    }

    fn wrong(&self, line: usize, problem: String) -> WrongLine {
        WrongLine(format!("{} 第 {line} 行：{problem}", self.name))
    }
}

/// Reads queries (qid, kind, query) and their judgements (qid, code, grade), both tab-separated
/// without headings.
///
/// # Errors
/// The first line that cannot be right, by file and number.
pub fn read(queries: Text<'_>, qrels: Text<'_>) -> Result<Vec<Judged>, WrongLine> {
    let mut all: Vec<(usize, Judged)> = Vec::new();
    let mut by_qid: HashMap<&str, usize> = HashMap::new();
    for (line, [qid, kind, query]) in queries.rows(["qid", "kind", "query"])? {
        if by_qid.insert(qid, all.len()).is_some() {
            return Err(queries.wrong(line, format!("问题编号 {qid} 重复")));
        }
        if query.chars().count() > MAX_QUESTION_CHARS {
            let problem = format!("问题过长：最多 {MAX_QUESTION_CHARS} 个字");
            return Err(queries.wrong(line, problem));
        }
        let judged = Judged {
            qid: qid.to_owned(),
            kind: kind.to_owned(),
            query: query.to_owned(),
            grades: Vec::new(),
        };
        all.push((line, judged));
    }
    let mut seen = HashSet::new();
    for (line, [qid, code, grade]) in qrels.rows(["qid", "code", "grade"])? {
        let Some(&at) = by_qid.get(qid) else {
            let problem = format!("{} 中没有编号为 {qid} 的问题", queries.name);
            return Err(qrels.wrong(line, problem));
        };
        let grade = match grade.parse() {
            Ok(grade) if grade <= NEEDED => grade,
            _ => return Err(qrels.wrong(line, format!("等级“{grade}”应为 0、1 或 2"))),
        };
        if !seen.insert((qid, code)) {
            return Err(qrels.wrong(line, format!("{qid} 的事项 {code} 重复")));
        }
        all[at].1.grades.push((code.to_owned(), grade));
    }
    // Without a relevant item every ranking would count as the worst.
    let unjudged = |j: &Judged| !j.is_outside() && j.grades.iter().all(|(_, grade)| *grade == 0);
    if let Some((line, judged)) = all.iter().find(|(_, j)| unjudged(j)) {
        let (qid, name) = (&judged.qid, qrels.name);
        let problem = format!("{name} 中没有 {qid} 的相关事项；无答案的问题应归入 {OUTSIDE} 类");
        return Err(queries.wrong(*line, problem));
    }
    Ok(all.into_iter().map(|(_, judged)| judged).collect())
}

/// How one query did.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    pub judged: &'a Judged,
    pub certainty: Match,
    /// Hits among the first 25.
    pub hits: usize,
    /// Rank from 1 of the first item that the person needs, among 25.
    pub first: Option<usize>,
    pub ndcg: f64,
    /// Part of the needed items that is among 25; `None` where only related ones are known.
    pub recall: Option<f64>,
    /// Name and grade of the best hit.
    pub best: Option<(String, u8)>,
    /// The question as searched, where it was corrected.
    pub searched: Option<String>,
}

impl Outcome<'_> {
    /// 1 when a needed item is among the first `k`, else 0.
    pub fn success(&self, k: usize) -> f64 {
        f64::from(u8::from(self.first.is_some_and(|rank| rank <= k)))
    }
}

/// A configuration of search whose quality is measured.
pub struct Trial<'a> {
    pub services: &'a Services,
    pub without: Vec<Way>,
}

impl Trial<'_> {
    /// The same with further ways off.
    #[must_use]
    pub fn also_without(&self, ways: &[Way]) -> Self {
        Self {
            services: self.services,
            without: [self.without.as_slice(), ways].concat(),
        }
    }

    /// One page of a question's answer, from page 1.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn ask(
        &self,
        question: &str,
        page: usize,
        size: usize,
    ) -> Result<SearchPage, ServiceError> {
        self.services.search(&RawSearchParams {
            q: question.to_owned(),
            page: Some(page.to_string()),
            size: Some(size.to_string()),
            without: self.without.clone(),
            ..RawSearchParams::default()
        })
    }

    /// Asks every query.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn run<'q>(&self, queries: &'q [Judged]) -> Result<Vec<Outcome<'q>>, ServiceError> {
        let asked = queries.iter().map(|judged| {
            let page = self.ask(&judged.query, 1, DEPTH)?;
            let codes = page.hits.iter().map(|hit| hit.head.code.as_str());
            let grades: Vec<u8> = codes.map(|code| judged.grade(code)).collect();
            let ideal = judged.grades.iter().map(|(_, grade)| *grade).collect();
            let best = page.hits.into_iter().next().map(|hit| hit.head.name);
            Ok(Outcome {
                judged,
                certainty: page.certainty,
                hits: grades.len(),
                first: grades.iter().position(|g| *g == NEEDED).map(|at| at + 1),
                ndcg: ndcg(&grades, ideal),
                recall: recall(&grades, judged.needed().count()),
                best: best.zip(grades.first().copied()),
                searched: page.searched,
            })
        });
        asked.collect()
    }

    /// Times of searching every query so many rounds, shortest first, after one round that warms up:
    /// the first page as people get it, composed and marked.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn times(&self, queries: &[Judged], rounds: usize) -> Result<Vec<Duration>, ServiceError> {
        let mut times = Vec::with_capacity(queries.len() * rounds);
        for round in 0..=rounds {
            for judged in queries {
                let started = Instant::now();
                self.ask(&judged.query, 1, DEFAULT_PAGE_SIZE)?;
                if round > 0 {
                    times.push(started.elapsed());
                }
            }
        }
        times.sort_unstable();
        Ok(times)
    }

    /// What the judgement of a question's best hit rests on; `None` without a hit. `searched` is
    /// the question as it was searched.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn features(&self, searched: &str) -> Result<Option<Features>, ServiceError> {
        let raw = RawSearchParams {
            q: searched.to_owned(),
            without: self.without.clone(),
            ..RawSearchParams::default()
        };
        let services = self.services;
        let mut query = parse::parse(&raw, &services.segmenter)?;
        services.knowledge.understand(&mut query, &services.regions);
        let answer = services.engine.search(&query)?;
        Ok(Features::of(&query, &answer))
    }

    /// Rank from 1 and score of these items where they are among the first thousand.
    ///
    /// # Errors
    /// As [`Services::search`].
    pub fn places(
        &self,
        question: &str,
        codes: &[String],
    ) -> Result<HashMap<String, (usize, f32)>, ServiceError> {
        let mut places = HashMap::new();
        for page in 1..=MAX_DEPTH / MAX_PAGE_SIZE {
            let hits = self.ask(question, page, MAX_PAGE_SIZE)?.hits;
            let is_last = hits.len() < MAX_PAGE_SIZE;
            for (at, hit) in hits.into_iter().enumerate() {
                if codes.contains(&hit.head.code) {
                    let rank = (page - 1) * MAX_PAGE_SIZE + at + 1;
                    places.insert(hit.head.code, (rank, hit.score));
                }
            }
            if is_last || places.len() == codes.len() {
                break;
            }
        }
        Ok(places)
    }
}

/// Averages over queries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    pub queries: usize,
    /// Success at 1, 3 and 10.
    pub success: [f64; 3],
    pub ndcg: f64,
    pub recall: f64,
    /// Part without any hit.
    pub zero: f64,
    /// Part whose match is not good; of outside queries those rejected.
    pub weak: f64,
    /// Part whose match is none.
    pub none: f64,
}

impl Summary {
    pub fn of(outcomes: &[&Outcome<'_>]) -> Self {
        let part = |has: &dyn Fn(&Outcome<'_>) -> bool| {
            mean(outcomes.iter().map(|o| f64::from(u8::from(has(o)))))
        };
        Self {
            queries: outcomes.len(),
            success: [1, 3, 10].map(|k| mean(outcomes.iter().map(|o| o.success(k)))),
            ndcg: mean(outcomes.iter().map(|o| o.ndcg)),
            recall: mean(outcomes.iter().filter_map(|o| o.recall)),
            zero: part(&|o| o.hits == 0),
            weak: part(&|o| o.certainty != Match::Good),
            none: part(&|o| o.certainty == Match::None),
        }
    }
}

/// nDCG@10 of the grades found, in their order, against those judged: gains 3 and 1, discount by
/// the logarithm of the rank.
fn ndcg(found: &[u8], mut judged: Vec<u8>) -> f64 {
    let gain = |grade: u8| match grade {
        0 => 0.0,
        1 => 1.0,
        _ => 3.0,
    };
    let dcg = |grades: &[u8]| -> f64 {
        let ranked = (2..).zip(grades.iter().take(CUT));
        ranked.fold(0.0, |sum, (n, g)| sum + gain(*g) / f64::from(n).log2())
    };
    judged.sort_unstable_by(|a, b| b.cmp(a));
    match dcg(&judged) {
        0.0 => 0.0,
        ideal => dcg(found) / ideal,
    }
}

fn recall(found: &[u8], needed: usize) -> Option<f64> {
    let hit = found.iter().filter(|g| **g == NEEDED).count();
    (needed > 0).then(|| number(hit) / number(needed))
}

/// Mean and standard deviation of a measure over folds: the queries dealt in turn, by order of qid.
pub fn spread(
    outcomes: &[&Outcome<'_>],
    folds: usize,
    measure: impl Fn(&Outcome<'_>) -> f64,
) -> (f64, f64) {
    let mut outcomes = outcomes.to_vec();
    outcomes.sort_by_key(|o| &o.judged.qid);
    let dealt = folds.min(outcomes.len());
    let fold = |first: usize| {
        mean(
            outcomes
                .iter()
                .skip(first)
                .step_by(dealt)
                .map(|o| measure(o)),
        )
    };
    let means: Vec<f64> = (0..dealt).map(fold).collect();
    let middle = mean(means.iter().copied());
    let squares: f64 = means.iter().map(|m| (m - middle).powi(2)).sum();
    (middle, (squares / number(dealt.max(2) - 1)).sqrt())
}

/// Two-sided p-value of the mean of paired differences being zero, by random flips of their signs.
/// The same differences always give the same value.
pub fn randomisation(differences: &[f64]) -> f64 {
    let observed = differences.iter().sum::<f64>().abs();
    let mut random = SplitMix(1);
    let as_large = (0..FLIPS).filter(|_| {
        let flipped = differences
            .iter()
            .map(|d| if random.bit() { *d } else { -d });
        // Sums of the same numbers in another order of signs differ by rounding.
        flipped.sum::<f64>().abs() >= observed - 1e-9
    });
    // The observed signs are one of the possible flips: p is never 0.
    (number(as_large.count()) + 1.0) / (f64::from(FLIPS) + 1.0)
}

/// Steele, Lea and Flood's generator: small, and good enough for signs.
struct SplitMix(u64);

impl SplitMix {
    fn bit(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) & 1 == 1
    }
}

/// The smallest of sorted times that so many percent do not exceed.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Mean; 0 of nothing.
pub fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    sum / number(count.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts of queries and items")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    }

    #[test]
    fn gains_are_discounted_by_rank() {
        // The only needed item at rank 2: (3 / log2 3) / 3.
        close(ndcg(&[0, 2], vec![2]), 0.630_929_75);
        // Ideal 3 + 1 / log2 3 = 3.630930; found 1 + 3 / log2 3 = 2.892789.
        close(ndcg(&[1, 2], vec![1, 2]), 0.796_707_5);
        close(ndcg(&[2, 1, 0], vec![0, 1, 2]), 1.0);
        let mut late = vec![0; 10];
        late.push(2);
        close(ndcg(&late, vec![2]), 0.0);
        close(ndcg(&[], vec![]), 0.0);
        assert_eq!(recall(&[2, 0, 1, 2], 4), Some(0.5));
        assert_eq!(recall(&[1], 0), None);
    }

    fn outcome(judged: &Judged, first: Option<usize>, ndcg: f64, certainty: Match) -> Outcome<'_> {
        Outcome {
            judged,
            certainty,
            hits: first.unwrap_or(0),
            first,
            ndcg,
            recall: first.map(|_| 1.0),
            best: None,
            searched: None,
        }
    }

    #[test]
    fn averages_and_their_spread() {
        let queries = "b\tlay\t二\na\tlay\t一\nc\tlay\t三\nd\tlay\t四\n";
        let qrels = "a\tX\t2\nb\tX\t2\nc\tX\t1\nd\tX\t2\n";
        let [queries, qrels] = [queries, qrels].map(|text| Text { name: "", text });
        let judged = read(queries, qrels).expect("right files");
        let outcomes = [
            outcome(&judged[0], Some(4), 0.2, Match::Weak),
            outcome(&judged[1], Some(1), 1.0, Match::Good),
            outcome(&judged[2], None, 0.0, Match::None),
            outcome(&judged[3], Some(2), 0.4, Match::Good),
        ];
        let outcomes: Vec<&Outcome<'_>> = outcomes.iter().collect();
        let expected = Summary {
            queries: 4,
            success: [0.25, 0.5, 0.75],
            ndcg: 0.4,
            recall: 1.0,
            zero: 0.25,
            weak: 0.5,
            none: 0.25,
        };
        assert_eq!(Summary::of(&outcomes), expected);
        assert_eq!(Summary::of(&[]), Summary::default());
        // a and c, b and d: means 0.5 and 0.3.
        let (middle, deviation) = spread(&outcomes, 2, |o| o.ndcg);
        close(middle, 0.4);
        close(deviation, 0.02_f64.sqrt());
        close(spread(&outcomes, 9, |o| o.ndcg).0, 0.4);
        close(spread(&[], 5, |o| o.ndcg).1, 0.0);
    }

    #[test]
    fn chance_is_told_from_difference() {
        close(randomisation(&[]), 1.0);
        close(randomisation(&[0.3]), 1.0);
        // Of the 16 signs of four equal differences two are as large.
        let p = randomisation(&[0.1; 4]);
        assert!((p - 0.125).abs() < 0.02, "{p}");
        assert!(randomisation(&[0.1; 40]) < 0.001);
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
