//! Whether the quotes of a record stand where they should.
//!
//! A quote that was not meant to open a field is closed by the next one, wherever that stands, and
//! what is between is taken for text, be it rows. The parser goes on behind as if nothing was.

use crate::sheet::problem::OpenQuote;

/// Follows one record.
#[derive(Default)]
pub struct Quotes {
    at: At,
    field: usize,
    line: u64,
    before: u8,
    /// The last field with quotes.
    pub opened: OpenQuote,
    /// The first field that goes on behind its closing quote.
    pub open: Option<OpenQuote>,
}

#[derive(Clone, Copy, Default)]
enum At {
    #[default]
    Start,
    Plain,
    Quoted,
    Closed,
    /// Blanks since the closing quote.
    Behind,
}

impl Quotes {
    /// Of a record that begins on this line.
    pub fn new(line: u64) -> Quotes {
        Quotes {
            line,
            ..Quotes::default()
        }
    }

    /// Whether a field with quotes goes on.
    pub fn are_open(&self) -> bool {
        matches!(self.at, At::Quoted)
    }

    pub fn pass(&mut self, text: &[u8], delimiter: u8) {
        if matches!(self.at, At::Start | At::Plain) && !text.contains(&b'"') {
            self.field += text.iter().filter(|&&byte| byte == delimiter).count();
            self.at = match text.last() {
                None => self.at,
                Some(&last) if last == delimiter => At::Start,
                Some(_) => At::Plain,
            };
            return;
        }
        for &byte in text {
            self.at = match (self.at, byte) {
                (At::Quoted, b'"') => At::Closed,
                (At::Quoted, _) => {
                    let is_end = byte == b'\r' || byte == b'\n' && self.before != b'\r';
                    self.line += u64::from(is_end);
                    At::Quoted
                }
                (At::Closed, b'"') => At::Quoted,
                (_, byte) if byte == delimiter => {
                    self.field += 1;
                    At::Start
                }
                (At::Start, b'"') => {
                    (self.opened.field, self.opened.line) = (self.field, self.line);
                    At::Quoted
                }
                (At::Closed | At::Behind, b' ' | b'\t' | b'\r' | b'\n') => At::Behind,
                (At::Closed | At::Behind, _) => {
                    self.open.get_or_insert(self.opened);
                    At::Plain
                }
                _ => At::Plain,
            };
            self.before = byte;
        }
        if let Some(open) = &mut self.open {
            open.through = self.line;
        }
    }
}
