//! The console: what signed-in people and departments' own systems do, from a draft to a publication.
//! Every use case takes an [`Actor`], asks the rules of `domain::workflow` whether it may, and is
//! recorded in the journal with what it did. Must not know HTTP, cookies or SQL.
//!
//! | file | question |
//! |---|---|
//! | `accounts.rs`, `password.rs`, `secret.rs` | who is this, and may they come in? |
//! | `tokens.rs` | which programs act for a department? |
//! | `drafts.rs` | which drafts are there, and what do they change? |
//! | `reading.rs`, `upload.rs`, `form.rs` | how does a file or a form become a draft? |
//! | `own.rs` | which lists are one's own, and what is in hand? |
//! | `obstacles.rs` | what is still missing? |
//! | `work.rs` | what else does a department do with its draft? |
//! | `rebase.rs` | what if the list has changed meanwhile? |
//! | `review.rs` | how does a draft get through both offices? |
//! | `publish.rs` | how does an approved draft become a publication? |
//! | `terms.rs` | until when must what be done? |
//! | `letters.rs` | what do readers object to, and what is answered? |
//! | `marked.rs` | where in the file are its faults? |

pub mod accounts;
pub mod drafts;
pub mod form;
pub mod letters;
pub mod marked;
mod obstacles;
pub mod own;
mod password;
mod publish;
pub mod reading;
mod rebase;
mod review;
mod secret;
pub mod terms;
pub mod tokens;
pub mod upload;
pub mod work;

use std::sync::Arc;

use crate::domain::workday::Calendar;
use crate::domain::{Account, AccountRole, Deed, Entry, Timestamp, Token};
use crate::intake::Intake;
use crate::register::Office;
use crate::register::journal::JournalFilter;

use super::read::Paging;
use super::{ServiceError, Services};

pub use secret::{digest, random};
pub use terms::Terms;

/// Everything the console needs, shared by all requests.
pub struct Console {
    pub services: Arc<Services>,
    office: Arc<dyn Office>,
    /// With the limits of files that come over the network.
    intake: Intake,
    calendar: Calendar,
    terms: Terms,
}

/// Who does something.
#[derive(Clone, Debug)]
pub struct Actor {
    pub account: Account,
    /// Address of the request; blank on the command line.
    pub address: String,
    /// The token that the account acts by, where a program does.
    pub token: Option<Token>,
}

impl Actor {
    /// # Errors
    /// `Refused` when the account has not the role.
    pub fn must_be(&self, role: AccountRole) -> Result<(), ServiceError> {
        if self.account.has(role) && self.token.is_none() {
            return Ok(());
        }
        Err(ServiceError::Refused {
            code: "not_allowed",
            detail: format!("只有“{}”可以这样做", role.label()),
        })
    }

    /// Whether it drafts lists of the department; a token does for its own department alone.
    pub fn edits(&self, department: &str) -> bool {
        let by_token = |token: &Token| token.grant.department == department;
        self.account.edits(department) && self.token.as_ref().is_none_or(by_token)
    }
}

impl Console {
    pub fn new(
        services: Arc<Services>,
        office: Arc<dyn Office>,
        intake: Intake,
        calendar: Calendar,
        terms: Terms,
    ) -> Self {
        Self {
            services,
            office,
            intake,
            calendar,
            terms,
        }
    }

    fn now(&self) -> Timestamp {
        self.services.clock.now()
    }

    /// Largest file in bytes that is taken.
    pub fn largest_file(&self) -> u64 {
        self.intake.limits.file_bytes.unwrap_or(u64::MAX)
    }

    /// A record of what somebody did.
    fn entry(
        &self,
        actor: &Actor,
        deed: Deed,
        object: impl Into<String>,
        detail: impl Into<String>,
    ) -> Entry {
        let actor_name = match &actor.token {
            None => actor.account.name.clone(),
            Some(token) => format!("{}（接口令牌 {}）", actor.account.name, token.id),
        };
        Entry {
            at: self.now(),
            actor: actor_name,
            account: Some(actor.account.id),
            address: actor.address.clone(),
            deed,
            object: object.into(),
            detail: detail.into(),
            content: String::new(),
        }
    }

    /// A record of what no account did.
    fn entry_of(
        &self,
        actor: &str,
        address: &str,
        deed: Deed,
        object: &str,
        detail: &str,
    ) -> Entry {
        Entry {
            at: self.now(),
            actor: actor.to_owned(),
            account: None,
            address: address.to_owned(),
            deed,
            object: object.to_owned(),
            detail: detail.to_owned(),
            content: String::new(),
        }
    }

    /// A page of the journal, newest first, and how many records there are in all.
    ///
    /// # Errors
    /// `Refused` for all but auditors and operators.
    pub fn journal(
        &self,
        actor: &Actor,
        filter: &JournalFilter,
        paging: Paging,
    ) -> Result<(Vec<crate::domain::journal::Record>, u64), ServiceError> {
        if !actor.account.has(AccountRole::Operator) {
            actor.must_be(AccountRole::Auditor)?;
        }
        let (offset, limit) = (paging.offset() as u64, paging.size as u64);
        Ok(self.office.records(filter, offset, limit)?)
    }
}

/// A text from a form: trimmed, with its lines in one form.
///
/// # Errors
/// `Invalid` when it is longer than `most` characters or holds what no text does.
fn text(parameter: &str, what: &str, given: &str, most: usize) -> Result<String, ServiceError> {
    let text = given.replace("\r\n", "\n");
    let text = text.trim();
    let length = text.chars().count();
    if length > most {
        let detail = format!("{what}不能超过 {most} 个字，现有 {length} 个");
        return Err(ServiceError::parameter(parameter, detail));
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        let detail = format!("{what}含有不能显示的字符");
        return Err(ServiceError::parameter(parameter, detail));
    }
    Ok(text.to_owned())
}
