//! Counts of what the stand-in has seen and done.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Once nothing is in flight, `calls` is
/// `accepted + pings + listings + rejected + throttled + failed - lost`, apart from callers that
/// left before their request was complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub connections: u64,
    /// HTTP requests received, whatever became of them.
    pub calls: u64,
    /// Updates executed, those whose reply was lost included.
    pub accepted: u64,
    /// `system.Core.now` calls answered.
    pub pings: u64,
    /// Pages of orders answered, empty ones included.
    pub listings: u64,
    /// Requests refused for what they are, by an HTTP error or by a status other than 0.
    pub rejected: u64,
    /// Calls refused by a limit.
    pub throttled: u64,
    /// Calls that failed by the fail rate.
    pub failed: u64,
    /// Those of `failed` that were executed and only lost their reply.
    pub lost: u64,
    pub in_flight: u64,
    /// The largest value of `in_flight` so far.
    pub peak_in_flight: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters(Mutex<Stats>);

impl Counters {
    pub(super) fn update(&self, change: impl FnOnce(&mut Stats)) {
        change(&mut self.lock());
    }

    /// Counts a request, in flight until the returned guard is dropped.
    pub(super) fn enter(&self) -> InFlight<'_> {
        self.update(|stats| {
            stats.calls += 1;
            stats.in_flight += 1;
            stats.peak_in_flight = stats.peak_in_flight.max(stats.in_flight);
        });
        InFlight(self)
    }

    pub(super) fn stats(&self) -> Stats {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Stats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct InFlight<'a>(&'a Counters);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.update(|stats| stats.in_flight -= 1);
    }
}
