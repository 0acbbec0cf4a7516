//! The two limits an account has: calls a minute and calls at once.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::refusal::Refusal;

/// The length of a window of the call limit.
const WINDOW: Duration = Duration::from_secs(60);

/// An account's limits; `None` is no limit.
#[derive(Debug)]
pub(super) struct Limits {
    calls: Option<(u32, Mutex<Window>)>,
    at_once: Option<u32>,
    admitted: AtomicU32,
}

impl Limits {
    pub(super) fn new(calls: Option<u32>, at_once: Option<u32>) -> Self {
        Self {
            calls: calls.map(|most| (most, Mutex::new(Window::default()))),
            at_once,
            admitted: AtomicU32::new(0),
        }
    }

    /// Lets one more call in, until the returned slot is dropped. A call that
    /// is turned away uses up nothing.
    pub(super) fn admit(&self, now: Instant) -> Result<Slot<'_>, Refusal> {
        let before = self.admitted.fetch_add(1, Relaxed);
        let slot = Slot(&self.admitted);
        if self.at_once.is_some_and(|most| before >= most) {
            return Err(Refusal::TooManyAtOnce);
        }
        if let Some((most, window)) = &self.calls {
            let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
            if !window.admit(*most, now) {
                return Err(Refusal::TooManyCalls);
            }
        }
        Ok(slot)
    }
}

/// One admitted call's place among those in flight.
#[derive(Debug)]
pub(super) struct Slot<'a>(&'a AtomicU32);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A fixed window: it starts with the first call after the one before ended.
#[derive(Debug, Default)]
struct Window {
    started: Option<Instant>,
    used: u32,
}

impl Window {
    fn admit(&mut self, most: u32, now: Instant) -> bool {
        let open = self
            .started
            .is_some_and(|started| now.saturating_duration_since(started) < WINDOW);
        if !open {
            self.started = Some(now);
            self.used = 0;
        }
        let room = self.used < most;
        self.used += u32::from(room);
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_minute_from_its_first_call() {
        let start = Instant::now();
        let mut window = Window::default();
        let mut at = |seconds| window.admit(2, start + Duration::from_secs(seconds));
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
