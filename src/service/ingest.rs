//! From files to publications: reads, checks, compares with the last edition, publishes exactly the differences.
//! Must not know the engine, terminals or HTTP.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use serde::Serialize;

use crate::check;
use crate::domain::diff::{self, Recorded};
use crate::domain::{
    Action, Change, Clock, Date, FileRef, Finding, Item, ItemCode, ListId, Place, Publication,
    PublicationDraft, Role, Severity,
};
use crate::intake::plan::RowNotTaken;
use crate::intake::{DraftItem, Hints, Inference, Intake, ListDrafts, ListPlan, Opened, Source};
use crate::register::{Register, RegisterError};

/// Findings kept per file; the rest are counted.
const MAX_FINDINGS: usize = 100_000;
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
    Stopped { withdrawals: Vec<String> },
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
        self.lists
            .iter()
            .all(|l| matches!(l.outcome, Outcome::Stopped { .. }))
    }
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
                        report.refuse(
                            "unreadable",
                            "文件内容无法读取".into(),
                            "请检查文件是否完整、读取期间是否被改动",
                        );
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
        report.report.not_taken.append(&mut drafts.not_taken);
        let stopped = |withdrawals: Vec<String>| Outcome::Stopped { withdrawals };
        let mut entry = ListReport {
            department: plan.list.department.clone(),
            region: plan.list.region.name.clone(),
            kind: plan.list.kind.clone(),
            title: plan.list.title.clone(),
            effective_on: self.clock.today(),
            items: 0,
            outcome: stopped(Vec::new()),
            inferred: plan.inferences.clone(),
        };
        if drafts.items.is_empty() {
            report.refuse(
                "no-items",
                format!("“{}”中没有可收录的事项", plan.list.title),
                "请检查表头下是否有内容",
            );
            report.report.lists.push(entry);
            return;
        }
        match self.publish(source, plan, drafts.items, kept, &mut entry, report) {
            Ok(outcome) => entry.outcome = outcome,
            Err(error) => Self::explain(&error, plan, report),
        }
        report.report.lists.push(entry);
    }

    fn publish(
        &self,
        source: &Source,
        plan: &ListPlan,
        items: Vec<DraftItem>,
        kept: &mut Option<FileRef>,
        entry: &mut ListReport,
        report: &mut Reporter,
    ) -> Result<Outcome, RegisterError> {
        let items = self.without_foreign_codes(items, &plan.list, report)?;
        entry.items = items.len() as u64;
        let (base, recorded) = self.register.latest_edition(&plan.list)?;
        let last = match base {
            0 => None,
            number => self.register.publication(number)?,
        };
        let dates = self.dates(plan, last.as_ref());
        entry.effective_on = dates.effective_on;
        entry.inferred.extend(dates.inferred);
        let before = recorded.len();
        let names: HashMap<ItemCode, String> = recorded
            .iter()
            .map(|r| (r.code.clone(), r.item.head.name.clone()))
            .collect();
        let changes = changes(plan, recorded, items);
        if changes.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        let count = |action: Action| changes.iter().filter(|c| c.action == action).count() as u64;
        let (added, amended, withdrawn) = (
            count(Action::Added),
            count(Action::Amended),
            count(Action::Withdrawn),
        );
        if withdrawn * 10 > before as u64 && !self.options.accept_withdrawals {
            return Ok(too_many_withdrawals(plan, &changes, &names, before, report));
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

    /// Dates of the edition. A date read from a title serves a first edition, or one later than
    /// the last: what was in force on a past day must not change afterwards.
    fn dates(&self, plan: &ListPlan, last: Option<&Publication>) -> Dates {
        let today = self.clock.today();
        let mut inferred = Vec::new();
        let mut infer = |what: &str, date: Date, from: &str| {
            inferred.push(Inference {
                what: what.into(),
                value: date.to_string(),
                from: from.into(),
            });
        };
        let effective_on = plan.effective_on.unwrap_or_else(|| {
            let floor = last.map(|p| p.effective_on);
            match plan.inferred_date {
                Some(date) if date <= today && floor.is_none_or(|f| date > f) => {
                    infer("生效日期", date, "标题或文件名中的日期");
                    date
                }
                _ => {
                    let date = floor.map_or(today, |f| f.max(today));
                    infer("生效日期", date, "未提供，按收录当日");
                    date
                }
            }
        });
        let published_on = plan.published_on.unwrap_or_else(|| {
            let date = effective_on.min(today);
            infer("公布日期", date, "未提供，按生效日期与收录当日中较早者");
            date
        });
        Dates {
            effective_on,
            published_on,
            inferred,
        }
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
            RegisterError::Incompatible(_) | RegisterError::Store(_) => {
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

struct Dates {
    effective_on: Date,
    published_on: Date,
    inferred: Vec<Inference>,
}

/// Reads and checks one list; what the check refuses is left out.
fn read(opened: &Opened, plan: &ListPlan, intake: &Intake) -> std::io::Result<ListDrafts> {
    let mut drafts = opened.read(plan)?;
    let checked = check::list(&drafts.items, &plan.kind, &plan.list, &intake.regions);
    drafts.findings.extend(checked.findings);
    let refused: HashMap<usize, String> = checked.refused.into_iter().collect();
    if !refused.is_empty() {
        let items = std::mem::take(&mut drafts.items);
        for (index, item) in items.into_iter().enumerate() {
            match refused.get(&index) {
                None => drafts.items.push(item),
                Some(reason) => drafts.not_taken.push(not_taken(&item, reason.clone())),
            }
        }
    }
    Ok(drafts)
}

fn changes(plan: &ListPlan, recorded: Vec<Recorded>, items: Vec<DraftItem>) -> Vec<Change> {
    let key = plan.kind.field_with(Role::Key).map(|f| f.key.clone());
    let list_key = |item: &Item| item.fields.get(key.as_deref()?).cloned();
    let new = items.into_iter().map(|d| (d.coded, d.origin)).collect();
    let sequence = plan.kind.field_with(Role::Sequence).map(|f| f.key.as_str());
    diff::changes(recorded, new, list_key, sequence)
}

fn too_many_withdrawals(
    plan: &ListPlan,
    changes: &[Change],
    names: &HashMap<ItemCode, String>,
    before: usize,
    report: &mut Reporter,
) -> Outcome {
    let withdrawals: Vec<String> = changes
        .iter()
        .filter(|c| c.action == Action::Withdrawn)
        .filter_map(|c| c.code.as_ref())
        .map(|code| format!("{code} {}", names.get(code).map_or("", String::as_str)))
        .collect();
    let problem = format!(
        "新文件缺少“{}”现有 {before} 项中的 {} 项（超过十分之一），未收录",
        plan.list.title,
        withdrawals.len()
    );
    report.refuse(
        "too-many-withdrawals",
        problem,
        "如确需取消这些事项，请加 --accept-withdrawals；如这是同部门的另一份清单，请用 --title 区分",
    );
    Outcome::Stopped {
        withdrawals: withdrawals.into_iter().take(MAX_NAMED).collect(),
    }
}

fn not_taken(item: &DraftItem, reason: String) -> RowNotTaken {
    RowNotTaken {
        place: item.place(None),
        reason,
        text: item.coded.item.head.name.clone(),
    }
}

/// Collects a file's report: one notice per distinct value, and no more findings than fit.
struct Reporter {
    report: FileReport,
    once: HashSet<(String, String)>,
}

impl Reporter {
    fn new(file: &str) -> Self {
        Self {
            report: FileReport {
                file: file.to_owned(),
                ..FileReport::default()
            },
            once: HashSet::new(),
        }
    }

    fn findings(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            // A finding without a row speaks of the whole sheet or file.
            let general = finding.place.row == 0;
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

    fn refuse(&mut self, rule: &str, problem: String, mend: &str) {
        let place = self.place();
        self.findings(vec![Finding::new(
            Severity::Error,
            rule,
            place,
            problem,
            mend,
        )]);
    }

    fn not_taken(&mut self, item: &DraftItem, reason: String) {
        self.report.not_taken.push(not_taken(item, reason));
    }
}
