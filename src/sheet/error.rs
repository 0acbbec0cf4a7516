//! What can be wrong with a sheet as a whole.

use std::io;

use super::columns::HEADER_SEARCH_LINES;
use super::problem::Problem;
use crate::erp::field::Field;
use crate::text::{MAX_LISTED, counted, list, one_line, quoted};

/// Characters that a message shows of what is wrong inside a workbook.
const MAX_REASON: usize = 100;

/// Why a sheet cannot be used: what happened, where, and what to do, on one line.
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", file.as_ref().map(|file| format!("{file}: ")).unwrap_or_default())]
pub struct SheetError {
    /// None when an option is at fault, whatever the sheet.
    file: Option<String>,
    fault: Fault,
}

impl SheetError {
    pub(super) fn new(file: &str, fault: Fault) -> SheetError {
        SheetError {
            file: Some(file.to_owned()),
            fault,
        }
    }

    pub(super) fn of_option(fault: Fault) -> SheetError {
        SheetError { file: None, fault }
    }

    /// The file was written to while it was in use.
    pub fn changed(file: &str) -> SheetError {
        SheetError::new(file, Fault::Changed)
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("no such file")]
    NotFound,
    #[error("is a directory; give the sheet's file")]
    Directory,
    #[error("cannot be opened: {0}")]
    Open(io::Error),
    #[error("cannot be read: {0}")]
    Read(io::Error),
    #[error("cannot be kept in a temporary file in {directory}: {0}", directory = std::env::temp_dir().display())]
    Spool(io::Error),
    #[error("changed while it was being read; close it elsewhere and run again")]
    Changed,
    #[error("is empty: no header line")]
    Empty,
    #[error(
        "unknown encoding {}; --encoding takes utf-8, gb18030, gbk, big5, utf-16le, utf-16be and the like",
        quoted(.0)
    )]
    UnknownEncoding(String),
    #[error(
        "{0:?} cannot be a delimiter; --delimiter takes one ASCII character that is no quote, letter, digit or line break"
    )]
    Delimiter(char),
    #[error("{0}")]
    GivenFlag(Problem),
    #[error("line {line} is not valid {encoding}; save the file again as UTF-8, or give its {}encoding with --encoding", if *.guessed { "" } else { "true " })]
    Malformed {
        line: u64,
        encoding: &'static str,
        guessed: bool,
    },
    #[error(
        "looks like UTF-16 text without a byte order mark, or is no sheet at all; if it is text, give --encoding utf-16le or --encoding utf-16be"
    )]
    ZeroBytes,
    #[error("is {0}; open it in Excel or WPS and save it as .xlsx or .csv")]
    SaveAgain(&'static str),
    #[error("is {0} behind a byte order mark: it was damaged in transfer; get it again, as it was")]
    BehindMark(&'static str),
    #[error(
        "is encrypted by a document security system (such as 亿赛通); have it decrypted, or save it where the program may read it"
    )]
    Encrypted,
    #[error("is the lock file that {program} keeps while {document} is open; give {document}")]
    LockFile {
        program: &'static str,
        document: String,
    },
    #[error("is {0}, not a sheet; give a .csv, .txt, .xlsx, .xlsb, .xls or .ods file")]
    NotASheet(&'static str),
    #[error("holds no table: it is a web page, perhaps one to log in; export the sheet again")]
    NoTable,
    #[error(
        "ends within a table: it was cut off, so rows may be missing; export it again, or open it in Excel or WPS and save it as .xlsx or .csv"
    )]
    CutTable,
    #[error(
        "line {line} is not well-formed XML ({why}); export it again, or open it in Excel or WPS and save it as .xlsx or .csv"
    )]
    BadXml { line: u64, why: String },
    #[error("is password-protected; save it without a password")]
    Password,
    #[error(
        "is not a sheet that can be read ({0}); open it in Excel or WPS and save it again as .xlsx or .csv"
    )]
    Workbook(String),
    #[error(
        "holds more than {} of cells; if it is meant to be so large, give --max-workbook-size, and else delete what is outside the table or save it as .csv",
        crate::text::size(*limit)
    )]
    TooLarge { limit: u64 },
    #[error("has no worksheet {}; it has {worksheets}", quoted(asked))]
    UnknownWorksheet { asked: String, worksheets: String },
    #[error(
        "several worksheets have the columns: {}; take one with --sheet {by}, or all of them with --all-sheets",
        with_rows(found)
    )]
    SeveralWorksheets {
        found: Vec<(String, u64)>,
        /// What one is taken by.
        by: &'static str,
    },
    #[error(
        "no visible worksheet has the columns; hidden ones have: {}; take one with --sheet NAME",
        with_rows(.0)
    )]
    HiddenWorksheets(Vec<(String, u64)>),
    #[error(
        "worksheet {} cannot be read ({why}), and rows may be missing; open the workbook in Excel or WPS and save it again, or take another worksheet with --sheet NAME",
        quoted(name)
    )]
    UnreadableWorksheet { name: String, why: String },
    #[error("worksheet {title}: {fault}")]
    InWorksheet { title: String, fault: Box<Fault> },
    #[error(
        "the headers of the worksheets {worksheets} differ: column {column} is {headers}; make them alike, or take one with --sheet NAME"
    )]
    OtherHeader {
        /// Both, quoted, as the headers are.
        worksheets: String,
        column: String,
        headers: String,
    },
    #[error("is text and has no worksheets; leave out --sheet or --all-sheets")]
    NoWorksheets,
    #[error("is text and has no hidden rows; leave out --visible-only")]
    NoHiddenRows,
    #[error(
        "line {line}: {} is merged over the columns {} to {}; say which is the {} with {} and its letter",
        quoted(header), columns.0, columns.1, field.title(), field.option()
    )]
    MergedHeader {
        line: u64,
        header: String,
        field: Field,
        columns: (String, String),
    },
    #[error("{}", missing(absent, *line, *is_given, headers, *is_text, *guessed))]
    MissingColumn {
        /// With the name given for each.
        absent: Vec<(Field, Option<String>)>,
        line: u64,
        /// Whether it is the header by --header-line.
        is_given: bool,
        headers: Vec<String>,
        is_text: bool,
        /// The encoding, if it was guessed and could be wrong.
        guessed: Option<&'static str>,
    },
    #[error(
        "the header is on line {line}, further below than it is looked for; say --header-line {line}"
    )]
    HeaderBelow { line: u64 },
    #[error(
        "line {line} has the names of the columns as labels with values beside them, and no line has them as a header; name the columns of the header with --order-column and --flag-column, or say --header-line {line} if this is it"
    )]
    Labels { line: u64 },
    #[error(
        "no row begins on line {0}; give --header-line the line or worksheet row of the header"
    )]
    NoSuchLine(u64),
    /// Each with what stands below its columns.
    #[error("more than one line could be the header: {0}; say which with --header-line")]
    SeveralHeaders(String),
    #[error(
        "line {line}: {cell} is where the header should be, but looks like the rows below; say --no-header if the sheet has no header, or --header-line {line} if this is it"
    )]
    HeaderIsData { line: u64, cell: String },
    #[error(
        "line {line} has columns of a results or failures file, but not \"line\", by which its rows are known; put that column back, or save the file under another name to send it as a sheet of its own"
    )]
    NoLineColumn { line: u64 },
    #[error(
        "line {line}: two columns are named {column:?}, and which of them wdt-flags added cannot be told; rename the sheet's own, or move the added columns together again to the end"
    )]
    OwnColumnTwice { line: u64, column: &'static str },
    #[error(
        "line {line}: more than one column could be the {}: {columns}; say which with {} and its letter",
        field.title(),
        field.option()
    )]
    AmbiguousColumn {
        line: u64,
        field: Field,
        columns: String,
    },
    #[error(
        "line {line}: column {column} cannot be both the order and the flag; correct --order-column or --flag-column"
    )]
    SameColumn { line: u64, column: String },
    #[error(
        "line {line}, {column}: the quote (\") that opens here is never closed; close it, or double it if it belongs to the text"
    )]
    UnclosedQuote { line: u64, column: String },
    #[error(
        "the row on line {line} is longer than 1 MiB; no row of a sheet is, so this is probably no sheet"
    )]
    TooLong { line: u64 },
    #[error(
        "the row on line {line} is longer than 1 MiB; the quote (\") that opens on line {opened}, {column}, is probably never closed: close it, or double it if it belongs to the text"
    )]
    TooLongQuote {
        line: u64,
        opened: u64,
        column: String,
    },
}

