//! The columns of a table that go to the ERP.

use super::cells::{Table, TableCell, Value};
use super::show::{Role, lacks_value};
use crate::sheet::header::Header;
use crate::sheet::normalize::strip_wrapping;
use crate::sheet::top::FlagSource;

/// Which columns go to the ERP, and what is known of them as a whole.
#[derive(Clone, Copy, Debug)]
pub(in crate::sheet) struct Sent {
    order: usize,
    flag: Option<usize>,
    /// See [`Role::Order`].
    digits: Option<usize>,
    /// Whether there are orders at all: then a row of nothing but formulas that came to nothing is
    /// blank, as people see it. Else they were never calculated.
    pub(super) has_orders: bool,
}

impl Sent {
    pub(in crate::sheet) fn of(table: &Table, header: &Header) -> Sent {
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
            has_orders |= !(cell.is_formula && lacks_value(table, cell));
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

    pub(super) fn role(&self, column: usize) -> Option<Role> {
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
