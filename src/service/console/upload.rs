//! From a department's file to drafts: the same intake as `ingest`, one draft for each list of the file.
//! Must not publish anything.

use std::collections::{HashMap, VecDeque};

use super::drafts::DraftView;
use super::{Actor, Console};
use crate::domain::draft::FindingCounts;
use crate::domain::workflow::Act;
use crate::domain::{Action, Deed, Draft, DraftChange, FileRef, Finding, Place, Severity};
use crate::intake::{Bytes, Hints, ListPlan, Source};
use crate::register::desk::Content;
use crate::service::ServiceError;
use crate::service::ingest::{Compared, FileReport, IngestOptions, Ingester};

/// Most changes of a draft: everybody who reviews it has to read them.
pub const MOST_CHANGES: usize = 20_000;
/// Most lists of one file.
const MOST_LISTS: usize = 50;

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Uploaded {
    pub report: FileReport,
    /// A draft for each list of the file.
    pub drafts: Vec<DraftView>,
    /// Lists that already say what the file says: their titles.
    pub unchanged: Vec<String>,
}

impl Console {
    fn ingester(&self) -> Ingester {
        Ingester {
            register: self.services.register.clone(),
            intake: self.intake.clone(),
            clock: self.services.clock.clone(),
            options: IngestOptions::default(),
        }
    }

    /// Reads, checks and compares a file, and keeps nothing.
    ///
    /// # Errors
    /// `Refused` for whoever drafts no lists.
    pub fn validate(
        &self,
        actor: &Actor,
        source: &Source,
        hints: &Hints,
    ) -> Result<(FileReport, Vec<(ListPlan, Compared)>), ServiceError> {
        let own = self.departments(actor);
        if own.is_empty() {
            return Err(ServiceError::Refused {
                code: "not_allowed",
                detail: "只有部门经办可以提交清单".into(),
            });
        }
        let mut hints = hints.clone();
        match &hints.department {
            Some(named) if !own.contains(named) => {
                let detail = format!("“{named}”不是您经办的部门");
                return Err(ServiceError::parameter("department", detail));
            }
            // The real files of a department seldom name it in full.
            None if own.len() == 1 => hints.department = own.first().cloned(),
            _ => {}
        }
        let (mut report, mut lists) = self.ingester().compared(source, &hints);
        lists.retain(|(plan, compared)| {
            let problem = if !own.contains(&plan.list.department) {
                let theirs = &plan.list.department;
                format!(
                    "“{}”属于“{theirs}”，不是您经办的部门，未收录",
                    plan.list.title
                )
            } else if compared.changes.len() > MOST_CHANGES {
                let most = MOST_CHANGES;
                format!("“{}”的变动超过 {most} 项，未收录", plan.list.title)
            } else {
                return true;
            };
            let place = Place {
                file: source.name.clone(),
                ..Place::default()
            };
            let mend = "请选择正确的部门或文件；数量很大的清单请交管理员收录";
            report.findings.push(Finding::new(
                Severity::Error,
                "not-taken",
                place,
                problem,
                mend,
            ));
            false
        });
        lists.truncate(MOST_LISTS);
        Ok((report, lists))
    }

