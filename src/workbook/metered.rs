//! What is read of a workbook, counted.

use std::io::{self, BufRead, Cursor, Read};

use encoding_rs::Encoding;

use super::budget::{Budget, MAX_PIECE};
use super::error::{Result, WorkbookError, long_text};

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
