//! What is said of a sheet that is taken all the same.

use std::fmt;

use crate::sheet::Warning;
use crate::text::counted;

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::CloseEncoding { taken, other } => write!(
                f,
                "read as {taken}, but its few characters could as well be {other}; if words look wrong in `check`, give --encoding {}",
                other.to_lowercase()
            ),
            Warning::HiddenRows {
                count,
                left_out: false,
            } => write!(
                f,
                "{}, by a filter perhaps, and sent too; --visible-only leaves them out",
                counted(*count, "row is hidden", "rows are hidden")
            ),
            Warning::HiddenRows {
                count,
                left_out: true,
            } => write!(
                f,
                "{} and left out (--visible-only)",
                counted(*count, "row is hidden", "rows are hidden")
            ),
            Warning::MergedCells { count } => write!(
                f,
                "{} over rows; the value counts for each of these",
                counted(
                    *count,
                    "order or flag cell is merged",
                    "order or flag cells are merged"
                )
            ),
        }
    }
}
