//! Shapes of departments and kinds.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Head, List};
use crate::domain::Kind;
use crate::http::url;
use crate::service::overview::{Overview, department_items};
use crate::service::read::{DepartmentFacts, DepartmentView, KindView};

/// A department.
#[derive(Debug, Serialize, ToSchema)]
pub struct Department {
    pub number: u64,
    pub name: String,
    pub region: String,
    /// Six digits, or the name where the division is unknown.
    pub region_code: String,
    /// Items in force.
    pub items: u64,
    /// Items in force by kind key.
    #[schema(value_type = std::collections::HashMap<String, u64>)]
    pub kinds: IndexMap<String, u64>,
    pub url: String,
}

/// All departments, by region and name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Departments {
    pub as_of: String,
    pub departments: Vec<Department>,
}

impl From<&Overview> for Departments {
    fn from(overview: &Overview) -> Self {
        let departments = overview.departments.iter().map(|department| Department {
            number: department.number,
            name: department.name.clone(),
            region: department.region.name.clone(),
            region_code: department.region.code.clone(),
            items: department_items(department),
            kinds: department.items.iter().cloned().collect(),
            url: url::department(department.number),
        });
        Self {
            as_of: overview.day.to_string(),
            departments: departments.collect(),
        }
    }
}

/// Items of one type.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypeCount {
    #[serde(rename = "type")]
    pub item_type: String,
    pub items: u64,
}

/// Items of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindCount {
    pub kind: String,
    pub name: String,
    pub items: u64,
    pub types: Vec<TypeCount>,
}

/// Another body with a part in a department's shared matters.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartnerShape {
    pub name: String,
    /// Number of the department, where it publishes lists.
    pub number: Option<u64>,
    /// Matters in which the department leads and it supports.
    pub supports: u64,
    /// Matters in which it leads and the department supports.
    pub leads: u64,
    /// Matters in which both lead.
    pub together: u64,
}

/// A matter in which several departments have a part (职责边界).
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedShape {
    #[serde(flatten)]
    pub head: Head,
    /// Whether the department leads.
    pub is_led: bool,
    /// Bodies that lead, and those that support.
    pub lead: Vec<String>,
    pub support: Vec<String>,
}

/// A department with its lists and a page of its items.
#[derive(Debug, Serialize, ToSchema)]
pub struct DepartmentAnswer {
    pub number: u64,
    pub name: String,
    pub region: String,
    pub region_code: String,
    /// Items in force.
    pub total: u64,
    pub kinds: Vec<KindCount>,
    pub lists: Vec<List>,
    /// How to reach it, as most of its items say: label and value.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub contacts: IndexMap<String, String>,
    /// Other bodies with a part in its shared matters, those with the most first.
    pub partners: Vec<PartnerShape>,
    /// Matters that it shares with others.
    pub shared: Vec<SharedShape>,
    pub page: usize,
    pub size: usize,
    /// By kind and the list's own order.
    pub items: Vec<Head>,
    pub url: String,
}

impl DepartmentAnswer {
    pub fn new(view: DepartmentView, facts: &DepartmentFacts) -> Self {
        let kinds = view.kinds.into_iter().map(|kind| KindCount {
            kind: kind.kind,
            name: kind.name,
            items: kind.items,
            types: kind
                .types
                .into_iter()
                .map(|t| TypeCount {
                    item_type: t.item_type,
                    items: t.items,
                })
                .collect(),
        });
        Self {
            number: view.number,
            name: view.name,
            region: view.region.name,
            region_code: view.region.code,
            total: view.items,
            kinds: kinds.collect(),
            lists: view.lists.into_iter().map(List::from).collect(),
            contacts: facts.contacts.iter().cloned().collect(),
            partners: facts
                .partners
                .iter()
                .map(|partner| PartnerShape {
                    name: partner.name.clone(),
                    number: partner.number,
                    supports: partner.supports,
                    leads: partner.leads,
                    together: partner.together,
                })
                .collect(),
            shared: facts
                .matters
                .iter()
                .map(|matter| SharedShape {
                    head: matter.head.clone().into(),
                    is_led: matter.leads,
                    lead: matter.lead.clone(),
                    support: matter.support.clone(),
                })
                .collect(),
            page: view.paging.page,
            size: view.paging.size,
            items: view.page.into_iter().map(Head::from).collect(),
            url: url::department(view.number),
        }
    }
}

/// One field of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldShape {
    pub key: String,
    pub label: String,
    /// What the field means, whatever its heading says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    pub required: bool,
    /// Whether searches count and filter by it.
    pub facet: bool,
}

/// A kind of list.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindShape {
    pub key: String,
    pub name: String,
    /// What one row is called.
    pub noun: String,
    /// Items in force.
    pub items: u64,
    pub url: String,
    /// In published order.
    pub fields: Vec<FieldShape>,
}

impl KindShape {
    pub fn new(kind: &Kind, items: u64) -> Self {
        Self {
            key: kind.key.clone(),
            name: kind.name.clone(),
            noun: kind.noun.clone(),
            items,
            url: url::kind(&kind.key),
            fields: kind
                .fields
                .iter()
                .map(|field| FieldShape {
                    key: field.key.clone(),
                    label: field.label.clone(),
                    role: field.role.map(|role| kebab(&format!("{role:?}"))),
                    required: field.required,
                    facet: field.facet,
                })
                .collect(),
        }
    }
}

/// All kinds of list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Kinds {
    pub kinds: Vec<KindShape>,
}

/// A department's share of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindDepartment {
    pub number: u64,
    pub name: String,
    pub items: u64,
    pub url: String,
}

/// A kind of list and who publishes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindAnswer {
    #[serde(flatten)]
    pub kind: KindShape,
    /// By falling number of items.
    pub departments: Vec<KindDepartment>,
}

impl From<KindView> for KindAnswer {
    fn from(view: KindView) -> Self {
        let departments =
            view.departments
                .into_iter()
                .map(|(number, name, items)| KindDepartment {
                    url: url::department(number),
                    number,
                    name,
                    items,
                });
        Self {
            kind: KindShape::new(&view.kind, view.items),
            departments: departments.collect(),
        }
    }
}

/// `DutiesBasis` → `duties-basis`, as kinds' files write it.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;

    #[test]
    fn roles_are_named_as_kinds_files_write_them() {
        use serde::Deserialize;
        use serde::de::value::{Error, StrDeserializer};
        for role in [Role::DutiesBasis, Role::CreditCode, Role::Title] {
            let name = kebab(&format!("{role:?}"));
            let read = StrDeserializer::<Error>::new(&name);
            assert_eq!(Role::deserialize(read).ok(), Some(role), "{name}");
        }
    }
}
