//! Records to item drafts: cleaned fields and a normalised head, with a finding for every doubt.
//! Must not know the register; rules that compare several items live in `check`.

use std::sync::Arc;

use crate::domain::finding::column_letter;
use crate::domain::item::CodedItem;
use crate::domain::{
    Fields, Finding, Head, Item, ItemCode, Kind, ListId, Origin, Place, Region, Regions, Role,
    Severity, code, department, level,
};

use super::clean;
use super::heading::Columns;
use super::infer;
use super::limits::Limits;
use super::records::Record;

/// Where the fields of a sheet stand, shared by its items.
#[derive(Debug)]
pub struct SheetPlaces {
    pub file: String,
    pub sheet: String,
    /// Field key, column letter, heading as written.
    pub columns: Vec<(String, String, String)>,
}

impl SheetPlaces {
    pub fn new(file: &str, sheet: &str, columns: &Columns) -> Arc<Self> {
        let describe = |c: &super::heading::Column| {
            let field = &columns.kind.fields[c.field];
            (field.key.clone(), column_letter(c.index), c.heading.clone())
        };
        Arc::new(Self {
            file: file.to_owned(),
            sheet: sheet.to_owned(),
            columns: columns.columns.iter().map(describe).collect(),
        })
    }

    /// Place of a row, or of one field's cell in it.
    pub fn place(&self, row: u32, field: Option<&str>) -> Place {
        let column = field.and_then(|key| self.columns.iter().find(|(k, ..)| k == key));
        Place {
            file: self.file.clone(),
            sheet: self.sheet.clone(),
            row,
            column: column.map_or_else(String::new, |(_, letter, _)| letter.clone()),
            heading: column.map_or_else(String::new, |(.., heading)| heading.clone()),
        }
    }
}

/// An item read from a list, with where it stands.
#[derive(Clone, Debug)]
pub struct DraftItem {
    pub coded: CodedItem,
    pub origin: Origin,
    pub places: Arc<SheetPlaces>,
}

impl DraftItem {
    pub fn place(&self, field: Option<&str>) -> Place {
        self.places.place(self.origin.first_row, field)
    }
}

/// Turns the records of one sheet and one list into drafts.
pub struct Drafter<'a> {
    pub columns: &'a Columns,
    pub places: Arc<SheetPlaces>,
    pub list: &'a ListId,
    /// Texts above the headings.
    pub titles: &'a [String],
    pub regions: &'a Regions,
    pub limits: &'a Limits,
    /// Columns with formula errors or broken characters are reported through this.
    pub findings: Vec<Finding>,
}

