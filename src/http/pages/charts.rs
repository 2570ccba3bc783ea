//! Small charts drawn as SVG: a bar for a table cell, columns of changes per month, the picture of
//! the duties a department shares. Must not know services or where the numbers are from.
//!
//! The policy of the site allows no inline style: a chart has presentation attributes and classes
//! of `style.css`. What it returns is markup, with all text in it escaped.

mod boundaries;
mod columns;
mod svg;

pub use boundaries::{Shared, boundaries};
pub use columns::{Column, columns};

use svg::Tenths;

/// What is not nothing is never thinner than this.
const LEAST: u64 = 20;

/// A bar as long as `value` is of `most`, for the cell of a table. The number stands beside it as
/// text, so the bar is hidden from whoever listens.
pub fn bar(value: u64, most: u64) -> String {
    let length = Tenths(visible(value, most, 1000));
    format!(
        r#"<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="{length}" height="1" fill="currentColor"/></svg>"#
    )
}

/// As much of the length `of` as `value` is of `most`.
fn share(value: u128, most: u128, of: u64) -> u64 {
    let part = value.min(most) * u128::from(of) / most.max(1);
    u64::try_from(part).unwrap_or(of)
}

/// The same, but never too little to see.
fn visible(value: u64, most: impl Into<u128>, of: u64) -> u64 {
    match value {
        0 => 0,
        _ => share(value.into(), most.into(), of).max(LEAST),
    }
}

fn size<T>(things: &[T]) -> u64 {
    things.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Well-formed, and nothing the policy of the site forbids.
    pub fn sound(svg: &str) {
        let parsed = roxmltree::Document::parse(svg);
        assert!(parsed.is_ok(), "{parsed:?}: {svg}");
        assert!(!svg.contains("style="), "{svg}");
    }

    #[test]
    fn a_bar_is_as_long_as_its_value_and_never_vanishes() {
        let long = |value, most, width| {
            sound(&bar(value, most));
            let width = format!(r#"<rect width="{width}""#);
            assert!(bar(value, most).contains(&width), "{}", bar(value, most));
        };
        long(1, 3, "33.3");
        long(7, 7, "100");
        long(9, 7, "100");
        long(1, u64::MAX, "2");
        long(u64::MAX, u64::MAX, "100");
        long(0, 7, "0");
        long(0, 0, "0");
    }
}
