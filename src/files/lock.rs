//! One run at a time on a file: a lock that says who holds it.

#[cfg(not(windows))]
use std::fs::TryLockError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::FileError;
use super::holder::{Holder, MARK};
use super::open::{leads_to, open_regular, open_to_read};
use super::outcome::local_time;
use super::paths::companion;

/// Longer than what a lock says.
const MOST_TEXT: u64 = 200;

/// An operating-system lock, which a crash releases, on a file that says who holds it.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// What came of trying to lock a file.
enum Tried {
    Locked(File),
    /// By another process.
    Held(Holder),
    /// The file was removed, or another made, in between.
    Gone,
}

impl Lock {
    /// Takes the lock on `output`.
    pub fn take(output: &Path) -> Result<Lock, FileError> {
        Lock::at(path_of(output), output)
    }

    /// Takes the lock at `path`, on behalf of `output`.
    pub(super) fn at(path: PathBuf, output: &Path) -> Result<Lock, FileError> {
        loop {
            let tried = match create(&path)? {
                Some(file) => lock(file, &path)?,
                None => clear(&path)?,
            };
            match tried {
                Tried::Gone => {}
                Tried::Held(holder) => {
                    return Err(FileError::Locked {
                        path: output.to_owned(),
                        holder,
                    });
                }
                // Another may have cleared it between our making and locking it.
                Tried::Locked(file) if !leads_to(&path, &file)? => {}
                Tried::Locked(file) => {
                    sign(&file).map_err(FileError::io(&path))?;
                    return Ok(Lock { file, path });
                }
            }
        }
    }
}

/// A new file, which others may read: it says who is at work. `None` if there is one.
fn create(path: &Path) -> Result<Option<File>, FileError> {
    let mut options = shared(OpenOptions::new().read(true).write(true));
    match options.create_new(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(FileError::io(path)(error)),
    }
}

/// Removes a lock that nobody holds. It is never written to: who has put it there may have made it
/// another name of something else.
fn clear(path: &Path) -> Result<Tried, FileError> {
    // Some network shares lock only what is open for writing.
    let options = shared(OpenOptions::new().read(true).write(true));
    let opened = match open_regular(path, &options) {
        Err(FileError::Io { source, .. }) if is_held(&source) => {
            return Ok(Tried::Held(holder(path)?));
        }
        Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
            open_to_read(path).map_err(|_| FileError::left(path)(source))?
        }
        opened => opened?,
    };
    let Some((file, _)) = opened else {
        return Ok(Tried::Gone);
    };
    check(path, &read(&file))?;
    match lock(file, path)? {
        Tried::Locked(file) if leads_to(path, &file)? => {
            fs::remove_file(path).map_err(FileError::left(path))?;
            Ok(Tried::Gone)
        }
        Tried::Locked(_) | Tried::Gone => Ok(Tried::Gone),
        held => Ok(held),
    }
}

/// What a lock says, as far as it can be read.
fn read(file: &File) -> String {
    let mut text = Vec::new();
    let _ = file.take(MOST_TEXT).read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// An error unless the text is of a lock, whole, cut off or torn: a power cut may leave zeros.
fn check(path: &Path, text: &str) -> Result<(), FileError> {
    let written = text.trim_end_matches('\0');
    if written.starts_with(MARK) || MARK.starts_with(written) {
        Ok(())
    } else {
        Err(FileError::NotOurs(path.to_owned()))
    }
}

fn holder(path: &Path) -> Result<Holder, FileError> {
    let opened = open_to_read(path)?;
    let text = opened.map_or(String::new(), |(file, _)| read(&file));
    Ok(Holder::of(&text))
}

#[cfg(not(windows))]
fn lock(file: File, path: &Path) -> Result<Tried, FileError> {
    match file.try_lock() {
        Ok(()) => Ok(Tried::Locked(file)),
        Err(TryLockError::WouldBlock) => Ok(Tried::Held(holder(path)?)),
        Err(TryLockError::Error(error)) => Err(FileError::io(path)(error)),
    }
}

#[cfg(not(windows))]
fn shared(options: &OpenOptions) -> OpenOptions {
    options.clone()
}

#[cfg(not(windows))]
fn is_held(_: &io::Error) -> bool {
    false
}

/// Here a lock keeps others from reading, too. A file that is opened so that nobody else can open
/// it for writing can be read, and is released by a crash as well.
#[cfg(windows)]
fn shared(options: &OpenOptions) -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    let mut options = options.clone();
    options.share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE);
    options
}

