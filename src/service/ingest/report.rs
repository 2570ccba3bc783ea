//! What is told of an ingested file: its lists, findings and rows not taken.
//! Must not know how lists are published.

use std::collections::HashSet;

use serde::Serialize;

use crate::domain::{Date, Finding, Place, Severity};
use crate::intake::plan::RowNotTaken;
use crate::intake::{DraftItem, Inference};

/// Findings kept per file; the rest are counted.
const MAX_FINDINGS: usize = 100_000;
/// Rules that are told once for each value.
const ONCE: [&str; 3] = ["unknown-type", "unknown-level", "unknown-region"];

/// What became of one list of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    Published {
        publication: u64,
        added: u64,
        amended: u64,
        withdrawn: u64,
    },
    /// A dry run: what would be published.
    WouldPublish {
        added: u64,
        amended: u64,
        withdrawn: u64,
    },
    /// The register already holds exactly this.
    Unchanged,
    /// Nothing was published; the findings say why.
    Stopped,
}

/// Report on one list.
#[derive(Clone, Debug, Serialize)]
pub struct ListReport {
    pub department: String,
    pub region: String,
    pub kind: String,
    pub title: String,
    pub effective_on: Date,
    /// Items taken from the file.
    pub items: u64,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Items that are withdrawn, or would be: code and name, the first ones.
    pub withdrawals: Vec<String>,
    pub inferred: Vec<Inference>,
}

/// Report on one file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FileReport {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    pub lists: Vec<ListReport>,
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    pub not_taken: Vec<RowNotTaken>,
}

impl FileReport {
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|f| f.severity == severity)
            .count()
    }

    /// Whether nothing of the file could be used.
    pub fn is_refused(&self) -> bool {
        self.lists.iter().all(|l| l.outcome == Outcome::Stopped)
    }
}

/// An item that is refused, as the report names it.
pub(super) fn refused(item: &DraftItem, reason: String) -> RowNotTaken {
    RowNotTaken {
        refused: true,
        place: item.place(None),
        reason,
        text: item.coded.item.head.name.clone(),
    }
}

/// Collects a file's report: one notice per distinct value, and no more findings than fit.
pub(super) struct Reporter {
    pub report: FileReport,
    once: HashSet<(String, String)>,
}

impl Reporter {
    pub fn new(file: &str) -> Self {
        Self {
            report: FileReport {
                file: file.to_owned(),
                ..FileReport::default()
            },
            once: HashSet::new(),
        }
    }

    pub fn findings(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            // A finding without a row speaks of the whole sheet or file; one on a value that is not
            // known, of every row that has it.
            let general = finding.place.row == 0 || ONCE.contains(&finding.rule.as_str());
            if general
                && !self
                    .once
                    .insert((finding.place.sheet.clone(), finding.problem.clone()))
            {
                continue;
            }
            if self.report.findings.len() < MAX_FINDINGS {
                self.report.findings.push(finding);
            } else {
                self.report.more_findings += 1;
            }
        }
    }

    fn place(&self) -> Place {
        Place {
            file: self.report.file.clone(),
            ..Place::default()
        }
    }

    pub fn refuse(&mut self, rule: &str, problem: String, mend: &str) {
        let place = self.place();
        self.findings(vec![Finding::new(
            Severity::Error,
            rule,
            place,
            problem,
            mend,
        )]);
    }

    pub fn not_taken(&mut self, item: &DraftItem, reason: String) {
        self.report.not_taken.push(refused(item, reason));
    }
}
