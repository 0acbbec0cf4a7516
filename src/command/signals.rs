//! SIGINT and SIGTERM: the first asks the run to stop, the second ends the program at once, or the
//! third while files are put in their places. One that is ignored, as SIGINT is in the background of
//! a script, stays ignored. SIGHUP is left to the system, and to `nohup`: a run that is killed is
//! continued. On Windows Ctrl-C counts as SIGINT, and as SIGTERM Ctrl-Break, closing the window (then
//! the system leaves five seconds), signing out and shutting down.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, Builder};
use std::time::Duration;

use self::system::Signals;
use super::close;
use super::exit::{self, Failure};
use crate::console::Console;
use crate::language::{os_error, say};
use crate::outputs::Outputs;
use crate::stop::{Stop, StopReason};

pub(super) const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// Looking works on every system, unlike waiting for a signal.
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
    let mut signals = Signals::listen()?;
    Builder::new().name("signals".into()).spawn(move || {
        let mut next = || wait(&mut signals);
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

fn wait(signals: &mut Signals) -> i32 {
    loop {
        thread::sleep(LOOK_EVERY);
        if let Some(signal) = signals.received() {
            return signal;
        }
    }
}

/// A signal ends the program from now on, but only while this is set, and Ctrl-C else is nothing:
/// where what is typed is hidden, the terminal has to be told first to show it again.
pub(super) fn leave_while() -> Result<Arc<AtomicBool>, Failure> {
    let leaves = Arc::new(AtomicBool::new(true));
    let may_leave = Arc::clone(&leaves);
    let watched = Signals::listen().and_then(|mut signals| {
        Builder::new().name("signals".into()).spawn(move || {
            loop {
                let signal = wait(&mut signals);
                if signal == SIGINT && !may_leave.load(Ordering::SeqCst) {
                    continue;
                }
                while !may_leave.load(Ordering::SeqCst) {
                    thread::sleep(LOOK_EVERY);
                }
                std::process::exit(exit::of_signal(signal).into());
            }
        })
    });
    watched.map_err(|error| {
        Failure::new(exit::STOPPED, say!("no-signals", error = os_error(&error)))
    })?;
    Ok(leaves)
}

/// What is done while that is not set. A Ctrl-C that comes meanwhile is nothing, also at its end.
pub(super) fn without_leaving<T>(leaves: &AtomicBool, act: impl FnOnce() -> T) -> T {
    leaves.store(false, Ordering::SeqCst);
    let done = act();
    thread::sleep(2 * LOOK_EVERY);
    leaves.store(true, Ordering::SeqCst);
    done
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

#[cfg(unix)]
mod system {
    use std::fs;
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use signal_hook::consts::SIGXFSZ;
    use signal_hook::flag::{register, register_usize};

    use super::{SIGINT, SIGTERM};

    pub struct Signals(Arc<AtomicUsize>);

    impl Signals {
        pub fn listen() -> io::Result<Signals> {
            let received = Arc::new(AtomicUsize::new(0));
            for (signal, number) in [(SIGINT, SIGINT as usize), (SIGTERM, SIGTERM as usize)] {
                if !is_ignored(signal) {
                    register_usize(signal, Arc::clone(&received), number)?;
                }
            }
            // A file that may not grow further (`ulimit -f`) is an error like a full disk.
            register(SIGXFSZ, Arc::default())?;
            Ok(Signals(received))
        }

        pub fn received(&mut self) -> Option<i32> {
            i32::try_from(self.0.swap(0, Ordering::Relaxed))
                .ok()
                .filter(|&it| it > 0)
        }
    }

    /// Whether whoever started the program has signals of this kind ignored, where the system tells.
    fn is_ignored(signal: i32) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mut lines = status.lines();
        let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        ignored.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
    }
}

#[cfg(windows)]
mod system {
    use std::io;
    use std::task::{Context, Waker};

    use tokio::signal::windows::{
        CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
        ctrl_logoff, ctrl_shutdown,
    };

    use super::{SIGINT, SIGTERM};

    /// What makes the system end the program when it is handled is never seen as handled, so that
    /// there is time to come to an end.
    pub struct Signals(CtrlC, CtrlBreak, CtrlClose, CtrlLogoff, CtrlShutdown);

    impl Signals {
        pub fn listen() -> io::Result<Signals> {
            Ok(Signals(
                ctrl_c()?,
                ctrl_break()?,
                ctrl_close()?,
                ctrl_logoff()?,
                ctrl_shutdown()?,
            ))
        }

        pub fn received(&mut self) -> Option<i32> {
            let context = &mut Context::from_waker(Waker::noop());
            if self.0.poll_recv(context).is_ready() {
                return Some(SIGINT);
            }
            let ends = self.1.poll_recv(context).is_ready()
                || self.2.poll_recv(context).is_ready()
                || self.3.poll_recv(context).is_ready()
                || self.4.poll_recv(context).is_ready();
            ends.then_some(SIGTERM)
        }
    }
}
