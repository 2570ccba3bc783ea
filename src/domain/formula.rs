//! Texts that a spreadsheet would take for a formula: how they are written into a CSV file, and read
//! back. Must not know tables.

use std::borrow::Cow;

/// What stands before a text so that a spreadsheet shows it as it is.
const GUARD: char = '\'';
/// What a formula may begin with; tab and carriage return stand before one unseen.
const BEGINNINGS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether the text begins like a formula, perhaps behind guards.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches(GUARD).starts_with(BEGINNINGS)
}

/// The text as a CSV file holds it: guarded where it begins like a formula, or like a guarded one.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("{GUARD}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text of a cell of a CSV file, without the guard of [`guarded`].
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_guarded_and_other_texts_are_not() {
        for text in ["=1+1", "+86", "-", "@SUM(A1)", "\t=1", "\r=1", "'=1"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["", "一", "a=1", "'引文'", "1-2", " =1"] {
            assert_eq!(guarded(text), text);
        }
        assert_eq!(unguarded("'引文"), "'引文");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "['=+@\\-\\t\\ra一]{0,6}") {
            let cell = guarded(&text);
            prop_assert!(!cell.starts_with(BEGINNINGS));
            prop_assert_eq!(unguarded(&cell), text.as_str());
        }
    }
}
