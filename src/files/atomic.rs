//! Atomic replacement: a file is written under a temporary name beside the one it becomes, forced
//! to disk, and renamed. Who reads it sees the old file or the new one, never a part.

use std::fs::File;
#[cfg(unix)]
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::{Builder, NamedTempFile};

use super::error::FileError;
#[cfg(unix)]
use super::fs::metadata_if_exists;
use super::fs::{directory, free_name, sync_directory};
use super::readers::Readers;

/// A new file, of a random name, beside the one it is to become. Nobody else can read it.
pub fn draft(becomes: &Path) -> io::Result<NamedTempFile> {
    builder().tempfile_in(directory(becomes))
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".wdt-flags-").suffix(".tmp");
    builder
}

#[cfg(unix)]
fn draft_for(becomes: &Path, readers: &Readers) -> Result<NamedTempFile, FileError> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    let failed = FileError::io(becomes);
    match metadata_if_exists(becomes)?.filter(Metadata::is_file) {
        Some(replaced) => {
            let draft = draft(becomes).map_err(&failed)?;
            readers
                .as_replaced(draft.as_file(), &replaced)
                .map_err(&failed)?;
            Ok(draft)
        }
        None => {
            let draft = builder()
                .permissions(Permissions::from_mode(readers.mode()))
                .tempfile_in(directory(becomes))
                .map_err(&failed)?;
            readers.as_sheet(draft.as_file()).map_err(&failed)?;
            Ok(draft)
        }
    }
}

#[cfg(not(unix))]
fn draft_for(becomes: &Path, _: &Readers) -> Result<NamedTempFile, FileError> {
    draft(becomes).map_err(FileError::io(becomes))
}

#[derive(Debug)]
pub struct AtomicFile {
    file: NamedTempFile,
    becomes: PathBuf,
}

impl AtomicFile {
    pub fn create(becomes: &Path, readers: &Readers) -> Result<AtomicFile, FileError> {
        Ok(AtomicFile {
            file: draft_for(becomes, readers)?,
            becomes: becomes.to_owned(),
        })
    }

    /// A file that nobody else can read.
    pub fn private(becomes: &Path) -> Result<AtomicFile, FileError> {
        Ok(AtomicFile {
            file: draft(becomes).map_err(FileError::io(becomes))?,
            becomes: becomes.to_owned(),
        })
    }

    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// An I/O error on this file, as one on the file it becomes.
    pub fn error(&self, source: io::Error) -> FileError {
        FileError::io(&self.becomes)(source)
    }

    pub fn becomes(&self) -> &Path {
        &self.becomes
    }

    /// Forces the file to disk and renames it into place. Where that fails the old file is kept.
    pub fn commit(self) -> Result<File, FileError> {
        let failed = FileError::io(&self.becomes);
        self.file.as_file().sync_all().map_err(&failed)?;
        let file = self.file.persist(&self.becomes);
        let file = file.map_err(|error| failed(error.error))?;
        sync_directory(&self.becomes);
        Ok(file)
    }

    /// As [`commit`](Self::commit), but where the old file cannot be replaced, under a free name
    /// beside it: then returns that name and why.
    pub fn commit_or_beside(self) -> Result<Option<Beside>, FileError> {
        let failed = FileError::io(&self.becomes);
        self.file.as_file().sync_all().map_err(&failed)?;
        let held = match self.file.persist(&self.becomes) {
            Ok(_) => None,
            Err(held) => {
                let name = free_name(&self.becomes.with_extension(""), self.becomes.extension());
                // Not the name itself, which is taken by what cannot be replaced.
                held.file
                    .persist_noclobber(&name)
                    .map_err(|error| failed(error.error))?;
                Some(Beside {
                    wanted: self.becomes.display().to_string(),
                    written: name.display().to_string(),
                    why: held.error.to_string(),
                })
            }
        };
        sync_directory(&self.becomes);
        Ok(held)
    }
}

/// A file that could not take its place and was written beside it.
#[derive(Clone, Debug, Serialize)]
pub struct Beside {
    pub wanted: String,
    pub written: String,
    pub why: String,
}
