//! A worksheet's cells, as they are stored: only those that hold something.

use std::sync::Arc;

use super::budget::Budget;
use super::number_format::NumberFormat;
use super::shape::Shape;
use super::show::{Role, lacks_value, show};
use crate::workbook::error::{Result, too_much};

#[derive(Debug, Default)]
pub struct Table {
    /// Ascending; those without cells are left out.
    pub(super) rows: Vec<TableRow>,
    pub(super) cells: Vec<TableCell>,
    pub(super) texts: Texts,
    pub(super) shared: Arc<Texts>,
    pub(in crate::workbook) formats: Arc<[Arc<NumberFormat>]>,
    /// Whether days count from 1904.
    pub(in crate::workbook) is_1904: bool,
    /// Columns up to the last that is used.
    pub(super) width: usize,
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TableRow {
    /// Counted from 1.
    pub(super) line: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::workbook) struct TableCell {
    pub(in crate::workbook) value: Value,
    /// Counted from 0.
    pub(in crate::workbook) column: u32,
    /// Its number format.
    pub(in crate::workbook) style: u16,
    pub(in crate::workbook) is_formula: bool,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::workbook) enum Value {
    /// A formula without a value.
    None,
    /// A text that many cells share.
    Shared(u32),
    /// A text of its own.
    Text(u32),
    Number(f64),
    /// A number, and as which text it is shown.
    Shown(f64, u32),
    Percent(f64),
    Bool(bool),
}

/// Texts in one piece.
#[derive(Debug, Default)]
pub(in crate::workbook) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Appends a text; its number.
    pub(in crate::workbook) fn push(&mut self, text: &str, budget: &Budget) -> Result<u32> {
        budget.hold(text.len() + size_of::<u32>())?;
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).map_err(|_| too_much())?;
        self.ends.push(end);
        Ok(self.ends.len() as u32 - 1)
    }

    pub(super) fn get(&self, at: u32) -> Option<&str> {
        let at = at as usize;
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start as usize..end)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// A row of cells, and those of them that hold something.
#[derive(Clone, Copy)]
pub struct Row<'t> {
    table: &'t Table,
    row: TableRow,
}

impl<'t> Row<'t> {
    /// Counted from 1.
    pub fn line(&self) -> u64 {
        self.row.line.into()
    }

    pub fn cells(self) -> impl Iterator<Item = Cell<'t>> {
        let Row { table, row } = self;
        let cells = table.cells(row).iter();
        cells.map(move |cell| Cell { table, cell })
    }

    pub fn cell(self, column: usize) -> Option<Cell<'t>> {
        let Row { table, row } = self;
        let cells = table.cells(row);
        let at = cells.binary_search_by_key(&column, |cell| cell.column as usize);
        let cell = cells.get(at.ok()?)?;
        Some(Cell { table, cell })
    }
}

#[derive(Clone, Copy)]
pub struct Cell<'t> {
    table: &'t Table,
    cell: &'t TableCell,
}

impl<'t> Cell<'t> {
    /// Counted from 0.
    pub fn column(self) -> usize {
        self.cell.column as usize
    }

    /// The text, if it is stored as one.
    pub fn stored_text(self) -> Option<&'t str> {
        let is_text = matches!(self.cell.value, Value::Shared(_) | Value::Text(_));
        is_text.then(|| self.table.text(self.cell.value))
    }

    /// Whether it is a formula that was never calculated.
    pub fn lacks_value(self) -> bool {
        self.cell.is_formula && lacks_value(self.table, self.cell)
    }

    pub fn show(self, role: Option<Role>, text: &mut String) {
        show(self.table, self.cell, role, text);
    }
}

impl Table {
    /// Columns up to the last that is used.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows that hold something, in ascending order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> + use<'_> + Send {
        self.rows.iter().map(|&row| Row { table: self, row })
    }

    pub(super) fn cells(&self, row: TableRow) -> &[TableCell] {
        let cells = self.cells.get(row.start as usize..row.end as usize);
        cells.unwrap_or_default()
    }

    /// The text of a cell that has one.
    pub(super) fn text(&self, value: Value) -> &str {
        let text = match value {
            Value::Shared(at) => self.shared.get(at),
            Value::Text(at) | Value::Shown(_, at) => self.texts.get(at),
            _ => None,
        };
        text.unwrap_or_default()
    }

    pub(super) fn format(&self, cell: &TableCell) -> Option<&NumberFormat> {
        self.formats
            .get(usize::from(cell.style))
            .map(|format| &**format)
    }
}
