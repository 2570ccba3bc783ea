//! The fields of a form: what it shows of an item, and what may not be left blank.
//! Must not know drafts.

use crate::domain::{Field, Fields, Finding, Item, Kind, Place, Role, Severity};

/// A field to fill in.
#[derive(Clone, Debug)]
pub struct FormField {
    pub key: String,
    pub label: String,
    pub value: String,
    pub is_long: bool,
    pub is_required: bool,
    /// Known values to choose from, as suggestions.
    pub known: Vec<String>,
}

/// Required fields that were emptied, or of a new item not filled in.
pub fn emptied(before: &[FormField], now: &[FormField]) -> Vec<Finding> {
    let is_new = before.iter().all(|f| f.value.is_empty());
    let fields = before.iter().zip(now);
    let emptied = fields.filter(|(before, now)| {
        now.is_required && now.value.trim().is_empty() && (is_new || !before.value.is_empty())
    });
    let told = emptied.map(|(_, field)| {
        let place = Place {
            heading: field.label.clone(),
            ..Place::default()
        };
        let problem = format!("“{}”不能为空", field.label);
        let mend = format!("请填写{}", field.label);
        Finding::new(Severity::Error, "emptied-field", place, problem, mend)
    });
    told.collect()
}

/// What the form shows of an item: its cells, and what was read from elsewhere (the type from the name
/// of a sheet) in cells of their own.
pub fn told(kind: &Kind, item: &Item) -> Fields {
    let mut fields = item.fields.clone();
    for (key, value) in beside(kind, item) {
        fields.insert(key, value);
    }
    fields
}

/// What the item's head says that no cell does, by the field for it.
pub fn beside(kind: &Kind, item: &Item) -> Vec<(String, String)> {
    let head = &item.head;
    let said = [(Role::Type, &head.item_type), (Role::Level, &head.level)];
    let missing = said.into_iter().filter_map(|(role, value)| {
        let field = kind.field_with(role)?;
        let is_missing = !value.is_empty() && !item.fields.contains_key(&field.key);
        is_missing.then(|| (field.key.clone(), value.clone()))
    });
    missing.collect()
}

pub fn form_fields(kind: &Kind, values: &Fields) -> Vec<FormField> {
    // What the list says of all its items is asked for only where a list says it item by item.
    let is_asked = |field: &&Field| {
        !matches!(field.role, Some(Role::Kind | Role::Region)) || values.contains_key(&field.key)
    };
    let field = |field: &Field| FormField {
        key: field.key.clone(),
        label: field.label.clone(),
        value: values.get(&field.key).cloned().unwrap_or_default(),
        is_long: field.long,
        is_required: field.required,
        known: field
            .values
            .iter()
            .filter_map(|v| v.split('|').next())
            .map(str::to_owned)
            .collect(),
    };
    kind.fields.iter().filter(is_asked).map(field).collect()
}
