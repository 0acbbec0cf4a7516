//! Checks of what stands where files are to be written: nothing but this program's own is replaced.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use super::atomic::{AtomicFile, Readers};
use super::error::{FileError, shown};
use super::fs::{
    directory, is_absent, is_same, metadata_if_exists, open_regular, open_to_read, with_suffix,
};
use super::results::{MAX_ROWS, OutputFormat, has_others, open_table};
use crate::language::say;
use crate::sheet::{Appended, Sheet};

/// An error unless each of the paths is in a directory and free or a regular file, no two are one,
/// and none is the sheet but for those that are to take its place.
pub fn check_apart(
    files: &[&PathBuf],
    sheet: &Sheet,
    replaces: &[&PathBuf],
) -> Result<(), FileError> {
    for file in files {
        check_directory(file)?;
        // The longest of the names under which it may be kept.
        metadata_if_exists(&with_suffix(file, ".2026-11-22T223000-99"))?;
        check_regular(file)?;
    }
    for (at, file) in files.iter().enumerate() {
        if files[..at].iter().any(|other| is_same(file, other)) {
            return Err(FileError::Refused(say!("files-same", path = shown(file))));
        }
        let is_sheet = sheet.path().is_some_and(|sheet| is_same(file, sheet));
        if is_sheet && !replaces.contains(file) {
            return Err(FileError::Refused(say!(
                "files-is-sheet",
                path = shown(file)
            )));
        }
    }
    Ok(())
}

/// An error if the directory that the path is in is not there.
fn check_directory(path: &Path) -> Result<(), FileError> {
    let directory = directory(path);
    let is_there = match fs::metadata(directory) {
        Ok(found) => found.is_dir(),
        Err(error) => !is_absent(&error),
    };
    if is_there {
        Ok(())
    } else {
        let (path, directory) = (shown(path), shown(directory));
        let text = say!("files-no-directory", path = path, directory = directory);
        Err(FileError::Refused(text))
    }
}

/// An error unless the path is free or a regular file.
fn check_regular(path: &Path) -> Result<(), FileError> {
    match metadata_if_exists(path)? {
        Some(found) if !found.is_file() => Err(FileError::not_a_file(path)),
        _ => Ok(()),
    }
}

/// An error if the file is there and cannot be written to: by its permissions, or because another
/// program holds it open.
pub fn check_replaceable(path: &Path) -> Result<(), FileError> {
    let opened = open_regular(path, OpenOptions::new().write(true));
    opened.map(drop).map_err(FileError::of_replaced)
}

/// An error unless the path is free or holds a file that this program wrote with columns of that
/// kind, be it edited since.
pub fn check_ours(path: &Path, kind: Appended) -> Result<(), FileError> {
    match open_to_read(path)? {
        Some((_, found)) if found.len() > 0 => {}
        _ => return Ok(()),
    }
    check_alone(path)?;
    match open_table(path)? {
        Some(Ok(it)) if it.was_ours() && it.appended().is_none_or(|its| its == kind) => Ok(()),
        _ => Err(FileError::not_ours(path)),
    }
}

/// An error if the path holds a workbook in which a person has put other worksheets beside ours.
pub fn check_alone(path: &Path) -> Result<(), FileError> {
    if OutputFormat::of(path) == OutputFormat::Xlsx
        && let Some((file, _)) = open_to_read(path)?
        && has_others(file)
    {
        return Err(FileError::Refused(say!(
            "files-other-worksheets",
            path = shown(path)
        )));
    }
    Ok(())
}

/// An error if a worksheet does not have so many rows and a header.
pub fn ensure_room(files: [&PathBuf; 2], rows: u64) -> Result<(), FileError> {
    let is_workbook = |path: &&PathBuf| OutputFormat::of(path) == OutputFormat::Xlsx;
    match files.into_iter().find(is_workbook) {
        Some(path) if rows >= u64::from(MAX_ROWS) => Err(FileError::Refused(say!(
            "files-too-many-rows",
            path = shown(path),
            rows = rows
        ))),
        _ => Ok(()),
    }
}

/// An error if the files could not be written: better before the first call.
pub fn ensure_writable(files: [&PathBuf; 2], readers: &Readers) -> Result<(), FileError> {
    for path in files {
        AtomicFile::create(path, readers)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_files_are_overwritten() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.csv");
        assert!(check_ours(&path, Appended::Outcomes).is_ok(), "free");
        let seven = "line,status,code,message,attempts,finished_at,row_check";
        let six = &seven[..seven.len() - ",row_check".len()];
        for (content, ours) in [
            (String::new(), true),
            (format!("purchase_no,flag_name,{seven}\nCG1,aa\n"), true),
            (format!("\u{feff}采购单号,{seven},edited\n"), true),
            (format!("purchase_no,flag_name,{six}\nCG1,aa\n"), true),
            (
                "purchase_no,line,status,flag_now,checked_at,row_check\n".to_owned(),
                false,
            ),
            (format!("{seven}\n"), false),
            ("purchase_no,flag_name\nCG1,aa\n".to_owned(), false),
            ("a,line,status,message\n".to_owned(), false),
            ("\0\u{1}".to_owned(), false),
        ] {
            fs::write(&path, &content).expect("written");
            assert_eq!(
                check_ours(&path, Appended::Outcomes).is_ok(),
                ours,
                "{content:?}"
            );
        }
        assert!(check_regular(directory.path()).is_err());
    }
}
