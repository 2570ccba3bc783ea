//! Signing in and out, sessions, and the accounts themselves. Must not know cookies.

use jiff::{SignedDuration, Timestamp};

use super::{Actor, Console, password, secret};
use crate::domain::account::sign_in_name;
use crate::domain::{Account, AccountId, AccountRole, Deed, Profile, hex};
use crate::service::ServiceError;

/// A session ends so long after it began, and after its last use.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
const IDLE: SignedDuration = SignedDuration::from_hours(1);
/// The last use is noted to within this.
const PRECISION: SignedDuration = SignedDuration::from_mins(1);

/// Failed sign-ins within [`WINDOW`] after which one has to wait: to an account from one address, from an
/// address, and to an account from wherever, which others must not be able to shut with ease.
const MOST: u64 = 5;
const MOST_BY_ADDRESS: u64 = 30;
const MOST_BY_ACCOUNT: u64 = 50;
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Purposes of attempts.
const BY_BOTH: &str = "sign-in by account and address";
const BY_ACCOUNT: &str = "sign-in by account";
const BY_ADDRESS: &str = "sign-in by address";
const OLD_PASSWORD: &str = "old password";

/// Longest password that is looked at, in bytes.
const LONGEST_PASSWORD: usize = 1_024;

fn before(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

impl Console {
    /// Opens a session and gives its secret. Always a new one: whatever secret the browser had before
    /// opens nothing.
    ///
    /// # Errors
    /// `Refused` for a wrong name or password, in the same words; `TooMany` after too many of them.
    pub fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<(String, Account), ServiceError> {
        let refused = || ServiceError::Refused {
            code: "sign_in_failed",
            detail: "账号或密码不正确，或者账号已停用".into(),
        };
        let Ok(name) = sign_in_name(name) else {
            return Err(refused());
        };
        self.count_sign_in(&name, address)?;
        let known = self.office.account_named(&name)?;
        let digest = known.as_ref().map(|(_, digest)| digest.as_str());
        let fits = password.len() <= LONGEST_PASSWORD;
        let is_it = password::is(if fits { password } else { "" }, digest);
        let (true, Some((account, _))) = (is_it && fits, known.as_ref()) else {
            self.note_failure(known.as_ref().map(|(account, _)| account), address)?;
            return Err(refused());
        };
        if !account.active {
            self.note_failure(Some(account), address)?;
            return Err(refused());
        }
        self.forget(&name, address)?;
        let secret = self.open_session(account, address, "")?;
        Ok((secret, account.clone()))
    }

    /// Counts an attempt before it is known how it ends, so that many at once are not let through.
    fn count_sign_in(&self, name: &str, address: &str) -> Result<(), ServiceError> {
        let subject = network(address);
        let both = format!("{name} {subject}");
        let limits = [
            (BY_BOTH, both.as_str(), MOST),
            (BY_ACCOUNT, name, MOST_BY_ACCOUNT),
            // Without an address all would share one.
            (BY_ADDRESS, subject.as_str(), MOST_BY_ADDRESS),
        ];
        for (purpose, subject, most) in limits {
            if !subject.is_empty() {
                self.count(purpose, subject, most)?;
            }
        }
        Ok(())
    }

    fn count(&self, purpose: &str, subject: &str, most: u64) -> Result<(), ServiceError> {
        let subject = &hidden(subject);
        let now = self.now();
        let since = before(now, WINDOW);
        // Whoever has to wait does not make the wait longer by trying.
        if self.office.attempts(purpose, subject, since)? >= most
            || self.office.attempt(purpose, subject, now, since)? > most
        {
            return Err(ServiceError::TooMany(format!(
                "密码输错次数过多，请 {} 分钟后再试；忘记密码请与管理员联系",
                WINDOW.as_mins()
            )));
        }
        Ok(())
    }

    /// A right password: what was counted against it is forgotten, but for the attempts of others.
    fn forget(&self, name: &str, address: &str) -> Result<(), ServiceError> {
        let subject = network(address);
        self.office
            .forget_attempts(BY_BOTH, &hidden(&format!("{name} {subject}")))?;
        self.office.forget_last(BY_ACCOUNT, &hidden(name))?;
        self.office.forget_last(BY_ADDRESS, &hidden(&subject))?;
        Ok(())
    }

    /// What was typed as a name may be a password typed into the wrong field: only known names are
    /// recorded.
    fn note_failure(&self, account: Option<&Account>, address: &str) -> Result<(), ServiceError> {
        let name = account.map_or("未知账号", |a| a.name.as_str());
        let object = format!("账号 {name}");
        let why = match account {
            Some(account) if !account.active => "账号已停用",
            Some(_) => "密码不正确",
            None => "没有这个账号",
        };
        let entry = self.entry_of("未登录", address, Deed::SignInFailed, &object, why);
        Ok(self.office.record(&entry)?)
    }

    fn open_session(
        &self,
        account: &Account,
        address: &str,
        detail: &str,
    ) -> Result<String, ServiceError> {
        let secret = secret::random()?;
        let actor = Actor {
            account: account.clone(),
            address: address.to_owned(),
            token: None,
        };
        let object = format!("账号 {}", account.name);
        let entry = self.entry(&actor, Deed::SignIn, object, detail);
        self.office
            .add_session(&secret::digest(&secret), account.id, &entry)?;
        Ok(secret)
    }

    /// Who bears the secret of a session.
    ///
    /// # Errors
    /// `SignedOut` when there is no such session, or it has expired, or its account is disabled.
    pub fn actor(&self, session: &str, address: &str) -> Result<Actor, ServiceError> {
        let digest = secret::digest(session);
        let Some(found) = self.office.session(&digest)? else {
            return Err(ServiceError::SignedOut);
        };
        let now = self.now();
        let is_over = found.created_at < before(now, LONGEST) || found.seen_at < before(now, IDLE);
        let account = self.office.account(found.account)?;
        let Some(account) = account.filter(|a| a.active && !is_over) else {
            self.office.end_session(&digest, None)?;
            return Err(ServiceError::SignedOut);
        };
        if found.seen_at < before(now, PRECISION) {
            // A reading must not fail because nothing can be written.
            if let Err(error) = self.office.touch_session(&digest, now) {
                tracing::warn!(%error, "the last use of a session is not noted");
            }
        }
        Ok(Actor {
            account,
            address: address.to_owned(),
            token: None,
        })
    }

    /// Ends the session that a browser had before it signed in again, if it had one.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn leave(&self, session: &str) -> Result<(), ServiceError> {
        Ok(self.office.end_session(&secret::digest(session), None)?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn sign_out(&self, actor: &Actor, session: &str) -> Result<(), ServiceError> {
        let object = format!("账号 {}", actor.account.name);
        let entry = self.entry(actor, Deed::SignOut, object, "");
        let digest = secret::digest(session);
        Ok(self.office.end_session(&digest, Some(&entry))?)
    }

    /// Changes one's own password. All sessions end; gives the secret of a new one.
    ///
    /// # Errors
    /// `Invalid` for a wrong or too simple password, `TooMany` as for signing in.
    pub fn change_password(
        &self,
        actor: &Actor,
        old: &str,
        new: &str,
    ) -> Result<String, ServiceError> {
        let name = &actor.account.name;
        if old == new {
            return Err(ServiceError::parameter(
                "password",
                "新密码与现在的密码相同",
            ));
        }
        password::check(new, name)?;
        self.count(OLD_PASSWORD, name, MOST)?;
        let known = self.office.account_named(name)?;
        let digest = known.as_ref().map(|(_, digest)| digest.as_str());
        if old.len() > LONGEST_PASSWORD || !password::is(old, digest) {
            return Err(ServiceError::parameter("old", "现在的密码不正确"));
        }
        let object = format!("账号 {name}");
        let entry = self.entry(actor, Deed::PasswordChanged, object, "");
        let digest = password::hash(new)?;
        self.office
            .set_password(actor.account.id, &digest, false, &entry)?;
        self.office.forget_attempts(OLD_PASSWORD, &hidden(name))?;
        self.open_session(&actor.account, &actor.address, "修改密码后")
    }

    /// All accounts by name.
    ///
    /// # Errors
    /// `Refused` for all but operators and auditors.
    pub fn accounts(&self, actor: &Actor) -> Result<Vec<Account>, ServiceError> {
        if !actor.account.has(AccountRole::Auditor) {
            actor.must_be(AccountRole::Operator)?;
        }
        Ok(self.office.accounts()?)
    }

    /// Adds an account, whoever says so, and gives its first password.
    ///
    /// # Errors
    /// `Refused` for all but operators, `Invalid` with what is wrong, `Conflict` for a name in use.
    pub fn add_account(
        &self,
        actor: &Actor,
        name: &str,
        profile: Profile,
    ) -> Result<(Account, String), ServiceError> {
        actor.must_be(AccountRole::Operator)?;
        self.add_account_by(
            &self.entry(actor, Deed::AccountAdded, "账号 {}", ""),
            name,
            profile,
        )
    }

    /// The same from the command line, by which the first operator comes in.
    ///
    /// # Errors
    /// As [`Self::add_account`].
    pub fn add_account_locally(
        &self,
        name: &str,
        profile: Profile,
    ) -> Result<(Account, String), ServiceError> {
        let entry = self.entry_of(
            crate::service::BY_COMMAND,
            "",
            Deed::AccountAdded,
            "账号 {}",
            "",
        );
        self.add_account_by(&entry, name, profile)
    }

    fn add_account_by(
        &self,
        entry: &crate::domain::Entry,
        name: &str,
        profile: Profile,
    ) -> Result<(Account, String), ServiceError> {
        let name = sign_in_name(name).map_err(|e| ServiceError::parameter("name", e))?;
        let profile = profile
            .checked()
            .map_err(|e| ServiceError::parameter("profile", e))?;
        let first = secret::password()?;
        let entry = crate::domain::Entry {
            detail: describe(&profile),
            ..entry.clone()
        };
        let account = self
            .office
            .add_account(&name, &profile, &password::hash(&first)?, &entry)?;
        Ok((account, first))
    }

    /// Changes an account: its profile, and whether it is active.
    ///
    /// # Errors
    /// `Refused`, `NotFound`, `Invalid`; nobody disables their own account.
    pub fn change_account(
        &self,
        actor: &Actor,
        id: AccountId,
        profile: Profile,
        active: bool,
    ) -> Result<(), ServiceError> {
        actor.must_be(AccountRole::Operator)?;
        let known = self.known_account(id)?;
        let profile = profile
            .checked()
            .map_err(|e| ServiceError::parameter("profile", e))?;
        let loses = !active || !profile.roles.contains(&AccountRole::Operator);
        if id == actor.account.id && loses {
            let detail = "不能停用自己的账号或取消自己的管理员角色，请由另一位管理员操作";
            return Err(ServiceError::parameter("profile", detail));
        }
        let deed = match (known.active, active) {
            (true, false) => Deed::AccountDisabled,
            (false, true) => Deed::AccountEnabled,
            _ => Deed::AccountChanged,
        };
        let object = format!("账号 {}", known.name);
        let entry = self.entry(actor, deed, object, describe(&profile));
        Ok(self.office.change_account(id, &profile, active, &entry)?)
    }

    /// Gives an account a new first password, which is to be changed at once.
    ///
    /// # Errors
    /// `Refused`, `NotFound`.
    pub fn reset_password(&self, actor: &Actor, id: AccountId) -> Result<String, ServiceError> {
        actor.must_be(AccountRole::Operator)?;
        let known = self.known_account(id)?;
        let object = format!("账号 {}", known.name);
        self.reset(id, &self.entry(actor, Deed::PasswordReset, object, ""))
    }

    /// The same from the command line.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn reset_password_locally(&self, name: &str) -> Result<String, ServiceError> {
        let known = sign_in_name(name).ok();
        let known = known
            .map(|name| self.office.account_named(&name))
            .transpose()?;
        let Some((known, _)) = known.flatten() else {
            return Err(ServiceError::not_found(format!("没有账号“{name}”")));
        };
        let object = format!("账号 {}", known.name);
        let by = crate::service::BY_COMMAND;
        self.reset(
            known.id,
            &self.entry_of(by, "", Deed::PasswordReset, &object, ""),
        )
    }

    fn reset(&self, id: AccountId, entry: &crate::domain::Entry) -> Result<String, ServiceError> {
        let first = secret::password()?;
        self.office
            .set_password(id, &password::hash(&first)?, true, entry)?;
        Ok(first)
    }

    /// All accounts, for the command line.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn accounts_locally(&self) -> Result<Vec<Account>, ServiceError> {
        Ok(self.office.accounts()?)
    }

    /// An account by its number.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn known_account(&self, id: AccountId) -> Result<Account, ServiceError> {
        let found = self.office.account(id)?;
        found.ok_or_else(|| ServiceError::not_found("没有这个账号"))
    }
}

/// A subject as attempts are kept by it: what was typed as a name may be a password.
pub(super) fn hidden(subject: &str) -> String {
    hex(&secret::digest(subject))
}

/// What one who attacks has one of: an IPv4 address, or a whole IPv6 network of 64 bits.
pub(super) fn network(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_owned(),
    }
}

fn describe(profile: &Profile) -> String {
    let roles: Vec<&str> = profile.roles.iter().map(|r| r.label()).collect();
    let departments = match profile.departments.is_empty() {
        true => String::new(),
        false => format!("（{}）", profile.departments.join("、")),
    };
    format!("{}：{}{departments}", profile.office, roles.join("、"))
}
