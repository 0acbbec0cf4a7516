//! Atomic replacement: a file is written under a temporary name beside the one it becomes, forced
//! to disk, and renamed. Who reads it sees the old file or the new one, never a part.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use serde::Serialize;
use tempfile::{Builder, NamedTempFile};

use super::error::{FileError, shown};
#[cfg(unix)]
use super::fs::metadata_if_exists;
use super::fs::{directory, free_name, sync_directory};

/// Drafts are named `.NAME.XXXXXX.tmp`.
const RANDOM: usize = 6;
const ENDING: &str = ".tmp";

fn prefix(becomes: &Path) -> String {
    let name = becomes.file_name().unwrap_or_default();
    format!(".{}.", name.to_string_lossy())
}

/// A new file of this mode beside the one it is to become.
fn draft(becomes: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let make = |path: &Path| options.open(path);
    Builder::new()
        .prefix(&prefix(becomes))
        .suffix(ENDING)
        .rand_bytes(RANDOM)
        .make_in(directory(becomes), make)
}

/// Removes what runs that were killed have left, while no other run may write the file.
pub fn remove_drafts(becomes: &Path) {
    let prefix = prefix(becomes);
    let is_draft = |name: &str| {
        let random = name.strip_prefix(&prefix);
        let random = random.and_then(|rest| rest.strip_suffix(ENDING));
        random.is_some_and(|it| it.len() == RANDOM && it.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    for entry in fs::read_dir(directory(becomes))
        .into_iter()
        .flatten()
        .flatten()
    {
        if entry.file_name().to_str().is_some_and(is_draft) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whose readers may read what a run writes: those of its sheet. Elsewhere than on Unix a file
/// inherits them from its directory.
#[derive(Debug, Default)]
pub struct Readers {
    #[cfg_attr(not(unix), allow(dead_code))]
    sheet: Option<Metadata>,
}

impl Readers {
    /// Of a stream nothing is known: then new files are as any others.
    pub fn of(sheet: Option<Metadata>) -> Self {
        Readers { sheet }
    }
}

const PRIVATE: u32 = 0o600;

/// A draft with the mode of the file that it replaces, or of the sheet, within the umask.
#[cfg(unix)]
fn draft_for(becomes: &Path, readers: &Readers) -> Result<NamedTempFile, FileError> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let replaced = metadata_if_exists(becomes)?.filter(Metadata::is_file);
    let mode = match (&replaced, &readers.sheet) {
        (Some(_), _) => PRIVATE,
        (None, Some(sheet)) => sheet.mode() & 0o666 | PRIVATE,
        (None, None) => 0o666,
    };
    let draft = draft(becomes, mode).map_err(FileError::io(becomes))?;
    if let Some(like) = replaced.as_ref().or(readers.sheet.as_ref()) {
        let fresh = draft.as_file().metadata().map_err(FileError::io(becomes))?;
        let mut mode = match &replaced {
            Some(replaced) => replaced.mode() & 0o777 | PRIVATE,
            None => fresh.mode() & 0o777,
        };
        if fresh.gid() != like.gid() {
            // What one group might do another may not.
            mode = mode & !0o070 | (mode & 0o007) << 3;
        }
        // Some network shares know no modes: there nothing is lost.
        let _ = draft
            .as_file()
            .set_permissions(fs::Permissions::from_mode(mode));
    }
    Ok(draft)
}

#[cfg(not(unix))]
fn draft_for(becomes: &Path, _: &Readers) -> Result<NamedTempFile, FileError> {
    draft(becomes, PRIVATE).map_err(FileError::io(becomes))
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
            file: draft(becomes, PRIVATE).map_err(FileError::io(becomes))?,
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

    /// Sets when the file was last changed. Where that cannot be, it is when it was written.
    pub fn set_modified(&self, time: Timestamp) {
        let _ = SystemTime::try_from(time).map(|time| self.file().set_modified(time));
    }

    /// Forces the file to disk and renames it into place. Where that fails the old file is kept.
    pub fn commit(self) -> Result<File, FileError> {
        self.file().sync_all().map_err(|error| self.error(error))?;
        self.rename_to(&self.becomes)
            .map_err(|error| self.error(error))?;
        let (file, _) = self.file.into_parts();
        Ok(file)
    }

    /// As [`commit`](Self::commit), but where the old file cannot be replaced, under a free name
    /// beside it: then returns that name and why.
    pub fn commit_or_beside(self) -> Result<Option<Beside>, FileError> {
        self.file().sync_all().map_err(|error| self.error(error))?;
        match self.rename_to(&self.becomes) {
            Ok(()) => Ok(None),
            Err(why) => self.put_beside(&why).map(Some),
        }
    }

    /// Puts the file beside the one that it was to become.
    pub fn commit_beside(self, why: &io::Error) -> Result<Beside, FileError> {
        self.file().sync_all().map_err(|error| self.error(error))?;
        self.put_beside(why)
    }

    fn put_beside(&self, why: &io::Error) -> Result<Beside, FileError> {
        let (stem, extension) = (self.becomes.with_extension(""), self.becomes.extension());
        let name = free_name(&stem, extension, 2);
        self.rename_to(&name).map_err(|error| self.error(error))?;
        Ok(Beside {
            wanted: shown(&self.becomes),
            written: shown(&name),
            why: why.to_string(),
        })
    }

    fn rename_to(&self, path: &Path) -> io::Result<()> {
        fs::rename(self.file.path(), path)?;
        sync_directory(path);
        Ok(())
    }
}

/// A file that could not take its place and was written beside it.
#[derive(Clone, Debug, Serialize)]
pub struct Beside {
    pub wanted: String,
    pub written: String,
    pub why: String,
}
