//! Searching: strings as they arrive → the engine's ids → a page with names, highlights and counts.
//! Must not know HTTP or how an engine works.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::domain::{Date, Head, Position, Role, SearchGroup, level};
use crate::engine::{Engine, EngineError};
use crate::query::highlight::{Marker, SNIPPET_CHARS};
use crate::query::judge::Features;
use crate::query::{
    Answer, Facet, MAX_DEPTH, MAX_PAGE_SIZE, Match, Query, RawSearchParams, Sort, Understood, Way,
    parse,
};
use crate::text::normal::normalise;

use super::hits::Prepared;
use super::view::{HeadView, shorten};
use super::{ServiceError, Services};

/// Fields highlighted per hit at most; readers decide by the name and one or two passages.
const HIGHLIGHTS: usize = 3;
/// Everyday words shown per hit at most.
const CALLED: usize = 5;

/// Times a question is asked again because the engine moved on while it was answering. It does so
/// once a publication: even the first repetition is rare.
const REPETITIONS: usize = 3;

/// A page of results.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// The question as understood: trimmed.
    pub query: String,
    pub total: u64,
    /// No item has all that was asked for; these have part of it.
    pub partial: bool,
    /// How sure the best hit is.
    pub certainty: Match,
    /// What was added to the question.
    pub understood: Understood,
    /// What was corrected: as typed → as searched. The question is still as typed.
    pub corrections: Vec<(String, String)>,
    /// The question as searched, where it was corrected.
    pub searched: Option<String>,
    /// Whether only the words as typed were searched.
    pub exact: bool,
    pub page: usize,
    pub size: usize,
    pub sort: Sort,
    pub took: Duration,
    /// Day whose items in force were searched.
    pub as_of: Date,
    pub hits: Vec<HitView>,
    /// Counts among all matching items, in [`Facet::ALL`] order.
    pub facets: Vec<(Facet, Vec<FacetValue>)>,
    /// Filters in effect, with labels.
    pub filters: Vec<(Facet, Vec<FilterValue>)>,
    /// What items must rest on: 《law》 or 《law》第N条.
    pub basis: Option<String>,
}

/// One form of a question with its answer.
struct Asked {
    query: Query,
    understood: Understood,
    /// As typed → as asked.
    corrections: Vec<(String, String)>,
    answer: Answer,
    position: Position,
}

/// One hit.
#[derive(Clone, Debug)]
pub struct HitView {
    pub head: HeadView,
    /// Since when the item stands as it does.
    pub effective_on: Date,
    pub score: f32,
    /// Words of the question that people use for what the item's title names, where nothing of the
    /// title itself is marked.
    pub also_called: Vec<String>,
    pub highlights: Vec<Highlight>,
}

/// A passage of a field that matched.
#[derive(Clone, Debug)]
pub struct Highlight {
    /// Field key and label.
    pub key: String,
    pub label: String,
    /// What the field means; a name is marked whole, other fields by an extract.
    pub role: Option<Role>,
    /// HTML: the text escaped, the words in `<mark>`.
    pub html: String,
}

/// One counted value of a facet.
#[derive(Clone, Debug)]
pub struct FacetValue {
    pub value: String,
    pub label: String,
    pub count: u64,
}

/// One value of a filter in effect.
#[derive(Clone, Debug)]
pub struct FilterValue {
    pub value: String,
    pub label: String,
}

impl Services {
    /// Asks the engine, and says as of which position it answered. What it found is to be looked
    /// up there: between a publication and the engine's following it, the register's newest state
    /// lacks items that the engine found and counted.
    pub(super) fn ask_engine<T>(
        &self,
        ask: impl Fn(&dyn Engine) -> Result<T, EngineError>,
    ) -> Result<(T, Position), ServiceError> {
        let mut position = self.engine.position();
        let mut answer = ask(&*self.engine)?;
        for _ in 0..REPETITIONS {
            let now = self.engine.position();
            if now == position {
                break;
            }
            position = now;
            answer = ask(&*self.engine)?;
        }
        // An engine that has followed nothing finds nothing.
        let position = position.unwrap_or_else(|| Position {
            publication: 0,
            day: self.today(),
        });
        Ok((answer, position))
    }

