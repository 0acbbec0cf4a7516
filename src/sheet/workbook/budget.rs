//! How much of a workbook is read and held.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use crate::sheet::error::Fault;

/// The longest element or text of markup, in bytes. A cell has at most 32,767 characters.
const MAX_PIECE: u64 = 4 * 1024 * 1024;

/// Counts what is read of a workbook, unpacked, and what is kept of it in memory. Neither may be
/// more than the limit, whatever the file says of its size.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    read: Cell<u64>,
    held: Cell<u64>,
    spent: Cell<bool>,
}

impl Budget {
    pub(super) fn new(limit: u64) -> Budget {
        Budget {
            limit,
            read: Cell::new(0),
            held: Cell::new(0),
            spent: Cell::new(false),
        }
    }

    /// Fails if so many bytes more will be too many to read.
    pub(super) fn expect(&self, bytes: u64) -> Result<(), Fault> {
        match self.read.get().saturating_add(bytes) <= self.limit {
            true => Ok(()),
            false => Err(self.fault()),
        }
    }

    pub(super) fn read(&self, bytes: u64) -> Result<(), Fault> {
        self.expect(bytes)?;
        self.read.set(self.read.get() + bytes);
        Ok(())
    }

    pub(super) fn hold(&self, bytes: usize) -> Result<(), Fault> {
        let held = self.held.get().saturating_add(bytes as u64);
        if held > self.limit {
            return Err(self.fault());
        }
        self.held.set(held);
        Ok(())
    }

    /// What failed, unless it failed because too much was read.
    pub(super) fn explain(&self, fault: Fault) -> Fault {
        match self.spent.get() {
            true => self.fault(),
            false => fault,
        }
    }

    fn fault(&self) -> Fault {
        Fault::TooLarge { limit: self.limit }
    }
}

/// A part of a workbook, counted as it is read.
pub(super) struct Metered<'b, R> {
    inner: BufReader<R>,
    budget: &'b Budget,
    /// What may still be read of the piece of markup under way.
    left: u64,
}

impl<'b, R: Read> Metered<'b, R> {
    pub(super) fn new(inner: R, budget: &'b Budget) -> Metered<'b, R> {
        Metered {
            inner: BufReader::with_capacity(64 * 1024, inner),
            budget,
            left: MAX_PIECE,
        }
    }

    /// Begins the next piece.
    pub(super) fn piece(&mut self) {
        self.left = MAX_PIECE;
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Metered<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.budget.spent.get() || self.left == 0 {
            return Err(io::Error::other("too much in one piece"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
        if self.budget.read(amount as u64).is_err() {
            self.budget.spent.set(true);
        }
    }
}
