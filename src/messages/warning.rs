//! What is said of a sheet that is taken all the same.

use std::fmt;

use crate::language::say;
use crate::sheet::Warning;

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
