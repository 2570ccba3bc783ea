//! The one place where paths are written: route patterns, and the builders that fill them in.
//! Must not know what stands behind a path.

use std::fmt::{Display, Write};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;

use crate::assets;
use crate::domain::{Date, hex};

pub const HOME: &str = "/";
pub const SEARCH: &str = "/search";
pub const NEGATIVE: &str = "/negative-lists";
pub const CHECK: &str = "/check";
pub const ITEM: &str = "/items/{code}";
/// QR code of an item's permanent address.
pub const ITEM_QR: &str = "/items/{code}/qr.svg";
pub const COMPARE: &str = "/compare";
pub const OVERVIEW: &str = "/overview";
pub const DATA: &str = "/data";
pub const API_DOCS: &str = "/api";
/// Where a reader chooses how pages are shown.
pub const DISPLAY: &str = "/display";
pub const DEPARTMENTS: &str = "/departments";
pub const DEPARTMENT: &str = "/departments/{number}";
pub const KINDS: &str = "/kinds";
pub const KIND: &str = "/kinds/{key}";
pub const LISTS: &str = "/lists";
pub const LIST: &str = "/lists/{number}";
pub const LIST_DIFFERENCE: &str = "/lists/{number}/difference";
pub const PUBLICATIONS: &str = "/publications";
pub const PUBLICATION: &str = "/publications/{number}";
pub const STATIC: &str = "/static/{name}";
pub const FAVICON: &str = "/favicon.ico";
pub const ROBOTS: &str = "/robots.txt";

/// What a search finds, as a table and as a feed.
pub const SEARCH_CSV: &str = "/search.csv";
pub const SEARCH_XLSX: &str = "/search.xlsx";
pub const SEARCH_FEED: &str = "/search.atom";
/// All items of a kind, as of any publication.
pub const KIND_CSV: &str = "/kinds/{key}/items.csv";
pub const KIND_XLSX: &str = "/kinds/{key}/items.xlsx";
pub const KIND_JSONL: &str = "/kinds/{key}/items.jsonl";
pub const PUBLICATIONS_FEED: &str = "/publications.atom";
pub const OPENSEARCH: &str = "/opensearch.xml";
pub const SUGGESTIONS: &str = "/suggestions.json";
/// The data sets as a DCAT catalogue in JSON-LD.
pub const CATALOG: &str = "/catalog.jsonld";
pub const SITEMAP: &str = "/sitemap.xml";
pub const SITEMAP_PART: &str = "/sitemap/{number}";

/// What all paths of the JSON API begin with.
pub const API: &str = "/api/";
pub const API_OPENAPI: &str = "/api/openapi.json";
pub const API_SEARCH: &str = "/api/v1/search";
pub const API_SUGGEST: &str = "/api/v1/suggest";
pub const API_CHECK: &str = "/api/v1/check";
pub const API_ITEM: &str = "/api/v1/items/{code}";
pub const API_ITEM_RELATED: &str = "/api/v1/items/{code}/related";
pub const API_COMPARE: &str = "/api/v1/compare";
pub const API_STATISTICS: &str = "/api/v1/statistics";
pub const API_ITEM_HISTORY: &str = "/api/v1/items/{code}/history";
pub const API_DEPARTMENTS: &str = "/api/v1/departments";
pub const API_DEPARTMENT: &str = "/api/v1/departments/{id}";
pub const API_NEGATIVE: &str = "/api/v1/negative-lists";
pub const API_KINDS: &str = "/api/v1/kinds";
pub const API_KIND: &str = "/api/v1/kinds/{key}";
pub const API_LISTS: &str = "/api/v1/lists";
pub const API_LIST: &str = "/api/v1/lists/{number}";
pub const API_LIST_DIFFERENCE: &str = "/api/v1/lists/{number}/difference";
pub const API_PUBLICATIONS: &str = "/api/v1/publications";
pub const API_PUBLICATION: &str = "/api/v1/publications/{number}";
pub const API_PUBLICATION_FILE: &str = "/api/v1/publications/{number}/file";

pub const API_FEEDBACK: &str = "/api/v1/items/{code}/feedback";
/// For departments' own systems, by token.
pub const API_CONSOLE_FINDINGS: &str = "/api/v1/console/findings";
pub const API_CONSOLE_DRAFTS: &str = "/api/v1/console/drafts";
pub const API_CONSOLE_DRAFT: &str = "/api/v1/console/drafts/{id}";
pub const API_CONSOLE_DRAFT_FINDINGS: &str = "/api/v1/console/drafts/{id}/findings";
pub const API_CONSOLE_DRAFT_DIFF: &str = "/api/v1/console/drafts/{id}/diff";
pub const API_CONSOLE_DRAFT_SUBMIT: &str = "/api/v1/console/drafts/{id}/submit";

/// 纠错/建议 on an item, and one's own again.
pub const FEEDBACK: &str = "/items/{code}/feedback";
pub const RECEIPT: &str = "/feedback";

