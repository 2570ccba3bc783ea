//! The README's table of settings is the program's own; `UPDATE=1` writes it.

use std::path::Path;

const BEGIN: &str = "<!-- settings:begin -->";
const END: &str = "<!-- settings:end -->";

#[test]
fn the_readme_lists_every_setting() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let (head, rest) = readme.split_once(BEGIN).expect("the table's beginning");
    let (table, tail) = rest.split_once(END).expect("the table's end");
    let expected = format!("\n\n{}\n", quanze::cli::settings::markdown());
    if std::env::var_os("UPDATE").is_some() {
        let written = format!("{head}{BEGIN}{expected}{END}{tail}");
        std::fs::write(&path, written).expect("README.md is written");
        return;
    }
    assert_eq!(table, expected, "run this test with UPDATE=1");
}
