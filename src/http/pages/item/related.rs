//! What stands beside an item on its page.

use crate::http::pages::parts::{ItemRow, permit_row};
use crate::http::url;
use crate::service::read::{MOST_COMPARED, RelatedView};
use crate::service::view::HeadView;

/// What stands beside an item, ready for the template.
#[derive(Clone, Debug, Default)]
pub struct RelatedBox {
    /// The same power of other departments.
    pub counterparts: Vec<ItemRow>,
    /// Others of the same name of the department itself: other levels, grades, tasks.
    pub siblings: Vec<ItemRow>,
    /// The item and the first of these side by side; blank where there are none.
    pub compare_url: String,
    /// Heading and items of each kind that rest on the same articles.
    pub groups: Vec<(String, Vec<ItemRow>)>,
    pub measures: Vec<AskingRow>,
    /// Path, name and department of local permits.
    pub permits: Vec<(String, String, String)>,
}

/// A measure of a negative list that asks for the permit.
#[derive(Clone, Debug, Default)]
pub struct AskingRow {
    pub url: String,
    /// Number and name of its item.
    pub name: String,
    pub measure: String,
}

impl RelatedBox {
    pub fn new(own: &HeadView, noun: &str, view: RelatedView) -> Self {
        let codes = view.counterparts.iter().map(|head| head.code.clone());
        let codes = std::iter::once(own.code.clone()).chain(codes);
        let items: Vec<_> = codes
            .take(MOST_COMPARED)
            .map(|code| ("item", code))
            .collect();
        let is_empty = view.counterparts.is_empty();
        let (siblings, others) = view
            .counterparts
            .into_iter()
            .partition(|head| head.department == own.department);
        let rows = |heads: Vec<HeadView>| heads.into_iter().map(ItemRow::from).collect();
        Self {
            compare_url: match is_empty {
                true => String::new(),
                false => url::with(url::COMPARE, items),
            },
            counterparts: rows(others),
            siblings: rows(siblings),
            groups: view
                .groups
                .into_iter()
                .map(|group| {
                    let heading = match group.kind == own.kind {
                        true => format!("依据相同条款的其他{noun}"),
                        false => group.name,
                    };
                    let items = group.items.into_iter().map(ItemRow::from);
                    (heading, items.collect())
                })
                .collect(),
            measures: view
                .measures
                .into_iter()
                .map(|asking| AskingRow {
                    url: url::item(&asking.code),
                    name: format!("{} {}", asking.key, asking.name),
                    measure: asking.measure,
                })
                .collect(),
            permits: view.permits.into_iter().map(permit_row).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.counterparts.is_empty()
            && self.siblings.is_empty()
            && self.groups.is_empty()
            && self.measures.is_empty()
            && self.permits.is_empty()
    }
}
