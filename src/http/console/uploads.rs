//! Files: uploading them, their findings, and what is given back.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;

use super::home::own_lists;
use super::{Desk, Me, Told, drafts, see_other};
use crate::domain::{AccountRole, Finding, Severity, finding};
use crate::http::error::AppError;
use crate::http::form;
use crate::http::pages::parts::Pager;
use crate::http::pages::render;
use crate::http::params::{Params, path_number};
use crate::http::respond;
use crate::http::state::App;
use crate::http::upload::Upload;
use crate::http::url;
use crate::intake::{Bytes, Hints, Source};
use crate::service::ServiceError;
use crate::service::console::Console;
use crate::service::console::upload::Uploaded;

/// Findings shown on a page of its own, at once.
const SHOWN: usize = 100;

/// A finding as pages show it.
#[derive(Clone, Debug)]
pub struct FindingRow {
    pub severity: &'static str,
    /// Name of the style of its severity.
    pub style: &'static str,
    pub place: String,
    pub problem: String,
    pub mend: String,
}

impl From<&Finding> for FindingRow {
    fn from(finding: &Finding) -> Self {
        let mut place = finding.place.clone();
        // It stands above.
        place.file.clear();
        let problem = match &finding.other {
            Some(other) => {
                let mut other = other.clone();
                other.file.clear();
                format!("{}（另一处：{other}）", finding.problem)
            }
            None => finding.problem.clone(),
        };
        Self {
            severity: finding.severity.label(),
            style: match finding.severity {
                Severity::Error => "withdrawn",
                Severity::Warning => "amended",
                Severity::Notice => "plain",
            },
            place: place.to_string(),
            problem,
            mend: finding.mend.clone(),
        }
    }
}

/// Findings of one rule in one column together, the worst first.
pub fn groups(findings: &[Finding]) -> Vec<FindingRow> {
    let groups = finding::grouped(findings).into_iter();
    let rows = groups.filter_map(|group| {
        let (first, others) = group.split_first()?;
        let mut row = FindingRow::from(*first);
        if !others.is_empty() {
            let others = finding::others(others);
            row.problem = format!("{}（{others}）", row.problem);
        }
        Some(row)
    });
    rows.collect()
}

/// Findings with the worst first.
pub fn rows(findings: &[Finding]) -> Vec<FindingRow> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|f| f.severity);
    sorted.into_iter().map(FindingRow::from).collect()
}

#[derive(Template)]
#[template(path = "console/upload.html")]
struct UploadPage {
    desk: Desk,
    departments: Vec<String>,
    /// Number and name of each list of one's own, and whether it is chosen.
    lists: Vec<(u64, String, bool)>,
    /// Key and name.
    kinds: Vec<(String, String)>,
    /// In megabytes.
    largest: u64,
    /// What became of a file that did not lead to exactly one draft.
    file: String,
    drafts: Vec<super::home::DraftRow>,
    unchanged: Vec<String>,
    findings: Vec<FindingRow>,
    more: usize,
}

fn upload_page(
    console: &Console,
    me: &Me,
    told: &Told,
    uploaded: Option<Uploaded>,
    chosen: Option<u64>,
) -> Result<String, ServiceError> {
    me.actor.must_be(AccountRole::Editor)?;
    let kinds = console.services.kinds.iter();
    let mut page = UploadPage {
        desk: Desk::new(me, "上传清单").with(told),
        departments: console.departments(&me.actor),
        lists: own_lists(console, me)?
            .into_iter()
            .map(|l| {
                (
                    l.number,
                    format!("{} · {}", l.department, l.title),
                    chosen == Some(l.number),
                )
            })
            .collect(),
        kinds: kinds.map(|k| (k.key.clone(), k.name.clone())).collect(),
        largest: console.largest_file() >> 20,
        file: String::new(),
        drafts: Vec::new(),
        unchanged: Vec::new(),
        findings: Vec::new(),
        more: 0,
    };
    if let Some(uploaded) = uploaded {
        page.file.clone_from(&uploaded.report.file);
        page.unchanged = uploaded.unchanged;
        page.drafts = uploaded.drafts.into_iter().map(Into::into).collect();
        let mut findings = groups(&uploaded.report.findings);
        page.more = findings.len().saturating_sub(SHOWN);
        findings.truncate(SHOWN);
        page.findings = findings;
    }
    render(&page)
}

pub async fn page(State(app): State<App>, me: Me, params: Params) -> Result<Response, AppError> {
    let chosen = params.one("list")?.and_then(|n| n.parse().ok());
    app.desk_page(move |console| upload_page(console, &me, &Told::default(), None, chosen))
        .await
}

/// What a form with a file says.
async fn read(
    me: &Me,
    upload: Result<Multipart, MultipartRejection>,
) -> Result<(Source, Hints, Upload), AppError> {
    let upload = Upload::read(upload, "file").await;
    let mut upload = upload.map_err(|problem| ServiceError::parameter("file", problem))?;
    form::check(&me.headers, &me.secret, upload.field(form::FIELD))?;
    let some = |name: &str| Some(upload.field(name).to_owned()).filter(|v| !v.is_empty());
    let hints = Hints {
        kind: some("kind"),
        department: some("department"),
        title: some("title"),
        ..Hints::default()
    };
    let source = Source {
        name: std::mem::take(&mut upload.name),
        bytes: Bytes::Memory(std::mem::take(&mut upload.bytes).into()),
    };
    Ok((source, hints, upload))
}

