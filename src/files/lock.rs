//! One run at a time on a file: a lock that says who holds it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use same_file::Handle;

use super::error::FileError;
use super::fs::{metadata_if_exists, with_suffix};
use super::outcome::local_time;

/// Begins every lock file, so that nothing else is taken for one.
const LOCK_MARK: &str = "wdt-flags";

/// An operating-system lock, which a crash releases, on a file that says who holds it.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock on `output`.
    pub fn take(output: &Path) -> Result<Lock, FileError> {
        Lock::at(path_of(output), output)
    }

    /// Takes the lock at `path`, on behalf of `output`.
    fn at(path: PathBuf, output: &Path) -> Result<Lock, FileError> {
        let failed = |source| FileError::io(output)(source);
        loop {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // Where locks are mandatory the holder cannot be read.
                    let _ = (&file).take(200).read_to_string(&mut holder);
                    let holder = holder.trim().strip_prefix(LOCK_MARK).unwrap_or_default();
                    return Err(FileError::Locked {
                        path: output.to_owned(),
                        holder: match holder.trim() {
                            "" => "it does not say who".to_owned(),
                            holder => holder.to_owned(),
                        },
                    });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The holder before may have removed the file between our opening and locking it.
            let ours = file.try_clone().and_then(Handle::from_file);
            if Handle::from_path(&path).is_ok_and(|there| ours.is_ok_and(|ours| there == ours)) {
                sign(&file).map_err(failed)?;
                return Ok(Lock { _file: file, path });
            }
        }
    }
}

/// The lock of an account, so that two runs know that they share its quota.
#[derive(Debug)]
pub enum AccountLock {
    Held {
        _lock: Lock,
    },
    /// By another run: who, and since when.
    Busy(String),
    /// No lock is to be had: nobody is told then.
    None,
}

impl AccountLock {
    pub fn take(path: &Path) -> AccountLock {
        let parent = path.parent().map(fs::create_dir_all);
        if !matches!(parent, Some(Ok(()))) {
            return AccountLock::None;
        }
        match Lock::at(path.to_owned(), path) {
            Ok(lock) => AccountLock::Held { _lock: lock },
            Err(FileError::Locked { holder, .. }) => AccountLock::Busy(holder),
            Err(_) => AccountLock::None,
        }
    }
}

/// Writes down who holds a lock.
fn sign(mut lock: &File) -> io::Result<()> {
    lock.set_len(0)?;
    writeln!(
        lock,
        "{LOCK_MARK} pid {} since {}",
        std::process::id(),
        local_time(Timestamp::now())
    )
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// An error unless the path is free or holds a lock of this program's.
pub fn check(path: &Path) -> Result<(), FileError> {
    if metadata_if_exists(path)?.is_none_or(|found| found.len() == 0) {
        return Ok(());
    }
    let mut begin = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(LOCK_MARK.len() as u64).read_to_end(&mut begin));
    match read {
        Ok(_) if begin != LOCK_MARK.as_bytes() => Err(FileError::NotOurs(path.to_owned())),
        // Where locks are mandatory one that is held cannot be read.
        _ => Ok(()),
    }
}

/// The lock on `output`.
pub fn path_of(output: &Path) -> PathBuf {
    with_suffix(output, ".lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_released_with_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let output = directory.path().join("x.results.csv");
        let lock = Lock::take(&output).expect("free");
        match Lock::take(&output) {
            Err(FileError::Locked { holder, .. }) => {
                let pid = format!("pid {} since 20", std::process::id());
                assert!(holder.starts_with(&pid), "{holder}");
            }
            other => panic!("{other:?}"),
        }
        drop(lock);
        assert!(!path_of(&output).exists());
        drop(Lock::take(&output).expect("free again"));
        // A lock file left by a crash is held by nobody.
        fs::write(path_of(&output), "wdt-flags pid 1 since ever\n").expect("written");
        drop(Lock::take(&output).expect("stale"));
        fs::write(path_of(&output), "dear diary").expect("written");
        let lock = path_of(&output);
        assert!(matches!(check(&lock), Err(FileError::NotOurs(_))));
        assert_eq!(
            fs::read_to_string(&lock).expect("still there"),
            "dear diary"
        );
    }
}
