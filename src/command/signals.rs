//! SIGINT and SIGTERM: the first asks the run to stop, the second ends the program at once, or the
//! third while files are put in their places. One that is ignored, as SIGINT is in the background of
//! a script, stays ignored. SIGHUP is left to the system, and to `nohup`: a run that is killed is
//! continued.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, Builder};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::register_usize;

use super::close;
use super::exit::{self, Failure};
use crate::console::Console;
use crate::language::{os_error, say};
use crate::outputs::Outputs;
use crate::stop::{Stop, StopReason};

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a last message may take: a terminal may be stopped.
const LAST_MESSAGE: Duration = Duration::from_secs(1);

/// Listens for signals from now on. The first one stops what has begun by then. The second, and any
/// that comes before something has begun, ends the program.
pub(super) fn listen(console: &Arc<Console>, outputs: &Arc<Outputs>) -> Result<Arc<Stop>, Failure> {
    let stop = Arc::new(Stop::default());
    let watched = watch(Arc::clone(&stop), Arc::clone(console), Arc::clone(outputs));
    watched.map_err(|error| {
        Failure::new(exit::STOPPED, say!("no-thread", error = os_error(&error)))
    })?;
    Ok(stop)
}

fn watch(stop: Arc<Stop>, console: Arc<Console>, outputs: Arc<Outputs>) -> io::Result<()> {
    // Looking works on every system, unlike waiting for a signal.
    let received = Arc::new(AtomicUsize::new(0));
    for (signal, number) in [(SIGINT, SIGINT as usize), (SIGTERM, SIGTERM as usize)] {
        if !is_ignored(signal) {
            register_usize(signal, Arc::clone(&received), number)?;
        }
    }
    // A file that may not grow further (`ulimit -f`) is an error like a full disk.
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
    Builder::new().name("signals".into()).spawn(move || {
        let next = || loop {
            thread::sleep(LOOK_EVERY);
            if let Ok(signal @ 1..) = i32::try_from(received.swap(0, Ordering::Relaxed)) {
                return signal;
            }
        };
        let mut signal = next();
        if stop.begun() {
            stop.stop(StopReason::Signal(signal));
            signal = next();
        }
        if stop.may_leave() {
            say_what_is_left(console, outputs, exit::of_signal(signal));
        } else {
            // Half of the files in their places would be the worst end.
            signal = next();
        }
        std::process::exit(exit::of_signal(signal).into());
    })?;
    Ok(())
}

/// Whether whoever started the program has signals of this kind ignored, where the system tells.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

fn say_what_is_left(console: Arc<Console>, outputs: Arc<Outputs>, code: u8) {
    let (said, wait) = channel();
    let _ = Builder::new().spawn(move || {
        console.left_at_once();
        outputs.failed("signal", &say!("stop-signal"));
        outputs.tell(code, true);
        close(&outputs, code, &console);
        let _ = said.send(());
    });
    let _ = wait.recv_timeout(LAST_MESSAGE);
}
