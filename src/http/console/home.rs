//! The desk: what waits for whoever is signed in, and the lists of their departments.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Desk, Me};
use crate::domain::date::{chinese, shanghai};
use crate::domain::workflow::State as Stage;
use crate::domain::{AccountRole, Timestamp};
use crate::http::error::AppError;
use crate::http::pages::render;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::console::Console;
use crate::service::console::drafts::DraftView;
use crate::service::read::Paging;

/// A draft in a list of drafts.
#[derive(Clone, Debug)]
pub struct DraftRow {
    pub id: u64,
    pub url: String,
    pub title: String,
    pub department: String,
    pub kind_name: String,
    pub stage: &'static str,
    /// Name of the style of its state.
    pub style: &'static str,
    pub counts: String,
    pub updated: String,
    /// `审查期限 2026年12月1日`, and by how much it is past.
    pub term: Option<String>,
    pub overdue: Option<String>,
    pub publication: Option<(String, u64)>,
}

/// An instant as people say it, in Beijing time.
pub fn moment(at: Timestamp) -> String {
    let at = at.to_zoned_datetime(shanghai());
    format!("{} {:02}:{:02}", chinese(at.date()), at.hour(), at.minute())
}

/// Name of the style a state is shown in; words carry the meaning, colour only helps.
pub fn style(stage: Stage) -> &'static str {
    match stage {
        Stage::Published => "added",
        Stage::Returned | Stage::Discarded => "withdrawn",
        Stage::Editing => "plain",
        Stage::ListReview | Stage::LegalReview | Stage::Approved => "amended",
    }
}

impl From<DraftView> for DraftRow {
    fn from(view: DraftView) -> Self {
        let draft = view.draft;
        let counts = [
            ("新增", draft.added),
            ("调整", draft.amended),
            ("取消", draft.withdrawn),
        ];
        let counts = counts.iter().filter(|(_, n)| *n > 0);
        let counts: Vec<String> = counts.map(|(what, n)| format!("{what} {n}")).collect();
        Self {
            id: draft.id,
            url: url::fill(url::DRAFT, draft.id),
            title: draft.list.title.clone(),
            department: draft.list.department.clone(),
            kind_name: view.kind_name,
            stage: draft.state.label(),
            style: style(draft.state),
            counts: match counts.is_empty() {
                true => "没有变动".to_owned(),
                false => counts.join("、"),
            },
            updated: moment(draft.updated_at),
            term: view
                .deadline
                .map(|d| format!("{}期限 {}", d.what, chinese(d.day))),
            overdue: view
                .deadline
                .filter(|d| d.overdue > 0)
                .map(|d| format!("已超期 {} 个工作日", d.overdue)),
            publication: draft.publication.map(|n| (url::publication(n), n)),
        }
    }
}

/// A list of one's own department.
#[derive(Clone, Debug)]
pub struct OwnList {
    pub number: u64,
    pub url: String,
    pub public_url: String,
    pub title: String,
    pub department: String,
    pub kind_name: String,
    pub items: u64,
    pub publication: u64,
    pub published_on: String,
}

#[derive(Template)]
#[template(path = "console/home.html")]
struct HomePage {
    desk: Desk,
    /// What waits for oneself.
    waiting: Vec<DraftRow>,
    /// What is under way elsewhere.
    others: Vec<DraftRow>,
    lists: Vec<OwnList>,
    is_editor: bool,
    reviews: bool,
    /// Letters that wait for an answer.
    letters: u64,
}

pub async fn home(State(app): State<App>, me: Me) -> Result<Response, AppError> {
    app.desk_page(move |console| {
        let mut waiting = Vec::new();
        let mut others = Vec::new();
        for view in console.drafts(&me.actor, false)? {
            let is_mine = match view.draft.state {
                Stage::ListReview => me.has(AccountRole::ListOffice),
                Stage::LegalReview => me.has(AccountRole::LegalOffice),
                stage => stage.is_with_department() && me.actor.edits(&view.draft.list.department),
            };
            match is_mine {
                true => waiting.push(view.into()),
                false => others.push(view.into()),
            }
        }
        render(&HomePage {
            waiting,
            others,
            lists: own_lists(console, &me)?,
            is_editor: me.has(AccountRole::Editor),
            reviews: me.actor.account.reviews(),
            letters: waiting_letters(console, &me)?,
            desk: Desk::new(&me, "待办"),
        })
    })
    .await
}

fn waiting_letters(console: &Console, me: &Me) -> Result<u64, ServiceError> {
    let one = Paging { page: 1, size: 1 };
    Ok(console.letters(&me.actor, false, one)?.1)
}

pub fn own_lists(console: &Console, me: &Me) -> Result<Vec<OwnList>, ServiceError> {
    let overview = console.services.overview()?;
    let own = overview
        .lists
        .iter()
        .filter(|l| me.actor.edits(&l.list.department));
    let lists = own.map(|l| OwnList {
        number: l.number,
        url: url::fill(url::CONSOLE_LIST, l.number),
        public_url: url::list(l.number),
        title: l.list.title.clone(),
        department: l.list.department.clone(),
        kind_name: console.services.kind_name(&l.list.kind),
        items: l.items,
        publication: l.latest.number,
        published_on: chinese(l.latest.published_on),
    });
    Ok(lists.collect())
}

#[derive(Template)]
#[template(path = "console/done.html")]
struct DonePage {
    desk: Desk,
    drafts: Vec<DraftRow>,
}

/// Drafts that are published or discarded.
pub async fn done(State(app): State<App>, me: Me) -> Result<Response, AppError> {
    app.desk_page(move |console| {
        let drafts = console.drafts(&me.actor, true)?;
        render(&DonePage {
            drafts: drafts.into_iter().map(DraftRow::from).collect(),
            desk: Desk::new(&me, "已办结"),
        })
    })
    .await
}
