//! Files and their names: what several files of this room need.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use super::error::FileError;
use crate::text::hex;

/// What is at the path itself; `None` if it is free.
pub fn metadata_if_exists(path: &Path) -> Result<Option<fs::Metadata>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::io(path)(error)),
    }
}

/// Where writing to a path ends up: in what a symbolic link points to, if it is this user's link or
/// root's.
pub fn link_target(path: &Path) -> Result<PathBuf, FileError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() && is_foreign(&found) => {
            Err(FileError::NotAFile(path.to_owned()))
        }
        Ok(found) if found.is_symlink() => fs::canonicalize(path).map_err(FileError::io(path)),
        _ => Ok(path.to_owned()),
    }
}

#[cfg(unix)]
fn is_foreign(link: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    ![0, rustix::process::geteuid().as_raw()].contains(&link.uid())
}

#[cfg(not(unix))]
fn is_foreign(_: &fs::Metadata) -> bool {
    false
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

/// The longest name of a file, in bytes, nearly everywhere.
const LONGEST_NAME: usize = 255;
/// Room for a number that [`free_name`] appends.
const NUMBER: &str = "-9999";

/// A name, cut so that so many more bytes may follow. Names that differ still do when they are cut.
pub fn shortened(name: &OsStr, room: usize) -> OsString {
    const HASH: usize = 8;
    if name.len() + room <= LONGEST_NAME {
        return name.to_owned();
    }
    let hash = hex(&Md5::digest(name.as_encoded_bytes()));
    let text = name.to_string_lossy();
    let mut end = (LONGEST_NAME - 1 - HASH).saturating_sub(room);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}~{}", &text[..end], &hash[..HASH]).into()
}

/// The path with more after its name, cut if that would be too long.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default();
    let mut name = shortened(name, suffix.len() + NUMBER.len());
    name.push(suffix);
    path.with_file_name(name)
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
    fs::rename(path, &aside).map_err(FileError::left(path))?;
    Ok(aside)
}

/// `STEM.EXTENSION`, or where that is taken `STEM-2.EXTENSION` and on.
pub fn free_name(stem: &Path, extension: Option<&OsStr>) -> PathBuf {
    let after = NUMBER.len() + extension.map_or(0, |it| it.len() + 1);
    let short = shortened(stem.file_name().unwrap_or_default(), after);
    let named = |n: u32| {
        let mut name = short.clone();
        if n > 1 {
            name.push(format!("-{n}"));
        }
        if let Some(extension) = extension {
            name.push(".");
            name.push(extension);
        }
        stem.with_file_name(name)
    };
    let mut n = 1;
    while fs::symlink_metadata(named(n)).is_ok() {
        n += 1;
    }
    named(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = "订单".repeat(40);
        let names = [long.clone() + "甲.csv", long.clone() + "乙.csv"];
        let cut = names
            .each_ref()
            .map(|name| with_suffix(Path::new(name), ".partial"));
        assert_ne!(cut[0], cut[1]);
        for (name, cut) in names.iter().zip(&cut) {
            let again = with_suffix(Path::new(name), ".partial");
            assert_eq!(*cut, again, "the same each time");
            let cut = cut.to_str().expect("UTF-8");
            assert!(cut.len() <= 250 && cut.ends_with(".partial"), "{cut}");
        }
        let short = with_suffix(Path::new("d/x.csv"), ".lock");
        assert_eq!(short, Path::new("d/x.csv.lock"));
    }

    #[test]
    fn names_that_differ_in_case_alone_are_the_same_until_files_tell() {
        let directory = tempfile::tempdir().expect("a directory");
        let [one, other] = ["Out.csv", "OUT.csv"].map(|name| directory.path().join(name));
        assert!(is_same(&one, &other));
        assert!(!is_same(&one, &directory.path().join("in.csv")));
        fs::write(&one, "x").expect("written");
        let is_one = fs::metadata(&other).is_ok();
        assert_eq!(is_same(&one, &other), is_one);
    }
}
