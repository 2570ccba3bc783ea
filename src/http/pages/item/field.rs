//! One field of an item, laid out by what it means: a legal basis by law and article, duties as steps,
//! anything else as paragraphs.

use crate::domain::Role;
use crate::http::pages::parts::paragraphs;
use crate::http::url;
use crate::service::view::FieldView;
use crate::text::provisions::{Provision, provisions};
use crate::text::steps::{Step, steps};

/// One field.
#[derive(Clone, Debug, Default)]
pub struct FieldRow {
    pub label: String,
    pub body: FieldBody,
    /// The original cell, where cleaning changed more than white space.
    pub original: Option<String>,
}

/// What a field says.
#[derive(Clone, Debug)]
pub enum FieldBody {
    Paragraphs(Vec<String>),
    Laws(Vec<LawRow>),
    Steps(Vec<StepRow>),
}

impl Default for FieldBody {
    fn default() -> Self {
        Self::Paragraphs(Vec::new())
    }
}

/// A law of a legal basis.
#[derive(Clone, Debug, Default)]
pub struct LawRow {
    /// 法律, 行政法规 …; blank where the list does not say.
    pub rank: String,
    pub name: String,
    /// The items that name it.
    pub url: String,
    /// Its history or document number.
    pub note: String,
    /// What belongs to no article.
    pub rest: Vec<String>,
    pub articles: Vec<ArticleRow>,
}

/// An article of a law.
#[derive(Clone, Debug, Default)]
pub struct ArticleRow {
    pub label: String,
    /// The items that rest on it; absent where it is not one article.
    pub url: Option<String>,
    pub text: Vec<String>,
}

/// A step, or a line between steps where it has no number.
#[derive(Clone, Debug, Default)]
pub struct StepRow {
    pub number: Option<u32>,
    pub name: String,
    pub text: Vec<String>,
}

impl From<&FieldView> for FieldRow {
    fn from(field: &FieldView) -> Self {
        let laws = || provisions(&field.value).map(|laws| laws.into_iter().map(LawRow::from));
        let duties = || steps(&field.value).map(|steps| steps.into_iter().map(StepRow::from));
        let body = match field.role {
            Some(Role::Basis | Role::DutiesBasis) => laws().map(|l| FieldBody::Laws(l.collect())),
            Some(Role::Duties | Role::Accountability) => {
                duties().map(|s| FieldBody::Steps(s.collect()))
            }
            _ => None,
        };
        Self {
            label: field.label.clone(),
            body: body.unwrap_or_else(|| FieldBody::Paragraphs(paragraphs(&field.value))),
            original: field.original.clone(),
        }
    }
}

impl From<Provision> for LawRow {
    fn from(law: Provision) -> Self {
        let resting = |on: String| url::with(url::SEARCH, [("basis", on)]);
        let article = |number: u32| resting(format!("《{}》第{number}条", law.law));
        Self {
            url: resting(format!("《{}》", law.law)),
            rank: law.rank.unwrap_or_default(),
            note: law.note.unwrap_or_default(),
            rest: paragraphs(&law.rest.unwrap_or_default()),
            articles: law
                .articles
                .into_iter()
                .map(|one| ArticleRow {
                    url: one.number.map(article),
                    label: one.label,
                    text: paragraphs(&one.text),
                })
                .collect(),
            name: law.law,
        }
    }
}

impl From<Step> for StepRow {
    fn from(step: Step) -> Self {
        Self {
            number: step.number,
            name: step.name.unwrap_or_default(),
            text: paragraphs(&step.text),
        }
    }
}
