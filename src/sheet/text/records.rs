//! Records of delimited text, with the exact line each starts on.

use std::io;

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::decode::{Decoded, Stop};
use super::encoding::TextEncoding;
use super::input::Input;

/// The longest record read, so that memory does not grow with a quote that is never closed.
const LONGEST: usize = 1024 * 1024;

/// Reads records one by one into memory of its own.
pub(super) struct Records<'i> {
    text: Decoded<'i>,
    core: csv_core::Reader,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// The line of the next byte.
    line: u64,
    /// The byte before was a CR, so that an LF here ends no further line.
    after_cr: bool,
}

/// One record: its fields' text in one piece, and where each ends.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    pub(super) line: u64,
    pub(super) text: &'r str,
    pub(super) ends: &'r [usize],
}

/// Why reading records stops before the end.
#[derive(Debug)]
pub(super) enum Fault {
    Read(io::Error),
    Malformed {
        line: u64,
    },
    /// The quoted field (counted from 0) that opens on the line runs to the end of the file.
    Unclosed {
        line: u64,
        field: usize,
    },
    /// The record is too long; `quote` is where a quote opened that is still open.
    TooLong {
        line: u64,
        quote: Option<(u64, usize)>,
    },
}

impl<'r> Record<'r> {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, field: usize) -> Option<&'r str> {
        let end = *self.ends.get(field)?;
        let start = match field {
            0 => 0,
            _ => self.ends[field - 1],
        };
        self.text.get(start..end)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).filter_map(move |field| self.get(field))
    }
}

impl<'i> Records<'i> {
    pub(super) fn new(input: &'i Input, encoding: &TextEncoding, delimiter: u8) -> Records<'i> {
        Records {
            text: Decoded::new(input, encoding),
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            fields: vec![0; 1024],
            ends: vec![0; 64],
            line: 1,
            after_cr: false,
        }
    }

    /// The next record that is not an empty line; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        if !self.skip_line_ends()? {
            return Ok(None);
        }
        let (written, ended) = self.parse()?;
        let line = self.line;
        let (fields, ends) = (&self.fields[..written], &self.ends[..ended]);
        let text = checked(fields, ends).map_err(|(field, at)| Fault::Malformed {
            line: line
                + breaks_in_fields(fields, &ends[..field])
                + breaks(&fields[..at], start(ends, field)),
        })?;
        self.line += breaks_in_fields(fields, ends) + 1;
        Ok(Some(Record { line, text, ends }))
    }

    fn skip_line_ends(&mut self) -> Result<bool, Fault> {
        loop {
            let bytes = match self.text.fill() {
                Ok(bytes) => bytes,
                Err(stop) => return Err(fault(stop, self.line)),
            };
            match bytes.first() {
                None => return Ok(false),
                Some(b'\n') => {
                    self.line += u64::from(!self.after_cr);
                    self.after_cr = false;
                }
                Some(b'\r') => {
                    self.line += 1;
                    self.after_cr = true;
                }
                Some(_) => {
                    self.after_cr = false;
                    return Ok(true);
                }
            }
            self.text.consume(1);
        }
    }

    /// Reads one record; returns the lengths of its text and of its ends.
    fn parse(&mut self) -> Result<(usize, usize), Fault> {
        let (mut written, mut ended, mut used) = (0, 0, 0);
        loop {
            let bytes = match self.text.fill() {
                Ok(bytes) => bytes,
                Err(stop) => {
                    let fields = &self.fields[..written];
                    let ends = &self.ends[..ended];
                    let line = self.line
                        + breaks_in_fields(fields, ends)
                        + breaks(fields, start(ends, ended));
                    return Err(fault(stop, line));
                }
            };
            let at_end = bytes.is_empty();
            let bytes = if at_end { b"\n" } else { bytes };
            let (result, read, wrote, ends) =
                self.core
                    .read_record(bytes, &mut self.fields[written..], &mut self.ends[ended..]);
            let last = read.checked_sub(1).map(|at| bytes[at]);
            if !at_end {
                self.text.consume(read);
            }
            used += read;
            written += wrote;
            ended += ends;
            match result {
                ReadRecordResult::Record => {
                    self.after_cr = last == Some(b'\r');
                    return Ok((written, ended));
                }
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty | ReadRecordResult::End if at_end => {
                    let line = self.line + self.breaks_before_field(written, ended);
                    return Err(Fault::Unclosed { line, field: ended });
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
            if used > LONGEST {
                return Err(self.too_long(written, ended));
            }
        }
    }

    fn too_long(&mut self, written: usize, ended: usize) -> Fault {
        // A line end completes the record unless a quoted field is open.
        let (result, ..) = self.core.read_record(b"\n", &mut [0; 8], &mut [0; 8]);
        let open = result != ReadRecordResult::Record;
        let quote = open.then(|| (self.line + self.breaks_before_field(written, ended), ended));
        Fault::TooLong {
            line: self.line,
            quote,
        }
    }

    /// Line breaks within the fields that are complete; none can follow before the open one.
    fn breaks_before_field(&self, written: usize, ended: usize) -> u64 {
        breaks_in_fields(&self.fields[..written], &self.ends[..ended])
    }
}

fn fault(stop: Stop, line: u64) -> Fault {
    match stop {
        Stop::Read(error) => Fault::Read(error),
        Stop::Malformed => Fault::Malformed { line },
    }
}

/// The text, if each field is UTF-8; else the field and the place in the text that is not.
fn checked<'r>(fields: &'r [u8], ends: &[usize]) -> Result<&'r str, (usize, usize)> {
    let whole = std::str::from_utf8(fields);
    if let Ok(text) = whole {
        // Halves of a character in neighbouring fields make a whole one here.
        if ends.iter().all(|&end| text.is_char_boundary(end)) {
            return Ok(text);
        }
    }
    let mut from = 0;
    for (field, &end) in ends.iter().enumerate() {
        if let Err(error) = std::str::from_utf8(&fields[from..end]) {
            return Err((field, from + error.valid_up_to()));
        }
        from = end;
    }
    whole.map_err(|error| (ends.len(), error.valid_up_to()))
}

fn start(ends: &[usize], field: usize) -> usize {
    match field {
        0 => 0,
        _ => ends.get(field - 1).copied().unwrap_or(0),
    }
}

/// Line breaks in the fields that end at `ends`. Only quoted fields have any.
fn breaks_in_fields(fields: &[u8], ends: &[usize]) -> u64 {
    let all = &fields[..ends.last().copied().unwrap_or(0)];
    if memchr::memchr2(b'\n', b'\r', all).is_none() {
        return 0;
    }
    let mut from = 0;
    let mut count = 0;
    for &end in ends {
        count += breaks(&fields[..end], from);
        from = end;
    }
    count
}

/// Line breaks in `bytes` from `from` on: CRLF, LF and a lone CR are one each.
fn breaks(bytes: &[u8], from: usize) -> u64 {
    let mut count = 0;
    let mut before = 0;
    for &byte in &bytes[from.min(bytes.len())..] {
        count += u64::from(byte == b'\r' || (byte == b'\n' && before != b'\r'));
        before = byte;
    }
    count
}
