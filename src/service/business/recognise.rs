//! Which activities a part of a description means: as said, with errors of typing corrected, by the
//! meaning of everyday words, else by likeness. Must not know verdicts or how an answer is put
//! together.

use std::ops::Range;

use crate::domain::AppliesTo;
use crate::query::business::Part;
use crate::service::Services;
use crate::text::activities::{Activity, Mention};
use crate::text::lexicon::Relation;

use super::lists::{NegativeLists, Place};
use super::{CheckParams, Checked, Governing, Investor, Recognised, checked, governing};

/// Words of descriptions that say who does it and not what.
const WHO: [&str; 24] = [
    "外资",
    "外商",
    "外国",
    "老外",
    "境外",
    "国外",
    "内资",
    "独资",
    "合资",
    "公司",
    "企业",
    "个人",
    "个体户",
    "自己",
    "自家",
    "别人",
    "人家",
    "本地人",
    "民营",
    "成立",
    "从事",
    "业务",
    "投资",
    "经营范围",
];

/// Characters that tell a likeness from chance.
const SHORTEST_LIKENESS: usize = 4;

/// Characters that count things, and of those the ones that do little else.
const COUNTS: &str = "亩块条台辆个间家栋头只顿顶张件套份座口架艘支把根片群批层平米年岁位名";
const ONLY_COUNTS: &str = "亩块栋辆艘顿幢";

/// Words of one character that stand beside each other in most sentences.
const USUAL: &str = "人给让放看来去有的在做卖开买租用到上下里收带把和跟也还都就只再管教";

/// Whether two characters or more are a number of things or one of them (三十亩, 块地) or usual words
/// (人放), which are no error of typing though they sound like a word (墓地, 快递, 人防).
fn is_plain(word: &str) -> bool {
    let numerals = "零一二两三四五六七八九十百千万几0123456789";
    let mut chars = word.chars();
    let (Some(first), Some(last)) = (chars.next(), chars.next_back()) else {
        return false;
    };
    let is_number = numerals.contains(first) && chars.all(|c| numerals.contains(c));
    let is_one = word.chars().count() == 2 && ONLY_COUNTS.contains(first);
    let is_usual = word.chars().count() == 2 && word.chars().all(|c| USUAL.contains(c));
    (is_number && COUNTS.contains(last)) || is_one || is_usual
}

/// An activity that a part says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub activity: &'a Activity,
    pub recognised: Recognised,
    /// What is said is something for the activity and not the activity.
    pub serves: bool,
}