    /// Makes a draft of each list of a file; or of its one list the new content of the draft `into`,
    /// which is of the version given.
    ///
    /// # Errors
    /// `Refused`, `Invalid`, `Conflict`; problems of the file are in the report.
    pub fn upload(
        &self,
        actor: &Actor,
        source: &Source,
        hints: &Hints,
        into: Option<(u64, u64)>,
    ) -> Result<Uploaded, ServiceError> {
        let mut hints = hints.clone();
        let into = into
            .map(|(id, version)| self.open(actor, (id, version), Act::Edit))
            .transpose()?
            .map(|(draft, _)| draft);
        if let Some(draft) = &into {
            // It is to be the same list, whatever the file calls itself.
            hints.department = Some(draft.list.department.clone());
            hints.region = Some(draft.list.region.name.clone());
            hints.kind = Some(draft.list.kind.clone());
            hints.title = Some(draft.list.title.clone());
        }
        let (report, lists) = self.validate(actor, source, &hints)?;
        let mut uploaded = Uploaded {
            report,
            drafts: Vec::new(),
            unchanged: Vec::new(),
        };
        if into.is_some() && lists.len() > 1 {
            let detail = "文件中有多份清单，而草稿只属于一份。请分开上传".to_owned();
            return Err(ServiceError::parameter("file", detail));
        }
        let mut kept = None;
        let mut into = into;
        for (plan, compared) in lists {
            if compared.changes.is_empty() && into.is_none() {
                uploaded.unchanged.push(plan.list.title.clone());
                continue;
            }
            let file = match &kept {
                Some(file) => FileRef::clone(file),
                None => self.keep(source)?,
            };
            kept = Some(file.clone());
            let draft = into.take();
            let draft = self.fill(actor, draft, (plan, compared), file, &uploaded.report)?;
            uploaded.drafts.push(self.view(actor, draft)?);
        }
        Ok(uploaded)
    }

    fn keep(&self, source: &Source) -> Result<FileRef, ServiceError> {
        let mut bytes = source
            .open()
            .map_err(|e| ServiceError::Internal(e.to_string()))?;
        let name = source.name.rsplit(['/', '\\']).next();
        let name = name.unwrap_or(&source.name);
        Ok(self.services.register.keep_file(name, &mut bytes)?)
    }

    /// Puts a list of a file into a draft, a new one unless one is given.
    fn fill(
        &self,
        actor: &Actor,
        draft: Option<Draft>,
        (plan, compared): (ListPlan, Compared),
        file: FileRef,
        report: &FileReport,
    ) -> Result<Draft, ServiceError> {
        let mut draft =
            draft.unwrap_or_else(|| Draft::new(plan.list.clone(), compared.base, self.now()));
        // What was said of an item holds for it in the next file too.
        let said = match draft.id {
            0 => Vec::new(),
            id => self.office.draft_changes(id, 0, super::drafts::ALL)?,
        };
        let mut known: HashMap<String, VecDeque<DraftChange>> = HashMap::new();
        for change in said {
            known.entry(change.key()).or_default().push_back(change);
        }
        let changes: Vec<DraftChange> = compared
            .changes
            .into_iter()
            .map(|mut change| {
                // The department says why, not the comparison.
                change.reason = None;
                let mut change = DraftChange::new(change);
                let said = known.get_mut(&change.key()).and_then(VecDeque::pop_front);
                if let Some(said) = said.filter(|s| s.change.action == change.change.action) {
                    change.change.kind = said.change.kind;
                    if change.change.action == Action::Withdrawn {
                        change.change.reason = said.change.reason;
                        change.change.successor = said.change.successor;
                    }
                }
                change
            })
            .collect();
        draft.base = compared.base;
        draft.is_edited = false;
        draft.refused_rows = compared.refused as u64;
        draft.findings = counts(report);
        if draft.declaration.document_no.is_empty() {
            draft.declaration.document_no = plan.document_no.clone().unwrap_or_default();
        }
        if draft.declaration.effective_on.is_none() {
            draft.declaration.effective_on = plan.effective_on;
        }
        draft.add_author(actor.account.id);
        draft.count(&changes);
        let detail = format!(
            "{}（SHA-256 {}），新增 {}、调整 {}、取消 {}",
            file.name, file.sha256, draft.added, draft.amended, draft.withdrawn
        );
        draft.file = Some(file);
        let entry = self.entry(actor, Deed::Uploaded, "草稿 {}", detail);
        let content = Content {
            changes: Some(&changes),
            findings: Some(&report.findings),
        };
        self.office.save_draft(&mut draft, content, &entry)?;
        Ok(draft)
    }
}

fn counts(report: &FileReport) -> FindingCounts {
    let of = |severity| report.count(severity) as u64;
    FindingCounts {
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        notices: of(Severity::Notice),
    }
}

/// A file that was made here, of these bytes.
pub(super) fn source(name: &str, bytes: Vec<u8>) -> Source {
    Source {
        name: name.to_owned(),
        bytes: Bytes::Memory(bytes.into()),
    }
}
