//! "May I do this?": a description of business against the negative lists.
//! Must not know HTTP or files. Decision support over published lists, no legal advice: an answer
//! always says which edition and which measure it rests on, and how sure it is.

pub mod batch;
pub mod browse;
pub mod lists;
mod permits;
mod recognise;
mod verdict;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::domain::{AppliesTo, Date, Position};
use crate::query::business::{MAX_DESCRIPTION_CHARS, Part, parts};
use crate::text::activities::{Activities, Activity};
use crate::text::vocabulary::Vocabulary;

use super::{ServiceError, Services};
pub use permits::{Asking, LocalPermit, PERMIT};
pub use verdict::{Investor, Verdict};

use lists::{Edition, Listed, NegativeLists, Place};
use recognise::Said;

/// A question, as it arrives.
#[derive(Clone, Debug, Default)]
pub struct CheckParams {
    pub text: String,
    pub investor: Investor,
    /// Day whose lists count; today where absent.
    pub as_of: Option<Date>,
    /// Publications up to this number count; all where absent.
    pub publication: Option<u64>,
    /// Whether the permits of local power lists are looked up too.
    pub with_permits: bool,
    pub thresholds: Thresholds,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Check {
    pub text: String,
    pub investor: Investor,
    /// What counted: with this position the answer can be had again.
    pub position: Position,
    pub editions: Vec<Edition>,
    pub activities: Vec<Checked>,
    /// The strictest of the activities'.
    pub verdict: Verdict,
}

/// How an activity was recognised, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognised {
    /// By its usual expressions.
    Said,
    /// By them, after errors of typing were corrected.
    Corrected,
    /// By them, after a word was taken for what people usually mean by it.
    Meant,
    /// It resembles a known activity.
    Resembling,
    /// Its words stand in a measure.
    Measure,
    /// Not at all.
    Unknown,
}

/// One activity of a description.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The part of the description that says it.
    pub text: String,
    /// Usual name of the activity that was recognised.
    pub name: Option<String>,
    pub recognised: Recognised,
    pub verdict: Verdict,
    /// How sure the verdict is, from 0 to 1.
    pub confidence: f32,
    /// Class of GB/T 4754-2017 with its name.
    pub industry: Option<(String, &'static str)>,
    /// Items that govern it, the governing one first.
    pub items: Vec<Governing>,
    /// Permits of local power lists to apply for.
    pub permits: Vec<LocalPermit>,
    /// What the description says is not included.
    pub excluded: Vec<String>,
    /// Wordings that usually govern the activity and that the lists in force do not have.
    pub missing: Vec<String>,
}

impl Checked {
    /// Whether it tells what an activity of this name and these items would tell: the same items, or the
    /// same first one and the others too.
    fn tells(&self, items: &[Governing], missing: &[String], name: &str) -> bool {
        let codes = |items: &[Governing]| -> Vec<String> {
            items.iter().map(|g| g.item.code.clone()).collect()
        };
        let (own, other) = (codes(&self.items), codes(items));
        if !other.is_empty() && own.first() == other.first() {
            return other.iter().all(|code| own.contains(code));
        }
        let is_same = self.missing == missing || self.name.as_deref() == Some(name);
        is_same && own == other
    }
}

/// An item that governs an activity.
#[derive(Clone, Debug)]
pub struct Governing {
    pub item: Listed,
    /// The measure that says so.
    pub measure: String,
    /// Why it governs, for the reader.
    pub why: String,
}

/// From when on what is not said in a usual expression counts as found. Chosen on the judged
/// development descriptions; `quanze eval check --cross-validate` tells what that is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Likeness from which a description counts as the activity it resembles.
    pub resembling: f32,
    /// Part of a description's 2-grams in one measure from which the measure governs it.
    pub measure: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            resembling: 0.45,
            measure: 0.8,
        }
    }
}

/// Confidence by how an activity was recognised.
fn confidence(recognised: Recognised, likeness: f32) -> f32 {
    match recognised {
        Recognised::Said => 0.95,
        Recognised::Corrected => 0.8,
        Recognised::Meant => 0.7,
        Recognised::Resembling | Recognised::Measure => 0.7 * likeness,
        Recognised::Unknown => 0.3,
    }
}

/// Lists read before, by position.
#[derive(Default)]
pub(super) struct ListsCache(Mutex<HashMap<(u64, Date), Arc<NegativeLists>>>);

