//! Correcting: a failures file given back updates the results it comes from.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use jiff::Timestamp;
use serde::Serialize;

use super::atomic::AtomicFile;
use super::error::FileError;
use super::open::open_to_read;
use super::readers::Readers;
use super::results::{BOM, ResultRow, ResultsColumns, io_error, writer};
use crate::sheet::{
    APPENDED, EXTRA_FIELDS, Line, Row, SENT_FLAG, Sheet, SheetError, SheetLine, WORKSHEET,
};

/// Why a failures file's results are not updated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotUpdated {
    Missing,
    Unreadable(String),
    /// They are not in the form in which this program writes them.
    OtherForm,
    OtherColumns,
    /// They have no row of this line, which the failures file names.
    NoSuchLine(SheetLine),
    /// All their rows are younger than those of the failures file.
    LaterRun,
}

/// Where a row belongs in the results.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// In the place of the row of this line of the sheet.
    Line(SheetLine),
    /// In the place of this one, counted from 0, of those without a line, which a person has added.
    Added(usize),
    /// At the end.
    New,
}

/// The results that a failures file comes from.
#[derive(Debug)]
pub struct Correction {
    path: PathBuf,
    header: Vec<String>,
    /// How many of the columns are the sheet's own.
    own: usize,
    /// Where the sheet has each of these.
    cells: Vec<usize>,
    sent_flag: bool,
    extra_fields: bool,
    worksheet: bool,
    /// By line of the failures file.
    targets: HashMap<Line, Target>,
}

/// Rows on their way into the results, as CSV.
#[derive(Debug, Default)]
pub struct Corrected {
    rows: BTreeMap<Target, Vec<u8>>,
}

