//! Why a run's files cannot be had.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::fs::directory;
use crate::language::{os_error, say};
use crate::sheet::SheetError;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// What was asked for cannot be done, or would overwrite what is not this program's.
    #[error("{0}")]
    Refused(String),
    #[error("{}", say!("files-locked", path = shown(path), holder = holder.as_str()))]
    Locked { path: PathBuf, holder: String },
    /// The system keeps the run from files that are there.
    #[error("{0}")]
    Denied(String),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error("{}", say!("files-io", path = shown(path), why = os_error(source)))]
    Io { path: PathBuf, source: io::Error },
}

impl FileError {
    pub fn io(path: &Path) -> impl Fn(io::Error) -> FileError + '_ {
        |source| FileError::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub fn not_a_file(path: &Path) -> FileError {
        FileError::Refused(say!("files-not-a-file", path = shown(path)))
    }

    pub fn not_ours(path: &Path) -> FileError {
        FileError::Refused(say!("files-not-ours", path = shown(path)))
    }

    /// Of a file that an earlier run has left: what is denied is another user's.
    pub fn of_earlier_run(self) -> FileError {
        match self {
            FileError::Io { path, source } if source.kind() == ErrorKind::PermissionDenied => {
                let (path, why) = (shown(&path), os_error(&source));
                FileError::Denied(say!("files-of-another", path = path, why = why))
            }
            error => error,
        }
    }

    /// Of a file that is to be made: it is the directory that cannot be written.
    pub fn of_new(self) -> FileError {
        let kinds = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem];
        match self {
            FileError::Io { path, source } if kinds.contains(&source.kind()) => {
                let (directory, why) = (shown(directory(&path)), os_error(&source));
                FileError::Refused(say!("files-read-only", directory = directory, why = why))
            }
            error => error,
        }
    }

    /// Of a file that is to be replaced.
    pub fn of_replaced(self) -> FileError {
        match self {
            FileError::Io { ref source, .. } if source.kind() == ErrorKind::ReadOnlyFilesystem => {
                self.of_new()
            }
            FileError::Io { path, source } => {
                let (path, why) = (shown(&path), os_error(&source));
                FileError::Denied(say!("files-held", path = path, why = why))
            }
            error => error,
        }
    }
}

pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
