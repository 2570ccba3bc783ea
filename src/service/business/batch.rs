//! Many descriptions at once: a table in, a table out. A row that cannot be checked is reported and
//! stops no other. Must not know HTTP or where files lie.

use std::io::Write;

use crate::domain::Date;
use crate::intake::{self, Limits, Source, table};
use crate::service::table::{TableFormat, TableWriter};
use crate::service::{ServiceError, Services};

use super::{Check, CheckParams, Investor};

/// Rows of one table at most.
pub const MOST_ROWS: usize = 10_000;

/// Limits on a table's file.
pub const LIMITS: Limits = Limits {
    file_bytes: Some(10 << 20),
    unpacked_bytes: 256 << 20,
    columns: 64,
    ..Limits::UPLOAD
};

/// A row of the table, or what is wrong with it.
#[derive(Clone, Debug)]
pub struct Row {
    /// As a spreadsheet shows it: from 1, the heading included.
    pub number: u32,
    pub asked: Result<Asked, String>,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub id: String,
    pub investor: Investor,
    pub text: String,
}

/// How a batch went.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub checked: usize,
    /// Row and what is wrong with it.
    pub refused: Vec<(u32, String)>,
}

/// Where a table has what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Columns {
    id: Option<usize>,
    investor: Option<usize>,
    text: usize,
}

impl Columns {
    /// The order without a heading.
    const USUAL: Self = Self {
        id: Some(0),
        investor: Some(1),
        text: 2,
    };

    /// By a heading; `None` where the row is none.
    fn of(heading: &table::Row) -> Option<Self> {
        let named = |names: &[&str]| {
            let mut filled = heading.filled();
            let is_named = |text: &str| {
                let text = text.trim().to_lowercase();
                names.iter().any(|name| text == *name)
            };
            filled.find(|(_, text)| is_named(text)).map(|(at, _)| at)
        };
        Some(Self {
            text: named(&[
                "描述",
                "经营范围",
                "业务描述",
                "经营活动",
                "拟从事业务",
                "description",
                "text",
            ])?,
            id: named(&["编号", "序号", "id"]),
            investor: named(&["投资者", "投资主体", "投资者类型", "内外资", "investor"]),
        })
    }

    fn asked(self, row: &table::Row) -> Result<Asked, String> {
        let cell = |at: Option<usize>| at.map_or("", |at| row.cell(at).trim());
        if row.cells.len() <= self.text {
            return Err(format!(
                "没有第 {} 列（描述）。应有三列：编号、投资者、描述，或以第一行写明各列的名称",
                self.text + 1
            ));
        }
        let said = cell(self.investor);
        let investor = Investor::parse(said).ok_or_else(|| {
            let column = self.investor.unwrap_or_default() + 1;
            format!("第 {column} 列（投资者）“{said}”应为 domestic（内资）或 foreign（外资）")
        })?;
        Ok(Asked {
            id: cell(self.id).to_owned(),
            investor,
            text: cell(Some(self.text)).to_owned(),
        })
    }
}

/// Rows of a file's first sheet with content: CSV in any usual encoding, or a workbook. The columns
/// are told by a heading, else they are number, investor and description.
///
/// # Errors
/// Why the file cannot be read, and how to mend that.
pub fn read(source: &Source) -> Result<Vec<Row>, String> {
    let (sheets, _) = intake::sheets(source, &LIMITS)
        .map_err(|finding| format!("{}。{}", finding.problem, finding.mend))?;
    let unreadable = |error: std::io::Error| {
        tracing::warn!(%error, "table cannot be read");
        "文件读到一半出错，请另存后再试".to_owned()
    };
    let mut rows = Vec::new();
    for sheet in sheets {
        // One for the heading, and one to see that there are more than are taken.
        rows = sheet.first_rows(MOST_ROWS + 2).map_err(unreadable)?;
        if !rows.is_empty() {
            break;
        }
    }
    let heading = rows.first().and_then(Columns::of);
    let columns = heading.unwrap_or(Columns::USUAL);
    let mut rows = rows.into_iter().skip(usize::from(heading.is_some()));
    let taken = rows.by_ref().take(MOST_ROWS);
    let mut read: Vec<Row> = taken
        .map(|row| Row {
            number: row.number,
            asked: columns.asked(&row),
        })
        .collect();
    read.extend(rows.next().map(|row| Row {
        number: row.number,
        asked: Err(format!(
            "一次最多核对 {MOST_ROWS} 行，这一行及其后的没有核对，请分成几个文件"
        )),
    }));
    if read.is_empty() {
        return Err("表中没有可核对的行。应有三列：编号、投资者、描述".to_owned());
    }
    Ok(read)
}

