//! Results and failures: written, and put in their place without losing those of an earlier run.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::iter;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Settings;
use super::calls::Calls;
use super::error::RunError;
use super::event::{Level, Observer};
use super::orders::Orders;
use super::report::{Confirmed, Report, Tally};
use super::write::{Columns, Writing};
use crate::files::history::{is_saved_since, keep, modified, prune};
use crate::files::journal::Journal;
use crate::files::{
    AtomicFile, Beside, FileError, ResultsWriter, RunFiles, Status, are_all_in, has_rows,
    is_edited, of_other_format, open_replaceable, written_with,
};
use crate::language::say;
use crate::sheet::{Appended, Sheet};
use crate::stop::LOOK_FOR_STOP;

/// Writes every row to the results, and those that need another look to the failures too, unless
/// these are to keep the sheet. Returns the files to be put in their place.
fn write(
    writing: &Writing<'_>,
    files: &RunFiles,
    bom: bool,
    keep_sheet: bool,
) -> Result<(Tally, Vec<AtomicFile>), RunError> {
    let metadata = files.metadata.as_ref();
    let begin = |path, columns, cells| {
        ResultsWriter::begin(path, writing.header(columns, cells), bom, metadata)
    };
    let own: Vec<usize> = (0..writing.sheet.columns().len()).collect();
    let (columns, cells) = match &files.correction {
        Some(it) => (&it.columns[..], &it.cells[..]),
        None => (writing.sheet.columns(), &own[..]),
    };
    let mut results = begin(&files.results, columns, cells)?;
    let failures = || begin(&files.failures, writing.sheet.columns(), &own);
    let mut failures = (!keep_sheet).then(failures).transpose()?;
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
    let mut written = vec![results.finish()?];
    written.extend(failures.map(ResultsWriter::finish).transpose()?);
    Ok((tally, written))
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
        // Ctrl-C ends the wait for files below, not the run.
        let reason = self.calls.stop_reason();
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
        let edited = self.edited(&sheet, &journal);
        let is_known = self.is_known(&sheet, &journal);
        // Some systems do not replace a file that is open.
        drop(sheet);
        self.calls.stop.place();
        let (kept, beside) = self.publish(written, &edited, is_known, &mut journal)?;
        let journal_lost = !journal.is_in_place();
        let is_needed = stopped.is_some() || !beside.is_empty();
        if !is_needed {
            journal.remove()?;
        } else if beside.is_empty() {
            journal.placed();
        }
        // The sheet is needed until the results are in their place.
        let keep_sheet = keep_sheet || files.replaces_sheet && !beside.is_empty();
        let updated = settings.paths.corrects.as_ref();
        let updated = updated.filter(|_| files.is_update());
        let results = updated.unwrap_or(&settings.paths.results);
        Ok(Report {
            confirmed,
            kept,
            beside,
            failures: (!keep_sheet).then(|| settings.paths.failures.display().to_string()),
            journal: is_needed.then(|| files.journal.display().to_string()),
            journal_lost,
            elapsed: self.elapsed,
            stopped: reason,
            ..Report::new(Appended::Outcomes, rows, sheet_name, self.calls, results)
        })
    }

    /// The failures that are there, in either format, on which somebody has worked, and when they
    /// were written.
    fn edited(&self, sheet: &Sheet, journal: &Journal) -> HashMap<PathBuf, Timestamp> {
        let (failures, results) = (&self.files.failures, &self.files.results);
        let own = (!self.files.replaces_sheet).then(|| failures.clone());
        let both = own.into_iter().chain(of_other_format(failures));
        let edited = both.filter(|it| has_rows(it)).filter_map(|it| {
            let written = journal.published(&it);
            let written = written.or_else(|| written_with(results, &it));
            let is_saved = written.is_some_and(|written| is_saved_since(&it, written));
            let is_edited = is_saved || is_edited(&it, sheet);
            // Where nothing tells when it was written, when it was saved.
            let written = written.into_iter().chain(modified(&it)).min();
            is_edited.then_some(it).zip(written)
        });
        edited.collect()
    }

    /// Whether the rows of the results that this run has left where it was stopped are all in the
    /// sheet still, and so in its results.
    fn is_known(&self, sheet: &Sheet, journal: &Journal) -> bool {
        let (results, issuer) = (&self.files.results, &self.files.issuer);
        let own = journal.has_published(results).then(|| results.clone());
        let mut published = own.into_iter().chain(journal.published_beside(results));
        published.all(|it| are_all_in(&it, sheet, issuer).unwrap_or(false))
    }

    /// Returns the names of what was kept, and the files that could not take their place. Somebody has
    /// worked on those that are `edited`; what this run has left before has nothing more if it `is_known`.
    fn publish(
        &self,
        written: Vec<AtomicFile>,
        edited: &HashMap<PathBuf, Timestamp>,
        is_known: bool,
        journal: &mut Journal,
    ) -> Result<(Vec<String>, Vec<Beside>), FileError> {
        let (files, keep) = (self.files, self.settings.keep);
        let (mut kept, mut beside) = (Vec::new(), Vec::new());
        let is_sheet_needed = self.calls.stop.reason().is_some();
        let now = Timestamp::now();
        wait_until_closed(&written, self.calls);
        // Once the results are in their place, a run that continues this one does not know any more
        // that they were edited.
        if written.iter().any(|file| file.becomes() == files.failures) {
            let others = files.replaced_by(&files.failures, true);
            let both = iter::once(&files.failures).chain(&others);
            for path in both.filter(|path| edited.contains_key(*path)) {
                // What cannot be kept is not replaced below.
                let _ = self.keep_aside(path, edited, &mut kept);
            }
        }
        for file in written {
            let path = file.becomes().to_owned();
            let is_failures = path == files.failures;
            let is_sheet = files.replaces_sheet && is_failures;
            if is_sheet && !beside.is_empty() {
                // The sheet is needed until the results are in their place.
                continue;
            }
            // What is there may be of an earlier run, finished or not, or already this one's.
            let is_own = is_known && journal.has_published(&path);
            let is_new = !files.is_update() && !is_own;
            let is_kept = edited.contains_key(&path) || is_new && !is_sheet && keep > 0;
            let is_kept = is_kept && has_rows(&path);
            let kept_as = is_kept.then(|| self.keep_aside(&path, edited, &mut kept));
            let (last, is_ready) = match kept_as.transpose() {
                Ok(last) => (last, Ok(())),
                Err(why) => (None, Err(why)),
            };
            file.set_modified(now);
            if is_ready.is_ok() {
                journal.publish(&path, now);
            }
            let placed = file.commit_or_beside(is_ready)?;
            if let Some(beside) = &placed {
                journal.publish(Path::new(&beside.written), now);
            } else {
                let is_needed = is_sheet_needed || !beside.is_empty();
                for other in files.replaced_by(&path, is_needed) {
                    if has_rows(&other) {
                        let _ = self.keep_aside(&other, edited, &mut kept);
                    } else {
                        let _ = fs::remove_file(&other);
                    }
                }
                let written_beside = journal.published_beside(&path);
                written_beside.iter().filter(|_| is_known).for_each(|it| {
                    let _ = fs::remove_file(it);
                });
            }
            beside.extend(placed);
            prune(&path, keep, is_failures, last.as_deref());
            if let Some(other) = of_other_format(&path) {
                prune(&other, keep, is_failures, None);
            }
        }
        prune(&files.journal, keep, false, None);
        Ok((kept, beside))
    }

    fn keep_aside(
        &self,
        path: &Path,
        edited: &HashMap<PathBuf, Timestamp>,
        kept: &mut Vec<String>,
    ) -> io::Result<PathBuf> {
        let written = edited.get(path).copied();
        let kept_as = keep(path, written)?;
        tell_kept(self.calls.observers, path, &kept_as, written.is_some());
        kept.push(kept_as.display().to_string());
        Ok(kept_as)
    }
}

