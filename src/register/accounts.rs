//! The register's interface for accounts: who may sign in, who is signed in, which tokens there are,
//! how often somebody has tried. Must not know what a password or a secret looks like: it is given
//! their digests.

use crate::domain::journal::Entry;
use crate::domain::{Account, AccountId, Grant, Profile, Timestamp, Token};

use super::RegisterError;

/// SHA-256 of a secret that only its bearer has.
pub type SecretDigest = [u8; 32];

/// A session as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub account: AccountId,
    pub created_at: Timestamp,
    /// Last use, to within the precision of whoever touches it.
    pub seen_at: Timestamp,
}

/// What a request with an idempotency key was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Digest of the request.
    pub request: SecretDigest,
    pub status: u16,
    pub body: String,
}

/// Where accounts are kept. Another implementation may ask an identity provider. Every change is
/// recorded in the journal in the same transaction; the contract is `tests/contract/office.rs`.
pub trait Accounts: Send + Sync {
    /// Adds an account whose password is to be changed at first sign-in.
    ///
    /// # Errors
    /// `Taken` when the name is in use.
    fn add_account(
        &self,
        name: &str,
        profile: &Profile,
        password: &str,
        entry: &Entry,
    ) -> Result<Account, RegisterError>;

    fn account(&self, id: AccountId) -> Result<Option<Account>, RegisterError>;

    /// An account and the digest of its password.
    fn account_named(&self, name: &str) -> Result<Option<(Account, String)>, RegisterError>;

    /// All accounts by name.
    fn accounts(&self) -> Result<Vec<Account>, RegisterError>;

    /// Changes the profile and whether the account is active; one that is not loses its sessions.
    fn change_account(
        &self,
        id: AccountId,
        profile: &Profile,
        active: bool,
        entry: &Entry,
    ) -> Result<(), RegisterError>;

    /// Changes the password and ends all sessions of the account.
    fn set_password(
        &self,
        id: AccountId,
        password: &str,
        must_change: bool,
        entry: &Entry,
    ) -> Result<(), RegisterError>;

    fn add_session(
        &self,
        secret: &SecretDigest,
        account: AccountId,
        entry: &Entry,
    ) -> Result<(), RegisterError>;

    fn session(&self, secret: &SecretDigest) -> Result<Option<Session>, RegisterError>;

    fn touch_session(&self, secret: &SecretDigest, now: Timestamp) -> Result<(), RegisterError>;

    /// Ends a session; `entry` where somebody did so, none where it has expired.
    fn end_session(
        &self,
        secret: &SecretDigest,
        entry: Option<&Entry>,
    ) -> Result<(), RegisterError>;

    fn add_token(
        &self,
        secret: &SecretDigest,
        account: AccountId,
        grant: &Grant,
        entry: &Entry,
    ) -> Result<Token, RegisterError>;

    fn token(&self, secret: &SecretDigest) -> Result<Option<Token>, RegisterError>;

    /// All tokens, newest first.
    fn tokens(&self) -> Result<Vec<Token>, RegisterError>;

    fn revoke_token(&self, id: u64, entry: &Entry) -> Result<(), RegisterError>;

    /// Counts an attempt (of a purpose, by a subject) and says how many there have been since, this
    /// one included; older ones are forgotten.
    fn attempt(
        &self,
        purpose: &str,
        subject: &str,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u64, RegisterError>;

    /// How many attempts there have been since.
    fn attempts(
        &self,
        purpose: &str,
        subject: &str,
        since: Timestamp,
    ) -> Result<u64, RegisterError>;

    /// Forgets the last attempt of a subject.
    fn forget_last(&self, purpose: &str, subject: &str) -> Result<(), RegisterError>;

    /// Forgets the attempts of a subject.
    fn forget_attempts(&self, purpose: &str, subject: &str) -> Result<(), RegisterError>;

    /// Takes a token's idempotency key for a request, unless it was taken since; then says what is
    /// known of that request. Keys taken before are forgotten. Status 0: it is not answered yet.
    fn claim_key(
        &self,
        token: u64,
        key: &str,
        request: &SecretDigest,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<Option<Answered>, RegisterError>;

    /// Keeps the answer under a key that was taken; without one the key is free again.
    fn settle_key(
        &self,
        token: u64,
        key: &str,
        answer: Option<(u16, &str)>,
    ) -> Result<(), RegisterError>;
}
