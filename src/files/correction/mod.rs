//! Correcting: a failures file given back updates the results it comes from.

mod changes;
mod damage;
mod form;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use jiff::Timestamp;
use serde::Serialize;

use super::atomic::{AtomicFile, Readers};
use super::error::FileError;
use super::results::{
    Existing, OutputFormat, ResultRow, XlsxWriter, io_error, reader, without_bom, writer,
};
use crate::language::say;
use crate::sheet::{Appended, Row, Sheet, SheetError};
pub use changes::{Changes, changes};
use form::{Form, counterpart};

/// Why a failures file's results are not updated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotUpdated {
    Missing,
    Unreadable(String),
    /// They are not in the form in which this program writes them.
    OtherForm,
    OtherColumns,
    /// They have no row of this line, which the failures file names at another.
    NoSuchLine {
        named: u64,
        at: u64,
    },
    /// All their rows are younger than those of the failures file.
    LaterRun,
}

impl fmt::Display for NotUpdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            NotUpdated::Missing => say!("results-missing"),
            NotUpdated::Unreadable(why) => say!("results-unreadable", why = why.as_str()),
            NotUpdated::OtherForm => say!("results-of-other-form"),
            NotUpdated::OtherColumns => say!("results-with-other-columns"),
            NotUpdated::NoSuchLine { named, at } => say!(
                "results-without-line",
                line = say!("place-line", line = named),
                place = say!("place-of-failures", line = say!("place-line", line = at))
            ),
            NotUpdated::LaterRun => say!("results-of-later-run"),
        })
    }
}

/// Where a row belongs in the results.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// In the place of the row of this line of the sheet.
    Line(u64),
    /// In the place of this one, counted from 0, of those without a line, which a person has added.
    Added(usize),
    /// At the end.
    New,
}

/// The results that a failures file comes from.
#[derive(Debug)]
pub struct Correction {
    path: PathBuf,
    form: Form,
    /// Where the sheet has each of the results' own columns.
    cells: Vec<usize>,
    /// By line of the failures file.
    targets: HashMap<u64, Target>,
}

/// Rows on their way into the results, as CSV.
#[derive(Debug, Default)]
pub struct Corrected {
    rows: BTreeMap<Target, Vec<u8>>,
}

/// The rows of the results before they are updated.
#[derive(Default)]
struct Before {
    lines: HashSet<u64>,
    /// Those without a line; taken as rows of the failures file are found to be theirs.
    added: Vec<Option<StringRecord>>,
    /// When the first of all was finished.
    first: Option<Timestamp>,
}

