//! Worksheets of a file that is read in one go.

use super::listed::Listed;
use crate::sheet::damage::Damage;
use crate::sheet::error::Fault;
use crate::sheet::table::Table;

/// More are in no file that holds orders.
const MAX_TABLES: usize = 10_000;

#[derive(Default)]
pub(in crate::sheet) struct Held {
    pub(super) sheets: Vec<Listed>,
    tables: Vec<Option<Result<Table, Fault>>>,
}

impl Held {
    pub(super) fn push(&mut self, sheet: Listed, table: Result<Table, Fault>) -> Result<(), Fault> {
        self.sheets.push(sheet);
        self.tables.push(Some(table));
        check_count(self.tables.len())
    }

    /// Each can be had once.
    pub(super) fn table(&mut self, at: usize) -> Result<Table, Fault> {
        let table = self.tables.get_mut(at).and_then(Option::take);
        table.unwrap_or_else(|| Err(Damage::NoCells.into()))
    }
}

pub(super) fn check_count(tables: usize) -> Result<(), Fault> {
    match tables {
        0..=MAX_TABLES => Ok(()),
        _ => Err(Damage::TooMuch.into()),
    }
}
