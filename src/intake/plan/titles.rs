//! What stands above a table, and whether it names whose list the rows are.
//! Must not go over the rows beyond a sample.

use std::collections::HashMap;

use crate::domain::{Finding, Role, department};
use crate::intake::clean;
use crate::intake::draft::is_spoken_of;
use crate::intake::heading::{Columns, Headings};
use crate::intake::infer;
use crate::intake::sheet::SheetSource;
use crate::intake::table::Row;

use super::scan::Planner;

impl Planner<'_> {
    /// Takes in the titles above the headings; gives all short texts there.
    pub fn titles_of(&mut self, sheet: usize, head: &[Row], headings: &Headings) -> Vec<String> {
        let mut above = Vec::new();
        for row in head.iter().take_while(|r| r.number < headings.last_row) {
            if row.filled().count() > 3 {
                continue;
            }
            for (_, text) in row.filled().filter(|(_, t)| t.chars().count() <= 120) {
                above.push(text.to_owned());
                if text.chars().filter(|c| c.is_alphabetic()).count() < 4 {
                    continue;
                }
                let title = infer::title(text, &self.intake.kinds, &self.intake.regions);
                if title.kind.is_some() || title.department.is_some() || title.region.is_some() {
                    self.titles.push((sheet, title));
                }
            }
        }
        above
    }

    /// Whether the rows name several bodies, none of them clearly the publisher: no title or file
    /// name speaks of one, and none stands in three of five rows.
    pub fn bodies_differ(
        &self,
        sheet: &SheetSource,
        headings: &Headings,
    ) -> Result<bool, Box<Finding>> {
        const SAMPLE: usize = 400;
        let Some(column) = headings.best.with_role(Role::Department) else {
            return Ok(false);
        };
        let titles = || self.titles.iter().map(|(_, t)| t).chain([&self.file_title]);
        if self.hints.department.is_some() || titles().any(|t| t.department.is_some()) {
            return Ok(false);
        }
        let mut counts: HashMap<String, usize> = HashMap::new();
        let rows = sheet.first_rows(SAMPLE).map_err(|e| self.unreadable(&e))?;
        for row in rows.iter().filter(|r| r.number > headings.last_row) {
            let name = clean::short(row.cell(column.index));
            if department::looks_like_name(&name) && !department::is_template(&name) {
                *counts.entry(name).or_default() += 1;
            }
        }
        let texts: Vec<&str> = titles().map(|t| t.text.as_str()).collect();
        let total: usize = counts.values().sum();
        let most = counts.values().max().copied().unwrap_or_default();
        let spoken_of = counts.keys().any(|name| is_spoken_of(name, &texts));
        Ok(counts.len() > 1 && most * 5 < total * 3 && !spoken_of)
    }

    /// Whether the rows are of several departments and regions, each row its own: a file that
    /// names nobody's list and whose rows name kind or region, or several bodies.
    pub fn is_of_several(&self, columns: &Columns) -> bool {
        let decides = [Role::Kind, Role::Region]
            .iter()
            .any(|&role| columns.with_role(role).is_some());
        let unnamed = self.hints.department.is_none()
            && !self.titles.iter().any(|(_, t)| t.department.is_some());
        unnamed && (decides || self.bodies_differ)
    }
}
