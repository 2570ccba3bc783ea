//! Columns of changes per month. Must not know which changes count or of whom.

use super::svg::{Svg, Tenths, WIDTH, fit, width};
use super::{share, size, visible};

/// Months drawn at most; more would be too thin to tell apart.
const MOST_COLUMNS: usize = 24;
/// Class and name of the parts of a column, from the bottom up. Filled, hatched and hollow: they
/// differ without colour and in the thinnest column.
const PARTS: [(&str, &str); 3] = [
    ("added", "新增"),
    ("amended", "调整"),
    ("withdrawn", "取消"),
];
const PLOT_TOP: u64 = 480;
const PLOT_HEIGHT: u64 = 1500;
const PLOT_BOTTOM: u64 = PLOT_TOP + PLOT_HEIGHT;

/// The changes of one month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// What the month is called, short: `3月`, `2026-03`.
    pub label: String,
    /// How many were added (新增), amended (调整) and withdrawn (取消).
    pub parts: [u64; 3],
}

/// Columns of changes per month, the oldest first; of more than two years the latest. `title_id` is
/// the id of the heading that names the chart; where it is empty, the chart names itself. Nothing
/// for no month.
pub fn columns(title_id: &str, bars: &[Column]) -> String {
    let first = bars.len().saturating_sub(MOST_COLUMNS);
    let bars = bars.get(first..).unwrap_or_default();
    let Some(most) = bars.iter().map(total).max() else {
        return String::new();
    };
    let (ticks, step) = scale(most);
    let ticks: Vec<u128> = (0..=ticks).map(|i| i * step).collect();
    let top = ticks.last().copied().unwrap_or(most);
    let numbers: Vec<String> = ticks.iter().map(|&n| rounded(n, step)).collect();
    let left = numbers.iter().map(|n| width(n)).max().unwrap_or(0) + 60;

    let mut svg = Svg::open(PLOT_BOTTOM + 220, title_id, "每月新增、调整、取消数");
    svg.element("desc", &bars.iter().map(spoken).collect::<String>());
    // An id in `url()` must need no quoting.
    let hatch: String = title_id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .chain("-hatch".chars())
        .collect();
    svg.put(format_args!(
        r#"<pattern id="{hatch}" class="amended" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M-1 1 1-1M0 5 5 0M4 6 6 4" stroke="currentColor" stroke-width="1.5"/></pattern>"#
    ));
    for (x, (i, (_, name))) in (0..).step_by(700).zip(PARTS.iter().enumerate()) {
        part(&mut svg, &hatch, i, [x, 30, 140, 140]);
        svg.text(x + 200, 100, "start", "", name);
    }
    for (&tick, number) in ticks.iter().zip(&numbers) {
        let y = PLOT_BOTTOM - share(tick, top, PLOT_HEIGHT);
        let class = if tick == 0 { "sub" } else { "grid" };
        svg.put(format_args!(
            r#"<path class="{class}" d="M{} {}H{}" stroke="currentColor"/>"#,
            Tenths(left),
            Tenths(y),
            Tenths(WIDTH)
        ));
        svg.text(left - 60, y, "end", "sub", number);
    }

    let slot = (WIDTH - left) / size(bars);
    let labels: Vec<String> = bars.iter().map(|b| fit(&b.label, 900)).collect();
    let widest = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    // The outermost labels may move inwards; the ones next to them keep clear of that too.
    let every = (widest + 80 + widest.saturating_sub(slot) / 2).div_ceil(slot);
    let totals = bars.iter().all(|b| width(&total(b).to_string()) < slot);
    for (i, (column, label)) in (0..).zip(bars.iter().zip(&labels)) {
        let x = left + i * slot;
        month(&mut svg, &hatch, column, (x, slot), top, totals);
        // Counted from the latest month, which is the one looked for.
        if (size(bars) - 1 - i).is_multiple_of(every) {
            let half = width(label) / 2;
            let middle = (x + slot / 2).max(half).min(WIDTH - half);
            svg.text(middle, PLOT_BOTTOM + 140, "middle", "sub", label);
        }
    }
    svg.close()
}

/// The column of one month in its slot: where that begins and how wide it is.
fn month(
    svg: &mut Svg,
    hatch: &str,
    column: &Column,
    (x, slot): (u64, u64),
    top: u128,
    totals: bool,
) {
    svg.put(format_args!("<g>"));
    svg.element("title", &spoken(column));
    // The whole height answers to the pointer, not only what is filled.
    svg.put(format_args!(
        r#"<rect x="{}" y="{}" width="{}" height="{}" fill="none" pointer-events="all"/>"#,
        Tenths(x),
        Tenths(PLOT_TOP),
        Tenths(slot),
        Tenths(PLOT_HEIGHT)
    ));
    let thick = (slot * 7 / 10).min(320);
    let mut y = PLOT_BOTTOM;
    for (i, &value) in column.parts.iter().enumerate() {
        let height = visible(value, top, PLOT_HEIGHT);
        y -= height;
        if height > 0 {
            part(svg, hatch, i, [x + (slot - thick) / 2, y, thick, height]);
        }
    }
    if totals && total(column) > 0 {
        let total = total(column).to_string();
        svg.text(x + slot / 2, y - 90, "middle", "", &total);
    }
    svg.put(format_args!("</g>"));
}

