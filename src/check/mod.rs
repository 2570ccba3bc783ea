//! Rules over the drafts of one list: what a reviewer would object to.
//! Must not read files or the register.

pub mod text;

use std::collections::HashMap;

use crate::domain::department::{complete, is_template, looks_like_name};
use crate::domain::{Finding, Kind, ListId, Place, Regions, Role, Severity};
use crate::intake::DraftItem;

/// Result of checking a list.
#[derive(Debug, Default)]
pub struct Checked {
    pub findings: Vec<Finding>,
    /// Indices of items that must not be taken, with the reason.
    pub refused: Vec<(usize, String)>,
}

/// Checks the items of one list against each other and against what its kind requires.
pub fn list(items: &[DraftItem], kind: &Kind, list: &ListId, regions: &Regions) -> Checked {
    let mut checked = Checked::default();
    missing(items, kind, &mut checked.findings);
    codes(items, kind, &mut checked);
    repeats(items, kind, &mut checked.findings);
    bodies(items, kind, list, regions, &mut checked.findings);
    levels(items, kind, &mut checked.findings);
    for item in items {
        texts(item, kind, &mut checked.findings);
    }
    checked
}

fn warn(rule: &str, place: Place, problem: String, mend: &str) -> Finding {
    Finding::new(Severity::Warning, rule, place, problem, mend)
}

/// Required cells that are blank; a column that is not there at all is reported once per sheet.
fn missing(items: &[DraftItem], kind: &Kind, findings: &mut Vec<Finding>) {
    let own = |role: Option<Role>| {
        // Titles are intake's business; a missing type or department that the list supplies otherwise is no fault.
        matches!(role, Some(Role::Title))
    };
    let mut reported: Vec<(String, String)> = Vec::new();
    for item in items {
        for field in kind.fields.iter().filter(|f| f.required && !own(f.role)) {
            if item.coded.item.fields.contains_key(&field.key) {
                continue;
            }
            let inferred =
                field.role == Some(Role::Type) && !item.coded.item.head.item_type.is_empty();
            let place = item.place(Some(&field.key));
            if !place.column.is_empty() {
                if !inferred {
                    let problem = format!("“{}”为空", field.label);
                    findings.push(warn(
                        "missing-field",
                        place,
                        problem,
                        &format!("请填写{}", field.label),
                    ));
                }
                continue;
            }
            let seen = (place.sheet.clone(), field.key.clone());
            if reported.contains(&seen) {
                continue;
            }
            reported.push(seen);
            let sheet = Place { row: 0, ..place };
            let problem = format!("没有“{}”列", field.label);
            findings.push(warn(
                "missing-column",
                sheet,
                problem,
                &format!("请增加{}列", field.label),
            ));
        }
    }
}

/// Codes and list numbers that stand twice.
fn codes(items: &[DraftItem], kind: &Kind, checked: &mut Checked) {
    let code_key = kind.field_with(Role::Code).map(|f| f.key.as_str());
    let mut by_code: HashMap<&str, usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let Some(code) = &item.coded.code else {
            continue;
        };
        let Some(&first) = by_code.get(code.as_str()) else {
            by_code.insert(code.as_str(), index);
            continue;
        };
        let problem = format!(
            "编码“{code}”已用于“{}”，该行未收录",
            items[first].coded.item.head.name
        );
        checked.refused.push((index, problem.clone()));
        checked.findings.push(
            Finding::new(
                Severity::Error,
                "repeated-code",
                item.place(code_key),
                problem,
                "每个事项的编码应当唯一，请更正其中之一",
            )
            .with_other(items[first].place(code_key)),
        );
    }
    let Some(key) = kind.field_with(Role::Key) else {
        return;
    };
    let mut by_key: HashMap<&str, usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let Some(number) = item.coded.item.fields.get(&key.key) else {
            continue;
        };
        match by_key.get(number.as_str()) {
            None => {
                by_key.insert(number, index);
            }
            Some(&first) => checked.findings.push(
                warn(
                    "repeated-key",
                    item.place(Some(&key.key)),
                    format!("{}“{number}”出现两次", key.label),
                    "请核对编号",
                )
                .with_other(items[first].place(Some(&key.key))),
            ),
        }
    }
}

