//! A run's files: checked to be this program's own, and locked against other runs.

#[cfg(unix)]
use std::fs;
#[cfg(unix)]
use std::fs::File;
use std::fs::OpenOptions;
#[cfg(unix)]
use std::io;
use std::path::{Path, PathBuf};

use super::atomic::AtomicFile;
use super::correction::{Changes, Correction, NotUpdated, changes};
use super::error::FileError;
#[cfg(unix)]
use super::fs::directory;
use super::fs::{is_same, link_target, metadata_if_exists};
use super::history::has_rows;
use super::journal::{Left, is_at, is_own_at};
use super::lock::{self, Lock};
use super::open::{open_regular, open_to_read};
use super::paths::{Paths, companion, of_other_format};
use super::readers::Readers;
use super::results::{MAX_ROWS, OutputFormat, has_others, head};
use crate::sheet::{APPENDED, Sheet};

/// The locks are released when this is dropped.
#[derive(Debug)]
pub struct RunFiles {
    pub results: PathBuf,
    pub failures: PathBuf,
    pub journal: PathBuf,
    /// What an earlier run has left there.
    pub left: Option<Left>,
    /// Journals of other runs over the same results or failures, which end with this one.
    pub outdated: Vec<PathBuf>,
    pub replaces_sheet: bool,
    pub readers: Readers,
    /// If the sheet is a failures file: its results, or why they are not updated.
    pub correction: Option<Result<Correction, NotUpdated>>,
    /// Rows of a failures file in which a spreadsheet has changed what is sent.
    pub changes: Changes,
    sheet: Option<PathBuf>,
    _locks: Vec<Lock>,
}

impl RunFiles {
    /// Checks that nothing in the way is anybody else's, and locks the files. On an error nothing
    /// has been changed.
    pub fn claim(
        paths: &Paths,
        sheet: &Sheet,
        accept_changes: bool,
    ) -> Result<RunFiles, FileError> {
        let failures = link_target(&paths.failures)?;
        let journal_of_failures = companion(&failures, ".partial");
        let is_continued = is_own_at(&journal_of_failures);
        let correction = match &paths.corrects {
            Some(path) if sheet.is_ours() => {
                Some(Correction::find(&link_target(path)?, sheet, is_continued)?)
            }
            _ => None,
        };
        // The results' own journal is that of the sheet they come from.
        let (results, journal) = match (&correction, &paths.corrects) {
            (Some(Ok(_)), Some(results)) => (link_target(results)?, journal_of_failures.clone()),
            _ => {
                let results = link_target(&paths.results)?;
                let journal = companion(&results, ".partial");
                (results, journal)
            }
        };
        let locks = [lock::path_of(&results), lock::path_of(&failures)];

        let files = [&results, &failures, &journal, &locks[0], &locks[1]];
        for file in files {
            check_regular(file)?;
        }
        for (at, file) in files.iter().enumerate() {
            if files[..at].iter().any(|other| is_same(file, other)) {
                return Err(FileError::Same(file.to_path_buf()));
            }
            let is_sheet = sheet.path().is_some_and(|sheet| is_same(file, sheet));
            if is_sheet && !(paths.replaces_sheet && **file == failures) {
                return Err(FileError::IsSheet(file.to_path_buf()));
            }
        }
        check_ours(&results)?;
        match (paths.replaces_sheet, sheet.is_ours()) {
            (true, true) => check_alone(&failures)?,
            (true, false) => return Err(FileError::SheetNotOurs(failures)),
            (false, _) => check_ours(&failures)?,
        }
        for file in [&results, &failures] {
            check_replaceable(file)?;
        }
        let mut outdated = vec![companion(&results, ".partial"), journal_of_failures];
        let mut locks = vec![Lock::take(&results)?, Lock::take(&failures)?];
        if let (Some(Err(_)), Some(corrected)) = (&correction, &paths.corrects) {
            // What is settled now is news to a run over the sheet that these failures come from.
            let corrected = link_target(corrected)?;
            let journal = companion(&corrected, ".partial");
            if corrected != results && is_at(&journal) {
                locks.push(Lock::take(&corrected)?);
                outdated.push(journal);
            }
        }
        outdated.retain(|it| *it != journal && is_at(it));
        let changes = match paths.corrects.as_ref().filter(|_| !accept_changes) {
            Some(path) if sheet.is_ours() => changes(path, sheet)?,
            _ => Changes::new(),
        };
        Ok(RunFiles {
            changes,
            sheet: sheet.path().map(Path::to_owned),
            outdated,
            // Only now: until then another run may be writing it.
            left: Left::open(&journal)?,
            _locks: locks,
            results,
            failures,
            journal,
            replaces_sheet: paths.replaces_sheet,
            readers: Readers::of(sheet.metadata()),
            correction,
        })
    }

