//! How much of a workbook is read and held.

use std::cell::Cell;

use crate::language::say;
use crate::text::size;
use crate::workbook::error::{Result, WorkbookError};

/// Unless the user allows more.
const DEFAULT_LIMIT: u64 = 512 << 20;

/// The longest element or text of markup, in bytes, and the longest record.
pub const MAX_PIECE: u64 = 4 << 20;
/// The longest text of a cell and of a row, in bytes. A cell has at most 32,767 characters.
pub const MAX_TEXT: usize = 1 << 20;
/// Sanity limit of tables.
pub const MAX_TABLES: usize = 10_000;
pub const MAX_ROWS: u32 = 1_048_576;
/// Cells that rows may span, empty ones between included: one stray cell far to the right of a
/// long table would make rows of sixteen thousand cells.
pub const MAX_CELLS: u64 = 50_000_000;

/// Counts what is read of a workbook, unpacked, and what is kept of it in memory: together no more
/// than the limit, whatever the file says of its size.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    spent: Cell<u64>,
}

impl Budget {
    pub fn new(limit: Option<u64>) -> Budget {
        Budget {
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            spent: Cell::new(0),
        }
    }

    /// Fails if so many bytes more are too many.
    pub fn spend(&self, bytes: usize) -> Result<()> {
        let spent = self.spent.get().saturating_add(bytes as u64);
        self.spent.set(spent);
        self.check(0)
    }

    /// Fails if so many bytes more would be too many.
    pub fn check(&self, bytes: u64) -> Result<()> {
        if self.spent.get().saturating_add(bytes) <= self.limit {
            return Ok(());
        }
        let limit = size(self.limit);
        Err(WorkbookError::new(say!("sheet-too-large", limit = limit)))
    }
}
