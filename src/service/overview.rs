//! Departments and lists with their counts, kept until the register or the day moves on.
//! Counting all items in force costs a scan of the register; every page needs the result.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::department::short;
use crate::domain::{Date, ListId};
use crate::register::{DepartmentSummary, ListSummary};
use crate::text::normal::normalise;

use super::view::is_sample;
use super::{ServiceError, Services};

/// What the register holds on one day.
#[derive(Debug)]
pub struct Overview {
    pub day: Date,
    /// Number of the newest publication; 0 when there is none.
    pub last_number: u64,
    /// By region and name.
    pub departments: Vec<DepartmentSummary>,
    /// By department, kind and title.
    pub lists: Vec<ListSummary>,
    /// Whether a list is made up for demonstration (样例).
    pub has_samples: bool,
    list_numbers: HashMap<ListId, u64>,
    department_numbers: HashMap<String, u64>,
    /// Normalised names with and without region, in the order of `departments`.
    said: Vec<(String, String)>,
}

/// Characters of a name without its region by which a department is meant: 公安局, not 部.
const SHORTEST: usize = 3;

impl Overview {
    /// Number of a list in URLs.
    pub fn list_number(&self, list: &ListId) -> Option<u64> {
        self.list_numbers.get(list).copied()
    }

    /// Number of a department in URLs.
    pub fn department_number(&self, name: &str) -> Option<u64> {
        self.department_numbers.get(name).copied()
    }

    /// Departments that a normalised text names: those in full, else those without their region, with
    /// the most items first.
    pub fn named_in(&self, text: &str) -> Vec<&DepartmentSummary> {
        let both = || self.departments.iter().zip(&self.said);
        let full = both().filter(|(_, (full, _))| text.contains(full.as_str()));
        let mut named: Vec<_> = full.map(|(department, _)| department).collect();
        if named.is_empty() {
            let is_meant = |short: &str| short.chars().count() >= SHORTEST && text.contains(short);
            let short = both().filter(|(_, (_, short))| is_meant(short));
            named = short.map(|(department, _)| department).collect();
        }
        named.sort_by_key(|department| std::cmp::Reverse(department_items(department)));
        named
    }

    pub fn department(&self, number: u64) -> Option<&DepartmentSummary> {
        self.departments.iter().find(|d| d.number == number)
    }

    pub fn list(&self, number: u64) -> Option<&ListSummary> {
        self.lists.iter().find(|l| l.number == number)
    }

    /// Items in force of one kind.
    pub fn items_of_kind(&self, kind: &str) -> u64 {
        self.departments
            .iter()
            .flat_map(|d| &d.items)
            .filter(|(key, _)| key == kind)
            .map(|(_, count)| count)
            .sum()
    }

    /// All items in force.
    pub fn items(&self) -> u64 {
        self.departments.iter().map(department_items).sum()
    }
}

/// Items in force of one department.
pub fn department_items(department: &DepartmentSummary) -> u64 {
    department.items.iter().map(|(_, count)| count).sum()
}

/// The newest overview.
#[derive(Default)]
pub(super) struct OverviewCache(Mutex<Option<Arc<Overview>>>);

impl Services {
    /// The register's overview as of today.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn overview(&self) -> Result<Arc<Overview>, ServiceError> {
        let day = self.today();
        let last_number = self.register.last_number()?;
        // Held while reading, so that a new publication is counted once and not by every request
        // that arrives meanwhile.
        let mut kept = self
            .overview
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(overview) = kept.as_ref()
            && overview.day == day
            && overview.last_number == last_number
        {
            return Ok(Arc::clone(overview));
        }
        let departments = self.register.departments(day)?;
        let lists = self.register.lists(day)?;
        let overview = Arc::new(Overview {
            day,
            last_number,
            list_numbers: lists.iter().map(|l| (l.list.clone(), l.number)).collect(),
            department_numbers: departments
                .iter()
                .map(|d| (d.name.clone(), d.number))
                .collect(),
            said: departments
                .iter()
                .map(|d| (normalise(&d.name), normalise(short(&d.name, &d.region))))
                .collect(),
            has_samples: lists.iter().any(|l| is_sample(&l.latest)),
            departments,
            lists,
        });
        *kept = Some(Arc::clone(&overview));
        Ok(overview)
    }
}
