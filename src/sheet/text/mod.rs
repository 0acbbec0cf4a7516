//! Text sheets: encoding, delimiter and header found, records read.

mod decode;
mod encoding;
mod quotes;
mod records;

pub use decode::Decoded;
pub use encoding::TextEncoding;
pub use records::Records;

use super::header::{Header, search};
use super::input::{Input, SheetError, SheetOptions};
use crate::language::say;

/// In the order they are preferred.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A text sheet whose header is known.
#[derive(Debug)]
pub struct Text {
    pub encoding: TextEncoding,
    pub delimiter: u8,
}

impl Text {
    pub fn open(
        input: &Input,
        encoding: TextEncoding,
        options: &SheetOptions,
    ) -> Result<(Text, Header), SheetError> {
        let delimiters = match options.delimiter {
            None => DELIMITERS.to_vec(),
            Some(given) => vec![checked(given)?],
        };
        if options.worksheet.is_some() {
            return Err(input.error(say!("sheet-no-worksheets")));
        }
        if options.visible_only {
            return Err(input.error(say!("sheet-no-hidden-rows")));
        }
        let searches = delimiters.into_iter().map(|delimiter| {
            let records = Records::new(input, encoding, delimiter);
            (search(records, options), delimiter)
        });
        let mut searches: Vec<_> = searches.collect();
        searches.sort_by_key(|(search, _)| search.rank);
        let reached = searches.first().map_or(0, |(nearest, _)| nearest.width());
        let (mut missing, mut stopped) = (None, None);
        for (search, delimiter) in searches {
            let (has_columns, width) = (search.has_columns(), search.width());
            match search.found {
                Ok(header) => {
                    let text = Text {
                        encoding,
                        delimiter,
                    };
                    return Ok((text, header));
                }
                Err(fault) if has_columns => return Err(input.error(fault)),
                Err(fault) => {
                    missing = missing.or(Some(fault));
                    // A delimiter that leaves each line in one piece is not the one, and what
                    // stopped a search that came as far is the reason that no header was found.
                    if reached <= 1 || width >= reached {
                        stopped = stopped.or(search.stopped);
                    }
                }
            }
        }
        let missing = encoding.explained(missing.unwrap_or_else(|| say!("sheet-empty")));
        Err(stopped.unwrap_or_else(|| input.error(missing)))
    }

    pub fn records<'s>(&self, input: &'s Input) -> Records<'s> {
        Records::new(input, self.encoding, self.delimiter)
    }
}

fn checked(delimiter: char) -> Result<u8, SheetError> {
    let usable = !delimiter.is_ascii_alphanumeric() && !"\"\r\n\0".contains(delimiter);
    match u8::try_from(delimiter) {
        Ok(byte) if byte.is_ascii() && usable => Ok(byte),
        _ => Err(SheetError(say!(
            "sheet-delimiter",
            delimiter = format!("{delimiter:?}")
        ))),
    }
}
