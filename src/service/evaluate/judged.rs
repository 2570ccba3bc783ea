//! Judged queries: what people ask, and which items answer it.
//! Must not know search; texts come in with the names of their files for messages.

use std::collections::{HashMap, HashSet};

use crate::query::MAX_QUESTION_CHARS;

/// Kind of the queries that the corpus has no answer to.
pub const OUTSIDE: &str = "outside";
/// Grade of what the person needs; 1 is related and useful.
pub(super) const NEEDED: u8 = 2;

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
    pub(super) fn rows<const N: usize>(
        &self,
        columns: [&str; N],
    ) -> Result<Vec<(usize, [&str; N])>, WrongLine> {
        let mut rows = Vec::new();
        for (at, line) in self.text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            match <[&str; N]>::try_from(cells.as_slice()) {
                Ok(cells) if cells.iter().all(|c| !c.is_empty()) => rows.push((at + 1, cells)),
                _ => {
                    let columns = columns.join("、");
                    let problem = format!("应有以制表符分隔的 {N} 列（{columns}），都不能为空");
                    return Err(self.wrong(at + 1, problem));
                }
            }
        }
        Ok(rows)
    }

    pub(super) fn wrong(&self, line: usize, problem: String) -> WrongLine {
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
