//! What every file and document of the repository has to be.

use super::{kept_files, root, rust_files, text};

/// Lines from which a file deserves a second look.
const LONG: usize = 500;

/// Longer files, and why they are.
const LONG_FOR_A_REASON: [(&str, &str); 1] = [(
    "tests/contract/engine.rs",
    "the one suite that every engine has to keep",
)];

#[test]
fn every_source_file_says_what_it_holds() {
    let silent: Vec<String> = ["src", "tests"]
        .iter()
        .flat_map(|f| rust_files(f))
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .filter(|p| !p.starts_with("tests/bench/") && !p.starts_with("tests/fuzz/"))
        .collect();
    assert!(silent.is_empty(), "files open with `//!`: {silent:?}");
}

#[test]
fn long_files_are_few_and_known() {
    let long: Vec<(String, usize)> = ["src", "tests"]
        .iter()
        .flat_map(|f| rust_files(f))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONG)
        .collect();
    let unknown: Vec<_> = long
        .iter()
        .filter(|(path, _)| !LONG_FOR_A_REASON.iter().any(|(p, _)| p == path))
        .collect();
    assert!(unknown.is_empty(), "split, or give a reason: {unknown:?}");
    for (path, _) in LONG_FOR_A_REASON {
        assert!(root().join(path).is_file(), "{path}: take it off the list");
    }
}

#[test]
fn nothing_is_left_open() {
    // Put together so that this file is not found itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
    ];
    let found: Vec<String> = ["src", "tests"]
        .iter()
        .flat_map(|f| rust_files(f))
        .flat_map(|(path, text)| {
            let lines: Vec<String> = text
                .lines()
                .enumerate()
                .filter(|(_, line)| marks.iter().any(|m| line.contains(m)))
                .map(|(n, line)| format!("{path}:{}: {}", n + 1, line.trim()))
                .collect();
            lines
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_names_a_machine() {
    let marks = [
        concat!("/wo", "rk/"),
        concat!("/fa", "rm/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/tmp/", "wt"),
        concat!("bash_", "jobs"),
    ];
    let mut found = Vec::new();
    for path in kept_files() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|m| line.contains(m)) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_readme_says_how_to_run_and_to_test() {
    let readme = text("README.md");
    for command in ["cargo run", "tests/run"] {
        assert!(readme.contains(command), "README.md does not say {command}");
    }
}

#[test]
fn the_changelog_has_a_place_for_what_comes_next() {
    let changelog = text("CHANGELOG.md");
    let (_, unreleased) = changelog
        .split_once("## [Unreleased]")
        .expect("CHANGELOG.md has a section Unreleased");
    let section = unreleased.split("\n## ").next().unwrap_or_default();
    assert!(section.contains("### Added") && section.contains("\n- "));
}

#[test]
fn every_kind_is_named_like_its_file() {
    for path in super::files_under("index/kinds") {
        let path = super::relative(&path);
        let Some(name) = path
            .strip_prefix("index/kinds/")
            .and_then(|p| p.strip_suffix(".toml"))
        else {
            continue;
        };
        let text = text(&path);
        let kinds = quanze::domain::Kinds::parse([(name, text.as_str())]);
        let kinds = kinds.unwrap_or_else(|e| panic!("{path}: {e}"));
        let keys: Vec<&str> = kinds.iter().map(|k| k.key.as_str()).collect();
        assert_eq!(keys, [name], "{path}");
    }
}
