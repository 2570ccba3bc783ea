//! The negative lists to be read through: which sections they touch, and the items of one, with
//! what the edition changed.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::parts::{FieldDifference, action_style};
use super::{Section as Navigation, Shell, render};
use crate::domain::date::chinese;
use crate::domain::{AppliesTo, Date};
use crate::http::api::negative::asked;
use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;
use crate::service::business::Verdict;
use crate::service::business::browse::{Browse, Entry, ListShown, Section};

/// What is counted in a section: for everyone prohibited and by permit, for foreign investors
/// prohibited and restricted.
pub const COUNTS: [&str; 4] = ["禁止", "需许可", "外资禁止", "外资限制"];

#[derive(Template)]
#[template(path = "negative.html")]
pub struct NegativePage {
    pub shell: Shell,
    pub as_of: String,
    pub lists: Vec<ListRow>,
    pub sections: Vec<SectionRow>,
    /// Code and name of the section shown, and its items; the changed ones of all without a section.
    pub chosen: Option<String>,
    pub items: Vec<ItemRow>,
    /// How many of them are in force.
    pub in_force: usize,
    /// The page of all sections, of the same day.
    pub all_url: String,
}

/// A list with its editions.
#[derive(Clone, Debug, Default)]
pub struct ListRow {
    pub title: String,
    pub url: String,
    pub effective_on: String,
    pub difference_url: Option<String>,
    /// Other editions: label and path.
    pub others: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct SectionRow {
    pub code: String,
    pub name: String,
    pub url: String,
    pub current: bool,
    /// Items in force, each with its name of [`COUNTS`].
    pub counts: [(&'static str, usize); 4],
    pub changed: usize,
}

#[derive(Clone, Debug, Default)]
pub struct ItemRow {
    pub url: String,
    pub key: String,
    pub name: String,
    pub foreign: bool,
    pub withdrawn: bool,
    pub grade: &'static str,
    pub label: &'static str,
    pub measures: Vec<String>,
    pub department: String,
    /// Style and name of what the edition did to it.
    pub change: Option<(&'static str, &'static str)>,
    pub differences: Vec<FieldDifference>,
}

pub async fn negative(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    let asked = asked(&params)?;
    app.page(&headers, move |services| {
        let browse = services.browse_negative(&asked)?;
        let own = |code: &str, day: Option<Date>| address(url::NEGATIVE, code, day.or(asked.as_of));
        let section = asked.section.as_deref().unwrap_or_default();
        let chosen = browse.chosen.and_then(|at| browse.sections.get(at));
        let title = match chosen {
            Some(section) => format!("负面清单：{}", section.name),
            None => "负面清单".to_owned(),
        };
        let numbers: Vec<Option<u64>> = {
            let overview = services.overview()?;
            let list = |l: &ListShown| overview.list_number(&l.edition.publication.list);
            browse.lists.iter().map(list).collect()
        };
        let shell = Shell::new(&*services.overview()?, title)
            .with_api(address(url::API_NEGATIVE, section, asked.as_of))
            .with_canonical(own(section, None))
            .in_section(Navigation::Check);
        render(&NegativePage::new(
            Shell {
                as_of: Some(chinese(browse.position.day)),
                ..shell
            },
            browse,
            &numbers,
            &own,
        ))
    })
    .await
}

fn address(path: &str, section: &str, as_of: Option<Date>) -> String {
    let day = as_of.map(|day| day.to_string()).unwrap_or_default();
    url::with(path, [("section", section.to_owned()), ("as_of", day)])
}

impl NegativePage {
    /// `numbers` are those of the lists, `own` gives the address of a section, on the day asked for or
    /// another.
    pub fn new(
        shell: Shell,
        browse: Browse,
        numbers: &[Option<u64>],
        own: &dyn Fn(&str, Option<Date>) -> String,
    ) -> Self {
        let chosen = browse.chosen;
        let name = |section: &Section| section.name.clone();
        let lists = browse.lists.into_iter().zip(numbers);
        let rows = browse.sections.iter().enumerate();
        let sections = rows.map(|(at, section)| SectionRow {
            current: chosen == Some(at),
            ..SectionRow::new(section, own(&section.code, None))
        });
        let sections: Vec<SectionRow> = sections.collect();
        let code = chosen.and_then(|at| browse.sections.get(at));
        let code = code.map(|s| s.code.clone()).unwrap_or_default();
        let on = |day: Date| own(&code, Some(day));
        let chosen_name = chosen.and_then(|at| browse.sections.get(at)).map(name);
        let items = browse.sections.into_iter().enumerate();
        let items: Vec<ItemRow> = items
            .filter(|(at, _)| chosen.is_none_or(|chosen| chosen == *at))
            .flat_map(|(_, section)| section.entries)
            .filter(|entry| chosen.is_some() || entry.change.is_some())
            .map(ItemRow::from)
            .collect();
        Self {
            as_of: chinese(browse.position.day),
            lists: lists
                .map(|(list, number)| ListRow::new(list, *number, &on))
                .collect(),
            in_force: items.iter().filter(|item| !item.withdrawn).count(),
            chosen: chosen_name,
            sections,
            items,
            all_url: own("", None),
            shell,
        }
    }
}

impl ListRow {
    /// `on` gives the address of this page on another day.
    fn new(list: ListShown, number: Option<u64>, on: &dyn Fn(Date) -> String) -> Self {
        let this = list.edition.publication;
        let before = list.before.map(|p| p.number);
        let others = list.publications.iter().filter(|p| p.number != this.number);
        Self {
            title: list.edition.title,
            url: url::publication(this.number),
            effective_on: chinese(this.effective_on),
            difference_url: number
                .zip(before)
                .map(|(number, before)| url::difference(number, before, this.number)),
            others: others
                .map(|p| {
                    let label = format!("{}起生效的版本", chinese(p.effective_on));
                    (label, on(p.effective_on))
                })
                .collect(),
        }
    }
}

impl SectionRow {
    fn new(section: &Section, url: String) -> Self {
        let count = |who: AppliesTo, grade: Verdict| {
            let entries = section.entries.iter().filter(|e| !e.is_withdrawn());
            entries
                .filter(|e| e.item.applies_to == who && e.item.grade == grade)
                .count()
        };
        Self {
            code: section.code.clone(),
            name: section.name.clone(),
            url,
            current: false,
            counts: std::array::from_fn(|at| {
                let who = [AppliesTo::Everyone, AppliesTo::Foreign][at / 2];
                let grade = [Verdict::Prohibited, Verdict::Permit][at % 2];
                (COUNTS[at], count(who, grade))
            }),
            changed: section
                .entries
                .iter()
                .filter(|e| e.change.is_some())
                .count(),
        }
    }
}

impl From<Entry> for ItemRow {
    fn from(entry: Entry) -> Self {
        let withdrawn = entry.is_withdrawn();
        let item = entry.item;
        let foreign = item.applies_to == AppliesTo::Foreign;
        let (change, differences) = match entry.change {
            None => (None, Vec::new()),
            Some(change) => (
                Some((action_style(change.action), change.label())),
                change
                    .differences
                    .into_iter()
                    .map(FieldDifference::from)
                    .collect(),
            ),
        };
        Self {
            url: url::item(&item.code),
            key: item.key,
            foreign,
            withdrawn,
            grade: item.grade.key(),
            label: match (foreign, item.grade) {
                (true, Verdict::Permit) => "限制",
                (_, grade) => grade.label(),
            },
            measures: item.own_measures,
            name: item.name,
            department: item.department,
            change,
            differences,
        }
    }
}
