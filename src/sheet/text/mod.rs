//! Text sheets: encoding, delimiter and header found, records read.

mod decode;
mod encoding;
mod records;

pub(super) use records::Records;

use decode::{DecodeError, Decoded};
use encoding::TextEncoding;

use super::error::{Fault, SheetError};
use super::format::{SNIFF_LEN, markup};
use super::header::{FirstLines, Found, Header, search};
use super::input::Input;
use super::options::SheetOptions;

/// In the order they are preferred.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A text sheet whose header is known.
#[derive(Debug)]
pub(super) struct Text {
    encoding: TextEncoding,
    delimiter: u8,
}

impl Text {
    pub(super) fn open(
        input: &Input,
        options: &SheetOptions,
    ) -> Result<(Text, Header), SheetError> {
        let delimiters = match options.delimiter {
            None => DELIMITERS.to_vec(),
            Some(given) => vec![checked(given)?],
        };
        if options.worksheet.is_some() {
            return Err(input.error(Fault::NoWorksheets));
        }
        let encoding = TextEncoding::of(input, options)?;
        if let Some(what) = markup(&opening(input, encoding)?) {
            return Err(input.error(Fault::Markup(what)));
        }
        let mut searches: Vec<_> = delimiters
            .into_iter()
            .map(|delimiter| {
                let (lines, error) = first_lines(Records::new(input, encoding, delimiter, &[]));
                (search(&lines, true, options), delimiter, error)
            })
            .collect();
        searches.sort_by_key(|(search, ..)| search.rank);
        let mut width = 0;
        let mut missing = Fault::Empty;
        let mut errors = Vec::new();
        for (at, (search, delimiter, error)) in searches.into_iter().enumerate() {
            errors.extend(error.map(|error| (search.width(), error)));
            // A delimiter that leaves each line in one piece is not the one.
            if at == 0 && search.width() > 1 {
                width = search.width();
            }
            match search.found {
                Found::Header(header) => {
                    let text = Text {
                        encoding,
                        delimiter,
                    };
                    return Ok((text, header));
                }
                Found::Unusable(fault) => return Err(input.error(fault)),
                Found::Missing(fault) if at == 0 => missing = fault,
                Found::Missing(_) => {}
            }
        }
        // What stopped a search that had come as far is the reason that no header was found.
        let error = errors.into_iter().find(|(reached, _)| *reached >= width);
        Err(error.map_or_else(|| input.error(missing), |(_, error)| error))
    }

    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    pub(super) fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    pub(super) fn records<'s>(&self, input: &'s Input, header: &'s Header) -> Records<'s> {
        Records::new(input, self.encoding, self.delimiter, &header.fields)
    }
}

fn checked(delimiter: char) -> Result<u8, SheetError> {
    let usable = !delimiter.is_ascii_alphanumeric() && !"\"\r\n\0".contains(delimiter);
    match u8::try_from(delimiter) {
        Ok(byte) if byte.is_ascii() && usable => Ok(byte),
        _ => Err(SheetError::of_option(Fault::Delimiter(delimiter))),
    }
}

/// The first bytes as text, as far as they are.
fn opening(input: &Input, encoding: TextEncoding) -> Result<String, SheetError> {
    let mut decoded = Decoded::new(input, encoding);
    match decoded.fill() {
        Ok(text) => {
            let head = &text[..text.len().min(SNIFF_LEN)];
            Ok(String::from_utf8_lossy(head).into_owned())
        }
        Err(DecodeError::Malformed) => Ok(String::new()),
        Err(DecodeError::Read(error)) => Err(input.error(Fault::Read(error))),
    }
}

/// The first lines, and what ended them early.
fn first_lines(mut records: Records<'_>) -> (FirstLines, Option<SheetError>) {
    let mut lines = FirstLines::default();
    while !lines.are_complete() {
        match records.next() {
            Ok(Some(record)) => lines.add(record),
            Ok(None) => break,
            Err(error) => return (lines, Some(error)),
        }
    }
    (lines, None)
}
