//! "May I do this?": a business against the negative lists. One box, an answer that can be printed,
//! and a permanent link to it.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::parts::permit_row;
use super::{Section, Shell, render};
use crate::domain::AppliesTo;
use crate::domain::date::{self, chinese};
use crate::http::api::check::{CHECK, asked};
use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::respond;
use crate::http::state::App;
use crate::http::upload::Upload;
use crate::http::url;
use crate::intake::{Bytes, Source};
use crate::query::business::MAX_DESCRIPTION_CHARS;
use crate::service::business::batch::{self, MOST_ROWS};
use crate::service::business::{Check, Checked, Investor, Recognised, Verdict};
use crate::service::table::TableFormat;
use crate::service::{ServiceError, Services};

#[derive(Template)]
#[template(path = "check.html")]
pub struct CheckPage {
    pub shell: Shell,
    pub text: String,
    pub foreign: bool,
    pub most: usize,
    pub most_rows: usize,
    /// What is wrong with what was asked.
    pub problem: Option<String>,
    /// What is wrong with the table.
    pub table_problem: Option<String>,
    pub answer: Option<Answer>,
}

/// Style and label of what was not understood.
const UNKNOWN: (&str, &str) = ("unknown", "没有认出");

/// An answer as it is shown.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Key and label of the verdict.
    pub verdict: &'static str,
    pub label: &'static str,
    pub investor: &'static str,
    pub as_of: String,
    pub link: String,
    pub editions: Vec<Edition>,
    pub activities: Vec<Activity>,
}

#[derive(Clone, Debug, Default)]
pub struct Edition {
    pub url: String,
    pub title: String,
    pub number: u64,
    pub published_on: String,
    pub effective_on: String,
}

#[derive(Clone, Debug, Default)]
pub struct Activity {
    pub text: String,
    pub name: Option<String>,
    pub verdict: &'static str,
    pub label: &'static str,
    /// Whether nothing was recognised, and so nothing checked.
    pub unknown: bool,
    /// How sure the answer is, in words.
    pub sure: &'static str,
    pub industry: Option<String>,
    pub items: Vec<Item>,
    /// Paths and names of permits.
    pub permits: Vec<(String, String, String)>,
    pub excluded: String,
    /// Wordings that usually govern it and that the lists lack.
    pub missing: String,
}

#[derive(Clone, Debug, Default)]
pub struct Item {
    pub url: String,
    pub key: String,
    pub name: String,
    pub measure: String,
    pub department: String,
    pub label: &'static str,
    pub why: String,
}

pub async fn check(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&CHECK)?;
    let asked = asked(&params)?;
    let is_asked = params.one("text")?.is_some();
    app.page(&headers, move |services| {
        let (answer, problem) = if is_asked {
            match services.check_business(&asked) {
                Ok(check) => (Some(Answer::from(check)), None),
                // The reader mends the text where it stands.
                Err(ServiceError::Invalid { detail, .. }) => (None, Some(detail)),
                Err(other) => return Err(other),
            }
        } else {
            (None, None)
        };
        render(&CheckPage {
            // Without a text there is no answer that a program could have.
            shell: shell(services, answer.as_ref().map(|_| asked.text.as_str()))?,
            foreign: asked.investor == Investor::Foreign,
            text: asked.text,
            problem,
            answer,
            ..CheckPage::default()
        })
    })
    .await
}

/// Answers a table with a table, or with the page that says what is wrong with it.
pub async fn table(
    State(app): State<App>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let _turn = app.upload_turn().await?;
    let upload = match Upload::read(form, "table").await {
        Ok(upload) => upload,
        Err(problem) => return refused(&app, &headers, problem).await,
    };
    let format = match upload.field("format") {
        "csv" => TableFormat::Csv,
        _ => TableFormat::Xlsx,
    };
    let as_of = match upload.field("as_of") {
        "" => None,
        text => match date::parse(text) {
            None => {
                let problem = format!("日期“{text}”应写成 2026-01-31");
                return refused(&app, &headers, problem).await;
            }
            day => day,
        },
    };
    let checked = app
        .run(move |services| {
            let source = Source {
                name: upload.name,
                bytes: Bytes::Memory(upload.bytes.into()),
            };
            let rows = match batch::read(&source) {
                Ok(rows) => rows,
                Err(problem) => return Ok(Err(format!("{}：{problem}", source.name))),
            };
            let mut to = Vec::new();
            batch::run(services, &rows, as_of, (format, &mut to), &mut || {})?;
            Ok::<_, ServiceError>(Ok((to, services.today())))
        })
        .await?;
    let (answers, today) = match checked {
        Ok(checked) => checked,
        Err(problem) => return refused(&app, &headers, problem).await,
    };
    let mut response = respond::momentary("application/octet-stream", answers);
    let name = format!("负面清单核对结果-{today}.{}", format.extension());
    respond::as_download(&mut response, &name);
    Ok(response)
}

