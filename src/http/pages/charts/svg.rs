//! Writes SVG: lengths, escaped text, text that must fit its room. Must not know what is drawn.

use std::fmt::{self, Arguments, Display, Formatter, Write};

/// Width of a drawing, which is the room a telephone has: so its text is not shrunk. All lengths are
/// whole tenths of a unit: no float, no noise in the markup.
pub const WIDTH: u64 = 3600;
/// Size of all text.
pub const FONT: u64 = 130;
/// From the middle of a line of text down to its baseline.
const BASELINE: u64 = 47;

/// A length in tenths, written with a decimal only where it has one.
pub struct Tenths(pub u64);

impl Display for Tenths {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{}", self.0 / 10),
            tenth => write!(f, "{}.{tenth}", self.0 / 10),
        }
    }
}

/// Text as it may stand in an element or a quoted attribute.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // No XML may hold the others, not even as references.
            c if c.is_control() => f.write_char(' '),
            c => f.write_char(c),
        })
    }
}

/// A drawing on its way.
pub struct Svg(String);

impl Svg {
    /// A chart so high, named by the element with the id `named_by` or, without one, by `name`.
    pub fn open(height: u64, named_by: &str, name: &str) -> Self {
        let mut svg = Self(String::with_capacity(8192));
        let (attribute, value) = match named_by {
            "" => ("aria-label", name),
            id => ("aria-labelledby", id),
        };
        svg.put(format_args!(
            r#"<svg class="chart" viewBox="0 0 {} {}" font-size="{}" fill="currentColor" role="img" {attribute}="{}">"#,
            Tenths(WIDTH),
            Tenths(height),
            Tenths(FONT),
            Escaped(value)
        ));
        svg
    }

    /// Markup as it is.
    pub fn put(&mut self, markup: Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(markup);
    }

    /// An element that holds text only.
    pub fn element(&mut self, name: &str, text: &str) {
        self.put(format_args!("<{name}>{}</{name}>", Escaped(text)));
    }

    /// A line of text whose middle is at height `y`; at `x` is what `anchor` says of it, its start,
    /// middle or end.
    pub fn text(&mut self, x: u64, y: u64, anchor: &str, class: &str, text: &str) {
        self.put(format_args!(
            r#"<text class="{class}" x="{}" y="{}" text-anchor="{anchor}" fill="currentColor">{}</text>"#,
            Tenths(x),
            Tenths(y + BASELINE),
            Escaped(text)
        ));
    }

    pub fn close(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

/// Estimated width of a text; fonts differ, so rather too much.
pub fn width(text: &str) -> u64 {
    text.chars().map(advance).sum()
}

fn advance(c: char) -> u64 {
    match c {
        'M' | 'W' | 'm' | 'w' | '%' | '@' => FONT,
        'A'..='Z' => FONT * 3 / 4,
        ' '..='~' => FONT * 6 / 10,
        _ => FONT,
    }
}

/// The text on one line no wider than `room`, its end left out (…) where it is longer.
pub fn fit(text: &str, room: u64) -> String {
    wrap(text, room, 1).concat()
}

/// The text on at most so many lines no wider than `room`, its end left out (…) where it is longer.
pub fn wrap(text: &str, room: u64, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + advance(c) > room {
            if lines.len() + 1 >= most {
                while width(&line) + advance('…') > room && line.pop().is_some() {}
                line.push('…');
                break;
            }
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push(c);
        used += advance(c);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_ends_in_an_ellipsis_within_its_room() {
        assert_eq!(fit("市财政局", 600), "市财政局");
        assert_eq!(fit("市人力资源和社会保障局", 600), "市人力…");
        assert_eq!(fit("2026-03", 600), "2026-03");
        assert_eq!(fit("", 600), "");
        assert_eq!(
            wrap("市人力资源和社会保障局", 600, 2),
            ["市人力资", "源和社…"]
        );
        assert_eq!(wrap("市财政局机关", 600, 2), ["市财政局", "机关"]);
        let endless = "机".repeat(100_000);
        assert!(width(&fit(&endless, 600)) <= 600);
        // No room at all still ends.
        assert_eq!(fit("局", 0), "…");
    }

    #[test]
    fn a_length_has_a_decimal_only_where_it_needs_one() {
        assert_eq!(Tenths(0).to_string(), "0");
        assert_eq!(Tenths(120).to_string(), "12");
        assert_eq!(Tenths(125).to_string(), "12.5");
    }
}