/// Positions kept: today's, and those that readers look back at.
const KEPT: usize = 8;

impl Services {
    /// The negative lists as in force at a position.
    ///
    /// # Errors
    /// As the register's.
    pub fn negative_lists(&self, at: Position) -> Result<Arc<NegativeLists>, ServiceError> {
        let key = (self.newest_negative(at)?, at.day);
        let kept = |cache: &ListsCache| {
            let cache = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
            cache.get(&key).cloned()
        };
        if let Some(known) = kept(&self.negative) {
            return Ok(known);
        }
        let kinds = self.kinds.iter().map(AsRef::as_ref);
        let read = Arc::new(NegativeLists::read(&*self.register, kinds, at)?);
        let mut cache = self
            .negative
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= KEPT {
            cache.clear();
        }
        cache.insert(key, read.clone());
        Ok(read)
    }

    /// Number of the newest publication of a negative list that counts at a position: others change
    /// nothing.
    fn newest_negative(&self, at: Position) -> Result<u64, ServiceError> {
        let overview = self.overview()?;
        if at.publication < overview.last_number {
            return Ok(at.publication);
        }
        let is_negative = |key: &str| self.kinds.get(key).is_some_and(|k| k.negative.is_some());
        let lists = overview.lists.iter().filter(|l| is_negative(&l.list.kind));
        Ok(lists.map(|l| l.latest.number).max().unwrap_or(0))
    }

    /// Checks a description against the lists.
    ///
    /// # Errors
    /// `Invalid` naming the parameter: no text, too long a text, a day that is not known yet.
    pub fn check_business(&self, params: &CheckParams) -> Result<Check, ServiceError> {
        let length = params.text.chars().count();
        if params.text.trim().is_empty() {
            let detail = "请写明要做什么，例如“开一家小面馆，顺便卖烟”".to_owned();
            return Err(ServiceError::parameter("text", detail));
        }
        if length > MAX_DESCRIPTION_CHARS {
            let detail = format!("内容过长：最多 {MAX_DESCRIPTION_CHARS} 个字，现为 {length} 个字");
            return Err(ServiceError::parameter("text", detail));
        }
        let day = params.as_of.unwrap_or_else(|| self.today());
        let position = lists::position(&*self.register, day, params.publication)?;
        let lists = self.negative_lists(position)?;
        let binds = |e: &&Edition| {
            e.applies_to == AppliesTo::Everyone || params.investor == Investor::Foreign
        };
        let mut activities = Vec::new();
        for part in parts(&params.text) {
            self.part(&part, params, &lists, &mut activities)?;
        }
        // A text of which nothing counts is not understood.
        if activities.is_empty() {
            let whole = Part {
                text: params.text.trim().to_owned(),
                ..Part::default()
            };
            activities.push(checked(&whole, None, Recognised::Unknown, 0.0, Vec::new()));
        }
        Ok(Check {
            text: params.text.trim().to_owned(),
            investor: params.investor,
            position,
            editions: lists.editions.iter().filter(binds).cloned().collect(),
            verdict: activities
                .iter()
                .map(|a| a.verdict)
                .max()
                .unwrap_or_default(),
            activities,
        })
    }

    /// Adds the activities of one part.
    fn part(
        &self,
        part: &Part,
        params: &CheckParams,
        lists: &NegativeLists,
        found: &mut Vec<Checked>,
    ) -> Result<(), ServiceError> {
        let before = found.len();
        let all_said = self.activities_said(part, params, lists);
        let excepted = excepted(&all_said, lists);
        for said in all_said {
            let (activity, recognised) = (said.activity, said.recognised);
            let (items, missing) = match said.serves {
                true => (Vec::new(), Vec::new()),
                false => governing(activity, params.investor, lists, &excepted),
            };
            let is_exempt = items.is_empty() && missing.is_empty() && activity.is_listed();
            if is_exempt && !said.serves && !excepted.is_empty() {
                continue;
            }
            // Several expressions may say the same; what is governed alike is told once.
            let told = found[before..]
                .iter()
                .any(|known| known.tells(&items, &missing, &activity.name));
            if told {
                continue;
            }
            let nothing_found = items.is_empty() && !missing.is_empty();
            let checked = checked(part, Some(activity), recognised, 1.0, items);
            found.push(Checked {
                // What is usually listed and cannot be found is not simply free.
                confidence: if nothing_found {
                    confidence(Recognised::Unknown, 0.0)
                } else {
                    checked.confidence
                },
                missing,
                name: match said.serves {
                    true => Some(format!("{}的配套商品或服务", activity.name)),
                    false => checked.name.clone(),
                },
                industry: checked.industry.clone().filter(|_| !said.serves),
                ..checked
            });
        }
        // What cannot be found here is of interest where nothing else was found.
        if found[before..].iter().any(|c| !c.items.is_empty()) {
            let mut at = 0;
            found.retain(|c| {
                at += 1;
                at <= before || !c.items.is_empty() || c.missing.is_empty()
            });
        }
        if found.len() == before {
            found.push(self.unrecognised(part, params, lists));
        }
        if params.with_permits {
            for checked in &mut found[before..] {
                checked.permits = self.local_permits(checked)?;
            }
        }
        Ok(())
    }
}

