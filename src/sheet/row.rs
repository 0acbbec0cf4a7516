//! Rows, one by one.

use std::borrow::Cow;

use csv::StringRecord;

use super::clean::is_blank;
use super::header::Header;
use super::problem::Problem;
use super::record::{Record, Records};
use super::text::{Text, explain};
use super::workbook::Cells;
use super::{Content, Entry, Sheet, SheetError};

/// One row of a sheet, its cells as they are.
#[derive(Default, Clone, Debug)]
pub struct Row {
    line: u64,
    cells: StringRecord,
    extra: String,
    sent_flag: String,
    has_sent_flag: bool,
    /// Fields found and expected, if they differ.
    ragged: Option<(usize, usize)>,
}

impl Row {
    /// Where the row starts, counted from 1: the line of a text file, or the worksheet's row
    /// number.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The cells of the sheet's own columns, unaltered; what a short row lacks is empty.
    pub fn cells(&self) -> &StringRecord {
        &self.cells
    }

    /// What the row has beyond the header's fields, as CSV text; usually empty.
    pub fn extra_fields(&self) -> &str {
        &self.extra
    }

    /// The flag that does not come from a column of the sheet's own, unaltered: the one given for
    /// all rows, or the cell of the `sent_flag` column.
    pub fn sent_flag(&self) -> Option<&str> {
        self.has_sent_flag.then_some(&self.sent_flag)
    }

    /// Order and flag as they would be sent.
    ///
    /// # Errors
    ///
    /// The [`Problem`] that makes the row invalid: a wrong number of fields, or else what
    /// [`Sheet::entry`] finds.
    pub fn entry<'a>(&'a self, sheet: &'a Sheet) -> Result<Entry<'a>, Problem> {
        match self.ragged {
            Some((found, expected)) => Err(Problem::of_row(format!(
                "wrong number of fields: {found} where the header has {expected}; correct the row{}",
                if found > expected {
                    ", and put quotes around a cell that contains the delimiter"
                } else {
                    ""
                }
            ))),
            None if !self.extra.is_empty() => Err(Problem::of_row(
                "wrong number of fields, see extra_fields; correct the row and empty that cell"
                    .to_owned(),
            )),
            None => sheet.entry(&self.cells, self.sent_flag()),
        }
    }

    /// The order the row names, if its cell alone is as it should be, whatever else is wrong.
    pub fn order<'a>(&'a self, sheet: &'a Sheet) -> Option<Cow<'a, str>> {
        sheet.order(&self.cells).ok()
    }

    fn fill(&mut self, record: Record<'_>, header: &Header, given_flag: Option<&str>) {
        let (found, expected) = (record.len(), header.fields.len());
        let field = |at: usize| record.get(at).unwrap_or_default();
        self.line = record.line;
        self.ragged = (found != expected).then_some((found, expected));
        self.cells.clear();
        for at in 0..header.own.count {
            self.cells.push_field(field(at));
        }
        self.extra.clear();
        if let Some(at) = header.own.extra_fields {
            self.extra.push_str(field(at));
        }
        if found > expected {
            if !self.extra.is_empty() {
                self.extra.push(',');
            }
            let surplus: Vec<&str> = record.iter().skip(expected).collect();
            self.extra.push_str(&as_csv(&surplus));
        }
        if found < expected && self.extra.is_empty() {
            // In the results the row is filled up; this keeps it invalid when they are given back.
            self.extra = format!("(only {found} of {expected} fields)");
        }
        let sent = given_flag.or(header.sent_flag().map(field));
        self.set_sent_flag(sent);
    }

    fn set_sent_flag(&mut self, flag: Option<&str>) {
        self.sent_flag.clear();
        self.sent_flag.push_str(flag.unwrap_or_default());
        self.has_sent_flag = flag.is_some();
    }
}

/// Fields as one line of CSV, without a line end. A lone empty field is `""`, so that it is seen.
fn as_csv(fields: &[&str]) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Writing text to memory cannot fail.
    let _ = csv.write_record(fields);
    let line = csv.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&line)
        .trim_end_matches('\n')
        .to_owned()
}

/// One pass over a sheet's rows.
pub struct Rows<'s> {
    sheet: &'s Sheet,
    source: RowSource<'s>,
    done: bool,
}

enum RowSource<'s> {
    Text(&'s Text, Box<Records<'s>>),
    Worksheet(Cells<'s>),
}

impl<'s> Rows<'s> {
    pub(super) fn new(sheet: &'s Sheet) -> Result<Rows<'s>, SheetError> {
        let source = match &sheet.content {
            Content::Text(text) => {
                sheet.input.unchanged()?;
                let mut records = text.records(&sheet.input);
                loop {
                    match records.next() {
                        Ok(Some(record)) if record.line < sheet.header.line => {}
                        Ok(_) => break,
                        Err(fault) => {
                            let columns = &sheet.header.fields;
                            return Err(explain(fault, &sheet.input, &text.encoding, columns));
                        }
                    }
                }
                RowSource::Text(text, Box::new(records))
            }
            Content::Worksheet(worksheet) => {
                RowSource::Worksheet(worksheet.cells_below(sheet.header.line))
            }
        };
        Ok(Rows {
            sheet,
            source,
            done: false,
        })
    }

    /// Reads the next row into `row`, reusing its memory; false at the end of the sheet. Blank
    /// rows are skipped.
    ///
    /// # Errors
    ///
    /// What makes the rest of the sheet unreadable: bytes that are no text in its encoding, a
    /// quote never closed, a change of the file. Further calls then return false.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        if self.done {
            return Ok(false);
        }
        let read = self.next(row);
        self.done = !matches!(read, Ok(true));
        read
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        let Sheet { input, header, .. } = self.sheet;
        let given_flag = self.sheet.layout.given_flag.as_deref();
        match &mut self.source {
            RowSource::Text(text, records) => loop {
                match records.next() {
                    Ok(Some(record)) if is_blank(record.text) => {}
                    Ok(Some(record)) => {
                        row.fill(record, header, given_flag);
                        return Ok(true);
                    }
                    Ok(None) => return input.unchanged().map(|()| false),
                    Err(fault) => {
                        return Err(explain(fault, input, &text.encoding, &header.fields));
                    }
                }
            },
            RowSource::Worksheet(cells) => {
                let Some(record) = cells.next(header.order) else {
                    return Ok(false);
                };
                row.fill(record, header, given_flag);
                Ok(true)
            }
        }
    }
}
