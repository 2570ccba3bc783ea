//! Business activities: how people and registrations put them, and which wordings of the negative
//! lists govern them, from `index/activities/*.toml`. Must not know lists, editions or verdicts.

mod goods;
mod patterns;
mod said;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use super::grams::each_gram;
use super::normal::normalise;
use super::phrases::Phrases;
use super::quantity::{Limit, beside_limits};
use goods::Goods;
use patterns::{Builder, Classes, Patterns};
use said::{Cuts, Said};

/// A file of activities.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    activity: Vec<Written>,
    goods: Option<Goods>,
    /// Words that stand for each other in loose expressions, apart by blanks.
    #[serde(default)]
    class: HashMap<String, String>,
    /// Quantities up to which a list excepts, or from which it forbids: 4.5吨.
    #[serde(default)]
    limits: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    industry: Option<String>,
    #[serde(default)]
    said: Vec<String>,
    /// Patterns of words in one clause.
    #[serde(default)]
    loose: Vec<String>,
    market: Vec<String>,
    foreign: Vec<String>,
    #[serde(default)]
    excepts: Vec<String>,
}

/// An activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Usual name in registrations.
    pub name: String,
    /// Class of GB/T 4754-2017, as `R9013`.
    pub industry: Option<String>,
    /// Wordings of the market access list that govern it, normalised, the governing one first; none
    /// where that list does not name it.
    pub market: Vec<String>,
    /// The same of the foreign investment list.
    pub foreign: Vec<String>,
    /// Wordings of either list that name the activity as an exception: said, it is not what else is
    /// said of them.
    pub excepts: Vec<String>,
}

impl Activity {
    /// Whether any list governs it.
    pub fn is_listed(&self) -> bool {
        !self.market.is_empty() || !self.foreign.is_empty()
    }
}

/// An activity that a text mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention<'a> {
    pub activity: &'a Activity,
    /// What is said of it, in bytes; in the order of the expression's parts.
    pub places: Vec<Range<usize>>,
    /// Whether what is said is something for the activity and not the activity: 酒吧桌椅.
    pub serves: bool,
}

/// An activity that a text resembles.
#[derive(Clone, Debug, PartialEq)]
pub struct Resemblance<'a> {
    pub activity: &'a Activity,
    /// Part of what the text says that the activity's expressions have, from 0 to 1, rare things
    /// counting more.
    pub likeness: f32,
}

/// All activities. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Activities(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    activities: Vec<Activity>,
    /// Expressions, with the activity of each.
    phrases: Phrases,
    of_phrase: Vec<usize>,
    /// Loose expressions, with the activity of each.
    patterns: Patterns,
    of_pattern: Vec<usize>,
    /// Parts of all expressions, for the correction of errors.
    words: Vec<String>,
    /// Expressions of one part.
    whole: HashSet<String>,
    goods: Goods,
    limits: Vec<Limit>,
    /// Activities that have each gram in some expression.
    by_gram: HashMap<String, Vec<usize>>,
}

/// Why the activities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("index/activities/{file}: {problem}")]
pub struct ActivitiesError {
    pub file: String,
    pub problem: String,
}

/// 2-grams and characters of a text, each once.
fn grams(text: &str) -> HashSet<&str> {
    let mut grams = HashSet::new();
    for n in [1, 2] {
        each_gram(text, n, |range| {
            grams.insert(&text[range]);
        });
    }
    grams
}

impl Activities {
    /// Reads files given as `(name, text)`.
    ///
    /// # Errors
    /// [`ActivitiesError`] naming the first file that is not of the form, or an expression that
    /// stands for two activities that differ.
    pub fn parse<'t>(
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<Self, ActivitiesError> {
        let mut activities: Vec<Activity> = Vec::new();
        let mut goods = Goods::default();
        let mut limits = Vec::new();
        let mut expressions: Vec<(Vec<String>, usize)> = Vec::new();
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        let mut read: Vec<(&str, File)> = Vec::new();
        let mut classes = Classes::new();
        for (file, text) in files {
            let wrong = |e: toml::de::Error| ActivitiesError {
                file: file.to_owned(),
                problem: e.to_string(),
            };
            let mut of_file: File = toml::from_str(text).map_err(wrong)?;
            for (name, words) in of_file.class.drain() {
                classes.insert(name, words.split_whitespace().map(normalise).collect());
            }
            read.push((file, of_file));
        }
        let mut loose = (Builder::new(classes), Vec::new());
        for (file, read) in read {
            let wrong = |problem: String| ActivitiesError {
                file: file.to_owned(),
                problem,
            };
            goods.extend(read.goods.unwrap_or_default());
            for limit in read.limits {
                let read = Limit::parse(&limit);
                limits.push(read.ok_or_else(|| wrong(format!("“{limit}” is no limit")))?);
            }
            for written in read.activity {
                let number = activities.len();
                let all = |wordings: Vec<String>| wordings.iter().map(|w| normalise(w)).collect();
                activities.push(Activity {
                    industry: written.industry,
                    market: all(written.market),
                    foreign: all(written.foreign),
                    excepts: all(written.excepts),
                    name: written.name.clone(),
                });
                for pattern in &written.loose {
                    loose.0.add(pattern).map_err(wrong)?;
                    loose.1.push(number);
                }
                for said in &written.said {
                    let parts: Vec<String> = said.split('+').map(normalise).collect();
                    if parts.iter().any(String::is_empty) {
                        return Err(wrong(format!("“{said}” has an empty part")));
                    }
                    let mut key = parts.clone();
                    key.sort();
                    match known.insert(key, number) {
                        Some(other) if other == number => {}
                        Some(other) => {
                            let (a, b) = (&activities[other].name, &written.name);
                            let problem = format!("“{said}” is said of both {a} and {b}");
                            return Err(wrong(problem));
                        }
                        None => expressions.push((parts, number)),
                    }
                }
            }
        }
        Ok(Self::of(activities, expressions, loose, (goods, limits)))
    }

