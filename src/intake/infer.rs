//! What a list's titles and names say: department, region, kind, date, edition-free title.
//! Must not read files; every inference keeps the words it rests on.

use crate::domain::{Date, Kind, Kinds, Region, Regions, Role, date, department};

use super::clean;
use super::remark::bare_section;

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
    let plain = strip_notice(strip_copy_marks(&clean::heading(text)));
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
        stem: without_edition(&stem),
    }
}

/// 关于公布…的通知 says … of the list.
fn strip_notice(text: String) -> String {
    let verbs = ["公布", "印发", "调整", "公示", "发布", "更新"];
    let rest = text.strip_prefix("关于").and_then(|rest| {
        let verb = verbs.iter().find(|v| rest.starts_with(**v))?;
        let rest = &rest[verb.len()..];
        let notices = ["的通知", "的公告", "的公示"];
        Some(
            notices
                .iter()
                .fold(rest, |rest, n| rest.strip_suffix(n).unwrap_or(rest)),
        )
    });
    rest.map_or_else(|| text.clone(), str::to_owned)
}

/// Words of an edition, which are no part of the list's own title. 试行 and 征求意见稿 are: they
/// name another list than the one in force.
const EDITION: [&str; 28] = [
    "修订版",
    "修订稿",
    "修订",
    "修正版",
    "修改版",
    "最终版",
    "最终稿",
    "终稿",
    "定稿",
    "最新版",
    "最新",
    "新版",
    "更新版",
    "更新",
    "调整版",
    "调整后",
    "公示版",
    "公示稿",
    "公示",
    "公开版",
    "公布版",
    "公布稿",
    "正式版",
    "发布版",
    "年度",
    "版",
    "本",
    "续表",
];

