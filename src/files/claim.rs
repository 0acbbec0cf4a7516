//! A run's files: checked to be this program's own, and locked against other runs.

use std::path::{Path, PathBuf};

use super::atomic::{Readers, remove_drafts};
use super::checks::{
    check_alone, check_apart, check_ours, check_replaceable, ensure_room, ensure_writable,
};
use super::correction::{Changes, Correction, NotUpdated, changes};
use super::error::{FileError, shown};
use super::fs::{is_same, link_target};
use super::history::has_rows;
use super::journal::{Left, is_at, is_own_at};
use super::lock::Lock;
use super::paths::{Paths, companion, of_other_format};
use crate::language::say;
use crate::sheet::{Appended, Sheet};

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

/// Where the lock on `output` is.
pub fn lock_of(output: &Path) -> PathBuf {
    companion(output, ".lock")
}

/// Every file that a run writes has a lock, whatever it is to another run.
pub fn take(output: &Path) -> Result<Lock, FileError> {
    Lock::take(lock_of(output), output)
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
        let locks = [lock_of(&results), lock_of(&failures)];

        let files = [&results, &failures, &journal, &locks[0], &locks[1]];
        check_apart(&files, sheet, paths.replaces_sheet.then_some(&failures))?;
        check_ours(&results, Appended::Outcomes)?;
        match (paths.replaces_sheet, sheet.is_ours()) {
            (true, true) => check_alone(&failures)?,
            (true, false) => {
                let text = say!("files-sheet-not-ours", path = shown(&failures));
                return Err(FileError::Refused(text));
            }
            (false, _) => check_ours(&failures, Appended::Outcomes)?,
        }
        for file in [&results, &failures] {
            check_replaceable(file)?;
        }
        let mut outdated = vec![companion(&results, ".partial"), journal_of_failures];
        let mut locks = vec![take(&results)?, take(&failures)?];
        if let (Some(Err(_)), Some(corrected)) = (&correction, &paths.corrects) {
            // What is settled now is news to a run over the sheet that these failures come from.
            let corrected = link_target(corrected)?;
            let journal = companion(&corrected, ".partial");
            if corrected != results && is_at(&journal) {
                locks.push(take(&corrected)?);
                outdated.push(journal);
            }
        }
        for path in [&results, &failures, &journal] {
            remove_drafts(path);
        }
        outdated.retain(|it| *it != journal && is_at(it));
        let written_with = sheet.path().and_then(|sheet| paths.written_with(sheet));
        let changes = match written_with {
            Some(path) if sheet.is_ours() && !accept_changes => changes(&path, sheet)?,
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

    /// The file of an earlier run over the same sheet that this one replaces in the other format.
    pub fn replaced_by(&self, written: &Path) -> Option<PathBuf> {
        let other = of_other_format(written).filter(|_| self.correction.is_none())?;
        let is_sheet = self.sheet.as_ref().is_some_and(|it| is_same(it, &other));
        (!is_sheet && check_ours(&other, Appended::Outcomes).is_ok() && has_rows(&other))
            .then_some(other)
    }

    /// An error if a worksheet does not have so many rows and a header.
    pub fn ensure_room(&self, rows: u64) -> Result<(), FileError> {
        ensure_room([&self.results, &self.failures], rows)
    }

    /// An error if results and failures could not be written: better before the first call.
    pub fn ensure_writable(&self) -> Result<(), FileError> {
        ensure_writable([&self.results, &self.failures], &self.readers)
    }
}
