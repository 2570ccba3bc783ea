//! What a list's titles and names say: department, region, kind, date, edition-free title.
//! Must not read files; every inference keeps the words it rests on.

use crate::domain::{Date, Kind, Kinds, Region, Regions, date, department};

use super::clean;

/// What one title (or file name) says.
#[derive(Clone, Debug, Default)]
pub struct Title {
    /// Text as given.
    pub text: String,
    /// Whether it is the file's name rather than a row of it.
    pub is_file_name: bool,
    pub department: Option<String>,
    pub region: Option<Region>,
    pub kind: Option<String>,
    /// A full date, or the first day of the year named.
    pub date: Option<Date>,
    /// Title without department, region, year and edition words; may be empty.
    pub stem: String,
}

/// Reads a title row or a file name without its extension.
pub fn title(text: &str, kinds: &Kinds, regions: &Regions) -> Title {
    let plain = strip_copy_marks(&clean::heading(text));
    let kind = kinds.named(&plain);
    let (without_date, date) = take_date(&plain);
    let region = regions.prefix_of(&without_date);
    let department = department_in(&without_date, kind.map(AsRef::as_ref), region.as_ref());
    let mut stem = without_date.clone();
    if let Some(name) = &department {
        stem = stem.replacen(name.as_str(), "", 1);
    }
    if let Some(region) = &region {
        stem = stem.replacen(region.name.as_str(), "", 1);
    }
    Title {
        text: text.trim().to_owned(),
        is_file_name: false,
        department,
        region,
        kind: kind.map(|k| k.key.clone()),
        date,
        stem: stem
            .trim_matches(['的', '—', '-', '_', '（', '）', '·'])
            .to_owned(),
    }
}

/// Removes what copying and attaching leave in names: 附件3：, (1), 副本, 征求意见稿 stays.
fn strip_copy_marks(text: &str) -> String {
    let mut text = text;
    if let Some(rest) = text.strip_prefix("附件") {
        text = rest
            .trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
        text = text.trim_start_matches(['：', ':', '、', '.', '-', '_']);
    }
    let mut text = text.trim_end_matches("副本").trim_end_matches(['-', '_']);
    // "…（1）" as heading() has made the brackets full-width.
    while let Some(open) = text.rfind('（') {
        let inner = &text[open + '（'.len_utf8()..];
        match inner.strip_suffix('）') {
            Some(n) if !n.is_empty() && n.len() <= 2 && n.bytes().all(|b| b.is_ascii_digit()) => {
                text = &text[..open];
            }
            _ => break,
        }
    }
    text.to_owned()
}

/// Takes a date or year out of a title: 2024年, 2024年版, （2025年版）, 2025年3月1日.
fn take_date(text: &str) -> (String, Option<Date>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 4 <= bytes.len() {
        let digits = bytes[at..at + 4].iter().all(u8::is_ascii_digit);
        let bounded = (at == 0 || !bytes[at - 1].is_ascii_digit())
            && bytes.get(at + 4).is_none_or(|b| !b.is_ascii_digit());
        let century = matches!(&bytes[at..at + 2], b"19" | b"20");
        if !(digits && bounded && century) {
            at += 1;
            continue;
        }
        let rest = &text[at + 4..];
        let Some(after_year) = rest.strip_prefix('年') else {
            at += 4;
            continue;
        };
        let day_end = after_year.find('日').filter(|&i| i <= 12);
        let full = day_end.and_then(|i| {
            date::parse(&text[at..text.len() - after_year.len() + i + '日'.len_utf8()])
        });
        let year = text[at..at + 4].parse::<i16>().ok();
        let (date, tail) = match (full, day_end) {
            (Some(d), Some(i)) => (Some(d), &after_year[i + '日'.len_utf8()..]),
            _ => (
                year.and_then(|y| Date::new(y, 1, 1).ok()),
                after_year.trim_start_matches(['度', '版']),
            ),
        };
        let head = text[..at].trim_end_matches('（');
        let opened = head.len() < at;
        let tail = if opened {
            tail.trim_start_matches('）')
        } else {
            tail
        };
        return (format!("{head}{tail}"), date);
    }
    (text.to_owned(), None)
}

/// The body a title begins with: what stands before the name of the list.
fn department_in(text: &str, kind: Option<&Kind>, region: Option<&Region>) -> Option<String> {
    let mut ends: Vec<usize> = kind
        .into_iter()
        .flat_map(|k| k.names().filter_map(|n| text.find(n)))
        .collect();
    ends.extend(
        [
            "权力清单",
            "责任清单",
            "权责清单",
            "清单",
            "目录",
            "基准",
            "事项",
            "职权",
            "行政",
        ]
        .iter()
        .filter_map(|w| text.find(w)),
    );
    let head = &text[..ends.into_iter().filter(|&e| e > 0).min()?];
    let head = head.trim_end_matches(['的', '：', '-', '_']);
    let is_region = region.is_some_and(|r| r.name == head);
    (!is_region && department::looks_like_name(head)).then(|| head.to_owned())
}

/// The power type a sheet's name carries: 行政处罚（254项） says 行政处罚.
pub fn type_in_sheet_name<'k>(sheet: &str, kind: &'k Kind) -> Option<&'k str> {
    let plain = clean::heading(sheet);
    let field = kind.field_with(crate::domain::Role::Type)?;
    field
        .values
        .iter()
        .filter_map(|v| v.split('|').next())
        .find(|v| plain.starts_with(v))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Title {
        let kinds = Kinds::parse(crate::assets::kinds()).expect("kinds parse");
        title(
            text,
            &kinds,
            &Regions::parse(crate::assets::index_text("regions.tsv")),
        )
    }

    #[test]
    fn titles_of_real_lists_are_understood() {
        let t = read("克拉玛依市财政局2025年权责清单 (1)");
        assert_eq!(t.department.as_deref(), Some("克拉玛依市财政局"));
        assert_eq!(t.region.as_ref().map(|r| r.code.as_str()), Some("650200"));
        assert_eq!(t.kind.as_deref(), Some("power"));
        assert_eq!(t.date.map(|d| d.year()), Some(2025));
        assert_eq!(t.stem, "权责清单");

        let t = read("2024年市农业农村局权责清单");
        assert_eq!(t.department.as_deref(), Some("市农业农村局"));
        assert_eq!(t.stem, "权责清单");

        let t = read("附件：克拉玛依市交通运输局2024年权责清单");
        assert_eq!(t.department.as_deref(), Some("克拉玛依市交通运输局"));

        let t = read("克拉玛依市委宣传部（新闻出版局）2024年权责清单 (1)");
        assert_eq!(
            t.department.as_deref(),
            Some("克拉玛依市委宣传部（新闻出版局）")
        );

        let t = read("克拉玛依市人防系统权责清单指导目录");
        assert_eq!(t.department, None);
        assert_eq!(t.region.map(|r| r.name).as_deref(), Some("克拉玛依市"));
    }

    #[test]
    fn an_edition_word_is_no_part_of_a_list_s_title() {
        assert_eq!(
            read("克拉玛依市财政局权责清单（2026年版）").stem,
            "权责清单"
        );
        assert_eq!(
            read("江门市生态环境局行政处罚自由裁量权基准（2020年3月1日）")
                .date
                .map(date::chinese)
                .as_deref(),
            Some("2020年3月1日")
        );
        assert_eq!(read("11月31日").date, None);
    }
}
