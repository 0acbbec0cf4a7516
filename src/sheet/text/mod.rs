//! Text sheets: delimiter and header found, records turned into rows.

use super::clean::is_blank;
use super::decode::{Decoded, Stop};
use super::encoding::TextEncoding;
use super::format::{LOOKED_AT, markup};
use super::header::{self, Finding, Header, Line, SEARCHED};
use super::input::Input;
use super::record::{Fault, Records};
use super::{Options, SheetError};
use crate::text::quoted;

/// In the order they are preferred.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A text sheet whose header is known.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) encoding: TextEncoding,
    pub(super) delimiter: u8,
}

impl Text {
    pub(super) fn open(input: &Input, options: &Options) -> Result<(Text, Header), SheetError> {
        let delimiters = match options.delimiter {
            None => DELIMITERS.to_vec(),
            Some(given) => vec![delimiter(given)?],
        };
        if options.worksheet.is_some() {
            return Err(SheetError::NoWorksheets {
                file: input.name().to_owned(),
            });
        }
        let encoding = TextEncoding::of(input, options)?;
        if let Some(what) = markup(&opening(input, &encoding)?) {
            return Err(SheetError::Markup {
                file: input.name().to_owned(),
                what,
            });
        }
        let mut tried: Vec<_> = delimiters
            .into_iter()
            .map(|delimiter| {
                let (lines, fault) = first_lines(Records::new(input, &encoding, delimiter));
                (delimiter, header::search(&lines, options), fault)
            })
            .collect();
        tried.sort_by_key(|(_, finding, _)| finding.rank());
        let mut faults = Vec::new();
        let mut nearest = None;
        for (delimiter, finding, fault) in tried {
            match finding {
                Finding::Header(_, header) => {
                    let text = Text {
                        encoding,
                        delimiter,
                    };
                    return Ok((text, header));
                }
                Finding::Unusable(_, line, why) => {
                    return Err(header::unusable(input.name(), &line, &why));
                }
                Finding::Missing(missing) => {
                    faults.extend(fault.map(|fault| (missing.width(), fault)));
                    nearest.get_or_insert(missing);
                }
            }
        }
        let nearest = nearest.unwrap_or_default();
        // A delimiter that leaves each line in one piece is not the one, and what stopped another
        // is the reason that no header was found.
        let width = if nearest.width() > 1 {
            nearest.width()
        } else {
            0
        };
        match faults.into_iter().find(|(reached, _)| *reached >= width) {
            Some((_, fault)) => Err(explain(fault, input, &encoding, &[])),
            None => Err(header::missing(input.name(), nearest, true, options)),
        }
    }

    pub(super) fn records<'i>(&self, input: &'i Input) -> Records<'i> {
        Records::new(input, &self.encoding, self.delimiter)
    }
}

fn delimiter(given: char) -> Result<u8, SheetError> {
    let usable = given.is_ascii() && !given.is_ascii_alphanumeric() && !"\"\r\n\0".contains(given);
    match u8::try_from(given) {
        Ok(byte) if usable => Ok(byte),
        _ => Err(SheetError::Delimiter { delimiter: given }),
    }
}

/// The first bytes as text, as far as they are.
fn opening(input: &Input, encoding: &TextEncoding) -> Result<String, SheetError> {
    let mut decoded = Decoded::new(input, encoding);
    match decoded.fill() {
        Ok(text) => {
            let head = &text[..text.len().min(LOOKED_AT)];
            Ok(String::from_utf8_lossy(head).into_owned())
        }
        Err(Stop::Malformed) => Ok(String::new()),
        Err(Stop::Read(source)) => Err(input.read_failed(source)),
    }
}

fn first_lines(mut records: Records<'_>) -> (Vec<Line>, Option<Fault>) {
    let mut lines = Vec::new();
    while lines.len() < SEARCHED {
        match records.next() {
            Ok(Some(record)) => {
                let fields: Vec<String> = record.iter().map(str::to_owned).collect();
                if !fields.iter().all(|field| is_blank(field)) {
                    let number = record.line;
                    lines.push(Line { number, fields });
                }
            }
            Ok(None) => break,
            Err(fault) => return (lines, Some(fault)),
        }
    }
    (lines, None)
}

/// The error for a fault in reading, unless the file was changed, which explains any fault.
pub(super) fn explain(
    fault: Fault,
    input: &Input,
    encoding: &TextEncoding,
    columns: &[String],
) -> SheetError {
    if let Err(changed) = input.unchanged() {
        return changed;
    }
    let file = input.name().to_owned();
    let column = |field: usize| match columns.get(field) {
        Some(header) if !header.is_empty() => format!("column {}", quoted(header)),
        _ => format!("column {}", field + 1),
    };
    match fault {
        Fault::Read(source) => input.read_failed(source),
        Fault::Malformed { line } => SheetError::Decode {
            file,
            line,
            encoding: encoding.name(),
            hint: encoding.hint(),
        },
        Fault::Unclosed { line, field } => SheetError::UnclosedQuote {
            file,
            line,
            column: column(field),
        },
        Fault::TooLong { line, quote: None } => SheetError::TooLong {
            file,
            line,
            quote: "; no row of a sheet is, so this is probably no sheet".to_owned(),
        },
        Fault::TooLong {
            line,
            quote: Some((opened, field)),
        } => SheetError::TooLong {
            file,
            line,
            quote: format!(
                "; the quote (\") that opens on line {opened}, {}, is probably never closed: close it, or double it if it belongs to the text",
                column(field)
            ),
        },
    }
}
