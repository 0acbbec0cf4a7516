//! Where rows stand.

use std::fmt;

use serde::Serialize;

use crate::language::say;

/// Where a row stands, and in a failures file also where its row of the sheet stands that it comes
/// from. Lines are counted from 1: of a text file, or the worksheet's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub line: u64,
    /// Line of the sheet, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |line: u64| say!("place-line", line = line);
        f.write_str(&match self.sheet_line {
            None => at(self.line),
            Some(line) => say!("place-line-of-sheet", line = self.line, origin = at(line)),
        })
    }
}
