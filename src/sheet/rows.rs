//! Rows, one by one.

use super::content::{Content, Pass};
use super::error::SheetError;
use super::header::Header;
use super::input::Input;
use super::normalize::is_blank;
use super::row::Row;

/// One pass over a sheet's rows.
pub struct Rows<'s> {
    pass: Pass<'s>,
    header: &'s Header,
    done: bool,
}

impl<'s> Rows<'s> {
    pub(super) fn new(
        content: &'s Content,
        input: &'s Input,
        header: &'s Header,
    ) -> Result<Rows<'s>, SheetError> {
        let mut pass = content.pass(input, header)?;
        while pass.next()?.is_some_and(|record| record.line < header.line) {}
        Ok(Rows {
            pass,
            header,
            done: false,
        })
    }

    /// Reads the next row into `row`, reusing its memory; false at the end of the sheet. Blank
    /// rows are skipped.
    ///
    /// # Errors
    ///
    /// What makes the rest of the sheet unreadable: bytes that are no text in its encoding, a
    /// quote never closed, a change of the file. Further calls then return false.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        if self.done {
            return Ok(false);
        }
        let read = self.next(row);
        self.done = !matches!(read, Ok(true));
        read
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        while let Some(record) = self.pass.next()? {
            if !is_blank(record.text) {
                row.fill(record, self.header);
                return Ok(true);
            }
        }
        Ok(false)
    }
}
