//! The journal that an earlier run has left, and whether it is to be believed.

use std::fs::Metadata;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use csv::StringRecord;
use serde::Serialize;

use super::{HEADER, Identity, Line};
use crate::files::error::FileError;
use crate::files::open::{is_own, open_to_read};
use crate::files::outcome::Outcome;

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

/// A journal that is in the way, as it was when it was found.
#[derive(Debug)]
pub struct Left {
    bytes: Vec<u8>,
    is_own: bool,
}

/// A line and the seal that stands at its end.
#[derive(Debug, PartialEq, Eq)]
pub struct Sealed {
    pub line: Line,
    /// Whether the seal is the one that the identity gives the line.
    pub holds: bool,
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
    matches!(read(path, HEADER.len()), Ok(Some(_)))
}

/// The same, if it is one's own.
pub fn is_own_at(path: &Path) -> bool {
    match read(path, HEADER.len()) {
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
    match begins_as_journal(&bytes) {
        true => Ok(Some((bytes, found))),
        false => Err(FileError::NotOurs(path.to_owned())),
    }
}

/// A power cut may leave zeros where something was to be written.
fn begins_as_journal(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().rev().take_while(|&&byte| byte == 0).count();
    let written = &bytes[..bytes.len() - zeros];
    let header = HEADER.as_bytes();
    written.starts_with(header) || header.starts_with(written)
}

/// What the bytes of a journal say to a run of this identity.
pub fn parse(bytes: &[u8], identity: &Identity) -> Found {
    let Some(lines) = sealed_lines(bytes, identity) else {
        return Found::Foreign(Foreign::Damaged);
    };
    let hold = lines.iter().filter(|sealed| sealed.holds).count();
    match hold {
        _ if lines.is_empty() => Found::Nothing,
        0 => Found::Foreign(Foreign::OtherIdentity),
        _ if hold < lines.len() => Found::Foreign(Foreign::Damaged),
        _ => Found::Lines(lines.into_iter().map(|sealed| sealed.line).collect()),
    }
}

/// The lines of a journal; `None` if it is damaged.
///
/// A kill or a power cut leaves at most the last line torn: it is dropped. Two lines that are none,
/// or one before a whole one, are damage of another kind.
pub fn sealed_lines(bytes: &[u8], identity: &Identity) -> Option<Vec<Sealed>> {
    let Some(body) = bytes.strip_prefix(HEADER.as_bytes()) else {
        return HEADER.as_bytes().starts_with(bytes).then(Vec::new);
    };
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
            Ok(true) => parse_line(&record, identity),
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
fn parse_line(record: &StringRecord, identity: &Identity) -> Option<Sealed> {
    let mut fields = record.iter();
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
    let seal = fields.next()?;
    if seal.len() != Identity::SEAL_LENGTH || fields.next().is_some() {
        return None;
    }
    let sealed: Vec<&str> = record.iter().take(record.len() - 1).collect();
    Some(Sealed {
        line,
        holds: identity.seal(&sealed) == seal,
    })
}
