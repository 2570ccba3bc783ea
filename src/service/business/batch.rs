//! Many descriptions at once: a table in, a table out. A row that cannot be checked is reported and
//! stops no other. Must not know files or HTTP.

use std::io::Write;

use crate::domain::Date;
use crate::service::{ServiceError, Services};

use super::{CheckParams, Investor};

/// Rows of one table at most.
pub const MOST_ROWS: usize = 10_000;

/// A row of the table, or what is wrong with it.
#[derive(Clone, Debug)]
pub struct Row {
    /// From 1, the heading included.
    pub number: usize,
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
    pub refused: Vec<(usize, String)>,
}

/// Rows of a CSV text: id, investor, description; a heading is passed over.
pub fn read(text: &str) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut rows = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let number = at + 1;
        let asked = record.map_err(|e| e.to_string()).and_then(|record| {
            let cell = |n: usize| record.get(n).unwrap_or_default().trim();
            if rows.len() >= MOST_ROWS {
                return Err(format!("一次最多核对 {MOST_ROWS} 行"));
            }
            if record.len() < 3 {
                return Err("应有三列：编号、投资者、描述".to_owned());
            }
            let investor = Investor::parse(cell(1)).ok_or_else(|| {
                format!(
                    "第 2 列（投资者）“{}”应为 domestic（内资）或 foreign（外资）",
                    cell(1)
                )
            })?;
            Ok(Asked {
                id: cell(0).to_owned(),
                investor,
                text: cell(2).to_owned(),
            })
        });
        let is_heading = at == 0 && matches!(&asked, Err(problem) if problem.contains("投资者）"));
        if !is_heading {
            rows.push(Row { number, asked });
        }
    }
    rows
}

/// Checks every row and writes the answers as CSV.
///
/// # Errors
/// What stops all rows: the store fails, or the answers cannot be written.
pub fn run(
    services: &Services,
    rows: &[Row],
    as_of: Option<Date>,
    to: &mut dyn Write,
    done: &mut dyn FnMut(),
) -> Result<Summary, ServiceError> {
    let failed = |e: csv::Error| ServiceError::Internal(e.to_string());
    let mut summary = Summary::default();
    let mut table = csv::Writer::from_writer(to);
    let head = [
        "编号",
        "投资者",
        "描述",
        "结论",
        "事项",
        "措施",
        "主管部门",
        "说明",
    ];
    table.write_record(head).map_err(failed)?;
    for row in rows {
        let outcome = row.asked.clone().and_then(|asked| {
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
        match outcome {
            Err(problem) => {
                let id = row.asked.as_ref().map_or("", |asked| asked.id.as_str());
                let cells = [id, "", "", "未核对", "", "", "", problem.as_str()];
                table.write_record(cells).map_err(failed)?;
                summary.refused.push((row.number, problem));
            }
            Ok(checked) => {
                let (asked, check) = checked?;
                let governing = || check.activities.iter().flat_map(|a| &a.items);
                let activities = check.activities.iter();
                let missing: Vec<String> = activities.flat_map(|a| a.missing.clone()).collect();
                let join = |cells: Vec<String>| cells.join("\n");
                table
                    .write_record([
                        asked.id,
                        asked.investor.label().to_owned(),
                        asked.text,
                        check.verdict.label().to_owned(),
                        join(
                            governing()
                                .map(|g| format!("{} {}", g.item.key, g.item.name))
                                .collect(),
                        ),
                        join(governing().map(|g| g.measure.clone()).collect()),
                        join(governing().map(|g| g.item.department.clone()).collect()),
                        match missing.is_empty() {
                            true => String::new(),
                            false => format!("现行清单中没有找到：{}", missing.join("、")),
                        },
                    ])
                    .map_err(failed)?;
                summary.checked += 1;
            }
        }
        done();
    }
    table
        .flush()
        .map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(summary)
}
