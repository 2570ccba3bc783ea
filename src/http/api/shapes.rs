//! The JSON API's shapes: what programs see, and nothing else. Documented in OpenAPI from here.
//! Must not know the register or the engine; made from the services' views.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Kind;
use crate::http::url;
use crate::query::Facet;
use crate::service::overview::{Overview, department_items};
use crate::service::read::{DepartmentView, KindView, ListView, Suggestion, Target};
use crate::service::search::{FacetValue, HitView, SearchPage};
use crate::service::view::{ChangeView, Difference, HeadView, PublicationView};

/// What every list of items shows of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Head {
    /// Unique in the register, never reused.
    pub code: String,
    /// Key of the kind of list.
    pub kind: String,
    pub name: String,
    /// Name of the 子项; empty when there is none.
    pub sub_name: String,
    /// 行政许可, 行政处罚 …; empty when the list gives none.
    #[serde(rename = "type")]
    pub item_type: String,
    pub department: String,
    /// Name of the administrative division.
    pub region: String,
    /// 国家级, 省级, 市级, 县级 or 乡镇级; empty when the list gives none.
    pub level: String,
    /// Path of the item's page.
    pub url: String,
}

impl From<HeadView> for Head {
    fn from(head: HeadView) -> Self {
        Self {
            url: url::item(&head.code),
            code: head.code,
            kind: head.kind,
            name: head.name,
            sub_name: head.sub_name,
            item_type: head.item_type,
            department: head.department,
            region: head.region.name,
            level: head.level,
        }
    }
}

/// One hit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hit {
    #[serde(flatten)]
    pub head: Head,
    /// Comparable within one answer only.
    pub score: f32,
    /// By field key: escaped HTML with the words found in `<mark>`.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub highlights: IndexMap<String, String>,
}

/// One counted value.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetCount {
    /// To be sent back as a filter.
    pub value: String,
    /// To be shown.
    pub label: String,
    pub count: u64,
}

/// Counts among all matching items.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Facets {
    pub kind: Vec<FacetCount>,
    #[serde(rename = "type")]
    pub item_type: Vec<FacetCount>,
    pub department: Vec<FacetCount>,
    pub region: Vec<FacetCount>,
    pub level: Vec<FacetCount>,
}

/// A page of results.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    pub query: String,
    /// All matching items.
    pub total: u64,
    pub page: usize,
    pub size: usize,
    /// Milliseconds inside the service.
    pub took_ms: f64,
    /// No item has all that was asked for; these have part of it.
    pub partial: bool,
    /// Day whose items in force were searched.
    pub as_of: String,
    pub hits: Vec<Hit>,
    pub facets: Facets,
}

impl From<SearchPage> for SearchAnswer {
    fn from(page: SearchPage) -> Self {
        let mut facets = Facets::default();
        for (facet, values) in page.facets {
            let values = values.into_iter().map(FacetCount::from).collect();
            match facet {
                Facet::Kind => facets.kind = values,
                Facet::Type => facets.item_type = values,
                Facet::Department => facets.department = values,
                Facet::Region => facets.region = values,
                Facet::Level => facets.level = values,
            }
        }
        Self {
            query: page.query,
            total: page.total,
            page: page.page,
            size: page.size,
            took_ms: (page.took.as_secs_f64() * 1e6).round() / 1e3,
            partial: page.partial,
            as_of: page.as_of.to_string(),
            hits: page.hits.into_iter().map(Hit::from).collect(),
            facets,
        }
    }
}

impl From<FacetValue> for FacetCount {
    fn from(value: FacetValue) -> Self {
        Self {
            value: value.value,
            label: value.label,
            count: value.count,
        }
    }
}

impl From<HitView> for Hit {
    fn from(hit: HitView) -> Self {
        Self {
            score: hit.score,
            highlights: hit
                .highlights
                .into_iter()
                .map(|h| (h.key, h.html))
                .collect(),
            head: hit.head.into(),
        }
    }
}

/// One field that changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldChange {
    pub field: String,
    pub label: String,
    /// Absent when the field was blank.
    pub before: Option<String>,
    /// Absent when the field became blank.
    pub after: Option<String>,
}

impl From<Difference> for FieldChange {
    fn from(difference: Difference) -> Self {
        Self {
            field: difference.key,
            label: difference.label,
            before: difference.before,
            after: difference.after,
        }
    }
}

/// What happened to an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// `added`, `amended` or `withdrawn`.
    #[schema(value_type = String)]
    pub action: crate::domain::Action,
    #[serde(flatten)]
    pub head: Head,
    pub effective_on: String,
    /// Of an amended item, in the kind's order.
    pub changes: Vec<FieldChange>,
    /// Of a withdrawn item.
    pub reason: Option<String>,
    /// Code of the item that replaces it.
    pub successor: Option<String>,
}