impl Drafter<'_> {
    fn kind(&self) -> &Kind {
        &self.columns.kind
    }

    fn place_of(&self, role: Role, row: u32) -> Place {
        let field = self.columns.kind.field_with(role).map(|f| f.key.as_str());
        self.places.place(row, field)
    }

    fn report(
        &mut self,
        severity: Severity,
        rule: &str,
        place: Place,
        problem: String,
        mend: &str,
    ) {
        self.findings
            .push(Finding::new(severity, rule, place, problem, mend));
    }

    /// One draft, or `None` when the row cannot be taken (an error finding says why).
    pub fn draft(&mut self, record: &Record) -> Option<DraftItem> {
        let (fields, originals) = self.fields(record)?;
        let by_role = |role: Role| {
            self.kind()
                .fields_with(role)
                .find_map(|f| fields.get(&f.key))
                .map_or("", String::as_str)
        };
        let name = by_role(Role::Title).to_owned();
        let sub_name = none_if_said(by_role(Role::Subtitle)).to_owned();
        let (type_cell, level_cell) = (
            by_role(Role::Type).to_owned(),
            by_role(Role::Level).to_owned(),
        );
        let region_cell = by_role(Role::Region).to_owned();
        let code_cell = by_role(Role::Code).to_owned();
        let row = record.first_row;
        if name.is_empty() {
            let key = self.kind().field_with(Role::Title).map(|f| f.key.clone());
            let place = self.places.place(row, key.as_deref());
            self.report(
                Severity::Error,
                "missing-title",
                place,
                "没有名称，该行未收录".into(),
                "请填写名称",
            );
            return None;
        }
        let head = Head {
            kind: self.kind().key.clone(),
            name,
            sub_name,
            item_type: self.item_type(&type_cell, record),
            department: self.list.department.clone(),
            region: self.region(&region_cell, row),
            level: self.level(&level_cell, row),
        };
        let code = self.code(&code_cell, row);
        Some(DraftItem {
            coded: CodedItem {
                code,
                item: Item {
                    head,
                    fields,
                    originals,
                },
            },
            origin: Origin {
                sheet: self.places.sheet.clone(),
                first_row: record.first_row,
                last_row: record.last_row,
            },
            places: self.places.clone(),
        })
    }

    /// Cleaned fields in published order, and the originals that differ in substance.
    fn fields(&mut self, record: &Record) -> Option<(Fields, Fields)> {
        let kind = self.columns.kind.clone();
        let mut values: Vec<Option<(String, Option<String>)>> = vec![None; kind.fields.len()];
        for (column, raw) in self.columns.columns.iter().zip(&record.cells) {
            if clean::is_blank(raw) {
                continue;
            }
            let field = &kind.fields[column.field];
            // Made only where there is something to report.
            let places = self.places.clone();
            let place = || places.place(record.first_row, Some(&field.key));
            if raw.len() > self.limits.cell_chars
                && raw.chars().nth(self.limits.cell_chars).is_some()
            {
                let problem = format!(
                    "单元格内容超过 {} 个字符，该行未收录",
                    self.limits.cell_chars
                );
                self.report(
                    Severity::Error,
                    "cell-too-long",
                    place(),
                    problem,
                    "请精简内容或拆分为多个事项",
                );
                return None;
            }
            if raw.trim_start().starts_with('#')
                && matches!(
                    raw.trim(),
                    "#REF!" | "#N/A" | "#VALUE!" | "#NAME?" | "#DIV/0!" | "#NULL!" | "#NUM!"
                )
            {
                let problem = format!("单元格是公式错误值“{}”，按空白处理", raw.trim());
                self.report(
                    Severity::Warning,
                    "formula-error",
                    place(),
                    problem,
                    "请在原表中改正公式或直接填写内容",
                );
                continue;
            }
            if raw.contains('\u{fffd}') {
                self.report(
                    Severity::Warning,
                    "broken-characters",
                    place(),
                    "含有无法识别的字符（编码损坏）".into(),
                    "请检查原文件编码，另存为 UTF-8 或 Excel 工作簿",
                );
            }
            let (cleaned, joined) = if field.long {
                clean::long_and_joined(raw)
            } else {
                (clean::short(raw), false)
            };
            let (value, rest) = match field.role {
                Some(Role::Type) => (
                    field
                        .known_value(&cleaned)
                        .map_or(cleaned.clone(), str::to_owned),
                    None,
                ),
                Some(Role::Level) => split_level(&cleaned),
                // Numbers that an export has turned into fractions.
                Some(Role::Sequence | Role::Grade) => {
                    let whole = cleaned
                        .strip_suffix(".0")
                        .filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
                    (whole.map_or(cleaned.clone(), str::to_owned), None)
                }
                _ => (cleaned, None),
            };
            if let Some(rest) = rest
                && let Some(companion) =
                    field.companion.as_deref().and_then(|k| kind.field_index(k))
                && values[companion].is_none()
            {
                values[companion] = Some((rest, None));
            }
            let original =
                (joined || clean::differs_in_substance(raw, &value)).then(|| raw.clone());
            values[column.field] = Some((value, original));
        }
        self.fill_from_sections(record, &mut values);
        let (mut fields, mut originals) = (Fields::new(), Fields::new());
        for (field, value) in kind.fields.iter().zip(values) {
            if let Some((value, original)) = value {
                if let Some(original) = original {
                    originals.insert(field.key.clone(), original);
                }
                fields.insert(field.key.clone(), value);
            }
        }
        Some((fields, originals))
    }

    /// Section headings inside the table give the type (禁止准入类) or the industry where the
    /// table has no such column.
    fn fill_from_sections(&self, record: &Record, values: &mut [Option<(String, Option<String>)>]) {
        let kind = self.kind();
        // The nearest first.
        for section in record.sections.iter().rev() {
            let text = section
                .trim_start_matches(|c: char| "（一二三四五六七八九十）、.0123456789 ".contains(c))
                .trim();
            let named = infer::type_in(section, kind);
            for (index, field) in kind.fields.iter().enumerate() {
                let value = match field.role {
                    Some(Role::Type) => named,
                    Some(Role::Industry) if named.is_none() => Some(text),
                    _ => None,
                };
                if let Some(value) = value
                    && values[index].is_none()
                {
                    values[index] = Some((value.to_owned(), None));
                    break;
                }
            }
        }
    }

    fn item_type(&mut self, cell: &str, record: &Record) -> String {
        let kind = self.columns.kind.clone();
        let field = kind.field_with(Role::Type);
        if !cell.is_empty() {
            if let Some(field) =
                field.filter(|f| !f.values.is_empty() && f.known_value(cell).is_none())
            {
                let place = self.places.place(record.first_row, Some(&field.key));
                let problem = format!("{}“{cell}”不在通行的类型之列，按原样保留", field.label);
                self.report(Severity::Notice, "unknown-type", place, problem, "");
            }
            return cell.to_owned();
        }
        if let Some(from_table) = &self.columns.table_type {
            return from_table.clone();
        }
        let sheet = self.places.sheet.clone();
        let above = self.titles.iter().map(|t| ("标题", t.as_str()));
        let named = [("工作表名", sheet.as_str())]
            .into_iter()
            .chain(above)
            .find_map(|(what, text)| Some((what, text, infer::type_in(text, &kind)?)));
        if let Some((what, text, found)) = named {
            let key = field.map(|f| f.key.as_str());
            let place = self.places.place(record.first_row, key);
            let problem = format!("类型为空，按{what}“{text}”推断为{found}");
            let found = found.to_owned();
            self.report(
                Severity::Warning,
                "inferred-type",
                place,
                problem,
                "请在原表中补填类型",
            );
            return found;
        }
        kind.default_type.clone().unwrap_or_default()
    }

    fn level(&mut self, cell: &str, row: u32) -> String {
        if cell.is_empty() {
            return String::new();
        }
        match level::parse(cell) {
            Some((normal, _)) => normal.to_owned(),
            None if cell.chars().count() <= 8 => {
                let place = self.place_of(Role::Level, row);
                let problem = format!("层级“{cell}”不是通行的写法，按原样保留");
                self.report(Severity::Notice, "unknown-level", place, problem, "");
                cell.to_owned()
            }
            None => String::new(),
        }
    }

    fn region(&mut self, cell: &str, row: u32) -> Region {
        if cell.is_empty() {
            return self.list.region.clone();
        }
        self.regions.resolve(cell).unwrap_or_else(|| {
            let place = self.place_of(Role::Region, row);
            let problem = format!("区划“{cell}”不在行政区划代码表中，按原样保留");
            self.report(Severity::Notice, "unknown-region", place, problem, "");
            Region::unknown(cell)
        })
    }

    fn code(&mut self, cell: &str, row: u32) -> Option<ItemCode> {
        let kind = self.columns.kind.clone();
        let cell = none_if_said(cell);
        if cell.is_empty() {
            return None;
        }
        let place = kind
            .field_with(Role::Code)
            .map(|f| self.places.place(row, Some(&f.key)))
            .unwrap_or_default();
        match ItemCode::parse(cell) {
            Err(_) => {
                let problem = format!("编码“{cell}”含有不能用作编码的字符，改由登记系统编码");
                self.report(
                    Severity::Warning,
                    "bad-code",
                    place,
                    problem,
                    "编码只能由字母、数字、“-”“_”“.”组成，请核对",
                );
                None
            }
            Ok(code) if code.is_assigned() => {
                let problem = format!("编码“{cell}”是登记系统自编号段");
                self.report(Severity::Notice, "assigned-code", place, problem, "");
                Some(code)
            }
            Ok(code) => {
                if let Some(problem) = code::implementation_code_problem(code.as_str()) {
                    self.report(
                        Severity::Warning,
                        "implementation-code",
                        place,
                        problem,
                        "请与政务服务事项库核对实施编码",
                    );
                }
                Some(code)
            }
        }
    }
}

