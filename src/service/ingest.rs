//! From files to publications: reads, checks, compares with the last edition, publishes exactly the differences.
//! Must not know the engine, terminals or HTTP.

mod dates;
mod report;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use crate::check;
use crate::domain::diff::{self, Recorded};
use crate::domain::{
    Action, Change, Clock, FileRef, Finding, ItemCode, ListId, PublicationDraft, Role, Severity,
};
use crate::intake::{DraftItem, Hints, Intake, ListDrafts, ListPlan, Opened, Source};
use crate::register::{PublicationFilter, Register, RegisterError};

pub use report::{FileReport, ListReport, Outcome};
use report::{Reporter, refused};

/// Withdrawn items named in a report.
const MAX_NAMED: usize = 200;

/// How a batch is ingested.
#[derive(Clone, Debug, Default)]
pub struct IngestOptions {
    /// Reads, checks and compares, but records nothing.
    pub dry_run: bool,
    /// Publishes even when more than a tenth of a list would be withdrawn.
    pub accept_withdrawals: bool,
    /// Who submits, as recorded with the publication.
    pub submitted_by: String,
}

/// Told how far a file has got: lists done, lists in all.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize);

/// Ingests files into a register.
pub struct Ingester {
    pub register: Arc<dyn Register>,
    pub intake: Intake,
    pub clock: Arc<dyn Clock>,
    pub options: IngestOptions,
}

impl Ingester {
    /// Ingests one file; every problem is in the report, and no problem of one list keeps another
    /// from being published.
    pub fn file(&self, source: &Source, hints: &Hints, progress: Progress<'_>) -> FileReport {
        let opened = self.intake.open(source, hints);
        let mut report = Reporter::new(&source.name);
        report.findings(opened.findings.clone());
        report.report.not_taken.clone_from(&opened.not_taken);
        let mut kept: Option<FileRef> = None;
        std::thread::scope(|scope| {
            // Reading and checking the next list overlaps with recording this one.
            let (sender, receiver) = sync_channel(2);
            let opened = &opened;
            let intake = &self.intake;
            scope.spawn(move || {
                for plan in &opened.lists {
                    if sender.send((plan, read(opened, plan, intake))).is_err() {
                        break;
                    }
                }
            });
            for (done, (plan, drafts)) in receiver.iter().enumerate() {
                match drafts {
                    Ok(drafts) => self.list(source, plan, drafts, &mut kept, &mut report),
                    Err(error) => {
                        tracing::warn!(file = %source.name, %error, "list cannot be read");
                        unreadable(&mut report);
                    }
                }
                progress(done + 1, opened.lists.len());
            }
        });
        report.report.sha256 = kept.map(|f| f.sha256);
        report.report
    }

    fn list(
        &self,
        source: &Source,
        plan: &ListPlan,
        mut drafts: ListDrafts,
        kept: &mut Option<FileRef>,
        report: &mut Reporter,
    ) {
        report.findings(std::mem::take(&mut drafts.findings));
        let refused = drafts.not_taken.iter().filter(|n| n.refused).count();
        report.report.not_taken.append(&mut drafts.not_taken);
        let mut entry = ListReport {
            department: plan.list.department.clone(),
            region: plan.list.region.name.clone(),
            kind: plan.list.kind.clone(),
            title: plan.list.title.clone(),
            effective_on: self.clock.today(),
            items: 0,
            outcome: Outcome::Stopped,
            withdrawals: Vec::new(),
            inferred: plan.inferences.clone(),
        };
        if drafts.items.is_empty() {
            no_items(plan, report);
            report.report.lists.push(entry);
            return;
        }
        match self.publish(
            source,
            plan,
            (drafts.items, refused),
            kept,
            &mut entry,
            report,
        ) {
            Ok(outcome) => entry.outcome = outcome,
            Err(error) => Self::explain(&error, plan, report),
        }
        report.report.lists.push(entry);
    }

