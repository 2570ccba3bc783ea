//! Departments, kinds and lists with what is in force of them.

use std::ops::RangeInclusive;

use crate::domain::{Date, Kind, Region};
use crate::query::{Facet, MAX_DEPTH, Query, Sort};
use crate::register::{ListSummary, PublicationFilter};
use crate::service::overview::{Overview, department_items};
use crate::service::view::{HeadView, PublicationView};
use crate::service::{ServiceError, Services};

use super::Paging;

/// Items of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCount {
    /// Empty for items whose list gives no type.
    pub item_type: String,
    pub items: u64,
}

/// Items of one kind, and of its types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    pub kind: String,
    pub name: String,
    pub items: u64,
    pub types: Vec<TypeCount>,
}

/// A list with its last publication.
#[derive(Clone, Debug)]
pub struct ListView {
    pub number: u64,
    pub latest: PublicationView,
    /// Number of its publications.
    pub publications: u64,
    /// Items in force.
    pub items: u64,
}

/// A department with its items in force.
#[derive(Clone, Debug)]
pub struct DepartmentView {
    pub number: u64,
    pub name: String,
    pub region: Region,
    pub items: u64,
    pub kinds: Vec<KindCount>,
    pub lists: Vec<ListView>,
    /// One page of its items, by kind and the list's own order.
    pub page: Vec<HeadView>,
    /// Items that paging reaches.
    pub reachable: u64,
    pub paging: Paging,
}

/// A kind with its columns.
#[derive(Clone, Debug)]
pub struct KindView {
    pub kind: std::sync::Arc<Kind>,
    pub items: u64,
    /// Departments with items of the kind: number, name, items.
    pub departments: Vec<(u64, String, u64)>,
}

impl Services {
    /// Items in force by kind, in the kinds' order.
    pub fn kind_counts(&self, overview: &Overview) -> Vec<KindCount> {
        self.kinds
            .iter()
            .map(|kind| KindCount {
                kind: kind.key.clone(),
                name: kind.name.clone(),
                items: overview.items_of_kind(&kind.key),
                types: Vec::new(),
            })
            .collect()
    }

    /// A department and one page of its items.
    ///
    /// # Errors
    /// `NotFound` for an unknown number, `Invalid` past the deepest page, and the stores' failures.
    pub fn department(&self, number: u64, paging: Paging) -> Result<DepartmentView, ServiceError> {
        let overview = self.overview()?;
        let Some(department) = overview.department(number) else {
            return Err(ServiceError::not_found(format!(
                "没有编号为 {number} 的部门"
            )));
        };
        let paging = paging.within_depth()?;
        let query = browse(&department.name, None, paging.offset(), paging.size);
        let (all, position) = self.ask_engine(|engine| engine.search(&query))?;
        let ids: Vec<_> = all.hits.iter().map(|hit| hit.id).collect();
        let page = self
            .register
            .in_force(&ids, position)?
            .iter()
            .map(|r| self.head_view(r.code.as_str(), &r.item.head))
            .collect();
        Ok(DepartmentView {
            number,
            name: department.name.clone(),
            region: department.region.clone(),
            items: department_items(department),
            kinds: self.department_kinds(&department.name, &department.items)?,
            lists: overview
                .lists
                .iter()
                .filter(|l| l.list.department == department.name)
                .map(|l| self.list_view(l, &overview))
                .collect(),
            page,
            reachable: all.total.min(MAX_DEPTH as u64),
            paging,
        })
    }

    /// Counts by kind, and by type within each kind.
    fn department_kinds(
        &self,
        department: &str,
        items: &[(String, u64)],
    ) -> Result<Vec<KindCount>, ServiceError> {
        let mut counts = Vec::new();
        for kind in self.kinds.iter() {
            let Some((_, count)) = items.iter().find(|(key, _)| *key == kind.key) else {
                continue;
            };
            let answer = self
                .engine
                .search(&browse(department, Some(&kind.key), 0, 0))?;
            let types = answer
                .facets
                .into_iter()
                .filter(|(facet, _)| *facet == Facet::Type);
            counts.push(KindCount {
                kind: kind.key.clone(),
                name: kind.name.clone(),
                items: *count,
                types: types
                    .flat_map(|(_, values)| values)
                    .filter(|v| !v.value.is_empty())
                    .map(|v| TypeCount {
                        item_type: v.value,
                        items: v.count,
                    })
                    .collect(),
            });
        }
        Ok(counts)
    }

    /// A kind with its columns and the departments that publish it.
    ///
    /// # Errors
    /// `NotFound` for an unknown key.
    pub fn kind(&self, key: &str) -> Result<KindView, ServiceError> {
        let Some(kind) = self.kinds.get(key) else {
            return Err(ServiceError::not_found(format!("没有“{key}”这种清单")));
        };
        let overview = self.overview()?;
        let mut departments: Vec<(u64, String, u64)> = overview
            .departments
            .iter()
            .filter_map(|d| {
                let (_, items) = d.items.iter().find(|(k, _)| k == key)?;
                (*items > 0).then(|| (d.number, d.name.clone(), *items))
            })
            .collect();
        departments.sort_by_key(|(number, _, items)| (std::cmp::Reverse(*items), *number));
        Ok(KindView {
            kind: std::sync::Arc::clone(kind),
            items: overview.items_of_kind(key),
            departments,
        })
    }

    /// Lists by department, kind and title, those that were last published between two days.
    ///
    /// # Errors
    /// `Internal` when the store fails.
    pub fn lists(&self, published: RangeInclusive<Date>) -> Result<Vec<ListView>, ServiceError> {
        let overview = self.overview()?;
        Ok(overview
            .lists
            .iter()
            .filter(|list| published.contains(&list.latest.published_on))
            .map(|l| self.list_view(l, &overview))
            .collect())
    }

    /// One list and its publications, newest first.
    ///
    /// # Errors
    /// `NotFound` for an unknown number.
    pub fn list(&self, number: u64) -> Result<(ListView, Vec<PublicationView>), ServiceError> {
        let overview = self.overview()?;
        let Some(list) = overview.list(number) else {
            return Err(ServiceError::not_found(format!(
                "没有编号为 {number} 的清单"
            )));
        };
        let filter = PublicationFilter {
            list: Some(number),
            ..PublicationFilter::default()
        };
        let (publications, _) = self
            .register
            .publications(&filter, 0, list.publications.max(1))?;
        let publications = publications
            .into_iter()
            .map(|p| self.publication_view(p, &overview))
            .collect();
        Ok((self.list_view(list, &overview), publications))
    }

    pub(in crate::service) fn list_view(
        &self,
        list: &ListSummary,
        overview: &Overview,
    ) -> ListView {
        ListView {
            number: list.number,
            latest: self.publication_view(list.latest.clone(), overview),
            publications: list.publications,
            items: list.items,
        }
    }
}

/// All items of a department, optionally of one kind, in the list's own order.
pub(super) fn browse(department: &str, kind: Option<&str>, offset: usize, limit: usize) -> Query {
    let mut filters = vec![(Facet::Department, vec![department.to_owned()])];
    filters.extend(kind.map(|k| (Facet::Kind, vec![k.to_owned()])));
    Query {
        filters,
        sort: Sort::Department,
        offset,
        limit,
        ..Query::default()
    }
}
