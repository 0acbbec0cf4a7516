//! SIGINT, SIGTERM and SIGHUP: the first asks the run to stop, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::exit;
use crate::console::Console;
use crate::stop::{Stop, StopReason};

const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long a last message may take: a terminal may be stopped.
const LAST_MESSAGE: Duration = Duration::from_secs(1);

/// Listens for signals from now on. The first one stops what has begun by then. The second, and any
/// that comes before something has begun, ends the program.
pub(super) fn listen(console: &Arc<Console>) -> io::Result<Arc<Stop>> {
    let stop = Arc::new(Stop::default());
    // Polling works on every system, unlike waiting for a signal.
    let received = Arc::new(AtomicUsize::new(0));
    for signal in [Some(SIGINT), Some(SIGTERM), hangup()]
        .into_iter()
        .flatten()
    {
        let number = usize::try_from(signal).unwrap_or_default();
        signal_hook::flag::register_usize(signal, Arc::clone(&received), number)?;
    }
    survive_file_limit()?;
    let asked = Arc::clone(&stop);
    let console = Arc::clone(console);
    Builder::new().name("signals".into()).spawn(move || {
        // Whether the run is stopping already says nothing: it may be for a reason of its own.
        let mut first = true;
        loop {
            std::thread::sleep(POLL_INTERVAL);
            let Ok(signal @ 1..) = i32::try_from(received.swap(0, Ordering::Relaxed)) else {
                continue;
            };
            if !(first && asked.begun()) {
                if asked.begun() {
                    say_what_is_left(&console);
                }
                std::process::exit(exit::of_signal(signal).into());
            }
            first = false;
            asked.stop(StopReason::Signal(signal));
        }
    })?;
    Ok(stop)
}

/// A file that grows beyond what `ulimit -f` allows is an error like a full disk, not an end without
/// a word.
#[cfg(unix)]
fn survive_file_limit() -> io::Result<()> {
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map(drop)
}

#[cfg(not(unix))]
fn survive_file_limit() -> io::Result<()> {
    Ok(())
}

fn say_what_is_left(console: &Arc<Console>) {
    let (said, wait) = channel();
    let console = Arc::clone(console);
    let _ = Builder::new().spawn(move || {
        console.left_at_once();
        let _ = said.send(());
    });
    let _ = wait.recv_timeout(LAST_MESSAGE);
}

/// SIGHUP, unless it is ignored from the start, as by `nohup`: then it is to stay so. A shell that
/// inherits that survives it, too.
#[cfg(unix)]
fn hangup() -> Option<i32> {
    use std::process::{Command, Stdio};

    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "kill -s HUP $$; exit 7"]);
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let survived = shell.status().is_ok_and(|status| status.code() == Some(7));
    (!survived).then_some(signal_hook::consts::SIGHUP)
}

#[cfg(not(unix))]
fn hangup() -> Option<i32> {
    None
}