impl Correction {
    /// The results at `path`, if they are there and the rows of `sheet` come from them. Where a
    /// correction is continued, they may be of a later time than the failures.
    pub fn find(
        path: &Path,
        sheet: &Sheet,
        is_continued: bool,
    ) -> Result<Result<Correction, NotUpdated>, SheetError> {
        let existing = match Existing::read(path) {
            Ok(existing) => existing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Err(NotUpdated::Missing));
            }
            Err(error) => return Ok(Err(NotUpdated::Unreadable(error.to_string()))),
        };
        let mut correction = match Correction::of(path, &existing, sheet) {
            Ok(correction) => correction,
            Err(why) => return Ok(Err(why)),
        };
        let Some(mut before) = correction.before(&existing) else {
            return Ok(Err(NotUpdated::OtherForm));
        };
        let mut last = None;
        let mut taken = HashSet::new();
        let mut rows = sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            let line = row.origin().and_then(|origin| origin.line);
            if let Some(named) = line.filter(|line| !before.lines.contains(line)) {
                return Ok(Err(NotUpdated::NoSuchLine {
                    named,
                    at: row.line(),
                }));
            }
            // A row that a person has copied is one more, not the same again.
            let target = match line.filter(|&line| taken.insert(line)) {
                Some(line) => Target::Line(line),
                None => correction.target_of_added(&row, &mut before.added),
            };
            correction.targets.insert(row.line(), target);
            let finished_at = row.origin().and_then(|it| it.finished_at.parse().ok());
            last = last.max(finished_at);
        }
        match (before.first, last) {
            (Some(first), Some(last)) if first > last && !is_continued => {
                Ok(Err(NotUpdated::LaterRun))
            }
            _ => Ok(Ok(correction)),
        }
    }

    fn of(path: &Path, existing: &Existing, sheet: &Sheet) -> Result<Correction, NotUpdated> {
        let header = existing.records().next().and_then(Result::ok);
        let form = header.and_then(|header| Form::of(&header, Appended::Outcomes));
        let form = form.ok_or(NotUpdated::OtherForm)?;
        let own = form.own();
        let cells: Option<Vec<usize>> = (0..own.len())
            .map(|at| counterpart(own, at, sheet.columns()))
            .collect();
        match cells {
            Some(cells) if form.sent_flag == sheet.has_sent_flag() => Ok(Correction {
                path: path.to_owned(),
                form,
                cells,
                targets: HashMap::new(),
            }),
            _ => Err(NotUpdated::OtherColumns),
        }
    }

    /// The rows of the results; `None` if they cannot be read to their end, or name a line twice.
    fn before(&self, existing: &Existing) -> Option<Before> {
        let mut before = Before::default();
        for record in existing.records().skip(1) {
            let record = record.ok().filter(|it| self.form.has_shape(it))?;
            match self.form.line(&record)? {
                Some(line) => {
                    if !before.lines.insert(line) {
                        return None;
                    }
                }
                None => before.added.push(Some(record.clone())),
            }
            if let Ok(time) = self.form.finished_at(&record).parse() {
                before.first = Some(
                    before
                        .first
                        .map_or(time, |first: Timestamp| first.min(time)),
                );
            }
        }
        Some(before)
    }

    /// The place of a row that a person has added. An earlier round may have added it already: then
    /// it is still as it was, or has the outcome of that round beside it.
    fn target_of_added(&self, row: &Row, added: &mut [Option<StringRecord>]) -> Target {
        let cells = self.own_cells(row.cells());
        let flag = row.sent_flag().unwrap_or_default();
        let width = self.cells.len() + usize::from(self.form.sent_flag);
        let outcome = row
            .origin()
            .filter(|it| !it.status.is_empty())
            .map(|it| (it.status.as_str(), it.finished_at.as_str()));
        let likeness = |record: &StringRecord| {
            let same = cells.iter().chain([flag]).take(width).zip(record);
            let same = same.filter(|(one, other)| one == other).count();
            let is_its = outcome == Some((self.form.status(record), self.form.finished_at(record)));
            (same == width || is_its).then_some(same)
        };
        let likely = (0..)
            .zip(added.iter())
            .filter_map(|(at, record)| Some((likeness(record.as_ref()?)?, at)));
        // Of several that are alike, the first.
        match likely.max_by_key(|&(same, at)| (same, std::cmp::Reverse(at))) {
            Some((_, at)) => {
                added[at] = None;
                Target::Added(at)
            }
            None => Target::New,
        }
    }

    fn own_cells(&self, cells: &StringRecord) -> StringRecord {
        let cells = self
            .cells
            .iter()
            .map(|&at| cells.get(at).unwrap_or_default());
        cells.collect()
    }

    fn target(&self, line: u64) -> &Target {
        self.targets.get(&line).unwrap_or(&Target::New)
    }

    /// The line in the original sheet of the failures file's row at `line`, if it has one.
    pub fn origin(&self, line: u64) -> Option<u64> {
        match self.target(line) {
            Target::Line(line) => Some(*line),
            Target::Added(_) | Target::New => None,
        }
    }

    /// Whether the results do not have the failures file's row at `line` yet.
    pub fn is_new(&self, line: u64) -> bool {
        *self.target(line) == Target::New
    }

    /// Adds the row at `line` of the failures file, with what became of it. One that a spreadsheet
    /// has changed keeps the cells that the results have.
    pub fn add(
        &self,
        corrected: &mut Corrected,
        line: u64,
        row: &ResultRow<'_>,
        changes: &Changes,
    ) -> Result<(), FileError> {
        let changed = changes.get(&line);
        let own_cells = match changed {
            Some(changed) => changed.cells.clone(),
            None => self.own_cells(row.cells),
        };
        let row = ResultRow {
            cells: &own_cells,
            sent_flag: match changed {
                Some(changed) => changed.sent_flag.as_deref(),
                None => row.sent_flag,
            },
            ..*row
        };
        let record = self
            .form
            .columns()
            .record(&row, OutputFormat::of(&self.path));
        let to = corrected.rows.entry(self.target(line).clone()).or_default();
        let mut csv = writer(to);
        csv.write_record(&record)
            .map_err(io_error)
            .and_then(|()| csv.flush())
            .map_err(FileError::io(&self.path))
    }

    /// The results with the corrected rows in the places of the old ones, and new ones at the end;
    /// all others as they are, in CSV byte for byte. To be committed.
    pub fn update(&self, corrected: Corrected, readers: &Readers) -> Result<AtomicFile, FileError> {
        let file = AtomicFile::create(&self.path, readers)?;
        let to = io::BufWriter::new(file.file());
        let updated = match OutputFormat::of(&self.path) {
            OutputFormat::Csv => self.update_csv(corrected, to),
            OutputFormat::Xlsx => self.update_xlsx(corrected, to),
        };
        updated.map_err(|error| file.error(error))?;
        Ok(file)
    }

    fn update_csv(&self, mut corrected: Corrected, mut to: impl Write) -> io::Result<()> {
        let bytes = Existing::read(&self.path)?.csv;
        let body = without_bom(&bytes);
        to.write_all(&bytes[..bytes.len() - body.len()])?;
        let mut csv = reader(body);
        let mut record = StringRecord::new();
        let (mut from, mut added) = (0, 0);
        let mut is_open = false;
        while csv.read_record(&mut record).map_err(io_error)? {
            let until = usize::try_from(csv.position().byte()).unwrap_or(body.len());
            // The reader leaves the second half of a line end to the next record.
            let ends_within = body[..until].ends_with(b"\r") && body[until..].starts_with(b"\n");
            let until = until + usize::from(ends_within);
            let row = self.corrected(&record, &mut corrected, &mut added);
            to.write_all(row.as_deref().unwrap_or(&body[from..until]))?;
            is_open = row.is_none() && !body[..until].ends_with(b"\n");
            from = until;
        }
        if is_open && !corrected.rows.is_empty() {
            to.write_all(b"\n")?;
        }
        // The rows whose places are gone since, too: none is lost.
        for row in corrected.rows.values() {
            to.write_all(row)?;
        }
        to.flush()
    }

    fn update_xlsx(&self, mut corrected: Corrected, to: impl Write) -> io::Result<()> {
        let existing = Existing::read(&self.path)?;
        let mut book = XlsxWriter::begin(to, self.form.columns())?;
        let mut added = 0;
        for record in existing.records().skip(1) {
            let record = record?;
            match self.corrected(&record, &mut corrected, &mut added) {
                Some(rows) => write_all(&mut book, &rows)?,
                None => book.write(record)?,
            }
        }
        for rows in corrected.rows.values() {
            write_all(&mut book, rows)?;
        }
        book.finish()?.flush()
    }

    /// What takes the place of a record of the results, if anything does; `added` counts those
    /// without a line.
    fn corrected(
        &self,
        record: &StringRecord,
        corrected: &mut Corrected,
        added: &mut usize,
    ) -> Option<Vec<u8>> {
        let target = match self.form.line(record) {
            Some(Some(line)) => Target::Line(line),
            Some(None) => {
                *added += 1;
                Target::Added(*added - 1)
            }
            // The header.
            None => return None,
        };
        corrected.rows.remove(&target)
    }
}

fn write_all(book: &mut XlsxWriter<impl Write>, csv: &[u8]) -> io::Result<()> {
    let mut records = reader(csv).into_records();
    records.try_for_each(|record| book.write(record.map_err(io_error)?))
}
