//! What a department shares with others (职责边界): who leads, who supports; and how to reach it, as
//! most of its items say.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::{Item, Kind, Position, Region, Role, department};
use crate::query::{Facet, MAX_DEPTH, Query, Sort, region_value};
use crate::register::DepartmentSummary;
use crate::service::kept::Kept;
use crate::service::view::HeadView;
use crate::service::{ServiceError, Services};

use super::catalogue::browse;

/// Items that are asked how to reach their department.
const ASKED: usize = 60;

/// What a department shares, and how to reach it.
#[derive(Clone, Debug, Default)]
pub struct DepartmentFacts {
    /// Matters with others, in the order of their lists.
    pub matters: Vec<SharedMatter>,
    /// Other bodies with a part in these, those with the most matters first.
    pub partners: Vec<Partner>,
    /// The region shares more matters than are looked at.
    pub is_partial: bool,
    /// Label and value, as most items say that say anything.
    pub contacts: Vec<(String, String)>,
}

/// A matter in which several departments have a part.
#[derive(Clone, Debug)]
pub struct SharedMatter {
    pub head: HeadView,
    /// Whether the department itself leads.
    pub leads: bool,
    /// The bodies that lead and those that support, by their full names where they are known.
    pub lead: Vec<String>,
    pub support: Vec<String>,
}

/// Another body with a part in the department's matters. Who only supports beside it does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    pub name: String,
    /// Its number, where it publishes lists.
    pub number: Option<u64>,
    /// Matters in which the department leads and it supports.
    pub supports: u64,
    /// Matters in which it leads and the department supports.
    pub leads: u64,
    /// Matters in which both lead.
    pub together: u64,
}

/// Shared matters of one region.
#[derive(Clone, Debug, Default)]
struct Matters {
    /// Whoever leads is not looked at yet: `leads` is false.
    all: Vec<SharedMatter>,
    /// More than are looked at.
    is_partial: bool,
}

/// Facts of departments by number, and shared matters by code of region.
#[derive(Default)]
pub(in crate::service) struct FactsCache {
    facts: Kept<u64, DepartmentFacts>,
    matters: Kept<String, Matters>,
}

impl Services {
    /// What a department shares with others, and how to reach it.
    ///
    /// # Errors
    /// `NotFound` for an unknown number, and the stores' failures.
    pub fn department_facts(&self, number: u64) -> Result<Arc<DepartmentFacts>, ServiceError> {
        let overview = self.overview()?;
        let Some(department) = overview.department(number) else {
            return Err(ServiceError::not_found(format!(
                "没有编号为 {number} 的部门"
            )));
        };
        let ((), at) = self.ask_engine(|_| Ok(()))?;
        self.keep(&self.facts.facts, at, number, || {
            let region = &department.region;
            let shared = &self.facts.matters;
            let matters = self.keep(shared, at, region.code.clone(), || {
                self.shared_matters(region, at)
            })?;
            let name = &department.name;
            let own = matters.all.iter();
            let own = own.filter(|m| m.lead.contains(name) || m.support.contains(name));
            let own = own.map(|matter| SharedMatter {
                leads: matter.lead.contains(name),
                ..matter.clone()
            });
            let matters_own: Vec<SharedMatter> = own.collect();
            let mut partners = partners(&matters_own, name);
            for partner in &mut partners {
                partner.number = overview.department_number(&partner.name);
            }
            Ok(DepartmentFacts {
                contacts: self.contacts(department, at)?,
                partners,
                matters: matters_own,
                is_partial: matters.is_partial,
            })
        })
    }

    /// What the departments of a region share, as far as an engine lists.
    fn shared_matters(&self, region: &Region, at: Position) -> Result<Matters, ServiceError> {
        let mut matters = Matters::default();
        let overview = self.overview()?;
        for kind in self.kinds.iter() {
            let Some(types) = types_sharing(kind) else {
                continue;
            };
            let mut filters = vec![
                (Facet::Kind, vec![kind.key.clone()]),
                (Facet::Region, vec![region_value(region).to_owned()]),
            ];
            if !types.is_empty() {
                filters.push((Facet::Type, types));
            }
            let found = self.engine.search(&Query {
                filters,
                sort: Sort::Department,
                limit: MAX_DEPTH,
                ..Query::default()
            })?;
            matters.is_partial |= found.total > MAX_DEPTH as u64;
            let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
            for revision in self.register.in_force(&ids, at)? {
                let item = &revision.item;
                let of = |role| self.bodies(item, kind, role, (region, &overview.departments));
                let (lead, mut support) = (of(Role::Lead), of(Role::Parties));
                support.retain(|body| !lead.contains(body));
                if lead.len() + support.len() > 1 {
                    matters.all.push(SharedMatter {
                        head: self.head_view(revision.code.as_str(), &item.head),
                        leads: false,
                        lead,
                        support,
                    });
                }
            }
        }
        Ok(matters)
    }

