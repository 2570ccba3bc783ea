//! Readers' letters (纠错/建议): taking them, finding one's own again, answering them.
//! Must not know pages.

use jiff::{SignedDuration, Timestamp};

use super::accounts::{hidden, network};
use super::{Actor, Console, secret, text};
use crate::domain::letter::{Aspect, Letter, LetterCounts, LetterState, MAX_CONTACT, MAX_TEXT};
use crate::domain::{AccountRole, Deed, ItemCode};
use crate::register::letters::LetterFilter;
use crate::service::read::Paging;
use crate::service::{ServiceError, item_code};

/// Letters from one address within [`WINDOW`].
const MOST: u64 = 5;
const WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// Letters from all addresses together within an hour: past these somebody floods the offices.
const MOST_OF_ALL: u64 = 2_000;
/// Letters shown on an item's page.
const SHOWN: u64 = 20;
const PURPOSE: &str = "letter";
const PURPOSE_ALL: &str = "letter of all";

/// What a reader wrote.
#[derive(Clone, Debug, Default)]
pub struct RawLetter {
    pub aspect: String,
    pub text: String,
    pub contact: String,
}

/// What an office does about a letter.
#[derive(Clone, Debug, Default)]
pub struct Handling {
    pub state: String,
    pub reply: String,
    pub is_public: bool,
    /// `handled_at` that the page was made with; blank for none.
    pub before: String,
}

/// Whether a text has digits in a row as in an identity card's or a mobile phone's number.
fn tells_a_person(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let runs = text.split(|c: char| !is_digit(c) && !matches!(c, ' ' | '-'));
    let digits = |run: &str| run.chars().filter(|c| is_digit(*c)).count();
    runs.map(digits).any(|count| (11..=18).contains(&count))
}

impl Console {
    /// Takes a letter on an item and gives the secret by which its writer finds it again.
    ///
    /// # Errors
    /// `Invalid` with what is wrong, `NotFound` for an unknown item, `TooMany`.
    pub fn write_letter(
        &self,
        code: &str,
        letter: &RawLetter,
        address: &str,
    ) -> Result<String, ServiceError> {
        let services = &self.services;
        let item = services.item(code, services.position(None, None)?)?;
        let Some(aspect) = Aspect::parse(&letter.aspect) else {
            return Err(ServiceError::parameter("aspect", "请选择是哪方面的问题"));
        };
        let said = text("text", "内容", &letter.text, MAX_TEXT)?;
        if said.chars().count() < 5 {
            return Err(ServiceError::parameter("text", "请写明问题，至少 5 个字"));
        }
        let contact = text("contact", "联系方式", &letter.contact, MAX_CONTACT)?;
        self.count_letter(address)?;
        let code = item_code(code)?;
        let receipt = secret::receipt()?;
        let now = self.now();
        let letter = Letter {
            id: 0,
            item: item.head.name,
            department: item.head.department,
            publication: item.upto,
            aspect,
            text: said,
            state: LetterState::Received,
            reply: String::new(),
            is_public: false,
            office: String::new(),
            received_at: now,
            handled_at: None,
            has_contact: !contact.is_empty(),
            code,
        };
        let entry = self.entry_of(
            "公众",
            // Nobody's address stays beside their letter.
            "",
            Deed::LetterReceived,
            "纠错建议 {}",
            letter.code.as_str(),
        );
        let contact = (!contact.is_empty()).then_some(contact);
        let digest = secret::digest(&secret::plain(&receipt));
        self.office
            .add_letter(&letter, contact.as_deref(), &digest, &entry)?;
        Ok(receipt)
    }

    fn count_letter(&self, address: &str) -> Result<(), ServiceError> {
        let now = self.now();
        let since = now.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let network = hidden(&network(address));
        for (purpose, subject, most) in [
            (PURPOSE, network.as_str(), MOST),
            (PURPOSE_ALL, "", MOST_OF_ALL),
        ] {
            if self.office.attempts(purpose, subject, since)? >= most
                || self.office.attempt(purpose, subject, now, since)? > most
            {
                return Err(ServiceError::TooMany(
                    "提交过于频繁，请一小时后再试；紧急事项请拨打 12345".into(),
                ));
            }
        }
        Ok(())
    }

