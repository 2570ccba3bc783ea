//! The queue of readers' letters (纠错/建议), and answering one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::home::moment;
use super::{Desk, Me, Sent, Told};
use crate::domain::letter::{Letter, LetterState};
use crate::http::error::AppError;
use crate::http::pages::parts::Pager;
use crate::http::pages::render;
use crate::http::params::{Params, path_number};
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::console::Console;
use crate::service::console::letters::Handling;
use crate::service::view::shorten;

struct Row {
    url: String,
    id: u64,
    aspect: &'static str,
    item: String,
    department: String,
    text: String,
    state: &'static str,
    received: String,
}

impl From<Letter> for Row {
    fn from(letter: Letter) -> Self {
        Self {
            url: url::fill(url::LETTER, letter.id),
            id: letter.id,
            aspect: letter.aspect.label(),
            item: letter.item,
            department: letter.department,
            text: shorten(&letter.text, 80),
            state: letter.state.label(),
            received: moment(letter.received_at),
        }
    }
}

#[derive(Template)]
#[template(path = "console/letters.html")]
struct LettersPage {
    desk: Desk,
    done: bool,
    total: u64,
    letters: Vec<Row>,
    pager: Pager,
}

pub async fn letters(State(app): State<App>, me: Me, params: Params) -> Result<Response, AppError> {
    let (done, paging) = (params.flag("done")?, params.paging()?);
    app.desk_page(move |console| {
        let (letters, total) = console.letters(&me.actor, done, paging)?;
        let parameters = [("done", if done { "1" } else { "" }.to_owned())];
        render(&LettersPage {
            desk: Desk::new(&me, "纠错建议"),
            done,
            total,
            letters: letters.into_iter().map(Row::from).collect(),
            pager: Pager::new(paging, total, |n| {
                url::page_with(url::LETTERS, &parameters, n)
            }),
        })
    })
    .await
}

#[derive(Template)]
#[template(path = "console/letter.html")]
struct LetterPage {
    desk: Desk,
    url: String,
    contact_url: String,
    letter: Letter,
    aspect: &'static str,
    stage: &'static str,
    received: String,
    handled: Option<String>,
    item_url: String,
    publication_url: String,
    contact: Option<String>,
    may_handle: bool,
    /// Key, name, chosen.
    states: Vec<(&'static str, &'static str, bool)>,
    reply: String,
    is_public: bool,
    before: String,
}

fn page(
    console: &Console,
    me: &Me,
    id: u64,
    typed: Option<&Handling>,
    told: &Told,
) -> Result<String, ServiceError> {
    let (letter, contact, may_handle) = console.letter(&me.actor, id)?;
    let chosen = typed
        .map_or(letter.state.key(), |t| t.state.as_str())
        .to_owned();
    let states = LetterState::ALL.into_iter().skip(1);
    render(&LetterPage {
        desk: Desk::new(me, format!("来信 {id}")).with(told),
        url: url::fill(url::LETTER, id),
        contact_url: url::fill(url::LETTER_CONTACT, id),
        aspect: letter.aspect.label(),
        stage: letter.state.label(),
        received: moment(letter.received_at),
        handled: letter.handled_at.map(moment),
        item_url: url::item(letter.code.as_str()),
        publication_url: url::publication(letter.publication),
        contact,
        may_handle,
        states: states
            .map(|s| (s.key(), s.label(), s.key() == chosen))
            .collect(),
        reply: typed.map_or_else(|| letter.reply.clone(), |t| t.reply.clone()),
        is_public: typed.map_or(letter.is_public, |t| t.is_public),
        before: match typed {
            Some(typed) => typed.before.clone(),
            None => letter
                .handled_at
                .map(|at| at.to_string())
                .unwrap_or_default(),
        },
        letter,
    })
}

pub async fn letter(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    app.desk_page(move |console| page(console, &me, id, None, &Told::default()))
        .await
}

pub async fn handle(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let handling = Handling {
        state: form.get("state")?,
        reply: form.get("reply")?,
        is_public: form.0.flag("public")?,
        before: form.get("before")?,
    };
    let (actor, typed) = (me.actor.clone(), handling.clone());
    app.desk_form(
        move |console| console.handle_letter(&actor, id, &handling),
        |()| url::fill(url::LETTER, id),
        move |console, told| page(console, &me, id, Some(&typed), told),
    )
    .await
}

pub async fn delete_contact(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, .. }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let actor = me.actor.clone();
    app.desk_form(
        move |console| console.delete_contact(&actor, id),
        |()| url::fill(url::LETTER, id),
        move |console, told| page(console, &me, id, None, told),
    )
    .await
}
