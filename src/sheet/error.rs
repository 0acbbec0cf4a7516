//! What can be wrong with a sheet as a whole.

mod words;

use std::io;

use crate::erp::field::Field;
use crate::language::say;
use crate::workbook::WorkbookError;

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
        damage: String,
    },
    MergedHeader {
        line: u64,
        header: String,
        field: Field,
        columns: (usize, usize),
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

impl From<WorkbookError> for Fault {
    fn from(error: WorkbookError) -> Fault {
        Fault::Text(error.to_string())
    }
}
