//! Reading a department's file: is it theirs, and of which of their lists is it the new edition? The same
//! intake and comparison as `ingest`. Must not keep anything.

use super::work::MAX_NUMBER;
use super::{Actor, Console, text};
use crate::domain::{Finding, ListId, Place, Severity};
use crate::intake::{Hints, ListPlan, Source};
use crate::service::ServiceError;
use crate::service::ingest::{Compared, FileReport, IngestOptions, Ingester};

/// Most changes of a draft: everybody who reviews it has to read them.
pub const MOST_CHANGES: usize = 20_000;
/// Most lists of one file.
const MOST_LISTS: usize = 50;
/// Longest title and name of a file, in characters.
const MAX_TITLE: usize = 100;
const MAX_FILE_NAME: usize = 200;

/// A file's report, and its lists beside what the register has.
pub type Read = (FileReport, Vec<(ListPlan, Compared)>);

impl Console {
    fn ingester(&self) -> Ingester {
        Ingester {
            register: self.services.register.clone(),
            intake: self.intake.clone(),
            clock: self.services.clock.clone(),
            options: IngestOptions::default(),
        }
    }

    /// What is known of a file that is to be the new edition of one of the actor's lists.
    ///
    /// # Errors
    /// `NotFound` for a list that the actor does not draft.
    pub fn hints_of(&self, actor: &Actor, list_number: u64) -> Result<Hints, ServiceError> {
        Ok(hints_of(&self.own_list(actor, list_number)?))
    }

    /// Reads, checks and compares a file, and keeps nothing.
    ///
    /// # Errors
    /// `Refused` for whoever drafts no lists, `Invalid` for a department that is not theirs.
    pub fn validate(
        &self,
        actor: &Actor,
        source: &Source,
        hints: &Hints,
    ) -> Result<Read, ServiceError> {
        let own = self.departments(actor);
        if own.is_empty() {
            return Err(ServiceError::Refused {
                code: "not_allowed",
                detail: "只有部门经办可以提交清单".into(),
            });
        }
        if let Some(named) = hints.department.as_ref().filter(|d| !own.contains(d)) {
            let detail = format!("“{named}”不是您经办的部门");
            return Err(ServiceError::parameter("department", detail));
        }
        let number = hints.document_no.as_deref();
        let hints = Hints {
            title: short("title", "清单标题", hints.title.as_deref(), MAX_TITLE)?,
            document_no: short("document_no", "文号", number, MAX_NUMBER)?,
            ..hints.clone()
        };
        short("file", "文件名", Some(&source.name), MAX_FILE_NAME)?;
        let (mut report, mut lists) = self.read(&own, source, hints)?;
        lists.retain(|(plan, compared)| match why_not(&own, plan, compared) {
            None => true,
            Some(problem) => {
                refuse(&mut report, source, problem);
                false
            }
        });
        for (plan, _) in lists.drain(MOST_LISTS.min(lists.len())..) {
            let title = &plan.list.title;
            let problem =
                format!("“{title}”未收录：一个文件最多 {MOST_LISTS} 份清单，请拆分后上传");
            refuse(&mut report, source, problem);
        }
        for finding in &mut report.findings {
            for_the_web(finding);
        }
        Ok((report, lists))
    }

