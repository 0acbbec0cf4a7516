//! SIGINT and SIGTERM: the first asks the run to stop, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::stop::{Stop, StopReason};

/// The exit code of a program that a signal ended (a convention of shells).
pub(super) fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// How often it is looked whether a signal has come.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Listens for signals from now on. The first stops what has begun by then, the second, and any
/// before, ends the program.
pub(super) fn listen() -> io::Result<Arc<Stop>> {
    let stop = Arc::new(Stop::default());
    // Works on every system, unlike waiting for a signal.
    let come = Arc::new(AtomicUsize::new(0));
    for signal in [SIGINT, SIGTERM] {
        let number = usize::try_from(signal).unwrap_or_default();
        signal_hook::flag::register_usize(signal, Arc::clone(&come), number)?;
    }
    let asked = Arc::clone(&stop);
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            // Whether the run is stopping already says nothing: it may be for a reason of its own.
            let mut first = true;
            loop {
                std::thread::sleep(LOOK_EVERY);
                let Ok(signal @ 1..) = i32::try_from(come.swap(0, Ordering::Relaxed)) else {
                    continue;
                };
                if !(first && asked.begun()) {
                    std::process::exit(exit_code(signal).into());
                }
                first = false;
                asked.stop(StopReason::Signal(signal));
            }
        })?;
    Ok(stop)
}
