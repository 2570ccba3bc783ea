//! What a reader may mean while typing: departments and items whose names hold the text.

use std::collections::HashSet;

use crate::query::MAX_QUESTION_CHARS;
use crate::service::{ServiceError, Services};
use crate::text::normal;

/// Suggestions shown at most.
const LIMIT: usize = 10;
/// Departments among them at most, so that items are not crowded out.
const DEPARTMENTS: usize = 3;

/// Where a suggestion leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Item { code: String, kind: String },
    Department { number: u64 },
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    pub target: Target,
}

impl Services {
    /// Departments, then items; each text once.
    ///
    /// # Errors
    /// `Invalid` for a text that is too long, and the engine's and the register's failures.
    pub fn suggest(&self, text: &str) -> Result<Vec<Suggestion>, ServiceError> {
        let text = text.trim();
        if text.chars().count() > MAX_QUESTION_CHARS {
            return Err(ServiceError::Invalid {
                code: "query_too_long",
                detail: format!("检索词不能超过 {MAX_QUESTION_CHARS} 个字"),
                parameter: Some("q".into()),
            });
        }
        let wanted = normal::normalise(text);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let overview = self.overview()?;
        let mut suggestions: Vec<Suggestion> = overview
            .departments
            .iter()
            .filter(|d| normal::normalise(&d.name).contains(&*wanted))
            .take(DEPARTMENTS)
            .map(|d| Suggestion {
                text: d.name.clone(),
                target: Target::Department { number: d.number },
            })
            .collect();
        let mut told: HashSet<String> = suggestions.iter().map(|s| s.text.clone()).collect();
        // Names repeat between levels and departments; ask for more than will be shown.
        let (ids, position) = self.ask_engine(|engine| engine.suggest(&wanted, LIMIT * 3))?;
        for revision in self.register.in_force(&ids, position)? {
            let head = revision.item.head;
            if suggestions.len() < LIMIT && told.insert(head.name.clone()) {
                suggestions.push(Suggestion {
                    text: head.name,
                    target: Target::Item {
                        code: revision.code.to_string(),
                        kind: head.kind,
                    },
                });
            }
        }
        Ok(suggestions)
    }
}
