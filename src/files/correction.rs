//! Correcting: a failures file given back updates the results it comes from.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use serde::Serialize;

use super::atomic::AtomicFile;
use super::error::FileError;
use super::results::{BOM, ResultRow, ResultsColumns, io_error, writer};
use crate::sheet::{APPENDED, EXTRA_FIELDS, Row, SENT_FLAG, Sheet, SheetError};

/// Why a failures file's results are not updated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotUpdated {
    Missing,
    /// They are not in the form in which this program writes them.
    OtherForm,
    OtherColumns,
    /// They have no row of this line, which the failures file names.
    NoSuchLine(u64),
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
    /// The line that each row of the failures file has in the sheet it comes from.
    origins: HashMap<u64, Option<u64>>,
}

/// Rows on their way into the results.
#[derive(Debug, Default)]
pub struct Corrected {
    /// As CSV, by line.
    rows: HashMap<u64, Vec<u8>>,
    added: Vec<u8>,
}

impl Correction {
    /// The results at `path`, if they are there and the rows of `sheet` come from them.
    pub fn find(path: &Path, sheet: &Sheet) -> Result<Result<Correction, NotUpdated>, SheetError> {
        // What cannot be read is reported when it is to be written.
        let Ok(bytes) = fs::read(path) else {
            return Ok(Err(NotUpdated::Missing));
        };
        let mut correction = match Correction::of(path, &bytes, sheet) {
            Ok(correction) => correction,
            Err(why) => return Ok(Err(why)),
        };
        let Some(lines) = correction.lines(&bytes) else {
            return Ok(Err(NotUpdated::OtherForm));
        };
        let mut rows = sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            let line = row.origin().and_then(|origin| origin.line);
            if let Some(line) = line.filter(|line| !lines.contains(line)) {
                return Ok(Err(NotUpdated::NoSuchLine(line)));
            }
            correction.origins.insert(row.line(), line);
        }
        Ok(Ok(correction))
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
        let (extra_fields, sent_flag) = (cut(EXTRA_FIELDS), cut(SENT_FLAG));
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
                origins: HashMap::new(),
            }),
            _ => Err(NotUpdated::OtherColumns),
        }
    }

    /// The lines that the results have; `None` if they cannot be read to their end.
    fn lines(&self, bytes: &[u8]) -> Option<HashSet<u64>> {
        let mut lines = HashSet::new();
        for record in reader(bytes).records().skip(1) {
            let record = record.ok().filter(|it| it.len() == self.header.len())?;
            lines.extend(self.line(&record)?);
        }
        Some(lines)
    }

    /// The line of a record of the results, if a person has not added it.
    fn line(&self, record: &StringRecord) -> Option<Option<u64>> {
        match &record[self.header.len() - APPENDED.len()] {
            "" => Some(None),
            line => line.parse().ok().map(Some),
        }
    }

    /// The line in the original sheet of the failures file's row at `line`, if it has one.
    pub fn origin(&self, line: u64) -> Option<u64> {
        self.origins.get(&line).copied().flatten()
    }

    /// Adds a row of the failures file, with what became of it.
    pub fn add(&self, corrected: &mut Corrected, row: &ResultRow<'_>) -> Result<(), FileError> {
        let cells = self
            .cells
            .iter()
            .map(|&at| row.cells.get(at).unwrap_or_default());
        let row = ResultRow {
            cells: &cells.collect(),
            ..*row
        };
        let columns = ResultsColumns {
            own: &self.header[..self.own],
            sent_flag: self.sent_flag,
            extra_fields: self.extra_fields,
        };
        let to = match row.line {
            Some(line) => corrected.rows.entry(line).or_default(),
            None => &mut corrected.added,
        };
        let mut csv = writer(to);
        columns
            .write(&mut csv, &row)
            .and_then(|()| csv.flush().map_err(Into::into))
            .map_err(|error| FileError::io(&self.path)(io_error(error)))
    }

    /// The results with the corrected rows in the places of the old ones, and those a person has
    /// added at the end; all others byte for byte. To be committed.
    pub fn update(&self, corrected: &Corrected) -> Result<AtomicFile, FileError> {
        let file = AtomicFile::create(&self.path)?;
        let update = || -> io::Result<()> {
            let bytes = fs::read(&self.path)?;
            let body = without_bom(&bytes);
            let mut to = io::BufWriter::new(file.file());
            to.write_all(&bytes[..bytes.len() - body.len()])?;
            let mut csv = reader(body);
            let mut record = StringRecord::new();
            let mut from = 0;
            while csv.read_record(&mut record).map_err(io_error)? {
                let until = usize::try_from(csv.position().byte()).unwrap_or(body.len());
                let line = self.line(&record).flatten();
                match line.and_then(|line| corrected.rows.get(&line)) {
                    Some(row) => to.write_all(row)?,
                    None => to.write_all(&body[from..until])?,
                }
                from = until;
            }
            if !body.ends_with(b"\n") {
                to.write_all(b"\n")?;
            }
            to.write_all(&corrected.added)?;
            to.flush()
        };
        update().map_err(|error| file.error(error))?;
        Ok(file)
    }
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
