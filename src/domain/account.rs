//! Accounts: who may sign in, for which office and as what. Plain types and the rules that hold of one
//! account alone; must not know passwords, sessions or how anything is stored.

use serde::{Deserialize, Serialize};

use super::date::{Date, Timestamp};

/// Longest name of an account, an office or a department, in characters.
const MAX_NAME: usize = 60;

/// The register's internal number of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub u64);

/// What an account may be used for; an account may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountRole {
    /// 部门经办: drafts lists of the account's departments.
    Editor,
    /// 编办: manages the lists, reviews first.
    ListOffice,
    /// 司法局: reviews legality, second.
    LegalOffice,
    /// 管理员: accounts and settings; never approves.
    Operator,
    /// 审计: reads everything, changes nothing.
    Auditor,
}

impl AccountRole {
    pub const ALL: [Self; 5] = [
        Self::Editor,
        Self::ListOffice,
        Self::LegalOffice,
        Self::Operator,
        Self::Auditor,
    ];

    /// Stable word, as forms and the command line say it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::ListOffice => "list-office",
            Self::LegalOffice => "legal-office",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Editor => "部门经办",
            Self::ListOffice => "编办审查",
            Self::LegalOffice => "司法局审查",
            Self::Operator => "管理员",
            Self::Auditor => "审计",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}

/// What an operator says of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// 单位: the office that acts, as readers see it (辽阳市财政局). No private name.
    pub office: String,
    pub roles: Vec<AccountRole>,
    /// Full names of the departments whose lists an editor drafts.
    pub departments: Vec<String>,
}

impl Profile {
    /// The profile with its texts trimmed and its lists in order, if it can be.
    ///
    /// # Errors
    /// What is wrong, in Chinese, for the operator.
    pub fn checked(self) -> Result<Self, String> {
        let office = name_of("单位", &self.office)?;
        let mut roles = self.roles;
        roles.sort_unstable();
        roles.dedup();
        if roles.is_empty() {
            return Err("请至少选择一个角色".into());
        }
        // Who makes accounts takes no part in what they do.
        let other =
            |role: &AccountRole| !matches!(role, AccountRole::Operator | AccountRole::Auditor);
        if roles.contains(&AccountRole::Operator) && roles.iter().any(other) {
            return Err("管理员不得起草、审查，不能与部门经办、编办审查、司法局审查兼任".into());
        }
        let mut departments = Vec::new();
        for department in self.departments {
            if department.trim().is_empty() {
                continue;
            }
            let department = name_of("部门", &department)?;
            if department.contains([',', '，', '、', ';', '；']) {
                return Err(format!("“{department}”像是几个部门：一行写一个部门的全称"));
            }
            departments.push(department);
        }
        departments.sort_unstable();
        departments.dedup();
        if roles.contains(&AccountRole::Editor) == departments.is_empty() {
            return Err(match departments.is_empty() {
                true => "部门经办须填写所经办的部门（全称）".into(),
                false => "只有部门经办可以填写部门".into(),
            });
        }
        Ok(Self {
            office,
            roles,
            departments,
        })
    }
}

fn name_of(what: &str, text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("请填写{what}"));
    }
    if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
        return Err(format!("{what}不能超过 {MAX_NAME} 个字，不能含有换行"));
    }
    Ok(text.to_owned())
}

/// An account without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// What one signs in with.
    pub name: String,
    pub profile: Profile,
    /// A disabled account cannot sign in; it is never deleted, since records name it.
    pub active: bool,
    /// Whether the password was set by somebody else and is to be changed first.
    pub must_change: bool,
    pub created_at: Timestamp,
}

impl Account {
    pub fn has(&self, role: AccountRole) -> bool {
        self.profile.roles.contains(&role)
    }

    /// Whether the account drafts lists of the department.
    pub fn edits(&self, department: &str) -> bool {
        self.has(AccountRole::Editor) && self.profile.departments.iter().any(|d| d == department)
    }

    /// Whether the account reviews what departments submit.
    pub fn reviews(&self) -> bool {
        self.has(AccountRole::ListOffice) || self.has(AccountRole::LegalOffice)
    }

    /// Whether the account sees what others have drafted, of whatever department.
    pub fn sees_all(&self) -> bool {
        self.has(AccountRole::Auditor)
    }
}

/// A sign-in name as stored: without blanks around, of letters, digits and `._-`, or Chinese.
///
/// # Errors
/// What is wrong, in Chinese.
pub fn sign_in_name(text: &str) -> Result<String, String> {
    // What is stored is what is looked at.
    let text = text.trim().to_lowercase();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let length = text.chars().count();
    if !(2..=32).contains(&length) || !text.chars().all(fits) {
        return Err("账号应为 2 至 32 个汉字、字母、数字或 . _ -".into());
    }
    Ok(text)
}

/// What a token of a department's own system may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Have a file checked; nothing is kept.
    Validate,
    /// Make drafts and read them.
    Draft,
    /// Submit drafts for review.
    Submit,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Validate, Self::Draft, Self::Submit];

    pub fn key(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Draft => "draft",
            Self::Submit => "submit",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Validate => "检查文件",
            Self::Draft => "建立和读取草稿",
            Self::Submit => "提交审查",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.key() == key)
    }
}

/// A token without its secret. It acts for the account that made it, within its scopes, for one
/// department, until it expires or is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: u64,
    pub account: AccountId,
    pub grant: Grant,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// What a token is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What it is for, in its maker's words.
    pub name: String,
    pub department: String,
    pub scopes: Vec<Scope>,
    /// The last day on which it may be used.
    pub expires_on: Date,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn profile(roles: &[AccountRole], departments: &[&str]) -> Profile {
        Profile {
            office: " 辽阳市财政局 ".into(),
            roles: roles.to_vec(),
            departments: departments.iter().map(|d| (*d).to_owned()).collect(),
        }
    }

    #[test]
    fn a_profile_must_be_able_to_work() {
        use AccountRole::{Auditor, Editor, LegalOffice, ListOffice, Operator};
        let good = profile(&[Editor, Editor], &["辽阳市财政局", " ", "辽阳市财政局"]);
        let good = good.checked().expect("a profile");
        assert_eq!(good.office, "辽阳市财政局");
        assert_eq!((good.roles.len(), good.departments.len()), (1, 1));
        for wrong in [
            profile(&[], &[]),
            profile(&[Editor], &[]),
            profile(&[Auditor], &["辽阳市财政局"]),
            profile(&[Operator, ListOffice], &[]),
            profile(&[Operator, LegalOffice], &[]),
            profile(&[Operator, Editor], &["辽阳市财政局"]),
            Profile {
                office: "\n".into(),
                ..profile(&[Auditor], &[])
            },
        ] {
            assert!(wrong.clone().checked().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn words_are_read_back() {
        for role in AccountRole::ALL {
            assert_eq!(AccountRole::parse(role.key()), Some(role));
        }
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.key()), Some(scope));
        }
        assert_eq!(AccountRole::parse("root"), None);
    }

    proptest! {
        #[test]
        fn names_hold_nothing_that_could_be_taken_for_something_else(text in "\\PC{0,40}") {
            if let Ok(name) = sign_in_name(&text) {
                prop_assert_eq!(sign_in_name(&name), Ok(name.clone()));
                prop_assert!(!name.contains(['<', '"', ' ', '/', '\'', '\n']));
            }
        }
    }
}
