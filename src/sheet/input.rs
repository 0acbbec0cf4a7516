//! The bytes of a sheet: opened once, read as often as wanted. What the user says of them, and why
//! they cannot be used.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::time::SystemTime;

use same_file::Handle;

use crate::language::{os_error, say};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or anything else that can be opened by a path.
    Path(PathBuf),
    Stdin,
}

/// Each overrules what is found out.
#[derive(Default, Clone, Debug)]
pub struct SheetOptions {
    /// Encoding of a text sheet, by its WHATWG label: `utf-8`, `gb18030`, `utf-16le`…
    pub encoding: Option<String>,
    /// What separates the fields of a text sheet: one ASCII character.
    pub delimiter: Option<char>,
    /// Name or number (from 1) of a workbook's worksheet; a name wins over a number.
    pub worksheet: Option<String>,
    /// Rows that are hidden in a workbook are left out.
    pub visible_only: bool,
    /// Rows that are hidden are meant too where one flag is given for all.
    pub include_hidden: bool,
    /// Header or letter of the column with the orders; a header wins over a letter.
    pub order_column: Option<String>,
    /// Header or letter of the column with the flags; a header wins over a letter.
    pub flag_column: Option<String>,
    /// Line of the header: of the file, or the worksheet's row number.
    pub header_line: Option<u64>,
    /// The sheet's first line is a row; columns are named by letter.
    pub no_header: bool,
    /// The first line is the header, whatever its columns: of orders and flags nothing is known.
    pub is_table: bool,
    /// One flag for all rows.
    pub flag: Option<String>,
    /// The flags that rows may give besides none; empty: all.
    pub flags: Vec<String>,
    /// Whether the sheet is a results or failures file by its name.
    pub is_named_ours: bool,
    /// The most bytes of a workbook's cells that are read, unpacked, and held; 512 MB unless given.
    pub max_workbook_size: Option<u64>,
    /// Whether it may have no rows: an export that failed looks so, too.
    pub allow_empty: bool,
}

/// Why a sheet cannot be used: what happened, where, and what to do, on one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SheetError(pub String);

impl SheetError {
    /// `fault` is a clause about the file.
    pub fn of(file: &str, fault: impl ToString) -> SheetError {
        SheetError(say!("sheet-error", file = file, fault = fault.to_string()))
    }

    /// The file was written to while it was in use.
    pub fn changed(file: &str) -> SheetError {
        SheetError::of(file, say!("sheet-changed"))
    }
}

/// An open sheet. Reads name their offset, so that passes do not disturb each other and a file
/// replaced under its name does no harm.
#[derive(Debug)]
pub struct Input {
    pub name: String,
    pub path: Option<PathBuf>,
    file: File,
    /// Length and time of change at open; none for a temporary file, which nobody else can write.
    stamp: Option<Stamp>,
}

type Stamp = (u64, Option<SystemTime>);

fn stamp(file: &File) -> io::Result<Stamp> {
    let metadata = file.metadata()?;
    Ok((metadata.len(), metadata.modified().ok()))
}

fn not_read(error: &io::Error) -> String {
    say!("sheet-not-read", why = os_error(error))
}

pub fn not_opened(name: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => say!("sheet-not-found"),
        io::ErrorKind::IsADirectory => say!("sheet-directory"),
        // Windows has no such names, and its shells leave patterns as they are.
        io::ErrorKind::InvalidFilename if name.contains(['*', '?']) => say!("sheet-pattern"),
        _ => say!("sheet-not-opened", why = os_error(error)),
    }
}

impl Input {
    pub fn open(source: Source) -> Result<Input, SheetError> {
        let path = match source {
            Source::Stdin => return Input::spool("-".to_owned(), None, &mut io::stdin().lock()),
            Source::Path(path) => path,
        };
        let name = path.display().to_string();
        let failed = |error: io::Error| SheetError::of(&name, not_opened(&name, &error));
        // Asked before opening, because some systems refuse to open a directory.
        if path.metadata().map_err(failed)?.is_dir() {
            return Err(SheetError::of(&name, say!("sheet-directory")));
        }
        let mut file = File::open(&path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Input::spool(name, Some(path), &mut file);
        }
        let stamp = Some(stamp(&file).map_err(failed)?);
        Ok(Input {
            name,
            path: Some(path),
            file,
            stamp,
        })
    }