impl From<ChangeView> for Change {
    fn from(change: ChangeView) -> Self {
        Self {
            action: change.action,
            head: change.head.into(),
            effective_on: change.effective_on.to_string(),
            changes: change
                .differences
                .into_iter()
                .map(FieldChange::from)
                .collect(),
            reason: change.reason,
            successor: change.successor,
        }
    }
}

/// The original file, kept byte for byte.
#[derive(Debug, Serialize, ToSchema)]
pub struct File {
    pub name: String,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub bytes: u64,
    pub url: String,
}

/// A publication. Never changed or deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationSummary {
    /// Global sequence from 1.
    pub number: u64,
    pub title: String,
    pub department: String,
    /// Number of the department.
    pub department_id: Option<u64>,
    pub region: String,
    /// Key of the kind of list.
    pub kind: String,
    /// Number of the list.
    pub list: Option<u64>,
    /// 文号.
    pub document_no: Option<String>,
    pub reason: Option<String>,
    pub published_on: String,
    pub effective_on: String,
    pub recorded_at: String,
    pub added: u64,
    pub amended: u64,
    pub withdrawn: u64,
    /// Made up for demonstration (样例).
    pub sample: bool,
    pub file: File,
    pub url: String,
}

impl From<PublicationView> for PublicationSummary {
    fn from(view: PublicationView) -> Self {
        let publication = view.publication;
        Self {
            number: publication.number,
            title: publication.list.title,
            department: publication.list.department,
            department_id: view.department_number,
            region: publication.list.region.name,
            kind: publication.list.kind,
            list: view.list_number,
            document_no: publication.document_no,
            reason: publication.reason,
            published_on: publication.published_on.to_string(),
            effective_on: publication.effective_on.to_string(),
            recorded_at: publication.recorded_at.to_string(),
            added: publication.added,
            amended: publication.amended,
            withdrawn: publication.withdrawn,
            sample: view.sample,
            file: File {
                name: publication.file.name,
                sha256: publication.file.sha256,
                bytes: publication.file.bytes,
                url: url::file(publication.number),
            },
            url: url::publication(publication.number),
        }
    }
}

/// A page of publications, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Publications {
    pub total: u64,
    pub page: usize,
    pub size: usize,
    pub publications: Vec<PublicationSummary>,
}

/// A publication with a page of its changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationAnswer {
    #[serde(flatten)]
    pub publication: PublicationSummary,
    /// The list's publications just before and after.
    pub previous: Option<u64>,
    pub next: Option<u64>,
    /// Number of its changes.
    pub total: u64,
    pub page: usize,
    pub size: usize,
    pub changes: Vec<Change>,
}

/// What changed in a list after one publication up to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceAnswer {
    pub list: List,
    pub from: u64,
    pub to: u64,
    /// Number of items touched; an item added and withdrawn in between is counted but not shown.
    pub total: u64,
    pub page: usize,
    pub size: usize,
    pub changes: Vec<Change>,
}

/// A list with its last publication.
#[derive(Debug, Serialize, ToSchema)]
pub struct List {
    pub number: u64,
    pub title: String,
    pub department: String,
    pub region: String,
    pub kind: String,
    /// Items in force.
    pub items: u64,
    /// Number of its publications.
    pub publications: u64,
    pub latest: PublicationSummary,
    pub url: String,
}

impl From<ListView> for List {
    fn from(view: ListView) -> Self {
        let list = view.latest.publication.list.clone();
        Self {
            number: view.number,
            title: list.title,
            department: list.department,
            region: list.region.name,
            kind: list.kind,
            items: view.items,
            publications: view.publications,
            latest: view.latest.into(),
            url: url::list(view.number),
        }
    }
}

/// All lists.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lists {
    pub lists: Vec<List>,
}

/// A list and its publications.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListAnswer {
    #[serde(flatten)]
    pub list: List,
    /// Newest first.
    pub history: Vec<PublicationSummary>,
}

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
    pub page: usize,
    pub size: usize,
    /// By kind and the list's own order.
    pub items: Vec<Head>,
    pub url: String,
}

impl From<DepartmentView> for DepartmentAnswer {
    fn from(view: DepartmentView) -> Self {
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

/// One suggestion.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionShape {
    pub text: String,
    /// Key of the item's kind of list, or `department`.
    pub kind: String,
    /// Path of its page.
    pub url: String,
}

impl From<Suggestion> for SuggestionShape {
    fn from(suggestion: Suggestion) -> Self {
        let (kind, url) = match suggestion.target {
            Target::Item { code, kind } => (kind, url::item(&code)),
            Target::Department { number } => ("department".to_owned(), url::department(number)),
        };
        Self {
            text: suggestion.text,
            kind,
            url,
        }
    }
}

/// What a reader may mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestAnswer {
    pub query: String,
    pub suggestions: Vec<SuggestionShape>,
}

/// Whether the site can answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    pub status: &'static str,
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
