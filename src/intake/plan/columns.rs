//! Which columns of a table are read, once it is known how full each is.
//! Must not look at rows.

use std::sync::Arc;

use crate::domain::finding::column_letter;
use crate::domain::{Finding, Kind, Place, Severity};
use crate::intake::heading::{self, Columns};
use crate::intake::sheet::SheetSource;
use crate::intake::table::Doubt;

use super::scan::Planner;

/// Rule, problem and mend of each doubt.
const DOUBTS: [(Doubt, &str, &str, &str); 3] = [
    (
        Doubt::NoResult,
        "formula-without-result",
        "公式没有保存计算结果，按空白处理",
        "请用 Excel 或 WPS 打开文件，保存后再提交",
    ),
    (
        Doubt::Rounded,
        "rounded-number",
        "数字超过 15 位，表格软件已把末尾的数字改成近似值",
        "请把该列设为文本格式，重新填写完整的编码",
    ),
    (
        Doubt::Covered,
        "covered-text",
        "合并区域内被遮盖的文字没有导入",
        "如果是需要公布的内容，请取消合并后检查",
    ),
];

impl Planner<'_> {
    /// Cells that may not say what the sheet shows, one finding for each kind of doubt.
    pub fn report_doubts(&mut self, sheet: &SheetSource) {
        for (doubt, rule, problem, mend) in DOUBTS {
            let mut cells = sheet.doubts().iter().filter(|c| c.doubt == doubt);
            let Some(first) = cells.next() else {
                continue;
            };
            let place = Place {
                row: first.row,
                column: column_letter(first.column),
                ..self.place(&sheet.name)
            };
            let more = match cells.count() {
                0 => String::new(),
                n => format!("（同一工作表另有 {n} 处）"),
            };
            self.findings.push(Finding::new(
                Severity::Warning,
                rule,
                place,
                format!("{problem}{more}"),
                mend,
            ));
        }
    }

    /// Settles repeated columns, and reports columns with content that no field takes.
    pub fn settle_columns(&mut self, sheets: &[SheetSource]) {
        let mut kinds: Vec<Arc<Kind>> = self
            .groups
            .iter()
            .filter_map(|(k, _)| self.intake.kinds.named(&k.kind).cloned())
            .collect();
        kinds.sort_by(|a, b| a.key.cmp(&b.key));
        kinds.dedup_by(|a, b| a.key == b.key);
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
            let readings: Vec<Columns> = kinds
                .iter()
                .map(|k| heading::reread(&segment.headings, k))
                .collect();
            for (index, heading) in &segment.headings.best.unknown {
                let known = |r: &Columns| r.columns.iter().any(|c| c.index == *index);
                if count(*index) > 0 && !readings.iter().any(known) {
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
}
