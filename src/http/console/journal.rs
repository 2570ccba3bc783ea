//! The journal, for auditors and operators.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::home::moment;
use super::{Desk, Me};
use crate::domain::journal::{Deed, Record};
use crate::http::error::AppError;
use crate::http::pages::parts::Pager;
use crate::http::pages::render;
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;
use crate::register::journal::JournalFilter;
use crate::service::ServiceError;
use crate::service::view::shorten;

struct Row {
    number: u64,
    at: String,
    actor: String,
    address: String,
    deed: &'static str,
    object: String,
    detail: String,
    content: String,
    digest: String,
}

impl From<Record> for Row {
    fn from(record: Record) -> Self {
        let entry = record.entry;
        Self {
            number: record.number,
            at: moment(entry.at),
            actor: entry.actor,
            address: entry.address,
            deed: entry.deed.label(),
            object: entry.object,
            detail: entry.detail,
            content: entry.content,
            digest: record.digest,
        }
    }
}

#[derive(Template)]
#[template(path = "console/journal.html")]
struct JournalPage {
    desk: Desk,
    /// Key, name, chosen.
    deeds: Vec<(&'static str, &'static str, bool)>,
    actor: String,
    object: String,
    total: u64,
    records: Vec<Row>,
    pager: Pager,
}

pub async fn journal(State(app): State<App>, me: Me, params: Params) -> Result<Response, AppError> {
    let paging = params.paging()?;
    let word = |name: &str| -> Result<String, AppError> {
        Ok(params.one(name)?.unwrap_or_default().trim().to_owned())
    };
    let (deed, actor, object) = (word("deed")?, word("actor")?, word("object")?);
    app.desk_page(move |console| {
        let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        let filter = JournalFilter {
            deed: match deed.as_str() {
                "" => None,
                key => Some(Deed::parse(key).ok_or_else(|| {
                    ServiceError::parameter("deed", format!("没有操作“{}”", shorten(key, 20)))
                })?),
            },
            actor: some(&actor),
            object: some(&object),
        };
        let (records, total) = console.journal(&me.actor, &filter, paging)?;
        let parameters = [
            ("deed", deed.clone()),
            ("actor", actor.clone()),
            ("object", object.clone()),
        ];
        let deeds = Deed::ALL.into_iter();
        render(&JournalPage {
            desk: Desk::new(&me, "审计记录"),
            deeds: deeds
                .map(|d| (d.key(), d.label(), d.key() == deed))
                .collect(),
            total,
            records: records.into_iter().map(Row::from).collect(),
            pager: Pager::new(paging, total, |n| {
                url::page_with(url::JOURNAL, &parameters, n)
            }),
            actor,
            object,
        })
    })
    .await
}
