//! Which list a group of rows is: region, department, title and dates, each with what it rests on.
//! Must not look for tables.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::{Finding, Kind, ListId, Region, Role, Severity, department};
use crate::intake::Inference;
use crate::intake::clean;
use crate::intake::draft::usual_department;
use crate::intake::infer::{Imprint, Title};
use crate::intake::sheet::{Run, SheetSource};

use super::ListPlan;
use super::scan::{Key, Planner};

/// Rows by the table they stand in.
type Rows = BTreeMap<usize, Vec<Run>>;

impl Planner<'_> {
    /// The lists that the groups make.
    pub fn lists(&mut self, sheets: &[SheetSource], file_title: &Title) -> Vec<ListPlan> {
        let groups = std::mem::take(&mut self.groups);
        let mut lists: Vec<ListPlan> = Vec::new();
        let mut known: HashMap<ListId, usize> = HashMap::new();
        for (key, rows) in groups {
            let kind = self.kind(&key, &rows);
            for rows in self.by_publisher(&key, rows) {
                let group = Group::new(self, sheets, file_title, &key, &kind, rows);
                let plan = group.list();
                match known.get(&plan.list) {
                    Some(&index) => lists[index].runs.extend(plan.runs),
                    None => {
                        known.insert(plan.list.clone(), lists.len());
                        lists.push(plan);
                    }
                }
            }
        }
        for list in &lists {
            let title = &list.list.title;
            let nobody = list.list.department == UNNAMED_DEPARTMENT;
            let nowhere = list.list.region.name == UNNAMED;
            let (rule, problem, mend) = if nobody {
                (
                    "no-department",
                    format!("“{title}”没有写明由哪个部门公布，暂记为“{UNNAMED_DEPARTMENT}”"),
                    "请在标题、文件名或行使主体列写明，或用 --department 指定",
                )
            } else if nowhere {
                (
                    "no-region",
                    format!("“{title}”没有写明属于哪个行政区划"),
                    "请在标题或文件名中写明，或用 --region 指定",
                )
            } else {
                continue;
            };
            let place = self.place("");
            self.findings
                .push(Finding::new(Severity::Warning, rule, place, problem, mend));
        }
        lists
    }

    fn kind(&mut self, key: &Key, rows: &Rows) -> Arc<Kind> {
        if let Some(kind) = self.intake.kinds.named(&key.kind) {
            return kind.clone();
        }
        let first = rows.keys().next().copied().unwrap_or(0);
        let kind = self.segments[first].headings.best.kind.clone();
        let problem = format!("清单类型“{}”不是已知的类型，按{}处理", key.kind, kind.name);
        self.findings.push(Finding::new(
            Severity::Notice,
            "unknown-kind",
            self.place(""),
            problem,
            "",
        ));
        kind
    }

    /// The department that each sheet's titles name, where they name one.
    fn publisher_of(&self, sheet: usize) -> Option<&str> {
        let of_sheet = self.titles.iter().filter(|(s, _)| *s == sheet);
        of_sheet
            .into_iter()
            .find_map(|(_, t)| t.department.as_deref())
    }

    /// Rows apart by the department that their sheet's titles name; a sheet whose titles name none
    /// belongs to the one before it.
    fn by_publisher(&self, key: &Key, rows: Rows) -> Vec<Rows> {
        if self.hints.department.is_some() || !key.department.is_empty() {
            return vec![rows];
        }
        let mut parts: Vec<(Option<&str>, Rows)> = Vec::new();
        for (segment, runs) in rows {
            let publisher = self.publisher_of(self.segments[segment].sheet);
            let at = match (publisher, parts.last()) {
                (None, Some(_)) => Some(parts.len() - 1),
                // Sheets before the first that names a department are of that one.
                (Some(_), Some((None, _))) => {
                    if let Some((unnamed, _)) = parts.last_mut() {
                        *unnamed = publisher;
                    }
                    Some(parts.len() - 1)
                }
                _ => parts.iter().position(|(p, _)| *p == publisher),
            };
            match at {
                Some(at) => {
                    parts[at].1.insert(segment, runs);
                }
                None => parts.push((publisher, Rows::from([(segment, runs)]))),
            }
        }
        parts.into_iter().map(|(_, rows)| rows).collect()
    }
}

