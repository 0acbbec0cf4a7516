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
use super::fs::{directory, free_name, rename, sync_directory};
use crate::language::os_error;

/// Drafts are named `.NAME.`, so many random characters, and this ending.
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
    let entries = fs::read_dir(directory(becomes)).into_iter();
    for entry in entries.flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_draft) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

const PRIVATE: u32 = 0o600;

/// A draft with the mode of the file that it replaces, or else of the sheet within the umask.
/// Elsewhere than on Unix a file inherits from its directory who may read it.
#[cfg(unix)]
fn draft_like(becomes: &Path, sheet: Option<&Metadata>) -> io::Result<NamedTempFile> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let replaced = fs::symlink_metadata(becomes).ok();
    let replaced = replaced.as_ref().filter(|found| found.is_file());
    let new = sheet.map_or(0o666, |sheet| sheet.mode() & 0o666 | PRIVATE);
    let draft = draft(becomes, if replaced.is_some() { PRIVATE } else { new })?;
    if let Some(like) = replaced.or(sheet) {
        let fresh = draft.as_file().metadata()?;
        let mut mode = replaced.unwrap_or(&fresh).mode() & 0o777 | PRIVATE;
        if fresh.gid() != like.gid() {
            // What one group might do another may not.
            mode = mode & !0o070 | (mode & 0o007) << 3;
        }
        // Some network shares know no modes: there nothing is lost.
        let _ = draft
            .as_file()
            .set_permissions(Permissions::from_mode(mode));
    }
    Ok(draft)
}

#[cfg(not(unix))]
fn draft_like(becomes: &Path, _: Option<&Metadata>) -> io::Result<NamedTempFile> {
    draft(becomes, PRIVATE)
}

#[derive(Debug)]
pub struct AtomicFile {
    file: NamedTempFile,
    becomes: PathBuf,
}

impl AtomicFile {
    /// A file that no more people can read than the sheet of this metadata, or than the file that it
    /// replaces.
    pub fn create(becomes: &Path, sheet: Option<&Metadata>) -> Result<AtomicFile, FileError> {
        AtomicFile::of(becomes, draft_like(becomes, sheet))
    }

    /// A file that nobody else can read.
    pub fn private(becomes: &Path) -> Result<AtomicFile, FileError> {
        AtomicFile::of(becomes, draft(becomes, PRIVATE))
    }

    fn of(becomes: &Path, draft: io::Result<NamedTempFile>) -> Result<AtomicFile, FileError> {
        Ok(AtomicFile {
            file: draft.map_err(FileError::io(becomes))?,
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
        let committed = self.file().sync_all();
        let committed = committed.and_then(|()| self.rename_to(&self.becomes));
        committed.map_err(|error| self.error(error))?;
        Ok(self.file.into_parts().0)
    }

    /// As [`commit`](Self::commit), but where the old file could not be `kept` or cannot be replaced,
    /// under a free name beside it: then returns that name and why.
    pub fn commit_or_beside(self, kept: io::Result<()>) -> Result<Option<Beside>, FileError> {
        self.file().sync_all().map_err(|error| self.error(error))?;
        let Err(why) = kept.and_then(|()| self.rename_to(&self.becomes)) else {
            return Ok(None);
        };
        let (stem, extension) = (self.becomes.with_extension(""), self.becomes.extension());
        let name = free_name(&stem, extension, 2);
        self.rename_to(&name).map_err(|error| self.error(error))?;
        Ok(Some(Beside {
            wanted: shown(&self.becomes),
            written: shown(&name),
            why: os_error(&why),
        }))
    }

    fn rename_to(&self, path: &Path) -> io::Result<()> {
        rename(self.file.path(), path)?;
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
