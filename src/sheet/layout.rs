//! What was found out about a sheet.

use std::fmt;

use super::content::Content;
use super::format::Format;
use super::header::Header;
use super::own::SENT_FLAG;
use super::top::FlagSource;
use super::warning::Warning;
use crate::text::{list, quoted};

/// What was assumed about a sheet, or told by the options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub format: Format,
    /// Encoding of a text sheet: `UTF-8`, `UTF-8 with BOM`, `GB18030`, `UTF-16LE`…
    pub encoding: Option<&'static str>,
    pub delimiter: Option<char>,
    pub worksheet: Option<String>,
    /// Those that are read as one sheet; then `worksheet` is none.
    pub worksheets: Vec<String>,
    /// Line of the header, counted from 1: of the file, or the worksheet's row number. 0: none.
    pub header_line: u64,
    /// Title lines above the header, blank ones not counted.
    pub skipped_lines: u64,
    /// Header of the column with the orders, as it stands.
    pub order_column: String,
    /// Header of the column with the flags, as it stands (`sent_flag` in a results or failures
    /// file that has it); none when one flag was given for all rows.
    pub flag_column: Option<String>,
    /// Where these two columns are, counted from 0.
    pub places: (usize, Option<usize>),
    /// One flag for all rows.
    pub given_flag: Option<String>,
    pub warnings: Vec<Warning>,
}

impl fmt::Display for Layout {
    /// What was assumed, in two lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "read as {}", self.format)?;
        if let Some(encoding) = self.encoding {
            write!(f, ", {encoding}")?;
        }
        match self.delimiter {
            Some('\t') => write!(f, ", separated by tabs")?,
            Some(delimiter) => write!(f, ", separated by `{delimiter}`")?,
            None => {}
        }
        if let Some(worksheet) = &self.worksheet {
            write!(f, ", worksheet {}", quoted(worksheet))?;
        }
        if !self.worksheets.is_empty() {
            write!(f, ", worksheets {}", list(&self.worksheets))?;
        }
        match self.header_line {
            0 => f.write_str(", no header")?,
            line => write!(f, ", header on line {line}")?,
        }
        match self.skipped_lines {
            0 => {}
            1 => write!(f, " (1 title line skipped)")?,
            n => write!(f, " ({n} title lines skipped)")?,
        }
        write!(f, "\norders from column {}, ", quoted(&self.order_column))?;
        match (&self.given_flag, &self.flag_column) {
            (Some(flag), _) => write!(f, "flag {} for all rows", quoted(flag)),
            (None, Some(column)) => write!(f, "flags from column {}", quoted(column)),
            (None, None) => write!(f, "no flags"),
        }
    }
}

impl Layout {
    pub(super) fn of(content: &Content, header: &Header) -> Layout {
        let worksheets = match content {
            Content::Worksheets(worksheets) => worksheets.names(),
            Content::Text(_) => Vec::new(),
        };
        let (format, encoding, delimiter, worksheet) = match content {
            Content::Text(text) => {
                let format = match text.delimiter {
                    b',' => Format::Csv,
                    b'\t' => Format::Tsv,
                    _ => Format::Text,
                };
                let delimiter = char::from(text.delimiter);
                (format, Some(text.encoding.name()), Some(delimiter), None)
            }
            Content::Worksheets(worksheets) => {
                let encoding = worksheets.encoding.map(|it| it.name());
                (worksheets.format, encoding, None, worksheets.name())
            }
        };
        let (flag, flag_column, given_flag) = match &header.flag {
            FlagSource::Column(at) => (Some(*at), Some(header.fields[*at].clone()), None),
            FlagSource::SentFlag(at) => (Some(*at), Some(SENT_FLAG.to_owned()), None),
            FlagSource::Given(flag) => (None, None, Some(flag.clone())),
        };
        Layout {
            format,
            encoding,
            delimiter,
            worksheet,
            worksheets,
            header_line: header.line,
            skipped_lines: header.skipped,
            order_column: header.fields[header.order].clone(),
            flag_column,
            places: (header.order, flag),
            given_flag,
            warnings: content.warnings(),
        }
    }
}
