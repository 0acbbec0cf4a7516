//! SIGINT and SIGTERM: the first asks the run to stop, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::run::{Stop, StopReason};

/// What signals mean at the moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    stop: Arc<Stop>,
    /// Set once there is something to bring to an end.
    armed: Arc<AtomicBool>,
}

/// The exit code of a program that a signal ended (a convention of shells).
pub(super) fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

impl Interrupt {
    /// Listens for signals from now on. Until [`arm`](Self::arm)ed, they end the program.
    pub(super) fn listen() -> io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let heard = interrupt.clone();
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    if !heard.armed.load(Ordering::Acquire) || heard.stop.stopped() {
                        std::process::exit(exit_code(signal).into());
                    }
                    heard.stop.stop(StopReason::Signal(signal));
                }
            })?;
        Ok(interrupt)
    }

    /// From now on a signal lets the run come to its end.
    pub(super) fn arm(&self) -> &Stop {
        self.armed.store(true, Ordering::Release);
        &self.stop
    }
}
