//! What was found out about a sheet.

use super::columns::SENT_FLAG;
use super::header::Header;
use super::{Content, Format, Options};

/// What was assumed about a sheet, or told by [`Options`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What kind of file it is.
    pub format: Format,
    /// Encoding of a text sheet: `UTF-8`, `UTF-8 with BOM`, `GB18030`, `UTF-16LE`…
    pub encoding: Option<&'static str>,
    /// What separates the fields of a text sheet.
    pub delimiter: Option<char>,
    /// Name of the worksheet, in a workbook.
    pub worksheet: Option<String>,
    /// Line of the header, counted from 1: of the file, or the worksheet's row number.
    pub header_line: u64,
    /// Title lines above the header, blank ones not counted.
    pub skipped_lines: u64,
    /// Header of the column with the orders, as it stands.
    pub order_column: String,
    /// Header of the column with the flags, as it stands (`sent_flag` in a results or failures
    /// file that has it); none when one flag was given for all rows.
    pub flag_column: Option<String>,
    /// The flag given for all rows.
    pub given_flag: Option<String>,
}

impl Layout {
    pub(super) fn of(content: &Content, header: &Header, options: &Options) -> Layout {
        let (format, encoding, delimiter, worksheet) = match content {
            Content::Text(text) => {
                let delimiter = char::from(text.delimiter);
                (
                    Format::of_delimiter(delimiter),
                    Some(text.encoding.name()),
                    Some(delimiter),
                    None,
                )
            }
            Content::Worksheet(sheet) => (sheet.format, None, None, Some(sheet.name.clone())),
        };
        let flag_column = match (&options.flag, header.flag) {
            (Some(_), _) => None,
            (None, Some(flag)) => Some(header.fields[flag].clone()),
            (None, None) => Some(SENT_FLAG.to_owned()),
        };
        Layout {
            format,
            encoding,
            delimiter,
            worksheet,
            header_line: header.line,
            skipped_lines: header.skipped,
            order_column: header.fields[header.order].clone(),
            flag_column,
            given_flag: options.flag.clone(),
        }
    }
}
