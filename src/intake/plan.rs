//! Which lists a file holds, and reading the items of one of them.
//! Must not know the register.

mod columns;
mod identity;
mod scan;
mod titles;

use std::sync::Arc;

use crate::domain::{Date, Finding, Kind, ListId, Place, Severity};

use super::clean;
use super::draft::{DraftItem, Drafter, SheetPlaces};
use super::heading::{self, Headings};
use super::records::{Builder, Skip};
use super::sheet::{Run, SheetSource};
use super::{Inference, Intake, Source};

pub(super) use scan::plan;

/// A table inside a sheet: one heading row and what follows it.
#[derive(Debug)]
struct Segment {
    sheet: usize,
    headings: Headings,
    /// Texts above the headings.
    above: Vec<String>,
}

/// One list of a file.
#[derive(Clone, Debug)]
pub struct ListPlan {
    pub list: ListId,
    pub kind: Arc<Kind>,
    pub document_no: Option<String>,
    pub published_on: Option<Date>,
    /// As given by the submitter.
    pub effective_on: Option<Date>,
    /// As the title suggests; may be too early for a later edition.
    pub inferred_date: Option<Date>,
    pub inferences: Vec<Inference>,
    /// Whether the submitter gave the list's title.
    pub title_is_given: bool,
    /// Rows by segment.
    runs: Vec<(usize, Vec<Run>)>,
}

/// A file whose tables have been found.
pub struct Opened {
    pub file: String,
    pub lists: Vec<ListPlan>,
    /// Problems of the file as a whole; those of rows come with [`Opened::read`].
    pub findings: Vec<Finding>,
    /// Headings printed again inside a table.
    pub not_taken: Vec<RowNotTaken>,
    intake: Option<Intake>,
    sheets: Vec<SheetSource>,
    segments: Vec<Segment>,
}

/// A row that was not taken, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RowNotTaken {
    pub place: Place,
    pub reason: String,
    /// Beginning of its text.
    pub text: String,
    /// Whether it should have been an item: a finding of severity error says what to mend.
    pub refused: bool,
}

/// The items of one list.
#[derive(Debug, Default)]
pub struct ListDrafts {
    pub items: Vec<DraftItem>,
    pub findings: Vec<Finding>,
    pub not_taken: Vec<RowNotTaken>,
}

impl Opened {
    pub(super) fn refused(source: &Source, finding: Finding) -> Self {
        Self {
            file: source.name.clone(),
            lists: Vec::new(),
            findings: vec![finding],
            not_taken: Vec::new(),
            intake: None,
            sheets: Vec::new(),
            segments: Vec::new(),
        }
    }

    /// Reads the items of one list. Memory is bounded by the list, not by the file.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn read(&self, plan: &ListPlan) -> std::io::Result<ListDrafts> {
        let mut drafts = ListDrafts::default();
        if let Some(intake) = &self.intake {
            for (segment, runs) in &plan.runs {
                self.read_segment(intake, plan, &self.segments[*segment], runs, &mut drafts)?;
            }
        }
        Ok(drafts)
    }

    fn read_segment(
        &self,
        intake: &Intake,
        plan: &ListPlan,
        segment: &Segment,
        runs: &[Run],
        drafts: &mut ListDrafts,
    ) -> std::io::Result<()> {
        let sheet = &self.sheets[segment.sheet];
        let columns = if segment.headings.best.kind.key == plan.kind.key {
            segment.headings.best.clone()
        } else {
            heading::reread(&segment.headings, &plan.kind)
        };
        let bytes = intake.limits.unpacked_bytes;
        let mut builder = Builder::new(&columns, sheet.merges(), bytes);
        sheet.read(&mut runs.iter().copied(), &mut |row| builder.push(row))?;
        builder.finish();
        let places = SheetPlaces::new(&self.file, &sheet.name, &columns);
        if builder.is_exhausted() {
            const PROBLEM: &str = "多行共用的内容展开后过大，整个表未收录";
            let place = places.place(0, None);
            drafts.findings.push(Finding::new(
                Severity::Error,
                "too-large",
                place.clone(),
                PROBLEM,
                "请取消范围过大的合并，或拆分后分别提交",
            ));
            drafts.not_taken.push(RowNotTaken {
                place,
                reason: PROBLEM.into(),
                text: String::new(),
                refused: true,
            });
            return Ok(());
        }
        for skipped in builder.skipped {
            let place = places.place(skipped.row, None);
            if skipped.why == Skip::NoTitle {
                drafts.findings.push(Finding::new(
                    Severity::Error,
                    "missing-title",
                    place.clone(),
                    "该行没有名称，上方也没有可以接续的事项，未收录",
                    "请填写名称，或删除该行",
                ));
            }
            if skipped.why == Skip::Apart {
                drafts.findings.push(Finding::new(
                    Severity::Warning,
                    "row-apart",
                    place.clone(),
                    "该行没有名称和子项，与上方事项隔有空行，没有并入",
                    "如属上方事项，请删除中间的空行；如是表下的说明，不必处理",
                ));
            }
            drafts.not_taken.push(RowNotTaken {
                place,
                reason: skipped.why.reason().into(),
                text: skipped.text,
                refused: skipped.why == Skip::NoTitle,
            });
        }
        let mut drafter = Drafter {
            columns: &columns,
            places: places.clone(),
            list: &plan.list,
            titles: &segment.above,
            regions: &intake.regions,
            limits: &intake.limits,
            findings: Vec::new(),
        };
        for record in builder.done {
            if let Some(item) = drafter.draft(&record) {
                drafts.items.push(item);
                continue;
            }
            let reason = drafter.findings.last().map(|f| f.problem.clone());
            let text: String = record.cells.join(" ").chars().take(80).collect();
            drafts.not_taken.push(RowNotTaken {
                place: places.place(record.first_row, None),
                reason: reason.unwrap_or_default(),
                text: clean::short(&text),
                refused: true,
            });
        }
        drafts.findings.append(&mut drafter.findings);
        Ok(())
    }
}
