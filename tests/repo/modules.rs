//! No test file is forgotten: each is declared as a module where Rust looks for it.

use super::rust_files;

/// Programs of their own, each named in a manifest.
const APART: [&str; 2] = ["tests/bench/", "tests/fuzz/"];

/// File that has to declare the module in `path`, and the module's name.
fn declared_in(path: &str) -> (String, &str) {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let parent = if folder == "tests" {
        "tests/main.rs".to_owned()
    } else {
        format!("{folder}/mod.rs")
    };
    (parent, name)
}

#[test]
fn every_test_file_is_a_module() {
    let files = rust_files("tests");
    let mut forgotten = Vec::new();
    for (path, _) in &files {
        if path == "tests/main.rs" || APART.iter().any(|a| path.starts_with(a)) {
            continue;
        }
        let (parent, name) = declared_in(path);
        let beside = parent.replace("/mod.rs", ".rs");
        let declared = files
            .iter()
            .filter(|(p, _)| *p == parent || *p == beside)
            .flat_map(|(_, text)| text.lines())
            .any(|l| l.trim().trim_start_matches("pub ") == format!("mod {name};"));
        if !declared {
            forgotten.push(format!("{path}: not declared in {parent}"));
        }
    }
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}

#[test]
fn there_is_one_integration_binary() {
    let others: Vec<String> = rust_files("tests")
        .into_iter()
        .map(|(path, _)| path)
        .filter(|p| p.matches('/').count() == 1 && p != "tests/main.rs")
        .filter(|p| !super::root().join(p.trim_end_matches(".rs")).is_dir())
        .collect();
    assert!(
        others.is_empty(),
        "each of these is linked on its own: {others:?}"
    );
}
