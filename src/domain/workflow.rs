//! From a draft to a publication: states, what may be done in each and by whom. The whole table of
//! transitions is [`next`]. Must not know how drafts are stored or shown.

use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId, AccountRole};

#[cfg(test)]
mod tests;

/// Where a draft stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// 草拟: the department works on it; nobody else sees it.
    Editing,
    /// 待编办审查.
    ListReview,
    /// 待司法局审查.
    LegalReview,
    /// 待公布: approved by both, to be published by the system.
    Approved,
    /// 退回修改: with the department again, with comments.
    Returned,
    /// 已公布; final.
    Published,
    /// 已作废; final.
    Discarded,
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::Editing,
        Self::ListReview,
        Self::LegalReview,
        Self::Approved,
        Self::Returned,
        Self::Published,
        Self::Discarded,
    ];

    /// Stable word, as the API says it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Editing => "editing",
            Self::ListReview => "list-review",
            Self::LegalReview => "legal-review",
            Self::Approved => "approved",
            Self::Returned => "returned",
            Self::Published => "published",
            Self::Discarded => "discarded",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Editing => "草拟",
            Self::ListReview => "待编办审查",
            Self::LegalReview => "待司法局审查",
            Self::Approved => "待公布",
            Self::Returned => "退回修改",
            Self::Published => "已公布",
            Self::Discarded => "已作废",
        }
    }

    /// Whether the department has it in hand.
    pub fn is_with_department(self) -> bool {
        matches!(self, Self::Editing | Self::Returned)
    }

    /// Whether nothing can happen to it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Published | Self::Discarded)
    }
}

/// What somebody does with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Changes its content or what is declared with it.
    Edit,
    Submit,
    /// Takes it back from review.
    Recall,
    Discard,
    Approve,
    Return,
}

impl Act {
    pub const ALL: [Self; 6] = [
        Self::Edit,
        Self::Submit,
        Self::Recall,
        Self::Discard,
        Self::Approve,
        Self::Return,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Edit => "修改",
            Self::Submit => "提交审查",
            Self::Recall => "撤回",
            Self::Discard => "作废",
            Self::Approve => "审查通过",
            Self::Return => "退回修改",
        }
    }
}

/// Why an act is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The account must not even learn that there is such a draft.
    Unseen,
    /// Not in this state, whoever asks.
    WrongState,
    /// Another office's business.
    NotTheirs,
    /// Whoever drafted, submitted or has reviewed it before cannot review it.
    OwnWork,
}

impl Refusal {
    /// For the user, in Chinese.
    pub fn explain(self, act: Act, state: State) -> String {
        match self {
            Self::Unseen => "没有这份草稿".into(),
            Self::WrongState => {
                format!("草稿现为“{}”，不能{}", state.label(), act.label())
            }
            Self::NotTheirs => format!("“{}”状态的草稿不由您的岗位{}", state.label(), act.label()),
            Self::OwnWork => {
                "起草、提交或已经审查过这份草稿的人不能再审查它，请由另一人审查".into()
            }
        }
    }
}

/// What the rules need to know of a draft.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub state: State,
    pub department: &'a str,
    /// Everybody who has worked on its content or submitted it.
    pub authors: &'a [AccountId],
    /// Who has approved it since it was last submitted.
    pub approvers: &'a [AccountId],
}

/// Whether the account may read the draft. Others must not learn that there is one.
pub fn may_see(account: &Account, draft: Standing<'_>) -> bool {
    let reached_review = !matches!(draft.state, State::Editing | State::Discarded);
    account.edits(draft.department) || account.sees_all() || (account.reviews() && reached_review)
}

/// The state after an act, if the account may do it.
///
/// Whoever submitted or edited a draft reviews it never, whatever their roles; nor does whoever has
/// made the first review make the second; nor does an operator.
///
/// # Errors
/// Why not; [`Refusal::Unseen`] goes before all else.
pub fn next(account: &Account, draft: Standing<'_>, act: Act) -> Result<State, Refusal> {
    if !may_see(account, draft) {
        return Err(Refusal::Unseen);
    }
    let editor = account.edits(draft.department);
    let (office, to) = match (draft.state, act) {
        (state, Act::Edit) if state.is_with_department() => {
            return editor.then_some(state).ok_or(Refusal::NotTheirs);
        }
        (state, Act::Submit) if state.is_with_department() => {
            return editor
                .then_some(State::ListReview)
                .ok_or(Refusal::NotTheirs);
        }
        (state, Act::Discard) if state.is_with_department() => {
            return editor.then_some(State::Discarded).ok_or(Refusal::NotTheirs);
        }
        (State::ListReview | State::LegalReview | State::Approved, Act::Recall) => {
            return editor.then_some(State::Editing).ok_or(Refusal::NotTheirs);
        }
        (State::ListReview, Act::Approve) => (AccountRole::ListOffice, State::LegalReview),
        (State::ListReview, Act::Return) => (AccountRole::ListOffice, State::Returned),
        (State::LegalReview, Act::Approve) => (AccountRole::LegalOffice, State::Approved),
        (State::LegalReview, Act::Return) => (AccountRole::LegalOffice, State::Returned),
        // Between approval and publication the list office, which manages the lists, may stop it.
        (State::Approved, Act::Return) => (AccountRole::ListOffice, State::Returned),
        _ => return Err(Refusal::WrongState),
    };
    if !account.has(office) || account.has(AccountRole::Operator) {
        return Err(Refusal::NotTheirs);
    }
    // The second review is another person's; stopping what one has approved is no review.
    let reviewed = draft.state == State::LegalReview && draft.approvers.contains(&account.id);
    if draft.authors.contains(&account.id) || reviewed {
        return Err(Refusal::OwnWork);
    }
    Ok(to)
}

/// Which acts the account may do now, for the buttons of a page.
pub fn allowed(account: &Account, draft: Standing<'_>) -> Vec<Act> {
    let mut acts = Act::ALL.to_vec();
    acts.retain(|act| next(account, draft, *act).is_ok());
    acts
}
