//! Merged cells: those of rows are filled down, those of headers make out where these end.

use crate::erp::field::Field;
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::header::Header;
use crate::sheet::normalize::is_blank;
use crate::sheet::record::{Record, RecordReader};
use crate::sheet::top::FlagSource;
use crate::workbook::Shape;

/// The columns that are sent.
fn sent(header: &Header) -> impl Iterator<Item = (Field, usize)> {
    let flag = match header.flag {
        FlagSource::Column(at) | FlagSource::SentFlag(at) => Some((Field::FlagName, at)),
        FlagSource::Given(_) => None,
    };
    [(Field::PurchaseNo, header.order)].into_iter().chain(flag)
}

/// Where the header ends that cells merged downwards make higher than a line; an error if one of
/// its cells that is known by its text stands for several columns.
pub(super) fn last_line(
    shape: &Shape,
    header: &Header,
    by_letter: [bool; 2],
) -> Result<u64, Fault> {
    let mut last = header.line;
    for ((field, column), by_letter) in sent(header).zip(by_letter) {
        let Some(merge) = shape.merge_at(header.line, column) else {
            continue;
        };
        let (first_column, last_column) = merge.columns;
        if first_column < last_column && !by_letter {
            return Err(Fault::MergedHeader {
                line: header.line,
                header: header.fields[column].clone(),
                field,
                columns: merge.columns,
            });
        }
        last = last.max(merge.rows.1);
    }
    Ok(last)
}

/// Gives cells that are merged downwards their value in each row.
pub(super) struct Filled<R> {
    records: R,
    columns: Vec<Column>,
    text: String,
    ends: Vec<usize>,
}

struct Column {
    at: usize,
    /// Rows of the merges, in ascending order, and how many lie above.
    merges: Vec<(u64, u64)>,
    passed: usize,
    /// The first row of the merge that the value is of.
    value_of: Option<u64>,
    value: String,
}

/// The merges of the columns that are sent, below the header.
pub(super) fn merged_down(shape: &Shape, header: &Header) -> Vec<(usize, Vec<(u64, u64)>)> {
    sent(header)
        .map(|(_, column)| (column, shape.merged_down(column, header.last_line)))
        .filter(|(_, merges)| !merges.is_empty())
        .collect()
}

impl<R: RecordReader> Filled<R> {
    pub(super) fn new(records: R, merged: &[(usize, Vec<(u64, u64)>)]) -> Filled<R> {
        let columns = merged.iter().map(|(at, merges)| Column {
            at: *at,
            merges: merges.clone(),
            passed: 0,
            value_of: None,
            value: String::new(),
        });
        Filled {
            records,
            columns: columns.collect(),
            text: String::new(),
            ends: Vec::new(),
        }
    }
}

impl Column {
    /// The value to be filled in, if the row is one of a merge and not its first.
    fn value(&mut self, record: Record<'_>) -> Option<&str> {
        let ended = |(_, last): &&(u64, u64)| *last < record.line;
        self.passed += self.merges[self.passed..].iter().take_while(ended).count();
        let (first, _) = *self.merges.get(self.passed)?;
        if record.line == first {
            self.value_of = Some(first);
            self.value.clear();
            self.value.push_str(record.get(self.at).unwrap_or_default());
        }
        let is_below = first < record.line && self.value_of == Some(first);
        is_below.then_some(&self.value)
    }
}

impl<R: RecordReader> RecordReader for Filled<R> {
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        let Some(record) = self.records.next()? else {
            return Ok(None);
        };
        self.text.clear();
        self.ends.clear();
        // A row that has nothing but its part of a merge is none.
        let is_row = !is_blank(record.text);
        for (at, field) in record.iter().enumerate() {
            let column = self.columns.iter_mut().find(|column| column.at == at);
            let value = column.and_then(|column| column.value(record));
            self.text
                .push_str(value.filter(|_| is_row).unwrap_or(field));
            self.ends.push(self.text.len());
        }
        Ok(Some(Record {
            text: &self.text,
            ends: &self.ends,
            ..record
        }))
    }
}
