//! Results and failures: written, and put in their place without losing those of an earlier run.

use std::path::{Path, PathBuf};

use super::error::RunError;
use super::event::{Level, Observer};
use super::report::Tally;
use super::write::Writing;
use crate::files::history::{has_rows, is_edited, keep, prune};
use crate::files::{AtomicFile, Beside, Corrected, Correction, FileError, ResultsWriter, RunFiles};
use crate::language::say;

/// Where rows of results go.
enum Results<'r> {
    New(Box<ResultsWriter<'r>>),
    Updated(&'r Correction, Corrected),
}

/// Writes every row of the sheet to the results, and those that need another look to the failures
/// too, unless these are to keep the sheet. Returns the files to be put in their place.
pub fn write(
    writing: &Writing<'_>,
    files: &RunFiles,
    bom: bool,
    keep_sheet: bool,
) -> Result<(Tally, Vec<AtomicFile>), RunError> {
    let begin = |path| ResultsWriter::begin(path, writing.header(), bom, &files.readers);
    let correction = files.correction();
    let mut results = match correction {
        Some(correction) => Results::Updated(correction, Corrected::default()),
        None => Results::New(Box::new(begin(&files.results)?)),
    };
    let mut failures = if keep_sheet {
        None
    } else {
        Some(begin(&files.failures)?)
    };
    let tally = writing.rows(
        |line| correction.map(|correction| correction.origin(line)),
        |row, result, status| {
            match &mut results {
                Results::New(writer) => writer.write(result)?,
                // What became of it in an earlier run stays in the results of that.
                Results::Updated(..) if row.is_left_out() => {}
                // It is added when it leaves the failures: until then it may be edited there.
                Results::Updated(correction, _)
                    if keep_sheet && status.is_failure() && correction.is_new(row.line()) => {}
                Results::Updated(correction, corrected) => {
                    correction.add(corrected, row.line(), result, &files.changes)?;
                }
            }
            if let Some(failures) = &mut failures
                && status.is_failure()
                && !row.is_left_out()
            {
                failures.write(result)?;
            }
            Ok(())
        },
    )?;
    let results = match results {
        Results::New(writer) => writer.finish()?,
        Results::Updated(correction, corrected) => correction.update(corrected, &files.readers)?,
    };
    let failures = failures.map(ResultsWriter::finish).transpose()?;
    Ok((tally, [results].into_iter().chain(failures).collect()))
}

pub struct Publishing<'r> {
    pub files: &'r RunFiles,
    /// Whether a run that was cut short is continued: both are one run.
    pub is_continued: bool,
    /// How many files of earlier runs are kept; `None`: all.
    pub keep: Option<usize>,
    pub observers: &'r [&'r dyn Observer],
}

impl Publishing<'_> {
    /// Whether what is there is of an earlier run, finished or not.
    fn is_new(&self) -> bool {
        !self.is_continued && self.files.correction().is_none()
    }

    /// Returns the names of what was kept, and the files that could not take their place.
    pub fn publish(
        &self,
        written: Vec<AtomicFile>,
    ) -> Result<(Vec<String>, Vec<Beside>), FileError> {
        let mut kept = Vec::new();
        let mut beside = Vec::new();
        let edited = !self.files.replaces_sheet
            && is_edited(&self.files.failures, &self.files.results)
            && has_rows(&self.files.failures);
        let is_sheet = |path: &Path| self.files.replaces_sheet && *path == self.files.failures;
        for file in written {
            let path = file.becomes().to_owned();
            if is_sheet(&path) && !beside.is_empty() {
                // The sheet is needed until the results are in their place.
                continue;
            }
            let edited = edited && path == self.files.failures;
            let of_earlier_run = self.is_new() && has_rows(&path) && !is_sheet(&path);
            let is_kept = edited || of_earlier_run && self.keep != Some(0);
            let other = self.files.replaced_by(&path).filter(|_| self.is_new());
            // What cannot be renamed cannot be replaced either: then the new file is put beside.
            let kept_as = is_kept.then(|| self.keep_aside(&path, edited, &mut kept));
            let kept_as = kept_as.flatten();
            if let Some(other) = other {
                let kept_as = self.keep_aside(&other, false, &mut kept);
                if let Some(keep) = self.keep {
                    prune(&other, keep, kept_as.as_deref());
                }
            }
            beside.extend(file.commit_or_beside()?);
            if let Some(keep) = self.keep {
                // What a person wrote is kept for one run at least.
                prune(&path, keep.max(edited.into()), kept_as.as_deref());
            }
        }
        Ok((kept, beside))
    }

    fn keep_aside(&self, path: &Path, edited: bool, kept: &mut Vec<String>) -> Option<PathBuf> {
        let kept_as = keep(path).ok()?;
        kept.push(kept_as.display().to_string());
        let (path, kept_name) = (path.display().to_string(), kept_as.display().to_string());
        if edited {
            let text = say!("event-kept-edited", path = path, kept = kept_name);
            self.observers.say(Level::Warning, text);
        } else {
            let text = say!("event-kept", path = path, kept = kept_name);
            self.observers.say(Level::Detail, text);
        }
        Some(kept_as)
    }
}

/// Tells that a failures file does not update the results it comes from, if so.
pub fn tell_not_updated(files: &RunFiles, observers: &[&dyn Observer]) {
    if let Some(Err(why)) = &files.correction {
        let results = files.results.display().to_string();
        let text = say!(
            "event-not-updated",
            why = why.to_string(),
            results = results
        );
        observers.say(Level::Warning, text);
    }
}
