//! The register in numbers: how many items of which sort, what changed when, how fresh the lists are.
//! Must not know how numbers are drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Date, Position, Publication};
use crate::query::{Facet, RawSearchParams};
use crate::register::PublicationFilter;

use super::kept::Kept;
use super::search::FacetValue;
use super::view::PublicationView;
use super::{ServiceError, Services};

/// Months that are told.
const MONTHS: usize = 24;
/// Publications read at a time.
const PAGE: u64 = 1_000;
/// Lists that are named as the oldest.
const OLDEST: usize = 5;

/// Ages of lists: fewer than so many days since they were last published; the last of any more.
const AGES: [(Option<i32>, &str); 4] = [
    (Some(92), "三个月以内"),
    (Some(366), "三个月至一年"),
    (Some(1_096), "一年至三年"),
    (None, "三年以上"),
];

/// The register on one day.
#[derive(Clone, Debug)]
pub struct Statistics {
    pub position: Position,
    /// Items in force.
    pub items: u64,
    /// Items in force by the values of each facet, the most first.
    pub facets: Vec<(Facet, Vec<FacetValue>)>,
    /// The last months up to this one, the oldest first, without gaps; from the first with a publication.
    pub months: Vec<Month>,
    /// Lists by age, the freshest first.
    pub ages: Vec<Age>,
    /// Lists that were published longest ago, the oldest first.
    pub oldest: Vec<PublicationView>,
}

/// What was published in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    pub year: i16,
    pub month: i8,
    pub publications: u64,
    pub added: u64,
    pub amended: u64,
    pub withdrawn: u64,
}

impl Month {
    /// 2026-11.
    pub fn key(&self) -> String {
        format!("{}-{:02}", self.year, self.month)
    }
}

/// Lists of one age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    pub label: &'static str,
    pub lists: u64,
    /// First and last day of publishing.
    pub published: (Date, Date),
}

/// The newest statistics.
#[derive(Default)]
pub(super) struct StatisticsCache(Kept<(), Statistics>);

impl Statistics {
    /// Counts of one facet.
    pub fn of(&self, facet: Facet) -> &[FacetValue] {
        let found = self.facets.iter().find(|(f, _)| *f == facet);
        found.map_or(&[], |(_, values)| values)
    }
}

impl Services {
    /// The register in numbers, as of today.
    ///
    /// # Errors
    /// As a search's and the register's.
    pub fn statistics(&self) -> Result<Arc<Statistics>, ServiceError> {
        let ((), position) = self.ask_engine(|_| Ok(()))?;
        self.keep(&self.statistics.0, position, (), || self.count(position))
    }

    fn count(&self, position: Position) -> Result<Statistics, ServiceError> {
        let all = self.search(&RawSearchParams {
            size: Some("1".to_owned()),
            ..RawSearchParams::default()
        })?;
        let overview = self.overview()?;
        let mut ages = ages(position.day);
        for list in &overview.lists {
            let day = list.latest.published_on;
            let is_within = |age: &&mut Age| (age.published.0..=age.published.1).contains(&day);
            if let Some(age) = ages.iter_mut().find(is_within) {
                age.lists += 1;
            }
        }
        // What has nothing left in force need not be published again.
        let lists = overview.lists.iter().filter(|list| list.items > 0);
        let mut lists: Vec<&Publication> = lists.map(|list| &list.latest).collect();
        lists.sort_by_key(|list| (list.published_on, list.number));
        let oldest = lists.into_iter().take(OLDEST);
        Ok(Statistics {
            position,
            items: all.total,
            facets: all.facets,
            months: self.months(position.day)?,
            ages,
            oldest: oldest
                .map(|list| self.publication_view(list.clone(), &overview))
                .collect(),
        })
    }

    fn months(&self, today: Date) -> Result<Vec<Month>, ServiceError> {
        let mut months: BTreeMap<(i16, i8), Month> = BTreeMap::new();
        let mut offset = 0;
        loop {
            let filter = PublicationFilter::default();
            let (page, all) = self.register.publications(&filter, offset, PAGE)?;
            for publication in &page {
                let day = publication.published_on;
                let month = months.entry((day.year(), day.month())).or_default();
                month.publications += 1;
                month.added += publication.added;
                month.amended += publication.amended;
                month.withdrawn += publication.withdrawn;
            }
            offset += PAGE;
            if offset >= all {
                return Ok(last_months(&months, today));
            }
        }
    }
}

/// The last months up to this one, from the first that is known, those without publications among
/// them.
fn last_months(known: &BTreeMap<(i16, i8), Month>, today: Date) -> Vec<Month> {
    let mut months = Vec::new();
    let mut at = (today.year(), today.month());
    while months.len() < MONTHS {
        months.push(Month {
            year: at.0,
            month: at.1,
            ..known.get(&at).copied().unwrap_or_default()
        });
        at = if at.1 == 1 {
            (at.0 - 1, 12)
        } else {
            (at.0, at.1 - 1)
        };
    }
    months.reverse();
    let first = months.iter().position(|month| month.publications > 0);
    months.split_off(first.unwrap_or(months.len()))
}

/// No lists yet of each age on a day; the days of all of them are without gaps.
fn ages(today: Date) -> Vec<Age> {
    let mut last = Date::MAX;
    let ages = AGES.iter().map(|(days, label)| {
        let before = days.map(|days| today.checked_sub(jiff::ToSpan::days(days)));
        let first = before.and_then(|day| day.and_then(Date::tomorrow).ok());
        let first = first.unwrap_or(Date::MIN);
        let age = Age {
            label,
            lists: 0,
            published: (first, last),
        };
        last = first.yesterday().unwrap_or(Date::MIN);
        age
    });
    ages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_no_gaps_and_end_with_this_one() {
        let month = |added| Month {
            added,
            publications: 1,
            ..Month::default()
        };
        let known = BTreeMap::from([((2025, 11), month(1)), ((2026, 1), month(2))]);
        let months = last_months(&known, jiff::civil::date(2026, 2, 28));
        let told: Vec<_> = months.iter().map(|m| (m.year, m.month, m.added)).collect();
        let expected = [(2025, 11, 1), (2025, 12, 0), (2026, 1, 2), (2026, 2, 0)];
        assert_eq!(told, expected);
        let none = last_months(&BTreeMap::new(), jiff::civil::date(2026, 2, 28));
        assert!(none.is_empty());
    }

    #[test]
    fn ages_follow_each_other() {
        let ages = ages(jiff::civil::date(2026, 11, 30));
        let days = |age: &Age| (age.published.0.to_string(), age.published.1.to_string());
        assert_eq!(days(&ages[0]).0, "2026-08-31");
        assert_eq!(days(&ages[1]), ("2025-11-30".into(), "2026-08-30".into()));
        assert_eq!(
            (ages[0].published.1, ages[3].published.0),
            (Date::MAX, Date::MIN)
        );
    }
}
