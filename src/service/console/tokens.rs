//! Tokens by which a department's own system acts for the account that made them: within their scopes,
//! for one department, until they expire or are revoked. Must not know HTTP.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::SignedDuration;

use super::{Actor, Console, secret, text};
use crate::domain::{AccountRole, Date, Deed, Grant, Scope, Timestamp, Token};
use crate::service::ServiceError;

/// Longest life of a token in days.
const LONGEST_DAYS: i32 = 366;
/// Begins every token, so that one is recognised where it should not be.
const BEGINNING: &str = "qz_";
/// How long the answer to a request with an idempotency key is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Longest idempotency key, in characters.
const LONGEST_KEY: usize = 128;

/// A token with what the list of tokens shows.
#[derive(Clone, Debug)]
pub struct TokenView {
    pub token: Token,
    /// Sign-in name of the account that made it.
    pub account: String,
    /// Whether it may still be used.
    pub is_live: bool,
}

impl Console {
    /// Makes a token for a department of the actor's and gives it, once.
    ///
    /// # Errors
    /// `Refused` for a department that is not theirs, `Invalid` with what is wrong.
    pub fn add_token(&self, actor: &Actor, grant: Grant) -> Result<(Token, String), ServiceError> {
        actor.must_be(AccountRole::Editor)?;
        if !actor.account.edits(&grant.department) {
            return Err(ServiceError::Refused {
                code: "not_allowed",
                detail: "只能为自己经办的部门建立令牌".into(),
            });
        }
        let name = text("name", "令牌用途", &grant.name, 60)?;
        if name.is_empty() {
            return Err(ServiceError::parameter(
                "name",
                "请填写令牌用途，如“政务系统同步”",
            ));
        }
        let mut scopes = grant.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(ServiceError::parameter("scope", "请至少选择一项权限"));
        }
        let today = self.services.today();
        let last = today.saturating_add(jiff::Span::new().days(LONGEST_DAYS));
        if !(today..=last).contains(&grant.expires_on) {
            let detail = format!("有效期应在 {today} 至 {last} 之间");
            return Err(ServiceError::parameter("expires_on", detail));
        }
        let grant = Grant {
            name,
            scopes,
            ..grant
        };
        let secret = format!("{BEGINNING}{}", secret::random()?);
        let labels: Vec<&str> = grant.scopes.iter().map(|s| s.label()).collect();
        let detail = format!(
            "{}：{}，{}，至 {}",
            grant.name,
            grant.department,
            labels.join("、"),
            grant.expires_on
        );
        let entry = self.entry(actor, Deed::TokenAdded, "接口令牌 {}", detail);
        let digest = secret::digest(&secret);
        let token = self
            .office
            .add_token(&digest, actor.account.id, &grant, &entry)?;
        Ok((token, secret))
    }

    /// Tokens that the actor may see: operators and auditors all, others those of their departments.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn tokens(&self, actor: &Actor) -> Result<Vec<TokenView>, ServiceError> {
        let today = self.services.today();
        let mut views = Vec::new();
        for token in self.office.tokens()? {
            if !may_see(actor, &token) {
                continue;
            }
            let account = self.office.account(token.account)?;
            let acts = account
                .as_ref()
                .is_some_and(|a| a.active && a.edits(&token.grant.department));
            views.push(TokenView {
                is_live: acts && is_live(&token, today),
                account: account.map(|a| a.name).unwrap_or_default(),
                token,
            });
        }
        Ok(views)
    }

    /// Revokes a token: its maker, others of the department, an operator.
    ///
    /// # Errors
    /// `NotFound` for one that the actor does not see, `Invalid` for one that is revoked already.
    pub fn revoke_token(&self, actor: &Actor, id: u64) -> Result<(), ServiceError> {
        let tokens = self.office.tokens()?;
        let token = tokens.iter().find(|t| t.id == id && may_see(actor, t));
        let Some(token) = token else {
            return Err(ServiceError::not_found("没有这个令牌"));
        };
        if !actor.account.edits(&token.grant.department) {
            actor.must_be(AccountRole::Operator)?;
        }
        let object = format!("接口令牌 {id}");
        let entry = self.entry(actor, Deed::TokenRevoked, object, token.grant.name.clone());
        Ok(self.office.revoke_token(id, &entry)?)
    }

    /// Who acts by a token, if it has the scope.
    ///
    /// # Errors
    /// `SignedOut` when it may not be used, `Refused` when it has not the scope.
    pub fn actor_by_token(
        &self,
        secret: &str,
        scope: Scope,
        address: &str,
    ) -> Result<Actor, ServiceError> {
        let token = self.office.token(&secret::digest(secret))?;
        let token = token.filter(|t| is_live(t, self.services.today()));
        let Some(token) = token else {
            return Err(ServiceError::SignedOut);
        };
        let account = self.office.account(token.account)?;
        let may = |a: &crate::domain::Account| a.active && a.edits(&token.grant.department);
        let Some(account) = account.filter(may) else {
            return Err(ServiceError::SignedOut);
        };
        if !token.grant.scopes.contains(&scope) {
            return Err(ServiceError::Refused {
                code: "scope_missing",
                detail: format!("令牌没有“{}”（{}）权限", scope.label(), scope.key()),
            });
        }
        Ok(Actor {
            account,
            address: address.to_owned(),
            token: Some(token),
        })
    }

    /// Does what a request asks for once under its idempotency key: the same request gets the same
    /// answer again for a day. An error is not kept.
    ///
    /// # Errors
    /// `Invalid` for a key that is too long, `Conflict` when the key was used for another request or the
    /// same is being worked on; the work's own.
    pub fn once(
        &self,
        actor: &Actor,
        key: Option<&str>,
        request: &[u8],
        work: impl FnOnce() -> Result<(u16, String), ServiceError>,
    ) -> Result<(u16, String), ServiceError> {
        let (Some(key), Some(token)) = (key, &actor.token) else {
            return work();
        };
        let length = key.chars().count();
        if !(1..=LONGEST_KEY).contains(&length) || key.chars().any(char::is_control) {
            let detail = format!("Idempotency-Key 应为 1 至 {LONGEST_KEY} 个字符");
            return Err(ServiceError::parameter("Idempotency-Key", detail));
        }
        let conflict = |detail: &str| ServiceError::Conflict {
            code: "idempotency_key_reused",
            detail: detail.to_owned(),
        };
        let digest = secret::digest_of(request);
        let known = self
            .office
            .claim_key(token.id, key, &digest, self.now(), self.kept_since())?;
        match known {
            None => {}
            Some(answer) if answer.request != digest => {
                return Err(conflict("这个 Idempotency-Key 已用于另一个请求，请换一个"));
            }
            Some(answer) if answer.status == 0 => {
                let detail =
                    "使用这个 Idempotency-Key 的请求正在处理或没有做完，请核对草稿后换一个";
                return Err(conflict(detail));
            }
            Some(answer) => return Ok((answer.status, answer.body)),
        }
        // Whatever happens to the work, the key is not left taken by nothing.
        let done = catch_unwind(AssertUnwindSafe(work));
        let done = done.unwrap_or_else(|_| Err(ServiceError::Internal("panicked".into())));
        let answer = done
            .as_ref()
            .ok()
            .map(|(status, body)| (*status, body.as_str()));
        self.office.settle_key(token.id, key, answer)?;
        done
    }

    fn kept_since(&self) -> Timestamp {
        self.now().saturating_sub(KEPT).unwrap_or(Timestamp::MIN)
    }
}

fn is_live(token: &Token, today: Date) -> bool {
    token.revoked_at.is_none() && today <= token.grant.expires_on
}

fn may_see(actor: &Actor, token: &Token) -> bool {
    let account = &actor.account;
    account.has(AccountRole::Operator)
        || account.has(AccountRole::Auditor)
        || account.edits(&token.grant.department)
}
