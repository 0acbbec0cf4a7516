//! Where rows stand.

use std::fmt;

use serde::Serialize;

use super::problem::header;
use crate::language::say;

/// Where a row stands, in the order in which rows are read. [`super::Sheet::sheet_line`] is how
/// people know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line(u64);

/// The bits of a line's number; those above are its worksheet's.
const NUMBER_BITS: u32 = 40;

impl Line {
    pub(super) fn new(worksheet: u32, number: u64) -> Line {
        Line(u64::from(worksheet) << NUMBER_BITS | number)
    }

    /// Which of the worksheets that are read as one sheet.
    pub(super) fn worksheet(self) -> usize {
        (self.0 >> NUMBER_BITS) as usize
    }

    /// Counted from 1: the line of a text file, or the worksheet's row number.
    pub(super) fn number(self) -> u64 {
        self.0 & ((1 << NUMBER_BITS) - 1)
    }
}

/// A line of the only worksheet, or of text.
impl From<u64> for Line {
    fn from(number: u64) -> Line {
        Line::new(0, number)
    }
}

/// A line of a sheet, and of which worksheet where several are read as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct SheetLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worksheet: Option<String>,
    /// Counted from 1.
    pub line: u64,
}

/// Where a row stands, and in a failures file also where its row of the sheet stands that it comes
/// from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// That of `sheet_line`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worksheet: Option<String>,
    /// Counted from 1.
    pub line: u64,
    /// Line of the sheet, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_line: Option<u64>,
}

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