/// A title without brackets round nothing, joining marks and the words of its edition.
fn without_edition(stem: &str) -> String {
    let joints = ['的', '—', '－', '-', '_', '·', ' '];
    let mut rest = stem.replace("（）", "");
    loop {
        let before = rest.len();
        rest = rest.trim_matches(joints).to_owned();
        for word in EDITION {
            if let Some(shorter) = rest.strip_suffix(&format!("（{word}）")) {
                rest.truncate(shorter.len());
            } else if let Some(shorter) = rest.strip_suffix(word)
                && !shorter.is_empty()
            {
                rest.truncate(shorter.len());
            }
        }
        if rest.len() == before {
            break;
        }
    }
    let unbalanced = rest.matches('（').count() != rest.matches('）').count();
    if unbalanced {
        rest = rest.trim_matches(['（', '）']).to_owned();
    }
    rest
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

/// Takes a date or year out of a title: 2024年, 2024年版, （2025年版）, 2025版, 2025年3月,
/// 2025年3月1日, 20250301.
fn take_date(text: &str) -> (String, Option<Date>) {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let mut at = 0;
    while at + 4 <= bytes.len() {
        let count = digits(at);
        let century = matches!(&bytes[at..at + 2], b"19" | b"20");
        let found = match count {
            4 if century => year_at(text, at),
            8 if century => compact_at(text, at),
            _ => None,
        };
        let Some((date, end)) = found else {
            at += count.max(1);
            continue;
        };
        let head = text[..at].trim_end_matches('（');
        let opened = head.len() < at;
        let tail = text[end..].trim_start_matches(['度', '版']);
        let tail = match opened {
            true => tail.strip_prefix('）').unwrap_or(tail),
            false => tail,
        };
        // （2025年修订） leaves （修订）.
        let tail = match opened && tail.contains('）') && !tail.contains('（') {
            true => format!("（{tail}"),
            false => tail.to_owned(),
        };
        return (format!("{head}{tail}"), Some(date));
    }
    (text.to_owned(), None)
}

/// A year at a byte, with the month and day that may follow it, and where it ends.
fn year_at(text: &str, at: usize) -> Option<(Date, usize)> {
    let year: i16 = text[at..at + 4].parse().ok()?;
    let after = &text[at + 4..];
    let first = Date::new(year, 1, 1).ok()?;
    let Some(rest) = after.strip_prefix('年') else {
        return after.starts_with('版').then_some((first, at + 4));
    };
    let end = text.len() - rest.len();
    let number = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
    let month_digits = number(rest);
    let month: Option<i8> = rest[..month_digits].parse().ok();
    let Some((month, after_month)) = month.zip(rest[month_digits..].strip_prefix('月')) else {
        return Some((first, end));
    };
    let end = text.len() - after_month.len();
    let day_digits = number(after_month);
    let day: Option<i8> = after_month[..day_digits].parse().ok();
    let day = day.zip(after_month[day_digits..].strip_prefix('日'));
    if let Some((day, rest)) = day {
        // An impossible day is left to be seen.
        let date = Date::new(year, month, day).ok()?;
        return Some((date, text.len() - rest.len()));
    }
    let date = Date::new(year, month, 1).ok()?;
    let end = end + after_month.len() - after_month.trim_start_matches('份').len();
    Some((date, end))
}

/// Eight digits at a byte that are a day.
fn compact_at(text: &str, at: usize) -> Option<(Date, usize)> {
    let number = |from: usize, to: usize| text[at + from..at + to].parse::<i16>().ok();
    let small = |n: i16| i8::try_from(n).ok();
    let (month, day) = (small(number(4, 6)?)?, small(number(6, 8)?)?);
    Some((Date::new(number(0, 4)?, month, day).ok()?, at + 8))
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

/// The type that a heading names: a sheet's name (行政处罚（254项）, 附件3 行政确认), a title
/// (…权责清单（行政许可）) or a section (一、行政许可). `None` when it names none, or several.
pub fn type_in<'k>(text: &str, kind: &'k Kind) -> Option<&'k str> {
    let field = kind.field_with(Role::Type)?;
    let plain = clean::heading(text);
    if let Some(value) = field.known_value(bare_section(&plain)) {
        return Some(value);
    }
    let mut found = field.values.iter().filter_map(|value| {
        // Short spellings (其他) stand in other words too.
        let named = value
            .split('|')
            .any(|spelling| spelling.chars().count() >= 4 && plain.contains(spelling));
        named.then(|| value.split('|').next()).flatten()
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// What lines above the headings say of the publication: 公布日期：2024年3月5日, 文号：…〔2024〕12号.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imprint {
    pub published_on: Option<Date>,
    pub effective_on: Option<Date>,
    pub document_no: Option<String>,
}

impl Imprint {
    /// Takes in what one line says.
    pub fn read(&mut self, line: &str) {
        let plain = clean::heading(line);
        let (_, date) = take_date(&plain);
        let whole_day = plain.contains('日') || plain.matches('-').count() >= 2;
        let says = |words: &[&str]| words.iter().any(|w| plain.contains(w));
        if let Some(date) = date.or_else(|| labelled_day(line))
            && whole_day
        {
            if says(&["公布日期", "发布日期", "公示日期", "公布时间", "发布时间"])
                || plain.ends_with("公布）")
                || plain.ends_with("发布）")
            {
                self.published_on.get_or_insert(date);
            } else if says(&[
                "生效日期",
                "施行日期",
                "实施日期",
                "执行日期",
                "起施行",
                "起实施",
            ]) {
                self.effective_on.get_or_insert(date);
            }
        }
        if self.document_no.is_none() {
            self.document_no = document_no(&plain);
        }
    }
}

/// A day in figures behind a label: 公布日期: 2024-03-05.
fn labelled_day(line: &str) -> Option<Date> {
    let (_, value) = line.split_once(['：', ':'])?;
    date::parse(value.trim())
}

/// A document number in a line: 克市监发〔2024〕12号.
fn document_no(plain: &str) -> Option<String> {
    let open = plain.find(['〔', '[', '﹝', '［'])?;
    let close = plain[open..].find(['〕', ']', '﹞', '］'])? + open;
    let year: String = plain[open..close].chars().skip(1).collect();
    let is_year = year.len() == 4 && year.starts_with("20") && year.parse::<u16>().is_ok();
    let after = plain[close..]
        .char_indices()
        .nth(1)
        .map(|(i, _)| close + i)?;
    let end = after + plain[after..].find('号')? + '号'.len_utf8();
    let serial = &plain[after..end - '号'.len_utf8()];
    let issuer_from = plain[..open]
        .rfind(|c: char| !('\u{4e00}'..='\u{9fff}').contains(&c))
        .map_or(0, |i| {
            i + plain[i..].chars().next().map_or(1, char::len_utf8)
        });
    let issuer = plain[issuer_from..open].trim_start_matches("文号");
    let is_serial =
        !serial.is_empty() && serial.len() <= 6 && serial.bytes().all(|b| b.is_ascii_digit());
    (is_year && is_serial && !issuer.is_empty()).then(|| format!("{issuer}〔{year}〕{serial}号"))
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
        for title in [
            "克拉玛依市财政局权责清单（2025年修订）",
            "克拉玛依市财政局2025年权责清单（修订版）",
            "克拉玛依市财政局2025年3月权责清单",
            "克拉玛依市财政局权责清单（2025年3月最新版）",
            "克拉玛依市财政局权责清单公示（2025版）",
            "克拉玛依市财政局权责清单20250301",
            "克拉玛依市财政局2025年度权责清单最终版",
        ] {
            let read = read(title);
            assert_eq!(read.stem, "权责清单", "{title}");
            assert_eq!(read.date.map(|d| d.year()), Some(2025), "{title}");
            assert_eq!(
                read.department.as_deref(),
                Some("克拉玛依市财政局"),
                "{title}"
            );
        }
        for title in ["（公示稿）", "（调整后）", "（2025年本）", "（续表）"] {
            assert_eq!(
                read(&format!("克拉玛依市财政局权责清单{title}")).stem,
                "权责清单"
            );
        }
        assert_eq!(
            read("关于公布克拉玛依市财政局2025年权责清单的通知").stem,
            "权责清单"
        );
        assert_eq!(
            read("克拉玛依市财政局权责清单（试行）").stem,
            "权责清单（试行）"
        );
    }

    #[test]
    fn types_are_found_in_headings_of_every_form() {
        let kinds = Kinds::parse(crate::assets::kinds()).expect("kinds parse");
        let power = kinds.get("power").expect("the kind");
        for (text, found) in [
            ("行政处罚（254项）", Some("行政处罚")),
            ("一、行政许可（共3项）", Some("行政许可")),
            ("（二）行政强制（3项）", Some("行政强制")),
            ("1.行政许可", Some("行政许可")),
            ("附件3 行政确认", Some("行政确认")),
            ("市监局行政奖励", Some("行政奖励")),
            ("其他权力", Some("其他行政权力")),
            ("克拉玛依市财政局权责清单（行政许可）", Some("行政许可")),
            ("行政许可和行政处罚", None),
            ("Sheet1", None),
            ("其他", Some("其他行政权力")),
            ("其他说明", None),
        ] {
            assert_eq!(type_in(text, power), found, "{text}");
        }
    }

    #[test]
    fn lines_above_the_headings_tell_dates_and_number() {
        let read = |lines: &[&str]| {
            let mut imprint = Imprint::default();
            for line in lines {
                imprint.read(line);
            }
            imprint
        };
        let imprint = read(&[
            "克拉玛依市市场监督管理局2024年权责清单",
            "公布日期：2024年3月5日",
            "文号：克市监发〔2024〕12号",
            "施行日期: 2024-04-01",
        ]);
        assert_eq!(
            imprint.published_on,
            Some("2024-03-05".parse().expect("a day"))
        );
        assert_eq!(
            imprint.effective_on,
            Some("2024-04-01".parse().expect("a day"))
        );
        assert_eq!(imprint.document_no.as_deref(), Some("克市监发〔2024〕12号"));
        let imprint = read(&["（2024年6月20日公布）"]);
        assert_eq!(
            imprint.published_on,
            Some("2024-06-20".parse().expect("a day"))
        );
        assert_eq!(read(&["2024年权责清单", "第[2]页"]), Imprint::default());
    }
}
