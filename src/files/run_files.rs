//! The files of a run, or of what is read back: checked to be this program's own, and locked against
//! other runs.

use std::fs::{self, File, Metadata, OpenOptions};
use std::path::{Path, PathBuf};

use super::atomic::{AtomicFile, remove_drafts};
use super::correction::{Correction, NotUpdated, PastResults, correct, is_edited, written_with};
use super::error::{FileError, shown};
use super::fs::{
    directory, is_absent, is_same, link_target, metadata_if_exists, open_regular, with_suffix,
};
use super::history::{is_saved_since, keep};
use super::journal::{Left, is_at, is_half_placed};
use super::lock::Lock;
use super::names::{Paths, companion, in_other_formats, is_named_ours, of_other_format};
use super::results::{MAX_ROWS, OutputFormat, has_others, has_rows, open_table};
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
    /// Of the sheet, whose mode new files get.
    pub metadata: Option<Metadata>,
    /// What the sheet comes to, if it is a file of this program's that is given back.
    pub correction: Option<Correction>,
    /// Whose account the files are written for.
    pub issuer: Issuer,
    /// The same failures as the sheet in another format, where somebody has edited these.
    pub edited_beside: Option<PathBuf>,
    sheet: Option<PathBuf>,
    locks: Vec<Lock>,
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
        let mut edited_beside = None;
        if sheet.is_ours() {
            edited_beside = sheet.path().and_then(|path| {
                let mut others = in_other_formats(path);
                others.find(|it| has_rows(it) && is_edited(it, sheet))
            });
            let past = match &corrects {
                Some(corrects) => {
                    check_apart(&[corrects, &lock_of(corrects)], sheet, &[corrects])?;
                    // Another run may be writing them.
                    locks.push(lock(corrects)?);
                    ensure_placed(corrects)?;
                    PastResults::read(corrects, sheet, Some(issuer))?
                }
                None => Err(NotUpdated::Missing),
            };
            correction = Some(correct(sheet, past, Some(issuer))?);
        }
        let is_update = correction.as_ref().is_some_and(Correction::is_update);
        let results = match &corrects {
            Some(corrects) if is_update => corrects.clone(),
            _ => link_target(&paths.results)?,
        };
        let journal = journal_of(paths, is_update)?;
        let mut replaced = Vec::new();
        replaced.extend(paths.replaces_sheet.then_some(&failures));
        replaced.extend(is_update.then_some(&results));
        let [first, second] = [&results, &failures].map(|it| lock_of(it));
        let files = [&results, &failures, &journal, &first, &second];
        check_apart(&files, sheet, &replaced)?;
        if paths.replaces_sheet && !sheet.is_ours() {
            let text = say!("files-sheet-not-ours", path = shown(&failures));
            return Err(FileError::Refused(text));
        }
        check_replaceable(&results, Some(Appended::Outcomes), false)?;
        let ours = (!paths.replaces_sheet).then_some(Appended::Outcomes);
        check_replaceable(&failures, ours, !paths.replaces_sheet)?;
        let mut outdated = vec![companion(&results, ".partial"), journal_of_failures];
        if corrects.as_ref() != Some(&results) {
            locks.push(lock(&results)?);
            // What is settled now is news to a run over the sheet that these rows come from.
            outdated.extend(corrects.map(|path| companion(&path, ".partial")));
        }
        locks.push(lock(&failures)?);
        for path in [&results, &failures, &journal] {
            remove_drafts(path);
            // The locks hold for both formats.
            of_other_format(path)
                .iter()
                .for_each(|it| remove_drafts(it));
        }
        outdated.retain(|it| *it != journal && is_at(it));
        Ok(RunFiles {
            issuer: issuer.clone(),
            edited_beside,
            sheet: sheet.path().map(Path::to_owned),
            outdated,
            // Only now: until then another run may be writing it.
            left: Left::open(&journal)?,
            locks,
            results,
            failures,
            journal,
            replaces_sheet: paths.replaces_sheet,
            metadata: sheet.metadata(),
            correction,
        })
    }

    /// What is to be said where locks keep no other run away.
    pub fn without_locks(&self) -> Option<String> {
        self.locks.iter().find_map(Lock::warning)
    }

    /// Whether the results that the sheet comes from are updated.
    pub fn is_update(&self) -> bool {
        self.correction.as_ref().is_some_and(Correction::is_update)
    }

    /// The files in other formats that are out of date once this one is written, beside a sheet that
    /// is still needed.
    pub fn replaced_by(&self, written: &Path, is_sheet_needed: bool) -> Vec<PathBuf> {
        let is_ours = |it: &PathBuf| check_replaceable(it, Some(Appended::Outcomes), true).is_ok();
        let is_sheet = |it: &PathBuf| self.sheet.as_ref().is_some_and(|sheet| is_same(sheet, it));
        let is_failures = *written == self.failures;
        let other = of_other_format(written).filter(|_| self.correction.is_none() || is_failures);
        let other = other.filter(|it| !is_sheet(it) && Some(it) != self.edited_beside.as_ref());
        // What was left of it stands in another format now.
        let given = self.sheet.clone().filter(|it| {
            let is_given = in_other_formats(written).any(|other| is_same(&other, it));
            is_failures && is_given && self.correction.is_some() && !is_sheet_needed
        });
        other.filter(is_ours).into_iter().chain(given).collect()
    }
}

