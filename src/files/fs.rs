//! Files and their names: what several files of this room need.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use same_file::Handle;

use super::error::{FileError, shown};
use crate::language::{is_in_use, os_error, say};

/// What is at the path itself; `None` if it is free.
pub fn metadata_if_exists(path: &Path) -> Result<Option<Metadata>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidFilename => {
            let (path, why) = (shown(path), os_error(&error));
            let text = say!("files-name-too-long", path = path, why = why);
            Err(FileError::Denied(text))
        }
        Err(error) => Err(FileError::io(path)(error)),
    }
}

pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Where writing to a path ends up: in what a symbolic link points to.
pub fn link_target(path: &Path) -> Result<PathBuf, FileError> {
    match metadata_if_exists(path)? {
        Some(found) if found.is_symlink() => match fs::canonicalize(path) {
            Err(error) if is_absent(&error) => {
                let target = fs::read_link(path).map_err(FileError::io(path))?;
                let (path, target) = (shown(path), shown(&target));
                let text = say!("files-link-to-nowhere", path = path, target = target);
                Err(FileError::Refused(text))
            }
            target => target.map_err(FileError::io(path)),
        },
        _ => Ok(path.to_owned()),
    }
}

/// The regular file at the path itself, with what it is; `None` if the path is free. Opening
/// anything else could wait for ever.
pub fn open_regular(
    path: &Path,
    options: &OpenOptions,
) -> Result<Option<(File, Metadata)>, FileError> {
    match metadata_if_exists(path)? {
        Some(found) if !found.is_file() => return Err(FileError::not_a_file(path)),
        Some(_) => {}
        None => return Ok(None),
    }
    match options
        .open(path)
        .and_then(|file| Ok((file.metadata()?, file)))
    {
        Ok((found, file)) => Ok(Some((file, found))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(FileError::io(path)(error)),
    }
}

/// The regular file at the path itself, to be read.
pub fn open_to_read(path: &Path) -> Result<Option<(File, Metadata)>, FileError> {
    open_regular(path, OpenOptions::new().read(true))
}

/// Whether the path itself leads to this open file. The error if that cannot be found out, as where
/// no more files may be opened.
pub fn leads_to(path: &Path, file: &File) -> Result<bool, FileError> {
    let found = match open_to_read(path) {
        Ok(Some((found, _))) => found,
        Ok(None) | Err(FileError::Refused(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let is_same = || -> io::Result<bool> {
        Ok(Handle::from_file(file.try_clone()?)? == Handle::from_file(found)?)
    };
    is_same().map_err(FileError::io(path))
}

/// Whether two paths name one file, whether it exists or not.
pub fn is_same(one: &Path, other: &Path) -> bool {
    // Opening anything but a regular file, to compare, could wait for ever.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_file());
    let folded = |path: &Path| absolute(path).to_string_lossy().to_lowercase();
    absolute(one) == absolute(other)
        || match (is_file(one), is_file(other)) {
            (true, true) => same_file::is_same_file(one, other).unwrap_or(false),
            // Where upper and lower case are one, and it is not known of files yet to be made.
            (false, false) => folded(one) == folded(other),
            _ => false,
        }
}

fn absolute(path: &Path) -> PathBuf {
    match (fs::canonicalize(directory(path)), path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path.to_owned(),
    }
}

pub fn directory(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The path with more after its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Makes a rename or removal durable. Where the system cannot do that, the file is still right.
pub fn sync_directory(file: &Path) {
    if cfg!(unix) {
        let _ = File::open(directory(file)).and_then(|directory| directory.sync_all());
    }
}

/// For so long a rename is tried again that is refused because somebody else is at the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Renames a file. Virus scanners and what carries files to a cloud hold them for a moment: then it
/// is tried again.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    while_held(PATIENCE, || fs::rename(from, to))
}

/// With waits that grow, as long as it may pass.
fn while_held(patience: Duration, mut act: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let mut wait = Duration::from_millis(10);
    let mut left = patience;
    loop {
        match act() {
            Err(error) if may_pass(&error) && !left.is_zero() => {
                thread::sleep(wait.min(left));
                left = left.saturating_sub(wait);
                wait *= 2;
            }
            result => return result,
        }
    }
}

fn may_pass(error: &io::Error) -> bool {
    let kinds = [ErrorKind::PermissionDenied, ErrorKind::ResourceBusy];
    cfg!(windows) && is_in_use(error) || kinds.contains(&error.kind())
}

/// The first name that is free of `STEM.EXTENSION` (the 1st), `STEM-2.EXTENSION` and on, from the
/// nth.
pub fn free_name(stem: &Path, extension: Option<&OsStr>, mut n: u32) -> PathBuf {
    loop {
        let mut name = stem.file_name().unwrap_or_default().to_owned();
        if n > 1 {
            name.push(format!("-{n}"));
        }
        if let Some(extension) = extension {
            name.push(".");
            name.push(extension);
        }
        let path = stem.with_file_name(name);
        // A name that is too long is none: whoever uses it says so.
        if !matches!(metadata_if_exists(&path), Ok(Some(_))) {
            return path;
        }
        n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_for_a_moment_is_tried_again() {
        let tries_of = |error: ErrorKind, refused: u32, patience| {
            let mut tries = 0;
            let result = while_held(Duration::from_millis(patience), || {
                tries += 1;
                if tries > refused {
                    Ok(())
                } else {
                    Err(error.into())
                }
            });
            (tries, result.is_ok())
        };
        let (denied, busy) = (ErrorKind::PermissionDenied, ErrorKind::ResourceBusy);
        assert_eq!(tries_of(busy, 0, 50), (1, true));
        assert_eq!(tries_of(busy, 2, 50), (3, true));
        assert_eq!(tries_of(denied, 2, 50), (3, true));
        assert_eq!(tries_of(denied, 99, 25), (3, false), "after 10 and 15 ms");
        assert_eq!(tries_of(ErrorKind::StorageFull, 2, 50), (1, false));
    }
}
