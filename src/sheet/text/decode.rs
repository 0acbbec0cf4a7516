//! The text of a sheet as UTF-8, decoded as it streams by.

use std::io::{self, BufRead, BufReader, Read, Take};

use encoding_rs::{Decoder, DecoderResult};

use super::encoding::TextEncoding;
use crate::language::say;
use crate::sheet::format::{SNIFF_LEN, markup};
use crate::sheet::input::{Input, Reader, SheetError};
use crate::workbook::{TextReader, WorkbookFormat};

const CHUNK: usize = 128 * 1024;

/// Reads decoded text.
pub struct Decoded<'s> {
    input: &'s Input,
    encoding: TextEncoding,
    source: BufReader<Take<Reader<'s>>>,
    decoder: Decoder,
    text: Vec<u8>,
    /// The text not yet used.
    start: usize,
    end: usize,
    state: State,
    lines: LineCounter,
    /// Why it cannot be read further, where it is read as a stream.
    pub failed: Option<SheetError>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Reading,
    Malformed,
    Done,
}

/// CRLF, LF and a lone CR end one line each.
#[derive(Default)]
struct LineCounter {
    ended: u64,
    after_cr: bool,
}

impl LineCounter {
    fn pass(&mut self, text: &[u8]) {
        if !self.after_cr && !text.contains(&b'\r') {
            self.ended += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
            return;
        }
        for &byte in text {
            self.ended += u64::from(byte == b'\r' || (byte == b'\n' && !self.after_cr));
            self.after_cr = byte == b'\r';
        }
    }
}

impl<'s> Decoded<'s> {
    /// The text from its first character, after the byte order mark.
    pub fn new(input: &'s Input, encoding: TextEncoding) -> Decoded<'s> {
        let start = encoding.mark as u64;
        let source = input
            .reader_from(start)
            .take(encoding.end.saturating_sub(start));
        Decoded {
            input,
            encoding,
            source: BufReader::with_capacity(CHUNK, source),
            decoder: encoding.decoder(),
            text: vec![0; CHUNK],
            start: 0,
            end: 0,
            state: State::Reading,
            lines: LineCounter::default(),
            failed: None,
        }
    }

    /// The text at hand, empty only at the end. Text before a malformed sequence comes first.
    pub fn fill(&mut self) -> Result<&[u8], SheetError> {
        while self.start == self.end {
            match self.state {
                State::Reading => self.decode()?,
                State::Malformed => return Err(self.malformed()),
                State::Done => break,
            }
        }
        Ok(&self.text[self.start..self.end])
    }

    /// What markup it holds by its first characters; what of them is malformed is reported when they
    /// are read.
    pub fn markup(&mut self) -> Result<Option<WorkbookFormat>, SheetError> {
        let text = self.fill().unwrap_or_default();
        let opening = String::from_utf8_lossy(&text[..text.len().min(SNIFF_LEN)]);
        markup(&opening).map_err(|fault| self.input.error(fault))
    }

    fn decode(&mut self) -> Result<(), SheetError> {
        let bytes = self.source.fill_buf();
        let bytes = bytes.map_err(|error| self.input.unreadable(&error))?;
        let at_end = bytes.is_empty();
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(bytes, &mut self.text, at_end);
        self.source.consume(read);
        (self.start, self.end) = (0, written);
        self.state = match result {
            DecoderResult::Malformed(..) => State::Malformed,
            DecoderResult::InputEmpty if at_end => State::Done,
            _ => State::Reading,
        };
        Ok(())
    }

    /// Marks `count` bytes of what [`fill`](Decoded::fill) gave as used.
    pub fn pass(&mut self, count: usize) {
        let end = (self.start + count).min(self.end);
        self.lines.pass(&self.text[self.start..end]);
        self.start = end;
    }

    /// The error for bytes at this line that are no text.
    pub fn malformed(&self) -> SheetError {
        let (line, encoding) = (self.line(), self.encoding.name());
        self.input
            .failed(say!("sheet-malformed", line = line, encoding = encoding))
    }
}

impl TextReader for Decoded<'_> {
    fn line(&self) -> u64 {
        self.lines.ended + 1
    }

    fn rewind(&mut self) {
        *self = Decoded::new(self.input, self.encoding);
    }
}

impl BufRead for Decoded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // Asked twice, because an error would keep the text borrowed.
        if let Err(error) = self.fill() {
            self.failed = Some(error);
            return Err(io::ErrorKind::Other.into());
        }
        Ok(&self.text[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.pass(count);
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
