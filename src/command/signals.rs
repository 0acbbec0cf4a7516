//! SIGINT and SIGTERM: the first asks the run to stop, the second ends the program at once.

use std::io;
use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::run::{Stop, StopReason};

/// The exit code of a program that a signal ended (a convention of shells).
pub(super) fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// Listens for signals from now on. The first stops what has begun by then, the second, and any
/// before, ends the program.
pub(super) fn listen() -> io::Result<Arc<Stop>> {
    let stop = Arc::new(Stop::default());
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let asked = Arc::clone(&stop);
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            // Whether the run is stopping already says nothing: it may be for a reason of its own.
            let mut first = true;
            for signal in signals.forever() {
                if !(first && asked.begun()) {
                    std::process::exit(exit_code(signal).into());
                }
                first = false;
                asked.stop(StopReason::Signal(signal));
            }
        })?;
    Ok(stop)
}
