//! A run's files: checked to be this program's own, and locked against other runs.

use std::path::{Path, PathBuf};

use super::atomic::{Readers, remove_drafts};
use super::checks::{
    check_alone, check_apart, check_ours, check_replaceable, ensure_room, ensure_writable,
};
use super::correction::{Correction, NotUpdated, PastResults, correct};
use super::error::{FileError, shown};
use super::fs::{is_same, link_target};
use super::journal::{Left, is_at};
use super::lock::Lock;
use super::paths::{Paths, companion, of_other_format};
use super::results::has_rows;
use super::row_check::Issuer;
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
    /// What the sheet comes to, if it is a file of this program's that is given back.
    pub correction: Option<Correction>,
    /// Whose account the files are written for.
    pub issuer: Issuer,
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
    /// has been changed. A sheet that is given back then holds all rows of its results.
    pub fn claim(paths: &Paths, sheet: &mut Sheet, issuer: &Issuer) -> Result<RunFiles, FileError> {
        let failures = link_target(&paths.failures)?;
        let journal_of_failures = companion(&failures, ".partial");
        let corrects = paths.corrects.as_ref().filter(|_| sheet.is_ours());
        let corrects = corrects.map(|path| link_target(path)).transpose()?;
        let mut locks = Vec::new();
        let mut correction = None;
        if sheet.is_ours() {
            let past = match &corrects {
                Some(corrects) => {
                    check_apart(&[corrects, &lock_of(corrects)], sheet, &[corrects])?;
                    // Another run may be writing them.
                    locks.push(take(corrects)?);
                    PastResults::read(corrects, sheet, Some(issuer))?
                }
                None => Err(NotUpdated::Missing),
            };
            correction = Some(correct(sheet, past, Some(issuer))?);
        }
        let is_update = correction.as_ref().is_some_and(Correction::is_update);
        // The results' own journal is that of the sheet they come from.
        let (results, journal) = match &corrects {
            Some(corrects) if is_update => (corrects.clone(), journal_of_failures.clone()),
            _ => {
                let results = link_target(&paths.results)?;
                let journal = companion(&results, ".partial");
                (results, journal)
            }
        };
        let lock_files = [lock_of(&results), lock_of(&failures)];
        let mut replaced = Vec::new();
        replaced.extend(paths.replaces_sheet.then_some(&failures));
        replaced.extend(is_update.then_some(&results));
        let files = [
            &results,
            &failures,
            &journal,
            &lock_files[0],
            &lock_files[1],
        ];
        check_apart(&files, sheet, &replaced)?;
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
        if corrects.as_ref() != Some(&results) {
            locks.push(take(&results)?);
            // What is settled now is news to a run over the sheet that these rows come from.
            outdated.extend(corrects.map(|path| companion(&path, ".partial")));
        }
        locks.push(take(&failures)?);
        for path in [&results, &failures, &journal] {
            remove_drafts(path);
        }
        outdated.retain(|it| *it != journal && is_at(it));
        Ok(RunFiles {
            issuer: issuer.clone(),
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

    /// Whether the results that the sheet comes from are updated.
    pub fn is_update(&self) -> bool {
        self.correction.as_ref().is_some_and(Correction::is_update)
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
