//! The journal that an earlier run has left, and whether it is to be believed.

use std::fs::Metadata;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use csv::StringRecord;
use serde::Serialize;

use super::{COLUMNS, Identity, Line, checksum};
use crate::files::error::FileError;
use crate::files::open::{is_own, open_to_read};
use crate::files::outcome::Outcome;
use crate::language::say;
use crate::text::duration;

/// What an existing journal turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// There was none, or none worth keeping.
    Nothing,
    /// That of a run that was cut short, as far as it is whole.
    Lines(Vec<Line>),
    Foreign(Foreign),
}

/// Why a journal is not continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Foreign {
    OtherIdentity,
    /// It is not this user's, or others can write to it.
    NotOwn,
    OtherRows,
    /// So long ago its last outcome was known.
    Old(Duration),
    /// More has happened to it than that its end was cut off.
    Damaged,
    /// It is of the sheet, and its failures are corrected; or the other way round.
    OtherSheet,
    NotWanted,
}

impl Foreign {
    /// Says that a journal was in the way and is now at `path`.
    pub fn set_aside(self, path: &str) -> String {
        match self {
            Foreign::OtherIdentity => say!("journal-of-other-identity", path = path),
            Foreign::NotOwn => say!("journal-not-own", path = path),
            Foreign::OtherRows => say!("journal-of-other-rows", path = path),
            Foreign::Old(age) => say!("journal-too-old", age = duration(age), path = path),
            Foreign::Damaged => say!("journal-damaged", path = path),
            Foreign::OtherSheet => say!("journal-of-other-sheet", path = path),
            Foreign::NotWanted => say!("journal-not-wanted", path = path),
        }
    }
}

/// A journal that is in the way, as it was when it was found.
#[derive(Debug)]
pub struct Left {
    bytes: Vec<u8>,
    is_own: bool,
}

impl Left {
    /// Reads the journal at `path`, if there is one.
    ///
    /// # Errors
    ///
    /// If there is something that is no journal, whole, cut off or torn.
    pub fn open(path: &Path) -> Result<Option<Left>, FileError> {
        let Some((bytes, found)) = read(path, usize::MAX)? else {
            return Ok(None);
        };
        Ok(Some(Left {
            is_own: is_own(path, &found)?,
            bytes,
        }))
    }

    pub fn find(&self, identity: &Identity) -> Found {
        match parse(&self.bytes, identity) {
            Found::Lines(_) if !self.is_own => Found::Foreign(Foreign::NotOwn),
            found => found,
        }
    }
}

/// Whether there is a journal at the path, whole, cut off or torn.
pub fn is_at(path: &Path) -> bool {
    matches!(read(path, COLUMNS.len()), Ok(Some(_)))
}

/// The same, if it is one's own.
pub fn is_own_at(path: &Path) -> bool {
    match read(path, COLUMNS.len()) {
        Ok(Some((_, found))) => is_own(path, &found).unwrap_or(false),
        _ => false,
    }
}

/// What is at the path, up to so many bytes of it.
fn read(path: &Path, most: usize) -> Result<Option<(Vec<u8>, Metadata)>, FileError> {
    let opened = open_to_read(path).map_err(|error| match error {
        FileError::Io { source, .. } => FileError::left(path)(source),
        error => error,
    });
    let Some((file, found)) = opened? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.take(most as u64)
        .read_to_end(&mut bytes)
        .map_err(FileError::io(path))?;
    if begins_as_journal(&bytes) {
        Ok(Some((bytes, found)))
    } else {
        Err(FileError::NotOurs(path.to_owned()))
    }
}

/// A power cut may leave zeros where something was to be written.
fn begins_as_journal(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().rev().take_while(|&&byte| byte == 0).count();
    let written = &bytes[..bytes.len() - zeros];
    let columns = COLUMNS.as_bytes();
    written.starts_with(columns) || columns.starts_with(written)
}

/// What the bytes of a journal say to a run of this identity.
pub fn parse(bytes: &[u8], identity: &Identity) -> Found {
    let (columns, rest) = bytes.split_at(bytes.len().min(COLUMNS.len()));
    if !COLUMNS.as_bytes().starts_with(columns) {
        return Found::Foreign(Foreign::Damaged);
    }
    let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
        return Found::Nothing;
    };
    match parse_lines(&rest[end + 1..]) {
        None => Found::Foreign(Foreign::Damaged),
        Some(lines) if lines.is_empty() => Found::Nothing,
        Some(_) if rest[..end] != *identity.0.as_bytes() => Found::Foreign(Foreign::OtherIdentity),
        Some(lines) => Found::Lines(lines),
    }
}

/// The lines of a journal; `None` if it is damaged.
///
/// A kill or a power cut leaves at most the last line torn: it is dropped. Two lines that are none,
/// or one before a whole one, are damage of another kind.
fn parse_lines(body: &[u8]) -> Option<Vec<Line>> {
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(body);
    let mut record = StringRecord::new();
    let mut lines = Vec::new();
    let mut torn = 0;
    loop {
        let line = match csv.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => parse_line(&record),
            // Not UTF-8: reading from memory fails in no other way.
            Err(_) => None,
        };
        let is_last = csv.position().byte() == body.len() as u64;
        match line {
            Some(_) if torn > 0 => return None,
            // Its end may be missing, though all its fields are there.
            Some(_) if is_last && !body.ends_with(b"\n") => break,
            Some(line) => lines.push(line),
            None => torn += 1,
        }
    }
    (torn <= 1).then_some(lines)
}

/// `None` if the line is not whole.
fn parse_line(record: &StringRecord) -> Option<Line> {
    let (sum, fields) = (record.iter().next_back()?, record.len() - 1);
    if checksum(record.iter().take(fields)) != sum {
        return None;
    }
    let mut fields = record.iter().take(fields);
    let line = Line {
        order: fields.next()?.to_owned(),
        flag: fields.next()?.to_owned(),
        line: fields.next()?.parse().ok()?,
        outcome: Outcome {
            status: fields.next()?.parse().ok()?,
            code: match fields.next()? {
                "" => None,
                code => Some(code.parse().ok()?),
            },
            message: fields.next()?.into(),
            attempts: fields.next()?.parse().ok()?,
            finished_at: fields.next()?.parse().ok()?,
        },
    };
    fields.next().is_none().then_some(line)
}
