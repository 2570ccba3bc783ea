//! What use cases hand out: items, publications and differences with the labels readers need.
//! Plain data; must not know how it is shown or where it came from.

use crate::domain::{
    Action, ChangeType, Date, Head, Item, Kind, Publication, Region, Revision, Role, diff,
};

use super::Services;
use super::overview::Overview;

/// What every list of items shows of an item.
#[derive(Clone, Debug)]
pub struct HeadView {
    pub code: String,
    /// Kind key and name.
    pub kind: String,
    pub kind_name: String,
    pub name: String,
    pub sub_name: String,
    pub item_type: String,
    pub department: String,
    pub region: Region,
    pub level: String,
}

/// One field of an item.
#[derive(Clone, Debug)]
pub struct FieldView {
    pub key: String,
    pub label: String,
    pub role: Option<Role>,
    pub value: String,
    /// The original cell, where cleaning changed more than white space.
    pub original: Option<String>,
}

/// A publication with what links to it need.
#[derive(Clone, Debug)]
pub struct PublicationView {
    pub publication: Publication,
    pub kind_name: String,
    pub list_number: Option<u64>,
    pub department_number: Option<u64>,
    /// Whether the list is made up for demonstration (样例).
    pub sample: bool,
}

/// One field that differs; `None` where the field is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub key: String,
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What a publication, or several taken together, did to an item.
#[derive(Clone, Debug)]
pub struct ChangeView {
    pub action: Action,
    /// What the rules on list management call it, where somebody said so.
    pub kind: Option<ChangeType>,
    pub head: HeadView,
    pub effective_on: Date,
    /// Of an amended item.
    pub differences: Vec<Difference>,
    /// Of a withdrawn item.
    pub reason: Option<String>,
    pub successor: Option<String>,
}

impl ChangeView {
    /// What the change is called: 下放 rather than 取消, where somebody said so.
    pub fn label(&self) -> &'static str {
        self.kind
            .map_or_else(|| self.action.label(), ChangeType::label)
    }
}

/// Whether a title or a file name says that a list is made up.
fn says_sample(text: &str) -> bool {
    ["样例", "示例", "演示"].iter().any(|w| text.contains(w))
        || text.to_ascii_lowercase().contains("sample")
}

/// Whether a publication's list is made up for demonstration, by its title, document number or
/// file name.
pub fn is_sample(publication: &Publication) -> bool {
    let texts = [&publication.list.title, &publication.file.name];
    texts
        .into_iter()
        .chain(&publication.document_no)
        .any(|text| says_sample(text))
}

impl Services {
    /// Name of a kind; a kind no longer configured is shown by its key.
    pub fn kind_name(&self, key: &str) -> String {
        self.kinds
            .get(key)
            .map_or_else(|| key.to_owned(), |k| k.name.clone())
    }

    pub(super) fn head_view(&self, code: &str, head: &Head) -> HeadView {
        HeadView {
            code: code.to_owned(),
            kind: head.kind.clone(),
            kind_name: self.kind_name(&head.kind),
            name: head.name.clone(),
            sub_name: head.sub_name.clone(),
            item_type: head.item_type.clone(),
            department: head.department.clone(),
            region: head.region.clone(),
            level: head.level.clone(),
        }
    }

    pub(super) fn publication_view(
        &self,
        publication: Publication,
        overview: &Overview,
    ) -> PublicationView {
        PublicationView {
            kind_name: self.kind_name(&publication.list.kind),
            list_number: overview.list_number(&publication.list),
            department_number: overview.department_number(&publication.list.department),
            sample: is_sample(&publication),
            publication,
        }
    }

    /// Fields in the kind's published order, then those the kind no longer knows.
    pub(super) fn field_views(&self, item: &Item) -> Vec<FieldView> {
        let kind = self.kinds.get(&item.head.kind);
        let mut fields: Vec<(usize, FieldView)> = item
            .fields
            .iter()
            .map(|(key, value)| {
                let field = kind.and_then(|k| k.field(key));
                let place = kind.and_then(|k| k.field_index(key)).unwrap_or(usize::MAX);
                let view = FieldView {
                    key: key.clone(),
                    label: field.map_or_else(|| key.clone(), |f| f.label.clone()),
                    role: field.and_then(|f| f.role),
                    value: value.clone(),
                    original: item.originals.get(key).cloned(),
                };
                (place, view)
            })
            .collect();
        fields.sort_by_key(|(place, _)| *place);
        fields.into_iter().map(|(_, view)| view).collect()
    }

    /// What differs between two states of an item.
    pub(super) fn differences(&self, before: &Item, after: &Item) -> Vec<Difference> {
        let kind = self.kinds.get(&after.head.kind).map(AsRef::as_ref);
        let mut differences: Vec<Difference> = diff::fields(&before.fields, &after.fields)
            .into_iter()
            .map(|change| Difference {
                label: label(kind, &change.key),
                key: change.key,
                before: change.before,
                after: change.after,
            })
            .collect();
        if let Some(kind) = kind {
            differences.sort_by_key(|d| kind.field_index(&d.key).unwrap_or(usize::MAX));
        }
        // A head can change while the cells do not: the type a cell was read as, or the region.
        for (key, name, old, new) in head_pairs(&before.head, &after.head) {
            let told = differences.iter().any(|d| {
                d.before.as_deref().unwrap_or_default() == old
                    && d.after.as_deref().unwrap_or_default() == new
            });
            if old != new && !told {
                differences.push(Difference {
                    key: key.to_owned(),
                    label: name.to_owned(),
                    before: some(old),
                    after: some(new),
                });
            }
        }
        differences
    }

    /// One step of an item's life, compared with the state before it.
    pub(super) fn change_view(&self, revision: &Revision, before: Option<&Item>) -> ChangeView {
        let differences = match (revision.action, before) {
            (Action::Amended, Some(before)) => self.differences(before, &revision.item),
            _ => Vec::new(),
        };
        ChangeView {
            action: revision.action,
            kind: revision.kind,
            head: self.head_view(revision.code.as_str(), &revision.item.head),
            effective_on: revision.effective_on,
            differences,
            reason: revision.reason.clone(),
            successor: revision.successor.as_ref().map(ToString::to_string),
        }
    }
}

fn label(kind: Option<&Kind>, key: &str) -> String {
    kind.and_then(|k| k.field(key))
        .map_or_else(|| key.to_owned(), |f| f.label.clone())
}

fn head_pairs<'a>(
    before: &'a Head,
    after: &'a Head,
) -> [(&'static str, &'static str, &'a str, &'a str); 6] {
    [
        ("name", "名称", &before.name, &after.name),
        ("sub_name", "子项名称", &before.sub_name, &after.sub_name),
        ("type", "类型", &before.item_type, &after.item_type),
        ("department", "部门", &before.department, &after.department),
        (
            "region",
            "行政区划",
            &before.region.name,
            &after.region.name,
        ),
        ("level", "层级", &before.level, &after.level),
    ]
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// First `limit` visible characters, with an ellipsis where something was cut.
pub fn shorten(text: &str, limit: usize) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    match text.char_indices().nth(limit) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_lists_are_recognised_by_their_words() {
        for text in ["权责清单（样例）", "sample-power.csv", "演示清单"] {
            assert!(says_sample(text), "{text}");
        }
        assert!(!says_sample("克拉玛依市财政局权责清单"));
    }

    #[test]
    fn shortening_cuts_between_characters() {
        assert_eq!(shorten("行政处罚", 2), "行政…");
        assert_eq!(shorten("行政", 2), "行政");
    }
}
