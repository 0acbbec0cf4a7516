//! The lines by which people know the rows of a sheet: in a file of this program's own, those of the
//! sheet that it comes from.

use std::collections::HashMap;

use crate::run::note::LineRef;
use crate::sheet::{Line, Row, Sheet, SheetLine};

pub struct Lines<'s> {
    sheet: &'s Sheet,
    /// Of rows that an earlier run has written, by where they stand now.
    origins: HashMap<Line, SheetLine>,
}

impl<'s> Lines<'s> {
    pub fn of(sheet: &'s Sheet) -> Self {
        Lines {
            sheet,
            origins: HashMap::new(),
        }
    }

    /// To be shown every row.
    pub fn note(&mut self, row: &Row) {
        if let Some(line) = row.origin().and_then(|origin| origin.line.clone()) {
            self.origins.insert(row.line(), line);
        }
    }

    /// `None` for a row that a person has added to a file of this program's.
    pub fn line(&self, line: Line) -> Option<SheetLine> {
        match self.sheet.is_ours() {
            true => self.origins.get(&line).cloned(),
            false => Some(self.sheet.sheet_line(line)),
        }
    }

    pub fn named(&self, line: Line) -> LineRef {
        match self.line(line) {
            Some(line) => LineRef::Sheet(line),
            None => LineRef::Failures(self.sheet.sheet_line(line)),
        }
    }
}
