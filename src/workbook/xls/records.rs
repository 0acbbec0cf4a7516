//! Records, one after the other: kind, length, bytes.

use super::super::binary::Fields;
use crate::workbook::error::Result;

/// A record that goes on with the one before.
const CONTINUED: u16 = 0x3C;

#[derive(Clone, Copy)]
pub struct Records<'s> {
    rest: Fields<'s>,
}

impl<'s> Records<'s> {
    pub fn new(stream: &'s [u8]) -> Records<'s> {
        Records {
            rest: Fields(stream),
        }
    }

    /// The next record's kind and what is in it; none at the end.
    pub fn next(&mut self) -> Result<Option<(u16, Fields<'s>)>> {
        if self.rest.0.is_empty() {
            return Ok(None);
        }
        let kind = self.rest.u16()?;
        let length = usize::from(self.rest.u16()?);
        Ok(Some((kind, Fields(self.rest.bytes(length)?))))
    }

    /// The bytes of the next record, if it goes on with the one before.
    pub fn continued(&mut self) -> Result<Option<Fields<'s>>> {
        let mut ahead = *self;
        match ahead.next()? {
            Some((CONTINUED, fields)) => {
                *self = ahead;
                Ok(Some(fields))
            }
            _ => Ok(None),
        }
    }
}
