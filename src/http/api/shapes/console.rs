//! Shapes of `/api/v1/console`: lists handed in, drafts, findings, what a draft changes.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Draft, Finding, Kinds, Place, Role, Severity};
use crate::intake::ListPlan;
use crate::service::ServiceError;
use crate::service::console::drafts::{ChangeRow, DraftView};
use crate::service::console::form::table;
use crate::service::console::upload::Uploaded;
use crate::service::console::work::{Annotation, RawDeclaration, Submission};
use crate::service::ingest::{Compared, FileReport};
use crate::service::read::Paging;

/// Most items of a list that is handed in as JSON.
const MOST_ITEMS: usize = 20_000;

/// A whole list as JSON: what it does not name is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// Key or name of the kind of list.
    pub kind: String,
    /// Title that tells apart two lists of one kind by one department.
    pub title: Option<String>,
    pub document_no: Option<String>,
    /// Values by field key or heading of the kind, as `/api/v1/kinds` names them.
    #[schema(value_type = Vec<std::collections::HashMap<String, String>>)]
    pub items: Vec<IndexMap<String, String>>,
}

impl DraftRequest {
    /// The list as a table for the same intake as files, and what it is called. Row 2 is the first item.
    ///
    /// # Errors
    /// `Invalid` naming a kind or a field that does not exist.
    pub fn table(&self, kinds: &Kinds) -> Result<(String, Vec<u8>), ServiceError> {
        let found = kinds
            .iter()
            .find(|k| k.key == self.kind || k.name == self.kind);
        let Some(kind) = found else {
            let detail = format!("没有清单种类“{}”", self.kind);
            return Err(ServiceError::parameter("kind", detail));
        };
        if self.items.len() > MOST_ITEMS {
            let detail = format!("一次最多 {MOST_ITEMS} 项；更大的清单请提交文件");
            return Err(ServiceError::parameter("items", detail));
        }
        let fields = &kind.fields;
        let titles: Vec<_> = kind.fields_with(Role::Title).collect();
        for (index, item) in self.items.iter().enumerate() {
            let unknown = item
                .keys()
                .find(|k| !fields.iter().any(|f| f.key == **k || f.label == **k));
            if let Some(unknown) = unknown {
                let detail = format!("第 {} 项：“{}”没有栏目“{unknown}”", index + 1, kind.name);
                return Err(ServiceError::parameter("items", detail));
            }
            // In a table it would go on with the item above.
            let is_named = titles.iter().any(|f| {
                let name = item.get(&f.key).or_else(|| item.get(&f.label));
                name.is_some_and(|n| !n.trim().is_empty())
            });
            if !is_named {
                let labels: Vec<&str> = titles.iter().map(|f| f.label.as_str()).collect();
                let detail = format!("第 {} 项没有名称（{}）", index + 1, labels.join("、"));
                return Err(ServiceError::parameter("items", detail));
            }
        }
        let headings: Vec<&str> = fields.iter().map(|f| f.label.as_str()).collect();
        let rows: Vec<Vec<&str>> = self
            .items
            .iter()
            .map(|item| {
                let cell = |f: &crate::domain::Field| {
                    let value = item.get(&f.key).or_else(|| item.get(&f.label));
                    value.map_or("", String::as_str)
                };
                fields.iter().map(cell).collect()
            })
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let title = self.title.as_deref().unwrap_or(&kind.name);
        Ok((format!("{title}.csv"), table(&headings, &rows)))
    }
}

/// What a department declares with its changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclarationRequest {
    /// Why the list changes.
    pub cause: String,
    /// Day of the cause, YYYY-MM-DD.
    pub caused_on: String,
    #[serde(default)]
    pub document_no: String,
    /// YYYY-MM-DD; on the day of publication when absent.
    #[serde(default)]
    pub effective_on: String,
    /// Whether it is published only on the day it takes effect.
    #[serde(default)]
    pub publish_on_effective_day: bool,
    /// How cancelled, delegated and entrusted powers are supervised afterwards.
    #[serde(default)]
    pub supervision: String,
}

