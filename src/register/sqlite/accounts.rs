//! Accounts, sessions, tokens, attempts and kept answers. Must not know what a secret looks like.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{SqliteRegister, damaged, journal, key, number};
use crate::domain::journal::Entry;
use crate::domain::{Account, AccountId, Grant, Profile, Timestamp, Token};
use crate::register::RegisterError;
use crate::register::accounts::{Accounts, Answered, SecretDigest, Session};

const ACCOUNT: &str =
    "SELECT id, name, profile, active, must_change, created_at, password FROM account";
const TOKEN: &str = "SELECT id, account, body, created_at, revoked_at FROM token";

/// An instant in a fixed width, so that instants compare as texts.
pub(super) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

pub(super) fn read_instant(text: &str) -> Result<Timestamp, RegisterError> {
    text.parse().map_err(|_| damaged("instant", text))
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, RegisterError> {
    serde_json::to_string(value).map_err(|e| RegisterError::Store(e.to_string()))
}

pub(super) fn read_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, RegisterError> {
    serde_json::from_str(text).map_err(|e| damaged("body", e))
}

fn read_account(row: &Row<'_>) -> Result<Account, RegisterError> {
    let (profile, created): (String, String) = (row.get(2)?, row.get(5)?);
    Ok(Account {
        id: AccountId(number(row.get(0)?)),
        name: row.get(1)?,
        profile: read_json(&profile)?,
        active: row.get(3)?,
        must_change: row.get(4)?,
        created_at: read_instant(&created)?,
    })
}

fn read_token(row: &Row<'_>) -> Result<Token, RegisterError> {
    let (body, created): (String, String) = (row.get(2)?, row.get(3)?);
    let revoked: Option<String> = row.get(4)?;
    Ok(Token {
        id: number(row.get(0)?),
        account: AccountId(number(row.get(1)?)),
        grant: read_json(&body)?,
        created_at: read_instant(&created)?,
        revoked_at: revoked.as_deref().map(read_instant).transpose()?,
    })
}

fn find_account(
    db: &Connection,
    condition: &str,
    of: impl rusqlite::ToSql,
) -> Result<Option<(Account, String)>, RegisterError> {
    let mut find = db.prepare_cached(&format!("{ACCOUNT} WHERE {condition} = ?1"))?;
    let mut rows = find.query([of])?;
    let found = rows.next()?.map(|r| Ok((read_account(r)?, r.get(6)?)));
    found.transpose()
}

fn end_sessions(db: &Connection, account: AccountId) -> Result<(), RegisterError> {
    db.prepare_cached("DELETE FROM session WHERE account = ?1")?
        .execute([key(account.0)])?;
    Ok(())
}

/// Something that has to be there, since its number was given.
fn there(changed: usize, what: &str) -> Result<(), RegisterError> {
    match changed {
        1 => Ok(()),
        _ => Err(RegisterError::Invalid(format!("没有这个{what}"))),
    }
}

impl Accounts for SqliteRegister {
    fn add_account(
        &self,
        name: &str,
        profile: &Profile,
        password: &str,
        entry: &Entry,
    ) -> Result<Account, RegisterError> {
        self.write(|db| {
            if find_account(db, "name", name)?.is_some() {
                return Err(RegisterError::Taken(name.to_owned()));
            }
            let body = json(profile)?;
            let mut insert = db.prepare_cached(
                "INSERT INTO account (name, profile, password, active, must_change, created_at)
                 VALUES (?1, ?2, ?3, 1, 1, ?4)",
            )?;
            let id = insert.insert(params![name, body, password, instant(entry.at)])?;
            journal::append(db, entry, name)?;
            Ok(Account {
                id: AccountId(number(id)),
                name: name.to_owned(),
                profile: profile.clone(),
                active: true,
                must_change: true,
                created_at: read_instant(&instant(entry.at))?,
            })
        })
    }

    fn account(&self, id: AccountId) -> Result<Option<Account>, RegisterError> {
        let found = self.readers.read(|db| find_account(db, "id", key(id.0)))?;
        Ok(found.map(|(account, _)| account))
    }

    fn account_named(&self, name: &str) -> Result<Option<(Account, String)>, RegisterError> {
        self.readers.read(|db| find_account(db, "name", name))
    }

    fn accounts(&self) -> Result<Vec<Account>, RegisterError> {
        self.readers.read(|db| {
            let mut all = db.prepare_cached(&format!("{ACCOUNT} ORDER BY name"))?;
            let mut rows = all.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read_account(row)?);
            }
            Ok(found)
        })
    }

    fn change_account(
        &self,
        id: AccountId,
        profile: &Profile,
        active: bool,
        entry: &Entry,
    ) -> Result<(), RegisterError> {
        self.write(|db| {
            let body = json(profile)?;
            let mut update =
                db.prepare_cached("UPDATE account SET profile = ?2, active = ?3 WHERE id = ?1")?;
            there(update.execute(params![key(id.0), body, active])?, "账号")?;
            if !active {
                end_sessions(db, id)?;
            }
            journal::append(db, entry, id.0)
        })
    }

    fn set_password(
        &self,
        id: AccountId,
        password: &str,
        must_change: bool,
        entry: &Entry,
    ) -> Result<(), RegisterError> {
        self.write(|db| {
            let mut update = db.prepare_cached(
                "UPDATE account SET password = ?2, must_change = ?3 WHERE id = ?1",
            )?;
            let changed = update.execute(params![key(id.0), password, must_change])?;
            there(changed, "账号")?;
            end_sessions(db, id)?;
            journal::append(db, entry, id.0)
        })
    }

    fn add_session(
        &self,
        secret: &SecretDigest,
        account: AccountId,
        entry: &Entry,
    ) -> Result<(), RegisterError> {
        self.write(|db| {
            let now = instant(entry.at);
            db.prepare_cached(
                "INSERT INTO session (secret, account, created_at, seen_at) VALUES (?1, ?2, ?3, ?3)",
            )?
            .execute(params![secret.as_slice(), key(account.0), now])?;
            journal::append(db, entry, account.0)
        })
    }

    fn session(&self, secret: &SecretDigest) -> Result<Option<Session>, RegisterError> {
        self.readers.read(|db| {
            let mut find = db.prepare_cached(
                "SELECT account, created_at, seen_at FROM session WHERE secret = ?1",
            )?;
            let mut rows = find.query([secret.as_slice()])?;
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            let (created, seen): (String, String) = (row.get(1)?, row.get(2)?);
            Ok(Some(Session {
                account: AccountId(number(row.get(0)?)),
                created_at: read_instant(&created)?,
                seen_at: read_instant(&seen)?,
            }))
        })
    }

    fn touch_session(&self, secret: &SecretDigest, now: Timestamp) -> Result<(), RegisterError> {
        self.write(|db| {
            db.prepare_cached("UPDATE session SET seen_at = ?2 WHERE secret = ?1")?
                .execute(params![secret.as_slice(), instant(now)])?;
            Ok(())
        })
    }

    fn end_session(
        &self,
        secret: &SecretDigest,
        entry: Option<&Entry>,
    ) -> Result<(), RegisterError> {
        self.write(|db| {
            let ended = db
                .prepare_cached("DELETE FROM session WHERE secret = ?1")?
                .execute([secret.as_slice()])?;
            match entry {
                Some(entry) if ended > 0 => journal::append(db, entry, ""),
                _ => Ok(()),
            }
        })
    }

    fn add_token(
        &self,
        secret: &SecretDigest,
        account: AccountId,
        grant: &Grant,
        entry: &Entry,
    ) -> Result<Token, RegisterError> {
        self.write(|db| {
            let body = json(grant)?;
            let mut insert = db.prepare_cached(
                "INSERT INTO token (secret, account, body, created_at) VALUES (?1, ?2, ?3, ?4)",
            )?;
            let row = params![secret.as_slice(), key(account.0), body, instant(entry.at)];
            let id = number(insert.insert(row)?);
            journal::append(db, entry, id)?;
            Ok(Token {
                id,
                account,
                grant: grant.clone(),
                created_at: read_instant(&instant(entry.at))?,
                revoked_at: None,
            })
        })
    }

    fn token(&self, secret: &SecretDigest) -> Result<Option<Token>, RegisterError> {
        self.readers.read(|db| {
            let mut find = db.prepare_cached(&format!("{TOKEN} WHERE secret = ?1"))?;
            let mut rows = find.query([secret.as_slice()])?;
            rows.next()?.map(read_token).transpose()
        })
    }

    fn tokens(&self) -> Result<Vec<Token>, RegisterError> {
        self.readers.read(|db| {
            let mut all = db.prepare_cached(&format!("{TOKEN} ORDER BY id DESC"))?;
            let mut rows = all.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read_token(row)?);
            }
            Ok(found)
        })
    }

    fn revoke_token(&self, id: u64, entry: &Entry) -> Result<(), RegisterError> {
        self.write(|db| {
            let mut update = db.prepare_cached(
                "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
            )?;
            there(update.execute(params![key(id), instant(entry.at)])?, "令牌")?;
            journal::append(db, entry, id)
        })
    }

    fn attempt(
        &self,
        purpose: &str,
        subject: &str,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u64, RegisterError> {
        self.write(|db| {
            db.prepare_cached("DELETE FROM attempt WHERE purpose = ?1 AND at < ?2")?
                .execute([purpose, &instant(since)])?;
            db.prepare_cached("INSERT INTO attempt (purpose, subject, at) VALUES (?1, ?2, ?3)")?
                .execute([purpose, subject, &instant(now)])?;
            count_attempts(db, purpose, subject, since)
        })
    }

    fn attempts(
        &self,
        purpose: &str,
        subject: &str,
        since: Timestamp,
    ) -> Result<u64, RegisterError> {
        self.readers
            .read(|db| count_attempts(db, purpose, subject, since))
    }

    fn forget_last(&self, purpose: &str, subject: &str) -> Result<(), RegisterError> {
        self.write(|db| {
            db.prepare_cached(
                "DELETE FROM attempt WHERE rowid =
                     (SELECT max(rowid) FROM attempt WHERE purpose = ?1 AND subject = ?2)",
            )?
            .execute([purpose, subject])?;
            Ok(())
        })
    }

    fn forget_attempts(&self, purpose: &str, subject: &str) -> Result<(), RegisterError> {
        self.write(|db| {
            db.prepare_cached("DELETE FROM attempt WHERE purpose = ?1 AND subject = ?2")?
                .execute([purpose, subject])?;
            Ok(())
        })
    }

    fn claim_key(
        &self,
        token: u64,
        key: &str,
        request: &SecretDigest,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<Option<Answered>, RegisterError> {
        self.write(|db| {
            db.prepare_cached("DELETE FROM answered WHERE at < ?1")?
                .execute([instant(since)])?;
            let read = |r: &Row<'_>| {
                Ok(Answered {
                    request: r.get(0)?,
                    status: r.get(1)?,
                    body: r.get(2)?,
                })
            };
            let known = db
                .prepare_cached(
                    "SELECT request, status, body FROM answered WHERE token = ?1 AND key = ?2",
                )?
                .query_row(params![super::key(token), key], read)
                .optional()?;
            if known.is_none() {
                let row = params![super::key(token), key, request.as_slice(), instant(now)];
                db.prepare_cached(
                    "INSERT INTO answered (token, key, request, status, body, at)
                     VALUES (?1, ?2, ?3, 0, '', ?4)",
                )?
                .execute(row)?;
            }
            Ok(known)
        })
    }

    fn settle_key(
        &self,
        token: u64,
        key: &str,
        answer: Option<(u16, &str)>,
    ) -> Result<(), RegisterError> {
        self.write(|db| {
            let token = super::key(token);
            match answer {
                Some((status, body)) => db
                    .prepare_cached(
                        "UPDATE answered SET status = ?3, body = ?4 WHERE token = ?1 AND key = ?2",
                    )?
                    .execute(params![token, key, status, body])?,
                None => db
                    .prepare_cached("DELETE FROM answered WHERE token = ?1 AND key = ?2")?
                    .execute(params![token, key])?,
            };
            Ok(())
        })
    }
}

fn count_attempts(
    db: &Connection,
    purpose: &str,
    subject: &str,
    since: Timestamp,
) -> Result<u64, RegisterError> {
    let mut count = db.prepare_cached(
        "SELECT count(*) FROM attempt WHERE purpose = ?1 AND subject = ?2 AND at >= ?3",
    )?;
    let found: i64 = count.query_row([purpose, subject, &instant(since)], |r| r.get(0))?;
    Ok(number(found))
}
