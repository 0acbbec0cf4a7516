//! What is asked for, on standard output. A reader that has gone away is no reason to fail.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;

pub fn print(text: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// The error is [`ErrorKind::InvalidData`] if the value cannot be serialized.
pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    print(serde_json::to_string_pretty(value)? + "\n")
}