impl Services {
    /// Activities that a part mentions, in its order; where it mentions none, those that are meant by
    /// its everyday words.
    pub(super) fn activities_said(
        &self,
        part: &Part,
        params: &CheckParams,
        lists: &NegativeLists,
    ) -> Vec<Said<'_>> {
        let limited = self.activities.beside_limits(&part.normal);
        let (mut text, mut recognised) = (limited, Recognised::Said);
        let mut mentions = self.mentions(&text);
        if mentions.is_empty()
            && let Some(corrected) = self.corrected_business(&text)
        {
            (text, recognised) = (corrected, Recognised::Corrected);
            mentions = self.mentions(&text);
        }
        // What one clause says plainly does not make the error in another plain.
        let corrected = match recognised {
            Recognised::Said => self.careful(&text),
            _ => None,
        };
        let also = corrected.iter().flat_map(|text| self.mentions(text));
        let also: Vec<Mention<'_>> = also
            .filter(|new| mentions.iter().all(|m| m.activity != new.activity))
            .collect();
        let governed = |activity: &Activity| {
            let (items, missing) = governing(activity, params.investor, lists, &[]);
            !items.is_empty() || !missing.is_empty()
        };
        let mut said: Vec<Said<'_>> = mentions
            .iter()
            .map(|mention| Said {
                activity: mention.activity,
                recognised,
                serves: mention.serves,
            })
            .collect();
        said.extend(also.into_iter().map(|mention| Said {
            activity: mention.activity,
            recognised: Recognised::Corrected,
            serves: mention.serves,
        }));
        if !part.general && said.is_empty() {
            let meant = self.meant(&text).into_iter();
            let meant = meant.filter(|activity| governed(activity));
            said.extend(meant.map(|activity| Said {
                activity,
                recognised: Recognised::Meant,
                serves: false,
            }));
        }
        said
    }

    fn mentions(&self, text: &str) -> Vec<Mention<'_>> {
        self.activities.mentions(text, &self.cut(text))
    }

    /// Activities that a text mentions when an everyday word is taken for its usual meaning (炮仗 →
    /// 烟花爆竹).
    fn meant(&self, text: &str) -> Vec<&Activity> {
        let mut found = Vec::new();
        for meaning in self.knowledge.lexicon.meanings(text) {
            let [place] = meaning.places.as_slice() else {
                continue;
            };
            let is_sure = matches!(meaning.relation, Relation::Same | Relation::Near);
            // A wording of several parts is about more than the word.
            let Some([wording]) = meaning.meant.first().map(Vec::as_slice).filter(|_| is_sure)
            else {
                continue;
            };
            let mut other = text.to_owned();
            other.replace_range(place.clone(), wording);
            let own = place.start..place.start + wording.len();
            let mentions = self.mentions(&other).into_iter();
            let touching = mentions.filter(|mention| {
                let mut places = mention.places.iter();
                places.any(|p| p.start < own.end && own.start < p.end)
            });
            let touching = touching.filter(|mention| !mention.serves);
            found.extend(touching.map(|mention| mention.activity));
        }
        found
    }

    /// A part of which no usual expression is known: what it resembles, else which measure has its
    /// words.
    pub(super) fn unrecognised(
        &self,
        part: &Part,
        params: &CheckParams,
        lists: &NegativeLists,
    ) -> Checked {
        let (investor, thresholds) = (params.investor, params.thresholds);
        let unknown = |part: &Part| checked(part, None, Recognised::Unknown, 0.0, Vec::new());
        // The registrar sorted it among what needs no permit: a likeness does not say otherwise.
        if part.general {
            return unknown(part);
        }
        let said = self.content(&part.normal);
        // A word or two resemble too much.
        if said.chars().filter(|c| c.is_alphanumeric()).count() < SHORTEST_LIKENESS {
            return unknown(part);
        }
        let resembling = self.activities.resembling(&said, 1);
        if let Some(like) = resembling.first()
            && like.likeness >= thresholds.resembling
        {
            let (items, _) = governing(like.activity, investor, lists, &[]);
            return checked(
                part,
                Some(like.activity),
                Recognised::Resembling,
                like.likeness,
                items,
            );
        }
        let audiences = match investor {
            Investor::Foreign => &[AppliesTo::Foreign, AppliesTo::Everyone][..],
            Investor::Domestic => &[AppliesTo::Everyone],
        };
        let places = audiences.iter().filter_map(|&who| lists.place(&said, who));
        let places: Vec<Place> = places.filter(|p| p.share >= thresholds.measure).collect();
        let Some(first) = places.first() else {
            return unknown(part);
        };
        let share = first.share;
        let items = places
            .iter()
            .map(|p| Governing::new(lists, *p, "措施中有所述字词"))
            .collect();
        checked(part, None, Recognised::Measure, share, items)
    }

    /// A text without the words that say nothing of what is done: who does it, and filler.
    fn content(&self, normal: &str) -> String {
        let mut content = String::new();
        self.segmenter.each_word(normal, |range| {
            let word = &normal[range];
            if !self.segmenter.is_stop(word) && !WHO.contains(&word) {
                content.push_str(word);
            }
        });
        content
    }

    /// The text with its errors of typing corrected by the words of activities, in the first of two
    /// ways after which it mentions any; `None` where neither does.
    fn corrected_business(&self, normal: &str) -> Option<String> {
        let says = |text: &String| !self.mentions(text).is_empty();
        self.careful(normal).filter(says).or_else(|| {
            let is_word = |word: &str| self.segmenter.is_word(word) || is_plain(word);
            let words = &self.business_words;
            let corrected = words.by_sound(normal, &is_word, &|text| self.cut(text))?;
            Some(corrected.text).filter(says)
        })
    }

    /// The text with its plain errors of typing corrected, if it has any.
    fn careful(&self, normal: &str) -> Option<String> {
        let is_word = |word: &str| self.segmenter.is_word(word) || is_plain(word);
        let words = &self.business_words;
        let corrected = words.correct(normal, &is_word, &|text| self.cut(text))?;
        Some(corrected.text)
    }

    fn cut(&self, text: &str) -> Vec<Range<usize>> {
        let mut cut = Vec::new();
        self.segmenter.each_word(text, |range| cut.push(range));
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn what_is_plain_is_no_error() {
        for (word, counted) in [
            ("三十亩", true),
            ("块地", true),
            ("几条", true),
            ("人放", true),
            ("墓地", false),
            ("三十", false),
            ("亩", false),
        ] {
            assert_eq!(is_plain(word), counted, "{word}");
        }
    }
}
