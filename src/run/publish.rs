//! Putting results and failures in their place without losing those of an earlier run.

use std::path::{Path, PathBuf};

use super::event::{Event, Observer};
use crate::files::history::{has_rows, is_edited, keep, prune};
use crate::files::{AtomicFile, Beside, FileError, RunFiles};

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
    pub fn is_new(&self) -> bool {
        !self.is_continued && !self.files.is_correction()
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
        self.observers.event(&Event::Kept {
            path: path.display().to_string(),
            kept_as: kept_as.display().to_string(),
            edited,
        });
        Some(kept_as)
    }
}
