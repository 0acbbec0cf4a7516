//! What an earlier run has left of its journal.

use std::fs::Metadata;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use super::{BEGINNING, Entry, Identity, Line, Published};
#[cfg(unix)]
use crate::files::atomic::AtomicFile;
use crate::files::error::FileError;
use crate::files::fs::open_to_read;
use crate::language::say;
use crate::text::duration;

/// What an existing journal turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// There was none, or none worth keeping.
    Nothing,
    /// That of a run that was cut short, as far as it is whole.
    Lines(Vec<Line>, Published),
    Foreign(Foreign),
}

/// Why a journal is not continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    OtherIdentity,
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
        let is_own = is_own(path, &found)?;
        Ok(Some(Left { bytes, is_own }))
    }

    /// The same without the trial of whose it is, for which a file is written: it counts as own.
    pub fn look(path: &Path) -> Result<Option<Left>, FileError> {
        let found = read(path, usize::MAX)?;
        let is_own = true;
        Ok(found.map(|(bytes, _)| Left { bytes, is_own }))
    }

    pub fn find(&self, identity: &Identity) -> Found {
        match parse(&self.bytes, identity) {
            Found::Lines(..) if !self.is_own => Found::Foreign(Foreign::NotOwn),
            found => found,
        }
    }
}

/// Whether there is a journal at the path, whole, cut off or torn.
pub fn is_at(path: &Path) -> bool {
    matches!(read(path, BEGINNING.len()), Ok(Some(_)))
}

/// Whether a run that has begun to put its files in their places was kept from all of them.
pub fn is_half_placed(path: &Path) -> bool {
    let Ok(Some((bytes, _))) = read(path, usize::MAX) else {
        return false;
    };
    let lines = bytes.split(|&byte| byte == b'\n');
    let entries = lines.filter_map(|line| serde_json::from_slice(line).ok());
    entries.fold(false, |is_half, entry| match entry {
        Entry::Line(_) => is_half,
        Entry::Published { .. } => true,
        Entry::Placed { placed } => !placed,
    })
}

/// Whether the file is this user's, as one made now is: some file systems show one user for all.
#[cfg(unix)]
fn is_own(path: &Path, found: &Metadata) -> Result<bool, FileError> {
    use std::os::unix::fs::MetadataExt;

    let fresh = AtomicFile::private(path)?;
    let fresh = fresh.file().metadata().map_err(FileError::io(path))?;
    Ok(found.uid() == fresh.uid())
}

#[cfg(not(unix))]
fn is_own(_: &Path, _: &Metadata) -> Result<bool, FileError> {
    Ok(true)
}

/// What is at the path, up to so many bytes of it.
fn read(path: &Path, most: usize) -> Result<Option<(Vec<u8>, Metadata)>, FileError> {
    let opened = open_to_read(path).map_err(FileError::of_earlier_run)?;
    let Some((file, found)) = opened else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.take(most as u64)
        .read_to_end(&mut bytes)
        .map_err(FileError::io(path))?;
    // A power cut may leave zeros where something was to be written.
    let zeros = bytes.iter().rev().take_while(|&&byte| byte == 0).count();
    let written = &bytes[..bytes.len() - zeros];
    let beginning = BEGINNING.as_bytes();
    if written.starts_with(beginning) || beginning.starts_with(written) {
        Ok(Some((bytes, found)))
    } else {
        Err(FileError::not_ours(path))
    }
}

/// What the bytes of a journal say to a run of this identity.
///
/// A kill or a power cut leaves at most the last line torn: it is dropped. Two lines that are none,
/// or one before a whole one, are damage of another kind.
pub fn parse(bytes: &[u8], identity: &Identity) -> Found {
    let beginning = &bytes[..bytes.len().min(BEGINNING.len())];
    if !BEGINNING.as_bytes().starts_with(beginning) {
        return Found::Foreign(Foreign::Damaged);
    }
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        return Found::Nothing;
    };
    let (mut lines, mut published) = (Vec::new(), Published::default());
    let mut is_torn = false;
    for line in bytes[end + 1..].split_inclusive(|&byte| byte == b'\n') {
        // The end of the last may be missing, though all else is there.
        let line = line.strip_suffix(b"\n").unwrap_or_default();
        if is_torn {
            return Found::Foreign(Foreign::Damaged);
        }
        match serde_json::from_slice(line) {
            Ok(Entry::Line(line)) => lines.push(line),
            Ok(Entry::Published { published: more }) => published.extend(more),
            Ok(Entry::Placed { .. }) => {}
            Err(_) => is_torn = true,
        }
    }
    if lines.is_empty() && published.is_empty() {
        Found::Nothing
    } else if bytes[..end] == *identity.line().as_bytes() {
        Found::Lines(lines, published)
    } else if lines.iter().all(Line::was_refused) {
        // It knows nothing that could be lost: such is left by a wrong account.
        Found::Lines(Vec::new(), published)
    } else {
        Found::Foreign(Foreign::OtherIdentity)
    }
}
