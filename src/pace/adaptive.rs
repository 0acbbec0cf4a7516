//! The adaptive rate: additive increase, multiplicative decrease (AIMD), below the user's ceiling.
//! A pure rule: no clock, no sleep; time is a duration since the run began.
//!
//! The ERP's limit on calls a minute differs between accounts, is not documented, and is shared
//! with other software. So the limit is searched for from below. When the ERP throttles, the rate
//! is halved and calls pause until the minute's window has turned. Each quiet minute then raises
//! the rate: quickly to the highest rate known to be good, in small steps beyond, and not as far as
//! a rate known to be bad until long after.

use std::time::Duration;

use super::change::Change;
use super::in_flight::MaxInFlight;
use super::rate::interval;
use super::window::LastMinute;
use crate::erp::Limit;

/// The ERP counts calls by the minute.
const MINUTE: f64 = 60.0;
/// The shortest pause, in seconds. At a rate known to be good the ERP's minute is nearly over when
/// its limit is met. Pauses double while calls are throttled at once again.
const MIN_PAUSE: f64 = 15.0;
/// Where the doubling ends, in seconds: some limiters shut a caller out for minutes, and the ERP's
/// advice is to leave it alone for 5 to 10.
const MAX_PAUSE: f64 = 300.0;
/// The longest first pause, in seconds, once shorter ones are known not to be enough. Also the cap
/// on Retry-After.
const MAX_FIRST_PAUSE: f64 = 600.0;
/// The lowest rate, in calls a minute: the search must be able to go on.
const MIN_RATE: f64 = 1.0;
/// How far below a bad rate to stay, as a share of it: jitter on the way must not exceed it.
const MARGIN: f64 = 0.015;
/// The increase after a quiet minute, as a share of the rate: an overshoot is then at most this.
const STEP: f64 = 0.05;
/// The increase near a bad rate, so that the limit is found to a hundredth.
const FINE_STEP: f64 = 0.01;
/// What is near a bad rate, as a share of it.
const NEAR: f64 = 0.1;
/// How long a bad rate is not tried again, in seconds. The limit may have been shared for a while
/// only; but each try costs a pause.
const REPROBE_AFTER: f64 = 7_200.0;
/// The pauses that a try may cost, as a share of the time until it: a limiter that shuts callers
/// out for minutes is tried seldom.
const REPROBE_COST: f64 = 0.01;
/// What is left of the good rate when even that is throttled: the limit has become lower.
const NO_LONGER_GOOD: f64 = 0.9;

/// How calls are paced at the moment. Rates are in calls a minute.
#[derive(Clone, Debug)]
pub struct AdaptiveRate {
    ceiling: f64,
    rate: f64,
    /// The highest rate that whole quiet minutes have carried.
    known_good: f64,
    /// The rate of the last quiet minute, which may have shared a window with slower ones.
    last_quiet: f64,
    /// The lowest rate that was throttled, until it is tried again.
    known_bad: Option<f64>,
    /// The same, kept: where to step finely.
    last_bad: Option<f64>,
    reprobe_at: f64,
    changed_at: f64,
    last_minute: LastMinute,
    pause: Pause,
    in_flight: MaxInFlight,
}

/// The pause for the ERP's rate limit, in seconds.
#[derive(Clone, Debug)]
struct Pause {
    /// When the last throttled call was answered.
    throttled_at: Option<f64>,
    resume_at: f64,
    /// Whether a call has got through since.
    over: bool,
    last: f64,
    /// All pauses since a call last got through.
    total: f64,
    /// How long a first pause must be, from earlier ones that were too short.
    needed: f64,
}

impl AdaptiveRate {
    /// Begins at `rate` and may rise to `ceiling` (infinite: unlimited), with at most `workers`
    /// calls in flight.
    pub fn new(rate: f64, ceiling: f64, workers: usize) -> Self {
        AdaptiveRate {
            ceiling,
            rate: rate.min(ceiling),
            known_good: 0.0,
            last_quiet: 0.0,
            known_bad: None,
            last_bad: None,
            reprobe_at: 0.0,
            changed_at: 0.0,
            last_minute: LastMinute::default(),
            pause: Pause {
                throttled_at: None,
                resume_at: 0.0,
                over: true,
                last: 0.0,
                total: 0.0,
                needed: 0.0,
            },
            in_flight: MaxInFlight::new(workers),
        }
    }

