//! Exit codes, and why a command ends with one of them without doing what it was asked to.

use std::fmt::Display;
use std::io;

use crate::files::FileError;
use crate::language::say;
use crate::run::RunError;
use crate::stop::StopReason;

pub const OK: u8 = 0;
pub const SOME_FAILED: u8 = 1;
pub const USAGE: u8 = 2;
pub const STOPPED: u8 = 3;
/// `EX_TEMPFAIL` of `sysexits.h`.
pub const LOCKED: u8 = 75;

/// By the convention of shells.
pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// An error for people, and the exit code it ends the program with.
#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub message: String,
}

impl Failure {
    pub fn new(code: u8, message: impl Display) -> Self {
        Failure {
            code,
            message: message.to_string(),
        }
    }

    pub fn stdout(error: io::Error) -> Self {
        Failure::new(STOPPED, say!("stdout-failed", error = error.to_string()))
    }

    pub fn of_run(error: RunError) -> Self {
        Failure::new(code_of(&error), error)
    }

    pub fn usage(message: impl Display) -> Self {
        Failure::new(USAGE, message)
    }

    /// The program needs few threads; without one it cannot go on.
    pub fn no_thread(error: io::Error) -> Self {
        Failure::new(STOPPED, say!("no-thread", error = error.to_string()))
    }
}

fn code_of(error: &RunError) -> u8 {
    match error {
        RunError::Plan(_) | RunError::SheetReplaced(_) => USAGE,
        RunError::File(FileError::Locked { .. }) | RunError::AccountBusy { .. } => LOCKED,
        RunError::File(
            FileError::Io { .. } | FileError::Held { .. } | FileError::OfAnother { .. },
        ) => STOPPED,
        RunError::File(_) => USAGE,
        RunError::Interrupted {
            stopped: Some(StopReason::Signal(signal)),
            ..
        } => of_signal(*signal),
        RunError::Sheet(_) | RunError::Workers(_) | RunError::Interrupted { .. } => STOPPED,
    }
}
