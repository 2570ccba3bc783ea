//! The layer rule and the owners of heavy dependencies, read from the sources.

use std::collections::BTreeSet;

use super::rust::{self, Code};
use super::rust_files;

/// Each top-level module and what it may use; the order is that of the layers.
const LAYERS: [(&str, &[&str]); 11] = [
    ("assets", &[]),
    ("domain", &[]),
    ("intake", &["domain"]),
    ("check", &["domain", "intake"]),
    ("text", &["assets", "domain"]),
    ("query", &["domain", "text"]),
    ("register", &["domain"]),
    ("engine", &["domain", "text", "query"]),
    ("service", BELOW_SERVICE),
    ("http", BELOW_HTTP),
    ("cli", EVERYTHING),
];
const BELOW_SERVICE: &[&str] = &[
    "assets", "domain", "intake", "check", "text", "query", "register", "engine",
];
const BELOW_HTTP: &[&str] = &[
    "assets", "domain", "intake", "check", "text", "query", "register", "engine", "service",
];
const EVERYTHING: &[&str] = &[
    "assets", "domain", "intake", "check", "text", "query", "register", "engine", "service", "http",
];

/// External crates and the paths that may use them.
const OWNERS: [(&str, &[&str]); 17] = [
    ("tantivy", &["src/engine/embedded"]),
    ("jieba_rs", &["src/text/segment.rs"]),
    ("ferrous_opencc", &["src/text/"]),
    ("pinyin", &["src/text/"]),
    ("rusqlite", &["src/register/sqlite"]),
    ("axum", &["src/http/"]),
    ("tower_http", &["src/http/"]),
    ("askama", &["src/http/"]),
    ("qrcode", &["src/http/pages/item/qr.rs"]),
    ("utoipa", &["src/http/"]),
    ("calamine", &["src/intake/workbook.rs"]),
    ("zip", &["src/intake/workbook"]),
    ("cfb", &["src/intake/workbook"]),
    ("csv", &["src/intake/", "src/service/"]),
    ("encoding_rs", &["src/intake/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("indicatif", &["src/cli/"]),
];

/// Crates that exactly one file may use, whichever it is.
const ONE_FILE: [&str; 3] = ["rust_xlsxwriter", "include_dir", "rust_embed"];

/// Top-level module of a source file; `None` for `lib.rs` and `main.rs`.
fn layer_of(path: &str) -> Option<&str> {
    let path = path.strip_prefix("src/")?;
    let name = path.split_once('/').map_or(path, |(folder, _)| folder);
    let name = name.strip_suffix(".rs").unwrap_or(name);
    (name != "lib" && name != "main").then_some(name)
}

/// How many modules deep a file's own module lies below the crate.
fn depth(path: &str) -> usize {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner.trim_end_matches("/mod").split('/').count()
}

/// Top-level modules reached by climbing (`super::super::register`).
fn climbed(tokens: &[String], depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut supers = 0;
    for pair in tokens.windows(2) {
        match (pair[0].as_str(), pair[1].as_str()) {
            ("super", "::") => supers += 1,
            ("::", "super") => {}
            ("::", name) if supers >= depth && supers > 0 => {
                found.push(name.to_owned());
                supers = 0;
            }
            _ => supers = 0,
        }
    }
    found
}

/// All sources; the code of files that are compiled only for tests is their test code.
fn sources() -> Vec<(String, Code)> {
    let mut files: Vec<(String, Code)> = rust_files("src")
        .into_iter()
        .map(|(path, text)| (path, rust::read(&text)))
        .collect();
    let mut only_tests = BTreeSet::new();
    for (path, code) in &files {
        let folder = path.trim_end_matches(".rs").trim_end_matches("/mod");
        only_tests.extend(code.test_modules.iter().map(|m| format!("{folder}/{m}")));
    }
    for (path, code) in &mut files {
        let stem = path.trim_end_matches(".rs");
        let is_test = only_tests
            .iter()
            .any(|t| stem == t || stem.starts_with(&format!("{t}/")));
        if is_test {
            let own = std::mem::take(&mut code.tokens);
            code.test_tokens.extend(own);
        }
    }
    files
}

#[test]
fn every_layer_uses_only_those_before_it() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let Some(layer) = layer_of(&path) else {
            continue;
        };
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            wrong.push(format!("{path}: {layer} is no layer"));
            continue;
        };
        let mut used = rust::crate_modules(&code.tokens);
        used.extend(
            climbed(&code.tokens, depth(&path))
                .into_iter()
                .filter(|m| LAYERS.iter().any(|(l, _)| l == m)),
        );
        for module in used {
            if module != layer && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{path}: {layer} must not use {module}"));
            }
        }
        // Tests may take the embedded files to check them against.
        for module in rust::crate_modules(&code.test_tokens) {
            if module != layer && module != "assets" && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{path}: {layer}'s tests must not use {module}"));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_program_uses_the_library_by_name() {
    for (path, code) in sources() {
        assert!(
            path == "src/main.rs" || !rust::uses_crate(&code.tokens, "quanze"),
            "{path}: inside the library it is crate::"
        );
    }
}

#[test]
fn heavy_dependencies_have_their_owners() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        for (name, owners) in OWNERS {
            if rust::uses_crate(&code.tokens, name) && !owners.iter().any(|o| path.starts_with(o)) {
                wrong.push(format!("{path}: {name} belongs to {owners:?}"));
            }
        }
    }
    for name in ONE_FILE {
        let users: Vec<String> = sources()
            .into_iter()
            .filter(|(_, code)| rust::uses_crate(&code.tokens, name))
            .map(|(path, _)| path)
            .collect();
        if users.len() > 1 {
            wrong.push(format!("{name} is used by {users:?}"));
        }
        if name != "rust_xlsxwriter" && users.iter().any(|u| u != "src/assets.rs") {
            wrong.push(format!("{name} belongs to src/assets.rs, not {users:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn http_knows_neither_the_index_nor_the_database() {
    for (path, code) in sources() {
        for word in ["tantivy", "rusqlite", "sqlite", "embedded"] {
            assert!(
                !path.starts_with("src/http/") || !code.tokens.iter().any(|t| t == word),
                "{path} names {word}"
            );
        }
    }
}