    /// How the results that the sheet comes from are updated, if they are.
    pub fn correction(&self) -> Option<&Correction> {
        self.correction.as_ref()?.as_ref().ok()
    }

    /// Whether the results that the sheet comes from are updated.
    pub fn is_correction(&self) -> bool {
        self.correction().is_some()
    }

    /// The file of an earlier run over the same sheet that this one replaces in the other format.
    pub fn replaced_by(&self, written: &Path) -> Option<PathBuf> {
        let other = of_other_format(written).filter(|_| self.correction.is_none())?;
        let is_sheet = self.sheet.as_ref().is_some_and(|it| is_same(it, &other));
        (!is_sheet && check_ours(&other).is_ok() && has_rows(&other)).then_some(other)
    }

    /// An error if a worksheet does not have so many rows and a header.
    pub fn ensure_room(&self, rows: u64) -> Result<(), FileError> {
        let is_workbook = |path: &&PathBuf| OutputFormat::of(path) == OutputFormat::Xlsx;
        match [&self.results, &self.failures]
            .into_iter()
            .find(is_workbook)
        {
            Some(path) if rows >= MAX_ROWS => Err(FileError::TooManyRows {
                path: path.clone(),
                rows,
            }),
            _ => Ok(()),
        }
    }

    /// An error if results and failures could not be written: better before the first call.
    pub fn ensure_writable(&self) -> Result<(), FileError> {
        for path in [&self.results, &self.failures] {
            let draft = AtomicFile::create(path, &self.readers)?;
            check_sticky(path, draft.file())?;
        }
        Ok(())
    }
}

/// An error if the file is another user's in a directory, such as `/tmp`, where only its owner may
/// replace it.
#[cfg(unix)]
fn check_sticky(path: &Path, draft: &File) -> Result<(), FileError> {
    use std::os::unix::fs::MetadataExt;

    const STICKY: u32 = 0o1000;
    let Some(found) = metadata_if_exists(path)? else {
        return Ok(());
    };
    let found_in = fs::metadata(directory(path)).map_err(FileError::io(path))?;
    let user = draft.metadata().map_err(FileError::io(path))?.uid();
    match found_in.mode() & STICKY == 0 || [0, found.uid(), found_in.uid()].contains(&user) {
        true => Ok(()),
        false => Err(FileError::Held {
            path: path.to_owned(),
            source: io::ErrorKind::PermissionDenied.into(),
        }),
    }
}

#[cfg(not(unix))]
fn check_sticky(_: &Path, _: &File) -> Result<(), FileError> {
    Ok(())
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
fn check_replaceable(path: &Path) -> Result<(), FileError> {
    match open_regular(path, OpenOptions::new().write(true)) {
        Err(FileError::Io { path, source }) => Err(FileError::Held { path, source }),
        opened => opened.map(drop),
    }
}

/// An error unless the path is free or holds a file with this program's columns last.
fn check_ours(path: &Path) -> Result<(), FileError> {
    match open_to_read(path)? {
        Some((_, found)) if found.len() > 0 => {}
        _ => return Ok(()),
    }
    check_alone(path)?;
    let head = head(path);
    let header = head.first().map(|header| header.iter().rev());
    let mut columns = header.into_iter().flatten();
    let ours = APPENDED
        .iter()
        .rev()
        .all(|name| columns.next() == Some(name));
    match ours && columns.next().is_some() {
        true => Ok(()),
        false => Err(FileError::NotOurs(path.to_owned())),
    }
}

/// An error if the path holds a workbook in which a person has put other worksheets beside ours.
fn check_alone(path: &Path) -> Result<(), FileError> {
    if OutputFormat::of(path) == OutputFormat::Xlsx
        && let Some((file, _)) = open_to_read(path)?
        && has_others(file)
    {
        return Err(FileError::OtherWorksheets(path.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_our_own_files_are_overwritten() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.csv");
        assert!(check_ours(&path).is_ok(), "free");
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
            assert_eq!(check_ours(&path).is_ok(), ours, "{content:?}");
        }
        assert!(matches!(
            check_regular(directory.path()),
            Err(FileError::NotAFile(_))
        ));
    }
}