impl DeclarationRequest {
    pub fn raw(&self) -> RawDeclaration {
        RawDeclaration {
            cause: self.cause.clone(),
            caused_on: self.caused_on.clone(),
            document_no: self.document_no.clone(),
            effective_on: self.effective_on.clone(),
            on_effective_day: self.publish_on_effective_day,
            supervision: self.supervision.clone(),
        }
    }
}

/// Why an item is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// Code of the item.
    pub code: String,
    pub reason: String,
    /// Code of the item that replaces it.
    #[serde(default)]
    pub successor: String,
    /// `cancelled` (as if not given) or `handed-down`.
    #[serde(default)]
    pub change: String,
}

/// What goes with a submission; all of it may be said on the console's pages instead.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitRequest {
    /// The version that is meant; the newest when absent.
    pub version: Option<u64>,
    pub declaration: Option<DeclarationRequest>,
    #[serde(default)]
    pub withdrawals: Vec<WithdrawalRequest>,
    /// Reason of all withdrawals that have none.
    #[serde(default)]
    pub withdrawal_reason: String,
    /// For the reviewers.
    #[serde(default)]
    pub comment: String,
}

impl SubmitRequest {
    /// What goes with the submission.
    pub fn submission(&self) -> Submission {
        let said = self.withdrawals.iter().map(|w| {
            let said = Annotation {
                kind: w.change.clone(),
                reason: w.reason.clone(),
                successor: w.successor.clone(),
            };
            (w.code.clone(), said)
        });
        let others = Annotation {
            reason: self.withdrawal_reason.clone(),
            ..Annotation::default()
        };
        Submission {
            declaration: self.declaration.as_ref().map(DeclarationRequest::raw),
            withdrawals: said.collect(),
            others,
            comment: self.comment.clone(),
        }
    }
}

/// A problem, with its place and how to mend it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingShape {
    /// `error`: the row is not taken; `warning`; `notice`.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// Stable identifier of the rule.
    pub rule: String,
    pub file: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sheet: String,
    /// From 1; 0 where it concerns the whole sheet or file.
    pub row: u32,
    /// Letter of the column.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub column: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub heading: String,
    /// What is wrong, in Chinese.
    pub problem: String,
    /// How to mend it, in Chinese.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mend: String,
}

impl From<Finding> for FindingShape {
    fn from(finding: Finding) -> Self {
        let Place {
            file,
            sheet,
            row,
            column,
            heading,
        } = finding.place;
        Self {
            severity: finding.severity,
            rule: finding.rule,
            file,
            sheet,
            row,
            column,
            heading,
            problem: finding.problem,
            mend: finding.mend,
        }
    }
}

/// A list that was read, and what it would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListShape {
    pub department: String,
    pub region: String,
    pub kind: String,
    pub title: String,
    /// Items that were read.
    pub items: u64,
    /// Changes against what is in force.
    pub changes: u64,
}

/// What was found in a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingsAnswer {
    pub errors: usize,
    pub warnings: usize,
    pub notices: usize,
    /// Lists of the file; absent for a draft.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListShape>,
    pub findings: Vec<FindingShape>,
}

impl FindingsAnswer {
    pub fn new(findings: Vec<Finding>) -> Self {
        let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notices: count(Severity::Notice),
            lists: Vec::new(),
            findings: findings.into_iter().map(FindingShape::from).collect(),
        }
    }

    pub fn of_file(report: FileReport, lists: Vec<(ListPlan, Compared)>) -> Self {
        let lists = lists.into_iter().map(|(plan, compared)| ListShape {
            department: plan.list.department,
            region: plan.list.region.name,
            kind: plan.list.kind,
            title: plan.list.title,
            items: compared.items,
            changes: compared.changes.len() as u64,
        });
        Self {
            lists: lists.collect(),
            ..Self::new(report.findings)
        }
    }
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftAnswer {
    pub id: u64,
    pub version: u64,
    /// `editing`, `list-review`, `legal-review`, `approved`, `returned`, `published`, `discarded`.
    pub state: &'static str,
    /// The same in Chinese.
    pub state_label: &'static str,
    pub department: String,
    pub region: String,
    pub kind: String,
    pub title: String,
    /// Publication that the changes were compared with; 0: none.
    pub base: u64,
    pub added: u64,
    pub amended: u64,
    pub withdrawn: u64,
    /// Changes that another publication contests.
    pub contested: u64,
    pub errors: u64,
    pub warnings: u64,
    /// What keeps it from being submitted, in Chinese.
    pub obstacles: Vec<String>,
    /// What the offices said, in Chinese, the last first.
    pub comments: Vec<String>,
    /// Last day of the term that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// The publication it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication: Option<u64>,
}

