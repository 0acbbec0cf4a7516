//! What can be wrong with one row.

use super::misfit::Misfit;
use crate::erp::field::Invalid;

/// Why a row is `invalid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    FieldCount {
        found: usize,
        expected: usize,
    },
    /// The row was ragged in an earlier run and was not corrected.
    ExtraFields,
    /// `column` is the header as it stands, or `--flag` for a flag given for all rows.
    Cell {
        column: String,
        fault: CellFault,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellFault {
    /// The text, or the part of it that matters, and what it is.
    Misfit(Misfit, String),
    /// In a failures file: what a spreadsheet makes of the text that stood here.
    Changed {
        was: String,
        now: String,
    },
    Invalid(Invalid),
}

impl Problem {
    /// The column at fault; none when the row as a whole is.
    pub fn column(&self) -> Option<&str> {
        match self {
            Problem::Cell { column, .. } => Some(column),
            _ => None,
        }
    }
}

impl std::error::Error for Problem {}
