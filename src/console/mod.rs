//! What people see. Is told what happens and decides nothing.

mod events;
mod forecast;
mod progress;
mod question;
mod state;
mod summary;

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, OnceLock};

use console::Style;
use jiff::{Timestamp, ZonedDateTime};
use serde::Serialize;

pub use events::taken_over;
pub use forecast::{forecast, preview};
pub use question::{ask, ask_hidden, can_ask, confirm, read_line};
pub use summary::{all_labelled, labelled, summary};

use crate::language::say;
use crate::run::Level;
use crate::sync::lock;
use crate::text::{date_and_time, one_line, time_of_day};
use progress::Progress;

/// Writes to stderr what the user has asked to see, and never fails: a run goes on though nobody
/// can watch it any more.
#[derive(Debug)]
pub struct Console {
    shown: Level,
    started: OnceLock<(String, Option<String>)>,
    clock_said: AtomicBool,
    /// What changes the outcome, for the summary.
    noted: Mutex<Vec<String>>,
    progress: Mutex<Option<Progress>>,
}

impl Console {
    pub fn new(quiet: bool, verbose: u8) -> Self {
        Console {
            shown: match (quiet, verbose) {
                (true, _) => Level::Alert,
                (false, 0) => Level::Note,
                (false, 1) => Level::Detail,
                (false, _) => Level::Call,
            },
            started: OnceLock::new(),
            clock_said: AtomicBool::new(false),
            noted: Mutex::default(),
            progress: Mutex::new(None),
        }
    }

    pub fn error(&self, message: impl Display) {
        self.say(Level::Error, message);
    }

    pub fn warning(&self, message: impl Display) {
        self.say(Level::Warning, message);
    }

    pub fn note(&self, message: impl Display) {
        self.say(Level::Note, message);
    }

    pub fn detail(&self, message: impl Display) {
        self.say(Level::Detail, message);
    }

    pub fn shows_details(&self) -> bool {
        self.shown >= Level::Detail
    }

    pub fn left_at_once(&self) {
        self.finish();
        if let Some((_, Some(journal))) = self.started.get()
            && Path::new(journal).exists()
        {
            self.error(say!("left-at-once", journal = journal.as_str()));
        } else {
            self.error(say!("stop-signal"));
        }
    }

    pub fn finish(&self) {
        drop(lock(&self.progress).take());
    }

    fn noted(&self, text: String) {
        let mut noted = lock(&self.noted);
        if !noted.contains(&text) {
            noted.push(text);
        }
    }

    /// What has been said by now that changes the outcome, whether it was shown or not.
    pub fn take_noted(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.noted))
    }

    fn say(&self, level: Level, message: impl Display) {
        if [Level::Alert, Level::Warning].contains(&level) {
            self.noted(message.to_string());
        }
        if level > self.shown {
            return;
        }
        let time = if level > Level::Note {
            format!("{} ", time_of_day(&ZonedDateTime::now()))
        } else {
            String::new()
        };
        let mut label = label(level);
        let mut text = String::new();
        let mut message = message.to_string();
        // A run may end so: a log is to have it in a line, and to tell when.
        if level == Level::Error && !io::stderr().is_terminal() {
            let now = date_and_time(Timestamp::now());
            message = format!("{} ({now})", one_line(&message, usize::MAX));
        }
        for line in message.lines() {
            // File names are anybody's words, too.
            let line = one_line(line, usize::MAX);
            text += &format!("{time}{}{line}\n", std::mem::take(&mut label));
        }
        let write = || {
            let _ = io::stderr().lock().write_all(text.as_bytes());
        };
        match &*lock(&self.progress) {
            Some(progress) => progress.bar.suspend(write),
            None => write(),
        }
    }
}

/// What a line that matters begins with, coloured as by clap where there are to be colours.
fn label(level: Level) -> String {
    let (text, style) = match level {
        Level::Error => (say!("label-error"), Style::new().red()),
        Level::Alert | Level::Warning => (say!("label-warning"), Style::new().yellow()),
        Level::Note | Level::Detail | Level::Call => return String::new(),
    };
    style.bold().for_stderr().apply_to(text).to_string()
}

/// Puts on standard output what is asked for. A reader that has gone away is no reason to fail.
pub fn print(text: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    print(serde_json::to_string_pretty(value)? + "\n")
}