/// A part of a column: of which of `PARTS`; its left, top, width and height.
fn part(svg: &mut Svg, hatch: &str, which: usize, [x, y, w, h]: [u64; 4]) {
    let class = PARTS.get(which).map_or("", |part| part.0);
    let fill = match which {
        0 => "currentColor".to_owned(),
        1 => format!("url(#{hatch})"),
        _ => "none".to_owned(),
    };
    // The line is drawn half to either side: it takes half a unit of each side.
    svg.put(format_args!(
        r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}" fill="{fill}" stroke="currentColor"/>"#,
        Tenths(x + 5),
        Tenths(y + 5),
        Tenths(w.saturating_sub(10)),
        Tenths(h.saturating_sub(10))
    ));
}

/// All that is drawn of a month, in words.
fn spoken(column: &Column) -> String {
    let [added, amended, withdrawn] = column.parts;
    let label = &column.label;
    format!("{label}：新增 {added}，调整 {amended}，取消 {withdrawn}。")
}

fn total(column: &Column) -> u128 {
    column.parts.iter().copied().map(u128::from).sum()
}

/// How many steps of which size reach `most` on an axis: one to three, of 1, 2 or 5 and zeros.
fn scale(most: u128) -> (u128, u128) {
    let mut unit = 1;
    loop {
        for step in [unit, 2 * unit, 5 * unit] {
            if most <= 3 * step {
                return (most.div_ceil(step).max(1), step);
            }
        }
        unit *= 10;
    }
}

/// A number on an axis with steps of `step`, in 亿 or 万 where all of them are whole.
fn rounded(n: u128, step: u128) -> String {
    match n {
        0 => n.to_string(),
        _ if step.is_multiple_of(100_000_000) => format!("{}亿", n / 100_000_000),
        _ if step.is_multiple_of(10_000) => format!("{}万", n / 10_000),
        _ => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sound;
    use super::*;

    fn column(label: &str, parts: [u64; 3]) -> Column {
        let label = label.to_owned();
        Column { label, parts }
    }

    #[test]
    fn columns_say_every_value_and_escape_labels() {
        let svg = columns(
            "a\"b",
            &[column("<1月>", [3, 0, 21]), column("2月", [0; 3])],
        );
        sound(&svg);
        assert!(svg.contains("<title>&lt;1月&gt;：新增 3，调整 0，取消 21。</title>"));
        assert!(svg.contains(r#"aria-labelledby="a&quot;b""#));
        assert!(svg.contains(r#"id="ab-hatch""#) && svg.contains("url(#ab-hatch)"));
        // A legend entry and a part for what there is, no part for what there is not.
        assert_eq!(svg.matches(r#"class="added""#).count(), 2);
        assert_eq!(svg.matches(r#"<rect class="amended""#).count(), 1);
        assert!(svg.contains(">24</text>"), "the total stands on the column");
    }

    #[test]
    fn columns_take_nothing_zeros_and_huge_numbers() {
        assert_eq!(columns("t", &[]), "");
        sound(&columns("", &[column("", [0; 3])]));
        let most = vec![column("2026年12月", [u64::MAX; 3]); 40];
        let svg = columns("t", &most);
        sound(&svg);
        assert_eq!(svg.matches("<title>").count(), MOST_COLUMNS);
    }

    #[test]
    fn the_axis_has_few_round_numbers_that_reach_the_most() {
        for most in (0..2000).chain([123_456, u128::from(u64::MAX) * 3]) {
            let (ticks, step) = scale(most);
            assert!((1..=3).contains(&ticks) && ticks * step >= most, "{most}");
        }
        assert_eq!(scale(11), (3, 5));
        assert_eq!(rounded(40_000, 20_000), "4万");
        assert_eq!(rounded(600_000_000, 200_000_000), "6亿");
    }

    #[test]
    fn the_names_of_the_months_do_not_overlap_and_the_latest_is_there() {
        for n in 1..=24 {
            let bars: Vec<Column> = (1..=n)
                .map(|i| column(&format!("2026年{i}月"), [i; 3]))
                .collect();
            let svg = columns("t", &bars);
            let at = Tenths(PLOT_BOTTOM + 140 + 47).to_string();
            let mut end = 0.0;
            let document = roxmltree::Document::parse(&svg).unwrap();
            let texts = document
                .descendants()
                .filter(|e| e.attribute("y") == Some(&*at));
            let texts: Vec<_> = texts.collect();
            for text in &texts {
                let x: f64 = text.attribute("x").unwrap().parse().unwrap();
                let half = f64::from(u32::try_from(width(text.text().unwrap())).unwrap()) / 20.0;
                assert!(x - half >= end && x + half <= 360.0, "{n}: {svg}");
                end = x + half;
            }
            assert_eq!(texts.last().unwrap().text(), Some(&*format!("2026年{n}月")));
        }
    }
}
