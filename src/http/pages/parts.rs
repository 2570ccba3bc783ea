//! Pieces that several pages share: heads of items, paging, differences, publications.
//! Each is made from a service's view; templates only lay out.

use crate::domain::date::chinese;
use crate::http::url;
use crate::service::business::{LocalPermit, PERMIT};
use crate::service::read::Paging;
use crate::service::view::{ChangeView, Difference, HeadView, PublicationView};

/// Characters of unchanged text kept on each side of a change.
const CONTEXT: usize = 40;

/// An item in a list of items.
#[derive(Clone, Debug, Default)]
pub struct ItemRow {
    pub url: String,
    pub code: String,
    pub name: String,
    pub sub_name: String,
    pub item_type: String,
    pub kind_name: String,
    pub department: String,
    pub level: String,
    pub region: String,
}

impl From<HeadView> for ItemRow {
    fn from(head: HeadView) -> Self {
        Self {
            url: url::item(&head.code),
            code: head.code,
            name: head.name,
            sub_name: head.sub_name,
            item_type: head.item_type,
            kind_name: head.kind_name,
            department: head.department,
            level: head.level,
            region: head.region.name,
        }
    }
}

/// A local permit: path, name and department. Of several 子项 all are shown, by a search.
pub fn permit_row(permit: LocalPermit) -> (String, String, String) {
    let LocalPermit {
        code,
        name,
        sub_name,
        department,
        variants,
    } = permit;
    let (path, label) = match (variants, sub_name.as_str()) {
        (0 | 1, "") => (url::item(&code), name),
        (0 | 1, sub_name) => (url::item(&code), format!("{name}（{sub_name}）")),
        _ => {
            let parameters = [
                ("q", name.clone()),
                ("department", department.clone()),
                ("type", PERMIT.to_owned()),
            ];
            (
                url::with(url::SEARCH, parameters),
                format!("{name}（{variants} 个子项）"),
            )
        }
    };
    (path, label, department)
}

/// A publication in a list of publications.
#[derive(Clone, Debug, Default)]
pub struct PublicationRow {
    pub url: String,
    pub number: u64,
    pub title: String,
    /// Department and title; only the title where it names the department.
    pub heading: String,
    pub kind_name: String,
    pub department: String,
    pub document_no: Option<String>,
    pub reason: Option<String>,
    /// Offices that approved it.
    pub approved_by: Option<String>,
    pub supervision: Option<String>,
    pub published_on: String,
    pub effective_on: String,
    pub added: u64,
    pub amended: u64,
    pub withdrawn: u64,
    pub sample: bool,
}

impl From<PublicationView> for PublicationRow {
    fn from(view: PublicationView) -> Self {
        let publication = view.publication;
        Self {
            url: url::publication(publication.number),
            number: publication.number,
            heading: if publication
                .list
                .title
                .contains(&publication.list.department)
            {
                publication.list.title.clone()
            } else {
                format!(
                    "{}：{}",
                    publication.list.department, publication.list.title
                )
            },
            title: publication.list.title,
            kind_name: view.kind_name,
            department: publication.list.department,
            document_no: publication.document_no,
            reason: publication.reason,
            approved_by: publication.approved_by,
            supervision: publication.supervision,
            published_on: chinese(publication.published_on),
            effective_on: chinese(publication.effective_on),
            added: publication.added,
            amended: publication.amended,
            withdrawn: publication.withdrawn,
            sample: view.sample,
        }
    }
}

/// A text in three pieces: what it shares with the other state, and what differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contrast {
    pub start: String,
    pub changed: String,
    pub end: String,
}

/// One field before and after; `None` where it was or became blank.
#[derive(Clone, Debug, Default)]
pub struct FieldDifference {
    pub label: String,
    pub before: Option<Contrast>,
    pub after: Option<Contrast>,
}

impl From<Difference> for FieldDifference {
    fn from(difference: Difference) -> Self {
        let whole = |text: String| Contrast {
            changed: text,
            ..Contrast::default()
        };
        let (before, after) = match (difference.before, difference.after) {
            (Some(before), Some(after)) => {
                let (before, after) = contrast(&before, &after);
                (Some(before), Some(after))
            }
            (before, after) => (before.map(whole), after.map(whole)),
        };
        Self {
            label: difference.label,
            before,
            after,
        }
    }
}

