//! How readers of formats put a table together.

use std::sync::Arc;

use super::budget::Budget;
use super::cells::{Table, TableCell, TableRow, Texts, Value};
use super::shape::Merge;
use crate::language::say;
use crate::workbook::column::{MAX_COLUMNS, letter};
use crate::workbook::error::{Result, WorkbookError, bad_place, too_much};

/// What a worksheet has at most.
pub(in crate::workbook) const MAX_ROWS: u32 = 1_048_576;
/// Cells that rows may span, empty ones between included. One stray cell far to the right of a
/// long table would otherwise make rows of sixteen thousand cells.
const MAX_CELLS: u64 = 50_000_000;
/// No row of a sheet has more text, in bytes.
const MAX_ROW: usize = 1024 * 1024;

/// Puts a table together, cell by cell.
pub(in crate::workbook) struct TableBuilder<'b> {
    table: Table,
    budget: &'b Budget,
    is_sorted: bool,
    /// The row under way, and where its cells begin.
    row: (u32, u32),
    /// Bytes of its text.
    row_text: usize,
}

impl<'b> TableBuilder<'b> {
    pub(in crate::workbook) fn new(budget: &'b Budget, shared: &Arc<Texts>) -> TableBuilder<'b> {
        TableBuilder {
            table: Table {
                shared: Arc::clone(shared),
                ..Table::default()
            },
            budget,
            is_sorted: true,
            row: (0, 0),
            row_text: 0,
        }
    }

    pub(in crate::workbook) fn text(&mut self, text: &str) -> Result<Value> {
        self.table.texts.push(text, self.budget).map(Value::Text)
    }

    pub(in crate::workbook) fn shown(&mut self, number: f64, text: &str) -> Result<Value> {
        let at = self.table.texts.push(text, self.budget)?;
        Ok(Value::Shown(number, at))
    }

    /// A shared text by its number; an error if there is none.
    pub(in crate::workbook) fn shared(&self, at: Option<u32>) -> Result<Value> {
        match at.filter(|&at| (at as usize) < self.table.shared.len()) {
            Some(at) => Ok(Value::Shared(at)),
            None => Err(WorkbookError::damaged(say!("sheet-damage-no-text"))),
        }
    }

    /// `line` is counted from 1.
    pub(in crate::workbook) fn cell(&mut self, line: u32, cell: TableCell) -> Result<()> {
        if !(1..=MAX_ROWS).contains(&line) || cell.column >= MAX_COLUMNS {
            let column = letter(cell.column as usize);
            return Err(bad_place(&format!("{column}{line}")));
        }
        if line != self.row.0 {
            self.end_row()?;
            self.row.0 = line;
        }
        self.budget.hold(size_of::<TableCell>())?;
        let table = &mut self.table;
        self.row_text += table.text(cell.value).len();
        if self.row_text > MAX_ROW {
            let line = u64::from(line);
            return Err(WorkbookError::new(say!("sheet-too-long", line = line)));
        }
        let row = table.cells.get(self.row.1 as usize..).unwrap_or_default();
        self.is_sorted &= row.last().is_none_or(|last| last.column < cell.column);
        table.width = table.width.max(cell.column as usize + 1);
        table.cells.push(cell);
        Ok(())
    }

    /// So many cells in the row under way, as yet.
    fn row_len(&self) -> usize {
        self.table.cells.len() - self.row.1 as usize
    }

    fn end_row(&mut self) -> Result<()> {
        let (line, start) = self.row;
        let end = u32::try_from(self.table.cells.len()).map_err(|_| too_much())?;
        if start == end {
            return Ok(());
        }
        self.budget.hold(size_of::<TableRow>())?;
        let rows = &mut self.table.rows;
        self.is_sorted &= rows.last().is_none_or(|last| last.line < line);
        rows.push(TableRow { line, start, end });
        self.row = (0, end);
        self.row_text = 0;
        Ok(())
    }

    /// Rows that are not shown, from the first to the last, counted from 1.
    pub(in crate::workbook) fn hide(&mut self, first: u32, last: u32) -> Result<()> {
        self.budget.hold(size_of::<(u64, u64)>())?;
        self.table.shape.hide(first.into(), last.into());
        Ok(())
    }

    /// Cells that are shown as one: lines counted from 1, columns from 0.
    pub(in crate::workbook) fn merge(
        &mut self,
        rows: (u32, u32),
        columns: (u32, u32),
    ) -> Result<()> {
        // Where it is filled down, it is held three times.
        self.budget.hold(3 * size_of::<Merge>())?;
        let rows = (rows.0.into(), rows.1.into());
        let columns = (columns.0 as usize, columns.1 as usize);
        self.table.shape.merge(rows, columns);
        Ok(())
    }

    /// The row under way again, on the lines after it, without cells of their own.
    pub(in crate::workbook) fn repeat_row(&mut self, times: u32) -> Result<()> {
        let cells = self.row_len();
        self.end_row()?;
        let Some(&row) = self.table.rows.last().filter(|_| cells > 0) else {
            return Ok(());
        };
        if row.line.saturating_add(times) > MAX_ROWS {
            return Err(too_much());
        }
        // Each is read as if it had its own.
        let cost = size_of::<TableRow>() + cells * size_of::<TableCell>();
        for line in row.line + 1..=row.line + times {
            self.budget.hold(cost)?;
            self.table.rows.push(TableRow { line, ..row });
        }
        Ok(())
    }

    pub(in crate::workbook) fn finish(mut self) -> Result<Table> {
        self.end_row()?;
        if !self.is_sorted {
            self.sort()?;
        }
        let mut table = self.table;
        table.shape.sort();
        if table.width as u64 * table.rows.len() as u64 > MAX_CELLS {
            return Err(WorkbookError::damaged(say!("sheet-damage-far-apart")));
        }
        Ok(table)
    }

    /// Brings rows and cells into order. Of two cells in one place, it is not known which counts.
    fn sort(&mut self) -> Result<()> {
        let table = &mut self.table;
        let mut rows = std::mem::take(&mut table.rows);
        rows.sort_by_key(|row| row.line);
        let cells = std::mem::take(&mut table.cells);
        for same in rows.chunk_by(|a, b| a.line == b.line) {
            let start = table.cells.len();
            for row in same {
                let cells = &cells[row.start as usize..row.end as usize];
                table.cells.extend_from_slice(cells);
            }
            let row = &mut table.cells[start..];
            row.sort_by_key(|cell| cell.column);
            if row.windows(2).any(|two| two[0].column == two[1].column) {
                let line = same[0].line;
                return Err(WorkbookError::damaged(say!(
                    "sheet-damage-two-cells",
                    line = line
                )));
            }
            table.rows.push(TableRow {
                line: same[0].line,
                start: start as u32,
                end: table.cells.len() as u32,
            });
        }
        Ok(())
    }
}
