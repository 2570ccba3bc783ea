//! Which lists a file holds and which rows belong to each, before any item is read.
//! Must not know the register.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::finding::column_letter;
use crate::domain::{Date, Finding, Kind, ListId, Place, Region, Role, Severity, department};

use super::clean;
use super::draft::{DraftItem, Drafter, SheetPlaces, usual_department};
use super::heading::{self, Columns, HEADING_ROWS, Headings};
use super::infer::{self, Title};
use super::records::{Builder, Skip};
use super::sheet::{RowView, Run, SheetSource};
use super::{Hints, Inference, Intake, Source};

/// A table inside a sheet: one heading row and what follows it.
#[derive(Debug)]
struct Segment {
    sheet: usize,
    headings: Headings,
}

/// One list of a file.
#[derive(Clone, Debug)]
pub struct ListPlan {
    pub list: ListId,
    pub kind: Arc<Kind>,
    pub document_no: Option<String>,
    pub published_on: Option<Date>,
    /// As given by the submitter.
    pub effective_on: Option<Date>,
    /// As the title suggests; may be too early for a later edition.
    pub inferred_date: Option<Date>,
    pub inferences: Vec<Inference>,
    /// Rows by segment.
    runs: Vec<(usize, Vec<Run>)>,
}

/// A file whose tables have been found.
pub struct Opened {
    pub file: String,
    pub lists: Vec<ListPlan>,
    /// Problems of the file as a whole; those of rows come with [`Opened::read`].
    pub findings: Vec<Finding>,
    intake: Option<Intake>,
    sheets: Vec<SheetSource>,
    segments: Vec<Segment>,
}

/// A row that was not taken, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RowNotTaken {
    pub place: Place,
    pub reason: String,
    pub text: String,
}

/// The items of one list.
#[derive(Debug, Default)]
pub struct ListDrafts {
    pub items: Vec<DraftItem>,
    pub findings: Vec<Finding>,
    pub not_taken: Vec<RowNotTaken>,
}

impl Opened {
    pub(super) fn refused(source: &Source, finding: Finding) -> Self {
        Self {
            file: source.name.clone(),
            lists: Vec::new(),
            findings: vec![finding],
            intake: None,
            sheets: Vec::new(),
            segments: Vec::new(),
        }
    }

    /// Reads the items of one list. Memory is bounded by the list, not by the file.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn read(&self, plan: &ListPlan) -> std::io::Result<ListDrafts> {
        let mut drafts = ListDrafts::default();
        let Some(intake) = &self.intake else {
            return Ok(drafts);
        };
        for (segment, runs) in &plan.runs {
            let segment = &self.segments[*segment];
            let sheet = &self.sheets[segment.sheet];
            let columns = if segment.headings.best.kind.key == plan.kind.key {
                segment.headings.best.clone()
            } else {
                heading::reread(&segment.headings, &plan.kind)
            };
            let mut builder = Builder::new(&columns, sheet.merges());
            sheet.read(&mut runs.iter().copied(), &mut |row| builder.push(row))?;
            builder.finish();
            let places = SheetPlaces::new(&self.file, &sheet.name, &columns);
            for skipped in std::mem::take(&mut builder.skipped) {
                let place = places.place(skipped.row, None);
                let reason = match skipped.why {
                    Skip::Note => "表下说明，不是事项",
                    Skip::Total => "合计行，不是事项",
                    Skip::Heading => "重复的表头",
                    Skip::NoTitle => "没有名称，上方也没有可以接续的事项",
                    Skip::NumberOnly => "只有序号，没有内容",
                };
                if skipped.why == Skip::NoTitle {
                    drafts.findings.push(Finding::new(
                        Severity::Error,
                        "missing-title",
                        place.clone(),
                        "该行没有名称，上方也没有可以接续的事项，未收录",
                        "请填写名称，或删除该行",
                    ));
                }
                drafts.not_taken.push(RowNotTaken {
                    place,
                    reason: reason.into(),
                    text: skipped.text,
                });
            }
            let mut drafter = Drafter {
                columns: &columns,
                places: places.clone(),
                list: &plan.list,
                regions: &intake.regions,
                limits: &intake.limits,
                findings: Vec::new(),
            };
            for record in std::mem::take(&mut builder.done) {
                match drafter.draft(&record) {
                    Some(item) => drafts.items.push(item),
                    None => {
                        let reason = drafter
                            .findings
                            .last()
                            .map_or_else(String::new, |f| f.problem.clone());
                        let text: String = record.cells.join(" ").chars().take(80).collect();
                        drafts.not_taken.push(RowNotTaken {
                            place: places.place(record.first_row, None),
                            reason,
                            text: clean::short(&text),
                        });
                    }
                }
            }
            drafts.findings.append(&mut drafter.findings);
        }
        Ok(drafts)
    }
}

