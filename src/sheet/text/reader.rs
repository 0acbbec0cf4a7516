//! Decoded text, as a parser reads it.

use std::io::{self, BufRead, Read};

use super::{Decoded, TextEncoding};
use crate::sheet::error::SheetError;
use crate::sheet::input::Input;
use crate::workbook::TextReader;

pub(in crate::sheet) struct DecodedReader<'s> {
    text: Decoded<'s>,
    /// Why it cannot be read further.
    pub(in crate::sheet) failed: Option<SheetError>,
}

impl<'s> DecodedReader<'s> {
    pub(in crate::sheet) fn new(input: &'s Input, encoding: TextEncoding) -> DecodedReader<'s> {
        DecodedReader {
            text: Decoded::new(input, encoding),
            failed: None,
        }
    }
}

impl BufRead for DecodedReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.text.fill() {
            Ok(text) => Ok(text),
            Err(error) => {
                self.failed = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    }

    fn consume(&mut self, count: usize) {
        self.text.consume(count);
    }
}

impl Read for DecodedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl TextReader for DecodedReader<'_> {
    fn line(&self) -> u64 {
        self.text.line()
    }
}
