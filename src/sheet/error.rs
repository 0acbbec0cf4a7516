//! What can be wrong with a sheet as a whole.

mod words;

use std::io;

use super::damage::Damage;
use super::foreign::Foreign;
use crate::erp::field::Field;
use crate::language::say;

/// Why a sheet cannot be used: what happened, where, and what to do, on one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SheetError(String);

impl SheetError {
    /// `fault` is a clause about the file.
    pub(super) fn of(file: &str, fault: impl Into<Fault>) -> SheetError {
        let fault = fault.into().to_string();
        SheetError(say!("sheet-error", file = file, fault = fault))
    }

    /// An option is at fault, whatever the sheet.
    pub(super) fn of_option(fault: String) -> SheetError {
        SheetError(fault)
    }

    /// The file was written to while it was in use.
    pub fn changed(file: &str) -> SheetError {
        SheetError::of(file, say!("sheet-changed"))
    }
}

#[derive(Debug)]
pub(super) enum Fault {
    Text(String),
    /// A column is missing.
    Missing(String),
    Read(io::Error),
    Empty,
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
    MergedHeader {
        line: u64,
        header: String,
        field: Field,
        columns: (usize, usize),
    },
    TooLong {
        line: u64,
    },
}

impl Fault {
    /// Lets a missing column say that the encoding was guessed.
    pub(super) fn guessed(&mut self, encoding: Option<&str>) {
        if let (Fault::Missing(text), Some(encoding)) = (self, encoding) {
            text.push_str(&say!("sheet-clause-separator"));
            text.push_str(&say!("sheet-or-encoding", encoding = encoding));
        }
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Fault {
        Fault::Text(text)
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
