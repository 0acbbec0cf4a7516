//! What people see. Is told what happens and decides nothing.

mod events;
mod forecast;
mod preview;
mod progress;
mod question;
mod state;
mod stdout;
mod summary;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, OnceLock, PoisonError};

use console::{Style, StyledObject};
use jiff::ZonedDateTime;

pub use forecast::forecast;
pub use preview::preview;
pub use question::{ask, ask_hidden, can_ask, confirm, confirm_clearing, read_line};
pub use stdout::{print, print_json};
pub use summary::{labelled, summary};

use crate::language::say;
use crate::text::{one_line, time_of_day};
use progress::Progress;
use state::State;

/// What the user has asked to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// With `-q`.
    Errors,
    Notes,
    /// With `-v`.
    Details,
    /// With `-vv`.
    Calls,
}

/// What a line begins with that matters.
#[derive(Clone, Copy, Debug)]
enum Label {
    Error,
    Warning,
}

impl Label {
    /// As clap colours it, on a terminal that is to have colours.
    fn coloured(self) -> StyledObject<String> {
        let (text, style) = match self {
            Label::Error => (say!("label-error"), Style::new().red()),
            Label::Warning => (say!("label-warning"), Style::new().yellow()),
        };
        style.bold().for_stderr().apply_to(text)
    }
}

/// Writes to stderr what the user has asked to see, and never fails: a run goes on though nobody
/// can watch it any more.
#[derive(Debug)]
pub struct Console {
    shown: Shown,
    /// Known once a run has started.
    account: OnceLock<String>,
    journal: OnceLock<String>,
    clock_said: AtomicBool,
    progress: Mutex<Option<Progress>>,
}

impl Console {
    /// A console as `-q` and `-v` ask for.
    pub fn new(quiet: bool, verbose: u8) -> Self {
        Console {
            shown: match (quiet, verbose) {
                (true, _) => Shown::Errors,
                (false, 0) => Shown::Notes,
                (false, 1) => Shown::Details,
                (false, _) => Shown::Calls,
            },
            account: OnceLock::new(),
            journal: OnceLock::new(),
            clock_said: AtomicBool::new(false),
            progress: Mutex::new(None),
        }
    }

    /// Why the program ends without doing what it was asked to.
    pub fn error(&self, message: impl Display) {
        self.say(Shown::Errors, Some(Label::Error), message);
    }

    /// Something the user should look at.
    pub fn warning(&self, message: impl Display) {
        self.say(Shown::Notes, Some(Label::Warning), message);
    }

    /// Something the user will want to know.
    pub fn note(&self, message: impl Display) {
        self.say(Shown::Notes, None, message);
    }

    /// Something that explains what happens, for `-v`.
    pub fn detail(&self, message: impl Display) {
        self.say(Shown::Details, None, message);
    }

    /// Whether the user has asked for details.
    pub fn shows_details(&self) -> bool {
        self.shown >= Shown::Details
    }

    /// What a run leaves behind that ends here and now.
    pub fn left_at_once(&self) {
        self.finish();
        if let Some(journal) = self.journal.get()
            && Path::new(journal).exists()
        {
            self.error(say!("left-at-once", journal = journal.as_str()));
        }
    }

    /// Ends the progress display, if there is one.
    pub fn finish(&self) {
        let progress = self.lock().take();
        drop(progress);
    }

    fn say(&self, level: Shown, label: Option<Label>, message: impl Display) {
        if level > self.shown {
            return;
        }
        let message = message.to_string();
        let time = match level {
            Shown::Errors | Shown::Notes => String::new(),
            Shown::Details | Shown::Calls => format!("{} ", time_of_day(&ZonedDateTime::now())),
        };
        let label = label.map_or(String::new(), |label| label.coloured().to_string());
        let write = || {
            let mut stderr = io::stderr().lock();
            let labels = [label.as_str()].into_iter().chain(std::iter::repeat(""));
            for (line, label) in message.lines().zip(labels) {
                // File names are anybody's words, too.
                let line = one_line(line, usize::MAX);
                let _ = writeln!(stderr, "{time}{label}{line}");
            }
        };
        match &*self.lock() {
            Some(progress) => progress.suspend(write),
            None => write(),
        }
    }

    /// Tells the progress display something, if there is one.
    fn progress(&self, tell: impl FnOnce(&mut State)) {
        if let Some(progress) = &*self.lock() {
            progress.tell(tell);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
