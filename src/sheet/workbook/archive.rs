//! ZIP archives: the parts of a workbook, and what an archive is that is no workbook, for
//! documents of office programs are archives, too.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::metered::Metered;
use super::xml::Xml;
use crate::sheet::damage::Damage;
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::foreign::Foreign;
use crate::sheet::input::{Input, Reader};
use crate::sheet::table::Budget;

/// The end record and the longest comment after it.
const MAX_END_BYTES: u64 = 22 + 65_535;
/// A longer directory is read in part: the first names tell.
const MAX_DIRECTORY_BYTES: usize = 1024 * 1024;
/// The record before the end of a large archive, which tells where another is.
const LOCATOR_BYTES: u64 = 20;
/// A workbook has some hundreds of parts at most; of each, a record is kept.
const MAX_PARTS: u64 = 60_000;
const MAX_DIRECTORY: u64 = 64 * 1024 * 1024;

/// A workbook's parts, by name.
pub(super) struct Archive<'i, 'b> {
    zip: ZipArchive<BufReader<Reader<'i>>>,
    names: HashMap<String, usize>,
    budget: &'b Budget,
}

impl<'i, 'b> Archive<'i, 'b> {
    pub(super) fn open(input: &'i Input, budget: &'b Budget) -> Result<Archive<'i, 'b>, Fault> {
        let zip = ZipArchive::new(BufReader::new(input.reader_from(0)));
        let zip = zip.map_err(fault)?;
        let names = zip.file_names_raw().enumerate();
        let names = names.map(|(at, name)| (folded(&String::from_utf8_lossy(name)), at));
        Ok(Archive {
            names: names.collect(),
            zip,
            budget,
        })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&folded(name))
    }

    /// A part as it is, unpacked; none if there is no such part.
    pub(super) fn part(
        &mut self,
        name: &str,
    ) -> Result<Option<Metered<'b, impl BufRead + use<'_, 'i>>>, Fault> {
        let budget = self.budget;
        Ok(self.unpacked(name)?.map(|part| Metered::new(part, budget)))
    }

    /// A part of markup; none if there is no such part.
    pub(super) fn xml(
        &mut self,
        name: &str,
    ) -> Result<Option<Xml<'b, impl BufRead + use<'_, 'i>>>, Fault> {
        let budget = self.budget;
        Ok(self.unpacked(name)?.map(|part| Xml::new(part, budget)))
    }

    fn unpacked(
        &mut self,
        name: &str,
    ) -> Result<Option<BufReader<impl Read + use<'_, 'i>>>, Fault> {
        let Some(&at) = self.names.get(&folded(name)) else {
            return Ok(None);
        };
        let part = self.zip.by_index(at).map_err(fault)?;
        // What it says; what is true shows as it is read.
        self.budget.expect(part.size())?;
        Ok(Some(BufReader::with_capacity(64 * 1024, part)))
    }
}

fn fault(error: ZipError) -> Fault {
    match error {
        ZipError::Io(error) => (&error).into(),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Fault::Password,
        error => (&io::Error::from(error)).into(),
    }
}

/// Names differ in case and slashes between the programs that write them.
fn folded(name: &str) -> String {
    name.trim_start_matches('/')
        .replace('\\', "/")
        .to_lowercase()
}

/// Where an archive's directory is, how long, and of how many parts.
struct Directory {
    offset: u64,
    size: u64,
    parts: u64,
}

impl Directory {
    /// None if it is not where it should be.
    fn find(input: &Input) -> Result<Option<Directory>, SheetError> {
        let end = input.reader_from(0).seek(SeekFrom::End(0));
        let length = end.map_err(|error| input.failed(Fault::Read(error)))?;
        let start = length.saturating_sub(MAX_END_BYTES + LOCATOR_BYTES);
        let tail = input.read_at(start, (length - start) as usize)?;
        let Some(at) = tail.windows(4).rposition(|bytes| bytes == b"PK\x05\x06") else {
            return Ok(None);
        };
        let large = at
            .checked_sub(LOCATOR_BYTES as usize)
            .map(|at| &tail[at..])
            .filter(|locator| locator.starts_with(b"PK\x06\x07"))
            .and_then(|locator| number(locator, 8, 8));
        let directory = match large {
            Some(large) => {
                let record = input.read_at(large, 56)?;
                fields(&record, [(48, 8), (40, 8), (32, 8)])
            }
            None => fields(&tail[at..], [(16, 4), (12, 4), (10, 2)]),
        };
        Ok(directory.map(|[offset, size, parts]| Directory {
            offset,
            size,
            parts,
        }))
    }
}

/// Fails if the directory is too long to be one of a workbook.
pub(super) fn check_directory(input: &Input) -> Result<(), SheetError> {
    match Directory::find(input)? {
        Some(found) if found.parts > MAX_PARTS || found.size > MAX_DIRECTORY => {
            Err(input.error(Damage::TooMuch))
        }
        _ => Ok(()),
    }
}

/// `None` if it may be a workbook, or the archive's directory is not where it should be.
pub(super) fn no_workbook(input: &Input) -> Result<Option<Foreign>, SheetError> {
    let Some(found) = Directory::find(input)? else {
        return Ok(None);
    };
    let directory = input.read_at(found.offset, (found.size as usize).min(MAX_DIRECTORY_BYTES))?;
    Ok(kind(&names(&directory)))
}

fn fields(bytes: &[u8], [a, b, c]: [(usize, usize); 3]) -> Option<[u64; 3]> {
    let field = |(at, length)| number(bytes, at, length);
    Some([field(a)?, field(b)?, field(c)?])
}

fn kind(names: &[&[u8]]) -> Option<Foreign> {
    let any = |start: &[u8]| names.iter().any(|name| name.starts_with(start));
    if names.is_empty() || any(b"xl/") || any(b"content.xml") {
        None
    } else if any(b"word/") {
        Some(Foreign::Word)
    } else if any(b"ppt/") {
        Some(Foreign::PowerPoint)
    } else if any(b"Index/Document.iwa") {
        Some(Foreign::Iwork)
    } else {
        Some(Foreign::Zip)
    }
}

/// The names in an archive's central directory.
fn names(mut directory: &[u8]) -> Vec<&[u8]> {
    let mut names = Vec::new();
    while directory.starts_with(b"PK\x01\x02") {
        let lengths = [28, 30, 32].map(|at| number(directory, at, 2).unwrap_or_default() as usize);
        let Some(name) = directory.get(46..46 + lengths[0]) else {
            break;
        };
        names.push(name);
        let entry = 46 + lengths.iter().sum::<usize>();
        directory = directory.get(entry..).unwrap_or_default();
    }
    names
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?.iter().rev();
    Some(bytes.fold(0, |number, &byte| number << 8 | u64::from(byte)))
}