    fn publish(
        &self,
        source: &Source,
        plan: &ListPlan,
        (items, refused): (Vec<DraftItem>, usize),
        kept: &mut Option<FileRef>,
        entry: &mut ListReport,
        report: &mut Reporter,
    ) -> Result<Outcome, RegisterError> {
        let Some(compared) = self.compare(plan, (items, refused), report)? else {
            return Ok(Outcome::Stopped);
        };
        let (base, before, refused) = (compared.base, compared.before, compared.refused);
        let changes = compared.changes;
        entry.items = compared.items;
        let last = match base {
            0 => None,
            number => self.register.publication(number)?,
        };
        let dates = dates::of(plan, last.as_ref(), self.clock.today());
        entry.effective_on = dates.effective_on;
        entry.inferred.extend(dates.inferred);
        if changes.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        let count = |action: Action| changes.iter().filter(|c| c.action == action).count() as u64;
        let (added, amended, withdrawn) = (
            count(Action::Added),
            count(Action::Amended),
            count(Action::Withdrawn),
        );
        entry.withdrawals = withdrawals(&changes);
        let unsure = withdrawn * 10 > before || (withdrawn > 0 && refused > 0);
        if unsure && !self.options.accept_withdrawals {
            explain_withdrawals(plan, withdrawn, before, refused, report);
            return Ok(Outcome::Stopped);
        }
        if self.options.dry_run {
            return Ok(Outcome::WouldPublish {
                added,
                amended,
                withdrawn,
            });
        }
        let file = self.keep(source, kept)?;
        let draft = PublicationDraft {
            list: plan.list.clone(),
            document_no: plan.document_no.clone(),
            reason: None,
            published_on: dates.published_on,
            effective_on: dates.effective_on,
            recorded_at: self.clock.now(),
            submitted_by: self.options.submitted_by.clone(),
            approved_by: None,
            supervision: None,
            file,
            code_prefix: plan.kind.prefix.clone(),
            changes,
        };
        let publication = self.register.publish(&draft, base)?;
        Ok(Outcome::Published {
            publication: publication.number,
            added,
            amended,
            withdrawn,
        })
    }

    /// Compares the items of a list with what the register has; `None`, with a finding, where they are
    /// another list's.
    fn compare(
        &self,
        plan: &ListPlan,
        (items, refused): (Vec<DraftItem>, usize),
        report: &mut Reporter,
    ) -> Result<Option<Compared>, RegisterError> {
        let given = items.len();
        let items = self.without_foreign_codes(items, &plan.list, report)?;
        let refused = refused + given - items.len();
        let (base, recorded) = self.register.latest_edition(&plan.list)?;
        if base == 0 && self.is_known_otherwise(plan, &items, report)? {
            return Ok(None);
        }
        Ok(Some(Compared {
            base,
            items: items.len() as u64,
            before: recorded.len() as u64,
            refused,
            changes: changes(plan, recorded, items),
        }))
    }

    /// Reads a file and compares each of its lists with what the register has, without recording
    /// anything: what is to be drafted, and the report of every problem.
    pub fn compared(
        &self,
        source: &Source,
        hints: &Hints,
    ) -> (FileReport, Vec<(ListPlan, Compared)>) {
        let opened = self.intake.open(source, hints);
        let mut report = Reporter::new(&source.name);
        report.findings(opened.findings.clone());
        report.report.not_taken.clone_from(&opened.not_taken);
        let mut lists = Vec::new();
        for plan in &opened.lists {
            let Ok(mut drafts) = read(&opened, plan, &self.intake) else {
                unreadable(&mut report);
                continue;
            };
            report.findings(std::mem::take(&mut drafts.findings));
            let refused = drafts.not_taken.iter().filter(|n| n.refused).count();
            report.report.not_taken.append(&mut drafts.not_taken);
            if drafts.items.is_empty() {
                no_items(plan, &mut report);
                continue;
            }
            match self.compare(plan, (drafts.items, refused), &mut report) {
                Ok(Some(compared)) => lists.push((plan.clone(), compared)),
                Ok(None) => {}
                Err(error) => Self::explain(&error, plan, &mut report),
            }
        }
        (report.report, lists)
    }

