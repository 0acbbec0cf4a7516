//! Results and failures read back, whatever their format.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use csv::StringRecord;

use super::csv::{io_error, reader, without_bom};
use super::{OutputFormat, xlsx};
use crate::files::error::FileError;
use crate::files::fs::open_to_read;

/// Bytes within which the first rows of a CSV file end.
const HEAD: u64 = 1024 * 1024;

/// A file as it stood when it was read: a workbook as the CSV that it would be.
#[derive(Debug)]
pub struct Existing {
    pub csv: Vec<u8>,
}

impl Existing {
    pub fn read(path: &Path) -> io::Result<Existing> {
        read(path, u64::MAX, usize::MAX)
    }

    /// The header and the rows, all as they stand.
    pub fn records(&self) -> impl Iterator<Item = io::Result<StringRecord>> + '_ {
        let records = reader(without_bom(&self.csv)).into_records();
        records.map(|record| record.map_err(io_error))
    }
}

/// The header and the first row, as far as they are there; without cells where they are no text.
pub fn head(path: &Path) -> io::Result<Vec<StringRecord>> {
    let existing = read(path, HEAD, 2)?;
    let records = existing.records().take(2);
    Ok(records.map(Result::unwrap_or_default).collect())
}

fn open(path: &Path) -> io::Result<File> {
    match open_to_read(path) {
        Ok(Some((file, _))) => Ok(file),
        Ok(None) => Err(io::ErrorKind::NotFound.into()),
        Err(FileError::Io { source, .. }) => Err(source),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn read(path: &Path, bytes: u64, rows: usize) -> io::Result<Existing> {
    let file = open(path)?;
    let csv = match OutputFormat::of(path) {
        OutputFormat::Csv => {
            let mut csv = Vec::new();
            file.take(bytes).read_to_end(&mut csv)?;
            csv
        }
        OutputFormat::Xlsx => xlsx::to_csv(file, rows)?,
    };
    Ok(Existing { csv })
}