/// The rows of the results before they are updated.
#[derive(Default)]
struct Before {
    lines: HashSet<SheetLine>,
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
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Err(NotUpdated::Missing));
            }
            Err(error) => return Ok(Err(NotUpdated::Unreadable(error.to_string()))),
        };
        let mut correction = match Correction::of(path, &bytes, sheet) {
            Ok(correction) => correction,
            Err(why) => return Ok(Err(why)),
        };
        let Some(mut before) = correction.before(&bytes) else {
            return Ok(Err(NotUpdated::OtherForm));
        };
        let mut last = None;
        let mut taken = HashSet::new();
        let mut rows = sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            let line = row.origin().and_then(|origin| origin.line.clone());
            if let Some(line) = line.as_ref().filter(|line| !before.lines.contains(line)) {
                return Ok(Err(NotUpdated::NoSuchLine(line.clone())));
            }
            // A row that a person has copied is one more, not the same again.
            let target = match line.filter(|line| taken.insert(line.clone())) {
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

    fn of(path: &Path, bytes: &[u8], sheet: &Sheet) -> Result<Correction, NotUpdated> {
        let mut header = StringRecord::new();
        let read = reader(bytes).read_record(&mut header);
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        if !matches!(read, Ok(true)) || !header.ends_with(&APPENDED.map(str::to_owned)) {
            return Err(NotUpdated::OtherForm);
        }
        let mut own = header.len() - APPENDED.len();
        let mut cut = |name: &str| {
            let has = own.checked_sub(1).is_some_and(|last| header[last] == name);
            own -= usize::from(has);
            has
        };
        let (worksheet, extra_fields) = (cut(WORKSHEET), cut(EXTRA_FIELDS));
        let sent_flag = cut(SENT_FLAG);
        let cells: Option<Vec<usize>> = (0..own)
            .map(|at| {
                let nth = header[..at].iter().filter(|it| **it == header[at]).count();
                let same = (0..)
                    .zip(sheet.columns())
                    .filter(|(_, it)| **it == header[at]);
                same.map(|(at, _)| at).nth(nth)
            })
            .collect();
        match cells {
            Some(cells) if sent_flag == sheet.has_sent_flag() => Ok(Correction {
                path: path.to_owned(),
                header,
                own,
                cells,
                sent_flag,
                extra_fields,
                worksheet,
                targets: HashMap::new(),
            }),
            _ => Err(NotUpdated::OtherColumns),
        }
    }

    /// The rows of the results; `None` if they cannot be read to their end, or name a line twice.
    fn before(&self, bytes: &[u8]) -> Option<Before> {
        let mut before = Before::default();
        for record in reader(bytes).records().skip(1) {
            let record = record.ok().filter(|it| it.len() == self.header.len())?;
            match self.line(&record)? {
                Some(line) => {
                    if !before.lines.insert(line) {
                        return None;
                    }
                }
                None => before.added.push(Some(record.clone())),
            }
            if let Ok(time) = record[self.header.len() - 1].parse() {
                before.first = Some(
                    before
                        .first
                        .map_or(time, |first: Timestamp| first.min(time)),
                );
            }
        }
        Some(before)
    }

    /// The line of a record of the results, if a person has not added it.
    fn line(&self, record: &StringRecord) -> Option<Option<SheetLine>> {
        let at = self.header.len() - APPENDED.len();
        let line = match &record[at] {
            "" => return Some(None),
            line => line.parse().ok()?,
        };
        let worksheet = self.worksheet.then(|| record[at - 1].to_owned());
        Some(Some(SheetLine { worksheet, line }))
    }

    /// The place of a row that a person has added. An earlier round may have added it already: then
    /// it is still as it was, or has the outcome of that round beside it.
    fn target_of_added(&self, row: &Row, added: &mut [Option<StringRecord>]) -> Target {
        let cells = self.own_cells(row.cells());
        let flag = row.sent_flag().unwrap_or_default();
        let width = self.own + usize::from(self.sent_flag);
        let outcome = row
            .origin()
            .filter(|it| !it.status.is_empty())
            .map(|it| (it.status.as_str(), it.finished_at.as_str()));
        let likeness = |record: &StringRecord| {
            let same = cells.iter().chain([flag]).take(width).zip(record);
            let same = same.filter(|(one, other)| one == other).count();
            let status = &record[self.header.len() - APPENDED.len() + 1];
            let is_its = outcome == Some((status, &record[self.header.len() - 1]));
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

    fn target(&self, line: Line) -> &Target {
        self.targets.get(&line).unwrap_or(&Target::New)
    }

    /// The line in the original sheet of the failures file's row at `line`, if it has one.
    pub fn origin(&self, line: Line) -> Option<SheetLine> {
        match self.target(line) {
            Target::Line(line) => Some(line.clone()),
            Target::Added(_) | Target::New => None,
        }
    }

    /// Whether the results do not have the failures file's row at `line` yet.
    pub fn is_new(&self, line: Line) -> bool {
        *self.target(line) == Target::New
    }

    /// Adds the row at `line` of the failures file, with what became of it.
    pub fn add(
        &self,
        corrected: &mut Corrected,
        line: Line,
        row: &ResultRow<'_>,
    ) -> Result<(), FileError> {
        let row = ResultRow {
            cells: &self.own_cells(row.cells),
            ..*row
        };
        let columns = ResultsColumns {
            own: &self.header[..self.own],
            sent_flag: self.sent_flag,
            extra_fields: self.extra_fields,
            worksheet: self.worksheet,
        };
        let to = corrected.rows.entry(self.target(line).clone()).or_default();
        let mut csv = writer(to);
        columns
            .write(&mut csv, &row)
            .and_then(|()| csv.flush().map_err(Into::into))
            .map_err(|error| FileError::io(&self.path)(io_error(error)))
    }

    /// The results with the corrected rows in the places of the old ones, and new ones at the end;
    /// all others byte for byte. To be committed.
    pub fn update(
        &self,
        mut corrected: Corrected,
        readers: &Readers,
    ) -> Result<AtomicFile, FileError> {
        let file = AtomicFile::create(&self.path, readers)?;
        let mut update = || -> io::Result<()> {
            let bytes = read(&self.path)?;
            let body = without_bom(&bytes);
            let mut to = io::BufWriter::new(file.file());
            to.write_all(&bytes[..bytes.len() - body.len()])?;
            let mut csv = reader(body);
            let mut record = StringRecord::new();
            let (mut from, mut added) = (0, 0);
            let mut is_open = false;
            while csv.read_record(&mut record).map_err(io_error)? {
                let until = usize::try_from(csv.position().byte()).unwrap_or(body.len());
                // The reader leaves the second half of a line end to the next record.
                let ends_within =
                    body[..until].ends_with(b"\r") && body[until..].starts_with(b"\n");
                let until = until + usize::from(ends_within);
                let row = match self.line(&record) {
                    Some(Some(line)) => corrected.rows.remove(&Target::Line(line)),
                    Some(None) => {
                        added += 1;
                        corrected.rows.remove(&Target::Added(added - 1))
                    }
                    // The header.
                    None => None,
                };
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
        };
        update().map_err(|error| file.error(error))?;
        Ok(file)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (mut file, _) = match open_to_read(path) {
        Ok(Some(opened)) => opened,
        Ok(None) => return Err(io::ErrorKind::NotFound.into()),
        Err(FileError::Io { source, .. }) => return Err(source),
        Err(error) => return Err(io::Error::other(error)),
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(without_bom(bytes))
}
