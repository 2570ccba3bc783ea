//! What helps where a search finds nothing, or nothing surely: the same without its filters, words
//! and names near to what was asked, departments that handle the like.

use crate::query::{Facet, Match, RawSearchParams};
use crate::text::normal::normalise;

use super::read::{Suggestion, Target};
use super::search::{FacetValue, SearchPage};
use super::{ServiceError, Services};

/// Near names that are told.
const NEAREST: usize = 6;
/// Parts of a question for which near names are sought: each costs what a suggestion costs.
const PARTS: usize = 4;
/// Departments that are told.
const DEPARTMENTS: usize = 3;

/// Where to go on.
#[derive(Clone, Debug, Default)]
pub struct SearchHelp {
    /// How many items the question finds without filters; 0 where it has none.
    pub unfiltered: u64,
    /// Words and names that share a part with the question.
    pub nearest: Vec<Suggestion>,
    /// Departments that have most of what is like it.
    pub departments: Vec<FacetValue>,
}

impl Services {
    /// Help for a page of results; nothing where it answers the question.
    ///
    /// # Errors
    /// As a search's.
    pub fn search_help(
        &self,
        raw: &RawSearchParams,
        page: &SearchPage,
    ) -> Result<SearchHelp, ServiceError> {
        let mut help = SearchHelp::default();
        let is_answered = page.query.is_empty() || page.certainty == Match::Good;
        if page.total > 0 && is_answered {
            return Ok(help);
        }
        if page.total > 0 {
            help.departments = departments(&page.facets);
            return Ok(help);
        }
        if !page.filters.is_empty() || page.basis.is_some() {
            let whole = self.search(&RawSearchParams {
                q: raw.q.clone(),
                exact: raw.exact,
                size: Some("1".to_owned()),
                ..RawSearchParams::default()
            })?;
            help.unfiltered = whole.total;
            help.departments = departments(&whole.facets);
        }
        if help.unfiltered == 0 {
            help.nearest = self.nearest(&page.query)?;
        }
        Ok(help)
    }

    /// Whether something stands behind a suggestion: a word that people use may be of nothing here.
    fn leads_on(&self, suggestion: &Suggestion) -> Result<bool, ServiceError> {
        if suggestion.target != Target::Word {
            return Ok(true);
        }
        let found = self.search(&RawSearchParams {
            q: suggestion.text.clone(),
            size: Some("1".to_owned()),
            ..RawSearchParams::default()
        })?;
        Ok(found.certainty == Match::Good)
    }

    /// Suggestions for the words of a question, then for its neighbouring characters.
    fn nearest(&self, question: &str) -> Result<Vec<Suggestion>, ServiceError> {
        let normal = normalise(question);
        let mut parts: Vec<String> = Vec::new();
        self.segmenter.each_word(&normal, |range| {
            let word = &normal[range];
            if word.chars().count() >= 2 && !self.segmenter.is_stop(word) {
                parts.push(word.to_owned());
            }
        });
        let chars: Vec<char> = normal.chars().filter(|c| c.is_alphanumeric()).collect();
        parts.extend(chars.windows(2).map(|pair| pair.iter().collect()));
        let mut nearest: Vec<Suggestion> = Vec::new();
        let mut sought: Vec<&String> = Vec::new();
        for part in &parts {
            if sought.len() < PARTS && !sought.contains(&part) {
                sought.push(part);
            }
        }
        for part in sought {
            if nearest.len() >= NEAREST {
                break;
            }
            for suggestion in self.suggest(part)? {
                let told = nearest.iter().any(|known| known.text == suggestion.text);
                if nearest.len() < NEAREST && !told && self.leads_on(&suggestion)? {
                    nearest.push(suggestion);
                }
            }
        }
        Ok(nearest)
    }
}

fn departments(facets: &[(Facet, Vec<FacetValue>)]) -> Vec<FacetValue> {
    let counted = facets.iter().find(|(facet, _)| *facet == Facet::Department);
    let values = counted.map_or(&[][..], |(_, values)| values);
    values.iter().take(DEPARTMENTS).cloned().collect()
}
