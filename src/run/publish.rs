//! Results and failures: written, and put in their place without losing those of an earlier run.

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::Settings;
use super::calls::Calls;
use super::error::RunError;
use super::event::{Level, Observer};
use super::orders::Orders;
use super::report::{Confirmed, Report, Tally};
use super::write::{Columns, Writing};
use crate::files::history::{is_edited, keep, prune};
use crate::files::journal::Journal;
use crate::files::{AtomicFile, Beside, FileError, ResultsWriter, RunFiles, Status, has_rows};
use crate::language::say;
use crate::sheet::{Appended, Sheet};

/// Writes every row to the results, and those that need another look to the failures too, unless
/// these are to keep the sheet. Returns the files to be put in their place.
fn write(
    writing: &Writing<'_>,
    files: &RunFiles,
    bom: bool,
    keep_sheet: bool,
) -> Result<(Tally, Vec<AtomicFile>), RunError> {
    let begin = |path, columns, cells| {
        ResultsWriter::begin(
            path,
            writing.header(columns, cells),
            bom,
            files.metadata.as_ref(),
        )
    };
    let own: Vec<usize> = (0..writing.sheet.columns().len()).collect();
    let (columns, cells) = match &files.correction {
        Some(it) => (&it.columns[..], &it.cells[..]),
        None => (writing.sheet.columns(), &own[..]),
    };
    let mut results = begin(&files.results, columns, cells)?;
    let mut failures = if keep_sheet {
        None
    } else {
        Some(begin(&files.failures, writing.sheet.columns(), &own)?)
    };
    let given_back = files.correction.as_ref();
    let tally = writing.rows(|row, result, status| {
        // What is hidden in the failures is to stay there.
        let is_hidden = row.is_left_out() && given_back.is_some();
        let is_failure = status.is_some_and(Status::is_failure) && !row.is_left_out() || is_hidden;
        // A row that a person has added joins the results when it leaves the failures: until then it
        // may be edited there.
        let is_new = given_back.is_some_and(|it| row.position > it.known);
        let stays = is_new && is_failure && (keep_sheet || status.is_none());
        if !stays {
            results.write(result)?;
        }
        if let Some(failures) = &mut failures
            && is_failure
        {
            failures.write(result)?;
        }
        Ok(())
    })?;
    let failures = failures.map(ResultsWriter::finish).transpose()?;
    Ok((
        tally,
        [results.finish()?].into_iter().chain(failures).collect(),
    ))
}

/// A run whose calls have been made.
pub struct Ending<'r> {
    pub files: &'r RunFiles,
    pub orders: &'r Orders,
    pub calls: &'r Calls<'r>,
    pub settings: &'r Settings,
    /// What the calls took.
    pub elapsed: Duration,
}

