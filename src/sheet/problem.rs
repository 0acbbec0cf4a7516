//! What can be wrong with one row.

use std::fmt;

/// Why a row is `invalid`: which column, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    column: Option<String>,
    message: String,
}

impl Problem {
    pub(super) fn of_column(column: &str, message: String) -> Problem {
        Problem {
            column: Some(column.to_owned()),
            message,
        }
    }

    pub(super) fn of_row(message: String) -> Problem {
        Problem {
            column: None,
            message,
        }
    }

    /// The header of the column at fault (`--flag` for a flag given for all rows); none when the
    /// row as a whole is.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// What is wrong and what to do, on one line, naming the column.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
