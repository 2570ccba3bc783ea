//! From a department's file to drafts: the same intake as `ingest`, one draft for each list of the file.
//! Must not publish anything.

use std::collections::{HashMap, VecDeque};

use super::drafts::DraftView;
use super::{Actor, Console};
use crate::domain::draft::FindingCounts;
use crate::domain::workflow::Act;
use crate::domain::{Action, Deed, Draft, DraftChange, FileRef};
use crate::intake::{Bytes, Hints, ListPlan, Source};
use crate::register::desk::Content;
use crate::service::ServiceError;
use crate::service::ingest::{Compared, FileReport};

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
            hints.region = Some(draft.list.region.code.clone());
            hints.kind = Some(draft.list.kind.clone());
            hints.title = Some(draft.list.title.clone());
        }
        let (report, lists) = self.validate(actor, source, &hints)?;
        let left_out = report.findings.iter().any(|f| f.rule == "not-taken");
        let mut uploaded = Uploaded {
            report,
            drafts: Vec::new(),
            unchanged: Vec::new(),
        };
        if into.is_some() && lists.len() > 1 {
            let detail = "文件中有多份清单，而草稿只属于一份。请分开上传".to_owned();
            return Err(ServiceError::parameter("file", detail));
        }
        if let (Some(draft), Some((plan, _))) = (&into, lists.first())
            && plan.list != draft.list
        {
            let detail = format!(
                "文件中的清单是{}的“{}”，不是这份草稿的清单",
                plan.list.department, plan.list.title
            );
            return Err(ServiceError::parameter("file", detail));
        }
        let is_whole = lists.len() == 1 && !left_out;
        let mut kept = None;
        let mut into = into;
        for (plan, compared) in lists {
            if compared.changes.is_empty() && into.is_none() {
                // Where no row was taken, the findings say why.
                if compared.items > 0 {
                    uploaded.unchanged.push(plan.list.title.clone());
                }
                continue;
            }
            let file = match &kept {
                Some(file) => FileRef::clone(file),
                None => self.keep(source)?,
            };
            kept = Some(file.clone());
            let draft = into.take();
            let known = match &draft {
                None => self.same_draft(actor, &plan, &compared, &file)?,
                Some(_) => None,
            };
            let draft = match known {
                Some(known) => known,
                None => {
                    let of_file = (file, is_whole);
                    self.fill(actor, draft, (plan, compared), of_file, &uploaded.report)?
                }
            };
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

    /// A draft in hand that has been made of the same file already: sending it twice makes one.
    fn same_draft(
        &self,
        actor: &Actor,
        plan: &ListPlan,
        compared: &Compared,
        file: &FileRef,
    ) -> Result<Option<Draft>, ServiceError> {
        let drafts = self.drafts_in_hand(actor, &plan.list)?;
        let mut same = drafts.into_iter().filter(|draft| {
            draft.file.as_ref().map(|f| &f.sha256) == Some(&file.sha256)
                && draft.base == compared.base
                && !draft.is_edited
        });
        Ok(same.next())
    }

    /// Puts a list of a file into a draft, a new one unless one is given.
    fn fill(
        &self,
        actor: &Actor,
        draft: Option<Draft>,
        (plan, compared): (ListPlan, Compared),
        (file, is_whole): (FileRef, bool),
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
        draft.is_whole = is_whole && compared.refused == 0;
        draft.refused_rows = compared.refused as u64;
        draft.findings = FindingCounts::of(&report.findings);
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

/// A file that was made here, of these bytes.
pub(super) fn source(name: &str, bytes: Vec<u8>) -> Source {
    Source {
        name: name.to_owned(),
        bytes: Bytes::Memory(bytes.into()),
    }
}
