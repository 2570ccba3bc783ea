//! Cookies: reading them, and setting those that only the server reads.
//! Must not know what a cookie says.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

/// Value of a cookie.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter();
    let pairs = cookies
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
    values.find(|(known, _)| *known == name).map(|(_, v)| v)
}

/// How a cookie is kept.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    /// Where it is sent to.
    pub path: &'static str,
    /// Seconds; 0 deletes it, `None` keeps it until the browser ends.
    pub age: Option<u64>,
    /// Whether it goes over TLS alone.
    pub secure: bool,
}

/// Sets a cookie that no script reads and that other sites' forms do not send.
pub fn set(headers: &mut HeaderMap, name: &str, value: &str, keeping: Keeping) {
    let age = keeping.age.map(|age| format!("; Max-Age={age}"));
    let cookie = format!(
        "{name}={value}; Path={}; SameSite=Lax; HttpOnly{}{}",
        keeping.path,
        age.unwrap_or_default(),
        if keeping.secure { "; Secure" } else { "" }
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}
