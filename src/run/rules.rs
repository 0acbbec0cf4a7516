//! The circuit breaker: an ERP that is down must not cost a night of retries.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use crate::files::Status;
use crate::stop::StopReason;

/// What ends a run early.
#[derive(Clone, Copy, Debug, Default)]
pub struct StopRules {
    /// Stop after this many orders that were sent and not accepted.
    pub max_failures: Option<u64>,
    /// Stop when this many orders in a row, in the order they ended, were `failed`.
    pub max_consecutive_failures: Option<u64>,
    /// Stop when the server has answered nothing for so long; by default an hour, and a minute while
    /// it has not answered at all.
    pub give_up_after: Option<Duration>,
    pub deadline: Option<Deadline>,
}

/// When to stop sending.
#[derive(Clone, Copy, Debug)]
pub enum Deadline {
    After(Instant),
    /// When the clock shows this, wherever it has been set meanwhile.
    At(SystemTime),
}

impl Deadline {
    pub fn has_passed(self) -> bool {
        match self {
            Deadline::After(at) => Instant::now() >= at,
            Deadline::At(at) => SystemTime::now() >= at,
        }
    }

    /// When that is, as the clock goes now; `None` if no clock shows it.
    pub fn time(self) -> Option<Timestamp> {
        let at = match self {
            Deadline::After(at) => SystemTime::now() + at.saturating_duration_since(Instant::now()),
            Deadline::At(at) => at,
        };
        Timestamp::try_from(at).ok()
    }
}

/// The rules, and what they have seen so far, from all workers.
#[derive(Debug)]
pub struct CircuitBreaker {
    rules: StopRules,
    failures: AtomicU64,
    consecutive: AtomicU64,
    /// Orders in a row that were put aside for the last pass.
    aside: AtomicU64,
}

impl CircuitBreaker {
    pub fn new(rules: StopRules) -> Self {
        CircuitBreaker {
            rules,
            failures: AtomicU64::new(0),
            consecutive: AtomicU64::new(0),
            aside: AtomicU64::new(0),
        }
    }

    /// Whether another order that failed may wait for the last pass. Not if as many in a row do as
    /// would stop the run: nothing works, and the next ones must show it.
    pub fn may_put_aside(&self) -> bool {
        let aside = self.aside.fetch_add(1, Ordering::Relaxed);
        let most = self.rules.max_consecutive_failures;
        most.is_none_or(|most| aside < most)
    }

    /// Whether the run is to stop, now that another order has ended so.
    pub fn record(&self, status: Status, message: &str) -> Option<StopReason> {
        if status != Status::Failed {
            // A rejection, too, shows that the ERP is there and answers.
            self.consecutive.store(0, Ordering::Relaxed);
            self.aside.store(0, Ordering::Relaxed);
        }
        if status == Status::Ok {
            return None;
        }
        let reached = |limit: Option<u64>, count: u64| limit.is_some_and(|limit| count >= limit);
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if reached(self.rules.max_failures, failures) {
            return Some(StopReason::Failures(failures));
        }
        if status != Status::Failed {
            return None;
        }
        let count = self.consecutive.fetch_add(1, Ordering::Relaxed) + 1;
        reached(self.rules.max_consecutive_failures, count).then(|| {
            StopReason::ConsecutiveFailures {
                count,
                message: message.to_owned(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops_after(rules: StopRules, ends: &[Status]) -> Option<usize> {
        let breaker = CircuitBreaker::new(rules);
        ends.iter()
            .position(|&status| breaker.record(status, "no reply").is_some())
            .map(|at| at + 1)
    }

    #[test]
    fn failures_in_all() {
        use Status::{Failed, Ok, Rejected};
        let rules = StopRules {
            max_failures: Some(3),
            ..StopRules::default()
        };
        let ends = [Rejected, Ok, Failed, Ok, Ok, Rejected, Ok];
        assert_eq!(stops_after(rules, &ends), Some(6));
        assert_eq!(stops_after(rules, &ends[..5]), None);
        assert_eq!(stops_after(StopRules::default(), &[Failed; 1_000]), None);
    }

    #[test]
    fn failures_in_a_row_are_broken_by_any_answer() {
        use Status::{Failed, Ok, Rejected};
        let rules = StopRules {
            max_consecutive_failures: Some(3),
            ..StopRules::default()
        };
        assert_eq!(stops_after(rules, &[Failed, Failed, Failed]), Some(3));
        let ends = [Failed, Failed, Rejected, Failed, Failed, Ok, Failed, Failed];
        assert_eq!(stops_after(rules, &ends), None);
        let breaker = CircuitBreaker::new(rules);
        let last = [1, 2, 3].map(|_| breaker.record(Failed, "no reply"));
        let said = last[2]
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(said.contains("3 ") && said.contains("no reply"), "{said}");
    }
}
