//! The results format: a sheet's own columns, then those this program appends.

use std::io::{self, Write};

use csv::StringRecord;

use super::outcome::Outcome;
use crate::sheet::{APPENDED, EXTRA_FIELDS, SENT_FLAG, Sheet};

/// Excel reads Chinese in a CSV file only if it begins with this.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Which optional columns a file has between the sheet's own and the six that are always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) sent_flag: bool,
    pub(super) extra_fields: bool,
}

/// What stands before the outcome in a row of results.
#[derive(Clone, Copy)]
pub(super) struct Lead<'a> {
    pub(super) cells: &'a StringRecord,
    pub(super) sent_flag: Option<&'a str>,
    pub(super) extra_fields: &'a str,
    pub(super) line: u64,
}

/// A CSV writer as all of this program's files are written: commas, line feeds.
pub(super) fn writer<W: Write>(to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(to)
}

impl Shape {
    /// The shape of a file about `sheet`.
    pub(super) fn of(sheet: &Sheet, extra_fields: bool) -> Self {
        Shape {
            sent_flag: sheet.has_sent_flag(),
            extra_fields,
        }
    }

    /// The header, as it stands in a file.
    pub(super) fn header_line(self, columns: &[String]) -> Vec<u8> {
        line(self.header(columns))
    }

    /// The column names.
    pub(super) fn header(self, columns: &[String]) -> impl Iterator<Item = &str> {
        columns
            .iter()
            .map(String::as_str)
            .chain(self.sent_flag.then_some(SENT_FLAG))
            .chain(self.extra_fields.then_some(EXTRA_FIELDS))
            .chain(APPENDED)
    }

    /// Writes the fields of a row, but does not end it.
    pub(super) fn write<W: Write>(
        self,
        to: &mut csv::Writer<W>,
        lead: Lead<'_>,
        outcome: &Outcome,
    ) -> csv::Result<()> {
        for cell in lead.cells {
            to.write_field(cell)?;
        }
        if self.sent_flag {
            to.write_field(lead.sent_flag.unwrap_or_default())?;
        }
        if self.extra_fields {
            to.write_field(lead.extra_fields)?;
        }
        to.write_field(lead.line.to_string())?;
        to.write_field(outcome.status.as_str())?;
        match outcome.code {
            Some(code) => to.write_field(code.to_string())?,
            None => to.write_field("")?,
        }
        if is_formula(&outcome.message) {
            to.write_field(format!("'{}", outcome.message))?;
        } else {
            to.write_field(&outcome.message)?;
        }
        to.write_field(outcome.attempts.to_string())?;
        to.write_field(&outcome.finished_at)
    }
}

/// Whether a spreadsheet would run the text as a formula; a quote mark before it prevents that.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Fields as a line of CSV.
pub(super) fn line<'a>(fields: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut csv = writer(Vec::new());
    // Writing text to memory cannot fail; were it to, an empty line would match no header.
    match csv.write_record(fields.map(str::as_bytes)) {
        Ok(()) => csv.into_inner().unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

/// A csv error as the I/O error it is: writing fields can fail in no other way.
pub(super) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::outcome::Status;

    #[test]
    fn formulas_in_messages_are_defused_and_cells_left_alone() {
        for (message, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@A1", "'@A1"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            let mut csv = writer(Vec::new());
            let shape = Shape {
                sent_flag: false,
                extra_fields: false,
            };
            let lead = Lead {
                cells: &StringRecord::from(vec!["=CG1", "+aa"]),
                sent_flag: None,
                extra_fields: "",
                line: 2,
            };
            let outcome = Outcome {
                status: Status::Rejected,
                code: Some(100),
                message: message.into(),
                attempts: 1,
                finished_at: "T".into(),
            };
            shape.write(&mut csv, lead, &outcome).expect("in memory");
            csv.write_record(None::<&[u8]>).expect("in memory");
            let text = String::from_utf8(csv.into_inner().expect("in memory")).expect("UTF-8");
            assert_eq!(text, format!("=CG1,+aa,2,rejected,100,{written},1,T\n"));
        }
    }
}
