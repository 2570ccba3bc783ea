//! Pages for readers: one function per route, each from parameters to a typed context and its
//! template. Must not know status codes or how anything is stored. Paths come from `url` alone.

pub mod assets;
pub mod catalogue;
pub mod charts;
pub mod check;
pub mod compare;
pub mod data;
pub mod department;
pub mod docs;
pub mod feedback;
pub mod home;
pub mod item;
pub mod negative;
pub mod overview;
pub mod parts;
pub mod publications;
pub mod search;

use askama::Template;

use crate::domain::date::chinese;
use crate::service::ServiceError;
use crate::service::overview::Overview;

/// What surrounds every page.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    pub title: String,
    /// Path of the same content in the API.
    pub api: Option<String>,
    /// The page's own permanent path.
    pub canonical: Option<String>,
    /// Day the content is of, in Chinese; `None` on error pages.
    pub as_of: Option<String>,
    /// Where the content is from, in Chinese.
    pub source: String,
    /// Whether (part of) the content is made up for demonstration (样例).
    pub sample: bool,
    /// Which entry of the navigation the page belongs to.
    pub section: Section,
    /// Question shown in the search box.
    pub q: String,
}

/// Entries of the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    #[default]
    None,
    Departments,
    Lists,
    Publications,
    Check,
    Overview,
    Data,
}

impl Shell {
    /// Surroundings of a page made from the register as it stands today.
    pub fn new(overview: &Overview, title: impl Into<String>) -> Self {
        let source = match overview.last_number {
            0 => "尚未收录任何清单".to_owned(),
            last => format!("各部门公布的清单，收录至第 {last} 号公布"),
        };
        Self {
            title: title.into(),
            as_of: Some(chinese(overview.day)),
            source,
            sample: overview.has_samples,
            ..Self::default()
        }
    }

    pub fn with_api(mut self, api: impl Into<String>) -> Self {
        self.api = Some(api.into());
        self
    }

    pub fn with_canonical(mut self, path: impl Into<String>) -> Self {
        self.canonical = Some(path.into());
        self
    }

    pub fn in_section(mut self, section: Section) -> Self {
        self.section = section;
        self
    }

    /// For the template: `aria-current` of a navigation entry.
    pub fn is(&self, section: &str) -> bool {
        match self.section {
            Section::None => false,
            Section::Departments => section == "departments",
            Section::Lists => section == "lists",
            Section::Publications => section == "publications",
            Section::Check => section == "check",
            Section::Overview => section == "overview",
            Section::Data => section == "data",
        }
    }
}

/// Writes a page out.
///
/// # Errors
/// `Internal`: a template cannot fail unless a value's own formatting does.
pub fn render(page: &impl Template) -> Result<String, ServiceError> {
    page.render()
        .map_err(|e| ServiceError::Internal(format!("template: {e}")))
}

/// The page for an error. Needs neither register nor engine: they may be what failed.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    shell: Shell,
    status: u16,
    title: String,
    detail: String,
}

impl ErrorPage {
    pub fn new(status: u16, title: &str, detail: &str) -> Self {
        Self {
            shell: Shell {
                title: title.to_owned(),
                ..Shell::default()
            },
            status,
            title: title.to_owned(),
            detail: detail.to_owned(),
        }
    }

    /// The page as bytes; a template that fails leaves its plain text.
    pub fn into_bytes(self) -> Vec<u8> {
        self.render()
            .unwrap_or_else(|_| format!("{}：{}", self.title, self.detail))
            .into_bytes()
    }
}
