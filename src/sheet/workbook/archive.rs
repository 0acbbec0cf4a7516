//! What a ZIP archive is that is no workbook: documents of office programs are archives, too.

use std::io::{Seek, SeekFrom};

use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;

/// The end record and the longest comment after it.
const MAX_END_BYTES: u64 = 22 + 65_535;
/// A longer directory is read in part: the first names tell.
const MAX_DIRECTORY_BYTES: usize = 1024 * 1024;

/// `None` if it may be a workbook, or the archive's directory is not where it should be.
pub(super) fn no_workbook(input: &Input) -> Result<Option<&'static str>, SheetError> {
    let end = input.reader_from(0).seek(SeekFrom::End(0));
    let length = end.map_err(|error| input.failed(Fault::Read(error)))?;
    let start = length.saturating_sub(MAX_END_BYTES);
    let tail = input.read_at(start, (length - start) as usize)?;
    let Some(at) = tail.windows(4).rposition(|bytes| bytes == b"PK\x05\x06") else {
        return Ok(None);
    };
    let (Some(size), Some(offset)) = (number(&tail[at..], 12, 4), number(&tail[at..], 16, 4))
    else {
        return Ok(None);
    };
    let directory = input.read_at(offset, (size as usize).min(MAX_DIRECTORY_BYTES))?;
    Ok(kind(&names(&directory)))
}

fn kind(names: &[&[u8]]) -> Option<&'static str> {
    let any = |start: &[u8]| names.iter().any(|name| name.starts_with(start));
    if names.is_empty() || any(b"xl/") || any(b"content.xml") {
        None
    } else if any(b"word/") {
        Some("a Word document (.docx)")
    } else if any(b"ppt/") {
        Some("a PowerPoint presentation (.pptx)")
    } else if any(b"Index/Document.iwa") {
        Some("a document of Apple's Numbers, Pages or Keynote")
    } else {
        Some("a ZIP archive")
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
