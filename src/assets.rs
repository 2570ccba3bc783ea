//! Files embedded into the binary: kinds, dictionaries, regions, sample lists, templates' static files.
//! The only user of `include_dir`; must not interpret what it hands out.

use include_dir::{Dir, include_dir};

static INDEX: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/index");
static DATA: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data");
static STATIC: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/static");

/// `(file name, text)` of every `index/kinds/*.toml`.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    let dir = INDEX.get_dir("kinds").into_iter();
    dir.flat_map(|d| d.files()).filter_map(|f| {
        let name = f.path().file_name()?.to_str()?;
        name.ends_with(".toml")
            .then_some((name, f.contents_utf8()?))
    })
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
    INDEX
        .get_file(path)
        .and_then(|f| f.contents_utf8())
        .unwrap_or_else(|| panic!("index/{path} is embedded"))
}

/// `(file name, bytes)` of the sample lists and their manifest.
pub fn sample_lists() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    DATA.files().filter_map(|f| {
        let name = f.path().file_name()?.to_str()?;
        name.ends_with(".csv").then_some((name, f.contents()))
    })
}

/// A file under `web/static/`.
pub fn static_file(path: &str) -> Option<&'static [u8]> {
    STATIC.get_file(path).map(|f| f.contents())
}
