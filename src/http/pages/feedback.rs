//! 纠错/建议 on an item: the form, what was answered before, and one's own letter again by its receipt.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{Shell, render};
use crate::domain::date::{chinese, shanghai};
use crate::domain::letter::{Aspect, Letter, LetterCounts, MAX_CONTACT, MAX_TEXT};
use crate::http::error::AppError;
use crate::http::form::{Address, Fields, Visitor};
use crate::http::respond::{self, HTML};
use crate::http::state::App;
use crate::http::url;
use crate::service::console::Console;
use crate::service::console::letters::RawLetter;
use crate::service::{ServiceError, item_code};

/// A letter with its public reply.
pub struct Answered {
    pub aspect: &'static str,
    pub state: &'static str,
    /// The letter's words, where the office shows them.
    pub text: Option<String>,
    pub reply: String,
    pub office: String,
    pub received_on: String,
    pub handled_on: String,
}

impl From<Letter> for Answered {
    fn from(letter: Letter) -> Self {
        let day = |at: crate::domain::Timestamp| chinese(at.to_zoned_datetime(shanghai()).date());
        Self {
            aspect: letter.aspect.label(),
            state: letter.state.label(),
            text: letter.is_public.then_some(letter.text),
            reply: letter.reply,
            office: letter.office,
            received_on: day(letter.received_at),
            handled_on: letter.handled_at.map(day).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "feedback.html")]
struct FeedbackPage {
    shell: Shell,
    csrf: String,
    url: String,
    item_url: String,
    name: String,
    code: String,
    department: String,
    counts: LetterCounts,
    replies: Vec<Answered>,
    /// Key, name, meaning, chosen.
    aspects: Vec<(&'static str, &'static str, &'static str, bool)>,
    typed: RawLetter,
    problem: Option<String>,
    most: usize,
    most_contact: usize,
    /// Secret by which the letter is found again, once it is sent.
    receipt: Option<String>,
}

fn page(
    console: &Console,
    code: &str,
    csrf: String,
    (typed, problem, receipt): (RawLetter, Option<String>, Option<String>),
) -> Result<String, ServiceError> {
    let services = &console.services;
    let item = services.item(code, services.position(None, None)?)?;
    let parsed = item_code(code)?;
    let (counts, letters) = console.letters_on(&parsed)?;
    let overview = services.overview()?;
    let path = url::fill(url::FEEDBACK, code);
    let aspects = Aspect::ALL.into_iter();
    render(&FeedbackPage {
        shell: Shell {
            sample: item.publication.sample,
            ..Shell::new(&overview, format!("纠错建议 {}", item.head.name))
                .with_api(url::fill(url::API_FEEDBACK, code))
                .with_canonical(path.clone())
        },
        csrf,
        item_url: url::item(code),
        name: item.head.name,
        code: code.to_owned(),
        department: item.head.department,
        counts,
        replies: letters.into_iter().map(Answered::from).collect(),
        aspects: aspects
            .map(|a| (a.key(), a.label(), a.meaning(), a.key() == typed.aspect))
            .collect(),
        typed,
        problem,
        most: MAX_TEXT,
        most_contact: MAX_CONTACT,
        receipt,
        url: path,
    })
}

pub async fn feedback(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, AppError> {
    let (console, csrf) = (app.console(), visitor.token());
    let html = app
        .run(move |_| page(&console, &code, csrf, (RawLetter::default(), None, None)))
        .await?;
    Ok(visitor.remember(respond::momentary(HTML, html.into_bytes())))
}

pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Address(address): Address,
    Path(code): Path<String>,
    form: Fields,
) -> Result<Response, AppError> {
    let typed = RawLetter {
        aspect: form.get("aspect")?,
        text: form.get("text")?,
        contact: form.get("contact")?,
    };
    // A field that people do not see: whoever fills it in is no person.
    let is_trapped = !form.get("website")?.is_empty();
    let checked = visitor.check(&form.0);
    let (console, csrf) = (app.console(), visitor.token());
    let (letter, item) = (typed.clone(), code.clone());
    let written = match checked {
        Err(error) => Err(AppError::from(error)),
        Ok(()) if is_trapped => {
            Err(ServiceError::parameter("website", "请不要填写“网址”一栏").into())
        }
        Ok(()) => {
            let console = console.clone();
            app.run(move |_| console.write_letter(&item, &letter, &address))
                .await
        }
    };
    let (status, after) = match written {
        Ok(receipt) => (None, (RawLetter::default(), None, Some(receipt))),
        Err(error) => match error.for_a_form() {
            None => return Err(error),
            Some(problem) => (Some(error.status()), (typed, Some(problem), None)),
        },
    };
    let html = app.run(move |_| page(&console, &code, csrf, after)).await?;
    let mut response = visitor.remember(respond::momentary(HTML, html.into_bytes()));
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    Ok(respond::as_made(response))
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    shell: Shell,
    csrf: String,
    receipt: String,
    problem: Option<String>,
    letter: Option<OwnLetter>,
}

/// One's own letter.
struct OwnLetter {
    item: String,
    item_url: String,
    department: String,
    text: String,
    has_contact: bool,
    answered: Answered,
}

fn receipt_page(
    console: &Console,
    csrf: String,
    receipt: &str,
    found: Option<Result<Letter, String>>,
) -> Result<String, ServiceError> {
    let overview = console.services.overview()?;
    let (letter, problem) = match found {
        None => (None, None),
        Some(Ok(letter)) => (Some(letter), None),
        Some(Err(problem)) => (None, Some(problem)),
    };
    render(&ReceiptPage {
        shell: Shell::new(&overview, "查询我的纠错建议")
            .with_api(url::API_OPENAPI)
            .with_canonical(url::RECEIPT),
        csrf,
        receipt: receipt.to_owned(),
        problem,
        letter: letter.map(|letter| OwnLetter {
            item: letter.item.clone(),
            item_url: url::item(letter.code.as_str()),
            department: letter.department.clone(),
            text: letter.text.clone(),
            has_contact: letter.has_contact,
            answered: letter.into(),
        }),
    })
}

pub async fn receipt(State(app): State<App>, visitor: Visitor) -> Result<Response, AppError> {
    let (console, csrf) = (app.console(), visitor.token());
    let html = app
        .run(move |_| receipt_page(&console, csrf, "", None))
        .await?;
    Ok(visitor.remember(respond::momentary(HTML, html.into_bytes())))
}

/// One's own letter: shown, or freed of its contact. By a form, so that the receipt is in no address.
pub async fn own(
    State(app): State<App>,
    visitor: Visitor,
    form: Fields,
) -> Result<Response, AppError> {
    visitor.check(&form.0)?;
    let (receipt, forget) = (form.get("receipt")?, form.get("do")? == "delete-contact");
    let (console, csrf) = (app.console(), visitor.token());
    let html = app
        .run(move |_| {
            if forget {
                console.delete_own_contact(&receipt)?;
            }
            let found = match console.own_letter(&receipt) {
                Err(ServiceError::NotFound { detail, .. }) => Err(detail),
                found => Ok(found?),
            };
            receipt_page(&console, csrf, &receipt, Some(found))
        })
        .await?;
    Ok(visitor.remember(respond::momentary(HTML, html.into_bytes())))
}