/// Where those work who are signed in.
pub const CONSOLE: &str = "/console";
pub const CONSOLE_DONE: &str = "/console/done";
pub const SIGN_IN: &str = "/console/sign-in";
pub const SIGN_OUT: &str = "/console/sign-out";
pub const PASSWORD: &str = "/console/password";
pub const UPLOAD: &str = "/console/upload";
pub const DRAFT: &str = "/console/drafts/{id}";
pub const DRAFT_ACT: &str = "/console/drafts/{id}/act";
pub const DRAFT_DECLARE: &str = "/console/drafts/{id}/declaration";
pub const DRAFT_CHANGES: &str = "/console/drafts/{id}/changes";
pub const DRAFT_REBASE: &str = "/console/drafts/{id}/rebase";
pub const DRAFT_ITEM: &str = "/console/drafts/{id}/items/{position}";
pub const DRAFT_FILE: &str = "/console/drafts/{id}/file";
pub const DRAFT_MARKED: &str = "/console/drafts/{id}/marked.xlsx";
pub const DRAFT_FINDINGS: &str = "/console/drafts/{id}/findings";
pub const CONSOLE_LIST: &str = "/console/lists/{number}";
pub const CONSOLE_EDITION: &str = "/console/lists/{number}/edition.xlsx";
pub const CONSOLE_NEW: &str = "/console/lists/{number}/new";
pub const CONSOLE_ITEM: &str = "/console/lists/{number}/items/{code}";
pub const CONSOLE_WITHDRAW: &str = "/console/lists/{number}/items/{code}/withdrawal";
pub const ACCOUNTS: &str = "/console/accounts";
pub const ACCOUNT: &str = "/console/accounts/{id}";
pub const TOKENS: &str = "/console/tokens";
pub const TOKEN_REVOKE: &str = "/console/tokens/{id}/revocation";
pub const LETTERS: &str = "/console/letters";
pub const LETTER: &str = "/console/letters/{id}";
pub const LETTER_CONTACT: &str = "/console/letters/{id}/contact";
pub const JOURNAL: &str = "/console/journal";

pub const HEALTHZ: &str = "/healthz";
pub const READYZ: &str = "/readyz";
pub const METRICS: &str = "/metrics";

/// Methods that a path takes, as the header says them.
pub fn methods(path: &str) -> &'static str {
    match path {
        CHECK | API_CHECK => "GET, HEAD, POST",
        DISPLAY => "POST",
        path if is_post(path) => "POST",
        path if is_form(path) => "GET, HEAD, POST",
        _ => "GET, HEAD",
    }
}

/// Whether the path takes what is sent there and shows nothing.
fn is_post(path: &str) -> bool {
    const LAST: [&str; 3] = ["withdrawal", "revocation", "contact"];
    let of_console = path.starts_with("/console/");
    let last = path.rsplit('/').next().unwrap_or_default();
    path == SIGN_OUT
        || path == API_CONSOLE_FINDINGS
        || path == API_CONSOLE_DRAFTS
        || (of_console && LAST.contains(&last))
        || (path.starts_with(API_CONSOLE_DRAFTS) && last == "submit")
}

/// Whether the path has a form that is sent to it.
fn is_form(path: &str) -> bool {
    const FORMS_OF_DRAFT: [&str; 5] = ["/file", "/act", "/declaration", "/changes", "/rebase"];
    const FORMS: [&str; 6] = [SIGN_IN, PASSWORD, UPLOAD, ACCOUNTS, TOKENS, RECEIPT];
    let within = |folder: &str| path.starts_with(folder);
    FORMS.contains(&path)
        || within("/console/accounts/")
        || within("/console/letters/")
        || within("/console/drafts/") && path.contains("/items/")
        || within("/console/lists/") && (path.ends_with("/new") || path.contains("/items/"))
        || within("/console/drafts/") && FORMS_OF_DRAFT.iter().any(|f| path.ends_with(f))
        || within("/items/") && path.ends_with("/feedback")
}

/// Longest address on this path in bytes: a question of 200 characters takes 1,800, filters the rest;
/// a description of business of 2,000 characters takes 18,000.
pub fn longest_address(path: &str) -> usize {
    match path {
        CHECK | API_CHECK => 20 * 1024,
        _ => 8 * 1024,
    }
}

/// Largest body that is taken on this path in bytes: a list, a table of descriptions, else one
/// description.
///
/// A form of the console may hold a whole item, whose cells are long and percent-encoded.
pub fn largest_body(path: &str, largest_file: u64) -> u64 {
    match path {
        CHECK => 11 << 20,
        path if takes_list(path) => largest_file.saturating_add(1 << 20),
        path if path.starts_with("/console/") && path.contains("/items/") => 4 << 20,
        path if path.starts_with("/console/lists/") => 4 << 20,
        path if path.starts_with(API_CONSOLE_DRAFTS) => 4 << 20,
        _ => 64 << 10,
    }
}