/// What tells items of one identity apart: scope, and of discretion bands the basis.
type Scope<'a> = (Option<&'a String>, Option<Option<&'a String>>);

/// First items of one identity, by what they say and by their scope.
#[derive(Default)]
struct Seen<'a> {
    contents: HashMap<Vec<(&'a String, &'a String)>, usize>,
    scopes: HashMap<Scope<'a>, usize>,
}

/// The same item twice: identical but for the running number, or contradicting.
fn repeats(items: &[DraftItem], kind: &Kind, findings: &mut Vec<Finding>) {
    let sequence = kind.field_with(Role::Sequence).map(|f| f.key.as_str());
    let scope = kind.field_with(Role::Scope).map(|f| f.key.as_str());
    let basis = kind.field_with(Role::Basis).map(|f| f.key.as_str());
    let graded = kind.field_with(Role::Grade).is_some();
    let title = kind.field_with(Role::Title).map(|f| f.key.as_str());
    let mut identities: HashMap<[&str; 4], Seen<'_>> = HashMap::new();
    for (index, draft) in items.iter().enumerate() {
        let item = &draft.coded.item;
        let seen = identities.entry(item.identity()).or_default();
        let content = item
            .fields
            .iter()
            .filter(|(key, _)| Some(key.as_str()) != sequence)
            .collect();
        // Bands of one offence differ by nature, and under another article they are another offence.
        let basis = graded.then(|| basis.and_then(|key| item.fields.get(key)));
        let scope = (scope.and_then(|key| item.fields.get(key)), basis);
        let same = *seen.contents.entry(content).or_insert(index);
        let rival = *seen.scopes.entry(scope).or_insert(index);
        let name = &item.head.name;
        if same != index {
            findings.push(
                warn(
                    "identical-rows",
                    draft.place(title),
                    format!("与另一行除序号外完全相同：{name}"),
                    "如属重复，请删除其中一行",
                )
                .with_other(items[same].place(title)),
            );
        } else if rival != index {
            let elsewhere = items[rival].origin.sheet != draft.origin.sheet;
            let problem = if elsewhere {
                format!("两个工作表都有“{name}”，层级相同而内容不同")
            } else {
                format!("“{name}”出现两次，层级相同而内容不同")
            };
            findings.push(
                warn(
                    "contradicting-rows",
                    draft.place(title),
                    problem,
                    "请确认是否为同一事项：是则合并，不是则在名称或子项上加以区分",
                )
                .with_other(items[rival].place(title)),
            );
        }
    }
}

/// Template left-overs and bodies other than the publisher.
fn bodies(
    items: &[DraftItem],
    kind: &Kind,
    list: &ListId,
    regions: &Regions,
    findings: &mut Vec<Finding>,
) {
    let Some(field) = kind.field_with(Role::Department) else {
        return;
    };
    let mut others: Vec<String> = Vec::new();
    for item in items {
        let Some(body) = item.coded.item.fields.get(&field.key) else {
            continue;
        };
        if is_template(body) {
            let problem = format!("“{body}”是模板中的泛称，没有改成本部门的名称");
            // What a county does is not the city's to be named.
            let mend = match body.contains('县') {
                false => format!("请改为“{}”", list.department),
                true => "请改为实际行使该职权的部门名称".to_owned(),
            };
            findings.push(warn(
                "template-left-over",
                item.place(Some(&field.key)),
                problem,
                &mend,
            ));
            continue;
        }
        let full = complete(body, Some(&list.region), regions);
        let related = full.contains(&list.department)
            || list.department.contains(&full)
            || abbreviates(&full, &list.department)
            || !looks_like_name(body);
        if !related && !others.contains(&full) && others.len() < 100 {
            let place = item.place(Some(&field.key));
            let problem = format!(
                "{}“{body}”与公布部门“{}”不一致，按原样保留",
                field.label, list.department
            );
            findings.push(Finding::new(
                Severity::Notice,
                "other-body",
                place,
                problem,
                "",
            ));
            others.push(full);
        }
    }
}