/// A new file: one draft for each list of it.
pub async fn upload(
    State(app): State<App>,
    me: Me,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let _turn = app.upload_turn().await?;
    let read = read(&me, form).await;
    let actor = me.actor.clone();
    let uploaded = match read {
        Ok((source, hints, form)) => {
            let list = form.field("list").parse().ok();
            app.desk(move |console| {
                let hints = match list {
                    Some(number) => console.hints_of(&actor, number)?,
                    None => hints,
                };
                console.upload(&actor, &source, &hints, None)
            })
            .await
        }
        Err(error) => Err(error),
    };
    match uploaded {
        Ok(uploaded) if uploaded.drafts.len() == 1 && uploaded.unchanged.is_empty() => Ok(
            see_other(&url::fill(url::DRAFT, uploaded.drafts[0].draft.id)),
        ),
        Ok(uploaded) => {
            let told = match (uploaded.drafts.is_empty(), uploaded.unchanged.is_empty()) {
                (true, true) => Told {
                    problem: Some("这个文件没有读出可以提交的清单，原因见下".into()),
                    done: None,
                },
                (true, false) => Told::done("文件与现行内容完全相同，不需要提交"),
                (false, _) => Told::done("文件中的清单已分别建立草稿"),
            };
            app.desk_page(move |console| upload_page(console, &me, &told, Some(uploaded), None))
                .await
        }
        Err(error) => {
            app.desk_problem(error, move |console, told| {
                upload_page(console, &me, told, None, None)
            })
            .await
        }
    }
}

/// A mended file in place of the draft's.
pub async fn again(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let _turn = app.upload_turn().await?;
    let read = read(&me, form).await;
    let actor = me.actor.clone();
    let uploaded = match read {
        Ok((source, hints, upload)) => {
            let version = upload.field("version").parse().unwrap_or_default();
            app.desk(move |console| console.upload(&actor, &source, &hints, Some((id, version))))
                .await
        }
        Err(error) => Err(error),
    };
    match uploaded {
        Ok(uploaded) if !uploaded.drafts.is_empty() => Ok(see_other(&url::fill(url::DRAFT, id))),
        Ok(uploaded) => {
            let told = Told {
                problem: Some("新文件没有读出这份清单，草稿没有改变。原因见下".into()),
                done: None,
            };
            app.desk_page(move |console| upload_page(console, &me, &told, Some(uploaded), None))
                .await
        }
        Err(error) => {
            app.desk_problem(error, move |console, told| {
                drafts::page(console, &me, id, &drafts::Shown::default(), told)
            })
            .await
        }
    }
}

#[derive(Template)]
#[template(path = "console/findings.html")]
struct FindingsPage {
    desk: Desk,
    title: String,
    draft_url: String,
    file: String,
    marked_url: String,
    total: usize,
    findings: Vec<FindingRow>,
    pager: Pager,
}

pub async fn findings(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    let (id, paging) = (path_number(&id)?, params.paging()?);
    app.desk_page(move |console| {
        let view = console.draft(&me.actor, id)?;
        let found = rows(&console.findings(&me.actor, id)?);
        let total = found.len();
        let path = url::fill(url::DRAFT_FINDINGS, id);
        render(&FindingsPage {
            desk: Desk::new(&me, "检查结果"),
            title: view.draft.list.title.clone(),
            draft_url: url::fill(url::DRAFT, id),
            file: view.draft.file.map(|f| f.name).unwrap_or_default(),
            marked_url: url::fill(url::DRAFT_MARKED, id),
            total,
            findings: found
                .into_iter()
                .skip(paging.offset())
                .take(paging.size)
                .collect(),
            pager: Pager::new(paging, total as u64, |n| url::page(&path, n)),
        })
    })
    .await
}

/// The draft's file as it was uploaded.
pub async fn file(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let _turn = app.upload_turn().await?;
    let (name, bytes) = app
        .desk(move |console| {
            let (name, mut file) = console.draft_file(&me.actor, id)?;
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut bytes)
                .map_err(|e| ServiceError::Internal(e.to_string()))?;
            Ok((name, bytes))
        })
        .await?;
    let mut response = respond::momentary("application/octet-stream", bytes);
    respond::as_download(&mut response, &name);
    Ok(response)
}

/// The draft's file with its faulty cells marked.
pub async fn marked(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let _turn = app.upload_turn().await?;
    let (name, bytes) = app
        .desk(move |console| {
            let view = console.draft(&me.actor, id)?;
            let name = view.draft.file.map(|f| f.name).unwrap_or_default();
            let mut bytes = Vec::new();
            console.marked_file(&me.actor, id, &mut bytes)?;
            Ok((name, bytes))
        })
        .await?;
    let mut response = respond::momentary(respond::XLSX, bytes);
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    respond::as_download(&mut response, &format!("{stem}{}.xlsx", finding::MARKED));
    Ok(response)
}