#[cfg(windows)]
fn lock(file: File, _: &Path) -> Result<Tried, FileError> {
    Ok(Tried::Locked(file))
}

#[cfg(windows)]
fn is_held(error: &io::Error) -> bool {
    const ERROR_SHARING_VIOLATION: i32 = 32;
    error.raw_os_error() == Some(ERROR_SHARING_VIOLATION)
}

/// Writes down who holds a lock.
fn sign(mut lock: &File) -> io::Result<()> {
    writeln!(
        lock,
        "{MARK} {} {}",
        std::process::id(),
        local_time(Timestamp::now())
    )
}

impl Drop for Lock {
    fn drop(&mut self) {
        if leads_to(&self.path, &self.file).unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The lock on `output`.
pub fn path_of(output: &Path) -> PathBuf {
    companion(output, ".lock")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_released_with_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let output = directory.path().join("x.results.csv");
        let lock = Lock::take(&output).expect("free");
        match Lock::take(&output) {
            Err(FileError::Locked { holder, .. }) => {
                let pid = format!("pid {} since 20", std::process::id());
                assert!(holder.to_string().starts_with(&pid), "{holder}");
            }
            other => panic!("{other:?}"),
        }
        drop(lock);
        assert!(!path_of(&output).exists());
        drop(Lock::take(&output).expect("free again"));
        // A lock file left by a crash is held by nobody; a power cut may tear it.
        for left in [
            "wdt-flags 1 2026-01-02T03:04:05.678+08:00\n",
            "wdt-flags pid 1 since ever\n",
            "",
            "wdt-f",
            "wdt-flags pi\0\0",
            "\0\0\0",
        ] {
            fs::write(path_of(&output), left).expect("written");
            drop(Lock::take(&output).expect("stale"));
            assert!(!path_of(&output).exists(), "{left:?}");
        }
        // It may be another name of something else.
        let other = directory.path().join("other");
        fs::write(&other, "").expect("written");
        fs::hard_link(&other, path_of(&output)).expect("linked");
        let lock = Lock::take(&output).expect("stale");
        assert_eq!(fs::read(&other).expect("there"), b"");
        drop(lock);
        fs::write(path_of(&output), "dear diary").expect("written");
        let lock = path_of(&output);
        assert!(matches!(Lock::take(&output), Err(FileError::NotOurs(_))));
        assert_eq!(
            fs::read_to_string(&lock).expect("still there"),
            "dear diary"
        );
    }

    #[test]
    fn of_many_that_come_at_once_one_has_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let output = directory.path().join("x.results.csv");
        let (held, taken) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let Ok(lock) = Lock::take(&output) else {
                            continue;
                        };
                        assert!(!held.swap(true, Ordering::SeqCst), "held by two");
                        taken.fetch_add(1, Ordering::Relaxed);
                        held.store(false, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(taken.into_inner() > 0);
        assert!(!path_of(&output).exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let directory = tempfile::tempdir().expect("a directory");
        let output = directory.path().join("x.results.csv");
        let target = directory.path().join("secret");
        for content in ["wdt-flags pid 1\n", ""] {
            fs::write(&target, content).expect("written");
            std::os::unix::fs::symlink(&target, path_of(&output)).expect("linked");
            assert!(matches!(Lock::take(&output), Err(FileError::NotAFile(_))));
            assert_eq!(fs::read_to_string(&target).expect("there"), content);
            fs::remove_file(path_of(&output)).expect("a link");
        }
        std::os::unix::fs::symlink(directory.path().join("new"), path_of(&output)).expect("linked");
        assert!(matches!(Lock::take(&output), Err(FileError::NotAFile(_))));
        assert!(!directory.path().join("new").exists());
    }
}