/// The locks are released when this is dropped.
#[derive(Debug)]
pub struct ReadingsFiles {
    pub verified: PathBuf,
    pub different: PathBuf,
    /// Of the sheet, whose mode new files get.
    pub metadata: Option<Metadata>,
    _locks: [Lock; 2],
}

impl ReadingsFiles {
    /// As [`RunFiles::claim`].
    pub fn claim(paths: &Paths, sheet: &Sheet) -> Result<ReadingsFiles, FileError> {
        let verified = link_target(&paths.results)?;
        let different = link_target(&paths.failures)?;
        let [first, second] = [&verified, &different].map(|it| lock_of(it));
        check_apart(&[&verified, &different, &first, &second], sheet, &[])?;
        for file in [&verified, &different] {
            check_replaceable(file, Some(Appended::Readings), false)?;
        }
        let locks = [lock(&verified)?, lock(&different)?];
        for path in [&verified, &different] {
            remove_drafts(path);
        }
        Ok(ReadingsFiles {
            _locks: locks,
            verified,
            different,
            metadata: sheet.metadata(),
        })
    }

    /// Keeps the differences of an earlier time if a person has edited them: returns as what.
    pub fn keep_edited(&self) -> Option<PathBuf> {
        let written = written_with(&self.verified, &self.different)?;
        let is_edited = is_saved_since(&self.different, written) && has_rows(&self.different);
        // What cannot be renamed cannot be replaced either: then the new file is put beside.
        let keep = || keep(&self.different, Some(written)).ok();
        is_edited.then(keep).flatten()
    }
}

/// Where the journal of a run is. That of one which updates results is beside the failures: the
/// results' own is that of the sheet they come from.
pub fn journal_of(paths: &Paths, is_update: bool) -> Result<PathBuf, FileError> {
    let output = if is_update {
        &paths.failures
    } else {
        &paths.results
    };
    Ok(companion(&link_target(output)?, ".partial"))
}

/// Where the lock on `output` is.
fn lock_of(output: &Path) -> PathBuf {
    companion(output, ".lock")
}

/// Every file that a run writes has a lock, whatever it is to another run.
fn lock(output: &Path) -> Result<Lock, FileError> {
    Lock::take(lock_of(output), output).map_err(FileError::of_new)
}

/// An error unless each of the paths is in a directory and its name not too long, no two are one, and
/// none is the sheet but for those that are to take its place.
fn check_apart(files: &[&PathBuf], sheet: &Sheet, replaces: &[&PathBuf]) -> Result<(), FileError> {
    for (at, file) in files.iter().enumerate() {
        let parent = directory(file);
        if fs::metadata(parent).map_or_else(|error| is_absent(&error), |it| !it.is_dir()) {
            let (path, directory) = (shown(file), shown(parent));
            let text = say!("files-no-directory", path = path, directory = directory);
            return Err(FileError::Refused(text));
        }
        // The longest of the names under which it may be kept.
        metadata_if_exists(&with_suffix(file, ".2026-11-22T223000.edited-99"))?;
        if files[..at].iter().any(|other| is_same(file, other)) {
            return Err(FileError::Refused(say!("files-same", path = shown(file))));
        }
        let is_sheet = sheet.path().is_some_and(|sheet| is_same(file, sheet));
        if is_sheet && !replaces.contains(file) {
            let text = say!("files-is-sheet", path = shown(file));
            return Err(FileError::Refused(text));
        }
    }
    Ok(())
}

