//! What earlier runs have left: results and failures are kept, not overwritten.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::fs::{directory, free_name, rename, with_suffix};

/// What file systems make of a time differs by no more than this.
pub const PRECISION: SignedDuration = SignedDuration::from_secs(2);

/// Or, where they know parts of seconds, than this.
const EXACT: SignedDuration = SignedDuration::from_micros(1);

/// How a file's name tells when it was finished: `x.results.2026-11-22T223000.csv`.
const STAMP: &str = "%Y-%m-%dT%H%M%S";

/// Whether the file was saved later than it was written.
pub fn is_saved_since(path: &Path, written: Timestamp) -> bool {
    modified(path).is_some_and(|saved| saved > written + PRECISION)
}

/// Whether there is the very file that was written then.
pub fn is_of(path: &Path, written: Timestamp) -> bool {
    modified(path).is_some_and(|saved| {
        let is_coarse = saved.subsec_nanosecond() == 0;
        let precision = if is_coarse { PRECISION } else { EXACT };
        saved.duration_since(written).abs() <= precision
    })
}

/// When the file was last saved, if it is there.
pub fn modified(path: &Path) -> Option<Timestamp> {
    let found = fs::metadata(path).and_then(|found| found.modified());
    found.ok()?.try_into().ok()
}

/// What is left aside is removed when it is older than this, and there is enough that is newer.
const AGE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What follows the time of a file that was edited since. It is not among those that [`prune`] looks
/// at.
const EDITED: &str = ".edited";

/// Renames the file to a name with the time at which it was finished, and returns that name. One
/// that was edited since is `of` when it was written.
pub fn keep(path: &Path, of: Option<Timestamp>) -> io::Result<PathBuf> {
    let time = of.or_else(|| modified(path)).unwrap_or_else(Timestamp::now);
    let stamp = time.to_zoned_datetime(TimeZone::system()).strftime(STAMP);
    let mark = if of.is_some() { EDITED } else { "" };
    let (stem, extension) = split(path);
    let stem = with_suffix(&stem, &format!(".{stamp}{mark}"));
    let kept = free_name(&stem, extension, 1);
    rename(path, &kept)?;
    Ok(kept)
}

/// A name is told by what stands before its time, and after. A journal's has nothing after.
fn split(path: &Path) -> (PathBuf, Option<&OsStr>) {
    match path.extension() {
        Some(extension) if extension != "partial" => (path.with_extension(""), Some(extension)),
        _ => (path.to_owned(), None),
    }
}

/// Removes what is old of the files kept for `path`, but for so many of the newest: last of all the
/// one that was kept last, whatever the clock says. Of failures, those that were edited stay.
pub fn prune(path: &Path, keep: usize, are_failures: bool, last: Option<&Path>) {
    let mut kept = kept(path);
    kept.sort_by_key(|(time, n, path)| (last == Some(path), *time, *n));
    let surplus = kept.len().saturating_sub(keep);
    for (time, _, old) in &kept[..surplus] {
        let is_old = Timestamp::now().duration_since(*time) > AGE;
        if is_old && !(are_failures && is_saved_since(old, *time)) {
            // A file that stays is no reason to fail.
            let _ = fs::remove_file(old);
        }
    }
}

/// The files kept for `path`: the time in their names, which of that time, and their paths.
fn kept(path: &Path) -> Vec<(Timestamp, u32, PathBuf)> {
    let (stem, extension) = split(path);
    let stem = stem.file_name().unwrap_or_default();
    let stem = stem.to_string_lossy().into_owned();
    let ending = extension.map_or(String::new(), |it| format!(".{}", it.to_string_lossy()));
    let time_of = |name: &str| {
        let stamp = name.strip_prefix(&stem)?.strip_prefix('.')?;
        let stamp = stamp.strip_suffix(&ending)?;
        let (time, n) = match stamp.split_at_checked("2026-11-22T223000".len())? {
            (time, "") => (time, 1),
            (time, n) => (time, n.strip_prefix('-')?.parse().ok()?),
        };
        let time = jiff::civil::DateTime::strptime(STAMP, time).ok()?;
        Some((TimeZone::system().to_timestamp(time).ok()?, n))
    };
    let entries = fs::read_dir(directory(path)).into_iter();
    let names = entries.flatten().flatten().map(|entry| entry.file_name());
    let kept = names.filter_map(|name| {
        let (time, n) = time_of(&name.to_string_lossy())?;
        Some((time, n, path.with_file_name(name)))
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;

    /// Keeps a file that was finished on this day.
    fn keep_of(path: &Path, day: u64) -> PathBuf {
        fs::write(path, format!("a\n{day}\n")).expect("written");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + day * 86_400);
        let file = File::options().write(true).open(path).expect("there");
        file.set_modified(time).expect("set");
        super::keep(path, None).expect("kept")
    }

    #[test]
    fn files_are_kept_under_their_time_and_the_oldest_removed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.results.csv");
        let kept = [1, 2, 3].map(|day| keep_of(&path, day));
        assert!(!path.exists());
        let name = kept[0].display().to_string();
        assert!(name.contains("x.results.2023-"), "{name}");
        prune(&path, 2, false, None);
        assert_eq!(kept.each_ref().map(|it| it.exists()), [false, true, true]);
        // A clock that was put back, and two of one second.
        let last = [keep_of(&path, 0), keep_of(&path, 0)];
        prune(&path, 2, false, Some(&last[1]));
        let exist = [&kept[1], &kept[2], &last[0], &last[1]].map(|it| it.exists());
        assert_eq!(exist, [false, true, false, true]);
    }

    #[test]
    fn what_is_new_or_edited_stays_and_journals_go_likewise() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name| directory.path().join(name);
        let failures = path("x.failures.csv");
        keep_of(&failures, 1);
        let later = keep_of(&failures, 2);
        fs::write(&later, "edited in its place").expect("written");
        fs::write(&failures, "new").expect("written");
        let new = super::keep(&failures, None).expect("kept");
        fs::write(&failures, "edited").expect("written");
        let file = File::options().write(true).open(&failures).expect("there");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("set");
        let edited = super::keep(&failures, modified(&failures)).expect("kept");
        let journal = path("x.results.csv.partial");
        let aside = keep_of(&journal, 1);
        let name = aside.display().to_string();
        assert!(name.contains("x.results.csv.partial.2023-"), "{name}");
        let name = edited.display().to_string();
        assert!(name.ends_with(".edited.csv"), "{name}");
        prune(&failures, 0, true, None);
        prune(&journal, 0, false, None);
        let left = fs::read_dir(directory.path()).expect("readable");
        let mut left: Vec<_> = left.map(|it| it.expect("readable").path()).collect();
        let mut stay = vec![later, new, edited];
        left.sort();
        stay.sort();
        assert_eq!(left, stay);
    }

    #[test]
    fn files_that_only_begin_like_those_kept_stay() {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, ending) in [("x.results.csv", ".csv"), ("out", "")] {
            let path = directory.path().join(name);
            let kept = keep_of(&path, 1);
            let stem = kept.display().to_string();
            let stem = stem.strip_suffix(ending).expect("as it was");
            let others = [" of mine", ".results", ".failures", "-x", "0"];
            let others = others.map(|it| format!("{stem}{it}{ending}"));
            for other in &others {
                fs::write(other, "mine").expect("written");
            }
            prune(&path, 0, false, None);
            assert!(!kept.exists(), "{name}");
            for other in others {
                assert!(Path::new(&other).exists(), "{other}");
            }
        }
    }
}
