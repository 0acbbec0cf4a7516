//! Atomic replacement: a file is written under a temporary name beside the one it becomes, forced
//! to disk, and renamed. Who reads it sees the old file or the new one, never a part.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::error::FileError;
use super::fs::{directory, sync_directory};

#[derive(Debug)]
pub struct AtomicFile {
    file: NamedTempFile,
    becomes: PathBuf,
}

impl AtomicFile {
    pub fn create(becomes: &Path) -> Result<AtomicFile, FileError> {
        let mut builder = Builder::new();
        builder.prefix(".wdt-flags-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As readable as any new file; the umask takes its part.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        Ok(AtomicFile {
            file: builder
                .tempfile_in(directory(becomes))
                .map_err(FileError::io(becomes))?,
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

    /// Forces the file to disk and renames it into place. Where that fails the old file is kept.
    pub fn commit(self) -> Result<File, FileError> {
        let failed = FileError::io(&self.becomes);
        let committed = match self.file.as_file().sync_all() {
            Ok(()) => self
                .file
                .persist(&self.becomes)
                .map_err(|error| error.error),
            Err(error) => Err(error),
        };
        let file = committed.map_err(failed)?;
        sync_directory(&self.becomes);
        Ok(file)
    }
}
