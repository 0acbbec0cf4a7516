//! How much of a workbook is read and held.

use std::cell::Cell;

use crate::language::say;
use crate::text::size;
use crate::workbook::error::{Result, WorkbookError};

/// Unless the user allows more.
const MAX_SIZE: u64 = 512 << 20;

/// Counts what is read of a workbook, unpacked, and what is kept of it in memory. Neither may be
/// more than the limit, whatever the file says of its size.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    read: Cell<u64>,
    held: Cell<u64>,
}

impl Budget {
    pub fn new(limit: Option<u64>) -> Budget {
        Budget {
            limit: limit.unwrap_or(MAX_SIZE),
            read: Cell::new(0),
            held: Cell::new(0),
        }
    }

    /// Fails if so many bytes more are too many to read.
    pub(in crate::workbook) fn expect(&self, bytes: u64) -> Result<()> {
        if self.read.get().saturating_add(bytes) <= self.limit {
            Ok(())
        } else {
            Err(self.fault())
        }
    }

    pub(in crate::workbook) fn read(&self, bytes: u64) {
        self.read.set(self.read.get().saturating_add(bytes));
    }

    pub(in crate::workbook) fn hold(&self, bytes: usize) -> Result<()> {
        let held = self.held.get().saturating_add(bytes as u64);
        if held > self.limit {
            return Err(self.fault());
        }
        self.held.set(held);
        Ok(())
    }

    /// Whether more was read than may be.
    pub(in crate::workbook) fn is_spent(&self) -> bool {
        self.read.get() > self.limit
    }

    /// What failed, unless it failed because too much was read.
    pub(in crate::workbook) fn explain(&self, fault: WorkbookError) -> WorkbookError {
        if self.is_spent() { self.fault() } else { fault }
    }

    fn fault(&self) -> WorkbookError {
        WorkbookError::new(say!("sheet-too-large", limit = size(self.limit)))
    }
}