/// Rows of a file by what their own cells say.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
struct Key {
    kind: String,
    department: String,
    region: String,
}

type Groups = Vec<(Key, BTreeMap<usize, Vec<Run>>)>;

struct Planner<'a> {
    intake: &'a Intake,
    hints: &'a Hints,
    file: &'a str,
    findings: Vec<Finding>,
    segments: Vec<Segment>,
    /// Filled cells per column, by segment.
    filled: Vec<Vec<u32>>,
    groups: Groups,
    index: HashMap<Key, usize>,
    titles: Vec<(usize, Title)>,
    rows: u32,
}

/// Finds the tables and lists of a file.
pub(super) fn plan(
    intake: &Intake,
    source: &Source,
    hints: &Hints,
    sheets: Vec<SheetSource>,
    findings: Vec<Finding>,
) -> Opened {
    let mut planner = Planner {
        intake,
        hints,
        file: &source.name,
        findings,
        segments: Vec::new(),
        filled: Vec::new(),
        groups: Vec::new(),
        index: HashMap::new(),
        titles: Vec::new(),
        rows: 0,
    };
    let lists = planner.run(&sheets);
    let Planner {
        mut findings,
        segments,
        ..
    } = planner;
    let lists = match lists {
        Ok(lists) => lists,
        Err(finding) => {
            findings.push(*finding);
            Vec::new()
        }
    };
    Opened {
        file: source.name.clone(),
        lists,
        findings,
        intake: Some(intake.clone()),
        sheets,
        segments,
    }
}

