//! A sheet as rows of texts with its merge table. Must not know headings or kinds.

/// A row; `number` counts from 1 as a spreadsheet shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub number: u32,
    pub cells: Vec<String>,
}

impl Row {
    /// Text of a column counted from 0; empty beyond the end.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| super::clean::is_blank(c))
    }

    /// Columns with visible text.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &str)> {
        self.cells
            .iter()
            .enumerate()
            .filter(|(_, c)| !super::clean::is_blank(c))
            .map(|(i, c)| (i, c.as_str()))
    }
}

/// A merged range; rows from 1, columns from 0, all inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    pub first_row: u32,
    pub last_row: u32,
    pub first_column: u32,
    pub last_column: u32,
}

/// Most merged ranges of a sheet that are looked at; the largest real list has 5,099.
const MAX_MERGES: usize = 100_000;

/// Merged ranges, looked up by cell.
#[derive(Clone, Debug, Default)]
pub struct Merges {
    /// Per first column, by first row. Those of one first column do not overlap.
    ranges: Vec<Merge>,
}

impl Merges {
    pub fn new(mut ranges: Vec<Merge>) -> Self {
        ranges.retain(|m| m.last_row > m.first_row || m.last_column > m.first_column);
        ranges.truncate(MAX_MERGES);
        ranges.sort_by_key(|m| (m.first_column, m.first_row));
        // Spreadsheets let no ranges overlap; a file that says so would cost time for each.
        ranges.dedup_by(|next, kept| {
            next.first_column == kept.first_column && next.first_row <= kept.last_row
        });
        Self { ranges }
    }

    /// No merged ranges, as in delimited text.
    pub const fn none() -> Self {
        Self { ranges: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// All of them, by first column and first row.
    pub fn iter(&self) -> impl Iterator<Item = &Merge> {
        self.ranges.iter()
    }

    /// The range that begins in this column and covers this row.
    pub fn in_column(&self, row: u32, column: usize) -> Option<&Merge> {
        let column = u32::try_from(column).ok()?;
        let end = self
            .ranges
            .partition_point(|m| (m.first_column, m.first_row) <= (column, row));
        let merge = self.ranges[..end].last()?;
        (merge.first_column == column && merge.last_row >= row).then_some(merge)
    }

    /// First row of the vertical range that covers this cell from above; `None` when the cell is
    /// not covered or is itself the first.
    pub fn covered_from(&self, row: u32, column: usize) -> Option<u32> {
        let merge = self.in_column(row, column)?;
        (merge.first_row < row).then_some(merge.first_row)
    }

    /// Whether a range that begins on this row spans several columns from this one.
    pub fn is_wide(&self, row: u32, column: usize) -> bool {
        self.in_column(row, column)
            .is_some_and(|m| m.last_column > m.first_column)
    }

    /// First column of the range that covers a cell and begins in a column before it.
    pub fn left_edge(&self, row: u32, column: usize) -> Option<usize> {
        let column = u32::try_from(column).ok()?;
        self.ranges
            .iter()
            .find(|m| {
                (m.first_row..=m.last_row).contains(&row)
                    && m.first_column < column
                    && column <= m.last_column
            })
            .and_then(|m| usize::try_from(m.first_column).ok())
    }
}

/// Why a cell may not say what the sheet shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A formula that was saved without its result.
    NoResult,
    /// A number of more digits than the format keeps.
    Rounded,
    /// Text inside a merged range but not in its first cell.
    Covered,
}

/// A cell in doubt; rows from 1, columns from 0.
#[derive(Clone, Copy, Debug)]
pub struct DoubtfulCell {
    pub row: u32,
    pub column: usize,
    pub doubt: Doubt,
}

/// A sheet read into memory; rows without any text are left out.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub sheet: String,
    pub rows: Vec<Row>,
    pub merges: Merges,
    pub doubts: Vec<DoubtfulCell>,
}

impl Table {
    /// Text inside a merged range but not in its first cell is never seen in the sheet: left-overs
    /// of an earlier edition in real files. It is dropped, and said to be in doubt.
    pub fn new(
        sheet: String,
        mut rows: Vec<Row>,
        merges: Merges,
        mut doubts: Vec<DoubtfulCell>,
    ) -> Self {
        for merge in &merges.ranges {
            let start = rows.partition_point(|r| r.number < merge.first_row);
            for row in rows[start..]
                .iter_mut()
                .take_while(|r| r.number <= merge.last_row)
            {
                for column in merge.first_column..=merge.last_column {
                    let first = row.number == merge.first_row && column == merge.first_column;
                    let Some(cell) = row.cells.get_mut(column as usize) else {
                        break;
                    };
                    if first || cell.is_empty() {
                        continue;
                    }
                    if !super::clean::is_blank(cell) {
                        doubts.push(DoubtfulCell {
                            row: row.number,
                            column: column as usize,
                            doubt: Doubt::Covered,
                        });
                    }
                    cell.clear();
                }
            }
        }
        rows.retain(|r| !r.is_blank());
        Self {
            sheet,
            rows,
            merges,
            doubts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_know_the_range_that_covers_them() {
        let merge = |first_row, last_row, first_column, last_column| Merge {
            first_row,
            last_row,
            first_column,
            last_column,
        };
        let merges = Merges::new(vec![
            merge(3, 5, 0, 0),
            merge(6, 7, 0, 0),
            merge(1, 1, 2, 9),
        ]);
        assert_eq!(merges.covered_from(3, 0), None);
        assert_eq!(merges.covered_from(4, 0), Some(3));
        assert_eq!(merges.covered_from(7, 0), Some(6));
        assert_eq!(merges.covered_from(8, 0), None);
        assert_eq!(merges.covered_from(4, 1), None);
        assert!(merges.is_wide(1, 2));
        assert_eq!(merges.left_edge(1, 5), Some(2));
    }
}
