//! What can be wrong with a sheet as a whole.

use crate::language::say;

/// Why a sheet cannot be used: what happened, where, and what to do, on one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SheetError(String);

impl SheetError {
    /// `fault` is a clause about the file.
    pub fn of(file: &str, fault: impl ToString) -> SheetError {
        SheetError(say!("sheet-error", file = file, fault = fault.to_string()))
    }

    /// An option is at fault, whatever the sheet.
    pub fn of_option(fault: String) -> SheetError {
        SheetError(fault)
    }

    /// The file was written to while it was in use.
    pub fn changed(file: &str) -> SheetError {
        SheetError::of(file, say!("sheet-changed"))
    }
}