/// Department of a list that names none.
const UNNAMED_DEPARTMENT: &str = "未注明部门";
/// Name of the region of a list that names none.
const UNNAMED: &str = "未注明";

/// Rows of one list, with what is known of them.
struct Group<'p> {
    planner: &'p Planner<'p>,
    sheets: &'p [SheetSource],
    key: &'p Key,
    kind: &'p Arc<Kind>,
    rows: Rows,
    /// Titles of the sheets it stands in, then the file's name.
    titles: Vec<&'p Title>,
    imprint: Imprint,
    inferences: Vec<Inference>,
}

impl<'p> Group<'p> {
    fn new(
        planner: &'p Planner<'p>,
        sheets: &'p [SheetSource],
        file_title: &'p Title,
        key: &'p Key,
        kind: &'p Arc<Kind>,
        rows: Rows,
    ) -> Self {
        let in_sheets: Vec<usize> = rows.keys().map(|&s| planner.segments[s].sheet).collect();
        let mut imprint = Imprint::default();
        for segment in rows.keys() {
            for line in &planner.segments[*segment].above {
                imprint.read(line);
            }
        }
        let titles = planner
            .titles
            .iter()
            .filter(|(s, _)| in_sheets.contains(s))
            .map(|(_, t)| t)
            .chain([file_title])
            .collect();
        Self {
            planner,
            sheets,
            key,
            kind,
            rows,
            titles,
            imprint,
            inferences: Vec::new(),
        }
    }

    fn infer(&mut self, what: &str, value: &str, from: impl Into<String>) {
        self.inferences.push(Inference {
            what: what.into(),
            value: value.into(),
            from: from.into(),
        });
    }

    fn list(mut self) -> ListPlan {
        let hints = self.planner.hints;
        let regions = &self.planner.intake.regions;
        if hints.kind.is_none() && self.key.kind == self.kind.key {
            let name = self.kind.name.clone();
            self.infer("清单类型", &name, "表头");
        }
        let department = self.department();
        let region = self.region(&department.0);
        let (department, from) = department;
        if let Some(from) = from {
            self.infer("部门", &department, from);
        }
        let department = department::complete(&department, Some(&region), regions);
        let title = self.title(department::short(&department, &region));
        let dated = self.titles.iter().find_map(|t| Some((t.date?, said(t))));
        if let (None, Some((date, from))) = (hints.effective_on, &dated) {
            let from = from.clone();
            self.infer("日期", &date.to_string(), from);
        }
        let imprint = self.imprint.clone();
        for (what, given, read) in [
            ("公布日期", hints.published_on, imprint.published_on),
            ("生效日期", hints.effective_on, imprint.effective_on),
        ] {
            if let (None, Some(date)) = (given, read) {
                self.infer(what, &date.to_string(), "表头上方写明");
            }
        }
        if let (None, Some(number)) = (&hints.document_no, &imprint.document_no) {
            self.infer("文号", number, "表头上方写明");
        }
        ListPlan {
            list: ListId {
                department,
                region,
                kind: self.kind.key.clone(),
                title,
            },
            kind: self.kind.clone(),
            document_no: hints.document_no.clone().or(imprint.document_no),
            published_on: hints.published_on.or(imprint.published_on),
            effective_on: hints.effective_on.or(imprint.effective_on),
            inferred_date: imprint.published_on.or(dated.map(|(date, _)| date)),
            inferences: self.inferences,
            title_is_given: hints.title.is_some(),
            runs: self.rows.into_iter().collect(),
        }
    }

