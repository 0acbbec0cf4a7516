//! Rows, one by one.

use std::fmt;

use csv::StringRecord;
use serde::Serialize;

use super::Sheet;
use super::columns::FlagSource;
use super::header::Header;
use super::input::SheetError;
use super::normalize::{half_width, is_blank, strip_wrapping};
use super::problem::{CellProblems, Problem, Record, RecordReader};
use super::torn::Torn;
use crate::language::say;
use crate::text::quoted;

/// What an earlier run wrote beside a row: the line it has in the sheet of that run, and how it
/// ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `None` if a person added the row.
    pub line: Option<u64>,
    /// The cells of [`super::Appended::columns`], empty where the file has lost one.
    pub appended: StringRecord,
}

impl Origin {
    pub fn status(&self) -> &str {
        self.appended.get(1).unwrap_or_default()
    }

    /// What proves the row.
    pub fn check(&self) -> &str {
        let last = self.appended.len().saturating_sub(1);
        self.appended.get(last).unwrap_or_default()
    }
}

/// Where a row stands, and in a failures file also where its row of the sheet stands that it comes
/// from. Lines are counted from 1: of a text file, or the worksheet's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub line: u64,
    /// Line of the sheet, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |line: u64| say!("place-line", line = line);
        f.write_str(&match self.sheet_line {
            None => at(self.line),
            Some(line) => say!("place-line-of-sheet", line = self.line, origin = at(line)),
        })
    }
}

/// How a row takes part in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// It is to be sent.
    #[default]
    Sent,
    /// It is given back, and what became of it holds.
    Settled,
    /// It is not given back, and what became of it holds: it decides for its order as others do.
    KeptSettled,
    /// It is not given back, and stays as it is.
    Kept,
}

impl Part {
    pub fn is_given(self) -> bool {
        matches!(self, Part::Sent | Part::Settled)
    }

    pub fn is_settled(self) -> bool {
        matches!(self, Part::Settled | Part::KeptSettled)
    }
}

/// Its cells are as they stand in the sheet.
#[derive(Default, Clone, Debug)]
pub struct Row {
    line: u64,
    /// Rows are read in ascending order of it; the line, unless given rows stand among others.
    pub position: u64,
    cells: StringRecord,
    extra: String,
    sent_flag: Option<String>,
    origin: Option<Origin>,
    left_out: bool,
    /// What makes the row invalid, whatever its cells.
    pub problem: Option<Problem>,
    /// What is wrong with the cells of order and flag beside their text.
    pub cell_problems: CellProblems,
    pub part: Part,
    /// What is to be said of the row beside its outcome.
    pub note: String,
}

