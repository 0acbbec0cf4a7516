//! SIGINT and SIGTERM: the first asks the run to stop, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::exit;
use crate::stop::{Stop, StopReason};

const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Listens for signals from now on. The first one stops what has begun by then. The second, and any
/// that comes before something has begun, ends the program.
pub(super) fn listen() -> io::Result<Arc<Stop>> {
    let stop = Arc::new(Stop::default());
    // Polling works on every system, unlike waiting for a signal.
    let received = Arc::new(AtomicUsize::new(0));
    for signal in [SIGINT, SIGTERM] {
        let number = usize::try_from(signal).unwrap_or_default();
        signal_hook::flag::register_usize(signal, Arc::clone(&received), number)?;
    }
    let asked = Arc::clone(&stop);
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            // Whether the run is stopping already says nothing: it may be for a reason of its own.
            let mut first = true;
            loop {
                std::thread::sleep(POLL_INTERVAL);
                let Ok(signal @ 1..) = i32::try_from(received.swap(0, Ordering::Relaxed)) else {
                    continue;
                };
                if !(first && asked.begun()) {
                    std::process::exit(exit::of_signal(signal).into());
                }
                first = false;
                asked.stop(StopReason::Signal(signal));
            }
        })?;
    Ok(stop)
}
