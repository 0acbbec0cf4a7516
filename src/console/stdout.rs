//! What is asked for, on standard output. A reader that has gone away is no reason to fail.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write};

use serde::Serialize;

pub fn print(text: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    unless_gone(write!(stdout, "{text}").and_then(|()| stdout.flush()))
}

/// Prints it as it is serialized: none of it is held. The error is [`ErrorKind::InvalidData`] if it
/// cannot be.
pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut stdout, value).map_err(io::Error::from);
    unless_gone(written.and_then(|()| {
        writeln!(stdout)?;
        stdout.flush()
    }))
}

fn unless_gone(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
