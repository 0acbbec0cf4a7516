//! What runs for one account know of each other: that they share its quota, and its pace.

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::time::SystemTime;

use super::error::FileError;
use super::holder::Holder;
use super::lock::Lock;
use super::open::open_regular;

/// Held as long as a run calls for the account.
#[derive(Debug)]
pub enum AccountLock {
    Held {
        _lock: Lock,
        pace: Option<Pace>,
    },
    /// By another run.
    Busy(Holder),
    /// No lock is to be had: nobody is told then.
    None,
}

/// An empty file whose time is that of the last call, or of when a pause ends: so a run keeps to the
/// pace of the one before, however that ended.
#[derive(Debug)]
pub struct Pace {
    file: File,
    before: Option<SystemTime>,
}

impl AccountLock {
    pub fn take(path: &Path) -> AccountLock {
        let parent = path.parent().map(fs::create_dir_all);
        if !matches!(parent, Some(Ok(()))) {
            return AccountLock::None;
        }
        match Lock::at(path.to_owned(), path) {
            Ok(lock) => AccountLock::Held {
                _lock: lock,
                pace: Pace::open(&path.with_extension("pace")),
            },
            Err(FileError::Locked { holder, .. }) => AccountLock::Busy(holder),
            Err(_) => AccountLock::None,
        }
    }

    fn pace(&self) -> Option<&Pace> {
        match self {
            AccountLock::Held { pace, .. } => pace.as_ref(),
            _ => None,
        }
    }

    /// When the run before made its last call, or, if it paused, was to go on.
    pub fn last_call(&self) -> Option<SystemTime> {
        self.pace()?.before
    }

    /// A call begins now, or none does before `at`.
    pub fn mark(&self, at: SystemTime) {
        if let Some(pace) = self.pace() {
            // It is kept as well as it can be.
            let _ = pace.file.set_modified(at);
        }
    }
}

impl Pace {
    fn open(path: &Path) -> Option<Pace> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        if let Ok(file) = options.clone().create_new(true).open(path) {
            return Some(Pace { file, before: None });
        }
        let (file, found) = open_regular(path, &options).ok()??;
        Some(Pace {
            file,
            before: found.modified().ok(),
        })
    }
}
