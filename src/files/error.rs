//! Why a run's files cannot be had.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::holder::Holder;
use crate::language::say;
use crate::sheet::SheetError;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Of results, where the sheet has no name that theirs could follow.
    NoName,
    OfStandIn(PathBuf),
    OfErp(PathBuf),
    /// The run would need it twice.
    Same(PathBuf),
    IsSheet(PathBuf),
    /// The directory that it would be in is not there.
    NoDirectory {
        path: PathBuf,
        directory: PathBuf,
    },
    NotAFile(PathBuf),
    NotOurs(PathBuf),
    /// The failures were to replace the sheet, which somebody has given another form.
    SheetNotOurs(PathBuf),
    /// Neither CSV nor a workbook of the kind that is written.
    NotAFormat(PathBuf),
    OtherWorksheets(PathBuf),
    TooManyRows {
        path: PathBuf,
        rows: u64,
    },
    Locked {
        path: PathBuf,
        holder: Holder,
    },
    /// It is of another user's run.
    OfAnother {
        path: PathBuf,
        source: io::Error,
    },
    /// It cannot be replaced.
    Held {
        path: PathBuf,
        source: io::Error,
    },
    Sheet(#[from] SheetError),
    Io {
        path: PathBuf,
        source: io::Error,
    },
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| path.display().to_string();
        let text = match self {
            FileError::NoName => say!("files-no-name"),
            FileError::OfStandIn(path) => say!("files-of-stand-in", path = shown(path)),
            FileError::OfErp(path) => say!("files-of-erp", path = shown(path)),
            FileError::Same(path) => say!("files-same", path = shown(path)),
            FileError::IsSheet(path) => say!("files-is-sheet", path = shown(path)),
            FileError::NoDirectory { path, directory } => say!(
                "files-no-directory",
                path = shown(path),
                directory = shown(directory)
            ),
            FileError::NotAFile(path) => say!("files-not-a-file", path = shown(path)),
            FileError::NotOurs(path) => say!("files-not-ours", path = shown(path)),
            FileError::SheetNotOurs(path) => say!("files-sheet-not-ours", path = shown(path)),
            FileError::NotAFormat(path) => say!("files-not-a-format", path = shown(path)),
            FileError::OtherWorksheets(path) => say!("files-other-worksheets", path = shown(path)),
            FileError::TooManyRows { path, rows } => {
                say!("files-too-many-rows", path = shown(path), rows = rows)
            }
            FileError::Locked { path, holder } => say!(
                "files-locked",
                path = shown(path),
                holder = holder.to_string()
            ),
            FileError::OfAnother { path, source } => say!(
                "files-of-another",
                path = shown(path),
                why = source.to_string()
            ),
            FileError::Held { path, source } => {
                say!("files-held", path = shown(path), why = source.to_string())
            }
            FileError::Sheet(error) => return error.fmt(f),
            FileError::Io { path, source } => {
                say!("files-io", path = shown(path), why = source.to_string())
            }
        };
        f.write_str(&text)
    }
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
