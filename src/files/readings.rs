//! The files of what was read back: named, checked to be this program's own, and locked.

use std::path::{Path, PathBuf};

use super::atomic::Readers;
use super::checks::{check_apart, check_ours, check_replaceable, ensure_room, ensure_writable};
use super::claim::{lock_of, take};
use super::error::FileError;
use super::fs::link_target;
use super::history::{is_edited, keep};
use super::journal::Published;
use super::lock::Lock;
use super::paths::{Wanted, format_of, has_kind, named, stem};
use super::results::has_rows;
use crate::sheet::{Appended, Sheet};

/// Where what is read back goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingsPaths {
    /// Every row.
    pub verified: PathBuf,
    /// The rows whose order does not carry what they give.
    pub different: PathBuf,
}

impl ReadingsPaths {
    /// As given, or by the default rule: `x.csv`, `x.results.csv` and `x.failures.csv` give
    /// `x.verified.csv` and `x.different.csv`, or workbooks of such names.
    pub fn new(
        sheet: Option<&Path>,
        verified: Option<PathBuf>,
        different: Option<PathBuf>,
        wanted: Wanted,
    ) -> Result<ReadingsPaths, FileError> {
        let given = [&verified, &different].into_iter().flatten();
        let given_format = format_of(given)?;
        let format = wanted.option.or(given_format).unwrap_or(wanted.default);
        let base = match (sheet, &verified) {
            (Some(sheet), _) => {
                if has_kind(sheet, "failures") {
                    stem(sheet, "failures")
                } else {
                    stem(sheet, "results")
                }
            }
            (None, Some(verified)) => stem(verified, "verified"),
            (None, None) => return Err(FileError::no_name()),
        };
        Ok(ReadingsPaths {
            verified: verified.unwrap_or_else(|| named(&base, "verified", format)),
            different: different.unwrap_or_else(|| named(&base, "different", format)),
        })
    }
}

/// The locks are released when this is dropped.
#[derive(Debug)]
pub struct ReadingsFiles {
    pub verified: PathBuf,
    pub different: PathBuf,
    pub readers: Readers,
    _locks: [Lock; 2],
}

impl ReadingsFiles {
    /// Checks that nothing in the way is anybody else's, and locks the files. On an error nothing
    /// has been changed.
    pub fn claim(paths: &ReadingsPaths, sheet: &Sheet) -> Result<ReadingsFiles, FileError> {
        let verified = link_target(&paths.verified)?;
        let different = link_target(&paths.different)?;
        let locks = [lock_of(&verified), lock_of(&different)];
        check_apart(&[&verified, &different, &locks[0], &locks[1]], sheet, &[])?;
        for file in [&verified, &different] {
            check_ours(file, Appended::Readings)?;
            check_replaceable(file)?;
        }
        Ok(ReadingsFiles {
            _locks: [take(&verified)?, take(&different)?],
            verified,
            different,
            readers: Readers::of(sheet.metadata()),
        })
    }

    /// An error if the files could not be written, or a worksheet does not have so many rows.
    pub fn ensure_writable(&self, rows: u64) -> Result<(), FileError> {
        let files = [&self.verified, &self.different];
        ensure_room(files, rows)?;
        ensure_writable(files, &self.readers)
    }

    /// Keeps the differences of an earlier time if a person has edited them: returns as what.
    pub fn keep_edited(&self) -> Option<PathBuf> {
        let is_edited = is_edited(&self.different, &self.verified, &Published::default())
            && has_rows(&self.different);
        // What cannot be renamed cannot be replaced either: then the new file is put beside.
        is_edited.then(|| keep(&self.different).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_named_after_the_sheet_of_results_and_failures() {
        for (sheet, verified, different, expected) in [
            (
                Some("d/x.csv"),
                None,
                None,
                "d/x.verified.csv d/x.different.csv",
            ),
            (Some("x.xlsx"), None, None, "x.verified.csv x.different.csv"),
            (
                Some("x.results.csv"),
                None,
                None,
                "x.verified.csv x.different.csv",
            ),
            (
                Some("x.failures.xlsx"),
                None,
                None,
                "x.verified.csv x.different.csv",
            ),
            (
                Some("x.different.csv"),
                None,
                None,
                "x.different.verified.csv x.different.different.csv",
            ),
            (Some("x"), Some("v.xlsx"), None, "v.xlsx x.different.xlsx"),
            (
                None,
                Some("v.verified.csv"),
                None,
                "v.verified.csv v.different.csv",
            ),
            (Some("x"), Some("v"), Some("d"), "v d"),
        ] {
            let path = PathBuf::from;
            let (verified, different) = (verified.map(path), different.map(path));
            let sheet = sheet.map(Path::new);
            let paths = ReadingsPaths::new(sheet, verified, different, Wanted::default());
            let ReadingsPaths {
                verified,
                different,
            } = paths.expect("names");
            let paths = format!("{} {}", verified.display(), different.display());
            assert_eq!(paths.replace('\\', "/"), expected, "{sheet:?}");
        }
        let stream = ReadingsPaths::new(None, None, None, Wanted::default());
        assert!(matches!(stream, Err(FileError::Refused(_))));
    }
}
