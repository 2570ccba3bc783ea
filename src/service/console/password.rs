//! Passwords: which are good enough, and their argon2id digests. The only user of argon2.
//! Must not know whose password it is.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use super::secret;
use crate::service::ServiceError;

/// Fewest and most characters: a longer one would only cost time.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;

/// Whether a password may be chosen.
///
/// # Errors
/// `Invalid` with what is wrong.
pub fn check(password: &str, name: &str) -> Result<(), ServiceError> {
    let wrong = |detail: String| Err(ServiceError::parameter("password", detail));
    let length = password.chars().count();
    if !LENGTH.contains(&length) {
        return wrong(format!(
            "密码应为 {} 至 {} 个字符，现有 {length} 个",
            LENGTH.start(),
            LENGTH.end()
        ));
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    let only_digits = password.chars().all(|c| c.is_ascii_digit());
    if different.len() < 5 || only_digits || password.to_lowercase().contains(name) {
        return wrong("密码过于简单：至少含 5 个不同的字符，不能全是数字，不能含有账号".into());
    }
    Ok(())
}

/// Digest of a password with a salt of its own, by argon2id with the parameters that OWASP recommends.
///
/// # Errors
/// `Internal`.
pub fn hash(password: &str) -> Result<String, ServiceError> {
    let failed = |e: argon2::password_hash::Error| ServiceError::Internal(format!("argon2: {e}"));
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|e| ServiceError::Internal(format!("randomness: {e}")))?;
    let salt = SaltString::encode_b64(&salt).map_err(failed)?;
    let digest = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(digest.map_err(failed)?.to_string())
}

/// Whether the password is the one of the digest. Without a digest it takes as long and is `false`, so
/// that the time does not tell which accounts there are.
pub fn is(password: &str, digest: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = NOBODY.get_or_init(|| {
        let of_nobody = secret::random().and_then(|secret| hash(&secret));
        of_nobody.unwrap_or_default()
    });
    let stored = digest.unwrap_or(nobody);
    let Ok(stored) = PasswordHash::new(stored) else {
        return false;
    };
    let verified = Argon2::default().verify_password(password.as_bytes(), &stored);
    verified.is_ok() && digest.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_opens() {
        let digest = hash("一个很长的密码 2026").unwrap();
        assert!(
            digest.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{digest}"
        );
        assert!(is("一个很长的密码 2026", Some(&digest)));
        assert!(!is("一个很长的密码 2027", Some(&digest)));
        assert!(!is("", None));
        assert_ne!(digest, hash("一个很长的密码 2026").unwrap(), "salted");
    }

    #[test]
    fn simple_passwords_are_refused() {
        for wrong in [
            "short",
            "aaaaaaaaaaaa",
            "1234567890",
            "caizheng2026",
            &"x1y2z".repeat(30),
        ] {
            assert!(check(wrong, "caizheng").is_err(), "{wrong}");
        }
        assert!(check("correct horse", "caizheng").is_ok());
    }
}
