//! What can be wrong with a sheet as a whole.

mod words;

use std::fmt;
use std::io;

use super::damage::Damage;
use super::foreign::Foreign;
use super::problem::Problem;
use crate::erp::field::Field;
use crate::language::say;

/// Why a sheet cannot be used: what happened, where, and what to do, on one line.
#[derive(Debug, thiserror::Error)]
pub struct SheetError {
    /// None when an option is at fault, whatever the sheet.
    file: Option<String>,
    fault: Fault,
}

impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = self.fault.to_string();
        f.write_str(&match &self.file {
            Some(file) => say!("sheet-error", file = file, fault = fault),
            None => fault,
        })
    }
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

#[derive(Debug)]
pub(super) enum Fault {
    NotFound,
    Directory,
    Open(io::Error),
    Read(io::Error),
    Spool(io::Error),
    Changed,
    Empty,
    UnknownEncoding(String),
    Delimiter(char),
    GivenFlag(Problem),
    Malformed {
        line: u64,
        encoding: &'static str,
        guessed: bool,
    },
    ZeroBytes,
    SaveAgain(Foreign),
    BehindMark(Foreign),
    Encrypted,
    LockFile {
        program: &'static str,
        document: String,
    },
    NotASheet(Foreign),
    NoTable,
    CutTable,
    BadXml {
        line: u64,
    },
    Password,
    Workbook(Damage),
    TooLarge {
        limit: u64,
    },
    UnknownWorksheet {
        asked: String,
        /// The first of them, and how many there are.
        worksheets: Vec<String>,
        count: usize,
    },
    /// Each with how many rows it has.
    SeveralWorksheets {
        found: Vec<(String, u64)>,
        /// Or are they taken by number?
        are_named: bool,
    },
    HiddenWorksheets(Vec<(String, u64)>),
    UnreadableWorksheet {
        name: String,
        damage: Damage,
    },
    InWorksheet {
        title: String,
        fault: Box<Fault>,
    },
    OtherHeader {
        worksheets: [Box<str>; 2],
        column: usize,
        headers: [Box<str>; 2],
    },
    NoWorksheets,
    NoHiddenRows,
    MergedHeader {
        line: u64,
        header: String,
        field: Field,
        columns: (usize, usize),
    },
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
    HeaderBelow {
        line: u64,
    },
    Labels {
        line: u64,
    },
    NoSuchLine(u64),
    /// Each with what stands below its columns.
    SeveralHeaders(Vec<String>),
    HeaderIsData {
        line: u64,
        cell: String,
    },
    NoLineColumn {
        line: u64,
    },
    OwnColumnTwice {
        line: u64,
        column: &'static str,
    },
    AmbiguousColumn {
        line: u64,
        field: Field,
        columns: Vec<String>,
    },
    SameColumn {
        line: u64,
        column: String,
    },
    UnclosedQuote {
        line: u64,
        column: String,
    },
    TooLong {
        line: u64,
    },
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
}

impl From<Damage> for Fault {
    fn from(damage: Damage) -> Fault {
        Fault::Workbook(damage)
    }
}

/// Why a part of a workbook cannot be read further: the system says so, or what unpacks it.
impl From<&io::Error> for Fault {
    fn from(error: &io::Error) -> Fault {
        match error.raw_os_error() {
            Some(code) => Fault::Read(io::Error::from_raw_os_error(code)),
            None => match error.kind() {
                io::ErrorKind::UnexpectedEof => Damage::Cut.into(),
                io::ErrorKind::Unsupported => Damage::Packing.into(),
                _ => Damage::Broken.into(),
            },
        }
    }
}
