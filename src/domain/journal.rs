//! The journal (审计记录): who did what, when and from where. Append-only; must not know how it is stored.

use super::account::AccountId;
use super::date::Timestamp;

/// What was done. The word is stored, so that none is ever given another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    SignIn,
    SignInFailed,
    SignOut,
    PasswordChanged,
    AccountAdded,
    AccountChanged,
    AccountDisabled,
    AccountEnabled,
    PasswordReset,
    TokenAdded,
    TokenRevoked,
    Uploaded,
    Edited,
    Declared,
    Rebased,
    Submitted,
    Recalled,
    Discarded,
    Approved,
    Returned,
    Remarked,
    Published,
    PublicationFailed,
    LetterReceived,
    LetterHandled,
    ContactDeleted,
}

impl Deed {
    pub const ALL: [Self; 26] = [
        Self::SignIn,
        Self::SignInFailed,
        Self::SignOut,
        Self::PasswordChanged,
        Self::AccountAdded,
        Self::AccountChanged,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::PasswordReset,
        Self::TokenAdded,
        Self::TokenRevoked,
        Self::Uploaded,
        Self::Edited,
        Self::Declared,
        Self::Rebased,
        Self::Submitted,
        Self::Recalled,
        Self::Discarded,
        Self::Approved,
        Self::Returned,
        Self::Remarked,
        Self::Published,
        Self::PublicationFailed,
        Self::LetterReceived,
        Self::LetterHandled,
        Self::ContactDeleted,
    ];

    /// Stable word, as stored, and what it is called.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SignIn => ("sign-in", "登录"),
            Self::SignInFailed => ("sign-in-failed", "登录失败"),
            Self::SignOut => ("sign-out", "退出"),
            Self::PasswordChanged => ("password-changed", "修改密码"),
            Self::AccountAdded => ("account-added", "新增账号"),
            Self::AccountChanged => ("account-changed", "修改账号"),
            Self::AccountDisabled => ("account-disabled", "停用账号"),
            Self::AccountEnabled => ("account-enabled", "启用账号"),
            Self::PasswordReset => ("password-reset", "重置密码"),
            Self::TokenAdded => ("token-added", "新增接口令牌"),
            Self::TokenRevoked => ("token-revoked", "撤销接口令牌"),
            Self::Uploaded => ("uploaded", "上传文件"),
            Self::Edited => ("edited", "修改草稿"),
            Self::Declared => ("declared", "填写申报信息"),
            Self::Rebased => ("rebased", "重新比对"),
            Self::Submitted => ("submitted", "提交审查"),
            Self::Recalled => ("recalled", "撤回"),
            Self::Discarded => ("discarded", "作废草稿"),
            Self::Approved => ("approved", "审查通过"),
            Self::Returned => ("returned", "退回修改"),
            Self::Remarked => ("remarked", "审查意见"),
            Self::Published => ("published", "公布"),
            Self::PublicationFailed => ("publication-failed", "公布未成"),
            Self::LetterReceived => ("letter-received", "收到纠错建议"),
            Self::LetterHandled => ("letter-handled", "处理纠错建议"),
            Self::ContactDeleted => ("contact-deleted", "删除联系方式"),
        }
    }

    pub fn key(self) -> &'static str {
        self.words().0
    }

    pub fn label(self) -> &'static str {
        self.words().1
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.key() == key)
    }
}

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    /// Sign-in name, or who else it was (系统, 公众, 管理员（命令行）).
    pub actor: String,
    pub account: Option<AccountId>,
    /// Address it came from; blank for the system and the command line.
    pub address: String,
    pub deed: Deed,
    /// What it was done to (草稿 3, 账号 caizheng). Where the thing gets its number by the deed, `{}`
    /// stands for it.
    pub object: String,
    /// Details in Chinese; never a secret, never somebody's contact.
    pub detail: String,
    /// SHA-256 of the content that the deed was done to, in lower-case hexadecimal; blank where it
    /// has none.
    pub content: String,
}

/// A record of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Number from 1, without gaps.
    pub number: u64,
    pub entry: Entry,
    /// Covers the entry and the digest of the record before it; lower-case hexadecimal.
    pub digest: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_one_deed() {
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.key()), Some(deed));
        }
    }
}