/// Whether a name leaves out characters of another and no more: 市科技局 of 市科学技术局.
fn abbreviates(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.chars().count() * 2 > long.chars().count() && short.chars().all(|c| rest.any(|l| l == c))
}

/// Rows of another level among items of one level (the autonomous region's items in a city's list).
fn levels(items: &[DraftItem], kind: &Kind, findings: &mut Vec<Finding>) {
    let Some(field) = kind.field_with(Role::Level) else {
        return;
    };
    // A workbook may hold one sheet per level, so the usual level is the sheet's.
    let mut by_sheet: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
    for item in items {
        let level = item.coded.item.head.level.as_str();
        if !level.is_empty() {
            *by_sheet
                .entry(&item.origin.sheet)
                .or_default()
                .entry(level)
                .or_default() += 1;
        }
    }
    let list_wide = items
        .iter()
        .fold(HashMap::<&str, usize>::new(), |mut all, i| {
            if !i.coded.item.head.level.is_empty() {
                *all.entry(&i.coded.item.head.level).or_default() += 1;
            }
            all
        });
    let usual_of = |counts: &HashMap<&str, usize>| -> Option<String> {
        let total: usize = counts.values().sum();
        let (level, n) = counts.iter().max_by_key(|(_, n)| **n)?;
        (n * 5 >= total * 4).then(|| (*level).to_owned())
    };
    let whole = usual_of(&list_wide);
    for item in items {
        let level = &item.coded.item.head.level;
        let Some(usual) = whole
            .clone()
            .or_else(|| usual_of(by_sheet.get(item.origin.sheet.as_str())?))
        else {
            continue;
        };
        if !level.is_empty() && *level != usual {
            let problem = format!("该行是{level}事项，而本清单的事项为{usual}");
            findings.push(warn(
                "other-level",
                item.place(Some(&field.key)),
                problem,
                "请确认是否应列入本部门清单",
            ));
        }
    }
}

/// Numbering and dates inside long texts.
fn texts(item: &DraftItem, kind: &Kind, findings: &mut Vec<Finding>) {
    for field in kind.fields.iter().filter(|f| f.long) {
        let Some(value) = item.coded.item.fields.get(&field.key) else {
            continue;
        };
        if matches!(field.role, Some(Role::Accountability | Role::Duties))
            && let Some(numbers) = text::broken_numbering(value)
        {
            let shown: Vec<String> = numbers.iter().map(u32::to_string).collect();
            let problem = format!("编号不连续（{}），可能是拖动填充所致", shown.join("、"));
            findings.push(warn(
                "broken-numbering",
                item.place(Some(&field.key)),
                problem,
                "请更正编号",
            ));
        }
        if let Some(date) = text::impossible_date(value) {
            let problem = format!("“{date}”这一天不存在");
            findings.push(warn(
                "impossible-date",
                item.place(Some(&field.key)),
                problem,
                "请核对日期",
            ));
        }
    }
    let Some(field) = kind.field_with(Role::CreditCode) else {
        return;
    };
    let Some(code) = item.coded.item.fields.get(&field.key) else {
        return;
    };
    if !crate::domain::code::credit_code_is_valid(code) {
        let problem = format!("“{code}”不是有效的统一社会信用代码（应为 18 位且校验位相符）");
        findings.push(warn(
            "credit-code",
            item.place(Some(&field.key)),
            problem,
            "请核对代码",
        ));
    }
}
