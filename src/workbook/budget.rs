//! How much of a workbook is read and held.

use std::cell::Cell;
use std::io::{self, BufRead, Cursor, Read};

use encoding_rs::Encoding;

use super::error::{Result, WorkbookError, long_text};
use crate::language::say;
use crate::text::size;

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

/// A part of a workbook, counted as it is read.
pub struct Metered<'r> {
    inner: Box<dyn BufRead + 'r>,
    budget: &'r Budget,
    /// What may still be read of the piece under way.
    left: u64,
}

impl<'r> Metered<'r> {
    pub fn new(inner: impl BufRead + 'r, budget: &'r Budget) -> Metered<'r> {
        Metered {
            inner: Box::new(inner),
            budget,
            left: MAX_PIECE,
        }
    }

    /// Text that is UTF-8: UTF-16 is decoded, which its first two bytes tell.
    pub fn decoded(mut self) -> Result<Metered<'r>> {
        let start = self.fill_buf();
        let is_utf_16 = start.map(|it| matches!(it, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]));
        if !is_utf_16.map_err(|error| self.explain(&error))? {
            return Ok(self);
        }
        let mut bytes = Vec::new();
        self.left = u64::MAX;
        self.read_to_end(&mut bytes)
            .map_err(|error| self.explain(&error))?;
        self.budget.spend(3 * bytes.len())?;
        let encoding = Encoding::for_bom(&bytes).map_or(encoding_rs::UTF_8, |(it, _)| it);
        let text = encoding.decode(&bytes).0.into_owned();
        Ok(Metered::new(Cursor::new(text.into_bytes()), self.budget))
    }

    /// Why it cannot be read further.
    pub fn explain(&self, error: &io::Error) -> WorkbookError {
        match self.budget.check(0) {
            Err(too_large) => too_large,
            Ok(()) if self.left == 0 => long_text(),
            Ok(()) => error.into(),
        }
    }

    pub fn begin_piece(&mut self) {
        self.left = MAX_PIECE;
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 || self.budget.check(0).is_err() {
            return Err(io::ErrorKind::Other.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
        // What is too much fails the next read.
        let _ = self.budget.spend(amount);
    }
}
