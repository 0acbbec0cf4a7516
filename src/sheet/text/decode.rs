//! The text of a sheet as UTF-8, decoded as it streams by.

use std::io;

use encoding_rs::{Decoder, DecoderResult};

use super::encoding::TextEncoding;
use super::input::{Input, Reader};

const CHUNK: usize = 128 * 1024;

/// A buffered reader of decoded text, in the manner of [`io::BufRead`].
pub(super) struct Decoded<'i> {
    reader: Reader<'i>,
    raw: Buffer,
    at_end: bool,
    /// None for UTF-8, whose bytes are passed on as they are for the reader of records to check.
    decoder: Option<Decoder>,
    text: Buffer,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Reading,
    Malformed,
    Done,
}

/// Why no more text can be had.
#[derive(Debug)]
pub(super) enum Stop {
    Read(io::Error),
    Malformed,
}

/// Bytes of which `start..end` are still to be used.
struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    fn new(length: usize) -> Buffer {
        Buffer {
            bytes: vec![0; length],
            start: 0,
            end: 0,
        }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    fn refill(&mut self, reader: &mut impl io::Read) -> io::Result<bool> {
        self.start = 0;
        self.end = 0;
        loop {
            match reader.read(&mut self.bytes) {
                Ok(read) => {
                    self.end = read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl<'i> Decoded<'i> {
    /// The text from its first character, after the byte order mark.
    pub(super) fn new(input: &'i Input, encoding: &TextEncoding) -> Decoded<'i> {
        let mut reader = input.reader();
        reader.skip(encoding.mark_length());
        let decoder = encoding.decoder();
        Decoded {
            reader,
            raw: Buffer::new(CHUNK),
            at_end: false,
            text: Buffer::new(if decoder.is_some() { CHUNK } else { 0 }),
            decoder,
            state: State::Reading,
        }
    }

    /// The text at hand, empty only at the end. Text before a malformed sequence comes first.
    pub(super) fn fill(&mut self) -> Result<&[u8], Stop> {
        let Some(decoder) = &mut self.decoder else {
            if self.raw.start == self.raw.end && !self.at_end {
                self.at_end = !self.raw.refill(&mut self.reader).map_err(Stop::Read)?;
            }
            return Ok(self.raw.rest());
        };
        while self.text.start == self.text.end {
            match self.state {
                State::Reading => {}
                State::Malformed => return Err(Stop::Malformed),
                State::Done => break,
            }
            if self.raw.start == self.raw.end && !self.at_end {
                self.at_end = !self.raw.refill(&mut self.reader).map_err(Stop::Read)?;
            }
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(
                self.raw.rest(),
                &mut self.text.bytes,
                self.at_end,
            );
            self.raw.start += read;
            self.text.start = 0;
            self.text.end = written;
            self.state = match result {
                DecoderResult::Malformed(..) => State::Malformed,
                DecoderResult::InputEmpty if self.at_end => State::Done,
                _ => State::Reading,
            };
        }
        Ok(self.text.rest())
    }

    /// Marks `count` bytes of what [`fill`](Decoded::fill) gave as used.
    pub(super) fn consume(&mut self, count: usize) {
        let buffer = match self.decoder {
            None => &mut self.raw,
            Some(_) => &mut self.text,
        };
        buffer.start = (buffer.start + count).min(buffer.end);
    }
}