impl Ending<'_> {
    /// Writes results and failures and puts them in their place.
    pub fn end(
        &self,
        sheet: Sheet,
        mut journal: Journal,
        confirmed: Option<Confirmed>,
    ) -> Result<Report, RunError> {
        let (files, settings) = (self.files, self.settings);
        let stopped = self.calls.stop.reason();
        let writing = Writing {
            sheet: &sheet,
            orders: self.orders,
            issuer: &files.issuer,
            columns: Columns::Outcomes {
                stopped: stopped.as_ref(),
                limit: settings.limit,
            },
        };
        // The failures are not to replace the sheet of a run that is to be continued.
        let keep_sheet = files.replaces_sheet && stopped.is_some();
        let (rows, written) = write(&writing, files, settings.bom, keep_sheet)?;
        if stopped.is_none() {
            ensure_sheet_not_replaced(&sheet, files)?;
        }
        let sheet_name = sheet.title();
        // Some systems do not replace a file that is open.
        drop(sheet);
        let (kept, beside) = self.publish(written, &mut journal)?;
        let journal_lost = !journal.is_in_place();
        let is_needed = stopped.is_some() || !beside.is_empty();
        if !is_needed {
            journal.remove()?;
        }
        // The sheet is needed until the results are in their place.
        let keep_sheet = keep_sheet || files.replaces_sheet && !beside.is_empty();
        let results = settings.paths.results(files.is_update());
        Ok(Report {
            confirmed,
            kept,
            beside,
            failures: (!keep_sheet).then(|| settings.paths.failures.display().to_string()),
            journal: is_needed.then(|| files.journal.display().to_string()),
            journal_lost,
            ..Report::new(
                Appended::Outcomes,
                rows,
                sheet_name,
                self.calls,
                self.elapsed,
                results,
            )
        })
    }

    /// Returns the names of what was kept, and the files that could not take their place.
    fn publish(
        &self,
        written: Vec<AtomicFile>,
        journal: &mut Journal,
    ) -> Result<(Vec<String>, Vec<Beside>), FileError> {
        let (files, keep) = (self.files, self.settings.keep);
        let (mut kept, mut beside) = (Vec::new(), Vec::new());
        let now = Timestamp::now();
        let edited = !files.replaces_sheet
            && is_edited(
                &files.failures,
                &files.results,
                journal.published(&files.failures),
            )
            && has_rows(&files.failures);
        for file in written {
            let path = file.becomes().to_owned();
            let is_sheet = files.replaces_sheet && path == files.failures;
            if is_sheet && !beside.is_empty() {
                // The sheet is needed until the results are in their place.
                continue;
            }
            // What is there may be of an earlier run, finished or not, or already this one's.
            let is_new = !files.is_update() && journal.published(&path).is_none();
            let edited = edited && path == files.failures;
            let is_kept = edited || is_new && !is_sheet && keep != Some(0) && has_rows(&path);
            let mut last = None;
            let is_ready = if is_kept {
                let kept = self.keep_aside(&path, edited, &mut kept);
                kept.map(|kept_as| last = Some(kept_as))
            } else {
                Ok(())
            };
            if let Some(other) = files.replaced_by(&path).filter(|_| is_new) {
                let kept_as = self.keep_aside(&other, false, &mut kept).ok();
                if let Some(keep) = keep {
                    prune(&other, keep, kept_as.as_deref());
                }
            }
            if is_ready.is_ok() {
                journal.publish(&path, now);
                file.set_modified(now);
            }
            beside.extend(file.commit_or_beside(is_ready)?);
            if let Some(keep) = keep {
                // What a person wrote is kept for one run at least.
                prune(&path, keep.max(edited.into()), last.as_deref());
            }
        }
        Ok((kept, beside))
    }

    fn keep_aside(&self, path: &Path, edited: bool, kept: &mut Vec<String>) -> io::Result<PathBuf> {
        let kept_as = keep(path)?;
        let name = kept_as.display().to_string();
        let path = path.display().to_string();
        let (level, text) = if edited {
            let text = say!("event-kept-edited", path = path, kept = name.as_str());
            (Level::Warning, text)
        } else {
            let text = say!("event-kept", path = path, kept = name.as_str());
            (Level::Detail, text)
        };
        self.calls.observers.say(level, text);
        kept.push(name);
        Ok(kept_as)
    }
}

/// Tells what a file that is given back comes to, beside its rows.
pub fn tell_correction(files: &RunFiles, observers: &[&dyn Observer]) {
    let Some(correction) = &files.correction else {
        return;
    };
    let warn = |text| observers.say(Level::Warning, text);
    if let Some(why) = correction.not_updated
        && correction.is_of_outcomes
    {
        let (why, results) = (why.to_string(), files.results.display().to_string());
        warn(say!("event-not-updated", why = why, results = results));
    }
    correction.notes().into_iter().for_each(warn);
}

/// An error if the failures are to replace the sheet and somebody has saved another over it.
pub fn ensure_sheet_not_replaced(sheet: &Sheet, files: &RunFiles) -> Result<(), RunError> {
    if files.replaces_sheet && !sheet.is_in_place() {
        return Err(RunError::SheetReplaced(sheet.name().to_owned()));
    }
    Ok(())
}
