//! Records of delimited text, with the exact line each starts on.

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::decode::Decoded;
use super::encoding::TextEncoding;
use super::quotes::Quotes;
use crate::language::say;
use crate::sheet::input::{Input, SheetError};
use crate::sheet::problem::{NO_PROBLEMS, OpenQuote, Record, RecordReader};
use crate::workbook::TextReader;

/// So that memory does not grow with a quote that is never closed.
const MAX_RECORD_BYTES: usize = 1024 * 1024;

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads records one by one into memory of its own.
///
/// The csv crate lets a quote that is never closed end with the file, and so hides all rows below
/// it; its core tells the two apart.
pub struct Records<'s> {
    input: &'s Input,
    text: Decoded<'s>,
    core: csv_core::Reader,
    delimiter: u8,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl RecordReader for Records<'_> {
    /// The next record that is not an empty line.
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        if !self.skip_line_ends()? {
            self.input.unchanged()?;
            return Ok(None);
        }
        let line = self.text.line();
        let (written, ended, open_quote, is_unended) = self.parse(line)?;
        // Fields cut from UTF-8 at ASCII delimiters are UTF-8.
        let text = std::str::from_utf8(&self.fields[..written]);
        Ok(Some(Record {
            line,
            text: text.map_err(|_| self.text.malformed())?,
            ends: &self.ends[..ended],
            left_out: false,
            problems: &NO_PROBLEMS,
            open_quote,
            is_unended,
        }))
    }
}

impl<'s> Records<'s> {
    pub fn new(input: &'s Input, encoding: TextEncoding, delimiter: u8) -> Records<'s> {
        Records {
            input,
            text: Decoded::new(input, encoding),
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            fields: vec![0; 1024],
            ends: vec![0; 64],
        }
    }

    /// False at the end of the text.
    fn skip_line_ends(&mut self) -> Result<bool, SheetError> {
        loop {
            let is_first = self.text.line() == 1;
            let text = self.text.fill()?;
            let line_ends = text.iter().take_while(|byte| b"\r\n".contains(byte));
            match line_ends.count() {
                // A program that adds a mark to a text that has one makes two.
                0 if is_first && text.starts_with(MARK) => self.text.pass(MARK.len()),
                0 => return Ok(!text.is_empty()),
                count => self.text.pass(count),
            }
        }
    }

    /// Reads the record that starts on `line`; returns the lengths of its text and of its ends, and
    /// what shows that it is damaged.
    fn parse(&mut self, line: u64) -> Result<(usize, usize, Option<OpenQuote>, bool), SheetError> {
        let (mut written, mut ended, mut used) = (0, 0, 0);
        let mut quotes = Quotes::new(line);
        loop {
            let bytes = self.text.fill()?;
            let at_end = bytes.is_empty();
            // A line end completes the record unless a quoted field is open.
            let bytes = if at_end { b"\n" } else { bytes };
            let (result, read, wrote, ends) =
                self.core
                    .read_record(bytes, &mut self.fields[written..], &mut self.ends[ended..]);
            if !at_end {
                quotes.pass(&bytes[..read], self.delimiter);
                self.text.pass(read);
            }
            used += read;
            written += wrote;
            ended += ends;
            match result {
                ReadRecordResult::Record => return Ok((written, ended, quotes.open, at_end)),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty | ReadRecordResult::End if at_end => {
                    return Err(self.input.failed(quotes.opened.fault()));
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
            if used > MAX_RECORD_BYTES {
                return Err(self.input.failed(if quotes.are_open() {
                    quotes.opened.fault()
                } else {
                    say!("sheet-too-long", line = line)
                }));
            }
        }
    }
}
