//! A table's rows as records of text.

use super::cells::{Table, TableCell, TableRow, Value};
use super::sent::Sent;
use super::shape::Shape;
use super::show::show;
use crate::sheet::error::SheetError;
use crate::sheet::normalize::is_blank;
use crate::sheet::record::{Record, RecordReader};

/// Goes through a worksheet's rows that are not empty.
pub(in crate::sheet) struct TableRecords<'s> {
    table: &'s Table,
    rows: std::slice::Iter<'s, TableRow>,
    sent: Option<Sent>,
    /// Whose hidden rows are left out.
    left_out: Option<&'s Shape>,
    text: String,
    ends: Vec<usize>,
}

impl<'s> TableRecords<'s> {
    pub(in crate::sheet) fn new(table: &'s Table, sent: Option<Sent>) -> TableRecords<'s> {
        TableRecords {
            table,
            rows: table.rows.iter(),
            sent,
            left_out: None,
            text: String::new(),
            ends: Vec::new(),
        }
    }

    pub(in crate::sheet) fn leaving_out_hidden(mut self, leaves_out: bool) -> TableRecords<'s> {
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

impl RecordReader for TableRecords<'_> {
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
            show(self.table, cell, role, &mut self.text);
            self.ends.push(self.text.len());
        }
        self.ends.resize(self.table.width, self.text.len());
        let line = u64::from(row.line);
        Ok(Some(Record {
            line,
            text: &self.text,
            ends: &self.ends,
            left_out: self.left_out.is_some_and(|shape| shape.is_hidden(line)),
        }))
    }
}

/// How many rows there are whose line is wanted, blank ones not counted.
pub(in crate::sheet) fn count(mut cells: TableRecords<'_>, is_wanted: impl Fn(u64) -> bool) -> u64 {
    let mut rows = 0;
    while let Ok(Some(record)) = cells.next() {
        rows += u64::from(is_wanted(record.line) && !is_blank(record.text));
    }
    rows
}
