//! One run at a time on a file: a lock, which a crash releases, on a file that says who holds it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::{FileError, shown};
use super::fs::{leads_to, open_regular, open_to_read};
use super::outcome::local_time;
use crate::language::{os_error, say};
use crate::text::date_and_time;

/// Begins every lock file, so that nothing else is taken for one.
const MARK: &str = "wdt-flags";
/// Longer than what a lock says.
const MAX_TEXT: u64 = 200;

/// Removed when dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    /// Why it keeps nobody away, where the file system knows no locks: then there is no file.
    void: Option<String>,
}

impl Lock {
    /// Takes the lock at `path`, on behalf of `output`.
    pub fn take(path: PathBuf, output: &Path) -> Result<Lock, FileError> {
        Lock::take_by(path, output, lock)
    }

    fn take_by(
        path: PathBuf,
        output: &Path,
        lock: impl Fn(&File) -> io::Result<bool>,
    ) -> Result<Lock, FileError> {
        let held = |lock| {
            let text = open_to_read(lock)?.map(|(file, _)| read(&file));
            let (path, holder) = (output.to_owned(), holder_of(&text.unwrap_or_default()));
            Err(FileError::Locked { path, holder })
        };
        loop {
            let file = match open(&path) {
                Err(FileError::Io { source, .. }) if is_held(&source) => return held(&path),
                opened => opened?,
            };
            let text = read(&file);
            // A power cut may leave zeros.
            let written = text.trim_end_matches('\0');
            if !written.starts_with(MARK) && !MARK.starts_with(written) {
                return Err(FileError::not_ours(&path));
            }
            match lock(&file) {
                Ok(true) => {}
                Ok(false) => return held(&path),
                Err(source) => {
                    let _ = fs::remove_file(&path);
                    let void = Some(os_error(&source));
                    return Ok(Lock { file, path, void });
                }
            }
            // The run before may have removed it between the two.
            if leads_to(&path, &file)? {
                let void = None;
                let lock = Lock { file, path, void };
                sign(&lock.file).map_err(FileError::io(&lock.path))?;
                return Ok(lock);
            }
        }
    }

    /// What is to be said where the file system knows no locks.
    pub fn warning(&self) -> Option<String> {
        let why = self.void.as_deref()?;
        Some(say!("files-no-locks", path = shown(&self.path), why = why))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if leads_to(&self.path, &self.file).unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open(path: &Path) -> Result<File, FileError> {
    loop {
        let opened = open_regular(path, &options()).map_err(FileError::of_earlier_run)?;
        if let Some((file, _)) = opened {
            return Ok(file);
        }
        match options().create_new(true).open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map_err(FileError::io(path)),
        }
    }
}

/// What a lock says, as far as it can be read.
fn read(file: &File) -> String {
    let mut text = Vec::new();
    let _ = file.take(MAX_TEXT).read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn sign(mut file: &File) -> io::Result<()> {
    let (pid, now) = (std::process::id(), local_time(Timestamp::now()));
    file.set_len(0)?;
    io::Seek::rewind(&mut file)?;
    writeln!(file, "{MARK} {pid} {now}")
}

/// On Windows a lock keeps others from reading, too. There a file that is opened so that nobody else
/// can open it for writing can be read, and is released by a crash as well.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(windows)]
    {
        const FILE_SHARE_READ: u32 = 1;
        const FILE_SHARE_DELETE: u32 = 4;
        let mode = FILE_SHARE_READ | FILE_SHARE_DELETE;
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, mode);
    }
    options
}

fn is_held(error: &io::Error) -> bool {
    const ERROR_SHARING_VIOLATION: i32 = 32;
    cfg!(windows) && error.raw_os_error() == Some(ERROR_SHARING_VIOLATION)
}

/// Whether the file is locked now; not if another process holds it.
fn lock(file: &File) -> io::Result<bool> {
    if cfg!(windows) {
        return Ok(true);
    }
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Who holds a lock: process and since when, by its text, which is the same in every language.
fn holder_of(text: &str) -> String {
    let parse = || {
        let mut words = text.strip_prefix(MARK)?.split_whitespace();
        let pid: u32 = words.next()?.parse().ok()?;
        let since: Timestamp = words.next()?.parse().ok()?;
        let since = date_and_time(since);
        Some(say!("files-holder", pid = pid, since = since))
    };
    parse().unwrap_or_else(|| say!("files-holder-unknown"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn take(path: &Path) -> Result<Lock, FileError> {
        Lock::take(path.to_owned(), Path::new("x.csv"))
    }

    #[test]
    fn a_lock_is_held_by_one_and_released_with_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.csv.lock");
        let lock = take(&path).expect("free");
        let error = take(&path).expect_err("held").to_string();
        let holder = format!("`x.csv` (pid {} since 20", std::process::id());
        assert!(error.contains(&holder), "{error}");
        drop(lock);
        assert!(!path.exists());
        // What a crash or a power cut leaves is held by nobody.
        for left in [
            "wdt-flags 1 2026-01-02T03:04:05.678+08:00\n",
            "wdt-flags pid 1 since ever, as an older version had it, and more\n",
            "",
            "wdt-f",
            "wdt-flags 1\0\0",
            "\0\0\0",
        ] {
            fs::write(&path, left).expect("written");
            drop(take(&path).expect("stale"));
            assert!(!path.exists(), "{left:?}");
        }
        fs::write(&path, "dear diary").expect("written");
        assert!(matches!(take(&path), Err(FileError::Refused(_))));
        assert_eq!(fs::read_to_string(&path).expect("there"), "dear diary");
        for torn in ["", "wdt-flags", "wdt-flags 17", "wdt-flags 17 2026-01\0\0"] {
            assert_eq!(holder_of(torn), "it does not say who", "{torn:?}");
        }
    }

    #[test]
    fn a_file_system_without_locks_is_told_and_no_file_left() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.csv.lock");
        let unsupported = |_: &File| Err(ErrorKind::Unsupported.into());
        for left in ["", "wdt-flags 1 2026-01-02T03:04:05.678+08:00\n"] {
            if !left.is_empty() {
                fs::write(&path, left).expect("written");
            }
            let lock = Lock::take_by(path.clone(), Path::new("x.csv"), unsupported);
            let warning = lock.expect("gone on with").warning().expect("told");
            assert!(
                warning.contains("x.csv.lock` cannot be locked"),
                "{warning}"
            );
            assert!(!path.exists());
        }
        assert_eq!(take(&path).expect("free").warning(), None);
    }

    #[test]
    fn of_many_that_come_at_once_one_has_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.csv.lock");
        let held = AtomicBool::new(false);
        let take_and_release = || {
            for _ in 0..500 {
                let Ok(lock) = take(&path) else {
                    continue;
                };
                assert!(!held.swap(true, Ordering::SeqCst), "held by two");
                held.store(false, Ordering::SeqCst);
                drop(lock);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(take_and_release);
            }
        });
        assert!(!path.exists());
    }
}
