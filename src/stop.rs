//! Stopping: one reason, told to every thread, and waits that end when it comes.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::erp::CallError;
use crate::language::say;
use crate::sync::lock;
use crate::text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    Signal(i32),
    Fatal(CallError),
    /// The clock was wrong although it had been corrected by `offset` seconds.
    Clock {
        error: CallError,
        offset: i64,
    },
    Journal(String),
    /// So many orders were not accepted (`--max-failures`).
    Failures(u64),
    /// So many orders in a row failed (`--max-consecutive-failures`), the last with this message.
    ConsecutiveFailures {
        count: u64,
        message: String,
    },
    /// The server has answered nothing for so many seconds, which this option had for a limit.
    Unreachable {
        reason: String,
        seconds: u64,
        /// Whether any call of the run was answered.
        answered: bool,
        limit: &'static str,
    },
    /// Every call has been over a limit of the ERP's for so many seconds (`--give-up-after`).
    ShutOut {
        reason: String,
        seconds: u64,
    },
    Deadline,
}

impl StopReason {
    /// The word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            StopReason::Signal(_) => "signal",
            StopReason::Fatal(_) => "fatal",
            StopReason::Clock { .. } => "clock",
            StopReason::Journal(_) => "journal",
            StopReason::Failures(_) => "failures",
            StopReason::ConsecutiveFailures { .. } => "consecutive_failures",
            StopReason::Unreachable { .. } => "unreachable",
            StopReason::ShutOut { .. } => "shut_out",
            StopReason::Deadline => "deadline",
        }
    }

    /// Whether something is to be put right first that `ping` tests.
    pub fn is_tested_by_ping(&self) -> bool {
        matches!(
            self,
            StopReason::Fatal(_) | StopReason::Clock { .. } | StopReason::Unreachable { .. }
        )
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            StopReason::Signal(_) => say!("stop-signal"),
            StopReason::Fatal(error) => error.why(),
            &StopReason::Clock { ref error, offset } => say!(
                "stop-clock",
                reason = error.reason.as_str(),
                status = error.code.unwrap_or_default().to_string(),
                offset = offset
            ),
            StopReason::Journal(why) => return f.write_str(why),
            &StopReason::Failures(count) => say!("stop-failures", count = count),
            &StopReason::ConsecutiveFailures { count, ref message } => say!(
                "stop-consecutive-failures",
                orders = text::orders(count),
                message = message.as_str()
            ),
            &StopReason::Unreachable {
                ref reason,
                seconds,
                answered,
                limit,
            } => say!(
                "stop-unreachable",
                answered = u8::from(answered),
                limit = limit,
                seconds = seconds,
                reason = reason.as_str()
            ),
            &StopReason::ShutOut {
                ref reason,
                seconds,
            } => say!("stop-shut-out", seconds = seconds, reason = reason.as_str()),
            StopReason::Deadline => say!("stop-deadline"),
        })
    }
}

/// How often whoever waits for something else looks whether the run is stopped.
pub const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// Shared by all threads of a run. The first reason given is the one that counts.
#[derive(Debug, Default)]
pub struct Stop {
    begun: AtomicBool,
    /// Whether files are put in their places, or the program leaves before.
    is_placing: OnceLock<bool>,
    reason: Mutex<Option<StopReason>>,
    changed: Condvar,
}

impl Stop {
    /// From now on there is something to bring to an end.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::Release);
    }

    /// Whether there is anything to bring to an end: until then the program may just leave.
    pub fn begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// From now on files are put in their places, which takes a moment. Does not return where the
    /// program already leaves.
    pub fn place(&self) {
        while !self.is_placing.get_or_init(|| true) {
            thread::park();
        }
    }

    /// Whether the program may leave: not once files are put in their places.
    pub fn may_leave(&self) -> bool {
        !self.is_placing.get_or_init(|| false)
    }

    pub fn stop(&self, reason: StopReason) {
        lock(&self.reason).get_or_insert(reason);
        self.changed.notify_all();
    }

    pub fn stopped(&self) -> bool {
        lock(&self.reason).is_some()
    }

    pub fn reason(&self) -> Option<StopReason> {
        lock(&self.reason).clone()
    }

    /// Waits for `time`, or until the run is stopped: then `false`.
    pub fn sleep(&self, time: Duration) -> bool {
        let slot = lock(&self.reason);
        let waited = self
            .changed
            .wait_timeout_while(slot, time, |reason| reason.is_none());
        let (reason, _) = waited.unwrap_or_else(PoisonError::into_inner);
        reason.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_counts_and_a_stop_ends_every_wait() {
        let stop = Stop::default();
        assert!(!stop.stopped() && stop.reason().is_none());
        assert!(stop.sleep(Duration::ZERO), "over");
        let full = StopReason::Journal("full".into());
        let long = Duration::from_secs(3_600);
        std::thread::scope(|scope| {
            let waits = [(); 3].map(|()| scope.spawn(|| stop.sleep(long)));
            stop.stop(full.clone());
            for wait in waits {
                assert!(!wait.join().expect("no panic"));
            }
        });
        stop.stop(StopReason::Signal(15));
        stop.place();
        assert!(!stop.may_leave());
        assert!(stop.stopped() && !stop.sleep(long));
        assert_eq!(stop.reason(), Some(full));
    }
}
