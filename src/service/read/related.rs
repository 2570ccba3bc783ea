//! What stands beside an item: the same power elsewhere, what rests on the same articles, the
//! measures of negative lists that ask for it; and items side by side, field by field.

use std::collections::HashMap;

use crate::domain::{Action, ItemId, Position, Revision, Role, SearchGroup};
use crate::engine::{Likeness, text_of};
use crate::query::region_value;

use crate::service::business::{Asking, LocalPermit, PERMIT, Verdict};
use crate::service::kept::Kept;
use crate::service::view::HeadView;
use crate::service::{ServiceError, Services, item_code};
use crate::text::citation;

use super::ItemView;
use super::item::newest_on;

/// Related items of each sort.
const MOST: usize = 6;
/// Items that can be compared at once: more do not fit beside each other.
pub const MOST_COMPARED: usize = 4;

/// Local permits that measures ask for, by item.
pub(in crate::service) type PermitsCache = Kept<ItemId, Vec<LocalPermit>>;

/// What stands beside an item today.
#[derive(Clone, Debug, Default)]
pub struct RelatedView {
    /// The same power of other departments, levels or regions.
    pub counterparts: Vec<HeadView>,
    /// What rests on the same articles, and fees for the same thing, by kind in the kinds' order.
    pub groups: Vec<RelatedGroup>,
    /// Of a permit: measures of negative lists that ask for it.
    pub measures: Vec<Asking>,
    /// Of a measure of a negative list: local permits that it asks for.
    pub permits: Vec<LocalPermit>,
}

/// Related items of one kind.
#[derive(Clone, Debug)]
pub struct RelatedGroup {
    pub kind: String,
    pub name: String,
    pub items: Vec<HeadView>,
}

/// Items side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub items: Vec<ItemView>,
    /// In the order of the first item's kind.
    pub rows: Vec<ComparedField>,
}

/// One field of all items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedField {
    pub label: String,
    /// By item; `None` where it has no such field.
    pub values: Vec<Option<String>>,
}

impl ComparedField {
    /// Whether the items do not all say the same.
    pub fn differs(&self) -> bool {
        self.values.windows(2).any(|pair| pair[0] != pair[1])
    }
}

impl Services {
    /// What stands beside an item as in force today.
    ///
    /// Nothing for an item that is not in force.
    ///
    /// # Errors
    /// `NotFound` for a code that was never published, and the stores' failures.
    pub fn related(&self, code: &str) -> Result<RelatedView, ServiceError> {
        let parsed = item_code(code)?;
        let history = self.register.history(&parsed)?;
        if history.is_empty() {
            return Err(ServiceError::item_not_found(code));
        }
        let in_force = newest_on(&history, self.today(), u64::MAX);
        let Some(revision) = in_force.filter(|r| r.action != Action::Withdrawn) else {
            return Ok(RelatedView::default());
        };
        let (found, position) = {
            let likeness = self.likeness(revision);
            self.ask_engine(|engine| engine.related(&likeness, MOST))?
        };
        let mut heads = self.heads(
            found
                .titled
                .iter()
                .chain(found.resting.iter().flat_map(|(_, ids)| ids)),
            position,
        )?;
        let mut take = |ids: &[ItemId]| -> Vec<HeadView> {
            ids.iter().filter_map(|id| heads.remove(id)).collect()
        };
        let counterparts = take(&found.titled);
        let mut fees = self.fees_of(&revision.item, position)?;
        fees.extend(self.charged_for(&revision.item)?);
        let mut groups = Vec::new();
        for kind in self.kinds.iter() {
            let of_kind = found.resting.iter().find(|(key, _)| *key == kind.key);
            let mut items = of_kind.map_or_else(Vec::new, |(_, ids)| take(ids));
            let own = fees.iter().filter(|fee| fee.kind == kind.key);
            for fee in own.take(MOST) {
                if !items.iter().any(|item| item.code == fee.code) {
                    items.push(fee.clone());
                }
            }
            if !items.is_empty() {
                groups.push(RelatedGroup {
                    kind: kind.key.clone(),
                    name: kind.name.clone(),
                    items,
                });
            }
        }
        Ok(RelatedView {
            counterparts,
            groups,
            measures: self.asking(revision, position)?,
            permits: self.asked(revision, position)?,
        })
    }