    fn of(
        activities: Vec<Activity>,
        expressions: Vec<(Vec<String>, usize)>,
        (patterns, of_pattern): (Builder, Vec<usize>),
        (goods, limits): (Goods, Vec<Limit>),
    ) -> Self {
        let mut by_gram: HashMap<String, Vec<usize>> = HashMap::new();
        for (parts, activity) in &expressions {
            for gram in parts.iter().flat_map(|part| grams(part)) {
                let having = by_gram.entry(gram.to_owned()).or_default();
                if having.last() != Some(activity) {
                    having.push(*activity);
                }
            }
        }
        let mut words: Vec<String> = expressions.iter().flat_map(|(p, _)| p.clone()).collect();
        words.sort();
        words.dedup();
        let alone = expressions.iter().filter(|(parts, _)| parts.len() == 1);
        let whole = alone.flat_map(|(parts, _)| parts.clone()).collect();
        Self(Arc::new(Inner {
            phrases: Phrases::new(expressions.iter().map(|(parts, _)| parts.iter())),
            of_phrase: expressions.iter().map(|(_, activity)| *activity).collect(),
            patterns: patterns.build(),
            of_pattern,
            activities,
            words,
            whole,
            goods,
            limits,
            by_gram,
        }))
    }

    /// Number of activities.
    pub fn len(&self) -> usize {
        self.0.activities.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.activities.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Activity> {
        self.0.activities.iter()
    }

    /// Parts of all expressions.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.words.iter().map(String::as_str)
    }

    /// The text with its quantities said as expressions say limits: 三吨的货车 → 4.5吨以下的货车.
    pub fn beside_limits(&self, normal: &str) -> String {
        beside_limits(normal, &self.0.limits)
    }

    /// Activities that a normalised text mentions, each once, in the order in which they are
    /// mentioned; `words` are its words as segmented. A mention inside a longer one is left out: 宠物食品
    /// is no 食品. So is one whose expression ends inside a word (卖血压计 is no 卖血, 卖药店货架 no 卖药) or
    /// lies across two (服装修补 is no 装修), but for words of two things (卖烟酒), of which it names one.
    pub fn mentions(&self, normal: &str, words: &[Range<usize>]) -> Vec<Mention<'_>> {
        let all = self.said(normal, words);
        let is_listed = |number: usize| self.0.activities[number].is_listed();
        let mut mentions: Vec<Mention<'_>> = Vec::new();
        let mut seen: HashMap<usize, usize> = HashMap::new();
        for said in &all {
            if said.gives_way(&all, &is_listed) {
                continue;
            }
            let serves = self.0.goods.are_meant(normal, said, said.run(&all));
            if let Some(&known) = seen.get(&said.activity) {
                mentions[known].serves &= serves;
                continue;
            }
            seen.insert(said.activity, mentions.len());
            mentions.push(Mention {
                activity: &self.0.activities[said.activity],
                places: said.places.clone(),
                serves,
            });
        }
        mentions.sort_by_key(|m| m.places.iter().map(|p| p.start).min());
        mentions
    }

    /// All expressions that stand in a text, plain ones first, but for those that cut its words.
    fn said(&self, normal: &str, words: &[Range<usize>]) -> Vec<Said> {
        // Words of two things may be cut, unless they are an activity's own.
        let may_be_cut = |word: &str| self.0.goods.are_two(word) && !self.0.whole.contains(word);
        let cuts = Cuts::new(normal, words, &may_be_cut);
        let plain = self.0.phrases.longest(normal).into_iter();
        let plain = plain.filter(|found| !found.places.iter().any(|p| cuts.end_of(p)));
        let mut said: Vec<Said> = plain
            .map(|found| Said::plainly(self.0.of_phrase[found.phrase], found.places))
            .collect();
        let fits = |thing: &Range<usize>| !cuts.end_of(thing) && !cuts.start_of(thing);
        let loose = self.0.patterns.standing(normal, words, &fits).into_iter();
        said.extend(loose.map(|stands| {
            let activity = self.0.of_pattern[stands.pattern];
            Said::loosely(activity, stands.places, &stands.of_class)
        }));
        said
    }

    /// Activities that a normalised text resembles, the most like first.
    pub fn resembling(&self, normal: &str, most: usize) -> Vec<Resemblance<'_>> {
        let all = self.0.activities.len();
        let mut shared: HashMap<usize, f32> = HashMap::new();
        let mut whole = 0.0;
        for gram in grams(normal) {
            let having = self.0.by_gram.get(gram).map_or(&[][..], Vec::as_slice);
            let rarity = rarity(all, having.len());
            whole += rarity;
            for &activity in having {
                *shared.entry(activity).or_default() += rarity;
            }
        }
        let mut found: Vec<(usize, f32)> = shared.into_iter().collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found
            .into_iter()
            .map(|(number, rarity)| Resemblance {
                activity: &self.0.activities[number],
                likeness: rarity / whole,
            })
            .collect()
    }
}

/// What a gram tells that so many of all activities have.
#[expect(clippy::cast_precision_loss, reason = "counts of activities")]
fn rarity(all: usize, having: usize) -> f32 {
    ((all as f32 + 1.0) / (having as f32 + 0.5)).ln().max(0.0)
}
