//! Why a run's files cannot be had.

use std::io;
use std::path::{Path, PathBuf};

use crate::sheet::SheetError;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("a sheet from standard input or a pipe needs --results FILE")]
    NoName,
    #[error(
        "`{0}` is of a run against the stand-in; add --sandbox, or name other files with --results and --failures"
    )]
    OfStandIn(PathBuf),
    #[error(
        "`{0}` is where results and failures of the ERP stand; name another file for those of the stand-in (--sandbox)"
    )]
    OfErp(PathBuf),
    #[error("the run would need `{0}` twice; name other files with --results and --failures")]
    Same(PathBuf),
    #[error(
        "`{0}` is the sheet itself, or a file it needs; name another with --results or --failures"
    )]
    IsSheet(PathBuf),
    #[error("`{0}` is not a regular file; name another with --results or --failures")]
    NotAFile(PathBuf),
    #[error(
        "`{0}` exists and was not written by wdt-flags; move it away, or name another file with --results or --failures"
    )]
    NotOurs(PathBuf),
    /// The failures were to replace the sheet, which somebody has given another form.
    #[error(
        "`{0}` is the sheet and does not end with the columns that wdt-flags wrote, so it is not replaced; name another file with --failures"
    )]
    SheetNotOurs(PathBuf),
    #[error(
        "`{0}` cannot be written: results and failures are CSV files or workbooks; name one ending in .csv or .xlsx"
    )]
    NotAFormat(PathBuf),
    #[error(
        "`{0}` has further worksheets, which would be lost; move them to another workbook, or name another file with --results or --failures"
    )]
    OtherWorksheets(PathBuf),
    #[error(
        "the sheet has {rows} rows, more than a worksheet has; name a file ending in .csv instead of `{path}`"
    )]
    TooManyRows { path: PathBuf, rows: u64 },
    #[error("another run is writing `{path}` ({holder}); wait for it to end")]
    Locked { path: PathBuf, holder: String },
    #[error(
        "`{path}` is of another user's run and cannot be taken over ({source}); if that run is over, have the file removed"
    )]
    OfAnother { path: PathBuf, source: io::Error },
    #[error(
        "`{path}` cannot be replaced ({source}); close it in other programs, make it writable, or name another file with --results or --failures"
    )]
    Held { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error("cannot write `{path}`: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl FileError {
    /// Of a file that runs leave there: what is denied is another user's.
    pub fn left(path: &Path) -> impl Fn(io::Error) -> FileError + '_ {
        |source| match source.kind() {
            io::ErrorKind::PermissionDenied => FileError::OfAnother {
                path: path.to_owned(),
                source,
            },
            _ => FileError::io(path)(source),
        }
    }

    pub fn io(path: &Path) -> impl Fn(io::Error) -> FileError + '_ {
        |source| FileError::Io {
            path: path.to_owned(),
            source,
        }
    }
}
