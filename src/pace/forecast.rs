//! How long calls will take, and how many a deadline leaves.

use std::time::Duration;

use jiff::Timestamp;

use super::in_flight::Workers;
use super::rate::{KnownRates, RateLimit, interval};

#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    pub rate: RateLimit,
    /// The pace of the first calls, in calls a minute.
    first: f64,
    pub workers: usize,
    pub deadline: Option<Timestamp>,
}

impl Pacing {
    /// Of a run that begins where an earlier one ended, if that is known.
    pub fn new(
        rate: RateLimit,
        workers: Workers,
        known: Option<KnownRates>,
        deadline: Option<Timestamp>,
    ) -> Pacing {
        Pacing {
            rate,
            first: rate.first(known),
            workers: workers.for_rate(rate),
            deadline,
        }
    }

    /// The pace of the first calls, in calls a minute, where it is not what `rate` says.
    pub fn known_pace(&self) -> Option<f64> {
        Some(self.first).filter(|&first| first != self.rate.first(None))
    }

    /// How long so many calls take; `None` if only the ERP's speed bounds them.
    pub fn time_for(&self, calls: u64) -> Option<Duration> {
        let interval = interval(self.first)?;
        Duration::try_from_secs_f64(interval.as_secs_f64() * calls as f64).ok()
    }

    pub fn left_at_deadline(&self, calls: u64, now: Timestamp) -> Option<u64> {
        let time = Duration::try_from(self.deadline?.duration_since(now)).unwrap_or_default();
        let made = time.as_secs_f64() / self.time_for(1)?.as_secs_f64();
        Some(calls.saturating_sub(made.ceil() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_deadline_all_is_left_and_without_one_or_a_rate_it_is_not_known() {
        let now = Timestamp::UNIX_EPOCH;
        for (rate, deadline, left) in [
            ("60/min", Some(now), Some(7)),
            ("60/min", None, None),
            ("unlimited", Some(now), None),
        ] {
            let limit = rate.parse().expect("a rate");
            let pacing = Pacing::new(limit, Workers::default(), None, deadline);
            assert_eq!(pacing.left_at_deadline(7, now), left, "{rate}");
        }
    }

    #[test]
    fn what_an_earlier_run_has_found_counts() {
        for (rate, bad, pace, seconds) in [
            ("60/min", Some(31.0), Some(30.0), Some(2)),
            ("20/min", Some(31.0), None, Some(3)),
            ("60/min", None, None, Some(1)),
            ("auto", Some(31.0), Some(30.0), Some(2)),
            ("auto", None, None, Some(1)),
            ("unlimited", None, None, None),
        ] {
            let known = Some(KnownRates { good: 30.0, bad });
            let limit = rate.parse().expect("a rate");
            let pacing = Pacing::new(limit, Workers::Auto, known, None);
            assert_eq!(pacing.known_pace(), pace, "{rate}");
            let time = pacing.time_for(1).map(|time| time.as_secs());
            assert_eq!(time, seconds, "{rate}");
        }
    }
}
