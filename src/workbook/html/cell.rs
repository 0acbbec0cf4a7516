//! One cell, as it is read.

use crate::workbook::budget::MAX_TEXT;
use crate::workbook::builder::{Stored, TableBuilder};
use crate::workbook::error::Result;
use crate::workbook::show::Value;

pub(super) struct Cell {
    column: u32,
    /// How many more rows and columns it is merged over.
    merged: (u32, u32),
    /// The number that the cell holds, as Excel and LibreOffice write it beside what it shows.
    stored: Option<String>,
    text: String,
    /// White space was read and counts if more text follows on the line.
    space: bool,
}

impl Cell {
    pub(super) fn new(column: u32, merged: (u32, u32), stored: Option<String>) -> Cell {
        Cell {
            column,
            merged,
            stored,
            text: String::new(),
            space: false,
        }
    }

    /// White space is one blank, and none at the ends of a line.
    pub(super) fn text(&mut self, text: &str) {
        // More is refused when the cell ends.
        if self.text.len() > MAX_TEXT {
            return;
        }
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C') {
                self.space = true;
                continue;
            }
            if std::mem::take(&mut self.space) && self.is_within_line() {
                self.text.push(' ');
            }
            self.text.push(c);
        }
    }

    pub(super) fn line_break(&mut self) {
        self.space = false;
        self.text.push('\n');
    }

    /// Before a paragraph, unless a line begins anyway.
    pub(super) fn new_line(&mut self) {
        if self.is_within_line() {
            self.line_break();
        }
    }

    fn is_within_line(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with('\n')
    }

    /// Puts it into its table, unless it shows nothing.
    pub(super) fn put(&self, line: u32, table: &mut TableBuilder<'_>) -> Result<()> {
        let shown = self.text.trim_end_matches('\n');
        if shown.trim().is_empty() {
            return Ok(());
        }
        let stored = self.stored.as_ref().and_then(|it| it.parse::<f64>().ok());
        let value = match stored.filter(|number| number.is_finite()) {
            // So a column too narrow shows a number that has no format.
            Some(number) if is_scientific(shown) => Value::Number(number),
            Some(number) => Value::Shown(number, shown),
            None => Value::Text(shown),
        };
        table.put(Stored {
            line,
            column: self.column,
            style: 0,
            is_formula: false,
            value,
        })?;
        match self.merged {
            (0, 0) => Ok(()),
            (down, across) => table.merge((line, line + down), (self.column, self.column + across)),
        }
    }
}

/// `2.20413E+12`.
fn is_scientific(text: &str) -> bool {
    text.contains(['E', 'e']) && text.trim().parse::<f64>().is_ok()
}
