//! The permits of local power lists that a measure asks for, and the other way round. Must not know
//! descriptions of business.

use crate::domain::Position;
use crate::query::{Match, RawSearchParams};
use crate::service::{ServiceError, Services};
use crate::text::grams::substring_grams;
use crate::text::normal::normalise;

use super::lists::Measure;
use super::{Checked, Governing, Verdict};

/// Permits, or measures, that are named.
const MOST: usize = 3;
/// Hits among which permits are looked for: 新办, 变更 and 延续 of one are several.
const LOOKED_AT: usize = 12;
/// Part of the 2-grams of a permit's name that a measure must have.
const MOSTLY: f32 = 0.75;
/// Characters of a name beside its type that tell what it is.
const TELLING: usize = 5;
/// Type of the items that are permits.
pub const PERMIT: &str = "行政许可";

/// An item of a local power list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPermit {
    pub code: String,
    pub name: String,
    /// Of the 子项; blank where there is none.
    pub sub_name: String,
    pub department: String,
    /// How many items of this name were found: its 子项, of which this is the first that one needs.
    pub variants: usize,
}

impl LocalPermit {
    /// How far it is from what somebody needs who begins: first the permit as such or its first
    /// issue, last what comes later.
    fn lateness(&self) -> u8 {
        const LATER: [&str; 9] = [
            "变更", "延续", "注销", "补", "换", "校验", "年检", "遗失", "撤销",
        ];
        const FIRST: [&str; 6] = ["新", "设立", "首次", "申请", "申领", "核发"];
        let says = |words: &[&str]| words.iter().any(|word| self.sub_name.contains(word));
        match () {
            () if self.sub_name.is_empty() || says(&FIRST) => 0,
            () if says(&LATER) => 2,
            () => 1,
        }
    }

    /// Whether it is the same permit: 新办, 变更 and 延续 share its name.
    pub(in crate::service) fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.department) == (&other.name, &other.department)
    }
}

/// A measure of a negative list that asks for a permit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Code of its item in the register.
    pub code: String,
    /// The list's own number.
    pub key: String,
    pub name: String,
    pub measure: String,
}

impl Services {
    /// Permits of local power lists for what a measure asks.
    pub(super) fn local_permits(
        &self,
        checked: &Checked,
    ) -> Result<Vec<LocalPermit>, ServiceError> {
        let mut permits: Vec<LocalPermit> = Vec::new();
        let asks = |g: &&Governing| g.item.grade == Verdict::Permit;
        for governing in checked.items.iter().filter(asks) {
            let found = self.permits_for(&governing.measure, &governing.item.name)?;
            for permit in found {
                if permits.len() < MOST && !permits.iter().any(|p| p.is_same(&permit)) {
                    permits.push(permit);
                }
            }
        }
        Ok(permits)
    }

    /// Permits of local power lists for one measure of an item of this name.
    ///
    /// # Errors
    /// As a search's.
    pub(in crate::service) fn permits_for(
        &self,
        measure: &str,
        name: &str,
    ) -> Result<Vec<LocalPermit>, ServiceError> {
        let page = self.search(&RawSearchParams {
            q: measure.chars().take(60).collect(),
            item_type: vec![PERMIT.to_owned()],
            size: Some(LOOKED_AT.to_string()),
            ..RawSearchParams::default()
        })?;
        let mut permits: Vec<LocalPermit> = Vec::new();
        if page.certainty != Match::Good || page.partial {
            return Ok(permits);
        }
        let about = Measure::new(&format!("{measure}{name}"));
        for hit in page.hits {
            let permit = LocalPermit {
                code: hit.head.code,
                name: hit.head.name,
                sub_name: hit.head.sub_name,
                department: hit.head.department,
                variants: 1,
            };
            match permits.iter_mut().find(|known| known.is_same(&permit)) {
                Some(known) => {
                    let variants = known.variants + 1;
                    if permit.lateness() < known.lateness() {
                        *known = permit;
                    }
                    known.variants = variants;
                }
                None if self.asks_for(&about, &permit.name) => permits.push(permit),
                None => {}
            }
        }
        permits.truncate(MOST);
        Ok(permits)
    }

    /// Measures of the negative lists that ask for a permit of this name, in the lists' order.
    ///
    /// # Errors
    /// As the register's.
    pub(in crate::service) fn measures_for(
        &self,
        permit: &str,
        at: Position,
    ) -> Result<Vec<Asking>, ServiceError> {
        let lists = self.negative_lists(at)?;
        let mut found = Vec::new();
        for item in lists.items.iter().filter(|i| i.grade == Verdict::Permit) {
            let measure = item.measures.iter().find(|m| self.asks_for(m, permit));
            if let Some(measure) = measure {
                found.push(Asking {
                    code: item.code.clone(),
                    key: item.key.clone(),
                    name: item.name.clone(),
                    measure: measure.text.clone(),
                });
            }
        }
        found.truncate(MOST);
        Ok(found)
    }

    /// Whether a measure asks for the permit of this name: it has most of the name, or all of what
    /// the name tells beside its type. A part is not enough: 烟花爆竹经营 is not 烟花爆竹生产.
    fn asks_for(&self, measure: &Measure, permit: &str) -> bool {
        let name = normalise(permit);
        let told = self.told(&name);
        let is_told = told.chars().count() >= TELLING && measure.normal().contains(&told);
        // What a name begins with tells most: 食品生产许可 is not 药品生产许可.
        let grams = substring_grams(&name);
        let begins = grams
            .first()
            .is_some_and(|first| measure.normal().contains(first.as_str()));
        is_told || (begins && measure.has(&name, &grams) >= MOSTLY)
    }

    /// A normalised name without the words that only tell its type.
    fn told(&self, name: &str) -> String {
        let mut told = String::new();
        self.segmenter.each_word(name, |range| {
            let word = &name[range];
            let says_nothing =
                self.segmenter.is_stop(word) || self.knowledge.intents.is_type_word(word);
            if !says_nothing {
                told.push_str(word);
            }
        });
        told
    }
}
