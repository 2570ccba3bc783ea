//! Business activities: how people and registrations put them, and which wordings of the negative
//! lists govern them, from `index/activities/*.toml`. Must not know lists, editions or verdicts.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use super::grams::each_gram;
use super::normal::normalise;
use super::phrases::Phrases;

/// A file of activities.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    activity: Vec<Written>,
    #[serde(default)]
    heads: Vec<String>,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
}

/// What turns an activity into something for it.
#[derive(Debug, Default)]
struct Goods {
    /// When it follows: 酒吧桌椅.
    heads: Vec<String>,
    /// When the activity stands between one of these and one of those: 给酒吧做.
    before: Vec<String>,
    after: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    industry: Option<String>,
    said: Vec<String>,
    market: Vec<String>,
    foreign: Vec<String>,
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
    /// Parts of all expressions, for the correction of errors.
    words: Vec<String>,
    goods: Goods,
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
        let mut expressions: Vec<(Vec<String>, usize)> = Vec::new();
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        for (file, text) in files {
            let wrong = |problem: String| ActivitiesError {
                file: file.to_owned(),
                problem,
            };
            let read: File = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
            goods.heads.extend(read.heads);
            goods.before.extend(read.before);
            goods.after.extend(read.after);
            for written in read.activity {
                let number = activities.len();
                let all = |wordings: Vec<String>| wordings.iter().map(|w| normalise(w)).collect();
                activities.push(Activity {
                    industry: written.industry,
                    market: all(written.market),
                    foreign: all(written.foreign),
                    name: written.name.clone(),
                });
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
        Ok(Self::of(activities, expressions, goods))
    }

    fn of(activities: Vec<Activity>, expressions: Vec<(Vec<String>, usize)>, goods: Goods) -> Self {
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
        Self(Arc::new(Inner {
            phrases: Phrases::new(expressions.iter().map(|(parts, _)| parts.iter())),
            of_phrase: expressions.iter().map(|(_, activity)| *activity).collect(),
            activities,
            words,
            goods,
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

    /// Activities that a normalised text mentions, each once, in the order in which they are
    /// mentioned. A mention inside a longer one is left out: 宠物食品 is no 食品.
    pub fn mentions(&self, normal: &str) -> Vec<Mention<'_>> {
        let mut mentions: Vec<Mention<'_>> = Vec::new();
        let mut seen: HashMap<usize, usize> = HashMap::new();
        for found in self.0.phrases.longest(normal) {
            let number = self.0.of_phrase[found.phrase];
            let serves = self.is_for(normal, &found.places);
            if let Some(&known) = seen.get(&number) {
                mentions[known].serves &= serves;
                continue;
            }
            seen.insert(number, mentions.len());
            mentions.push(Mention {
                activity: &self.0.activities[number],
                places: found.places,
                serves,
            });
        }
        mentions
    }

    /// Whether what an expression ends with is something for the activity, wherever it stands.
    fn is_for(&self, normal: &str, places: &[Range<usize>]) -> bool {
        let Some(last) = places.iter().max_by_key(|place| place.end) else {
            return false;
        };
        let said = &normal[last.clone()];
        let Goods {
            heads,
            before,
            after,
        } = &self.0.goods;
        let begins =
            |rest: &str, words: &[String]| words.iter().any(|w| rest.starts_with(w.as_str()));
        let mut all = normal.match_indices(said);
        all.all(|(at, _)| {
            let (ahead, rest) = (&normal[..at], &normal[at + said.len()..]);
            let is_served =
                || before.iter().any(|w| ahead.ends_with(w.as_str())) && begins(rest, after);
            begins(rest, heads) || (places.len() == 1 && is_served())
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "
[[activity]]
name = \"互联网上网服务\"
industry = \"R9013\"
said = [\"网吧\", \"开+机房+上网\"]
market = [\"互联网上网服务营业场所\"]
foreign = []

[[activity]]
name = \"食品销售\"
said = [\"卖+食品\", \"食品零售\"]
market = [\"食品经营许可\"]
foreign = []

[[activity]]
name = \"宠物食品销售\"
said = [\"卖+宠物食品\"]
market = []
foreign = []
";
    const GOODS: &str = "heads = [\"桌椅\"]\nbefore = [\"给\"]\nafter = [\"做\"]";

    fn activities() -> Activities {
        Activities::parse([("a.toml", TEXT), ("b.toml", GOODS)]).expect("it is of the form")
    }

    fn names(text: &str) -> Vec<String> {
        let activities = activities();
        let mentions = activities.mentions(&normalise(text)).into_iter();
        mentions.map(|m| m.activity.name.clone()).collect()
    }

    #[test]
    fn the_longer_mention_counts() {
        assert_eq!(names("我想开网吧"), ["互联网上网服务"]);
        assert_eq!(names("賣食品"), ["食品销售"]);
        assert_eq!(names("卖宠物食品"), ["宠物食品销售"]);
        assert_eq!(names("网吧里卖食品"), ["互联网上网服务", "食品销售"]);
        assert!(names("种树").is_empty());
    }

    #[test]
    fn what_is_for_an_activity_is_not_the_activity() {
        let serves = |text: &str| {
            let activities = activities();
            let mentions = activities.mentions(&normalise(text));
            mentions.iter().map(|m| m.serves).collect::<Vec<_>>()
        };
        assert_eq!(serves("做网吧桌椅"), [true]);
        assert_eq!(serves("给网吧做柜台"), [true]);
        assert_eq!(serves("开网吧，做桌椅"), [false]);
        assert_eq!(serves("做网吧桌椅，也开网吧"), [false]);
    }

    #[test]
    fn what_resembles_is_ranked() {
        let activities = activities();
        let found = activities.resembling("上网的机房", 2);
        assert_eq!(found[0].activity.name, "互联网上网服务");
        assert!(found[0].likeness > 0.3 && found[0].likeness <= 1.0);
        assert!(activities.resembling("", 2).is_empty());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, word) in [
            (TEXT.replace("食品零售", "网吧"), "网吧"),
            (TEXT.replace("卖+食品", "卖+"), "empty"),
            (TEXT.replace("market", "markets"), "markets"),
        ] {
            let error = Activities::parse([("a.toml", text.as_str())]).expect_err(word);
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[网吧卖宠物食品 a-z]{0,40}") {
            let activities = activities();
            for mention in activities.mentions(&text) {
                prop_assert!(mention.places.iter().all(|p| text.get(p.clone()).is_some()));
            }
            for like in activities.resembling(&text, 3) {
                prop_assert!((0.0..=1.0001).contains(&like.likeness));
            }
        }
    }
}
