//! Which fee belongs to an item, and what a fee is for: the one that its department charges for the same thing. Lists of fees
//! rest on price documents, so that articles in common do not tell.

use crate::domain::{Item, Kind, Position, Role};
use crate::query::{Facet, MAX_DEPTH, Query, RawSearchParams, Sort};
use crate::service::kept::Kept;
use crate::service::view::HeadView;
use crate::service::{ServiceError, Services};
use crate::text::normal::normalise;

/// Characters that the names must have in common, one after the other.
const COMMON: usize = 4;
/// How the names of fees end, longer endings first.
const ENDINGS: [&str; 8] = [
    "基本服务收费",
    "工本费",
    "补偿费",
    "修复费",
    "处理费",
    "收费",
    "费用",
    "费",
];

/// A fee, ready to be compared.
pub(in crate::service) struct Fee {
    head: HeadView,
    /// Who charges it; blank where the list does not say.
    authority: String,
    /// What it is for, normalised.
    objects: Vec<String>,
}

/// All fees in force, at one position.
pub(in crate::service) type FeesCache = Kept<(), Vec<Fee>>;

impl Services {
    /// Fees that an item's department charges for what its name says; none for a fee itself.
    ///
    /// # Errors
    /// The stores' failures.
    pub(super) fn fees_of(&self, item: &Item, at: Position) -> Result<Vec<HeadView>, ServiceError> {
        if self
            .kinds
            .get(&item.head.kind)
            .is_some_and(|kind| is_of_fees(kind))
        {
            return Ok(Vec::new());
        }
        let fees = self.keep(&self.fees, at, (), || self.all_fees(at))?;
        let name = normalise(&item.head.name);
        let is_charged = |fee: &&Fee| {
            (fee.authority.is_empty() || fee.authority == item.head.department)
                && fee.objects.iter().any(|object| is_for(object, &name))
        };
        Ok(fees
            .iter()
            .filter(is_charged)
            .map(|f| f.head.clone())
            .collect())
    }

    /// Items for which a fee is charged; none for what is no fee.
    ///
    /// # Errors
    /// The stores' failures.
    pub(super) fn charged_for(&self, item: &Item) -> Result<Vec<HeadView>, ServiceError> {
        let kind = self.kinds.get(&item.head.kind);
        let Some(kind) = kind.filter(|kind| is_of_fees(kind)) else {
            return Ok(Vec::new());
        };
        let authority = authority(item, kind);
        let mut found: Vec<HeadView> = Vec::new();
        for object in objects(&normalise(&item.head.name)) {
            let page = self.search(&RawSearchParams {
                q: object.clone(),
                department: (!authority.is_empty())
                    .then(|| authority.clone())
                    .into_iter()
                    .collect(),
                ..RawSearchParams::default()
            })?;
            let hits = page.hits.into_iter().map(|hit| hit.head);
            for head in hits.filter(|head| head.kind != kind.key) {
                let is_known = found.iter().any(|known| known.code == head.code);
                if !is_known && is_for(&object, &normalise(&head.name)) {
                    found.push(head);
                }
            }
        }
        Ok(found)
    }

    /// Fees in force, as far as an engine lists.
    fn all_fees(&self, at: Position) -> Result<Vec<Fee>, ServiceError> {
        let mut fees = Vec::new();
        for kind in self.kinds.iter().filter(|kind| is_of_fees(kind)) {
            let found = self.engine.search(&Query {
                filters: vec![(Facet::Kind, vec![kind.key.clone()])],
                sort: Sort::Department,
                limit: MAX_DEPTH,
                ..Query::default()
            })?;
            let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
            for revision in self.register.in_force(&ids, at)? {
                let item = &revision.item;
                fees.push(Fee {
                    authority: authority(item, kind),
                    objects: objects(&normalise(&item.head.name)),
                    head: self.head_view(revision.code.as_str(), &item.head),
                });
            }
        }
        Ok(fees)
    }
}

/// Who charges a fee; blank where its list does not say.
fn authority(item: &Item, kind: &Kind) -> String {
    let fields = kind.fields_with(Role::Authority);
    let mut values = fields.filter_map(|f| item.fields.get(&f.key));
    values.next().cloned().unwrap_or_default()
}

/// Whether a kind says what is charged and by whom.
fn is_of_fees(kind: &Kind) -> bool {
    kind.negative.is_none()
        && kind.field_with(Role::Standard).is_some()
        && kind.field_with(Role::Authority).is_some()
}

/// What a fee is for, by its normalised name: 机动车行驶证、登记证工本费 is for two things.
fn objects(name: &str) -> Vec<String> {
    let parts = name.split(['、', ',', '和']).map(|part| {
        let ending = ENDINGS.iter().find(|ending| part.ends_with(*ending));
        ending.map_or(part, |ending| part.trim_end_matches(ending))
    });
    let told = parts.filter(|part| part.chars().count() >= COMMON);
    told.map(str::to_owned).collect()
}

/// Whether most of what a fee is for stands in a normalised name in one piece.
fn is_for(object: &str, name: &str) -> bool {
    let chars: Vec<char> = object.chars().collect();
    let least = COMMON.max((chars.len() * 3).div_ceil(5));
    chars
        .windows(least)
        .any(|window| name.contains(window.iter().collect::<String>().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_for_what_its_name_says_beside_the_charging() {
        let is_fee = |fee: &str, item: &str| objects(fee).iter().any(|o| is_for(o, item));
        assert!(is_fee("居民身份证工本费", "居民身份证申领、换领"));
        assert!(is_fee("不动产登记费", "不动产登记"));
        assert!(is_fee(
            "机动车行驶证、普通话水平测试费",
            "普通话水平测试等级认定"
        ));
        assert!(!is_fee("特种设备检验检测费", "特种设备使用登记"));
        assert!(!is_fee("污水费", "污水处理"), "too short to tell");
    }
}
