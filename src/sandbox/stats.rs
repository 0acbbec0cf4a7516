//! Counts of what the stand-in has seen and done.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a sandbox has seen and done so far.
///
/// Once nothing is in flight, `calls` is `accepted + pings + rejected +
/// throttled + failed - lost`, give or take callers that left before their
/// request was complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections accepted.
    pub connections: u64,
    /// HTTP requests received, whatever became of them. What is not HTTP is
    /// not counted.
    pub calls: u64,
    /// Updates carried out, those whose reply was lost included.
    pub accepted: u64,
    /// `system.Core.now` calls answered.
    pub pings: u64,
    /// Requests turned down because of what they are: an HTTP error, or a
    /// status other than 0 that is neither a limit nor made to fail.
    pub rejected: u64,
    /// Calls turned away by a limit.
    pub throttled: u64,
    /// Calls made to fail by the fail rate.
    pub failed: u64,
    /// Of `failed`, how many were carried out, only their reply was lost.
    pub lost: u64,
    /// Requests being answered now.
    pub in_flight: u64,
    /// The most requests that were being answered at once.
    pub peak_in_flight: u64,
}

/// The running counts behind [`Stats`].
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) connections: Count,
    pub(super) accepted: Count,
    pub(super) pings: Count,
    pub(super) rejected: Count,
    pub(super) throttled: Count,
    pub(super) failed: Count,
    pub(super) lost: Count,
    calls: Count,
    in_flight: AtomicU64,
    peak_in_flight: AtomicU64,
}

impl Tally {
    /// Counts a request, in flight until the returned guard is dropped.
    pub(super) fn enter(&self) -> InFlight<'_> {
        self.calls.add();
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.peak_in_flight.fetch_max(now, Relaxed);
        InFlight(&self.in_flight)
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            connections: self.connections.get(),
            calls: self.calls.get(),
            accepted: self.accepted.get(),
            pings: self.pings.get(),
            rejected: self.rejected.get(),
            throttled: self.throttled.get(),
            failed: self.failed.get(),
            lost: self.lost.get(),
            in_flight: self.in_flight.load(Relaxed),
            peak_in_flight: self.peak_in_flight.load(Relaxed),
        }
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A request being answered.
#[derive(Debug)]
pub(super) struct InFlight<'a>(&'a AtomicU64);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
