//! How readers of formats put a table together.

use std::collections::HashMap;
use std::sync::Arc;

use super::budget::{Budget, MAX_CELLS, MAX_ROWS, MAX_TEXT};
use super::error::{Result, WorkbookError, bad_place, too_much};
use super::number_format::Formats;
use super::show::show;
use super::table::{Kind, MAX_COLUMNS, Merge, Table, TableCell, TableRow, Texts, Value, letter};
use crate::language::say;

/// A cell as a format stores it.
#[derive(Clone, Debug)]
pub struct Stored<'v> {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 0.
    pub column: u32,
    /// The number of its format.
    pub style: u16,
    pub is_formula: bool,
    pub value: Value<'v>,
}

pub struct TableBuilder<'b> {
    table: Table,
    budget: &'b Budget,
    formats: Arc<Formats>,
    /// The codes of formats that are told beside cells.
    codes: HashMap<u16, u32>,
    is_sorted: bool,
    /// The row under way, and where its cells begin.
    row: (u32, u32),
    /// Bytes of its text.
    row_text: usize,
}

impl<'b> TableBuilder<'b> {
    pub fn new(budget: &'b Budget, shared: Arc<Texts>, formats: Arc<Formats>) -> Self {
        TableBuilder {
            table: Table {
                shared,
                ..Table::default()
            },
            budget,
            formats,
            codes: HashMap::new(),
            is_sorted: true,
            row: (0, 0),
            row_text: 0,
        }
    }

    /// Without texts that cells share, and number formats.
    pub fn plain(budget: &'b Budget) -> Self {
        TableBuilder::new(budget, Arc::default(), Arc::default())
    }

    /// Likewise, with rows of as many cells as each has.
    pub fn ragged(budget: &'b Budget) -> Self {
        let mut builder = TableBuilder::plain(budget);
        builder.table.is_ragged = true;
        builder
    }

    pub fn put(&mut self, stored: Stored<'_>) -> Result<()> {
        let (line, column, mut value) = (stored.line, stored.column, stored.value);
        let mut shared = None;
        if let Value::Shared(at) = value {
            let text = self.table.shared.get(at);
            let missing = || WorkbookError::damaged(say!("sheet-damage-no-text"));
            value = Value::Text(text.ok_or_else(missing)?);
            shared = Some(at);
        }
        if matches!(value, Value::Empty | Value::Text("")) && !stored.is_formula {
            return Ok(());
        }
        if !(1..=MAX_ROWS).contains(&line) || column >= MAX_COLUMNS {
            return Err(bad_place(&format!("{}{line}", letter(column as usize))));
        }
        let is_text = matches!(value, Value::Text(_));
        let format = self.formats.get(stored.style);
        let shown = show(value, stored.is_formula, format, self.formats.is_1904);
        let is_shared = is_text && matches!(shown.text, std::borrow::Cow::Borrowed(_));
        let shared = shared.filter(|_| is_shared);
        let length = shown.text.len();
        let text = match shared {
            Some(at) => at,
            None => self.table.texts.push(&shown.text, self.budget)?,
        };
        let note = match (shown.note, shown.kind) {
            (None, _) => None,
            (Some(code), Kind::Formatted) => Some(match self.codes.get(&stored.style) {
                Some(&at) => at,
                None => {
                    let at = self.table.texts.push(&code, self.budget)?;
                    self.codes.insert(stored.style, at);
                    at
                }
            }),
            (Some(note), _) => Some(self.table.texts.push(&note, self.budget)?),
        };
        let cell = TableCell {
            column,
            text,
            note,
            is_shared: shared.is_some(),
            kind: shown.kind,
        };
        self.push(line, cell, length)
    }

    fn push(&mut self, line: u32, cell: TableCell, length: usize) -> Result<()> {
        if line != self.row.0 {
            self.end_row()?;
            self.row.0 = line;
        }
        self.budget.spend(size_of::<TableCell>())?;
        self.row_text += length;
        if self.row_text > MAX_TEXT {
            return Err(WorkbookError::new(say!("sheet-too-long", line = line)));
        }
        let table = &mut self.table;
        let row = table.cells.get(self.row.1 as usize..).unwrap_or_default();
        self.is_sorted &= row.last().is_none_or(|last| last.column < cell.column);
        table.width = table.width.max(cell.column as usize + 1);
        table.cells.push(cell);
        Ok(())
    }

    /// Gives the row under way, if it holds something, so many columns.
    pub fn widen(&mut self, line: u32, width: u32) -> Result<()> {
        let row = self.table.cells.get(self.row.1 as usize..);
        let last = row.and_then(<[_]>::last).map(|last| last.column + 1);
        if line != self.row.0 || last.is_none_or(|end| end >= width) {
            return Ok(());
        }
        let blank = TableCell {
            column: width - 1,
            text: self.table.texts.push("", self.budget)?,
            note: None,
            is_shared: false,
            kind: Kind::Text,
        };
        self.push(line, blank, 0)
    }

    fn end_row(&mut self) -> Result<()> {
        let (line, start) = self.row;
        let end = u32::try_from(self.table.cells.len()).map_err(|_| too_much())?;
        if start == end {
            return Ok(());
        }
        self.budget.spend(size_of::<TableRow>())?;
        let rows = &mut self.table.rows;
        self.is_sorted &= rows.last().is_none_or(|last| last.line < line);
        rows.push(TableRow { line, start, end });
        self.row = (0, end);
        self.row_text = 0;
        Ok(())
    }

    /// Rows that are not shown, from the first to the last, counted from 1.
    pub fn hide(&mut self, first: u32, last: u32) -> Result<()> {
        match self.table.hidden.last_mut() {
            Some((_, before)) if before.saturating_add(1) == first => *before = last,
            _ => {
                self.budget.spend(size_of::<(u32, u32)>())?;
                self.table.hidden.push((first, last));
            }
        }
        Ok(())
    }

    /// Cells that are shown as one: lines counted from 1, columns from 0.
    pub fn merge(&mut self, rows: (u32, u32), columns: (u32, u32)) -> Result<()> {
        if rows.0 < rows.1 || columns.0 < columns.1 {
            // Where it is filled down, it is held twice.
            self.budget.spend(2 * size_of::<Merge>())?;
            self.table.merged.push(Merge {
                rows: (rows.0.into(), rows.1.into()),
                columns: (columns.0 as usize, columns.1 as usize),
            });
        }
        Ok(())
    }

    /// Repeats the current row on the lines after it.
    pub fn repeat_row(&mut self, times: u32) -> Result<()> {
        let cells = self.table.cells.len() - self.row.1 as usize;
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
            self.budget.spend(cost)?;
            self.table.rows.push(TableRow { line, ..row });
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Table> {
        self.end_row()?;
        if !self.is_sorted {
            self.sort()?;
        }
        let mut table = self.table;
        table.hidden.sort_unstable();
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
            let (line, start) = (same[0].line, table.cells.len());
            for row in same {
                let cells = &cells[row.start as usize..row.end as usize];
                table.cells.extend_from_slice(cells);
            }
            let row = &mut table.cells[start..];
            row.sort_by_key(|cell| cell.column);
            if row.windows(2).any(|two| two[0].column == two[1].column) {
                return Err(WorkbookError::damaged(say!(
                    "sheet-damage-two-cells",
                    line = line
                )));
            }
            let (start, end) = (start as u32, table.cells.len() as u32);
            table.rows.push(TableRow { line, start, end });
        }
        Ok(())
    }
}
