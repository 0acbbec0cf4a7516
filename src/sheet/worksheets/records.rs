//! A table's rows as records of text.

use super::sent::Sent;
use crate::sheet::error::SheetError;
use crate::sheet::normalize::is_blank;
use crate::sheet::record::{Record, RecordReader};
use crate::workbook::{Row, Shape, Table};

/// Goes through a worksheet's rows that are not empty.
pub(super) struct TableRecords<'s> {
    rows: Box<dyn Iterator<Item = Row<'s>> + Send + 's>,
    width: usize,
    shape: &'s Shape,
    sent: Option<Sent>,
    /// Whether hidden rows are left out.
    visible_only: bool,
    text: String,
    ends: Vec<usize>,
}

impl<'s> TableRecords<'s> {
    pub(super) fn new(table: &'s Table, sent: Option<Sent>) -> TableRecords<'s> {
        TableRecords {
            rows: Box::new(table.rows()),
            width: table.width(),
            shape: &table.shape,
            sent,
            visible_only: false,
            text: String::new(),
            ends: Vec::new(),
        }
    }

    pub(super) fn leaving_out_hidden(mut self, leaves_out: bool) -> TableRecords<'s> {
        self.visible_only = leaves_out;
        self
    }
}

fn shows_nothing(row: Row<'_>) -> bool {
    row.cells()
        .all(|cell| cell.stored_text().is_some_and(is_blank))
}

impl RecordReader for TableRecords<'_> {
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        let Some(row) = self.rows.next() else {
            return Ok(None);
        };
        let sent = self
            .sent
            .filter(|sent| !(sent.has_orders && shows_nothing(row)));
        self.text.clear();
        self.ends.clear();
        for cell in row.cells() {
            let column = cell.column();
            // Blank columns are kept, so that letters mean the same columns here and in results.
            self.ends.resize(column, self.text.len());
            cell.show(sent.and_then(|sent| sent.role(column)), &mut self.text);
            self.ends.push(self.text.len());
        }
        self.ends.resize(self.width, self.text.len());
        Ok(Some(Record {
            line: row.line(),
            text: &self.text,
            ends: &self.ends,
            left_out: self.visible_only && self.shape.is_hidden(row.line()),
        }))
    }
}

/// How many rows there are whose line is wanted, blank ones not counted.
pub(super) fn count(mut cells: TableRecords<'_>, is_wanted: impl Fn(u64) -> bool) -> u64 {
    let mut rows = 0;
    while let Ok(Some(record)) = cells.next() {
        rows += u64::from(is_wanted(record.line) && !is_blank(record.text));
    }
    rows
}
