//! What runs for one account know of each other: that they share its quota, when the last call was,
//! and how fast is too fast.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::FileError;
use super::fs::open_regular;
use super::lock::Lock;
use crate::pace::KnownRates;
use crate::sync::lock;

/// How long rates are remembered: limits change.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Every line of rates is as long, so that writing one leaves nothing of the one before.
const WIDTH: usize = 160;

/// What came of asking for an account.
#[derive(Debug)]
pub enum AccountLock {
    Held(AccountState),
    /// By another run: which.
    Busy(String),
    /// Runs for the account cannot know of each other, and why.
    Unavailable(FileError),
}

impl AccountLock {
    /// Tries to take the lock at `path`; it may be tried again while it is busy.
    pub fn take(path: &Path) -> AccountLock {
        let directory = path.parent().unwrap_or(Path::new("."));
        if let Err(error) = fs::create_dir_all(directory) {
            return AccountLock::Unavailable(FileError::io(directory)(error));
        }
        match Lock::take(path.to_owned(), path) {
            Ok(lock) => match lock.warning() {
                Some(why) => AccountLock::Unavailable(FileError::Denied(why)),
                None => AccountLock::Held(AccountState {
                    _lock: lock,
                    state: Mutex::new(State::open(&path.with_extension("pace"))),
                }),
            },
            Err(FileError::Locked { holder, .. }) => AccountLock::Busy(holder),
            Err(error) => AccountLock::Unavailable(error),
        }
    }
}

/// What runs for an account leave to the next. Held as long as one calls for it.
///
/// It is kept as well as it can be: nothing about it is an error of the run.
#[derive(Debug)]
pub struct AccountState {
    _lock: Lock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Its time is that of the last call, or of when a pause ends, which costs one system call to
    /// keep; it holds a line of rates.
    file: Option<File>,
    last_call: Option<SystemTime>,
    known: Option<KnownRates>,
}

#[derive(Serialize, Deserialize)]
struct Rates {
    #[serde(flatten)]
    known: KnownRates,
    at: Timestamp,
}

impl AccountState {
    /// When the run before made its last call, or, if it paused, was to go on.
    pub fn last_call(&self) -> Option<SystemTime> {
        lock(&self.state).last_call
    }

    /// What an earlier run has found out about the account's limit.
    pub fn known(&self) -> Option<KnownRates> {
        lock(&self.state).known
    }

    /// A call begins now, or none does before `at`.
    pub fn mark(&self, at: SystemTime) {
        let mut state = lock(&self.state);
        // A call that began before a pause may be told of after it.
        if state.last_call.is_none_or(|last| last < at) {
            state.last_call = Some(at);
            state.keep_time();
        }
    }

    /// Writes down what is known about the limit, if it has changed.
    pub fn remember(&self, known: Option<KnownRates>) {
        let mut state = lock(&self.state);
        if known.is_some() && state.known != known {
            state.known = known;
            let _ = state.write();
            state.keep_time();
        }
    }
}

impl State {
    fn open(path: &Path) -> State {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let (last_call, known, file) = match open_regular(path, &options) {
            Ok(Some((file, found))) => (found.modified().ok(), read(&file), Some(file)),
            Ok(None) | Err(_) => (None, None, options.create_new(true).open(path).ok()),
        };
        State {
            file,
            last_call,
            known,
        }
    }

    fn keep_time(&self) {
        if let (Some(file), Some(at)) = (&self.file, self.last_call) {
            let _ = file.set_modified(at);
        }
    }

    fn write(&self) -> io::Result<()> {
        if let (Some(mut file), Some(known)) = (self.file.as_ref(), self.known) {
            let at = Timestamp::now();
            let text = serde_json::to_string(&Rates { known, at })?;
            let width = WIDTH - 1;
            file.rewind()?;
            file.write_all(format!("{text:<width$}\n").as_bytes())?;
        }
        Ok(())
    }
}

/// Nothing, if the text is torn, of something else, or too old.
fn read(file: &File) -> Option<KnownRates> {
    let mut text = Vec::new();
    file.take(WIDTH as u64).read_to_end(&mut text).ok()?;
    let rates: Rates = serde_json::from_slice(&text).ok()?;
    let age = Timestamp::now().duration_since(rates.at).abs();
    (age < REMEMBERED).then_some(rates.known)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;

    const KNOWN: KnownRates = KnownRates {
        good: 36.25,
        bad: Some(37.0),
    };

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Place {
            Place(tempfile::tempdir().expect("a directory"))
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join("state").join(name)
        }

        fn state(&self) -> AccountState {
            match AccountLock::take(&self.path("a.lock")) {
                AccountLock::Held(state) => state,
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn one_run_has_an_account_at_a_time_and_the_next_knows_what_it_left() {
        let place = Place::new();
        let state = place.state();
        let again = AccountLock::take(&place.path("a.lock"));
        assert!(matches!(again, AccountLock::Busy(_)), "{again:?}");
        assert_eq!((state.last_call(), state.known()), (None, None));
        let call = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for (good, marked) in [(36.25, call), (36.5, call + Duration::from_secs(60))] {
            state.mark(marked);
            state.remember(Some(KnownRates { good, ..KNOWN }));
            state.remember(None);
            // Of a call that began before the pause.
            state.mark(call);
            // Whatever ends the run, this is what it leaves.
            let left = fs::metadata(place.path("a.pace")).expect("there");
            assert_eq!(left.modified().expect("a time"), marked);
            assert_eq!(left.len(), WIDTH as u64);
            #[cfg(unix)]
            {
                let mode = std::os::unix::fs::MetadataExt::mode(&left);
                assert_eq!(mode & 0o777, 0o600);
            }
        }
        drop(state);
        let next = place.state();
        assert_eq!(next.last_call(), Some(call + Duration::from_secs(60)));
        assert_eq!(next.known().map(|known| known.good), Some(36.5));
    }

    #[test]
    fn rates_are_forgotten_after_a_week_and_other_texts_are_none() {
        let place = Place::new();
        drop(place.state());
        let written = |hours| {
            let at = Timestamp::now() + SignedDuration::from_hours(hours);
            serde_json::to_string(&Rates { known: KNOWN, at }).expect("text")
        };
        let whole = written(-167);
        for (text, known) in [
            (whole.clone(), Some(KNOWN)),
            (written(-169), None),
            (written(169), None),
            (whole[..whole.len() - 1].to_owned(), None),
            (format!("{whole}\0\0"), None),
            ("dear diary".repeat(100), None),
        ] {
            fs::write(place.path("a.pace"), &text).expect("written");
            let state = place.state();
            assert_eq!(state.known(), known, "{text}");
            state.remember(Some(KNOWN));
            drop(state);
            assert_eq!(place.state().known(), Some(KNOWN), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_no_error() {
        let place = Place::new();
        fs::create_dir_all(place.path("a.pace")).expect("a directory in its place");
        let state = place.state();
        state.mark(SystemTime::now());
        state.remember(Some(KNOWN));
        drop(state);
        assert_eq!(place.state().known(), None);
        fs::write(place.path("file"), "").expect("written");
        let nowhere = AccountLock::take(&place.path("file/a.lock"));
        assert!(matches!(nowhere, AccountLock::Unavailable(_)));
    }
}