const HEADINGS: [&str; 10] = [
    "编号",
    "投资者",
    "描述",
    "结论",
    "理解为",
    "事项",
    "措施",
    "主管部门",
    "依据",
    "说明",
];

/// Checks every row and writes the answers; `done` is called after each.
///
/// # Errors
/// What stops all rows: the store fails, or the answers cannot be written.
pub fn run(
    services: &Services,
    rows: &[Row],
    as_of: Option<Date>,
    (format, to): (TableFormat, &mut dyn Write),
    done: &mut dyn FnMut(),
) -> Result<Summary, ServiceError> {
    let mut summary = Summary::default();
    let mut table = TableWriter::new(format, "核对结果", &HEADINGS, to)?;
    for row in rows {
        let checked = row.asked.clone().and_then(|asked| {
            let check = services.check_business(&CheckParams {
                text: asked.text.clone(),
                investor: asked.investor,
                as_of,
                ..CheckParams::default()
            });
            match check {
                Ok(check) => Ok(Ok((asked, check))),
                Err(ServiceError::Invalid { detail, .. }) => Err(detail),
                Err(other) => Ok(Err(other)),
            }
        });
        match checked {
            Err(problem) => {
                let asked = row.asked.as_ref();
                let (id, text) = asked.map_or(("", ""), |a| (&a.id, &a.text));
                let why = format!("第 {} 行：{problem}", row.number);
                table.row(&[id, "", text, "未核对", "", "", "", "", "", &why])?;
                summary.refused.push((row.number, problem));
            }
            Ok(checked) => {
                let (asked, check) = checked?;
                table.row(&cells(asked, &check))?;
                summary.checked += 1;
            }
        }
        done();
    }
    table.finish()?;
    Ok(summary)
}

fn cells(asked: Asked, check: &Check) -> [String; HEADINGS.len()] {
    let lines = |texts: &mut dyn Iterator<Item = String>| {
        let mut told: Vec<String> = Vec::new();
        for text in texts {
            if !told.contains(&text) {
                told.push(text);
            }
        }
        told.join("\n")
    };
    let activities = || check.activities.iter();
    let governing = || activities().flat_map(|a| &a.items);
    let missing: Vec<&str> = activities()
        .flat_map(|a| a.missing.iter().map(String::as_str))
        .collect();
    [
        asked.id,
        asked.investor.label().to_owned(),
        asked.text,
        check.verdict.label().to_owned(),
        lines(&mut activities().filter_map(|a| a.name.clone())),
        lines(&mut governing().map(|g| format!("{} {}", g.item.key, g.item.name))),
        lines(&mut governing().map(|g| g.measure.clone())),
        lines(&mut governing().map(|g| g.item.department.clone())),
        lines(&mut check.editions.iter().map(|edition| {
            let (number, day) = (edition.publication.number, check.position.day);
            format!("{}，第 {number} 号公布，{day} 有效", edition.title)
        })),
        match missing.is_empty() {
            true => String::new(),
            false => format!("现行清单中没有找到：{}", missing.join("、")),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(heading: &[&str]) -> Option<Columns> {
        let cells = heading.iter().map(|c| (*c).to_owned()).collect();
        Columns::of(&table::Row { number: 1, cells })
    }

    #[test]
    fn a_heading_tells_the_columns_in_any_order() {
        let by_name = columns(&["企业名称", " 经营范围 ", "ID", "内外资"]);
        let expected = Columns {
            id: Some(2),
            investor: Some(3),
            text: 1,
        };
        assert_eq!(by_name, Some(expected));
        assert_eq!(
            columns(&["id", "investor", "description"]),
            Some(Columns::USUAL)
        );
        assert_eq!(columns(&["1", "内资", "卖香烟"]), None);
    }
}
