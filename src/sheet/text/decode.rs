//! The text of a sheet as UTF-8, decoded as it streams by.

use std::io::{self, BufRead, BufReader};

use encoding_rs::{Decoder, DecoderResult};

use super::encoding::TextEncoding;
use crate::sheet::input::{Input, Reader};

const CHUNK: usize = 128 * 1024;

/// A buffered reader of decoded text, in the manner of [`io::BufRead`].
pub(super) struct Decoded<'i> {
    bytes: BufReader<Reader<'i>>,
    decoder: Decoder,
    text: Vec<u8>,
    /// The text not yet used.
    start: usize,
    end: usize,
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
pub(super) enum DecodeError {
    Read(io::Error),
    Malformed,
}

impl<'i> Decoded<'i> {
    /// The text from its first character, after the byte order mark.
    pub(super) fn new(input: &'i Input, encoding: TextEncoding) -> Decoded<'i> {
        let reader = input.reader_from(encoding.mark as u64);
        Decoded {
            bytes: BufReader::with_capacity(CHUNK, reader),
            decoder: encoding.decoder(),
            text: vec![0; CHUNK],
            start: 0,
            end: 0,
            state: State::Reading,
        }
    }

    /// The text at hand, empty only at the end. Text before a malformed sequence comes first.
    pub(super) fn fill(&mut self) -> Result<&[u8], DecodeError> {
        while self.start == self.end {
            match self.state {
                State::Reading => self.decode().map_err(DecodeError::Read)?,
                State::Malformed => return Err(DecodeError::Malformed),
                State::Done => break,
            }
        }
        Ok(&self.text[self.start..self.end])
    }

    fn decode(&mut self) -> io::Result<()> {
        let bytes = loop {
            match self.bytes.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                filled => break filled?,
            }
        };
        let at_end = bytes.is_empty();
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(bytes, &mut self.text, at_end);
        self.bytes.consume(read);
        (self.start, self.end) = (0, written);
        self.state = match result {
            DecoderResult::Malformed(..) => State::Malformed,
            DecoderResult::InputEmpty if at_end => State::Done,
            _ => State::Reading,
        };
        Ok(())
    }

    /// Marks `count` bytes of what [`fill`](Decoded::fill) gave as used.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }
}
