//! Why a command ends without doing what it was asked to.

use std::fmt::Display;
use std::io;

use crate::exit::{STOPPED, USAGE};
use crate::language::say;

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

    pub fn usage(message: impl Display) -> Self {
        Failure::new(USAGE, message)
    }

    /// The program needs few threads; without one it cannot go on.
    pub fn no_thread(error: io::Error) -> Self {
        Failure::new(STOPPED, say!("no-thread", error = error.to_string()))
    }
}
