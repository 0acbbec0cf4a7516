//! What is read of a workbook, counted.

use std::io::{self, BufRead, Read};

use crate::workbook::error::{WorkbookError, long_text};
use crate::workbook::table::Budget;

/// The longest element or text of markup, in bytes. A cell has at most 32,767 characters.
const MAX_PIECE: u64 = 4 * 1024 * 1024;

/// A part of a workbook, counted as it is read.
pub(super) struct Metered<'b, R> {
    inner: R,
    budget: &'b Budget,
    /// What may still be read of the piece of markup under way.
    left: u64,
}

impl<'b, R: BufRead> Metered<'b, R> {
    pub(super) fn new(inner: R, budget: &'b Budget) -> Metered<'b, R> {
        Metered {
            inner,
            budget,
            left: MAX_PIECE,
        }
    }

    pub(super) fn inner(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Why it cannot be read further.
    pub(super) fn fault(&self, error: &io::Error) -> WorkbookError {
        self.budget.explain(match self.left {
            0 => long_text(),
            _ => error.into(),
        })
    }

    /// Begins the next piece.
    pub(super) fn piece(&mut self) {
        self.left = MAX_PIECE;
    }
}

impl<R: BufRead> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Metered<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.budget.is_spent() || self.left == 0 {
            return Err(io::ErrorKind::Other.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
        self.budget.read(amount as u64);
    }
}
