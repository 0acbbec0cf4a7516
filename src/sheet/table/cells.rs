//! A worksheet's cells, as they are stored: only those that hold something.

use std::sync::Arc;

use super::budget::Budget;
use super::number_format::NumberFormat;
use super::shape::Shape;
use crate::sheet::damage::Damage;
use crate::sheet::error::Fault;

#[derive(Debug, Default)]
pub(in crate::sheet) struct Table {
    /// Ascending; those without cells are left out.
    pub(super) rows: Vec<TableRow>,
    pub(super) cells: Vec<TableCell>,
    pub(super) texts: Texts,
    pub(super) shared: Arc<Texts>,
    pub(in crate::sheet) formats: Arc<[Arc<NumberFormat>]>,
    /// Whether days count from 1904.
    pub(in crate::sheet) is_1904: bool,
    /// Columns up to the last that is used.
    pub(super) width: usize,
    pub(in crate::sheet) shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TableRow {
    /// Counted from 1.
    pub(super) line: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::sheet) struct TableCell {
    pub(in crate::sheet) value: Value,
    /// Counted from 0.
    pub(in crate::sheet) column: u32,
    /// Its number format.
    pub(in crate::sheet) style: u16,
    pub(in crate::sheet) is_formula: bool,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::sheet) enum Value {
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
pub(in crate::sheet) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Appends a text; its number.
    pub(in crate::sheet) fn push(&mut self, text: &str, budget: &Budget) -> Result<u32, Fault> {
        budget.hold(text.len() + size_of::<u32>())?;
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).map_err(|_| Damage::TooMuch)?;
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

impl Table {
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
