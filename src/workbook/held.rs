//! Worksheets of a file that is read in one go.

use super::SheetInfo;
use crate::workbook::error::{Result, no_cells, too_much};
use crate::workbook::table::Table;

/// More are in no file that holds orders.
const MAX_TABLES: usize = 10_000;

#[derive(Default)]
pub(in crate::workbook) struct Held {
    pub(super) sheets: Vec<SheetInfo>,
    tables: Vec<Option<Result<Table>>>,
}

impl Held {
    pub(super) fn push(&mut self, sheet: SheetInfo, table: Result<Table>) -> Result<()> {
        self.sheets.push(sheet);
        self.tables.push(Some(table));
        check_count(self.tables.len())
    }

    /// Each can be had once.
    pub(super) fn table(&mut self, at: usize) -> Result<Table> {
        let table = self.tables.get_mut(at).and_then(Option::take);
        table.unwrap_or_else(|| Err(no_cells()))
    }
}

pub(super) fn check_count(tables: usize) -> Result<()> {
    match tables {
        0..=MAX_TABLES => Ok(()),
        _ => Err(too_much()),
    }
}
