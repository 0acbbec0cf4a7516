//! The two limits an account has: calls a minute and calls at once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::refusal::Refusal;

const WINDOW: Duration = Duration::from_secs(60);

/// `None` is no limit.
#[derive(Debug)]
pub(super) struct Limits {
    per_minute: Option<u32>,
    at_once: Option<u32>,
    usage: Mutex<Usage>,
}

#[derive(Debug, Default)]
struct Usage {
    in_flight: u32,
    window_start: Option<Instant>,
    in_window: u32,
}

impl Limits {
    pub(super) fn new(per_minute: Option<u32>, at_once: Option<u32>) -> Self {
        Self {
            per_minute,
            at_once,
            usage: Mutex::default(),
        }
    }

    /// Admits one more call, in flight until the returned slot is dropped. A call that is refused
    /// uses up nothing.
    pub(super) fn admit(&self, now: Instant) -> Result<Slot<'_>, Refusal> {
        let mut usage = self.usage();
        if self.at_once.is_some_and(|max| usage.in_flight >= max) {
            return Err(Refusal::TooManyAtOnce);
        }
        // A fixed window: it starts with the first call after the last one has ended.
        let has_ended = |start| now.saturating_duration_since(start) >= WINDOW;
        if usage.window_start.is_none_or(has_ended) {
            usage.window_start = Some(now);
            usage.in_window = 0;
        }
        if self.per_minute.is_some_and(|max| usage.in_window >= max) {
            return Err(Refusal::TooManyCalls);
        }
        usage.in_window += 1;
        usage.in_flight += 1;
        Ok(Slot(self))
    }

    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An admitted call's place among those in flight.
pub(super) struct Slot<'a>(&'a Limits);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.usage().in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_minute_from_its_first_call() {
        let start = Instant::now();
        let limits = Limits::new(Some(2), None);
        let at = |seconds| limits.admit(start + Duration::from_secs(seconds)).is_ok();
        assert!(at(0));
        assert!(at(59));
        assert!(!at(59), "two calls are all there is");
        assert!(at(75), "the next window starts with this call");
        assert!(at(134));
        assert!(!at(134));
        assert!(at(135));
    }

    #[test]
    fn throttled_calls_use_up_nothing() {
        let now = Instant::now();
        let limits = Limits::new(Some(2), Some(1));
        let first = limits.admit(now);
        assert!(first.is_ok());
        for _ in 0..10 {
            assert_eq!(limits.admit(now).err(), Some(Refusal::TooManyAtOnce));
        }
        drop(first);
        assert!(limits.admit(now).is_ok());
        assert_eq!(limits.admit(now).err(), Some(Refusal::TooManyCalls));
        assert!(limits.admit(now + WINDOW).is_ok());
    }

    #[test]
    fn no_limits() {
        let now = Instant::now();
        let limits = Limits::new(None, None);
        let slots: Vec<_> = (0..1000).map(|_| limits.admit(now)).collect();
        assert!(slots.iter().all(Result::is_ok));
    }
}
