//! A problem found in a list, with its place and how to mend it.
//! Must not know how findings are shown.

use serde::{Deserialize, Serialize};

/// Stands at the end of the name of a file that is given back with its findings marked.
pub const MARKED: &str = "（问题已标注）";

/// Name of the sheet with the findings in such a file.
pub const SHEET: &str = "问题清单";
/// Headings of that sheet.
pub const HEADINGS: [&str; 7] = ["严重程度", "工作表", "行", "列", "表头", "问题", "如何改正"];

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The row (or the file) is not taken.
    Error,
    /// The row is taken; its content should be mended.
    Warning,
    /// For information: what was inferred, passed over or kept as written.
    Notice,
}

impl Severity {
    pub fn label(self) -> &'static str {
        match self {
            Self::Error => "错误",
            Self::Warning => "警告",
            Self::Notice => "提示",
        }
    }
}

/// Where in a file; rows and columns count from 1 as a spreadsheet shows them, and 0 or an empty
/// text means that the finding concerns the whole file, sheet or row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sheet: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub row: u32,
    /// Column letter (A, B … AA).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub column: String,
    /// Heading of the column as written in the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub heading: String,
}

// serde's skip_serializing_if hands a reference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "signature set by serde")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if !self.file.is_empty() {
            parts.push(self.file.clone());
        }
        if !self.sheet.is_empty() {
            parts.push(format!("工作表“{}”", self.sheet));
        }
        if self.row > 0 {
            parts.push(format!("第{}行", self.row));
        }
        if !self.column.is_empty() {
            parts.push(format!("{}列", self.column));
        }
        f.write_str(&parts.join(" "))?;
        if !self.heading.is_empty() {
            write!(f, "（{}）", self.heading)?;
        }
        Ok(())
    }
}

/// Letter of a column counted from 0: A, B … Z, AA.
pub fn column_letter(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + u8::try_from(index % 26).unwrap_or(0));
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    letters.iter().rev().map(|&b| char::from(b)).collect()
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    /// Stable identifier of the rule, such as `missing-title`.
    pub rule: String,
    pub place: Place,
    /// What is wrong, in Chinese.
    pub problem: String,
    /// How to mend it, in Chinese; empty for a notice that needs nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mend: String,
    /// The other place, where two places contradict each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Place>,
}

impl Finding {
    pub fn new(
        severity: Severity,
        rule: &str,
        place: Place,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            rule: rule.to_owned(),
            place,
            problem: problem.into(),
            mend: mend.into(),
            other: None,
        }
    }

    #[must_use]
    pub fn with_other(mut self, other: Place) -> Self {
        self.other = Some(other);
        self
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "[{}] {}：{}",
            self.severity.label(),
            self.place,
            self.problem
        )?;
        if let Some(other) = &self.other {
            write!(f, "（另一处：{other}）")?;
        }
        if !self.mend.is_empty() {
            write!(f, "。{}", self.mend)?;
        }
        Ok(())
    }
}

/// Findings of one rule in one column together, errors first.
pub fn grouped(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let same = |other: &Finding| {
            other.rule == finding.rule
                && other.place.sheet == finding.place.sheet
                && other.place.column == finding.place.column
                && finding.place.row > 0
        };
        match groups
            .iter_mut()
            .find(|g| g.first().is_some_and(|f| same(f)))
        {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.sort_by_key(|g| g.first().map(|f| f.severity));
    groups
}

/// Where else a problem stands, in Chinese: how often, and the first rows.
pub fn others(others: &[&Finding]) -> String {
    const NAMED: usize = 8;
    let mut rows: Vec<u32> = others.iter().map(|f| f.place.row).collect();
    rows.sort_unstable();
    let more = if rows.len() > NAMED { " 等" } else { "" };
    let rows: Vec<String> = rows.iter().take(NAMED).map(u32::to_string).collect();
    format!(
        "同类问题另有 {} 处：第 {}{more} 行",
        others.len(),
        rows.join("、")
    )
}

#[cfg(test)]
mod tests {
    use super::column_letter;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        for (index, letter) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (701, "ZZ"),
            (702, "AAA"),
        ] {
            assert_eq!(column_letter(index), letter);
        }
    }
}
