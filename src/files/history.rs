//! What earlier runs have left: results and failures are kept, not overwritten.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::fs::{directory, free_name, with_suffix};

/// What file systems make of a time differs by no more than this.
const PRECISION: SignedDuration = SignedDuration::from_secs(2);

/// How a file's name tells when it was finished: `x.results.2026-11-22T223000.csv`.
const STAMP: &str = "%Y-%m-%dT%H%M%S";

/// Whether the failures have been changed since this program wrote them: with the results of the
/// same time, or, where this run was cut short, when it `published` them.
pub fn is_edited(failures: &Path, results: &Path, published: Option<Timestamp>) -> bool {
    let written = published.or_else(|| modified(results));
    match (modified(failures), written) {
        (Some(failures), Some(written)) => failures > written + PRECISION,
        _ => false,
    }
}

fn modified(path: &Path) -> Option<Timestamp> {
    let found = fs::metadata(path).and_then(|found| found.modified());
    found.ok()?.try_into().ok()
}

/// Renames the file to a name with the time at which it was finished, and returns that name.
pub fn keep(path: &Path) -> io::Result<PathBuf> {
    let time = modified(path).unwrap_or_else(Timestamp::now);
    let stamp = time.to_zoned_datetime(TimeZone::system()).strftime(STAMP);
    let stem = with_suffix(&path.with_extension(""), &format!(".{stamp}"));
    let kept = free_name(&stem, path.extension(), 1);
    fs::rename(path, &kept)?;
    Ok(kept)
}

/// Removes the oldest of the files kept for `path`, all but so many; last of all the one that was
/// kept last, whatever the clock says.
pub fn prune(path: &Path, keep: usize, last: Option<&Path>) {
    let mut kept = kept(path);
    kept.sort_by_key(|(stamp, n, path)| (last == Some(path), stamp.clone(), *n));
    let surplus = kept.len().saturating_sub(keep);
    for (.., old) in &kept[..surplus] {
        // A file that stays is no reason to fail.
        let _ = fs::remove_file(old);
    }
}

/// The files kept for `path`: the time in their names, which of that time, and their paths.
fn kept(path: &Path) -> Vec<(String, u32, PathBuf)> {
    let stem = path.file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy().into_owned();
    let ending = path
        .extension()
        .map_or(String::new(), |it| format!(".{}", it.to_string_lossy()));
    let time_of = |name: &str| {
        let stamp = name.strip_prefix(&stem)?.strip_prefix('.')?;
        let stamp = stamp.strip_suffix(&ending)?;
        let (time, n) = match stamp.split_at_checked("2026-11-22T223000".len())? {
            (time, "") => (time, 1),
            (time, n) => (time, n.strip_prefix('-')?.parse().ok()?),
        };
        jiff::civil::DateTime::strptime(STAMP, time).ok()?;
        Some((time.to_owned(), n))
    };
    let entries = fs::read_dir(directory(path))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter_map(|entry| {
            let (time, n) = time_of(&entry.file_name().to_string_lossy())?;
            Some((time, n, path.with_file_name(entry.file_name())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;

    /// Keeps a file that was finished on this day.
    fn keep_of(path: &Path, day: u64) -> PathBuf {
        fs::write(path, format!("a\n{day}\n")).expect("written");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000 + day * 86_400);
        let file = File::options().write(true).open(path).expect("there");
        file.set_modified(time).expect("set");
        super::keep(path).expect("kept")
    }

    #[test]
    fn files_are_kept_under_their_time_and_the_oldest_removed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.results.csv");
        let kept = [1, 2, 3].map(|day| keep_of(&path, day));
        assert!(!path.exists());
        let name = kept[0].display().to_string();
        assert!(name.contains("x.results.2026-"), "{name}");
        prune(&path, 2, None);
        assert_eq!(kept.each_ref().map(|it| it.exists()), [false, true, true]);
        // A clock that was put back, and two of one second.
        let last = [keep_of(&path, 0), keep_of(&path, 0)];
        prune(&path, 2, Some(&last[1]));
        let exist = [&kept[1], &kept[2], &last[0], &last[1]].map(|it| it.exists());
        assert_eq!(exist, [false, true, false, true]);
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
            prune(&path, 0, None);
            assert!(!kept.exists(), "{name}");
            for other in others {
                assert!(Path::new(&other).exists(), "{other}");
            }
        }
    }
}
