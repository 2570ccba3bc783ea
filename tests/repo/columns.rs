//! `data/README.md` describes the columns that the kinds have, and those that the samples use.

use quanze::domain::Kinds;
use quanze::domain::columns::columns_markdown;

use super::{files_under, relative, root, text};

const README: &str = "data/README.md";
const BEGIN: &str = "<!-- columns:begin -->\n";
const END: &str = "<!-- columns:end -->\n";

/// The kinds of the repository.
fn kinds() -> Kinds {
    let files: Vec<(String, String)> = files_under("index/kinds")
        .iter()
        .map(|p| relative(p))
        .filter(|p| p.ends_with(".toml"))
        .map(|p| (p.clone(), text(&p)))
        .collect();
    let files = files.iter().map(|(n, t)| (n.as_str(), t.as_str()));
    Kinds::parse(files).expect("kinds parse")
}

#[test]
fn the_readme_of_the_samples_has_the_columns_of_the_kinds() {
    let readme = text(README);
    let (head, rest) = readme.split_once(BEGIN).expect("the columns begin");
    let (found, tail) = rest.split_once(END).expect("the columns end");
    let expected = format!("\n{}\n", columns_markdown(&kinds()));
    if std::env::var_os("UPDATE").is_some() {
        let updated = format!("{head}{BEGIN}{expected}{END}{tail}");
        std::fs::write(root().join(README), updated).expect("README can be written");
        return;
    }
    assert!(
        found == expected,
        "{README} is out of date: run UPDATE=1 cargo test columns"
    );
}

#[test]
fn the_samples_use_columns_that_are_described() {
    let kinds = kinds();
    let described = |heading: &str| {
        kinds
            .iter()
            .flat_map(|k| &k.fields)
            .any(|f| f.label == heading || f.aliases.iter().any(|a| a == heading))
    };
    for path in files_under("data") {
        let name = relative(&path);
        if !name.ends_with(".csv") || name.contains("/.") || name == "data/lists.csv" {
            continue;
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_path(&path)
            .expect("sample can be opened");
        let headings = reader
            .records()
            .take(3)
            .map(|r| r.unwrap_or_else(|e| panic!("{name}: {e}")))
            .max_by_key(|r| r.iter().filter(|c| c.chars().count() < 12).count());
        let headings = headings.unwrap_or_else(|| panic!("{name} is empty"));
        for heading in headings.iter().filter(|h| !h.is_empty()) {
            assert!(described(heading), "{name}: {heading} is not described");
        }
    }
}