    /// Whether the department has the same items in another list of this kind: then the title was
    /// read wrong rather than a second list handed in, and every item would be in force twice.
    fn is_known_otherwise(
        &self,
        plan: &ListPlan,
        items: &[DraftItem],
        report: &mut Reporter,
    ) -> Result<bool, RegisterError> {
        if plan.title_is_given {
            return Ok(false);
        }
        let filter = PublicationFilter {
            department: Some(plan.list.department.clone()),
            kind: Some(plan.list.kind.clone()),
            ..PublicationFilter::default()
        };
        let (newest, _) = self.register.publications(&filter, 0, 1)?;
        let Some(other) = newest.into_iter().next().map(|p| p.list) else {
            return Ok(false);
        };
        if other.region != plan.list.region || other.title == plan.list.title {
            return Ok(false);
        }
        let (_, recorded) = self.register.latest_edition(&other)?;
        let known: HashSet<[&str; 4]> = recorded.iter().map(|r| r.item.identity()).collect();
        let same = items
            .iter()
            .filter(|i| known.contains(&i.coded.item.identity()))
            .count();
        if same * 5 < items.len() * 4 {
            return Ok(false);
        }
        report.refuse(
            "known-otherwise",
            format!(
                "“{}”的 {} 项中有 {same} 项已在{}的“{}”中，未收录",
                plan.list.title,
                items.len(),
                other.department,
                other.title
            ),
            &format!(
                "如这是它的新版，请加 --title {}；如确是另一份清单，请用 --title 写明本清单的名称",
                other.title
            ),
        );
        Ok(true)
    }

    /// Keeps the original once per file.
    fn keep(&self, source: &Source, kept: &mut Option<FileRef>) -> Result<FileRef, RegisterError> {
        if let Some(file) = kept {
            return Ok(file.clone());
        }
        let mut bytes = source
            .open()
            .map_err(|e| RegisterError::Store(e.to_string()))?;
        let name = source
            .name
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or(&source.name);
        let file = self.register.keep_file(name, &mut bytes)?;
        *kept = Some(file.clone());
        Ok(file)
    }

    /// Items whose code belongs to another list are not taken: a code names one item for ever.
    fn without_foreign_codes(
        &self,
        items: Vec<DraftItem>,
        list: &ListId,
        report: &mut Reporter,
    ) -> Result<Vec<DraftItem>, RegisterError> {
        let codes: Vec<ItemCode> = items.iter().filter_map(|i| i.coded.code.clone()).collect();
        if codes.is_empty() {
            return Ok(items);
        }
        let foreign: HashMap<ItemCode, ListId> = self
            .register
            .owners(&codes)?
            .into_iter()
            .filter(|(_, owner)| owner != list)
            .collect();
        let key = self
            .intake
            .kinds
            .get(&list.kind)
            .and_then(|k| k.field_with(Role::Code).map(|f| f.key.clone()));
        let (kept, refused): (Vec<_>, Vec<_>) = items.into_iter().partition(|i| {
            i.coded
                .code
                .as_ref()
                .is_none_or(|c| !foreign.contains_key(c))
        });
        for item in refused {
            let Some((code, owner)) = item
                .coded
                .code
                .as_ref()
                .and_then(|c| Some((c, foreign.get(c)?)))
            else {
                continue;
            };
            let place = item.place(key.as_deref());
            let problem = format!(
                "编码“{code}”已属于{}的“{}”，该行未收录",
                owner.department, owner.title
            );
            report.not_taken(&item, problem.clone());
            report.findings(vec![Finding::new(
                Severity::Error,
                "code-taken",
                place,
                problem,
                "请核对编码；编码一经使用不再分配给其他事项",
            )]);
        }
        Ok(kept)
    }

