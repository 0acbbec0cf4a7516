//! How many calls may be in flight: as the user says, as the rate needs, and below what the ERP's
//! concurrency limit was found to be.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use super::rate::RateLimit;
use crate::language::say;

/// A call that takes longer than this is slow even for the ERP.
pub(super) const SLOW_CALL: Duration = Duration::from_secs(3);
/// What no rate needs less than, and none more.
const FEWEST: usize = 4;
const MOST: usize = 64;
/// More threads than this are surely a typing error.
pub const MAX_WORKERS: usize = 1_000;

/// One more call is let in after every quiet minute, in seconds.
const RAISE_AFTER: f64 = 60.0;
/// A number that was throttled is not tried again for this long, in seconds: each try costs a
/// throttled call.
const RETRY_AFTER: f64 = 2_700.0;

/// How many calls may be in flight, as the user sets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Workers {
    /// As many as the rate needs.
    #[default]
    Auto,
    Fixed(NonZeroUsize),
}

impl FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<NonZeroUsize>() {
            _ if text == "auto" => Ok(Workers::Auto),
            Ok(workers) if workers.get() <= MAX_WORKERS => Ok(Workers::Fixed(workers)),
            _ => Err(say!("pace-workers", most = MAX_WORKERS)),
        }
    }
}

impl Workers {
    pub fn for_rate(self, rate: RateLimit) -> usize {
        self.at(rate.ceiling())
    }

    fn at(self, per_minute: f64) -> usize {
        match self {
            Workers::Fixed(workers) => workers.get(),
            // An infinite rate needs the most.
            Workers::Auto => {
                let workers = per_minute / 60.0 * SLOW_CALL.as_secs_f64();
                (workers.ceil() as usize).clamp(FEWEST, MOST)
            }
        }
    }
}

/// What a throttled call changes for the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// Nothing: the call was in flight with one that has changed it already.
    None,
    /// All calls pause.
    Pause(Duration),
    /// The pause is longer by a little, and lasts for so long from now on.
    Longer(Duration),
    /// At most so many calls may be in flight.
    MaxInFlight(usize),
}

/// Times are in seconds.
#[derive(Clone, Debug, Default)]
pub(super) struct InFlight {
    workers: Workers,
    most: usize,
    now: usize,
    /// The number that was throttled last, and when.
    known_bad: Option<(usize, f64)>,
    changed_at: f64,
    /// When the latest of the calls that got through had started.
    latest: f64,
}

impl InFlight {
    pub fn new(workers: Workers, ceiling: f64) -> Self {
        let most = workers.at(ceiling);
        InFlight {
            workers,
            most,
            now: most,
            ..InFlight::default()
        }
    }

    /// No more than the rate needs: a server that is slower than it only grows slower with more.
    pub fn most(&self, per_minute: f64) -> usize {
        self.now.min(self.workers.at(per_minute))
    }

    /// `None` if there is only one left: then the run must pause.
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

    /// A call that started at `started` has ended. If it took long, and neither it nor a later one
    /// has got through, the server has more to do than it can.
    pub fn ended(&mut self, started: f64, now: f64) {
        let was_slow = now - started > SLOW_CALL.as_secs_f64();
        if was_slow && started > self.latest.max(self.changed_at) && self.now > FEWEST {
            self.now = (self.now / 2).max(FEWEST);
            self.changed_at = now;
        }
    }

    pub fn passed(&mut self, started: f64, now: f64) {
        self.latest = self.latest.max(started);
        let more = self.now + 1;
        let is_known_bad = self
            .known_bad
            .is_some_and(|(bad, at)| more >= bad && now - at < RETRY_AFTER);
        if more <= self.most && started - self.changed_at >= RAISE_AFTER && !is_known_bad {
            self.now = more;
            self.changed_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_the_rate_needs() {
        let needed =
            "1/h 4, 55/min 4, 100/min 5, 600/min 30, 20/s 60, 100/s 64, auto 64, unlimited 64";
        for needed in needed.split(", ") {
            let (rate, workers) = needed.split_once(' ').expect("two");
            let rate = rate.parse().expect("a rate");
            assert_eq!(Workers::Auto.for_rate(rate).to_string(), workers, "{rate}");
            let fixed = "7".parse::<Workers>().expect("workers");
            assert_eq!(fixed.for_rate(rate), 7);
        }
        for wrong in ["", "0", "-1", "1001", "Auto", "4.0"] {
            assert!(wrong.parse::<Workers>().is_err(), "{wrong}");
        }
    }
}