    fn region(&mut self, department: &str) -> Region {
        let regions = &self.planner.intake.regions;
        let hints = self.planner.hints;
        let known = |text: &str| {
            regions
                .resolve(text)
                .unwrap_or_else(|| Region::unknown(text))
        };
        if let Some(region) = &hints.region {
            return known(region);
        }
        if !self.key.region.is_empty() {
            return known(&self.key.region);
        }
        let given = [
            hints.department.as_deref(),
            Some(self.key.department.as_str()),
        ];
        if let Some(region) = given
            .into_iter()
            .flatten()
            .find_map(|d| regions.prefix_of(d))
        {
            return region;
        }
        let titled = self
            .titles
            .iter()
            .find_map(|t| Some((t.region.clone()?, said(t))));
        if let Some((region, from)) = titled {
            self.infer("区划", &region.name, from);
            return region;
        }
        if let Some(region) = &self.kind.region {
            return known(region);
        }
        if let Some(region) = regions.prefix_of(department) {
            self.infer("区划", &region.name, "部门名称");
            return region;
        }
        if let Some(region) = &hints.usual_region {
            self.infer("区划", &region.name, "同一批文件的文件名");
            return region.clone();
        }
        self.infer("区划", UNNAMED, "标题、文件名和表内均未写明");
        Region::unknown(UNNAMED)
    }

    /// The department, and from what it was inferred where it was not given.
    fn department(&self) -> (String, Option<String>) {
        let given = self.planner.hints.department.as_deref();
        if let Some(name) = given.or(Some(self.key.department.as_str()).filter(|d| !d.is_empty())) {
            return (name.to_owned(), None);
        }
        let (in_file_name, in_rows): (Vec<&Title>, Vec<&Title>) =
            self.titles.iter().partition(|t| t.is_file_name);
        let from = |titles: &[&Title]| {
            titles
                .iter()
                .find_map(|t| Some((t.department.clone()?, said(t))))
        };
        let (name, source) = from(&in_rows)
            .or_else(|| self.usual_department())
            .or_else(|| from(&in_file_name))
            .or_else(|| {
                let publisher = self.kind.publisher.clone()?;
                Some((publisher, "该类清单的通常公布部门".to_owned()))
            })
            .unwrap_or_else(|| {
                let nowhere = "标题、文件名和表内均未写明".to_owned();
                (UNNAMED_DEPARTMENT.to_owned(), nowhere)
            });
        (name, Some(source))
    }

    /// The department that most rows name.
    fn usual_department(&self) -> Option<(String, String)> {
        let mut cells = Vec::new();
        for (segment, runs) in &self.rows {
            let segment = &self.planner.segments[*segment];
            let column = segment.headings.best.with_role(Role::Department)?;
            let sheet = &self.sheets[segment.sheet];
            let read = sheet.read(&mut runs.iter().copied().take(64), &mut |row| {
                let cell = row.cell(column.index);
                if !clean::is_blank(cell) {
                    cells.push(cell.to_owned());
                }
            });
            read.ok()?;
        }
        let heading = self.kind.field_with(Role::Department)?.label.clone();
        let texts: Vec<&str> = self.titles.iter().map(|t| t.text.as_str()).collect();
        let name = usual_department(cells.iter().map(String::as_str), &texts)?;
        Some((name, format!("{heading}列出现最多的部门")))
    }

    /// The list's title without department and year. A title row counts when all sheets agree on it.
    fn title(&self, publisher: &str) -> String {
        if let Some(title) = &self.planner.hints.title {
            return title.trim().to_owned();
        }
        let usable =
            |t: &&&Title| t.kind.as_deref() == Some(self.kind.key.as_str()) && !t.stem.is_empty();
        let mut stems: Vec<&str> = self
            .titles
            .iter()
            .filter(|t| !t.is_file_name)
            .filter(usable)
            .map(|t| t.stem.as_str())
            .collect();
        stems.dedup();
        let stem = match stems[..] {
            [one] => one,
            _ => self
                .titles
                .last()
                .filter(usable)
                .map_or("", |t| t.stem.as_str()),
        };
        // 财政局会计监督权责清单 of 辽阳市财政局 is its 会计监督权责清单.
        let stem = stem.strip_prefix(publisher).unwrap_or(stem);
        if stem.is_empty() || self.kind.names().any(|n| n == stem) {
            self.kind.name.clone()
        } else {
            stem.to_owned()
        }
    }
}

/// What a title is called as the source of an inference.
fn said(title: &Title) -> String {
    if title.is_file_name {
        "文件名".to_owned()
    } else {
        format!("标题“{}”", title.text)
    }
}