    /// Answers a question; an empty one lists everything.
    ///
    /// # Errors
    /// `Invalid` naming the parameter that breaks a limit, `Unavailable`, `Internal`.
    pub fn search(&self, raw: &RawSearchParams) -> Result<SearchPage, ServiceError> {
        let started = Instant::now();
        let raw = self.canonical(raw)?;
        let typed = self.ask(&raw)?;
        let corrected = match raw.has(Way::Corrections) {
            true => self.corrected(&raw, &typed)?,
            false => None,
        };
        let Asked {
            query,
            understood,
            corrections,
            answer,
            position,
        } = corrected.unwrap_or(typed);
        let certainty = Features::of(&query, &answer).map_or(Match::None, |f| f.judge());
        let ids: Vec<_> = answer.hits.iter().map(|hit| hit.id).collect();
        let items = self.prepared(&ids, position)?;
        let marker = Marker::new(&query, &self.segmenter);
        // What is not in force is left out: nothing, unless the index is of another register.
        let found = answer.hits.iter().zip(&items);
        let hits = found
            .filter_map(|(hit, item)| Some((hit, item.as_deref()?)))
            .map(|(hit, item)| {
                let highlights = highlights(&marker, item);
                // A name that is marked says itself why it was found.
                let names = [Role::Title, Role::Subtitle];
                let mut roles = highlights.iter().filter_map(|h| h.role);
                let also_called = match roles.any(|role| names.contains(&role)) {
                    true => Vec::new(),
                    false => self.also_called(&query, &item.head),
                };
                HitView {
                    head: self.head_view(item.code.as_str(), &item.head),
                    effective_on: item.effective_on,
                    score: hit.score,
                    also_called,
                    highlights,
                }
            })
            .collect();
        let facets = answer
            .facets
            .into_iter()
            .map(|(facet, values)| {
                let values = values
                    .into_iter()
                    .filter(|v| !v.value.is_empty())
                    .map(|v| FacetValue {
                        label: self.facet_label(facet, &v.value),
                        value: v.value,
                        count: v.count,
                    })
                    .collect();
                (facet, values)
            })
            .collect();
        Ok(SearchPage {
            total: answer.total,
            partial: answer.partial,
            page: query.offset / query.limit.max(1) + 1,
            size: query.limit,
            sort: query.sort,
            took: started.elapsed(),
            as_of: position.day,
            hits,
            facets,
            filters: self.filter_views(&query),
            basis: query.basis.as_ref().map(ToString::to_string),
            certainty,
            understood,
            searched: (!corrections.is_empty()).then(|| query.text.clone()),
            corrections,
            exact: raw.exact,
            query: raw.q.trim().to_owned(),
        })
    }

