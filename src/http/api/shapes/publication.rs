//! Shapes of publications and lists.

use serde::Serialize;
use utoipa::ToSchema;

use super::Change;
use crate::domain::Date;
use crate::http::url;
use crate::service::read::{ChainHead, ListView, Moment};
use crate::service::view::PublicationView;

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
    /// Offices that approved it, apart by 、; null where it was not reviewed here.
    pub approved_by: Option<String>,
    /// How cancelled, delegated and entrusted powers are supervised afterwards (事中事后监管).
    pub supervision: Option<String>,
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
            approved_by: publication.approved_by,
            supervision: publication.supervision,
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
pub struct PublicationPage {
    pub total: u64,
    pub page: usize,
    pub size: usize,
    pub publications: Vec<PublicationSummary>,
    /// The newest publication of the register, whatever the filter; null while there is none.
    pub head: Option<ChainHeadShape>,
}

/// A publication's number and digest, which covers all publications up to it (`quanze verify`).
#[derive(Debug, Serialize, ToSchema)]
pub struct ChainHeadShape {
    pub publication: u64,
    /// SHA-256, lower-case hexadecimal.
    pub digest: String,
}

impl From<ChainHead> for ChainHeadShape {
    fn from(head: ChainHead) -> Self {
        Self {
            publication: head.publication,
            digest: head.digest,
        }
    }
}

/// A publication with a page of its changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationAnswer {
    #[serde(flatten)]
    pub publication: PublicationSummary,
    /// Covers all that it recorded and the digest of the publication before it; SHA-256 in lower-case
    /// hexadecimal.
    pub digest: String,
    /// The list's publications just before and after.
    pub previous: Option<u64>,
    pub next: Option<u64>,
    /// Number of its changes.
    pub total: u64,
    pub page: usize,
    pub size: usize,
    pub changes: Vec<Change>,
}

/// A publication's number or a day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MomentShape {
    Publication(u64),
    #[schema(value_type = String)]
    Day(Date),
}

impl From<Moment> for MomentShape {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Publication(number) => Self::Publication(number),
            Moment::Day(day) => Self::Day(day),
        }
    }
}

/// What changed in a list after one publication, or day, up to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceAnswer {
    pub list: List,
    pub from: MomentShape,
    pub to: MomentShape,
    /// Number of items that differ.
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
