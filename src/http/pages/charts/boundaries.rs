//! The picture of the duties a department shares. Must not know how they are told from the lists.

use super::svg::{Svg, Tenths, WIDTH, fit, wrap};
use super::{size, visible};

/// From one line of text to the next.
const LINE: u64 = 175;
/// Width of the box of the department itself.
const OWN_WIDTH: u64 = 960;
/// Where the lines to the other departments end, and their names begin.
const LINES_END: u64 = 1940;
const NAMES: u64 = 2000;
/// Between one of the others and the next.
const ROW_GAP: u64 = 140;
/// Between lines where they leave the box, at least.
const LINE_GAP: u64 = 40;
/// The thickest line is for no fewer matters than this: a single one shall not look like many.
const MANY: u64 = 8;

/// What a department shares with another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Name of the other department.
    pub name: String,
    /// Matters in which the department itself leads and the other supports.
    pub leads: u64,
    /// Matters in which the other leads and the department itself supports.
    pub supports: u64,
}

/// The duties a department shares: itself (`own`) at the left, the others below each other at the
/// right, a line to each as thick as the matters are many, solid where the department leads (牵头),
/// dashed where it supports (配合). Who shares nothing is left out; nothing for nobody. How many
/// they are is the caller's to limit.
pub fn boundaries(own: &str, others: &[Shared]) -> String {
    let others: Vec<&Shared> = others
        .iter()
        .filter(|o| o.leads > 0 || o.supports > 0)
        .collect();
    let counts = || others.iter().flat_map(|o| duties(o)).map(|duty| duty.2);
    let Some(most) = counts().max() else {
        return String::new();
    };
    let thickness = |n: u64| visible(n, most.max(MANY), 100);
    let names: Vec<Vec<String>> = others
        .iter()
        .map(|o| wrap(&o.name, WIDTH - NAMES, 2))
        .collect();
    let own_lines = wrap(own, OWN_WIDTH - 160, 6);
    let own_text = LINE * size(&own_lines);
    let texts: usize = names.iter().map(Vec::len).sum::<usize>() + counts().count();
    let rows = LINE * texts as u64 + ROW_GAP * (size(&others) - 1);
    let thick: u64 = counts().map(thickness).sum();
    // As far apart as the names allow: where all leave from one place, thick lines cover thin ones.
    let gaps = counts().count() as u64 - 1;
    let gap = (rows * 3 / 4).saturating_sub(thick) / gaps.max(1);
    let gap = gap.max(LINE_GAP);
    let ports = thick + gap * gaps;
    let own_height = own_text.max(ports) + 160;
    let height = rows.max(own_height);
    // What is less high stands in the middle.
    let from = |of: u64, inner: u64| of.saturating_sub(inner) / 2;

    let title = format!("{own}与{}个部门的职责分工", others.len());
    let mut svg = Svg::open(height + 300, "", &title);
    let all: String = others.iter().map(|o| told(o)).collect();
    svg.element("desc", &all);
    let box_top = 10 + from(height, own_height);
    svg.put(format_args!("<g>"));
    svg.element("title", own);
    svg.put(format_args!(
        r#"<rect class="own" x="1" y="{}" width="{}" height="{}" rx="4" fill="none" stroke="currentColor"/>"#,
        Tenths(box_top),
        Tenths(OWN_WIDTH - 10),
        Tenths(own_height)
    ));
    for (i, line) in (0..).zip(&own_lines) {
        let y = box_top + from(own_height, own_text) + LINE * i + LINE / 2;
        svg.text(OWN_WIDTH / 2, y, "middle", "", line);
    }
    svg.put(format_args!("</g>"));

    let mut port = box_top + from(own_height, ports);
    let mut y = 10 + from(height, rows) + LINE / 2;
    for (other, name) in others.iter().zip(&names) {
        svg.put(format_args!("<g>"));
        svg.element("title", &told(other));
        for line in name {
            svg.text(NAMES, y, "start", "", line);
            y += LINE;
        }
        for (class, verb, n) in duties(other) {
            let thick = thickness(n);
            let gaps = if class == "leads" { "none" } else { "6 4" };
            svg.put(format_args!(
                r#"<path class="{class}" d="M{0} {1}C{2} {1} {2} {3} {4} {3}" fill="none" stroke="currentColor" stroke-width="{5}" stroke-dasharray="{gaps}"/>"#,
                Tenths(OWN_WIDTH),
                Tenths(port + thick / 2),
                Tenths(OWN_WIDTH.midpoint(LINES_END)),
                Tenths(y),
                Tenths(LINES_END),
                Tenths(thick)
            ));
            let label = fit(&format!("本部门{verb} {n} 项"), WIDTH - NAMES);
            svg.text(NAMES, y, "start", class, &label);
            port += thick + gap;
            y += LINE;
        }
        svg.put(format_args!("</g>"));
        y += ROW_GAP;
    }
    let note = "实线本部门牵头，虚线本部门配合，线越粗事项越多";
    svg.text(0, height + 200, "start", "sub", note);
    svg.close()
}

/// Class, verb and number of what is shared with another one, in the order drawn.
fn duties(other: &Shared) -> impl Iterator<Item = (&'static str, &'static str, u64)> + use<> {
    let leads = ("leads", "牵头", other.leads);
    let supports = ("supports", "配合", other.supports);
    [leads, supports].into_iter().filter(|duty| duty.2 > 0)
}

/// All that is drawn of one of the others, in words.
fn told(other: &Shared) -> String {
    let duties = duties(other).map(|(_, verb, n)| format!("，本部门{verb} {n} 项"));
    format!("{}{}。", other.name, duties.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::tests::sound;
    use super::*;

    fn shared(name: &str, leads: u64, supports: u64) -> Shared {
        let name = name.to_owned();
        Shared {
            name,
            leads,
            supports,
        }
    }

    #[test]
    fn boundaries_say_who_leads_in_how_many() {
        let svg = boundaries(
            "市<发改>委",
            &[
                shared("市财政局", 3, 2),
                shared("a&b", 0, 1),
                shared("无", 0, 0),
            ],
        );
        sound(&svg);
        for said in ["本部门牵头 3 项", "本部门配合 2 项", "本部门配合 1 项"] {
            assert!(svg.contains(&format!(">{said}</text>")), "{said}: {svg}");
        }
        assert!(svg.contains("a&amp;b") && svg.contains("市&lt;发改&gt;委"));
        assert!(svg.contains("与2个部门") && !svg.contains("无"));
        assert_eq!(svg.matches(r#"<path class="leads""#).count(), 1);
        assert_eq!(svg.matches(r#"stroke-dasharray="6 4""#).count(), 2);
    }

    #[test]
    fn boundaries_take_nobody_long_names_and_huge_numbers() {
        assert_eq!(boundaries("市委", &[]), "");
        assert_eq!(boundaries("市委", &[shared("市财政局", 0, 0)]), "");
        sound(&boundaries("", &[shared("", 1, 0)]));
        let long = "威海市人力资源和社会保障局".repeat(4);
        let svg = boundaries(&long, &vec![shared(&long, u64::MAX, 1); 12]);
        sound(&svg);
        // Shortened where it is drawn, whole where it is told.
        assert!(svg.contains(&format!("<title>{long}，")) && svg.contains("…</text>"));
    }
}
