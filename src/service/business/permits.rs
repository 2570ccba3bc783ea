//! The permits of local power lists that a measure asks for. Must not know descriptions of business.

use crate::query::{Match, RawSearchParams};
use crate::service::{ServiceError, Services};
use crate::text::normal::normalise;

use super::{Checked, Verdict};

/// Permits that are named.
const MOST: usize = 3;

/// An item of a local power list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPermit {
    pub code: String,
    pub name: String,
    pub department: String,
}

impl Services {
    /// Permits of local power lists for what a measure asks.
    pub(super) fn local_permits(
        &self,
        checked: &Checked,
    ) -> Result<Vec<LocalPermit>, ServiceError> {
        let mut permits: Vec<LocalPermit> = Vec::new();
        for governing in checked
            .items
            .iter()
            .filter(|g| g.item.grade == Verdict::Permit)
        {
            let page = self.search(&RawSearchParams {
                q: governing.measure.chars().take(60).collect(),
                item_type: vec!["行政许可".to_owned()],
                size: Some(MOST.to_string()),
                ..RawSearchParams::default()
            })?;
            if page.certainty != Match::Good || page.partial {
                continue;
            }
            let about = normalise(&format!("{}{}", governing.measure, governing.item.name));
            for hit in page.hits {
                if !self.is_about(&hit.head.name, &about) {
                    continue;
                }
                let permit = LocalPermit {
                    code: hit.head.code,
                    name: hit.head.name,
                    department: hit.head.department,
                };
                // 新办, 变更 and 延续 of one permit share its name.
                let same = |p: &LocalPermit| {
                    (&p.name, &p.department) == (&permit.name, &permit.department)
                };
                if permits.len() < MOST && !permits.iter().any(same) {
                    permits.push(permit);
                }
            }
        }
        Ok(permits)
    }

    /// Whether most of a permit's name, but for words that only tell its type, stands in a text. A
    /// search answers with the likest permit it has, which may be quite another.
    fn is_about(&self, name: &str, about: &str) -> bool {
        let normal = normalise(name);
        let (mut all, mut common) = (0, 0);
        self.segmenter.each_word(&normal, |range| {
            let word = &normal[range];
            let says_nothing =
                self.segmenter.is_stop(word) || self.knowledge.intents.is_type_word(word);
            if !says_nothing {
                all += word.len();
                common += if about.contains(word) { word.len() } else { 0 };
            }
        });
        common * 2 > all
    }
}