/// The page with what is wrong with a table.
async fn refused(app: &App, headers: &HeaderMap, problem: String) -> Result<Response, AppError> {
    app.page(headers, |services| {
        render(&CheckPage {
            shell: shell(services, None)?,
            table_problem: Some(problem),
            ..CheckPage::default()
        })
    })
    .await
}

fn shell(services: &Services, asked: Option<&str>) -> Result<Shell, ServiceError> {
    let overview = services.overview()?;
    Ok(Shell {
        api: Some(match asked {
            Some(text) => url::with(url::API_CHECK, [("text", text.to_owned())]),
            None => url::API_KINDS.to_owned(),
        }),
        ..Shell::new(&overview, "能不能做、要不要许可")
            .with_canonical(url::CHECK)
            .in_section(Section::Check)
    })
}

impl Default for CheckPage {
    fn default() -> Self {
        Self {
            shell: Shell::default(),
            text: String::new(),
            foreign: false,
            most: MAX_DESCRIPTION_CHARS,
            most_rows: MOST_ROWS,
            problem: None,
            table_problem: None,
            answer: None,
        }
    }
}

impl From<Check> for Answer {
    fn from(check: Check) -> Self {
        let link = url::with(
            url::CHECK,
            [
                ("text", check.text.clone()),
                ("investor", check.investor.key().to_owned()),
                ("as_of", check.position.day.to_string()),
                ("publication", check.position.publication.to_string()),
            ],
        );
        let editions = check.editions.into_iter().map(|edition| Edition {
            url: url::publication(edition.publication.number),
            number: edition.publication.number,
            published_on: chinese(edition.publication.published_on),
            effective_on: chinese(edition.publication.effective_on),
            title: edition.title,
        });
        // What is not understood was not checked, whatever the lists say.
        let unknown = |c: &Checked| c.recognised == Recognised::Unknown && c.excluded.is_empty();
        let (verdict, label) = match check.activities.iter().all(unknown) {
            true => UNKNOWN,
            false => (check.verdict.key(), check.verdict.label()),
        };
        Self {
            verdict,
            label,
            investor: check.investor.label(),
            as_of: chinese(check.position.day),
            link,
            editions: editions.collect(),
            activities: check.activities.into_iter().map(Activity::from).collect(),
        }
    }
}

impl From<Checked> for Activity {
    fn from(checked: Checked) -> Self {
        let unknown = checked.recognised == Recognised::Unknown;
        let (verdict, label) = match unknown {
            true => UNKNOWN,
            false => (checked.verdict.key(), checked.verdict.label()),
        };
        let nothing_found = checked.items.is_empty() && !checked.missing.is_empty();
        let items = checked.items.into_iter().map(|governing| Item {
            url: url::item(&governing.item.code),
            key: governing.item.key,
            name: governing.item.name,
            measure: governing.measure,
            department: governing.item.department,
            label: match (governing.item.applies_to, governing.item.grade) {
                (AppliesTo::Foreign, Verdict::Permit) => "限制",
                (_, grade) => grade.label(),
            },
            why: governing.why,
        });
        let permits = checked.permits.into_iter();
        Self {
            text: checked.text,
            name: checked.name,
            verdict,
            label,
            unknown,
            sure: match checked.recognised {
                _ if nothing_found => "没有把握，请核实",
                Recognised::Said => "把握较大",
                Recognised::Corrected => "已按可能的错别字理解，请核对",
                Recognised::Meant => "按通常的意思理解，请核对",
                Recognised::Resembling | Recognised::Measure => "仅为近似，请核对",
                Recognised::Unknown => "没有认出这项活动",
            },
            industry: checked
                .industry
                .map(|(code, name)| format!("{name}（{code}）")),
            items: items.collect(),
            permits: permits.map(permit_row).collect(),
            excluded: checked.excluded.join("、"),
            missing: checked.missing.join("”、“"),
        }
    }
}
