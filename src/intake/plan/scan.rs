//! Goes over the rows of a file once: its tables, its titles, and which rows belong together.
//! Must not read items, nor decide which list a group of rows is.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::finding::MARKED;
use crate::domain::{Finding, Kind, Place, Role, Severity};
use crate::intake::clean;
use crate::intake::heading::{self, Columns, HEADING_ROWS, Headings};
use crate::intake::infer::{self, Title};
use crate::intake::sheet::{RowView, Run, SheetSource};
use crate::intake::table::Row;
use crate::intake::{Hints, Intake, Source, is_of_findings};

use super::{ListPlan, Opened, RowNotTaken, Segment};

/// Rows of a file by what their own cells say.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub kind: String,
    pub department: String,
    pub region: String,
}

type Groups = Vec<(Key, BTreeMap<usize, Vec<Run>>)>;

pub(super) struct Planner<'a> {
    pub intake: &'a Intake,
    pub hints: &'a Hints,
    pub file: &'a str,
    pub findings: Vec<Finding>,
    pub not_taken: Vec<RowNotTaken>,
    pub segments: Vec<Segment>,
    /// Filled cells per column, by segment.
    pub filled: Vec<Vec<u32>>,
    pub groups: Groups,
    index: HashMap<Key, usize>,
    pub titles: Vec<(usize, Title)>,
    pub file_title: Title,
    /// Whether the rows of the present sheet name several bodies, none of them the publisher.
    pub bodies_differ: bool,
    rows: u32,
}

/// Finds the tables and lists of a file.
pub(in crate::intake) fn plan(
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
        not_taken: Vec::new(),
        segments: Vec::new(),
        filled: Vec::new(),
        groups: Vec::new(),
        index: HashMap::new(),
        titles: Vec::new(),
        file_title: Title::default(),
        bodies_differ: false,
        rows: 0,
    };
    let lists = planner.run(&sheets);
    let Planner {
        mut findings,
        not_taken,
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
        not_taken,
        intake: Some(intake.clone()),
        sheets,
        segments,
    }
}