/// So long files that are open elsewhere are waited for, if somebody is there to close them.
const CLOSED_WITHIN: Duration = Duration::from_secs(600);

/// Waits until the files can be replaced, unless that cannot come or the run is stopped.
pub fn wait_until_closed(files: &[AtomicFile], calls: &Calls<'_>) {
    let began = Instant::now();
    for file in files.iter().filter(|_| calls.rules.is_attended) {
        let mut is_told = false;
        while began.elapsed() < CLOSED_WITHIN
            && !calls.rules.has_deadline_passed()
            && !calls.stop.stopped()
            && let Err(FileError::Denied(why)) = open_replaceable(file.becomes())
        {
            if !mem::replace(&mut is_told, true) {
                calls
                    .observers
                    .say(Level::Alert, say!("event-waits", why = why));
            }
            calls.stop.sleep(LOOK_FOR_STOP);
        }
    }
}

/// Tells as what a file was kept that another one replaces.
pub fn tell_kept(observers: &[&dyn Observer], path: &Path, kept: &Path, is_edited: bool) {
    let (path, kept) = (path.display().to_string(), kept.display().to_string());
    let (level, text) = if is_edited {
        let text = say!("event-kept-edited", path = path, kept = kept);
        (Level::Warning, text)
    } else {
        (Level::Detail, say!("event-kept", path = path, kept = kept))
    };
    observers.say(level, text);
}

/// Tells what is to be known of the files: what one that is given back comes to, beside its rows.
pub fn tell_files(files: &RunFiles, observers: &[&dyn Observer]) {
    let warn = |text| observers.say(Level::Warning, text);
    files.without_locks().into_iter().for_each(warn);
    let Some(correction) = &files.correction else {
        return;
    };
    if let Some(why) = correction.not_updated
        && correction.is_of_outcomes
    {
        let (why, results) = (why.to_string(), files.results.display().to_string());
        warn(say!("event-not-updated", why = why, results = results));
    }
    correction.notes().into_iter().for_each(warn);
    if let Some(other) = &files.edited_beside {
        let text = say!("event-edited-beside", path = other.display().to_string());
        observers.say(Level::Alert, text);
    }
}

/// An error if the failures are to replace the sheet and somebody has saved another over it.
pub fn ensure_sheet_not_replaced(sheet: &Sheet, files: &RunFiles) -> Result<(), RunError> {
    if files.replaces_sheet && !sheet.is_in_place() {
        return Err(RunError::SheetReplaced(sheet.name().to_owned()));
    }
    Ok(())
}