/// Name of a class of GB/T 4754-2017.
fn industry_name(code: &str) -> Option<&'static str> {
    super::words::industries().get(code).copied()
}

/// An activity as recognised in a part.
fn checked(
    part: &Part,
    activity: Option<&Activity>,
    recognised: Recognised,
    likeness: f32,
    items: Vec<Governing>,
) -> Checked {
    let industry = activity.and_then(|a| a.industry.as_deref());
    Checked {
        text: part.text.clone(),
        name: activity.map(|a| a.name.clone()),
        recognised,
        verdict: verdict(&items),
        confidence: confidence(recognised, likeness),
        industry: industry.and_then(|code| Some((code.to_owned(), industry_name(code)?))),
        items,
        permits: Vec::new(),
        excluded: part.excluded.clone(),
        missing: Vec::new(),
    }
}

/// The governing item decides; a foreign investor is bound by both lists.
fn verdict(items: &[Governing]) -> Verdict {
    let first = |who: AppliesTo| {
        let mut of = items.iter().filter(|g| g.item.applies_to == who);
        of.next().map(|g| g.item.grade).unwrap_or_default()
    };
    first(AppliesTo::Foreign).max(first(AppliesTo::Everyone))
}

/// Measures from which something that is said is excepted by name.
fn excepted(said: &[Said<'_>], lists: &NegativeLists) -> Vec<Place> {
    let said = said.iter().filter(|s| !s.serves);
    let wordings = said.flat_map(|s| &s.activity.excepts);
    let both = wordings
        .flat_map(|w| [AppliesTo::Everyone, AppliesTo::Foreign].map(|who| lists.place(w, who)));
    both.flatten().collect()
}

/// Items that govern an activity but for the excepted measures, of the list for foreign investors first, and wordings that the
/// lists do not have.
fn governing(
    activity: &Activity,
    investor: Investor,
    lists: &NegativeLists,
    excepted: &[Place],
) -> (Vec<Governing>, Vec<String>) {
    let mut items: Vec<Governing> = Vec::new();
    let mut missing = Vec::new();
    let foreign = match investor {
        Investor::Foreign => activity.foreign.as_slice(),
        Investor::Domestic => &[],
    };
    let foreign = foreign.iter().map(|w| (w, AppliesTo::Foreign));
    let market = activity.market.iter().map(|w| (w, AppliesTo::Everyone));
    for (wording, who) in foreign.chain(market) {
        let Some(place) = lists.place(wording, who) else {
            missing.extend(wording.split('|').next().map(str::to_owned));
            continue;
        };
        let is_same = |e: &Place| e.item == place.item && e.measure == place.measure;
        if excepted.iter().any(is_same) {
            continue;
        }
        let code = &lists.items[place.item].code;
        if !items.iter().any(|g| g.item.code == *code) {
            let why = format!("理解为“{}”", activity.name);
            items.push(Governing::new(lists, place, &why));
        }
    }
    (items, missing)
}

impl Governing {
    fn new(lists: &NegativeLists, place: Place, why: &str) -> Self {
        let item = lists.items[place.item].clone();
        Self {
            measure: item.measures[place.measure].text.clone(),
            why: why.to_owned(),
            item,
        }
    }
}

/// Words by which errors of typing in descriptions are found.
pub(super) fn vocabulary(activities: &Activities) -> Vocabulary {
    /// All count alike: the description says which is meant.
    const OFTEN: u32 = 20;
    static SHARED: OnceLock<Vocabulary> = OnceLock::new();
    let make = || Vocabulary::new(activities.words().map(|word| (word.to_owned(), OFTEN)));
    SHARED.get_or_init(make).clone()
}