    /// Reads a file by what is known of it; where it does not say whose it is and which list, as the
    /// department's that the actor drafts for, and as its one list of the kind.
    fn read(
        &self,
        own: &[String],
        source: &Source,
        mut hints: Hints,
    ) -> Result<Read, ServiceError> {
        let ingester = self.ingester();
        let mut read = ingester.compared(source, &hints);
        let overview = self.services.overview()?;
        if hints.department.is_none() {
            // The real files of a department seldom name it in full. One whose title names another, or
            // that names one that is known, is that one's.
            let names_own = |(plan, _): &(ListPlan, _)| own.contains(&plan.list.department);
            let names_another = |(plan, _): &(ListPlan, _)| {
                let named = &plan.list.department;
                let is_ours = |own: &String| own.contains(named) || named.contains(own);
                let in_title = plan.inferences.iter().any(|i| {
                    i.what == "部门" && (i.from.starts_with("标题") || i.from.starts_with("文件名"))
                });
                let is_known = overview.department_number(named).is_some();
                !own.iter().any(is_ours) && (in_title || is_known)
            };
            let lists = || read.1.iter();
            let is_plain = !read.1.is_empty() && lists().all(names_own);
            if own.len() == 1 && !is_plain && !lists().any(names_another) {
                hints.department = own.first().cloned();
                read = ingester.compared(source, &hints);
            }
        }
        if hints.title.is_some() {
            return Ok(read);
        }
        // A department has one list of a kind, as a rule: then whatever its file is called, it is that
        // list's. Another list is handed in under a title of its own.
        let is_known = |list: &ListId| overview.list_number(list).is_some();
        let unknown = match &read.1[..] {
            [(plan, _)] if !is_known(&plan.list) => Some(plan.list.clone()),
            _ => None,
        };
        let stopped = read.0.findings.iter().any(|f| f.rule == "known-otherwise");
        let departments = match &unknown {
            Some(list) => vec![list.department.clone()],
            None if read.1.is_empty() && stopped => own.to_vec(),
            None => return Ok(read),
        };
        let mut same = overview.lists.iter().map(|l| &l.list).filter(|list| {
            departments.contains(&list.department)
                && unknown
                    .as_ref()
                    .is_none_or(|u| u.kind == list.kind && u.region == list.region)
        });
        let (Some(list), None) = (same.next(), same.next()) else {
            return Ok(read);
        };
        let hints = Hints {
            document_no: hints.document_no,
            effective_on: hints.effective_on,
            published_on: hints.published_on,
            ..hints_of(list)
        };
        let mut read = ingester.compared(source, &hints);
        let problem = format!("按“{}”的新版比较：本部门的这种清单只有这一份", list.title);
        let mend = "如是另一份清单，请作废草稿，上传时选择“另一份新清单”并填写标题";
        let notice = Finding::new(Severity::Notice, "as-known", place(source), problem, mend);
        read.0.findings.push(notice);
        Ok(read)
    }
}

fn hints_of(list: &ListId) -> Hints {
    Hints {
        kind: Some(list.kind.clone()),
        department: Some(list.department.clone()),
        region: Some(list.region.code.clone()),
        title: Some(list.title.clone()),
        ..Hints::default()
    }
}

/// Why a list is not taken from the actor, if it is not.
fn why_not(own: &[String], plan: &ListPlan, compared: &Compared) -> Option<String> {
    let (title, department) = (&plan.list.title, &plan.list.department);
    if !own.contains(department) {
        return Some(format!(
            "这像是“{department}”的“{title}”，不是您经办的部门，未收录。请核对文件；如确是本部门的清单，请在上传时选择部门"
        ));
    }
    (compared.changes.len() > MOST_CHANGES).then(|| {
        format!("“{title}”的变动超过 {MOST_CHANGES} 项，未收录。数量很大的清单请交管理员收录")
    })
}

fn refuse(report: &mut FileReport, source: &Source, problem: String) {
    let finding = Finding::new(Severity::Error, "not-taken", place(source), problem, "");
    report.findings.push(finding);
}

/// What the command line is told to do is done otherwise here.
fn for_the_web(finding: &mut Finding) {
    if finding.mend.contains("--") {
        let mend = match finding.rule.as_str() {
            "known-otherwise" => {
                "请在“更新哪一份清单”中选择它；如确是另一份清单，请选择“另一份新清单”并填写标题"
            }
            _ => "请在标题或文件名中写明，或在上传时选择",
        };
        mend.clone_into(&mut finding.mend);
    }
}

/// A text of one line that was given, if one was.
fn short(
    parameter: &str,
    what: &str,
    given: Option<&str>,
    most: usize,
) -> Result<Option<String>, ServiceError> {
    let Some(given) = given else {
        return Ok(None);
    };
    let short = text(parameter, what, given, most)?;
    if short.contains(['\n', '\t']) {
        let detail = format!("{what}不能含有换行");
        return Err(ServiceError::parameter(parameter, detail));
    }
    Ok(Some(short).filter(|s| !s.is_empty()))
}

fn place(source: &Source) -> Place {
    Place {
        file: source.name.clone(),
        ..Place::default()
    }
}
