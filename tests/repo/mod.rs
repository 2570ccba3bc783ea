//! The repository's own rules, kept by tests: layers, owners, files, documents.

mod columns;
mod files;
mod layers;
mod lexicon;
mod modules;
mod new_kind;
mod rust;
mod settings;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Folder of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Path below the repository's folder, with `/` between its parts.
fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    let parts = path.components().map(|c| c.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// Text of a file of the repository.
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// All files below a folder, sorted.
fn files_under(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// `(path, text)` of every Rust file below a folder.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    files_under(folder)
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        .map(|p| relative(&p))
        .map(|p| (p.clone(), text(&p)))
        .collect()
}

/// Files that git keeps or would keep; without git, those of the folders that hold sources.
fn kept_files() -> Vec<String> {
    let git = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root())
        .output();
    if let Ok(output) = git
        && output.status.success()
        && !output.stdout.is_empty()
    {
        let names = String::from_utf8_lossy(&output.stdout).into_owned();
        return names
            .split('\0')
            .filter(|n| root().join(n).is_file())
            .map(str::to_owned)
            .collect();
    }
    let folders = ["src", "tests", "index", "web", ".ci"].map(files_under);
    let top = [
        "Cargo.toml",
        "README.md",
        "CHANGELOG.md",
        "deny.toml",
        "clippy.toml",
    ];
    let below = folders.iter().flatten().map(|p| relative(p));
    below.chain(top.map(str::to_owned)).collect()
}
