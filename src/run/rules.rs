//! The rules by which a run makes its calls, and what ends it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use crate::files::Status;
use crate::pace::{KnownRates, Pacing, RateLimit, Workers};
use crate::stop::StopReason;

#[derive(Clone, Debug)]
pub struct Rules {
    pub rate: RateLimit,
    pub workers: Workers,
    pub retries: u32,
    /// Stop after this many orders that were sent and not accepted.
    pub max_failures: Option<u64>,
    /// Stop when this many orders in a row, in the order they ended, were `failed`.
    pub max_consecutive_failures: Option<u64>,
    /// How long to wait for a server that answers nothing, for the ERP's limits, and for another run of
    /// the account.
    pub give_up_after: Duration,
    /// When to stop sending.
    pub deadline: Option<Timestamp>,
    /// Whether somebody is there who can close files that are open elsewhere.
    pub is_attended: bool,
    /// Locked while calls are made, so that two runs of an account do not exceed its quota.
    pub account_lock: Option<PathBuf>,
}

impl Rules {
    pub fn pacing(&self, known: Option<KnownRates>) -> Pacing {
        Pacing::new(self.rate, self.workers, known, self.deadline)
    }

    pub fn has_deadline_passed(&self) -> bool {
        self.deadline.is_some_and(|at| Timestamp::now() >= at)
    }
}

/// The circuit breaker: what the rules have seen so far, from all workers. An ERP that is down must
/// not cost a night of retries.
#[derive(Debug)]
pub struct Breaker<'r> {
    rules: &'r Rules,
    failures: AtomicU64,
    consecutive: AtomicU64,
    /// Orders in a row that were put aside for the last pass.
    aside: AtomicU64,
}

impl<'r> Breaker<'r> {
    pub fn new(rules: &'r Rules) -> Self {
        Breaker {
            rules,
            failures: AtomicU64::default(),
            consecutive: AtomicU64::default(),
            aside: AtomicU64::default(),
        }
    }

    /// Whether another order that failed may wait for the last pass. Not if as many in a row do as
    /// would stop the run: nothing works, and the next ones must show it.
    pub fn may_put_aside(&self) -> bool {
        let aside = self.aside.fetch_add(1, Ordering::Relaxed);
        let most = self.rules.max_consecutive_failures;
        most.is_none_or(|most| aside < most)
    }

    pub fn record(&self, status: Status, message: &str) -> Option<StopReason> {
        if status != Status::Failed {
            // A rejection, too, shows that the ERP is there and answers.
            self.consecutive.store(0, Ordering::Relaxed);
            self.aside.store(0, Ordering::Relaxed);
        }
        if status == Status::Ok {
            return None;
        }
        let is_reached = |limit: Option<u64>, count: u64| limit.is_some_and(|limit| count >= limit);
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if is_reached(self.rules.max_failures, failures) {
            return Some(StopReason::Failures(failures));
        }
        if status != Status::Failed {
            return None;
        }
        let count = self.consecutive.fetch_add(1, Ordering::Relaxed) + 1;
        is_reached(self.rules.max_consecutive_failures, count).then(|| {
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
    use Status::{Failed, Ok, Rejected};

    #[test]
    fn failures_in_all_and_in_a_row() {
        let all = [Rejected, Ok, Failed, Ok, Ok, Rejected, Ok];
        let row = [Failed, Failed, Rejected, Failed, Failed, Ok, Failed, Failed];
        for (max_failures, max_consecutive_failures, ends, stops_after) in [
            (Some(3), None, &all[..], Some(6)),
            (Some(3), None, &all[..5], None),
            (None, None, &[Failed; 1_000], None),
            (None, Some(3), &[Failed; 3], Some(3)),
            // Any answer breaks a row of failures.
            (None, Some(3), &row, None),
        ] {
            let rules = Rules {
                rate: RateLimit::DEFAULT,
                workers: Workers::default(),
                retries: 0,
                max_failures,
                max_consecutive_failures,
                give_up_after: Duration::ZERO,
                is_attended: false,
                deadline: None,
                account_lock: None,
            };
            let breaker = Breaker::new(&rules);
            let mut ends = ends.iter();
            let stop = ends.position(|&status| breaker.record(status, "no reply").is_some());
            assert_eq!(stop.map(|at| at + 1), stops_after);
        }
    }
}