/// The file, if one is there. An error if it cannot be replaced, by its permissions or because another
/// program holds it open.
pub fn open_replaceable(path: &Path) -> Result<Option<(File, Metadata)>, FileError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(windows)]
    {
        // Who lets others write to it may not let them replace it.
        const GENERIC_READ: u32 = 0x8000_0000;
        const GENERIC_WRITE: u32 = 0x4000_0000;
        const DELETE: u32 = 0x0001_0000;
        let access = GENERIC_READ | GENERIC_WRITE | DELETE;
        std::os::windows::fs::OpenOptionsExt::access_mode(&mut options, access);
    }
    open_regular(path, &options).map_err(FileError::of_replaced)
}

/// An error if the file is there and cannot be replaced; if it is not `ours`: written by this program
/// with columns of that kind, be it edited since; or if it is a workbook in which a person has put
/// further worksheets, unless the file that is there `is_kept`.
fn check_replaceable(path: &Path, ours: Option<Appended>, is_kept: bool) -> Result<(), FileError> {
    let file = match open_replaceable(path)? {
        Some((file, found)) if found.len() > 0 => file,
        _ => return Ok(()),
    };
    if OutputFormat::of(path) == OutputFormat::Xlsx && has_others(file) {
        if is_kept && is_named_ours(path) {
            return Ok(());
        }
        let text = say!("files-other-worksheets", path = shown(path));
        return Err(FileError::Refused(text));
    }
    let Some(kind) = ours else {
        return Ok(());
    };
    match open_table(path)? {
        // A header that has lost some of its columns may be anybody's.
        Some(Ok(it))
            if it.was_ours()
                && it.appended().is_none_or(|its| its == kind)
                && (it.is_ours() || has_rows(path)) =>
        {
            Ok(())
        }
        _ => Err(FileError::not_ours(path)),
    }
}

/// An error if a run that was interrupted has put only some of its files in their places: of the
/// results and failures that are there one may be of another run.
pub fn ensure_placed(results: &Path) -> Result<(), FileError> {
    let journal = companion(&link_target(results)?, ".partial");
    if is_half_placed(&journal) {
        let (path, journal) = (shown(results), shown(&journal));
        let text = say!("files-half-placed", path = path, journal = journal);
        return Err(FileError::Refused(text));
    }
    Ok(())
}

/// An error if the files could not be written: better before the first call.
pub fn ensure_writable(
    files: [&Path; 2],
    rows: u64,
    metadata: Option<&Metadata>,
) -> Result<(), FileError> {
    for path in files {
        if OutputFormat::of(path) == OutputFormat::Xlsx && rows >= u64::from(MAX_ROWS) {
            let text = say!("files-too-many-rows", path = shown(path), rows = rows);
            return Err(FileError::Refused(text));
        }
        AtomicFile::create(path, metadata)?;
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
        let is_ours = || check_replaceable(&path, Some(Appended::Outcomes), false).is_ok();
        assert!(is_ours(), "free");
        let seven = "line,status,code,message,attempts,finished_at,row_check";
        let six = seven.trim_end_matches(",row_check");
        for (content, ours) in [
            (format!("purchase_no,flag_name,{seven}\nCG1,aa\n"), true),
            (format!("\u{feff}采购单号,{seven},edited\n"), true),
            (format!("purchase_no,flag_name,{six}\nCG1,aa\n"), true),
            (
                "purchase_no,line,status,flag_now,checked_at,row_check\n".to_owned(),
                false,
            ),
            (format!("{seven}\n"), false),
            ("a,line,status,message\n".to_owned(), false),
        ] {
            fs::write(&path, &content).expect("written");
            assert_eq!(is_ours(), ours, "{content:?}");
        }
        assert!(check_replaceable(directory.path(), None, false).is_err());
    }
}
