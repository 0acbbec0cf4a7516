//! Records of delimited text, with the exact line each starts on.

use super::decode::{Decoded, LineCounter};
use super::encoding::TextEncoding;
use crate::language::say;
use crate::sheet::input::{Input, SheetError};
use crate::sheet::problem::{Damage, NO_PROBLEMS, OpenQuote, Record, RecordReader};
use crate::workbook::{TextReader, letter};

/// So that memory does not grow with a quote that is never closed.
const MAX_RECORD_BYTES: usize = 1024 * 1024;

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads records one by one into memory of its own.
///
/// Other readers let a quote that is never closed end with the file, and go on where one is closed in
/// the middle of a field: both hide the rows that were taken in.
pub struct Records<'s> {
    input: &'s Input,
    text: Decoded<'s>,
    delimiter: u8,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

/// Where in a field the text is.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Start,
    Plain,
    Quoted,
    /// Right behind the quote that closes it, or the first of two that stand for one.
    Closed,
    /// Behind blanks that follow it.
    Behind,
}

impl RecordReader for Records<'_> {
    /// The next record that is not an empty line.
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        if !self.skip_line_ends()? {
            self.input.unchanged()?;
            return Ok(None);
        }
        let line = self.text.line();
        let damage = self.parse(line)?;
        // Fields cut from UTF-8 at ASCII delimiters are UTF-8.
        let text = std::str::from_utf8(&self.fields);
        Ok(Some(Record {
            line,
            text: text.map_err(|_| self.text.malformed())?,
            ends: &self.ends,
            left_out: false,
            problems: &NO_PROBLEMS,
            damage,
        }))
    }
}

impl<'s> Records<'s> {
    pub fn new(input: &'s Input, encoding: TextEncoding, delimiter: u8) -> Records<'s> {
        Records {
            input,
            text: Decoded::new(input, encoding),
            delimiter,
            fields: Vec::new(),
            ends: Vec::new(),
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

    /// Reads the record that starts on `line`; returns what shows that it is damaged.
    fn parse(&mut self, line: u64) -> Result<Option<Damage>, SheetError> {
        self.fields.clear();
        self.ends.clear();
        let delimiter = self.delimiter;
        let (mut at, mut stray, mut is_over) = (At::Start, None, false);
        while !is_over {
            let bytes = self.text.fill()?;
            if bytes.is_empty() {
                if at == At::Quoted {
                    return Err(self.input.failed(self.open_quote()));
                }
                self.ends.push(self.fields.len());
                return Ok(self.damage(stray, line).or(Some(Damage::NoLineEnd)));
            }
            let mut used = 0;
            while used < bytes.len() && !is_over {
                let rest = &bytes[used..];
                let ends_text = |&byte: &u8| {
                    let is_end = byte == delimiter || byte == b'\n' || byte == b'\r';
                    byte == b'"' || is_end && at != At::Quoted
                };
                let length = rest.iter().position(ends_text).unwrap_or(rest.len());
                let (text, mark) = (&rest[..length], rest.get(length));
                self.fields.extend_from_slice(text);
                used += length + usize::from(mark.is_some());
                at = match at {
                    _ if text.is_empty() => at,
                    At::Quoted => At::Quoted,
                    At::Closed | At::Behind if text.iter().all(|it| b" \t".contains(it)) => {
                        At::Behind
                    }
                    At::Start | At::Plain => At::Plain,
                    At::Closed | At::Behind => {
                        stray = stray.or(Some(self.ends.len()));
                        At::Plain
                    }
                };
                at = match (at, mark) {
                    (at, None) => at,
                    (At::Quoted, Some(_)) => At::Closed,
                    (At::Start, Some(b'"')) => At::Quoted,
                    (_, Some(b'"')) => {
                        self.fields.push(b'"');
                        if at == At::Behind {
                            stray = stray.or(Some(self.ends.len()));
                        }
                        if at == At::Closed {
                            At::Quoted
                        } else {
                            At::Plain
                        }
                    }
                    (_, Some(&byte)) => {
                        self.ends.push(self.fields.len());
                        is_over = byte != delimiter;
                        At::Start
                    }
                };
            }
            self.text.pass(used);
            if self.fields.len() + self.ends.len() > MAX_RECORD_BYTES {
                return Err(self.input.failed(if at == At::Quoted {
                    self.open_quote()
                } else {
                    say!("sheet-too-long", line = line)
                }));
            }
        }
        Ok(self.damage(stray, line))
    }

    /// What a field shows that goes on behind the quote that closes it.
    fn damage(&self, stray: Option<usize>, line: u64) -> Option<Damage> {
        let field = stray?;
        let before = &self.fields[..self.start(field)];
        Some(Damage::OpenQuote(OpenQuote {
            line: line + lines(before),
            through: line + lines(&self.fields),
            field,
        }))
    }

    /// The fault of a field that is still open, by the line on which it begins.
    fn open_quote(&self) -> String {
        let field = self.ends.len();
        let within = lines(&self.fields[self.start(field)..]);
        let (line, column) = (self.text.line() - within, letter(field));
        say!("sheet-unclosed-quote", line = line, column = column)
    }

    fn start(&self, field: usize) -> usize {
        field.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

/// How many lines end within the text.
fn lines(text: &[u8]) -> u64 {
    let mut lines = LineCounter::default();
    lines.pass(text);
    lines.ended
}
