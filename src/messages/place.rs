//! Where rows stand.

use std::fmt;

use super::MAX_HEADER;
use crate::run::LineRef;
use crate::sheet::{Place, SheetLine};
use crate::text::one_line;

impl fmt::Display for SheetLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(worksheet) = &self.worksheet {
            write!(f, "worksheet {}, ", one_line(worksheet, MAX_HEADER))?;
        }
        write!(f, "line {}", self.line)
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
            Some(line) => write!(f, "line {} ({} of the sheet)", self.line, at(line)),
        }
    }
}

impl fmt::Display for LineRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineRef::Sheet(line) => line.fmt(f),
            LineRef::Failures(line) => write!(f, "{line} of the failures file"),
        }
    }
}
