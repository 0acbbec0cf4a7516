//! Worksheets of a file that is read in one go.

use super::SheetInfo;
use super::WorkbookFormat;
use super::budget::MAX_TABLES;
use super::error::{Result, no_cells, too_much};
use super::table::Table;

pub(super) struct Held {
    pub(super) format: WorkbookFormat,
    pub(super) sheets: Vec<SheetInfo>,
    tables: Vec<Option<Result<Table>>>,
}

impl Held {
    pub(super) fn new(format: WorkbookFormat) -> Held {
        Held {
            format,
            sheets: Vec::new(),
            tables: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, sheet: SheetInfo, table: Result<Table>) -> Result<()> {
        if self.tables.len() == MAX_TABLES {
            return Err(too_much());
        }
        self.sheets.push(sheet);
        self.tables.push(Some(table));
        Ok(())
    }

    /// Each can be had once.
    pub(super) fn table(&mut self, at: usize) -> Result<Table> {
        let table = self.tables.get_mut(at).and_then(Option::take);
        table.unwrap_or_else(|| Err(no_cells()))
    }
}