    /// The bodies that an item's fields of a role name, each once, by their full names.
    fn bodies(
        &self,
        item: &Item,
        kind: &Kind,
        role: Role,
        (region, known): (&Region, &[DepartmentSummary]),
    ) -> Vec<String> {
        let mut bodies = Vec::new();
        let values = kind
            .fields_with(role)
            .filter_map(|f| item.fields.get(&f.key));
        let names = values.flat_map(|text| text.split(['、', '，', ',', '；', ';', '\n']));
        for name in names.map(str::trim).filter(|name| !name.is_empty()) {
            let full = department::complete(name, Some(region), &self.regions);
            let known = known.iter().find(|d| department::is_same(&d.name, &full));
            let full = known.map_or(full, |d| d.name.clone());
            if !bodies.contains(&full) {
                bodies.push(full);
            }
        }
        bodies
    }

    /// How to reach a department, as most of its items say that say anything.
    fn contacts(
        &self,
        own: &DepartmentSummary,
        at: Position,
    ) -> Result<Vec<(String, String)>, ServiceError> {
        let hits = self.engine.search(&browse(&own.name, None, 0, ASKED))?.hits;
        let ids: Vec<_> = hits.iter().map(|hit| hit.id).collect();
        let mut said: [HashMap<(String, String), usize>; 3] = Default::default();
        let roles = [Role::Place, Role::Phone, Role::Complaint];
        for revision in self.register.in_force(&ids, at)? {
            let Some(kind) = self.kinds.get(&revision.item.head.kind) else {
                continue;
            };
            for (role, said) in roles.iter().zip(&mut said) {
                for field in kind.fields_with(*role) {
                    if let Some(value) = revision.item.fields.get(&field.key) {
                        let key = (field.label.clone(), value.clone());
                        *said.entry(key).or_default() += 1;
                    }
                }
            }
        }
        let most = said.into_iter().filter_map(|said| {
            let all: usize = said.values().sum();
            let (contact, times) = said.into_iter().max_by_key(|(_, times)| *times)?;
            // Lists of bodies have an address for each: none of them is the department's.
            (times * 2 > all).then_some(contact)
        });
        Ok(most.collect())
    }
}

/// Types of a kind's items that name who shares a matter; empty where they have no type of their own,
/// `None` where no table has such a field.
fn types_sharing(kind: &Kind) -> Option<Vec<String>> {
    let lead = kind.field_with(Role::Lead)?;
    let parties = kind.field_with(Role::Parties);
    let shares = |key: &String| *key == lead.key || parties.is_some_and(|p| p.key == *key);
    let tables = kind.tables.iter();
    let tables: Vec<_> = tables.filter(|t| t.requires.iter().any(shares)).collect();
    if tables.is_empty() {
        return None;
    }
    let types = tables.iter().map(|table| table.item_type.clone());
    Some(types.collect::<Option<Vec<_>>>().unwrap_or_default())
}

/// The other bodies of these matters.
fn partners(matters: &[SharedMatter], own: &str) -> Vec<Partner> {
    let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for matter in matters {
        for body in matter.lead.iter().filter(|b| *b != own) {
            let [_, leads, together] = counts.entry(body).or_default();
            *(if matter.leads { together } else { leads }) += 1;
        }
        for body in matter.support.iter().filter(|b| *b != own && matter.leads) {
            let [supports, ..] = counts.entry(body).or_default();
            *supports += 1;
        }
    }
    let mut partners: Vec<Partner> = counts
        .into_iter()
        .filter(|(name, _)| !department::is_anyone(name))
        .map(|(name, [supports, leads, together])| Partner {
            name: name.to_owned(),
            number: None,
            supports,
            leads,
            together,
        })
        .collect();
    partners.sort_by_key(|p| std::cmp::Reverse(p.supports + p.leads + p.together));
    partners
}