    fn explain(error: &RegisterError, plan: &ListPlan, report: &mut Reporter) {
        let title = &plan.list.title;
        match error {
            RegisterError::Conflict { .. } => report.refuse(
                "conflict",
                format!("“{title}”在读取期间已有新的公布，本次未收录"),
                "请重新提交，将与最新内容比较",
            ),
            RegisterError::CodeTaken { code } => report.refuse(
                "code-taken",
                format!("编码“{code}”已属于其他清单，“{title}”未收录"),
                "请核对编码",
            ),
            RegisterError::Invalid(why) => {
                report.refuse("invalid-publication", format!("“{title}”未收录：{why}"), "");
            }
            RegisterError::Incompatible(_)
            | RegisterError::Store(_)
            | RegisterError::Outdated
            | RegisterError::Taken(_) => {
                tracing::error!(list = %title, %error, "publication failed");
                report.refuse(
                    "store-failed",
                    format!("登记簿写入失败，“{title}”未收录，已收录的内容不受影响"),
                    "请检查磁盘空间与目录权限，详情见日志",
                );
            }
        }
    }
}

fn unreadable(report: &mut Reporter) {
    report.refuse(
        "unreadable",
        "文件内容无法读取".into(),
        "请检查文件是否完整、读取期间是否被改动",
    );
}

fn no_items(plan: &ListPlan, report: &mut Reporter) {
    report.refuse(
        "no-items",
        format!("“{}”中没有可收录的事项", plan.list.title),
        "请检查表头下是否有内容",
    );
}

/// A list of a file beside what the register has of it.
pub struct Compared {
    /// Number of the list's last publication; 0: none.
    pub base: u64,
    /// Items of the file.
    pub items: u64,
    /// Items that the list has.
    before: u64,
    /// Rows that should have been items and were refused.
    pub refused: usize,
    pub changes: Vec<Change>,
}

/// Reads and checks one list; what the check refuses is left out.
pub(super) fn read(
    opened: &Opened,
    plan: &ListPlan,
    intake: &Intake,
) -> std::io::Result<ListDrafts> {
    let mut drafts = opened.read(plan)?;
    let checked = check::list(&drafts.items, &plan.kind, &plan.list, &intake.regions);
    drafts.findings.extend(checked.findings);
    let reasons: HashMap<usize, String> = checked.refused.into_iter().collect();
    if !reasons.is_empty() {
        let items = std::mem::take(&mut drafts.items);
        for (index, item) in items.into_iter().enumerate() {
            match reasons.get(&index) {
                None => drafts.items.push(item),
                Some(reason) => drafts.not_taken.push(refused(&item, reason.clone())),
            }
        }
    }
    Ok(drafts)
}

fn changes(plan: &ListPlan, recorded: Vec<Recorded>, items: Vec<DraftItem>) -> Vec<Change> {
    let new = items.into_iter().map(|d| (d.coded, d.origin)).collect();
    diff::changes(recorded, new, diff::Telling::from(&*plan.kind))
}

/// Items that would be withdrawn: code and name.
fn withdrawals(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .filter(|c| c.action == Action::Withdrawn)
        .filter_map(|c| Some(format!("{} {}", c.code.as_ref()?, c.item.head.name)))
        .take(MAX_NAMED)
        .collect()
}

/// Why a list was stopped that lacks recorded items: too many, or perhaps those of refused rows.
fn explain_withdrawals(
    plan: &ListPlan,
    withdrawn: u64,
    before: u64,
    refused: usize,
    report: &mut Reporter,
) {
    let title = &plan.list.title;
    if withdrawn * 10 > before {
        report.refuse(
            "too-many-withdrawals",
            format!("新文件缺少“{title}”现有 {before} 项中的 {withdrawn} 项（超过十分之一），未收录"),
            "如确需取消这些事项，请加 --accept-withdrawals；如这是同部门的另一份清单，请用 --title 区分",
        );
    } else {
        report.refuse(
            "refused-and-withdrawn",
            format!("新文件有 {refused} 行因错误未收录，又缺少“{title}”现有的 {withdrawn} 项；为免误作取消，未收录"),
            "请先改正有错误的行；如确需取消这些事项，请加 --accept-withdrawals",
        );
    }
}