impl DraftAnswer {
    pub fn new(view: DraftView, obstacles: Vec<String>) -> Self {
        let draft = view.draft;
        let decided = draft
            .decisions
            .iter()
            .rev()
            .filter(|d| !d.comment.is_empty());
        let remarked = draft.remarks.iter().rev();
        let comments = decided
            .map(|d| format!("{}（{}）：{}", d.office, d.act.label(), d.comment))
            .chain(remarked.map(|r| format!("{}（{}）：{}", r.office, r.item, r.text)))
            .collect();
        Self {
            id: draft.id,
            version: draft.version,
            state: draft.state.key(),
            state_label: draft.state.label(),
            department: draft.list.department,
            region: draft.list.region.name,
            kind: draft.list.kind,
            title: draft.list.title,
            base: draft.base,
            added: draft.added,
            amended: draft.amended,
            withdrawn: draft.withdrawn,
            contested: draft.contested,
            errors: draft.findings.errors,
            warnings: draft.findings.warnings,
            obstacles,
            comments,
            deadline: view.deadline.map(|d| d.day.to_string()),
            publication: draft.publication,
        }
    }
}

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadAnswer {
    /// A draft for each list of the file.
    pub drafts: Vec<DraftAnswer>,
    /// Lists that already say what the file says.
    pub unchanged: Vec<String>,
    pub findings: Vec<FindingShape>,
}

impl UploadAnswer {
    /// `obstacles` says what keeps a draft from being submitted.
    ///
    /// # Errors
    /// Those of `obstacles`.
    pub fn new(
        uploaded: Uploaded,
        obstacles: impl Fn(&Draft) -> Result<Vec<String>, ServiceError>,
    ) -> Result<Self, ServiceError> {
        let drafts = uploaded.drafts.into_iter().map(|view| {
            let obstacles = obstacles(&view.draft)?;
            Ok(DraftAnswer::new(view, obstacles))
        });
        let findings = uploaded.report.findings.into_iter();
        Ok(Self {
            drafts: drafts.collect::<Result<_, ServiceError>>()?,
            unchanged: uploaded.unchanged,
            findings: findings.map(FindingShape::from).collect(),
        })
    }
}

/// One field that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldShape {
    pub field: String,
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One change of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeShape {
    /// `added`, `amended` or `withdrawn`.
    #[schema(value_type = String)]
    pub action: crate::domain::Action,
    /// `added`, `taken-over`, `adjusted`, `entrusted`, `cancelled`, `handed-down`.
    pub change: &'static str,
    pub code: Option<String>,
    pub name: String,
    /// Of an amended item.
    pub differences: Vec<FieldShape>,
    pub reason: String,
    pub successor: Option<String>,
    /// Publication that contests it.
    pub contested_by: Option<u64>,
}

/// A page of what a draft changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesAnswer {
    pub total: u64,
    pub page: usize,
    pub size: usize,
    pub changes: Vec<ChangeShape>,
}

impl ChangesAnswer {
    pub fn new(changes: Vec<ChangeRow>, total: u64, paging: Paging) -> Self {
        let changes = changes.into_iter().map(|row| ChangeShape {
            action: row.action,
            change: row.kind.key(),
            code: row.code.map(|c| c.to_string()),
            name: row.item.head.name,
            differences: row
                .differences
                .into_iter()
                .map(|d| FieldShape {
                    field: d.key,
                    label: d.label,
                    before: d.before,
                    after: d.after,
                })
                .collect(),
            reason: row.reason,
            successor: row.successor.map(|c| c.to_string()),
            contested_by: row.contested_by,
        });
        Self {
            total,
            page: paging.page,
            size: paging.size,
            changes: changes.collect(),
        }
    }
}