    /// Answers a question with all hits that paging reaches, on one page.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_whole(&self, raw: &RawSearchParams) -> Result<SearchPage, ServiceError> {
        let page = |number: usize| RawSearchParams {
            page: Some(number.to_string()),
            size: Some(MAX_PAGE_SIZE.to_string()),
            ..raw.clone()
        };
        let mut whole = self.search(&page(1))?;
        let reachable = usize::try_from(whole.total)
            .unwrap_or(MAX_DEPTH)
            .min(MAX_DEPTH);
        // A publication meanwhile moves items from page to page: none is told twice.
        let mut known: HashSet<String> = whole.hits.iter().map(|h| h.head.code.clone()).collect();
        for number in 2..=reachable.div_ceil(MAX_PAGE_SIZE) {
            let more = self.search(&page(number))?.hits.into_iter();
            whole
                .hits
                .extend(more.filter(|h| known.insert(h.head.code.clone())));
        }
        Ok(whole)
    }

    /// Asks one form of the question.
    fn ask(&self, raw: &RawSearchParams) -> Result<Asked, ServiceError> {
        let mut query = parse::parse(raw, &self.segmenter)?;
        let understood = match raw.exact {
            true => Understood::default(),
            false => self.knowledge.understand(&mut query, &self.regions),
        };
        let (answer, position) = self.ask_engine(|engine| engine.search(&query))?;
        Ok(Asked {
            query,
            understood,
            corrections: Vec::new(),
            answer,
            position,
        })
    }

    /// The question with its errors of typing corrected, where that finds more surely.
    fn corrected(
        &self,
        raw: &RawSearchParams,
        typed: &Asked,
    ) -> Result<Option<Asked>, ServiceError> {
        if typed.query.literal.is_empty() {
            return Ok(None);
        }
        let Some(corrected) = self.vocabulary()?.correct(
            &typed.query.normal,
            &|word| self.segmenter.is_word(word),
            &|text| {
                let mut cut = Vec::new();
                self.segmenter.each_word(text, |range| cut.push(range));
                cut
            },
        ) else {
            return Ok(None);
        };
        // What stands in a title as typed is no error.
        if !self.engine.suggest(&typed.query.literal, 1)?.is_empty() {
            return Ok(None);
        }
        let mut asked = self.ask(&RawSearchParams {
            q: corrected.text,
            ..raw.clone()
        })?;
        let sureness = |asked: &Asked| {
            Features::of(&asked.query, &asked.answer).map_or(f32::NEG_INFINITY, |f| f.sureness())
        };
        let better = sureness(&asked) > sureness(typed);
        asked.corrections = corrected.changes;
        Ok(better.then_some(asked))
    }

    fn filter_views(&self, query: &Query) -> Vec<(Facet, Vec<FilterValue>)> {
        let views = query.filters.iter().map(|(facet, values)| {
            let values = values.iter().map(|value| FilterValue {
                value: value.clone(),
                label: self.facet_label(*facet, value),
            });
            (*facet, values.collect())
        });
        views.collect()
    }

    /// Name of a facet value as readers see it.
    fn facet_label(&self, facet: Facet, value: &str) -> String {
        match facet {
            Facet::Kind => self.kind_name(value),
            Facet::Region => self
                .regions
                .resolve(value)
                .map_or_else(|| value.to_owned(), |region| region.name),
            Facet::Type | Facet::Department | Facet::Level => value.to_owned(),
        }
    }

    /// Why an item was found that has none of the question's words itself.
    fn also_called(&self, query: &Query, head: &Head) -> Vec<String> {
        let mut called: Vec<String> = Vec::new();
        if query.without.contains(&Way::Lexicon) {
            return called;
        }
        let title = normalise(&format!("{}\n{}", head.name, head.sub_name));
        for word in self.knowledge.lexicon.everyday(&title).lines() {
            let told = word.chars().nth(1).is_some() && query.literal.contains(word);
            if told && !called.iter().any(|known| known == word) {
                called.push(word.to_owned());
            }
        }
        called.truncate(CALLED);
        called
    }

    /// Brings filter values to the form the engine knows: kind keys, region codes, department
    /// names, normal levels.
    fn canonical(&self, raw: &RawSearchParams) -> Result<RawSearchParams, ServiceError> {
        let mut raw = raw.clone();
        for value in &mut raw.kind {
            let text = value.trim();
            // A form sends its empty choices too.
            if text.is_empty() {
                continue;
            }
            *value = self.kind_key(text)?;
        }
        for value in &mut raw.department {
            if let Some(name) = self.department_name(value)? {
                *value = name;
            }
        }
        for value in &mut raw.region {
            if let Some(region) = self.regions.resolve(value) {
                *value = region.code;
            }
        }
        for value in &mut raw.level {
            if let Some((normal, "")) = level::parse(value) {
                *value = normal.to_owned();
            }
        }
        Ok(raw)
    }

    /// Key of the kind with this key or exact name.
    ///
    /// # Errors
    /// `Invalid` when there is none.
    pub fn kind_key(&self, text: &str) -> Result<String, ServiceError> {
        let known = self
            .kinds
            .iter()
            .find(|k| k.key == text || k.names().any(|n| n == text));
        known.map(|kind| kind.key.clone()).ok_or_else(|| {
            let detail = format!("没有“{}”这种清单", shorten(text, 20));
            ServiceError::parameter("kind", detail)
        })
    }

    /// Name of the department with this number; `None` when the text is no number.
    ///
    /// # Errors
    /// `Invalid` when no department has the number.
    pub fn department_name(&self, text: &str) -> Result<Option<String>, ServiceError> {
        let Ok(number) = text.trim().parse::<u64>() else {
            return Ok(None);
        };
        match self.overview()?.department(number) {
            Some(department) => Ok(Some(department.name.clone())),
            None => {
                let detail = format!("没有编号为 {number} 的部门");
                Err(ServiceError::parameter("department", detail))
            }
        }
    }
}

/// Passages that matched: the name first, then the legal basis, then the other fields.
fn highlights(marker: &Marker<'_>, item: &Prepared) -> Vec<Highlight> {
    let passages = item.texts.iter().filter_map(|text| {
        let html = match text.group {
            SearchGroup::Title => marker.mark(&text.value, &text.normal),
            SearchGroup::Basis | SearchGroup::Body => {
                marker.snippet(&text.value, &text.normal, SNIPPET_CHARS)
            }
        };
        Some(Highlight {
            key: text.key.clone(),
            label: text.label.clone(),
            role: text.role,
            html: html?,
        })
    });
    passages.take(HIGHLIGHTS).collect()
}

impl From<parse::QueryError> for ServiceError {
    fn from(error: parse::QueryError) -> Self {
        Self::Invalid {
            code: match error.code {
                known @ ("query_too_long" | "page_too_deep") => known,
                // The parameter says which; callers need no code for each.
                _ => "invalid_parameter",
            },
            detail: error.detail,
            parameter: Some(error.parameter.to_owned()),
        }
    }
}
