//! What should be said about a sheet that is taken all the same.

use std::fmt;

use crate::language::say;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Another encoding than the one that was guessed could as well be meant.
    CloseEncoding {
        taken: &'static str,
        other: &'static str,
    },
    /// Rows are hidden, by a filter or by hand, and sent or left out.
    HiddenRows { count: u64, left_out: bool },
    /// Order or flag cells that are merged downwards.
    MergedCells { count: u64 },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match *self {
            Warning::CloseEncoding { taken, other } => say!(
                "warning-close-encoding",
                taken = taken,
                other = other,
                option = other.to_lowercase()
            ),
            Warning::HiddenRows {
                count,
                left_out: false,
            } => say!("warning-hidden-rows", count = count),
            Warning::HiddenRows {
                count,
                left_out: true,
            } => say!("warning-hidden-rows-left-out", count = count),
            Warning::MergedCells { count } => say!("warning-merged-cells", count = count),
        })
    }
}