    /// Keeps a stream, which can be read only once, in an unnamed temporary file.
    pub fn spool(
        name: String,
        path: Option<PathBuf>,
        stream: &mut dyn Read,
    ) -> Result<Input, SheetError> {
        let spooled = tempfile::tempfile().and_then(|mut file| {
            io::copy(stream, &mut file)?;
            Ok(file)
        });
        let file = spooled.map_err(|error| {
            let directory = std::env::temp_dir().display().to_string();
            let why = os_error(&error);
            let fault = say!("sheet-not-spooled", directory = directory, why = why);
            SheetError::of(&name, fault)
        })?;
        Ok(Input {
            name,
            path,
            file,
            stamp: None,
        })
    }

    /// A reader with a position of its own.
    pub fn reader_from(&self, offset: u64) -> Reader<'_> {
        let file = &self.file;
        Reader { file, offset }
    }

    /// Up to `length` bytes from `offset` on; less only at the end of the file.
    pub fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, SheetError> {
        let mut bytes = Vec::with_capacity(length);
        let mut reader = self.reader_from(offset).take(length as u64);
        let read = reader.read_to_end(&mut bytes);
        read.map_err(|error| self.unreadable(&error))?;
        Ok(bytes)
    }

    /// What is known of the file itself; nothing of a stream.
    pub fn metadata(&self) -> Option<Metadata> {
        self.stamp.and_then(|_| self.file.metadata().ok())
    }

    pub fn length(&self) -> Result<u64, SheetError> {
        let end = self.reader_from(0).seek(io::SeekFrom::End(0));
        end.map_err(|error| self.unreadable(&error))
    }

    pub fn error(&self, fault: impl ToString) -> SheetError {
        SheetError::of(&self.name, fault)
    }

    /// The error for a fault in reading, unless a change of the file explains it.
    pub fn failed(&self, fault: impl ToString) -> SheetError {
        self.unchanged().err().unwrap_or_else(|| self.error(fault))
    }

    pub fn unreadable(&self, error: &io::Error) -> SheetError {
        self.failed(not_read(error))
    }

    /// Whether the path still leads to this file.
    pub fn is_in_place(&self) -> bool {
        let Some(path) = &self.path else {
            return true;
        };
        let opened = self.file.try_clone().and_then(Handle::from_file);
        let found = Handle::from_path(path);
        matches!((opened, found), (Ok(opened), Ok(found)) if opened == found)
    }

    /// Fails if the file was written to, or another took its place, since it was opened.
    pub fn ensure_current(&self) -> Result<(), SheetError> {
        self.unchanged()?;
        if self.stamp.is_some() && !self.is_in_place() {
            return Err(SheetError::changed(&self.name));
        }
        Ok(())
    }

    /// Fails if the file was written to since it was opened.
    pub fn unchanged(&self) -> Result<(), SheetError> {
        let Some(before) = self.stamp else {
            return Ok(());
        };
        let now = stamp(&self.file).map_err(|error| self.error(not_read(&error)))?;
        if now == before {
            Ok(())
        } else {
            Err(SheetError::changed(&self.name))
        }
    }
}

/// Reads an [`Input`] from its own position.
#[derive(Clone, Debug)]
pub struct Reader<'i> {
    file: &'i File,
    offset: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.offset)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

impl io::Seek for Reader<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            io::SeekFrom::Start(offset) => (offset, 0),
            io::SeekFrom::Current(by) => (self.offset, by),
            io::SeekFrom::End(by) => (self.file.metadata()?.len(), by),
        };
        self.offset = base
            .checked_add_signed(by)
            .ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.offset)
    }
}
