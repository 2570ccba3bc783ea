//! Secrets that only their bearer has: sessions, tokens, receipts. Kept as digests alone.
//! Must not know what a secret opens.

use sha2::{Digest, Sha256};

use crate::domain::hex;
use crate::register::accounts::SecretDigest;
use crate::service::ServiceError;

/// A new secret of 256 random bits, in lower-case hexadecimal.
///
/// # Errors
/// `Internal` when the system has no randomness to give.
pub fn random() -> Result<String, ServiceError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| ServiceError::Internal(format!("randomness: {e}")))?;
    Ok(hex(&bytes))
}

/// A new password that is easy to type: 16 letters and digits (79 bits).
///
/// # Errors
/// As [`random`].
pub fn password() -> Result<String, ServiceError> {
    typed(16)
}

/// A new secret that people write down: 24 letters and digits (118 bits).
///
/// # Errors
/// As [`random`].
pub fn receipt() -> Result<String, ServiceError> {
    typed(24)
}

/// A secret that was typed, without what stands between its letters.
pub fn plain(typed: &str) -> String {
    let letters = typed.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// So many of 31 letters and digits that cannot be mistaken for each other, in groups of four.
fn typed(length: usize) -> Result<String, ServiceError> {
    const LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut text = String::new();
    let mut letters = 0;
    while letters < length {
        let mut byte = [0_u8; 1];
        getrandom::fill(&mut byte)
            .map_err(|e| ServiceError::Internal(format!("randomness: {e}")))?;
        // The last 8 of 256 would make the first 8 letters likelier.
        let Some(letter) = (byte[0] < 248).then(|| LETTERS[usize::from(byte[0]) % 31]) else {
            continue;
        };
        if letters > 0 && letters % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(letter));
        letters += 1;
    }
    Ok(text)
}

/// What is kept of a secret. They are random and long, so that no slow digest is needed.
pub fn digest(secret: &str) -> SecretDigest {
    digest_of(secret.as_bytes())
}

/// SHA-256 of what was sent.
pub fn digest_of(bytes: &[u8]) -> SecretDigest {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_have_their_form() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert!(one.len() == 64 && one != other && digest(&one) != digest(&other));
        let password = password().unwrap();
        assert_eq!(password.len(), 19, "{password}");
        let receipt = receipt().unwrap();
        assert_eq!(
            plain(&format!(" {} ", receipt.to_uppercase())),
            plain(&receipt)
        );
    }
}