/// "无", "/" and dashes say that there is none.
pub fn none_if_said(text: &str) -> &str {
    if matches!(text, "无" | "/" | "／" | "-" | "—" | "——" | "--" | "\\") {
        ""
    } else {
        text
    }
}

/// The level word of a cell, and what follows it for the companion field.
fn split_level(cell: &str) -> (String, Option<String>) {
    match level::parse(cell) {
        Some((_, rest)) if !rest.is_empty() => {
            let word = cell[..cell.len() - rest.len()]
                .trim_end_matches(['。', '，', '：', ':', '；', ' ']);
            (word.to_owned(), Some(rest.to_owned()))
        }
        _ => (cell.to_owned(), None),
    }
}

/// The department that a column of bodies names: the one the title speaks of (林业和草原局 under
/// 林业和草原系统…清单), else the most frequent; template words count for nobody, and a name in
/// less than a fifth of the cells is not the list's.
pub fn usual_department<'a>(
    cells: impl Iterator<Item = &'a str>,
    titles: &[&str],
) -> Option<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    let mut total = 0;
    for cell in cells {
        total += 1;
        let name = clean::short(cell);
        if !department::looks_like_name(&name) || department::is_template(&name) {
            continue;
        }
        if let Some((_, n)) = counts.iter_mut().find(|(n, _)| *n == name) {
            *n += 1;
        } else if counts.len() < 1_000 {
            counts.push((name, 1));
        }
    }
    // The first of equals: max_by_key takes the last.
    counts
        .into_iter()
        .rev()
        .filter(|(_, n)| n * 5 >= total)
        .max_by_key(|(name, n)| (is_spoken_of(name, titles), *n))
        .map(|(name, _)| name)
}

/// Whether a title speaks of a department's trade: 林业和草原系统…清单 of 林业和草原局.
pub fn is_spoken_of(name: &str, titles: &[&str]) -> bool {
    let trade: String = name
        .chars()
        .skip_while(|c| !matches!(c, '市' | '县' | '区' | '省'))
        .skip(1)
        .collect();
    let trade = trade.trim_end_matches(['局', '委', '办', '厅']);
    trade.chars().count() >= 2 && titles.iter().any(|t| t.contains(trade))
}
