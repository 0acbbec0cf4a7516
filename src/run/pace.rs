//! The rule of pacing: from what calls met with to how the next ones are made. No clock, no
//! sleep; time is a duration since the run began.

use std::time::Duration;

use crate::erp::Limit;

/// The first pause after the ERP throttles, doubling while it keeps throttling.
const FIRST_PAUSE: Duration = Duration::from_secs(15);
/// The longest pause; the ERP's advice is to leave it alone for 5 to 10 minutes.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How calls are paced at the moment.
#[derive(Clone, Debug)]
pub struct Pace {
    next_pause: Duration,
    paused_since: Option<Duration>,
    resume_at: Duration,
    slots: usize,
}

impl Pace {
    /// The pace of a run that begins, with at most `workers` calls in flight.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        Pace {
            next_pause: FIRST_PAUSE,
            paused_since: None,
            resume_at: Duration::ZERO,
            slots: workers.max(1),
        }
    }

    /// No call may start before this time.
    #[must_use]
    pub fn resume_at(&self) -> Duration {
        self.resume_at
    }

    /// How many calls may be in flight.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// A call got through the ERP's limits.
    pub fn passed(&mut self) {
        self.next_pause = FIRST_PAUSE;
    }

    /// A call that started at `started` was throttled, which became known at `now`.
    ///
    /// Returns the length of the pause this begins, if it begins one: calls that were in flight
    /// together are throttled together, and count once.
    pub fn throttled(
        &mut self,
        started: Duration,
        now: Duration,
        limit: Limit,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        if self.paused_since.is_some_and(|since| started <= since) {
            return None;
        }
        if limit == Limit::Concurrency && self.slots > 1 {
            self.slots -= 1;
        }
        let pause = self
            .next_pause
            .max(asked.unwrap_or_default().min(LONGEST_PAUSE));
        self.next_pause = (pause * 2).min(LONGEST_PAUSE);
        self.paused_since = Some(now);
        self.resume_at = now + pause;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn pauses_double_to_five_minutes_until_a_call_gets_through() {
        let mut pace = Pace::new(4);
        let mut now = secs(100);
        for expected in [15, 30, 60, 120, 240, 300, 300] {
            let pause = pace.throttled(now, now + secs(1), Limit::Rate, None);
            assert_eq!(pause, Some(secs(expected)));
            assert_eq!(pace.resume_at(), now + secs(1) + secs(expected));
            now = pace.resume_at();
        }
        pace.passed();
        assert_eq!(pace.throttled(now, now, Limit::Rate, None), Some(secs(15)));
    }

    #[test]
    fn calls_in_flight_together_are_throttled_once() {
        let mut pace = Pace::new(4);
        assert!(
            pace.throttled(secs(10), secs(11), Limit::Rate, None)
                .is_some()
        );
        for started in [9, 10, 11] {
            assert_eq!(
                pace.throttled(secs(started), secs(12), Limit::Rate, None),
                None
            );
        }
        assert_eq!(pace.resume_at(), secs(26));
    }

    #[test]
    fn the_servers_wish_lengthens_a_pause_within_reason() {
        let mut pace = Pace::new(4);
        let asked = Some(secs(40));
        assert_eq!(pace.throttled(secs(1), secs(1), Limit::Rate, asked), asked);
        let asked = Some(secs(86_400));
        assert_eq!(
            pace.throttled(secs(50), secs(50), Limit::Rate, asked),
            Some(LONGEST_PAUSE)
        );
    }

    #[test]
    fn a_concurrency_limit_takes_a_slot_but_never_the_last() {
        let mut pace = Pace::new(2);
        for started in [1, 100, 300] {
            let _ = pace.throttled(secs(started), secs(started), Limit::Concurrency, None);
            assert_eq!(pace.slots(), 1);
        }
    }
}
