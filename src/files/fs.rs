//! Files and their names: what several files of this room need.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::FileError;

/// What is at the path itself; `None` if it is free.
pub fn metadata_if_exists(path: &Path) -> Result<Option<fs::Metadata>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::io(path)(error)),
    }
}

/// Where writing to a path ends up: in what a symbolic link points to.
pub fn link_target(path: &Path) -> Result<PathBuf, FileError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path).map_err(FileError::io(path)),
        _ => Ok(path.to_owned()),
    }
}

/// Whether two paths name one file, whether it exists or not.
pub fn is_same(one: &Path, other: &Path) -> bool {
    // Opening anything but a regular file, to compare, could wait for ever.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_file());
    absolute(one) == absolute(other)
        || is_file(one) && is_file(other) && same_file::is_same_file(one, other).unwrap_or(false)
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

pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a rename or removal durable. Where the system cannot do that, the file is still right.
pub fn sync_directory(file: &Path) {
    if cfg!(unix) {
        let _ = File::open(directory(file)).and_then(|directory| directory.sync_all());
    }
}

/// Renames a file that is in the way, to a name that tells when, and returns that name.
pub fn move_aside(path: &Path) -> Result<PathBuf, FileError> {
    let stamp = jiff::ZonedDateTime::now().strftime(".%Y%m%dT%H%M%S");
    let aside = free_name(&with_suffix(path, &stamp.to_string()), None);
    fs::rename(path, &aside).map_err(FileError::io(path))?;
    Ok(aside)
}

/// `STEM.EXTENSION`, or where that is taken `STEM-2.EXTENSION` and on.
pub fn free_name(stem: &Path, extension: Option<&OsStr>) -> PathBuf {
    let named = |n: u32| {
        let mut name = stem.as_os_str().to_owned();
        if n > 1 {
            name.push(format!("-{n}"));
        }
        if let Some(extension) = extension {
            name.push(".");
            name.push(extension);
        }
        PathBuf::from(name)
    };
    let mut n = 1;
    while fs::symlink_metadata(named(n)).is_ok() {
        n += 1;
    }
    named(n)
}
