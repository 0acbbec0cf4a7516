//! Rows that a line break without quotes has torn in two.
//!
//! A short row is nothing unusual: spreadsheets leave out separators at its end. But the second
//! half of a torn one begins with another column, and must not be read as if it began with the
//! first.

use super::header::Header;

/// What was seen in the short row before.
#[derive(Debug, Default)]
pub struct Torn {
    /// Its fields; 0 if it was not short.
    width: usize,
    lacks_entry: bool,
    order: String,
}

impl Torn {
    /// Whether a row of so many fields, with this text in the order's column, seems to go on with
    /// the one before. Must see every row.
    pub fn goes_on(&mut self, found: usize, order: &str, header: &Header) -> bool {
        let expected = header.own.width;
        if found >= expected {
            self.width = 0;
            return false;
        }
        // One of the fields is in both halves.
        let fits = self.width > 0 && self.width + found == expected + 1;
        if fits && (self.lacks_entry || shape(order) != shape(&self.order)) {
            self.width = 0;
            return true;
        }
        // A lone field may be one line of a cell that has several.
        if found > 1 || self.width == 0 {
            let flag = header.flag.column().unwrap_or(0);
            self.width = found;
            self.lacks_entry = found <= header.order.max(flag);
            order.clone_into(&mut self.order);
        }
        false
    }
}

/// Digits, letters and what stands between, each run as one.
fn shape(cell: &str) -> Vec<char> {
    let class = |c: char| match c {
        _ if c.is_numeric() => '0',
        _ if c.is_ascii_alphabetic() => 'a',
        _ if c.is_alphabetic() => '字',
        _ => c,
    };
    let mut shape: Vec<char> = cell.trim().chars().map(class).collect();
    shape.dedup();
    shape
}