    /// No call may start before this time.
    pub fn resume_at(&self) -> Duration {
        Duration::from_secs_f64(self.pause.resume_at)
    }

    pub fn max_in_flight(&self) -> usize {
        self.in_flight.now()
    }

    /// The spacing of calls, if the rate is below the ceiling.
    pub fn interval_below_ceiling(&self) -> Option<Duration> {
        match self.rate < self.ceiling {
            true => interval(self.rate),
            false => None,
        }
    }

    /// A call got through the ERP's limits, whatever else became of it.
    pub fn passed(&mut self, now: Duration) {
        let now = now.as_secs_f64();
        self.last_minute.count(now);
        if !self.pause.over {
            self.pause.over = true;
            if self.pause.total > self.pause.last {
                self.pause.needed = self.pause.total.min(MAX_FIRST_PAUSE);
            }
        }
        if now - self.changed_at >= MINUTE {
            self.increase(now);
        }
        self.in_flight.passed(now);
    }

    /// Nothing was throttled for a minute.
    fn increase(&mut self, now: f64) {
        self.known_good = self.known_good.max(self.last_quiet.min(self.rate));
        self.last_quiet = self.rate;
        self.changed_at = now;
        let target = match self.known_bad {
            Some(bad) => (bad * (1.0 - MARGIN)).max(self.known_good),
            None => f64::INFINITY,
        };
        let target = target.min(self.ceiling);
        if self.rate >= target {
            if now >= self.reprobe_at {
                self.known_bad = None;
            }
            return;
        }
        let step = match self.last_bad {
            Some(bad) if (self.rate - bad).abs() < bad * NEAR => self.rate * FINE_STEP,
            _ => self.rate * STEP,
        };
        let raised = if self.rate < self.known_good {
            (self.rate + step.max((self.known_good - self.rate) / 2.0)).min(self.known_good)
        } else {
            self.rate + step
        };
        self.rate = raised.min(target);
    }

    /// A call that started at `started` was throttled, which became known at `now`.
    ///
    /// Calls that were in flight together are throttled together, and count once.
    pub fn throttled(
        &mut self,
        started: Duration,
        now: Duration,
        limit: Limit,
        retry_after: Option<Duration>,
    ) -> Change {
        let (started, now) = (started.as_secs_f64(), now.as_secs_f64());
        if limit == Limit::Concurrency
            && let Some(change) = self.in_flight.throttled(started, now)
        {
            return change;
        }
        if self.pause.throttled_at.is_some_and(|at| started <= at) {
            return Change::None;
        }
        let again = !self.pause.over;
        let mut pause = match again {
            true => (self.pause.last * 2.0).min(MAX_PAUSE),
            false => self.window_left().max(self.pause.needed),
        };
        if !again {
            self.pause.total = 0.0;
            if limit == Limit::Rate {
                self.decrease(now);
            }
        }
        if let Some(asked) = retry_after {
            pause = pause.max(asked.as_secs_f64()).min(MAX_FIRST_PAUSE);
        }
        let pause = pause.max(MIN_PAUSE);
        self.pause = Pause {
            throttled_at: Some(now),
            resume_at: now + pause,
            over: false,
            last: pause,
            total: self.pause.total + pause,
            needed: self.pause.needed,
        };
        self.changed_at = self.pause.resume_at;
        let wait = REPROBE_AFTER.max(self.pause.total / REPROBE_COST);
        self.reprobe_at = self.pause.resume_at + wait;
        Change::Pause(Duration::from_secs_f64(pause))
    }

    /// How long at most until the ERP's minute is over, in seconds: at an even rate the calls that
    /// are certainly allowed have taken their share of it.
    fn window_left(&self) -> f64 {
        MINUTE * (1.0 - (self.known_good / self.rate).min(1.0)) + 1.0
    }

    /// Halves the rate, and remembers what was learnt about the limit.
    fn decrease(&mut self, now: f64) {
        // A window that began within the last minute is full: the limit is no higher than what
        // has been let through since.
        let seen = f64::from(self.last_minute.calls(now)).max(MIN_RATE);
        let bad = self.rate.min(seen);
        if bad <= self.known_good {
            self.known_good = bad * NO_LONGER_GOOD;
        }
        self.known_bad = Some(bad);
        self.last_bad = Some(bad);
        self.rate = (bad / 2.0).max(MIN_RATE).min(self.ceiling);
        self.last_quiet = 0.0;
    }
}

#[cfg(test)]
mod tests;