impl Row {
    /// Where the row starts.
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
        self.sent_flag.as_deref()
    }

    /// What an earlier run wrote beside the row, in a results or failures file.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The line of the sheet that people know the row by; `None` if a person has added it to a file
    /// that is given back.
    pub fn line_in_sheet(&self) -> Option<u64> {
        self.origin.as_ref().map_or(Some(self.line), |it| it.line)
    }

    pub fn set_cells(&mut self, cells: StringRecord) {
        self.cells = cells;
    }

    /// Puts the order right.
    pub fn set_order(&mut self, sheet: &Sheet, order: &str) {
        let (at, _) = sheet.own_places();
        let cells = self.cells.iter().enumerate();
        let cells = cells.map(|(cell, text)| if cell == at { order } else { text });
        self.cells = cells.collect();
        self.cell_problems[0] = None;
    }

    /// Writes what proves the row.
    pub fn set_check(&mut self, check: &str) {
        if let Some(origin) = &mut self.origin {
            let before = origin.appended.len().saturating_sub(1);
            let before = origin.appended.iter().take(before);
            origin.appended = before.chain([check]).collect();
        }
    }

    /// Lets the row be one that a person has added, with a check if it alone has that.
    pub fn forget_origin(&mut self, check: Option<&str>) {
        if let Some(origin) = &mut self.origin {
            origin.line = None;
            origin.appended = origin.appended.iter().map(|_| "").collect();
        }
        self.set_check(check.unwrap_or_default());
    }

    /// Lets nothing count that stands in the row.
    pub fn leave_out(&mut self) {
        self.left_out = true;
    }

    /// Lets the row be given back at a line, with what became of it still true.
    pub fn settle_at(&mut self, line: u64) {
        self.line = line;
        self.part = Part::Settled;
    }

    /// Takes the line of a row of the results, and its cells of columns that this one has not.
    pub fn take_place_of(&mut self, its: &Row) {
        let more = its.cells.iter().skip(self.cells.len());
        self.cells.extend(more);
        if let (Some(origin), Some(its)) = (&mut self.origin, &its.origin) {
            origin.line = its.line;
        }
    }

    /// Whether the row is hidden in the sheet, and only visible ones are wanted: then nothing that
    /// stands in it counts.
    pub fn is_left_out(&self) -> bool {
        self.left_out
    }

    /// `torn` is what is left of the row before.
    fn fill(&mut self, record: Record<'_>, header: &Header, torn: &mut Torn) {
        let own = &header.own;
        let expected = own.width;
        let field = |at: usize| record.get(at).unwrap_or_default();
        // A spreadsheet leaves out separators at the end of a row, or adds some.
        let found = if record.iter().skip(expected).all(is_blank) {
            record.len().min(expected)
        } else {
            record.len()
        };
        self.line = record.line;
        self.position = record.line;
        self.left_out = record.left_out;
        self.cell_problems.clone_from(record.problems);
        self.cells.clear();
        for &at in &own.kept {
            self.cells.push_field(field(at));
        }
        self.extra.clear();
        if let Some(at) = own.extra_fields {
            self.extra.push_str(field(at));
        }
        if found > expected {
            if !self.extra.is_empty() {
                self.extra.push(',');
            }
            let surplus: Vec<&str> = record.iter().skip(expected).collect();
            self.extra.push_str(&as_csv(&surplus));
        }
        self.problem = torn.fault(record, found, header);
        match (&self.problem, self.extra.is_empty()) {
            // It was ragged in an earlier run and was not corrected.
            (None, false) => {
                self.problem = Some(Problem::of_row(say!("problem-extra-fields"), None));
            }
            // In the results the row looks whole; this keeps it invalid when they are given back.
            (Some(problem), true) => {
                let why = problem.detail.as_ref().unwrap_or(&problem.common);
                self.extra = format!("({why})");
            }
            _ => {}
        }
        self.origin = own.is_ours().then(|| {
            let text = |at: &Option<usize>| at.map_or("", field).trim();
            Origin {
                line: whole_number(text(&own.appended[0])),
                appended: own.appended.iter().map(text).collect(),
            }
        });
        self.sent_flag = match &header.flag {
            FlagSource::Column(_) => None,
            FlagSource::SentFlag(at) => Some(field(*at).to_owned()),
            FlagSource::Given(flag) => Some(flag.clone()),
        };
        self.part = Part::Sent;
        self.note = half_width_note(field(header.order)).unwrap_or_default();
    }
}

/// What is said of an order that is not sent as it stands.
fn half_width_note(cell: &str) -> Option<String> {
    let order = half_width(cell)?;
    let order = quoted(&strip_wrapping(&order));
    Some(say!("note-half-width", order = order))
}

/// A number as spreadsheets write it: `71`, `71.0`, `="71"`.
fn whole_number(cell: &str) -> Option<u64> {
    let text = strip_wrapping(cell);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let is_whole = fraction.bytes().all(|digit| digit == b'0');
    whole.parse().ok().filter(|_| is_whole)
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
pub enum Rows<'s> {
    Read {
        records: Box<dyn RecordReader + Send + 's>,
        header: &'s Header,
        torn: Torn,
    },
    /// Rows that stand in for the sheet's own.
    Held(std::slice::Iter<'s, Row>),
}

impl Rows<'_> {
    /// Reads the next row into `row`, reusing its memory; false at the end of the sheet. Blank
    /// rows are skipped.
    /// An error leaves the rest of the sheet unreadable: further calls return false.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        let read = self.next(row);
        if !matches!(read, Ok(true)) {
            *self = Rows::Held([].iter());
        }
        read
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        match self {
            Rows::Held(rows) => Ok(rows.next().map(|next| row.clone_from(next)).is_some()),
            Rows::Read {
                records,
                header,
                torn,
            } => {
                while let Some(record) = records.next()? {
                    if record.line <= header.last_line || record.is_blank() {
                        continue;
                    }
                    row.fill(record, header, torn);
                    if row.problem.is_some() || !header.is_foot(record) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_spreadsheets_write_them() {
        for cell in ["71", " 71 ", "71.0", "71.00", "=\"71\"", "'71"] {
            assert_eq!(whole_number(cell), Some(71), "{cell}");
        }
        for cell in ["", "71.5", "7 1", "-71", "7.1e1", "#REF!"] {
            assert_eq!(whole_number(cell), None, "{cell}");
        }
    }
}
