//! ZIP archives: the parts of a workbook, and what an archive is that is no workbook, for
//! documents of office programs are archives, too.

use std::collections::HashMap;
use std::io::{self, BufReader, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::budget::{Budget, Metered};
use super::error::{Result, WorkbookError, password, too_much};
use super::{Source, read_at};

/// The end record and the longest comment after it.
const MAX_END_BYTES: u64 = 22 + 65_535;
/// The record before the end of a large archive, which tells where another is.
const LOCATOR_BYTES: u64 = 20;
/// A workbook has some hundreds of parts at most; of each, a record is kept.
const MAX_PARTS: u64 = 60_000;
const MAX_DIRECTORY: u64 = 64 * 1024 * 1024;

/// A workbook's parts, by name.
pub struct Archive<'i, 'b> {
    zip: ZipArchive<BufReader<Source<'i>>>,
    names: HashMap<String, usize>,
    budget: &'b Budget,
}

impl<'i, 'b> Archive<'i, 'b> {
    pub fn open(mut source: Source<'i>, budget: &'b Budget) -> Result<Archive<'i, 'b>> {
        if let Some((parts, size)) = directory(&mut source)?
            && (parts > MAX_PARTS || size > MAX_DIRECTORY)
        {
            return Err(too_much());
        }
        let zip = ZipArchive::new(BufReader::new(source)).map_err(error_of)?;
        let names = zip.file_names_raw().enumerate();
        let names = names.map(|(at, name)| (folded(&String::from_utf8_lossy(name)), at));
        Ok(Archive {
            names: names.collect(),
            zip,
            budget,
        })
    }

    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(&folded(name))
    }

    /// What it is instead of a workbook, as far as its names tell.
    pub fn foreign(&self) -> Option<&'static str> {
        let any = |start: &str| self.names.keys().any(|name| name.starts_with(start));
        if self.names.is_empty() || any("xl/") || any("content.xml") {
            return None;
        }
        let kinds = [
            ("word/", "Word"),
            ("ppt/", "PowerPoint"),
            ("index/document.iwa", "Numbers, Pages, Keynote"),
        ];
        let found = kinds.into_iter().find(|(start, _)| any(start));
        Some(found.map_or("ZIP", |(_, what)| what))
    }

    /// A part, unpacked; none if there is no such part.
    pub fn part(&mut self, name: &str) -> Result<Option<Metered<'_>>> {
        let Some(&at) = self.names.get(&folded(name)) else {
            return Ok(None);
        };
        let part = self.zip.by_index(at).map_err(error_of)?;
        // What it says; what is true shows as it is read.
        self.budget.check(part.size())?;
        let part = BufReader::with_capacity(64 * 1024, part);
        Ok(Some(Metered::new(part, self.budget)))
    }
}

fn error_of(error: ZipError) -> WorkbookError {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => password(),
        error => io::Error::from(error).into(),
    }
}

/// Names differ in case and slashes between the programs that write them.
fn folded(name: &str) -> String {
    name.trim_start_matches('/')
        .replace('\\', "/")
        .to_lowercase()
}

/// How many parts an archive's directory has, and how many bytes; none if it is not where it
/// should be.
fn directory(source: &mut Source<'_>) -> io::Result<Option<(u64, u64)>> {
    let length = source.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(MAX_END_BYTES + LOCATOR_BYTES);
    let tail = read_at(source, start, MAX_END_BYTES + LOCATOR_BYTES)?;
    let Some(at) = tail.windows(4).rposition(|bytes| bytes == b"PK\x05\x06") else {
        return Ok(None);
    };
    let large = at
        .checked_sub(LOCATOR_BYTES as usize)
        .map(|at| &tail[at..])
        .filter(|locator| locator.starts_with(b"PK\x06\x07"))
        .and_then(|locator| number(locator, 8, 8));
    let (record, parts, size) = match large {
        Some(large) => (read_at(source, large, 56)?, (32, 8), (40, 8)),
        None => (tail[at..].to_vec(), (10, 2), (12, 4)),
    };
    let field = |(at, length)| number(&record, at, length);
    Ok(field(parts).zip(field(size)))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?.iter().rev();
    Some(bytes.fold(0, |number, &byte| number << 8 | u64::from(byte)))
}
