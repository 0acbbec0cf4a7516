//! What can be wrong with one row.

use std::fmt;

use super::misfit::Misfit;
use crate::erp::field::Invalid;
use crate::language::say;
use crate::text::{one_line, quoted};

/// Characters of a header that a message shows.
const MAX_HEADER: usize = 40;

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

impl fmt::Display for Problem {
    /// What is wrong and what to do, on one line, naming the column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            &Problem::FieldCount { found, expected } if found < expected => {
                say!("problem-fewer-fields", found = found, expected = expected)
            }
            &Problem::FieldCount { found, expected } => {
                say!("problem-more-fields", found = found, expected = expected)
            }
            Problem::ExtraFields => say!("problem-extra-fields"),
            Problem::Cell { column, fault } => fault.message(&header(column)),
        })
    }
}

impl Problem {
    /// What is wrong and what to do, in words that all rows with this problem share.
    pub fn common(&self) -> String {
        match self {
            &Problem::FieldCount { found, expected } if found < expected => {
                say!("problem-fewer-fields", "common", expected = expected)
            }
            &Problem::FieldCount { expected, .. } => {
                say!("problem-more-fields", "common", expected = expected)
            }
            Problem::ExtraFields => say!("problem-extra-fields"),
            Problem::Cell { column, fault } => fault.common(&header(column)),
        }
    }

    /// What is particular to the row.
    pub fn particular(&self) -> Option<String> {
        match self {
            &Problem::FieldCount { found, expected } => {
                Some(say!("problem-fields", found = found, expected = expected))
            }
            Problem::ExtraFields => None,
            Problem::Cell { fault, .. } => fault.particular(),
        }
    }
}

impl CellFault {
    fn message(&self, column: &str) -> String {
        match self {
            CellFault::Misfit(misfit, text) => misfit.message(column, text),
            CellFault::Changed { was, now } => say!(
                "problem-changed",
                column = column,
                now = quoted(now),
                was = quoted(was)
            ),
            CellFault::Invalid(Invalid::Empty) => say!("problem-empty", column = column),
            &CellFault::Invalid(Invalid::TooLong { length, max }) => say!(
                "problem-too-long",
                column = column,
                length = length,
                max = max
            ),
            &CellFault::Invalid(Invalid::Character { c, kind, position }) => {
                kind.message(column, c, position)
            }
        }
    }

    fn common(&self, column: &str) -> String {
        match self {
            CellFault::Misfit(misfit, _) => misfit.common(column),
            CellFault::Changed { .. } => say!("problem-changed", "common", column = column),
            CellFault::Invalid(Invalid::Empty) => say!("problem-empty", column = column),
            &CellFault::Invalid(Invalid::TooLong { max, .. }) => {
                say!("problem-too-long", "common", column = column, max = max)
            }
            &CellFault::Invalid(Invalid::Character { kind, .. }) => kind.common(column),
        }
    }

    fn particular(&self) -> Option<String> {
        match self {
            CellFault::Misfit(misfit, text) => misfit.particular(text),
            CellFault::Changed { was, now } => Some(say!(
                "problem-changed",
                "particular",
                now = quoted(now),
                was = quoted(was)
            )),
            CellFault::Invalid(Invalid::Empty) => None,
            &CellFault::Invalid(Invalid::TooLong { length, .. }) => {
                Some(say!("problem-too-long", "particular", length = length))
            }
            &CellFault::Invalid(Invalid::Character { c, kind, position }) => {
                Some(kind.particular(c, position))
            }
        }
    }
}

/// A header as messages show it.
pub(super) fn header(text: &str) -> String {
    one_line(text, MAX_HEADER)
}
