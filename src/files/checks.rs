//! Checks of what stands where files are to be written: nothing but this program's own is replaced.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::atomic::AtomicFile;
use super::error::FileError;
use super::fs::{directory, is_same, metadata_if_exists};
use super::open::{open_regular, open_to_read};
use super::readers::Readers;
use super::results::{MAX_ROWS, OutputFormat, has_others, head};
use crate::sheet::{Appended, Sheet};

/// An error if the file is another user's in a directory, such as `/tmp`, where only its owner may
/// replace it.
#[cfg(unix)]
pub fn check_sticky(path: &Path, draft: &File) -> Result<(), FileError> {
    use std::os::unix::fs::MetadataExt;

    const STICKY: u32 = 0o1000;
    let Some(found) = metadata_if_exists(path)? else {
        return Ok(());
    };
    let found_in = fs::metadata(directory(path)).map_err(FileError::io(path))?;
    let user = draft.metadata().map_err(FileError::io(path))?.uid();
    if found_in.mode() & STICKY == 0 || [0, found.uid(), found_in.uid()].contains(&user) {
        Ok(())
    } else {
        Err(FileError::Held {
            path: path.to_owned(),
            source: ErrorKind::PermissionDenied.into(),
        })
    }
}

#[cfg(not(unix))]
pub fn check_sticky(_: &Path, _: &File) -> Result<(), FileError> {
    Ok(())
}

/// An error unless each of the paths is in a directory and free or a regular file, no two are one,
/// and none is the sheet but for the one that is to take its place.
pub fn check_apart(
    files: &[&PathBuf],
    sheet: &Sheet,
    replaces_sheet: Option<&PathBuf>,
) -> Result<(), FileError> {
    for file in files {
        check_directory(file)?;
        check_regular(file)?;
    }
    for (at, file) in files.iter().enumerate() {
        if files[..at].iter().any(|other| is_same(file, other)) {
            return Err(FileError::Same(file.to_path_buf()));
        }
        let is_sheet = sheet.path().is_some_and(|sheet| is_same(file, sheet));
        if is_sheet && replaces_sheet != Some(*file) {
            return Err(FileError::IsSheet(file.to_path_buf()));
        }
    }
    Ok(())
}

/// An error if the directory that the path is in is not there.
fn check_directory(path: &Path) -> Result<(), FileError> {
    let directory = directory(path);
    let is_there = match fs::metadata(directory) {
        Ok(found) => found.is_dir(),
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    if is_there {
        Ok(())
    } else {
        Err(FileError::NoDirectory {
            path: path.to_owned(),
            directory: directory.to_owned(),
        })
    }
}

/// An error unless the path is free or a regular file.
fn check_regular(path: &Path) -> Result<(), FileError> {
    match metadata_if_exists(path)? {
        Some(found) if !found.is_file() => Err(FileError::NotAFile(path.to_owned())),
        _ => Ok(()),
    }
}

/// An error if the file is there and cannot be written to: by its permissions, or because another
/// program holds it open.
pub fn check_replaceable(path: &Path) -> Result<(), FileError> {
    match open_regular(path, OpenOptions::new().write(true)) {
        Err(FileError::Io { path, source }) => Err(FileError::Held { path, source }),
        opened => opened.map(drop),
    }
}

/// An error unless the path is free or holds a file with this program's columns of that kind last.
pub fn check_ours(path: &Path, kind: Appended) -> Result<(), FileError> {
    match open_to_read(path)? {
        Some((_, found)) if found.len() > 0 => {}
        _ => return Ok(()),
    }
    check_alone(path)?;
    let head = head(path);
    let header = head.first().map(|header| header.iter().rev());
    let mut columns = header.into_iter().flatten();
    let ours = kind
        .columns()
        .iter()
        .rev()
        .all(|name| columns.next() == Some(name));
    if ours && columns.next().is_some() {
        Ok(())
    } else {
        Err(FileError::NotOurs(path.to_owned()))
    }
}

/// An error if the path holds a workbook in which a person has put other worksheets beside ours.
pub fn check_alone(path: &Path) -> Result<(), FileError> {
    if OutputFormat::of(path) == OutputFormat::Xlsx
        && let Some((file, _)) = open_to_read(path)?
        && has_others(file)
    {
        return Err(FileError::OtherWorksheets(path.to_owned()));
    }
    Ok(())
}

/// An error if a worksheet does not have so many rows and a header.
pub fn ensure_room(files: [&PathBuf; 2], rows: u64) -> Result<(), FileError> {
    let is_workbook = |path: &&PathBuf| OutputFormat::of(path) == OutputFormat::Xlsx;
    match files.into_iter().find(is_workbook) {
        Some(path) if rows >= u64::from(MAX_ROWS) => Err(FileError::TooManyRows {
            path: path.clone(),
            rows,
        }),
        _ => Ok(()),
    }
}

/// An error if the files could not be written: better before the first call.
pub fn ensure_writable(files: [&PathBuf; 2], readers: &Readers) -> Result<(), FileError> {
    for path in files {
        let draft = AtomicFile::create(path, readers)?;
        check_sticky(path, draft.file())?;
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
        let is_ours = |kind| check_ours(&path, kind).is_ok();
        assert!(is_ours(Appended::Outcomes), "free");
        let six = "line,status,code,message,attempts,finished_at";
        for (content, ours) in [
            (String::new(), true),
            (format!("purchase_no,flag_name,{six}\nCG1,aa"), true),
            (format!("\u{feff}采购单号,{six}\n"), true),
            (format!("purchase_no,flag_name,{six},run\n"), false),
            (format!("{six}\n"), false),
            (format!("a,{six},b\n"), false),
            ("purchase_no,flag_name\nCG1,aa\n".to_owned(), false),
            ("\0\u{1}".to_owned(), false),
        ] {
            fs::write(&path, &content).expect("written");
            assert_eq!(is_ours(Appended::Outcomes), ours, "{content:?}");
            if !content.is_empty() {
                assert!(!is_ours(Appended::Readings), "{content:?}");
            }
        }
        let five = "line,status,flag_now,message,checked_at";
        fs::write(&path, format!("purchase_no,{five}\nCG1")).expect("written");
        assert!(is_ours(Appended::Readings) && !is_ours(Appended::Outcomes));
        assert!(matches!(
            check_regular(directory.path()),
            Err(FileError::NotAFile(_))
        ));
    }
}
