//! Text sheets: encoding, delimiter and header found, records read.

mod declared;
mod decode;
mod detect;
mod encoding;
mod kind;
mod reader;
mod records;
mod weigh;

use decode::Decoded;
pub(super) use encoding::TextEncoding;
pub(super) use kind::TextKind;
pub(super) use reader::DecodedReader;
pub(super) use records::Records;

use kind::kind;

use super::error::{Fault, SheetError};
use super::format::SNIFF_LEN;
use super::header::{Found, Header, search};
use super::input::Input;
use super::options::SheetOptions;
use crate::language::say;

/// In the order they are preferred.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A text sheet whose header is known.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) encoding: TextEncoding,
    pub(super) delimiter: u8,
}

impl Text {
    pub(super) fn open(
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
        let mut searches: Vec<_> = delimiters
            .into_iter()
            .map(|delimiter| {
                let records = Records::new(input, encoding, delimiter, &[]);
                (search(records, true, options), delimiter)
            })
            .collect();
        searches.sort_by_key(|(search, _)| search.rank);
        let (mut nearest, mut stopped) = (None, None);
        for (search, delimiter) in searches {
            let width = search.width();
            match search.found {
                Found::Header(header) => {
                    let text = Text {
                        encoding,
                        delimiter,
                    };
                    return Ok((text, header));
                }
                Found::Unusable(fault) => return Err(input.error(fault)),
                Found::Missing(fault) => {
                    let (reached, _) = nearest.get_or_insert((width, fault));
                    // A delimiter that leaves each line in one piece is not the one, and what
                    // stopped a search that came as far is the reason that no header was found.
                    if *reached <= 1 || width >= *reached {
                        stopped = stopped.or(search.stopped);
                    }
                }
            }
        }
        let mut missing = nearest.map_or(Fault::Empty, |(_, fault)| fault);
        missing.guessed(encoding.in_doubt());
        Err(stopped.unwrap_or_else(|| input.error(missing)))
    }

    pub(super) fn records<'s>(&self, input: &'s Input, header: &'s Header) -> Records<'s> {
        Records::new(input, self.encoding, self.delimiter, &header.fields)
    }
}

fn checked(delimiter: char) -> Result<u8, SheetError> {
    let usable = !delimiter.is_ascii_alphanumeric() && !"\"\r\n\0".contains(delimiter);
    match u8::try_from(delimiter) {
        Ok(byte) if byte.is_ascii() && usable => Ok(byte),
        _ => Err(SheetError::of_option(say!(
            "sheet-delimiter",
            delimiter = format!("{delimiter:?}")
        ))),
    }
}

/// What the text is by its first bytes; what of them is malformed is reported when they are read.
pub(super) fn kind_of(input: &Input, encoding: TextEncoding) -> Result<TextKind, SheetError> {
    let mut decoded = Decoded::new(input, encoding);
    let text = decoded.fill().unwrap_or_default();
    let opening = String::from_utf8_lossy(&text[..text.len().min(SNIFF_LEN)]);
    kind(&opening).map_err(|fault| input.error(fault))
}
