//! How many calls may be in flight, below what the ERP's concurrency limit was found to be.

use super::change::Change;

/// One more call is let in after every quiet minute, in seconds.
const RAISE_AFTER: f64 = 60.0;
/// A number that was throttled is not tried again for this long, in seconds: each try costs a
/// throttled call.
const RETRY_AFTER: f64 = 2_700.0;

#[derive(Clone, Debug)]
pub struct MaxInFlight {
    workers: usize,
    now: usize,
    /// The number that was throttled last, and when.
    known_bad: Option<(usize, f64)>,
    changed_at: f64,
}

impl MaxInFlight {
    pub fn new(workers: usize) -> Self {
        MaxInFlight {
            workers: workers.max(1),
            now: workers.max(1),
            known_bad: None,
            changed_at: 0.0,
        }
    }

    pub fn now(&self) -> usize {
        self.now
    }

    /// `None` if there is only one left: then the run must pause. Times are in seconds.
    pub fn throttled(&mut self, started: f64, now: f64) -> Option<Change> {
        if self.known_bad.is_some_and(|(_, at)| started <= at) {
            return Some(Change::None);
        }
        if self.now == 1 {
            return None;
        }
        self.known_bad = Some((self.now, now));
        self.now /= 2;
        self.changed_at = now;
        Some(Change::MaxInFlight(self.now))
    }

    /// A call that started at `started` got through.
    pub fn passed(&mut self, started: f64, now: f64) {
        let more = self.now + 1;
        let known_bad = self
            .known_bad
            .is_some_and(|(bad, at)| more >= bad && now - at < RETRY_AFTER);
        if more <= self.workers && started - self.changed_at >= RAISE_AFTER && !known_bad {
            self.now = more;
            self.changed_at = now;
        }
    }
}
