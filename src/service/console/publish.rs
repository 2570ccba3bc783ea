//! From an approved draft to a publication, by the system: at once, or on the day it takes effect.
//! The publication and the draft's new state are one transaction, and what was approved and is not
//! published yet is tried again at every start and every round. Must not know who approved it.

use std::collections::HashMap;

use super::drafts::ALL;
use super::{Console, form};
use crate::domain::draft::{Decision, Timing};
use crate::domain::workflow::{Act, State};
use crate::domain::{Action, Change, Deed, Draft, Fields, FileRef, ItemId, PublicationDraft};
use crate::register::RegisterError;
use crate::register::desk::{Content, DraftFilter};
use crate::register::journal::JournalFilter;
use crate::service::ServiceError;

/// Who publishes what was approved.
const SYSTEM: &str = "系统";
/// Drafts looked at in one round; more wait for the next.
const ROUND: u64 = 1_000;

impl Console {
    /// Publishes all approved drafts that are due. Gives how many there were; one that fails is logged
    /// and keeps no other waiting.
    ///
    /// # Errors
    /// `Internal` when the drafts cannot be read.
    pub fn publish_due(&self) -> Result<u64, ServiceError> {
        let filter = DraftFilter {
            states: vec![State::Approved],
            ..DraftFilter::default()
        };
        let (approved, _) = self.office.drafts(&filter, 0, ROUND)?;
        let mut published = 0;
        for mut draft in approved {
            match self.publish_if_due(&mut draft) {
                Ok(done) => published += u64::from(done),
                Err(error) => tracing::error!(draft = draft.id, %error, "publication failed"),
            }
        }
        Ok(published)
    }

    /// Publishes an approved draft if its day has come. One that no longer fits goes back to its
    /// department.
    pub(super) fn publish_if_due(&self, draft: &mut Draft) -> Result<bool, ServiceError> {
        let today = self.services.today();
        let waits = draft.declaration.timing == Timing::OnEffectiveDay
            && draft
                .declaration
                .effective_on
                .is_some_and(|day| day > today);
        if waits {
            return Ok(false);
        }
        if !self.is_as_approved(draft)? {
            let why = "草稿的内容与审查通过时不同".to_owned();
            self.give_back(draft, &ServiceError::parameter("draft", why))?;
            return Ok(false);
        }
        let changes = self.office.draft_changes(draft.id, 0, ALL)?;
        let changes: Vec<Change> = changes.into_iter().map(|c| c.change).collect();
        let publication = self.publication(draft, changes)?;
        let detail = format!("草稿 {}：{}", draft.id, draft.list.title);
        let entry = self.entry_of(SYSTEM, "", Deed::Published, "第 {} 号公布", &detail);
        match self.office.publish_draft(draft, &publication, &entry) {
            Ok(_) => Ok(true),
            Err(
                error @ (RegisterError::Conflict { .. }
                | RegisterError::CodeTaken { .. }
                | RegisterError::Invalid(_)),
            ) => {
                self.give_back(draft, &ServiceError::from(error))?;
                Ok(false)
            }
            // Somebody was quicker: another process has published it, or it was taken back.
            Err(RegisterError::Outdated) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a draft still is what the second office approved, by the journal: somebody may have
    /// changed it in the store.
    fn is_as_approved(&self, draft: &Draft) -> Result<bool, ServiceError> {
        let filter = JournalFilter {
            deed: Some(Deed::Approved),
            object: Some(format!("草稿 {}", draft.id)),
            actor: None,
        };
        let (approved, _) = self.office.records(&filter, 0, 1)?;
        let digest = self.office.draft_digest(draft.id)?;
        Ok(approved.first().is_some_and(|r| r.entry.content == digest))
    }

    /// What a draft comes to if it is published today.
    fn publication(
        &self,
        draft: &Draft,
        changes: Vec<Change>,
    ) -> Result<PublicationDraft, ServiceError> {
        let today = self.services.today();
        let said = &draft.declaration;
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let file = match &draft.file {
            // What else a file holds was not reviewed.
            Some(file) if draft.is_whole && !draft.is_edited => {
                // Lost for now is no fault of the department's.
                self.services.kept_file(file)?;
                file.clone()
            }
            _ => self.edition(draft, &changes)?,
        };
        Ok(PublicationDraft {
            list: draft.list.clone(),
            document_no: some(&said.document_no),
            reason: some(&said.cause),
            published_on: today,
            // Nothing is said of a past day after it.
            effective_on: said.effective_on.unwrap_or(today).max(today),
            recorded_at: self.now(),
            submitted_by: draft.list.department.clone(),
            approved_by: some(&draft.approving_offices().join("、")),
            supervision: some(&said.supervision),
            file,
            code_prefix: self.kind(&draft.list)?.prefix.clone(),
            changes,
        })
    }

    /// The whole list as it will be, as a file to be kept: what was filled in on pages has none.
    fn edition(&self, draft: &Draft, changes: &[Change]) -> Result<FileRef, ServiceError> {
        let kind = self.kind(&draft.list)?;
        let (_, recorded) = self.services.register.latest_edition(&draft.list)?;
        let by_id: HashMap<ItemId, &Change> =
            changes.iter().filter_map(|c| Some((c.id?, c))).collect();
        let mut items: Vec<&Fields> = Vec::new();
        for known in &recorded {
            match by_id.get(&known.id) {
                None => items.push(&known.item.fields),
                Some(change) if change.action == Action::Withdrawn => {}
                Some(change) => items.push(&change.item.fields),
            }
        }
        let added = changes.iter().filter(|c| c.action == Action::Added);
        items.extend(added.map(|c| &c.item.fields));
        let headings: Vec<&str> = kind.fields.iter().map(|f| f.label.as_str()).collect();
        let rows: Vec<Vec<&str>> = items
            .iter()
            .map(|fields| {
                let cell = |f: &crate::domain::Field| fields.get(&f.key).map_or("", String::as_str);
                kind.fields.iter().map(cell).collect()
            })
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let mut bytes = "\u{feff}".as_bytes().to_vec();
        bytes.extend(form::table(&headings, &rows));
        let name = format!("{}.csv", draft.list.title);
        Ok(self
            .services
            .register
            .keep_file(&name, &mut bytes.as_slice())?)
    }

    /// Gives a draft that cannot be published as it was approved back to its department.
    fn give_back(&self, draft: &mut Draft, why: &ServiceError) -> Result<(), ServiceError> {
        let comment = match why {
            ServiceError::Conflict { detail, .. } | ServiceError::Invalid { detail, .. } => {
                format!("未能公布：{detail}。请重新比对、核对后再次提交")
            }
            _ => "未能公布，请重新比对、核对后再次提交".to_owned(),
        };
        draft.state = State::Returned;
        draft.decisions.push(Decision {
            act: Act::Return,
            by: None,
            office: SYSTEM.to_owned(),
            at: self.now(),
            comment: comment.clone(),
            to: State::Returned,
        });
        let entry = self.entry_of(SYSTEM, "", Deed::PublicationFailed, "草稿 {}", &comment);
        Ok(self.office.save_draft(draft, Content::default(), &entry)?)
    }
}