impl Planner<'_> {
    pub fn place(&self, sheet: &str) -> Place {
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

    pub fn unreadable(&self, error: &std::io::Error) -> Box<Finding> {
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
        // A workbook that was given back with its faults marked is the same list.
        let stem = stem.trim_end_matches(MARKED);
        let file_title = Title {
            is_file_name: true,
            ..infer::title(stem, &self.intake.kinds, &self.intake.regions)
        };
        self.file_title = file_title.clone();
        let mut seen = Vec::new();
        for (index, sheet) in sheets.iter().enumerate() {
            if is_of_findings(sheet) {
                continue;
            }
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
                    let above = self.titles_of(index, &head, &headings);
                    self.report_doubts(sheet);
                    self.scan(index, sheet, headings, above)?;
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
    fn no_table(&self, seen: &[(String, Vec<Row>)], only: Option<&Kind>) -> Box<Finding> {
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

    /// Goes over a sheet's rows once: tables inside it, groups of rows, filled columns.
    fn scan(
        &mut self,
        index: usize,
        sheet: &SheetSource,
        headings: Headings,
        above: Vec<String>,
    ) -> Result<(), Box<Finding>> {
        let markers = self.heading_markers();
        let limit = self.intake.limits.rows;
        let after = headings.last_row;
        self.bodies_differ = self.bodies_differ(sheet, &headings)?;
        self.begin(index, headings, above);
        let mut previous: Option<usize> = None;
        // A heading row inside the data, until it is known whether the next one belongs to it.
        let mut pending: Option<Row> = None;
        let mut too_many = false;
        let mut last = (0, String::new());
        let scanned = sheet.scan(&mut |run, view| {
            let tail = view.cell(view.width().saturating_sub(1));
            if tail.contains('\n') {
                last = (view.number(), tail.into_owned());
            } else {
                last.0 = 0;
            }
            if view.number() <= after {
                return true;
            }
            if let Some(heading) = pending.take() {
                let row = view.to_row();
                let second = heading::is_second(&heading, &row, sheet.merges()).then_some(&row);
                if self.reheaded(index, sheet, &heading, second) {
                    previous = None;
                }
                if second.is_some() {
                    return true;
                }
            }
            let may_be_heading = (0..view.width().min(4)).any(|c| {
                let cell = view.cell(c);
                cell.len() <= 60 && markers.contains(&clean::heading(&cell))
            });
            if may_be_heading {
                let row = view.to_row();
                if self.repeated(sheet, &row, None).is_some() {
                    pending = Some(row);
                    return true;
                }
            }
            if !self.count_filled(view) {
                return true;
            }
            self.rows += 1;
            if limit.is_some_and(|l| self.rows > l) {
                too_many = true;
                return false;
            }
            let group = self.group_of(view, previous);
            previous = Some(group);
            let segment = self.segments.len() - 1;
            let runs = self.groups[group].1.entry(segment).or_default();
            if !runs.last_mut().is_some_and(|r| r.take(run)) {
                runs.push(run);
            }
            true
        });
        scanned.map_err(|e| self.unreadable(&e))?;
        if last.0 > 0
            && sheet
                .has_open_quote(&last.1)
                .map_err(|e| self.unreadable(&e))?
        {
            return Err(self.refuse(
                "open-quote",
                format!(
                    "第 {} 行有一个引号没有配对，其后的内容都成了一个单元格",
                    last.0
                ),
                "请补上缺少的引号，或另存为 Excel 工作簿后再提交",
            ));
        }
        if let Some(heading) = pending {
            self.reheaded(index, sheet, &heading, None);
        }
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

    /// Begins a table.
    fn begin(&mut self, sheet: usize, headings: Headings, above: Vec<String>) {
        self.segments.push(Segment {
            sheet,
            headings,
            above,
        });
        self.filled.push(Vec::new());
    }

    fn repeated(&self, sheet: &SheetSource, row: &Row, second: Option<&Row>) -> Option<Headings> {
        let current = &self.segments[self.segments.len() - 1].headings.best;
        heading::repeated(row, second, sheet.merges(), current, &self.intake.kinds)
    }

    /// Headings inside the data: another table begins (`true`), or the same ones printed again.
    fn reheaded(
        &mut self,
        index: usize,
        sheet: &SheetSource,
        row: &Row,
        second: Option<&Row>,
    ) -> bool {
        let next = self
            .repeated(sheet, row, second)
            .or_else(|| self.repeated(sheet, row, None));
        let Some(next) = next else {
            return false;
        };
        let current = &self.segments[self.segments.len() - 1].headings.best;
        let places = |c: &Columns| {
            let places = c.columns.iter().map(|c| (c.index, c.field));
            places.collect::<Vec<_>>()
        };
        if next.best.kind.key != current.kind.key || places(&next.best) != places(current) {
            self.begin(index, next, Vec::new());
            return true;
        }
        for row in [Some(row), second].into_iter().flatten() {
            let text: Vec<&str> = row.filled().map(|(_, t)| t).collect();
            self.not_taken.push(RowNotTaken {
                place: Place {
                    row: row.number,
                    ..self.place(&sheet.name)
                },
                reason: "重复的表头".into(),
                text: clean::short(&text.join(" ")).chars().take(40).collect(),
                refused: false,
            });
        }
        false
    }

    /// Headings by which a row inside the data shows that it may be a heading row.
    fn heading_markers(&self) -> HashSet<String> {
        self.intake
            .kinds
            .iter()
            .flat_map(|k| &k.fields)
            .filter(|f| matches!(f.role, Some(Role::Sequence | Role::Title | Role::Code)))
            .flat_map(|f| std::iter::once(&f.label).chain(&f.aliases))
            .map(|h| clean::heading(h))
            .collect()
    }

    /// Counts the filled cells of a row by column; `false` for a row without any.
    fn count_filled(&mut self, view: &RowView<'_>) -> bool {
        let Some(filled) = self.filled.last_mut() else {
            return false;
        };
        let width = view.width().min(self.intake.limits.columns);
        if filled.len() < width {
            filled.resize(width, 0);
        }
        let mut any = false;
        for (column, count) in filled.iter_mut().enumerate().take(width) {
            let is_filled = view.is_filled(column);
            *count += u32::from(is_filled);
            any |= is_filled;
        }
        any
    }

    /// Group of a row: by its own cells where the file is of several lists; a row without a name
    /// continues the one above.
    fn group_of(&mut self, view: &RowView<'_>, previous: Option<usize>) -> usize {
        let columns = &self.segments[self.segments.len() - 1].headings.best;
        let mut key = Key {
            kind: columns.kind.key.clone(),
            ..Key::default()
        };
        let own_kind = columns.with_role(Role::Kind).is_some() && self.hints.kind.is_none();
        let own_place = self.is_of_several(columns);
        if own_kind || own_place {
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
            if own_kind && !kind.is_empty() {
                key.kind = kind;
            }
            if own_place {
                key.department = cell(Role::Department);
                key.region = cell(Role::Region);
            }
        }
        if let Some(&group) = self.index.get(&key) {
            return group;
        }
        let group = self.groups.len();
        self.index.insert(key.clone(), group);
        self.groups.push((key, BTreeMap::new()));
        group
    }
}
