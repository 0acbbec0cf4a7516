//! What was found out about a sheet.

use std::fmt;

use serde::{Serialize, Serializer};

use super::columns::FlagSource;
use super::content::Content;
use super::format::Format;
use super::header::Header;
use super::own::SENT_FLAG;
use super::text::TextEncoding;
use crate::language::say;
use crate::text::quoted;

/// What was assumed about a sheet, or told by the options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layout {
    #[serde(serialize_with = "as_text")]
    pub format: Format,
    /// Encoding of a text sheet: `UTF-8`, `UTF-8 with BOM`, `GB18030`, `UTF-16LE`…
    pub encoding: Option<&'static str>,
    pub delimiter: Option<char>,
    pub worksheet: Option<String>,
    /// Line of the header, counted from 1: of the file, or the worksheet's row number. 0: none.
    pub header_line: u64,
    /// Title lines above the header, blank ones not counted.
    pub skipped_lines: u64,
    /// Lines below the last row that are none: totals, notes, signatures.
    pub foot_lines: u64,
    /// Header of the column with the orders, as it stands.
    pub order_column: String,
    /// Header of the column with the flags, as it stands (`sent_flag` in a results or failures
    /// file that has it); none when one flag was given for all rows.
    pub flag_column: Option<String>,
    /// Where these two columns are, counted from 0.
    #[serde(skip)]
    pub places: (usize, Option<usize>),
    /// One flag for all rows.
    pub given_flag: Option<String>,
    /// What is to be said of it, and whether only where something is sent.
    #[serde(skip)]
    pub warnings: Vec<(String, bool)>,
}

impl fmt::Display for Layout {
    /// What was assumed, in two lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            Some(say!("sheet-read-as", format = self.format.title())),
            self.encoding.map(|encoding| {
                let name = encoding.trim_end_matches(" with BOM");
                let is_marked = u8::from(name != encoding);
                say!("sheet-encoding", encoding = name, is_marked = is_marked)
            }),
            self.delimiter.map(separated),
            self.worksheet
                .as_ref()
                .map(|worksheet| say!("sheet-worksheet", worksheet = quoted(worksheet))),
            Some(self.header()),
            self.foot(),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        writeln!(f, "{}", parts.join(&say!("part-separator")))?;
        let order = quoted(&self.order_column);
        f.write_str(&match &self.given_flag {
            Some(flag) => say!("sheet-one-flag", order = order, flag = quoted(flag)),
            None => say!(
                "sheet-columns",
                order = order,
                flag = quoted(self.flag_column.as_deref().unwrap_or_default())
            ),
        })
    }
}

fn as_text<S: Serializer>(format: &Format, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(format)
}

fn separated(delimiter: char) -> String {
    match delimiter {
        '\t' => say!("sheet-separated-by-tabs"),
        _ => say!("sheet-separated", delimiter = delimiter.to_string()),
    }
}

impl Layout {
    fn header(&self) -> String {
        match (self.header_line, self.skipped_lines) {
            (0, _) => say!("sheet-no-header"),
            (line, 0) => say!("sheet-header", line = line),
            (line, skipped) => say!("sheet-header-below-titles", line = line, skipped = skipped),
        }
    }

    /// What is left out below the last row.
    pub fn foot(&self) -> Option<String> {
        let count = self.foot_lines;
        (count > 0).then(|| say!("sheet-foot", count = count))
    }

    pub fn of(content: &Content, header: &Header) -> Layout {
        let mut warnings = Vec::new();
        let (format, encoding, delimiter, worksheet) = match content {
            Content::Text(text) => {
                let format = match text.delimiter {
                    b',' => Format::Csv,
                    b'\t' => Format::Tsv,
                    _ => Format::Text,
                };
                let delimiter = Some(char::from(text.delimiter));
                (format, Some(text.encoding), delimiter, None)
            }
            Content::Worksheet(worksheet) => {
                warnings = worksheet.warnings();
                let (format, encoding) = (worksheet.format, worksheet.encoding);
                (format, encoding, None, worksheet.name.clone())
            }
        };
        let of_encoding = encoding.and_then(TextEncoding::warning);
        warnings.splice(0..0, of_encoding.map(|it| (it, false)));
        let (flag_column, given_flag) = match &header.flag {
            FlagSource::Column(at) => (Some(header.fields[*at].clone()), None),
            FlagSource::SentFlag(_) => (Some(SENT_FLAG.to_owned()), None),
            FlagSource::Given(flag) => (None, Some(flag.clone())),
        };
        Layout {
            format,
            encoding: encoding.map(TextEncoding::name),
            delimiter,
            worksheet,
            header_line: header.line,
            skipped_lines: header.skipped,
            foot_lines: 0,
            order_column: header.fields[header.order].clone(),
            flag_column,
            places: (header.order, header.flag.column()),
            given_flag,
            warnings,
        }
    }
}
