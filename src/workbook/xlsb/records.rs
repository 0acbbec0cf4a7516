//! Records, one after the other: kind, length, bytes.

use std::io::{BufRead, Read};

use super::super::binary::Fields;
use super::super::metered::Metered;
use crate::workbook::error::{Result, cut};

pub(super) struct Records<'b, R> {
    part: Metered<'b, R>,
    record: Vec<u8>,
}

impl<'b, R: BufRead> Records<'b, R> {
    pub(super) fn new(part: Metered<'b, R>) -> Records<'b, R> {
        Records {
            part,
            record: Vec::new(),
        }
    }

    /// The next record's kind and what is in it; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u16, Fields<'_>)>> {
        self.part.piece();
        let is_end = self.part.fill_buf().map(<[u8]>::is_empty);
        if is_end.map_err(|error| self.part.fault(&error))? {
            return Ok(None);
        }
        let kind = self.number(2)?;
        let length = u64::from(self.number(4)?);
        self.record.clear();
        let mut bytes = (&mut self.part).take(length);
        let read = bytes.read_to_end(&mut self.record);
        read.map_err(|error| self.part.fault(&error))?;
        if self.record.len() as u64 == length {
            Ok(Some((kind as u16, Fields(&self.record))))
        } else {
            Err(cut())
        }
    }

    /// A number of up to so many bytes, each of which says whether another follows.
    fn number(&mut self, bytes: u32) -> Result<u32> {
        let mut number = 0;
        for at in 0..bytes {
            let mut byte = [0];
            let read = self.part.read_exact(&mut byte);
            read.map_err(|error| self.part.fault(&error))?;
            number |= u32::from(byte[0] & 0x7F) << (at * 7);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(number)
    }
}

/// A text with its length in characters before it. One that is not there is empty.
pub(super) fn wide(fields: &mut Fields<'_>) -> Result<String> {
    match fields.u32()? {
        u32::MAX => Ok(String::new()),
        length => fields.utf16(length as usize),
    }
}
