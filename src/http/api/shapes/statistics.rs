//! Shape of the register in numbers.

use serde::Serialize;
use utoipa::ToSchema;

use super::{PublicationSummary, search::Facets};
use crate::service::statistics::Statistics;

/// What was published in a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthShape {
    /// YYYY-MM.
    pub month: String,
    pub publications: u64,
    pub added: u64,
    pub amended: u64,
    pub withdrawn: u64,
}

/// Lists of one age.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgeShape {
    /// Time since the last publication, in Chinese.
    pub label: &'static str,
    pub lists: u64,
}

/// The register in numbers, as of today.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsAnswer {
    pub as_of: String,
    /// Number of the newest publication that counts.
    pub publication: u64,
    /// Items in force.
    pub items: u64,
    /// Items in force by facet, the most first.
    pub facets: Facets,
    /// The last 24 months up to this one, the oldest first; from the first with a publication.
    pub months: Vec<MonthShape>,
    pub ages: Vec<AgeShape>,
    /// Lists that were published longest ago, by their last publication.
    pub oldest: Vec<PublicationSummary>,
}

impl From<&Statistics> for StatisticsAnswer {
    fn from(statistics: &Statistics) -> Self {
        Self {
            as_of: statistics.position.day.to_string(),
            publication: statistics.position.publication,
            items: statistics.items,
            facets: statistics.facets.clone().into(),
            months: statistics
                .months
                .iter()
                .map(|month| MonthShape {
                    month: month.key(),
                    publications: month.publications,
                    added: month.added,
                    amended: month.amended,
                    withdrawn: month.withdrawn,
                })
                .collect(),
            ages: statistics
                .ages
                .iter()
                .map(|age| AgeShape {
                    label: age.label,
                    lists: age.lists,
                })
                .collect(),
            oldest: statistics
                .oldest
                .iter()
                .cloned()
                .map(PublicationSummary::from)
                .collect(),
        }
    }
}
