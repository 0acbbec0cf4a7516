//! Where rows stand.

use std::fmt;

use super::header;
use crate::language::say;
use crate::sheet::{Place, SheetLine};

impl fmt::Display for SheetLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match &self.worksheet {
            None => say!("place-line", line = self.line),
            Some(worksheet) => say!(
                "place-worksheet-line",
                worksheet = header(worksheet),
                line = self.line
            ),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |line| SheetLine {
            worksheet: self.worksheet.clone(),
            line,
        };
        match self.sheet_line {
            None => at(self.line).fmt(f),
            Some(line) => f.write_str(&say!(
                "place-line-of-sheet",
                line = self.line,
                origin = at(line).to_string()
            )),
        }
    }
}
