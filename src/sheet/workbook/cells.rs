//! A worksheet's rows as records of text.

use super::cell::{self, Role};
use super::shape::Shape;
use super::table::{Table, TableCell, TableRow, Value};
use crate::sheet::error::SheetError;
use crate::sheet::header::{FlagSource, Header};
use crate::sheet::normalize::{is_blank, strip_wrapping};
use crate::sheet::record::{Record, RecordReader};

/// Which columns go to the ERP, and what is known of them as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    order: usize,
    flag: Option<usize>,
    digits: Option<usize>,
    /// Whether there are orders at all: then a row of nothing but formulas that came to nothing is
    /// blank, as people see it. Else they were never calculated.
    has_orders: bool,
}

impl Sent {
    pub(super) fn of(table: &Table, header: &Header) -> Sent {
        let mut lengths = Lengths::default();
        let mut has_orders = false;
        let below = table
            .rows
            .partition_point(|row| u64::from(row.line) <= header.last_line);
        for &row in &table.rows[below..] {
            let Some(cell) = at(table.cells(row), header.order) else {
                continue;
            };
            let text = table.text(cell.value);
            has_orders |= !(cell.is_formula && cell::lacks_value(table, cell));
            if matches!(cell.value, Value::Shared(_) | Value::Text(_)) {
                lengths.add(&strip_wrapping(text));
            }
        }
        Sent {
            order: header.order,
            flag: match header.flag {
                FlagSource::Column(at) | FlagSource::SentFlag(at) => Some(at),
                FlagSource::Given(_) => None,
            },
            digits: lengths.common(),
            has_orders,
        }
    }

    fn role(&self, column: usize) -> Option<Role> {
        if column == self.order {
            let digits = self.digits;
            Some(Role::Order { digits })
        } else {
            (Some(column) == self.flag).then_some(Role::Flag)
        }
    }
}

fn at(cells: &[TableCell], column: usize) -> Option<&TableCell> {
    let at = cells.binary_search_by_key(&column, |cell| cell.column as usize);
    cells.get(at.ok()?)
}

/// How many digits the orders end with that are texts.
#[derive(Default)]
struct Lengths {
    first: Option<(String, usize)>,
    differ: bool,
    /// Whether some begin with another digit than 0.
    without_zero: bool,
}

impl Lengths {
    fn add(&mut self, text: &str) {
        let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &text[prefix.len()..];
        // Errors, totals and the like are no orders.
        if digits.is_empty() || self.differ || prefix.starts_with("Err:") {
            return;
        }
        self.without_zero |= !digits.starts_with('0');
        match &self.first {
            None => self.first = Some((prefix.to_owned(), digits.len())),
            Some((other, length)) => self.differ = other != prefix || *length != digits.len(),
        }
    }

    /// None if they differ. Orders with letters before their digits are of another kind than
    /// numbers, unless their zeros are what numbers lose.
    fn common(&self) -> Option<usize> {
        let (prefix, digits) = self.first.as_ref()?;
        let alike = !self.differ && (prefix.is_empty() || !self.without_zero);
        alike.then_some(*digits)
    }
}

/// Goes through a worksheet's rows that are not empty.
pub(super) struct Cells<'s> {
    table: &'s Table,
    rows: std::slice::Iter<'s, TableRow>,
    sent: Option<Sent>,
    /// Whose hidden rows are left out.
    left_out: Option<&'s Shape>,
    text: String,
    ends: Vec<usize>,
}

impl<'s> Cells<'s> {
    pub(super) fn new(table: &'s Table, sent: Option<Sent>) -> Cells<'s> {
        Cells {
            table,
            rows: table.rows.iter(),
            sent,
            left_out: None,
            text: String::new(),
            ends: Vec::new(),
        }
    }

    pub(super) fn leaving_out_hidden(mut self, leaves_out: bool) -> Cells<'s> {
        self.left_out = leaves_out.then_some(&self.table.shape);
        self
    }

    fn shows_nothing(&self, cells: &[TableCell]) -> bool {
        cells.iter().all(|cell| match cell.value {
            Value::Shared(_) | Value::Text(_) => is_blank(self.table.text(cell.value)),
            _ => false,
        })
    }
}

impl RecordReader for Cells<'_> {
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        let Some(&row) = self.rows.next() else {
            return Ok(None);
        };
        let cells = self.table.cells(row);
        let sent = self
            .sent
            .filter(|sent| !(sent.has_orders && self.shows_nothing(cells)));
        self.text.clear();
        self.ends.clear();
        for cell in cells {
            let column = cell.column as usize;
            // Blank columns are kept, so that letters mean the same columns here and in results.
            self.ends.resize(column, self.text.len());
            let role = sent.and_then(|sent| sent.role(column));
            cell::show(self.table, cell, role, &mut self.text);
            self.ends.push(self.text.len());
        }
        self.ends.resize(self.table.width, self.text.len());
        let line = u64::from(row.line);
        Ok(Some(Record {
            worksheet: 0,
            line,
            text: &self.text,
            ends: &self.ends,
            left_out: self.left_out.is_some_and(|shape| shape.is_hidden(line)),
        }))
    }
}

/// How many rows there are whose line is wanted, blank ones not counted.
pub(super) fn count(mut cells: Cells<'_>, is_wanted: impl Fn(u64) -> bool) -> u64 {
    let mut rows = 0;
    while let Ok(Some(record)) = cells.next() {
        rows += u64::from(is_wanted(record.line) && !is_blank(record.text));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_one_length_tell_how_many_digits_orders_have() {
        for (texts, digits) in [
            (&["0012345", "0012346"][..], Some(7)),
            (&["2204130001"], Some(10)),
            (&["0012345", "合计", "#N/A", "Err:502"], Some(7)),
            (&["CG0012345", "CG0012346"], Some(7)),
            (&["CG2204130001"], None),
            (&["0012345", "001234"], None),
            (&["CG0012345", "0012345"], None),
            (&["合计"], None),
            (&[], None),
        ] {
            let mut lengths = Lengths::default();
            texts.iter().for_each(|text| lengths.add(text));
            assert_eq!(lengths.common(), digits, "{texts:?}");
        }
    }
}