/// Whether a list comes here as a file.
pub fn takes_list(path: &str) -> bool {
    let of_draft = path.starts_with("/console/drafts/") && path.ends_with("/file");
    [UPLOAD, API_CONSOLE_DRAFTS, API_CONSOLE_FINDINGS].contains(&path) || of_draft
}

/// Whether errors on this path are for programs.
pub fn is_api(path: &str) -> bool {
    path.starts_with(API) || [HEALTHZ, READYZ, METRICS].contains(&path)
}

/// Whether the path is of those who are signed in.
pub fn is_console(path: &str) -> bool {
    path == CONSOLE || path.starts_with("/console/")
}

/// A pattern with its one `{…}` replaced by the value, percent-encoded.
pub fn fill(pattern: &str, value: impl Display) -> String {
    let (Some(start), Some(end)) = (pattern.find('{'), pattern.find('}')) else {
        return pattern.to_owned();
    };
    format!(
        "{}{}{}",
        &pattern[..start],
        encode(&value.to_string()),
        &pattern[end + 1..]
    )
}

/// A text percent-encoded for one segment of a path.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A path with parameters; blank ones are left out.
pub fn with<'a>(path: &str, parameters: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters {
        if !value.is_empty() {
            query.append_pair(name, &value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// Page of an item as it stands today.
pub fn item(code: &str) -> String {
    fill(ITEM, code)
}

/// Page of an item as it stood on a day.
pub fn item_on(code: &str, day: Date) -> String {
    with(&fill(ITEM, code), [("as_of", day.to_string())])
}

/// Page of an item as it stood on a day by the publications up to a number: always the same.
pub fn item_at(code: &str, day: Date, upto: u64) -> String {
    let at = [
        ("as_of", day.to_string()),
        ("publication", upto.to_string()),
    ];
    with(&fill(ITEM, code), at)
}

/// Page of a department.
pub fn department(number: u64) -> String {
    fill(DEPARTMENT, number)
}

/// Page of a kind of list.
pub fn kind(key: &str) -> String {
    fill(KIND, key)
}

/// Page of a list.
pub fn list(number: u64) -> String {
    fill(LIST, number)
}

/// Page of a publication.
pub fn publication(number: u64) -> String {
    fill(PUBLICATION, number)
}

/// The original file of a publication.
pub fn file(number: u64) -> String {
    fill(API_PUBLICATION_FILE, number)
}

/// What changed in a list between two of its publications.
pub fn difference(list: u64, from: u64, to: u64) -> String {
    let parameters = [("from", from.to_string()), ("to", to.to_string())];
    with(&fill(LIST_DIFFERENCE, list), parameters)
}

/// A page of something longer; the first page has no parameter.
pub fn page(path: &str, page: usize) -> String {
    page_with(path, &[], page)
}

/// The search for a question.
pub fn search(question: &str) -> String {
    with(SEARCH, [("q", question.to_owned())])
}

/// A page of something longer that takes parameters of its own.
pub fn page_with(path: &str, parameters: &[(&'static str, String)], page: usize) -> String {
    let page = if page > 1 {
        page.to_string()
    } else {
        String::new()
    };
    with(path, parameters.iter().cloned().chain([("page", page)]))
}

/// A static file, with its digest, so that browsers may keep it for ever.
pub fn asset(name: &str) -> String {
    with(&fill(STATIC, name), [("v", asset_version(name).to_owned())])
}

/// First 12 hexadecimal digits of the SHA-256 of a static file; empty when there is none.
pub fn asset_version(name: &str) -> &'static str {
    static STYLE: OnceLock<String> = OnceLock::new();
    static ICON: OnceLock<String> = OnceLock::new();
    static SCRIPT: OnceLock<String> = OnceLock::new();
    static FORMS: OnceLock<String> = OnceLock::new();
    let cell = match name {
        "style.css" => &STYLE,
        "favicon.svg" => &ICON,
        "suggest.js" => &SCRIPT,
        "forms.css" => &FORMS,
        _ => return "",
    };
    cell.get_or_init(|| assets::static_file(name).map_or_else(String::new, digest))
}

/// First 12 hexadecimal digits of the SHA-256.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_percent_encoded() {
        assert_eq!(item("KL-1"), "/items/KL-1");
        assert_eq!(fill(KIND, "a/b?c d"), "/kinds/a%2Fb%3Fc%20d");
        assert_eq!(
            fill(API_ITEM_HISTORY, "许"),
            "/api/v1/items/%E8%AE%B8/history"
        );
        assert_eq!(
            with(
                SEARCH,
                [("q", "油 烟&".to_owned()), ("page", String::new())]
            ),
            "/search?q=%E6%B2%B9+%E7%83%9F%26"
        );
        assert_eq!(page(DEPARTMENTS, 1), "/departments");
        assert_eq!(difference(3, 1, 2), "/lists/3/difference?from=1&to=2");
    }
}
