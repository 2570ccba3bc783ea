//! Letters (纠错/建议): what readers object to in an item, and what the department answers.
//! Plain types; must not know how they are stored or shown.

use serde::{Deserialize, Serialize};

use super::code::ItemCode;
use super::date::Timestamp;

/// Longest letter and reply, in characters.
pub const MAX_TEXT: usize = 1_000;
/// Longest contact, in characters.
pub const MAX_CONTACT: usize = 100;

/// What a letter objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// 真实性: it is not so.
    Truth,
    /// 合法性: it has no basis, or another one.
    Legality,
    /// 合理性: it makes no sense so.
    Sense,
}

impl Aspect {
    pub const ALL: [Self; 3] = [Self::Truth, Self::Legality, Self::Sense];

    pub fn key(self) -> &'static str {
        match self {
            Self::Truth => "truth",
            Self::Legality => "legality",
            Self::Sense => "sense",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aspect| aspect.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Truth => "真实性",
            Self::Legality => "合法性",
            Self::Sense => "合理性",
        }
    }

    /// What it means, for the form.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Truth => "内容与实际不符：电话打不通、部门已改名、流程不是这样",
            Self::Legality => "依据有问题：法律已修改或废止、条款不符、没有依据",
            Self::Sense => "规定不合理：要求过多、重复、难以办到",
        }
    }
}

/// What has become of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LetterState {
    /// 待处理.
    Received,
    /// 处理中.
    Handling,
    /// 已采纳.
    Accepted,
    /// 已答复, not taken up.
    Answered,
    /// 不予受理: no letter at all, abuse, a matter of others.
    Declined,
}

impl LetterState {
    pub const ALL: [Self; 5] = [
        Self::Received,
        Self::Handling,
        Self::Accepted,
        Self::Answered,
        Self::Declined,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Handling => "handling",
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::Declined => "declined",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Received => "待处理",
            Self::Handling => "处理中",
            Self::Accepted => "已采纳",
            Self::Answered => "已答复",
            Self::Declined => "不予受理",
        }
    }

    /// Whether it is still to be answered.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Handling)
    }
}

/// A letter without its writer's contact, which is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Number from 1; 0 before it is stored.
    pub id: u64,
    pub code: ItemCode,
    /// Name of the item and its department when the letter came.
    pub item: String,
    pub department: String,
    /// Publication whose text the reader had before them.
    pub publication: u64,
    pub aspect: Aspect,
    pub text: String,
    pub state: LetterState,
    /// Public; blank while there is none.
    pub reply: String,
    /// Whether the letter's own words are shown beside the reply.
    pub is_public: bool,
    /// Office that replied.
    pub office: String,
    pub received_at: Timestamp,
    pub handled_at: Option<Timestamp>,
    /// Whether its writer left a contact that is still there.
    pub has_contact: bool,
}

/// Letters on one item, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LetterCounts {
    pub received: u64,
    pub open: u64,
    pub accepted: u64,
}