/// Splits two texts at what they share at the start and at the end.
fn contrast(before: &str, after: &str) -> (Contrast, Contrast) {
    let common = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
        a.zip(b)
            .take_while(|(x, y)| x == y)
            .map(|(x, _)| x.len_utf8())
            .sum::<usize>()
    };
    let start = common(&mut before.chars(), &mut after.chars());
    let (b, a) = (&before[start..], &after[start..]);
    let end = common(&mut b.chars().rev(), &mut a.chars().rev());
    let pieces = |rest: &str| Contrast {
        start: last_chars(&before[..start], CONTEXT),
        changed: rest[..rest.len() - end].to_owned(),
        end: first_chars(&rest[rest.len() - end..], CONTEXT),
    };
    (pieces(b), pieces(a))
}

fn first_chars(text: &str, limit: usize) -> String {
    crate::service::view::shorten(text, limit)
}

fn last_chars(text: &str, limit: usize) -> String {
    match text.char_indices().rev().nth(limit) {
        None => text.to_owned(),
        Some((at, c)) => format!("…{}", &text[at + c.len_utf8()..]),
    }
}

/// What a publication did to an item.
#[derive(Clone, Debug, Default)]
pub struct ChangeRow {
    /// 新增, 调整 or 取消, and the style it is shown in.
    pub action: &'static str,
    pub style: &'static str,
    pub item: ItemRow,
    pub differences: Vec<FieldDifference>,
    pub reason: Option<String>,
    /// Path and code of the item that replaces it.
    pub successor: Option<(String, String)>,
}

/// Name of the style an action is shown in; words carry the meaning, colour only helps.
pub fn action_style(action: crate::domain::Action) -> &'static str {
    match action {
        crate::domain::Action::Added => "added",
        crate::domain::Action::Amended => "amended",
        crate::domain::Action::Withdrawn => "withdrawn",
    }
}

impl From<ChangeView> for ChangeRow {
    fn from(change: ChangeView) -> Self {
        Self {
            action: change.label(),
            style: action_style(change.action),
            item: change.head.into(),
            differences: change
                .differences
                .into_iter()
                .map(FieldDifference::from)
                .collect(),
            reason: change.reason,
            successor: change.successor.map(|code| (url::item(&code), code)),
        }
    }
}

/// Links to the pages of something longer.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    pub previous: Option<String>,
    pub next: Option<String>,
    pub links: Vec<PageLink>,
}

/// A link to one page, or a gap.
#[derive(Clone, Debug)]
pub struct PageLink {
    /// 0 for a gap.
    pub page: usize,
    pub url: String,
    pub current: bool,
}

impl Pager {
    /// Links to the first, the last and the neighbouring pages.
    pub fn new(paging: Paging, total: u64, link: impl Fn(usize) -> String) -> Self {
        let last = paging.pages(total);
        if last <= 1 {
            return Self::default();
        }
        let page = paging.page;
        let mut links: Vec<PageLink> = Vec::new();
        let mut before = 0;
        for n in 1..=last {
            if n == 1 || n == last || n.abs_diff(page) <= 1 {
                if n > before + 1 {
                    links.push(PageLink {
                        page: 0,
                        url: String::new(),
                        current: false,
                    });
                }
                before = n;
                links.push(PageLink {
                    page: n,
                    url: link(n),
                    current: n == page,
                });
            }
        }
        Self {
            previous: (page > 1).then(|| link((page - 1).min(last))),
            next: (page < last).then(|| link(page + 1)),
            links,
        }
    }
}

/// A number with its thousands apart: 12,345.
pub fn grouped(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A text's paragraphs, blank lines left out.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_differs_stands_out() {
        let (before, after) = contrast("处五千元以下罚款", "处一万元以下罚款");
        assert_eq!(
            (before.start.as_str(), before.changed.as_str()),
            ("处", "五千")
        );
        assert_eq!(
            (after.changed.as_str(), after.end.as_str()),
            ("一万", "元以下罚款")
        );
    }

    #[test]
    fn thousands_stand_apart() {
        let apart = [0_u64, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(apart, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn pages_near_and_at_both_ends_are_linked() {
        let paging = Paging { page: 5, size: 10 };
        let pager = Pager::new(paging, 95, |n| n.to_string());
        let pages: Vec<usize> = pager.links.iter().map(|l| l.page).collect();
        assert_eq!(pages, [1, 0, 4, 5, 6, 0, 10]);
        assert!(
            Pager::new(Paging { page: 1, size: 10 }, 10, |n| n.to_string())
                .links
                .is_empty()
        );
    }

    proptest! {
        #[test]
        fn contrast_keeps_both_texts(before in "[甲乙丙a]{0,30}", after in "[甲乙丙a]{0,30}") {
            let (b, a) = contrast(&before, &after);
            prop_assert_eq!(format!("{}{}{}", b.start, b.changed, b.end), before);
            prop_assert_eq!(format!("{}{}{}", a.start, a.changed, a.end), after);
        }
    }
}