impl Planner<'_> {
    fn place(&self, sheet: &str) -> Place {
        Place {
            file: self.file.to_owned(),
            sheet: sheet.to_owned(),
            ..Place::default()
        }
    }

    fn refuse(&self, rule: &str, problem: String, mend: &str) -> Box<Finding> {
        Box::new(Finding::new(
            Severity::Error,
            rule,
            self.place(""),
            problem,
            mend,
        ))
    }

    fn unreadable(&self, error: &std::io::Error) -> Box<Finding> {
        tracing::warn!(file = self.file, %error, "sheet cannot be read");
        self.refuse(
            "unreadable",
            "文件内容无法读取".into(),
            "请检查文件是否完整",
        )
    }

    fn run(&mut self, sheets: &[SheetSource]) -> Result<Vec<ListPlan>, Box<Finding>> {
        let only = match &self.hints.kind {
            None => None,
            Some(name) => Some(self.intake.kinds.named(name).cloned().ok_or_else(|| {
                let known: Vec<&str> = self.intake.kinds.iter().map(|k| k.key.as_str()).collect();
                self.refuse(
                    "unknown-kind",
                    format!("没有名为“{name}”的清单类型"),
                    &format!("可用的类型：{}", known.join("、")),
                )
            })?),
        };
        let stem = self.file.rsplit(['/', '\\']).next().unwrap_or(self.file);
        let stem = stem.rsplit_once('.').map_or(stem, |(s, _)| s);
        let file_title = Title {
            is_file_name: true,
            ..infer::title(stem, &self.intake.kinds, &self.intake.regions)
        };
        let mut seen = Vec::new();
        for (index, sheet) in sheets.iter().enumerate() {
            let head = sheet
                .first_rows(HEADING_ROWS + 1)
                .map_err(|e| self.unreadable(&e))?;
            let named = head
                .first()
                .and_then(|r| r.filled().next())
                .and_then(|(_, t)| self.intake.kinds.named(&clean::heading(t)))
                .or_else(|| {
                    file_title
                        .kind
                        .as_deref()
                        .and_then(|k| self.intake.kinds.get(k))
                });
            let named = named.cloned();
            let found = heading::find(
                &head,
                sheet.merges(),
                &self.intake.kinds,
                only.as_deref(),
                named.as_deref(),
            );
            match found {
                Some(headings) => {
                    self.titles_of(index, &head, &headings);
                    self.scan(index, sheet, headings)?;
                }
                None if head.is_empty() => {}
                None => seen.push((sheet.name.clone(), head)),
            }
        }
        if self.segments.is_empty() {
            return Err(self.no_table(&seen, only.as_deref()));
        }
        for (sheet, _) in seen {
            let finding = Finding::new(
                Severity::Notice,
                "no-table",
                self.place(&sheet),
                "工作表没有可识别的表头，未导入",
                "如果其中有事项，请补上表头行",
            );
            self.findings.push(finding);
        }
        self.settle_columns(sheets);
        if self.groups.is_empty() {
            return Err(self.refuse(
                "no-items",
                "有表头，但表头下没有任何事项".into(),
                "请检查是否选错文件，或表头下的内容是否被删除",
            ));
        }
        Ok(self.lists(sheets, &file_title))
    }

    /// No sheet has headings of a known kind: says what was seen instead.
    fn no_table(
        &self,
        seen: &[(String, Vec<super::table::Row>)],
        only: Option<&Kind>,
    ) -> Box<Finding> {
        let Some((_, head)) = seen.first() else {
            return self.refuse(
                "empty-file",
                "文件中没有任何内容".into(),
                "请检查是否选错文件",
            );
        };
        let row = head.iter().max_by_key(|r| r.filled().count());
        let texts: Vec<String> = row
            .into_iter()
            .flat_map(|r| {
                r.filled()
                    .take(8)
                    .map(|(_, t)| clean::short(t).chars().take(12).collect())
            })
            .collect();
        let expected = match only {
            Some(kind) => kind
                .fields
                .iter()
                .filter(|f| f.required)
                .map(|f| f.label.as_str())
                .collect::<Vec<_>>()
                .join("、"),
            None => "事项名称、权力类型、实施依据、行使主体".to_owned(),
        };
        self.refuse(
            "no-table",
            format!(
                "前 {HEADING_ROWS} 行内没有可识别的表头（看到的内容：{}）",
                texts.join("、")
            ),
            &format!("请保留公布时的表头行，例如：{expected}"),
        )
    }

    fn titles_of(&mut self, sheet: usize, head: &[super::table::Row], headings: &Headings) {
        for row in head.iter().take_while(|r| r.number < headings.last_row) {
            for (_, text) in row.filled().take(3) {
                let letters = text.chars().filter(|c| c.is_alphabetic()).count();
                if (4..=120).contains(&letters) && row.filled().count() <= 3 {
                    let title = infer::title(text, &self.intake.kinds, &self.intake.regions);
                    if title.kind.is_some() || title.department.is_some() || title.region.is_some()
                    {
                        self.titles.push((sheet, title));
                    }
                }
            }
        }
    }

    /// Whether rows say themselves which list they belong to.
    fn is_aggregate(&self, columns: &Columns) -> bool {
        let decides =
            columns.with_role(Role::Kind).is_some() || columns.with_role(Role::Region).is_some();
        decides
            && self.hints.department.is_none()
            && !self.titles.iter().any(|(_, t)| t.department.is_some())
    }

    /// Goes over a sheet's rows once: tables inside it, groups of rows, filled columns.
    fn scan(
        &mut self,
        index: usize,
        sheet: &SheetSource,
        headings: Headings,
    ) -> Result<(), Box<Finding>> {
        let markers = self.heading_markers();
        let limit = self.intake.limits.rows;
        let mut after = headings.last_row;
        self.segments.push(Segment {
            sheet: index,
            headings,
        });
        self.filled.push(Vec::new());
        let mut previous: Option<usize> = None;
        let mut too_many = false;
        let scanned = sheet.scan(&mut |run, view| {
            if view.number() <= after {
                return true;
            }
            self.rows += 1;
            if limit.is_some_and(|l| self.rows > l) {
                too_many = true;
                return false;
            }
            let may_be_heading = (0..view.width().min(4)).any(|c| {
                let cell = view.cell(c);
                cell.len() <= 60 && markers.contains(&clean::heading(&cell))
            });
            if may_be_heading {
                let current = &self.segments[self.segments.len() - 1].headings.best;
                if let Some(next) =
                    heading::repeated(&view.to_row(), sheet.merges(), current, &self.intake.kinds)
                {
                    let same = next.best.kind.key == current.kind.key
                        && next
                            .best
                            .columns
                            .iter()
                            .map(|c| (c.index, c.field))
                            .eq(current.columns.iter().map(|c| (c.index, c.field)));
                    after = next.last_row;
                    if !same {
                        self.segments.push(Segment {
                            sheet: index,
                            headings: next,
                        });
                        self.filled.push(Vec::new());
                        previous = None;
                    }
                    return true;
                }
            }
            let group = self.group_of(view, previous);
            self.count_filled(view);
            previous = Some(group);
            let segment = self.segments.len() - 1;
            let runs = self.groups[group].1.entry(segment).or_default();
            if !runs.last_mut().is_some_and(|r| r.take(run)) {
                runs.push(run);
            }
            true
        });
        scanned.map_err(|e| self.unreadable(&e))?;
        if too_many {
            let limit = limit.unwrap_or_default();
            return Err(self.refuse(
                "too-many-rows",
                format!("内容超过 {limit} 行的上限"),
                "请拆分后分别提交",
            ));
        }
        Ok(())
    }

    /// Headings by which a row inside the data shows that it may be a heading row.
    fn heading_markers(&self) -> std::collections::HashSet<String> {
        self.intake
            .kinds
            .iter()
            .flat_map(|k| &k.fields)
            .filter(|f| matches!(f.role, Some(Role::Sequence | Role::Title | Role::Code)))
            .flat_map(|f| std::iter::once(&f.label).chain(&f.aliases))
            .map(|h| clean::heading(h))
            .collect()
    }

    fn count_filled(&mut self, view: &RowView<'_>) {
        let Some(filled) = self.filled.last_mut() else {
            return;
        };
        let width = view.width().min(self.intake.limits.columns);
        if filled.len() < width {
            filled.resize(width, 0);
        }
        for (column, count) in filled.iter_mut().enumerate().take(width) {
            *count += u32::from(view.is_filled(column));
        }
    }

    /// Group of a row: by its own cells where the file is of several lists; a row without a name
    /// continues the one above.
    fn group_of(&mut self, view: &RowView<'_>, previous: Option<usize>) -> usize {
        let columns = &self.segments[self.segments.len() - 1].headings.best;
        let mut key = Key {
            kind: columns.kind.key.clone(),
            ..Key::default()
        };
        if self.is_aggregate(columns) {
            let titled = columns
                .with_role(Role::Title)
                .is_some_and(|c| view.is_filled(c.index));
            if let (false, Some(previous)) = (titled, previous) {
                return previous;
            }
            let cell = |role: Role| {
                columns
                    .with_role(role)
                    .map_or_else(String::new, |c| clean::short(&view.cell(c.index)))
            };
            let kind = cell(Role::Kind);
            if !kind.is_empty() {
                key.kind = kind;
            }
            key.department = cell(Role::Department);
            key.region = cell(Role::Region);
        }
        if let Some(&group) = self.index.get(&key) {
            return group;
        }
        let group = self.groups.len();
        self.index.insert(key.clone(), group);
        self.groups.push((key, BTreeMap::new()));
        group
    }

    /// Settles repeated columns, and reports columns with content that no field takes.
    fn settle_columns(&mut self, sheets: &[SheetSource]) {
        let kinds: Vec<Arc<Kind>> = self
            .groups
            .iter()
            .filter_map(|(k, _)| self.intake.kinds.named(&k.kind).cloned())
            .collect();
        for (segment, filled) in self.segments.iter_mut().zip(&self.filled) {
            let count = |column: usize| filled.get(column).copied().unwrap_or(0) as usize;
            let sheet = &sheets[segment.sheet].name;
            let place = |index: usize, heading: &str| Place {
                file: self.file.to_owned(),
                sheet: sheet.clone(),
                column: column_letter(index),
                heading: heading.to_owned(),
                row: 0,
            };
            for (read, passed) in segment.headings.best.settle_repeats(count) {
                self.findings.push(Finding::new(
                    Severity::Warning,
                    "repeated-column",
                    place(passed.index, &passed.heading),
                    format!(
                        "表头“{}”出现两次，导入了填写更完整的 {} 列",
                        passed.heading,
                        column_letter(read.index)
                    ),
                    "请删除多余的列",
                ));
            }
            for (index, heading) in &segment.headings.best.unknown {
                let elsewhere = kinds.iter().any(|k| {
                    heading::reread(&segment.headings, k)
                        .columns
                        .iter()
                        .any(|c| c.index == *index)
                });
                if count(*index) > 0 && !elsewhere {
                    self.findings.push(Finding::new(
                        Severity::Warning,
                        "unknown-column",
                        place(*index, heading),
                        format!("不认识表头“{heading}”，这一列的 {} 个单元格未导入", count(*index)),
                        "如与已有栏目同义，请改用通行的表头；否则请告知管理员在清单种类中增加该栏目",
                    ));
                }
            }
            let labelled = |c: usize| {
                segment
                    .headings
                    .alternatives
                    .get(c)
                    .is_some_and(|a| !a.is_empty())
                    || segment.headings.best.columns.iter().any(|k| k.index == c)
            };
            for column in (0..filled.len()).filter(|&c| count(c) > 0 && !labelled(c)) {
                self.findings.push(Finding::new(
                    Severity::Notice,
                    "unlabelled-column",
                    place(column, ""),
                    format!("没有表头的列有 {} 个单元格，未导入", count(column)),
                    "如果是需要公布的内容，请补上表头",
                ));
            }
        }
    }

    /// The lists that the groups make.
    fn lists(&mut self, sheets: &[SheetSource], file_title: &Title) -> Vec<ListPlan> {
        let groups = std::mem::take(&mut self.groups);
        let mut lists: Vec<ListPlan> = Vec::new();
        let mut known: HashMap<ListId, usize> = HashMap::new();
        for (key, runs) in groups {
            let first = runs.keys().next().copied().unwrap_or(0);
            let kind = match self.intake.kinds.named(&key.kind) {
                Some(kind) => kind.clone(),
                None => {
                    let kind = self.segments[first].headings.best.kind.clone();
                    let problem =
                        format!("清单类型“{}”不是已知的类型，按{}处理", key.kind, kind.name);
                    self.findings.push(Finding::new(
                        Severity::Notice,
                        "unknown-kind",
                        self.place(""),
                        problem,
                        "",
                    ));
                    kind
                }
            };
            let Some(plan) = self.list(sheets, file_title, &key, &kind, runs) else {
                continue;
            };
            match known.get(&plan.list) {
                Some(&index) => lists[index].runs.extend(plan.runs),
                None => {
                    known.insert(plan.list.clone(), lists.len());
                    lists.push(plan);
                }
            }
        }
        lists
    }

    fn list(
        &mut self,
        sheets: &[SheetSource],
        file_title: &Title,
        key: &Key,
        kind: &Arc<Kind>,
        runs: BTreeMap<usize, Vec<Run>>,
    ) -> Option<ListPlan> {
        let mut inferences = Vec::new();
        let mut infer = |what: &str, value: &str, from: String| {
            inferences.push(Inference {
                what: what.into(),
                value: value.into(),
                from,
            });
        };
        let in_sheets: Vec<usize> = runs.keys().map(|&s| self.segments[s].sheet).collect();
        let titles: Vec<Title> = self
            .titles
            .iter()
            .filter(|(s, _)| in_sheets.contains(s))
            .map(|(_, t)| t.clone())
            .chain([file_title.clone()])
            .collect();
        let said = |t: &Title| {
            if t.is_file_name {
                "文件名".to_owned()
            } else {
                format!("标题“{}”", t.text)
            }
        };
        if self.hints.kind.is_none() && key.kind == kind.key {
            infer("清单类型", &kind.name, "表头".into());
        }
        let region = self.region(key, kind, &titles, &said, &mut infer);
        let department = self.department(sheets, key, kind, &titles, &runs, &said, &mut infer);
        let Some(department) = department else {
            self.findings.push(Finding::new(
                Severity::Error,
                "no-department",
                self.place(""),
                "无法判断清单由哪个部门公布，未收录",
                "请用 --department 指定部门，或在标题行写明部门名称",
            ));
            return None;
        };
        let department = department::complete(&department, Some(&region), &self.intake.regions);
        let title = self.title(kind, &titles, &in_sheets);
        let dated = titles.iter().find(|t| t.date.is_some());
        if self.hints.effective_on.is_none()
            && let Some(t) = dated
            && let Some(date) = t.date
        {
            infer("日期", &date.to_string(), said(t));
        }
        Some(ListPlan {
            list: ListId {
                department,
                region,
                kind: kind.key.clone(),
                title,
            },
            kind: kind.clone(),
            document_no: self.hints.document_no.clone(),
            published_on: self.hints.published_on,
            effective_on: self.hints.effective_on,
            inferred_date: dated.and_then(|t| t.date),
            inferences,
            runs: runs.into_iter().collect(),
        })
    }

    fn region(
        &self,
        key: &Key,
        kind: &Kind,
        titles: &[Title],
        said: &dyn Fn(&Title) -> String,
        infer: &mut dyn FnMut(&str, &str, String),
    ) -> Region {
        let known = |text: &str| {
            self.intake
                .regions
                .resolve(text)
                .unwrap_or_else(|| Region::unknown(text))
        };
        if let Some(region) = &self.hints.region {
            return known(region);
        }
        if !key.region.is_empty() {
            return known(&key.region);
        }
        let from_department = self
            .hints
            .department
            .as_deref()
            .into_iter()
            .chain([key.department.as_str()])
            .find_map(|d| self.intake.regions.prefix_of(d));
        if let Some(region) = from_department {
            return region;
        }
        if let Some((title, region)) = titles.iter().find_map(|t| Some((t, t.region.clone()?))) {
            infer("区划", &region.name, said(title));
            return region;
        }
        if let Some(region) = &kind.region {
            return known(region);
        }
        if let Some(region) = &self.hints.usual_region {
            infer("区划", &region.name, "同一批文件的文件名".into());
            return region.clone();
        }
        infer("区划", "未注明", "标题、文件名和表内均未写明".into());
        Region::unknown("未注明")
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one step of `list`, split for length"
    )]
    fn department(
        &self,
        sheets: &[SheetSource],
        key: &Key,
        kind: &Kind,
        titles: &[Title],
        runs: &BTreeMap<usize, Vec<Run>>,
        said: &dyn Fn(&Title) -> String,
        infer: &mut dyn FnMut(&str, &str, String),
    ) -> Option<String> {
        if let Some(department) = &self.hints.department {
            return Some(department.clone());
        }
        if !key.department.is_empty() {
            return Some(key.department.clone());
        }
        let (in_file_name, in_rows): (Vec<&Title>, Vec<&Title>) =
            titles.iter().partition(|t| t.is_file_name);
        let from = |titles: &[&Title]| {
            titles
                .iter()
                .find_map(|t| Some((t.department.clone()?, said(t))))
        };
        let usual = || {
            let mut cells = Vec::new();
            for (segment, runs) in runs {
                let segment = &self.segments[*segment];
                let column = segment.headings.best.with_role(Role::Department)?;
                let read =
                    sheets[segment.sheet].read(&mut runs.iter().copied().take(64), &mut |row| {
                        let cell = row.cell(column.index);
                        if !clean::is_blank(cell) {
                            cells.push(cell.to_owned());
                        }
                    });
                read.ok()?;
            }
            let heading = kind.field_with(Role::Department)?.label.clone();
            let texts: Vec<&str> = titles.iter().map(|t| t.text.as_str()).collect();
            let name = usual_department(cells.iter().map(String::as_str), &texts)?;
            Some((name, format!("{heading}列出现最多的部门")))
        };
        let (name, source) = from(&in_rows)
            .or_else(usual)
            .or_else(|| from(&in_file_name))
            .or_else(|| Some((kind.publisher.clone()?, "该类清单的通常公布部门".to_owned())))?;
        infer("部门", &name, source);
        Some(name)
    }

    /// The list's title without department and year. A title row counts when all sheets agree on it.
    fn title(&self, kind: &Kind, titles: &[Title], in_sheets: &[usize]) -> String {
        if let Some(title) = &self.hints.title {
            return title.trim().to_owned();
        }
        let usable =
            |t: &&Title| t.kind.as_deref() == Some(kind.key.as_str()) && !t.stem.is_empty();
        let mut stems: Vec<&str> = self
            .titles
            .iter()
            .filter(|(s, _)| in_sheets.contains(s))
            .map(|(_, t)| t)
            .filter(usable)
            .map(|t| t.stem.as_str())
            .collect();
        stems.dedup();
        let stem = match stems[..] {
            [one] => one,
            _ => titles.last().filter(usable).map_or("", |t| t.stem.as_str()),
        };
        if stem.is_empty() || kind.names().any(|n| n == stem) {
            kind.name.clone()
        } else {
            stem.to_owned()
        }
    }
}