    /// The letter of a receipt.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn own_letter(&self, receipt: &str) -> Result<Letter, ServiceError> {
        let found = self
            .office
            .letter_of(&secret::digest(&secret::plain(receipt)))?;
        found.ok_or_else(|| ServiceError::not_found("没有这个查询码，请核对是否完整"))
    }

    /// Deletes the contact of one's own letter, for good.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn delete_own_contact(&self, receipt: &str) -> Result<(), ServiceError> {
        let letter = self.own_letter(receipt)?;
        let object = format!("纠错建议 {}", letter.id);
        let entry = self.entry_of("公众", "", Deed::ContactDeleted, &object, "由来信人删除");
        Ok(self.office.delete_contact(letter.id, &entry)?)
    }

    /// How many letters there are on an item.
    ///
    /// # Errors
    /// `NotFound` for what is no code, `Internal` when the store fails.
    pub fn letter_counts(&self, code: &str) -> Result<LetterCounts, ServiceError> {
        let code = item_code(code)?;
        Ok(self.office.letter_counts(&code)?)
    }

    /// How many letters there are on an item, and those that have a public reply, newest first.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn letters_on(&self, code: &ItemCode) -> Result<(LetterCounts, Vec<Letter>), ServiceError> {
        let counts = self.office.letter_counts(code)?;
        if counts.received == counts.open {
            return Ok((counts, Vec::new()));
        }
        let filter = LetterFilter {
            code: Some(code.clone()),
            states: vec![LetterState::Accepted, LetterState::Answered],
            departments: None,
        };
        let (letters, _) = self.office.letters(&filter, 0, SHOWN)?;
        Ok((counts, letters))
    }

    /// Whose letters the actor handles: those to their departments, of the list office all.
    fn handles(actor: &Actor, department: &str) -> bool {
        actor.token.is_none()
            && (actor.account.has(AccountRole::ListOffice) || actor.account.edits(department))
    }

    fn sees_letter(actor: &Actor, department: &str) -> bool {
        Self::handles(actor, department) || actor.account.has(AccountRole::Auditor)
    }

    /// The queue: letters that the actor sees, open ones or those that are done.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn letters(
        &self,
        actor: &Actor,
        done: bool,
        paging: Paging,
    ) -> Result<(Vec<Letter>, u64), ServiceError> {
        let account = &actor.account;
        let all = account.has(AccountRole::ListOffice) || account.has(AccountRole::Auditor);
        let mut states = LetterState::ALL.to_vec();
        states.retain(|state| state.is_open() != done);
        let filter = LetterFilter {
            departments: (!all).then(|| account.profile.departments.clone()),
            states,
            code: None,
        };
        let (offset, limit) = (paging.offset() as u64, paging.size as u64);
        Ok(self.office.letters(&filter, offset, limit)?)
    }

    /// A letter with its writer's contact.
    ///
    /// # Errors
    /// `NotFound` for one that the actor must not see, too.
    pub fn letter(
        &self,
        actor: &Actor,
        id: u64,
    ) -> Result<(Letter, Option<String>, bool), ServiceError> {
        let letter = self.office.letter(id)?;
        let letter = letter.filter(|l| Self::sees_letter(actor, &l.department));
        let Some(letter) = letter else {
            return Err(ServiceError::not_found("没有这封来信"));
        };
        let handles = Self::handles(actor, &letter.department);
        // An auditor reads what was done, not how to reach people.
        let contact = match handles {
            true => self.office.contact(id)?,
            false => None,
        };
        Ok((letter, contact, handles))
    }

    /// Handles a letter: its state and the public reply.
    ///
    /// # Errors
    /// `Invalid` with what is wrong, `NotFound`, `Refused`, `Conflict` when somebody else was quicker.
    pub fn handle_letter(
        &self,
        actor: &Actor,
        id: u64,
        handling: &Handling,
    ) -> Result<(), ServiceError> {
        let (letter, _, handles) = self.letter(actor, id)?;
        if !handles {
            return Err(ServiceError::Refused {
                code: "not_allowed",
                detail: "由有关部门或编办处理来信".into(),
            });
        }
        let state = LetterState::parse(&handling.state);
        let Some(state) = state.filter(|s| *s != LetterState::Received) else {
            return Err(ServiceError::parameter("state", "请选择处理情况"));
        };
        let reply = text("reply", "公开答复", &handling.reply, MAX_TEXT)?;
        if reply.is_empty() && !state.is_open() {
            return Err(ServiceError::parameter("reply", "请填写公开答复"));
        }
        if handling.is_public && tells_a_person(&letter.text) {
            let detail =
                "来信内容含有像身份证号或电话号码的数字，不能公开；请取消“同时公开来信内容”";
            return Err(ServiceError::parameter("public", detail));
        }
        let before = match handling.before.as_str() {
            "" => None,
            at => Some(
                at.parse()
                    .map_err(|_| ServiceError::parameter("before", "页面已过期，请刷新后重做"))?,
            ),
        };
        let detail = format!("{}：{reply}", state.label());
        let object = format!("纠错建议 {id}");
        let entry = self.entry(actor, Deed::LetterHandled, object, detail);
        let letter = Letter {
            state,
            reply,
            is_public: handling.is_public,
            office: actor.account.profile.office.clone(),
            handled_at: Some(self.now()),
            ..letter
        };
        Ok(self.office.handle_letter(&letter, before, &entry)?)
    }

    /// Deletes the contact of a letter, for good.
    ///
    /// # Errors
    /// As [`Self::handle_letter`].
    pub fn delete_contact(&self, actor: &Actor, id: u64) -> Result<(), ServiceError> {
        let (letter, _, handles) = self.letter(actor, id)?;
        if !handles {
            return Err(ServiceError::not_found("没有这封来信"));
        }
        let object = format!("纠错建议 {}", letter.id);
        let entry = self.entry(actor, Deed::ContactDeleted, object, "");
        Ok(self.office.delete_contact(id, &entry)?)
    }
}