    fn likeness(&self, revision: &Revision) -> Likeness {
        let item = &revision.item;
        let kind = self.kinds.get(&item.head.kind);
        let title = |kind| text_of(item, kind, SearchGroup::Title);
        // Not the basis of its duties: every penalty follows the same procedure.
        let basis = kind.iter().flat_map(|kind| kind.fields_with(Role::Basis));
        let basis = basis.filter_map(|f| item.fields.get(&f.key));
        Likeness {
            except: revision.id,
            kind: item.head.kind.clone(),
            region: region_value(&item.head.region).to_owned(),
            title: kind.map_or_else(String::new, |kind| title(kind)),
            citations: basis.flat_map(|text| citation::of_basis(text)).collect(),
        }
    }

    fn heads<'a>(
        &self,
        ids: impl Iterator<Item = &'a ItemId>,
        at: Position,
    ) -> Result<HashMap<ItemId, HeadView>, ServiceError> {
        let ids: Vec<ItemId> = ids.copied().collect();
        let revisions = self.register.in_force(&ids, at)?.into_iter();
        let heads = revisions.map(|r| (r.id, self.head_view(r.code.as_str(), &r.item.head)));
        Ok(heads.collect())
    }

    /// Measures that ask for a permit.
    fn asking(&self, revision: &Revision, at: Position) -> Result<Vec<Asking>, ServiceError> {
        let head = &revision.item.head;
        if head.item_type == PERMIT {
            self.measures_for(&head.name, at)
        } else {
            Ok(Vec::new())
        }
    }

    /// Local permits that a measure asks for; they are searched for once at each position.
    fn asked(&self, revision: &Revision, at: Position) -> Result<Vec<LocalPermit>, ServiceError> {
        let item = &revision.item;
        let kind = self.kinds.get(&item.head.kind);
        let Some(kind) = kind.filter(|kind| kind.negative.is_some()) else {
            return Ok(Vec::new());
        };
        if Verdict::of_type(&item.head.item_type) == Verdict::Prohibited {
            return Ok(Vec::new());
        }
        let permits = self.keep(&self.permits, at, revision.id, || {
            let fields = kind.fields_with(Role::Measure);
            let measures = fields.filter_map(|f| item.fields.get(&f.key));
            let mut measures: Vec<&str> = measures.flat_map(|text| text.lines()).collect();
            if measures.is_empty() {
                // A list without measures of their own says them in the name.
                measures.push(&item.head.name);
            }
            let mut permits: Vec<LocalPermit> = Vec::new();
            for measure in measures.into_iter().take(MOST) {
                for permit in self.permits_for(measure, &item.head.name)? {
                    if permits.len() < MOST && !permits.iter().any(|p| p.is_same(&permit)) {
                        permits.push(permit);
                    }
                }
            }
            Ok(permits)
        })?;
        Ok(permits.as_ref().clone())
    }

    /// Items side by side as they stand today.
    ///
    /// # Errors
    /// `Invalid` unless two to [`MOST_COMPARED`] different codes are given, `NotFound` naming a code that was
    /// never published.
    pub fn compare(&self, codes: &[String]) -> Result<Comparison, ServiceError> {
        let mut different: Vec<&String> = Vec::new();
        for code in codes {
            if !different.contains(&code) {
                different.push(code);
            }
        }
        if !(2..=MOST_COMPARED).contains(&different.len()) {
            let detail =
                format!("请给出 2 至 {MOST_COMPARED} 个不同事项的编码（参数 item 重复给出）");
            return Err(ServiceError::parameter("item", detail));
        }
        let at = self.position(None, None)?;
        let items = different.into_iter().map(|code| self.item(code, at));
        let items: Vec<ItemView> = items.collect::<Result<_, _>>()?;
        Ok(Comparison {
            rows: compared(&items),
            items,
        })
    }
}

/// Fields by label: lists of different kinds call the same by other keys.
fn compared(items: &[ItemView]) -> Vec<ComparedField> {
    let mut rows: Vec<ComparedField> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        // A running number says nothing outside its own list.
        let told = item
            .fields
            .iter()
            .filter(|f| f.role != Some(Role::Sequence));
        for field in told {
            let known = rows.iter().position(|row| row.label == field.label);
            let place = known.unwrap_or_else(|| {
                rows.push(ComparedField {
                    label: field.label.clone(),
                    values: vec![None; items.len()],
                });
                rows.len() - 1
            });
            if let Some(value) = rows
                .get_mut(place)
                .and_then(|row| row.values.get_mut(number))
            {
                *value = Some(field.value.clone());
            }
        }
    }
    rows
}
