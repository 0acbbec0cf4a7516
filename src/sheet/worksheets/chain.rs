//! Worksheets read one after the other, as one sheet.

use super::worksheet::Worksheet;
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::record::{Record, RecordReader};

/// An error unless the worksheets have the same columns.
pub(super) fn check_alike(worksheets: &[Worksheet]) -> Result<(), Fault> {
    let Some((first, others)) = worksheets.split_first() else {
        return Ok(());
    };
    for other in others {
        let width = first.header.fields.len().max(other.header.fields.len());
        if let Some(at) = (0..width).find(|&at| header(first, at) != header(other, at)) {
            let both = [first, other];
            return Err(Fault::OtherHeader {
                worksheets: both.map(|it| it.name.as_deref().unwrap_or_default().into()),
                column: at,
                headers: both.map(|it| header(it, at).into()),
            });
        }
    }
    Ok(())
}

fn header(worksheet: &Worksheet, column: usize) -> &str {
    let field = worksheet.header.fields.get(column);
    field.map_or("", |field| field.trim())
}

/// Goes through the records of all, in the width of the first, whose header and what is above it
/// are the only ones that are shown.
pub(super) struct Chain<'s> {
    /// Those to come.
    rest: std::slice::Iter<'s, Worksheet>,
    records: Box<dyn RecordReader + Send + 's>,
    /// Which it is of, and where its header ends, if that is not to be shown.
    worksheet: u32,
    above: Option<u64>,
    width: usize,
    text: String,
    ends: Vec<usize>,
}

impl<'s> Chain<'s> {
    pub(super) fn new(first: &'s Worksheet, others: &'s [Worksheet]) -> Chain<'s> {
        Chain {
            rest: others.iter(),
            records: first.records(),
            worksheet: 0,
            above: None,
            width: first.header.fields.len(),
            text: String::new(),
            ends: Vec::new(),
        }
    }
}

impl RecordReader for Chain<'_> {
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        let (line, left_out) = loop {
            let Some(record) = self.records.next()? else {
                let Some(next) = self.rest.next() else {
                    return Ok(None);
                };
                self.records = next.records();
                self.worksheet += 1;
                self.above = Some(next.header.last_line);
                continue;
            };
            if self.above.is_some_and(|above| record.line <= above) {
                continue;
            }
            self.text.clear();
            self.text.push_str(record.text);
            self.ends.clear();
            self.ends.extend_from_slice(record.ends);
            break (record.line, record.left_out);
        };
        // How far a worksheet reaches to the right differs, though their headers do not.
        while self.ends.len() > self.width && self.ends.ends_with(&[self.text.len(); 2]) {
            self.ends.pop();
        }
        let width = self.width.max(self.ends.len());
        self.ends.resize(width, self.text.len());
        Ok(Some(Record {
            worksheet: self.worksheet,
            line,
            text: &self.text,
            ends: &self.ends,
            left_out,
        }))
    }
}
