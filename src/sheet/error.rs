//! What can be wrong with a sheet as a whole.

use std::io;

use super::problem::Problem;
use crate::text::quoted;

/// Why a sheet cannot be used. Each message is one line: what happened, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file does not exist.
    #[error("{file}: no such file")]
    NotFound {
        /// The sheet.
        file: String,
    },
    /// The path names a directory.
    #[error("{file}: is a directory; give the sheet's file")]
    Directory {
        /// The sheet.
        file: String,
    },
    /// The file cannot be opened.
    #[error("{file}: cannot be opened: {source}")]
    Open {
        /// The sheet.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The sheet.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A stream could not be kept in a temporary file.
    #[error("{file}: cannot be kept in a temporary file in {}: {source}", std::env::temp_dir().display())]
    Spool {
        /// The sheet.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file was written to while it was in use.
    #[error("{file}: changed while it was being read; close it elsewhere and run again")]
    Changed {
        /// The sheet.
        file: String,
    },
    /// There is nothing in the file.
    #[error("{file}: is empty: no header line")]
    Empty {
        /// The sheet.
        file: String,
    },
    /// `--encoding` names no encoding.
    #[error(
        "unknown encoding {}; --encoding takes utf-8, gb18030, gbk, big5, utf-16le, utf-16be and the like",
        quoted(label)
    )]
    UnknownEncoding {
        /// As given.
        label: String,
    },
    /// `--delimiter` cannot separate fields.
    #[error(
        "{delimiter:?} cannot be a delimiter; --delimiter takes one ASCII character that is no quote, letter, digit or line break"
    )]
    Delimiter {
        /// As given.
        delimiter: char,
    },
    /// Bytes that are no text in the sheet's encoding.
    #[error("{file}: line {line} is not valid {encoding}; {hint}")]
    Decode {
        /// The sheet.
        file: String,
        /// The line with the first such byte.
        line: u64,
        /// The encoding assumed or given.
        encoding: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// Text full of zero bytes, without a byte order mark.
    #[error(
        "{file}: looks like UTF-16 text without a byte order mark, or is no sheet at all; if it is text, give --encoding utf-16le or --encoding utf-16be"
    )]
    ZeroBytes {
        /// The sheet.
        file: String,
    },
    /// A web page or XML saved under a spreadsheet's name.
    #[error(
        "{file}: is {what}, not a workbook; open it in Excel or WPS and save it as .xlsx or .csv"
    )]
    Markup {
        /// The sheet.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// Some other kind of file.
    #[error("{file}: is {what}, not a sheet; give a .csv, .txt, .xlsx, .xlsb, .xls or .ods file")]
    NotASheet {
        /// The sheet.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// The workbook is encrypted.
    #[error("{file}: is password-protected; save it without a password")]
    Password {
        /// The sheet.
        file: String,
    },
    /// The workbook is damaged or of an unknown kind.
    #[error(
        "{file}: is not a workbook that can be read ({reason}); open it in Excel or WPS and save it again as .xlsx or .csv"
    )]
    Workbook {
        /// The sheet.
        file: String,
        /// What the workbook reader said.
        reason: String,
    },
    /// `--sheet` names no worksheet.
    #[error("{file}: has no worksheet {}; it has {sheets}", quoted(asked))]
    UnknownWorksheet {
        /// The sheet.
        file: String,
        /// As given.
        asked: String,
        /// The worksheets there are, with their numbers.
        sheets: String,
    },
    /// `--sheet` was given for a text file.
    #[error("{file}: is text and has no worksheets; leave out --sheet")]
    NoWorksheets {
        /// The sheet.
        file: String,
    },
    /// A column that is needed is not there.
    #[error("{file}: {missing}; {found}; {advice}")]
    MissingColumn {
        /// The sheet.
        file: String,
        /// Which, and the names it may have.
        missing: String,
        /// The columns that are there.
        found: String,
        /// What to do.
        advice: String,
    },
    /// More than one column could be meant.
    #[error(
        "{file}: line {line}: more than one column could be the {role}: {columns}; say which with {option} and its letter"
    )]
    AmbiguousColumn {
        /// The sheet.
        file: String,
        /// The header's line.
        line: u64,
        /// What the column is for.
        role: &'static str,
        /// The columns, with their letters.
        columns: String,
        /// The option that decides.
        option: &'static str,
    },
    /// One column was named for both roles.
    #[error(
        "{file}: line {line}: column {column} cannot be both the order and the flag; correct --order-column or --flag-column"
    )]
    SameColumn {
        /// The sheet.
        file: String,
        /// The header's line.
        line: u64,
        /// The column, with its letter.
        column: String,
    },
    /// A quoted field runs to the end of the file.
    #[error(
        "{file}: line {line}, {column}: the quote (\") that opens here is never closed; close it, or double it if it belongs to the text"
    )]
    UnclosedQuote {
        /// The sheet.
        file: String,
        /// The line where the quoted field opens.
        line: u64,
        /// The column's name or number.
        column: String,
    },
    /// One record is longer than any row of a real sheet.
    #[error("{file}: the row on line {line} is longer than 1 MiB{quote}")]
    TooLong {
        /// The sheet.
        file: String,
        /// The line where the row starts.
        line: u64,
        /// Where a quote opened that is probably never closed; empty if none did.
        quote: String,
    },
    /// The flag given for all rows cannot be sent.
    #[error("{0}")]
    Flag(#[source] Problem),
}

impl SheetError {
    pub fn changed(file: &str) -> SheetError {
        SheetError::Changed {
            file: file.to_owned(),
        }
    }
}
