//! Files embedded into the binary: kinds, dictionaries, regions, sample lists, static files of the pages.
//! The only user of `rust_embed`; must not interpret what it hands out.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "index/"]
#[include = "*.toml"]
#[include = "*.txt"]
#[include = "*.tsv"]
struct Index;

// The register's default folder lies under data/ and must not get in.
#[derive(RustEmbed)]
#[folder = "data/"]
#[include = "*.csv"]
#[exclude = "*/*"]
struct Data;

#[derive(RustEmbed)]
#[folder = "web/static/"]
struct Static;

/// `(file name, text)` of every `index/kinds/*.toml`.
pub fn kinds() -> impl Iterator<Item = (String, String)> {
    Index::iter().filter_map(|path| {
        let name = path.strip_prefix("kinds/")?.to_owned();
        let text = String::from_utf8(Index::get(&path)?.data.into_owned()).ok()?;
        Some((name, text))
    })
}

/// `(file name, text)` of every `index/lexicon/*.toml`, in the order of their names.
pub fn lexicon() -> impl Iterator<Item = (String, &'static str)> {
    texts("lexicon/")
}

/// `(file name, text)` of every `index/activities/*.toml`, in the order of their names.
pub fn activities() -> impl Iterator<Item = (String, &'static str)> {
    texts("activities/")
}

/// The texts of a folder under `index/`, in the order of their names.
fn texts(folder: &'static str) -> impl Iterator<Item = (String, &'static str)> {
    let mut paths: Vec<String> = Index::iter()
        .map(Cow::into_owned)
        .filter(|path| path.starts_with(folder))
        .collect();
    paths.sort();
    paths.into_iter().map(move |path| {
        let text = index_text(&path);
        (path[folder.len()..].to_owned(), text)
    })
}

/// Bytes of an embedded file; `debug-embed` makes them static in every build.
fn fixed(file: &rust_embed::EmbeddedFile) -> Option<&'static [u8]> {
    match file.data {
        Cow::Borrowed(bytes) => Some(bytes),
        Cow::Owned(_) => None,
    }
}

#[expect(
    clippy::panic,
    reason = "a name that is not embedded is a programming error"
)]
/// A text under `index/`, such as `regions.tsv`.
///
/// # Panics
/// When the file was not there at build time: the name is the program's own.
pub fn index_text(path: &str) -> &'static str {
    Index::get(path)
        .and_then(|f| fixed(&f))
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .unwrap_or_else(|| panic!("index/{path} is embedded"))
}

/// `(file name, bytes)` of the sample lists and their manifest.
pub fn sample_lists() -> impl Iterator<Item = (String, &'static [u8])> {
    Data::iter().filter_map(|name| Some((name.to_string(), fixed(&Data::get(&name)?)?)))
}

/// A file under `web/static/`.
pub fn static_file(path: &str) -> Option<&'static [u8]> {
    Static::get(path).and_then(|f| fixed(&f))
}