impl Fault {
    /// Lets a missing column say that the encoding was guessed.
    pub(super) fn guessed(&mut self, encoding: Option<&'static str>) {
        if let Fault::MissingColumn { guessed, .. } = self {
            *guessed = encoding;
        }
    }

    /// What keeps a workbook from being read.
    pub(super) fn damaged(reason: impl std::fmt::Display) -> Fault {
        Fault::Workbook(one_line(&reason.to_string(), MAX_REASON))
    }
}

/// Titles of worksheets with how many rows each has.
fn with_rows(worksheets: &[(String, u64)]) -> String {
    let named = worksheets
        .iter()
        .take(MAX_LISTED)
        .map(|(title, rows)| format!("{title} ({})", counted(*rows, "row", "rows")));
    let named = named.collect::<Vec<_>>().join(", ");
    match worksheets.len().saturating_sub(MAX_LISTED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn missing(
    absent: &[(Field, Option<String>)],
    line: u64,
    is_given: bool,
    headers: &[String],
    is_text: bool,
    guessed: Option<&str>,
) -> String {
    let columns: Vec<String> = absent
        .iter()
        .map(|(field, given)| match given {
            Some(given) => format!("no {} {}", field.title(), quoted(given)),
            None => format!("no {}, named {}", field.title(), field.usual_names()),
        })
        .collect();
    // Somebody who gives all orders one flag has no column for it.
    let has_one_column = headers.iter().filter(|header| !header.is_empty()).count() < 2;
    let one_flag = match absent {
        [.., (Field::FlagName, None)] if absent.len() == 1 || has_one_column => {
            "; or give all orders one flag with --flag NAME, or clear their flags with --clear"
        }
        _ => "",
    };
    let encoding = guessed.map_or(String::new(), |encoding| {
        format!("; if its words look wrong: its encoding was guessed to be {encoding}, give the true one with --encoding")
    });
    let has_numbers = |header: &String| header.contains(|c: char| c.is_ascii_digit());
    let no_header = match is_given {
        false if absent.len() == 2 && headers.iter().any(has_numbers) => {
            "; if the sheet has no header, say --no-header and name the columns by letter"
        }
        _ => "",
    };
    let place = match is_given {
        true => format!("on line {line}, which has"),
        false => format!("in the first {HEADER_SEARCH_LINES} lines; line {line} has"),
    };
    let options: Vec<&str> = absent.iter().map(|(field, _)| field.option()).collect();
    format!(
        "{} {place} {}; name it with {} (header or letter), or the {}{one_flag}{no_header}{encoding}",
        columns.join(" and "),
        list(headers),
        options.join(" and "),
        match (is_given, is_text) {
            (true, _) => "header's line with --header-line",
            (false, true) => "separator with --delimiter",
            (false, false) => "worksheet with --sheet",
        }
    )
}
