//! The text of a sheet as UTF-8, decoded as it streams by.

use encoding_rs::{Decoder, DecoderResult};

use super::encoding::TextEncoding;
use crate::language::say;
use crate::sheet::error::SheetError;
use crate::sheet::input::Input;

const CHUNK: usize = 128 * 1024;

/// A buffered reader of decoded text, in the manner of [`std::io::BufRead`].
pub(in crate::sheet) struct Decoded<'s> {
    input: &'s Input,
    encoding: TextEncoding,
    /// Where the bytes begin that are to be read next.
    offset: u64,
    bytes: Vec<u8>,
    decoded: usize,
    decoder: Decoder,
    text: Vec<u8>,
    /// The text not yet used.
    start: usize,
    end: usize,
    state: State,
    lines: LineCounter,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Reading,
    Malformed,
    Done,
}

/// CRLF, LF and a lone CR end one line each.
#[derive(Default)]
pub(super) struct LineCounter {
    pub(super) ended: u64,
    after_cr: bool,
}

impl LineCounter {
    pub(super) fn pass(&mut self, text: &[u8]) {
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
    pub(in crate::sheet) fn new(input: &'s Input, encoding: TextEncoding) -> Decoded<'s> {
        Decoded {
            input,
            encoding,
            offset: encoding.mark as u64,
            bytes: Vec::new(),
            decoded: 0,
            decoder: encoding.decoder(),
            text: vec![0; CHUNK],
            start: 0,
            end: 0,
            state: State::Reading,
            lines: LineCounter::default(),
        }
    }

    /// The text at hand, empty only at the end. Text before a malformed sequence comes first.
    pub(in crate::sheet) fn fill(&mut self) -> Result<&[u8], SheetError> {
        while self.start == self.end {
            match self.state {
                State::Reading => self.decode()?,
                State::Malformed => return Err(self.malformed()),
                State::Done => break,
            }
        }
        Ok(&self.text[self.start..self.end])
    }

    fn decode(&mut self) -> Result<(), SheetError> {
        if self.decoded == self.bytes.len() {
            let left = self.encoding.end.saturating_sub(self.offset);
            let length = left.min(CHUNK as u64) as usize;
            self.bytes = self.input.read_at(self.offset, length)?;
            self.offset += self.bytes.len() as u64;
            self.decoded = 0;
        }
        let bytes = &self.bytes[self.decoded..];
        let at_end = bytes.is_empty();
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(bytes, &mut self.text, at_end);
        self.decoded += read;
        (self.start, self.end) = (0, written);
        self.state = match result {
            DecoderResult::Malformed(..) => State::Malformed,
            DecoderResult::InputEmpty if at_end => State::Done,
            _ => State::Reading,
        };
        Ok(())
    }

    /// Marks `count` bytes of what [`fill`](Decoded::fill) gave as used.
    pub(in crate::sheet) fn consume(&mut self, count: usize) {
        let end = (self.start + count).min(self.end);
        self.lines.pass(&self.text[self.start..end]);
        self.start = end;
    }

    /// The line of the first byte that is not used, counted from 1.
    pub(in crate::sheet) fn line(&self) -> u64 {
        self.lines.ended + 1
    }

    /// The error for bytes at this line that are no text.
    pub(in crate::sheet) fn malformed(&self) -> SheetError {
        let (line, encoding) = (self.line(), self.encoding.name());
        self.input.failed(if self.encoding.guessed {
            say!("sheet-malformed-guess", line = line, encoding = encoding)
        } else {
            say!("sheet-malformed", line = line, encoding = encoding)
        })
    }
}
