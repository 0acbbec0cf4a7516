//! Rows of a damaged text whose fields fit by chance.
//!
//! A line break without quotes tears a row in two. A short row is nothing unusual: spreadsheets leave
//! out separators at its end. But the second half of a torn one begins with another column, and must
//! not be read as if it began with the first. A stray quote takes in the rows down to the next one;
//! and a text may be cut off anywhere in its last row.

use super::header::Header;
use super::normalize::strip_wrapping;
use super::problem::{OpenQuote, Problem, Record};
use crate::language::say;

/// What was seen in the rows before.
#[derive(Debug, Default)]
pub struct Torn {
    /// What separates fields; none in a workbook, which is not torn.
    delimiter: Option<char>,
    /// Fields of the row before; 0 if it was not short.
    width: usize,
    lacks_entry: bool,
    order: String,
    /// Fields of the row with the fewest.
    narrowest: Option<usize>,
    /// Characters of the shortest order.
    shortest: Option<usize>,
}

impl Torn {
    pub fn new(delimiter: Option<char>) -> Torn {
        Torn {
            delimiter,
            ..Torn::default()
        }
    }

    /// What is wrong with a row of so many fields as a whole. Must see every row.
    pub fn fault(&mut self, record: Record<'_>, found: usize, header: &Header) -> Option<Problem> {
        let expected = header.own.width;
        let order = record.get(header.order).unwrap_or_default();
        let is_torn = self.goes_on(found, order, header);
        let is_cut = self.is_short(record, found, header)
            && record.is_unended
            && !(header.may_be_foot(record) && Header::has_foot_words(record));
        let swallowed = || swallowed(record, header, self.delimiter?);
        if let Some(open) = record.open_quote.or_else(swallowed) {
            Some(Problem::open_quote(open))
        } else if found > expected || is_torn {
            Some(Problem::field_count(found, expected))
        } else {
            is_cut.then(|| Problem::of_row(say!("problem-cut-off"), None))
        }
    }

    /// Whether the row seems to go on with the one before.
    fn goes_on(&mut self, found: usize, order: &str, header: &Header) -> bool {
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

    /// Whether the text would seem to end in the middle of this row if it were its last.
    fn is_short(&mut self, record: Record<'_>, found: usize, header: &Header) -> bool {
        let order = strip_wrapping(record.get(header.order).unwrap_or_default());
        let order = Some(order.chars().count()).filter(|length| *length > 0);
        let is_order_cut = record.len() == header.order + 1
            && order.is_some_and(|it| self.shortest.is_some_and(|least| it + 2 <= least));
        let is_short = found < self.narrowest.unwrap_or(header.own.width) || is_order_cut;
        self.narrowest = self.narrowest.into_iter().chain([found]).min();
        self.shortest = self.shortest.into_iter().chain(order).min();
        is_short
    }
}

/// The field of a record that holds what would be rows without its quotes: behind its first line
/// break begins one with an order like this one's, and fields fit on both sides.
fn swallowed(record: Record<'_>, header: &Header, delimiter: char) -> Option<OpenQuote> {
    if !record.text.contains('\n') && !record.text.contains('\r') {
        return None;
    }
    let order = shape(record.get(header.order)?);
    let mut line = record.line;
    for (field, text) in record.iter().enumerate() {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines = text.split('\n').map(|it| it.split(delimiter));
        let lines: Vec<Vec<&str>> = lines.map(Iterator::collect).collect();
        let through = line + lines.len() as u64 - 1;
        if let [first, between @ .., last] = &lines[..] {
            let fits = field + first.len() == header.own.width && last.len() == field + 1;
            let other = match header.order.checked_sub(field) {
                Some(behind) => first.get(behind),
                None => last.get(header.order),
            };
            let are_rows = between.iter().all(|it| it.len() == header.own.width);
            let is_alike = other.is_some_and(|it| shape(it) == order);
            if field != header.order && fits && are_rows && is_alike {
                return Some(OpenQuote {
                    line,
                    through,
                    field,
                });
            }
        }
        line = through;
    }
    None
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
