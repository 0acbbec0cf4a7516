//! The adaptive rate, below the user's ceiling. A pure rule: no clock, no sleep; time is a duration
//! since the run began.
//!
//! The ERP's limit on calls a minute differs between accounts, is not documented, and is shared
//! with other software. So the limit is searched for from below. When the ERP throttles, calls pause
//! until its minute has turned, and go on below the rate known to be good, or at half of what got
//! through if none is known. Each quiet minute then raises the rate: fast while far from where calls
//! were throttled, in small steps near it, and not beyond it until long after.
//!
//! Calls overlap. A reply says something about a rate only if its call started after the rate was
//! set, and only a whole minute without a pause shows how many calls a minute are too many.

use std::time::Duration;

use super::change::Change;
use super::in_flight::MaxInFlight;
use super::pause::{MINUTE, Pause};
use super::rate::interval;
use super::window::LastMinute;
use crate::erp::Limit;

/// The lowest rate, in calls a minute: the search must be able to go on.
const MIN_RATE: f64 = 1.0;
/// In practice no account's limit is known to be lower, in calls a minute.
const LIKELY_LIMIT: f64 = 30.0;
/// What a minute must carry of a rate to show that the rate is good: workers that are too few for
/// it prove nothing.
const CARRIED: f64 = 0.8;
/// The rate to go on at after a throttle near the good rate, as a share of the bad one.
const BACK: f64 = 0.97;
/// A bad rate below this share of the good one is another limit: others use the quota, too.
const FALL: f64 = 0.85;
/// A fall to less than this share of the good rate is not taken for the low level known before.
const SAME_FALL: f64 = 0.25;

/// How far below a bad rate to settle, as a share of it.
const MARGIN: f64 = 0.007;
/// How much further, as a share of the slowest call's part of a minute: calls that are held up on
/// their way come closer together. The second where a pause costs minutes.
const JITTER: f64 = 0.2;
const COSTLY_JITTER: f64 = 0.6;

/// The step near a bad rate, as a share of the rate: the limit is found to a hundredth.
const FINE_STEP: f64 = 0.01;
/// What is near below a bad rate, as a share of it.
const NEAR: f64 = 0.1;
/// The longest step beyond an old bad rate that was passed. Steps grow with the distance.
const BEYOND_STEP: f64 = 0.04;
/// The steps where a pause costs minutes: far below a bad rate, beyond an old one, and without any.
const COSTLY_STEP: f64 = 0.05;
const COSTLY_BEYOND_STEP: f64 = 0.02;
const COSTLY_FREE_STEP: f64 = 0.1;

/// The step by which a bad rate is tried again.
const RETRY_STEP: f64 = 0.03;
/// How long a bad rate is not tried again, in seconds: the limit may have been raised.
const RETRY_AFTER: f64 = 7_200.0;
/// The same after a fall, and how it grows with each try that fails: the hour in which others use
/// the quota will be over.
const RETRY_AFTER_FALL: f64 = 400.0;
const RETRY_GROWTH: f64 = 1.2;
/// How much longer it takes for each call that was throttled, in seconds: many are in flight at once
/// at a high rate, and all of them are.
const RETRY_COST: f64 = 400.0;
/// The pauses that a try may cost, as a share of the time until it, where they are long.
const RETRY_PAUSES: f64 = 0.015;

/// What is known about the limit, in calls a minute.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// The highest rate that whole quiet minutes have carried.
    good: f64,
    /// The lowest rate that was throttled.
    bad: Option<f64>,
}

/// How calls are paced at the moment. Rates are in calls a minute.
#[derive(Clone, Debug)]
pub struct AdaptiveRate {
    ceiling: f64,
    rate: f64,
    level: Level,
    /// The level before a throttle near its good rate, which may turn out to have been a fall.
    before: Level,
    /// The level of the hours in which others use the quota, or of those in which they do not.
    other: Option<Level>,
    /// Where calls were throttled once, although it says nothing certain: where to step finely.
    suspect: Option<f64>,
    /// The rate of the last quiet minute, which may have shared a window with slower ones.
    quiet: f64,
    /// Whether the rate is above the level's bad one, to try that again.
    retrying: bool,
    retry_at: f64,
    /// When throttled calls and long pauses are paid for: until then nothing is tried again.
    paid_at: f64,
    wait_after_fall: f64,
    changed_at: f64,
    slowest: f64,
    last_minute: LastMinute,
    pause: Pause,
    in_flight: MaxInFlight,
}

impl AdaptiveRate {
    /// Begins at `rate` and may rise to `ceiling` (infinite: unlimited), with at most `workers`
    /// calls in flight.
    pub fn new(rate: f64, ceiling: f64, workers: usize) -> Self {
        AdaptiveRate {
            ceiling,
            rate: rate.min(ceiling),
            level: Level::default(),
            before: Level::default(),
            other: None,
            suspect: None,
            quiet: 0.0,
            retrying: false,
            retry_at: 0.0,
            paid_at: 0.0,
            wait_after_fall: RETRY_AFTER_FALL,
            changed_at: 0.0,
            slowest: 0.0,
            last_minute: LastMinute::default(),
            pause: Pause::default(),
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

    pub fn per_minute(&self) -> f64 {
        self.rate
    }

    /// The spacing of calls, if the rate is below the ceiling.
    pub fn interval_below_ceiling(&self) -> Option<Duration> {
        if self.rate < self.ceiling {
            interval(self.rate)
        } else {
            None
        }
    }

    /// A call that started at `started` got through the ERP's limits, which became known at `now`,
    /// whatever else became of it.
    pub fn passed(&mut self, started: Duration, now: Duration) {
        let (started, now) = (started.as_secs_f64(), now.as_secs_f64());
        self.last_minute.count(started);
        self.slowest = (now - started).max(self.slowest * 0.999);
        self.in_flight.passed(started, now);
        if started < self.pause.resume_at {
            return;
        }
        self.pause.passed();
        if started - self.changed_at >= MINUTE {
            self.quiet_minute(started, now);
        }
    }

    /// Nothing was throttled for a minute at the same rate.
    fn quiet_minute(&mut self, started: f64, now: f64) {
        self.changed_at = now;
        if self.carried(started) < self.rate * CARRIED {
            return;
        }
        let proven = self.quiet.min(self.rate);
        self.quiet = self.rate;
        self.level.good = self.level.good.max(proven);
        if self.retrying && self.level.bad.is_none_or(|bad| proven > bad) {
            self.bad_no_longer(now);
        }
        let settled = self.settled_rate();
        if !self.retrying && self.rate >= settled {
            if now < self.retry_at.max(self.paid_at) {
                self.rate = settled;
                return;
            }
            self.retrying = self.level.bad.is_some();
        }
        let most = if self.retrying {
            f64::INFINITY
        } else {
            settled
        };
        self.rate = self.raised().min(most).min(self.ceiling);
    }

    /// The calls that got through in the minute before `started`, and one that may be on its way.
    fn carried(&mut self, started: f64) -> f64 {
        f64::from(self.last_minute.calls(started)) + 1.0
    }

    /// The rate after a quiet minute, before any bounds.
    fn raised(&self) -> f64 {
        let (rate, good) = (self.rate, self.level.good);
        let costly = self.pause.costly();
        if rate < good * (1.0 - FINE_STEP) {
            return (2.0 * rate).min(f64::midpoint(rate, good));
        }
        if self.retrying {
            return rate * (1.0 + RETRY_STEP);
        }
        match self.level.bad.or(self.suspect) {
            None if costly => rate * (1.0 + COSTLY_FREE_STEP),
            None => rate * 2.0,
            Some(bad) if rate < bad * (1.0 - NEAR) => {
                if costly {
                    rate * (1.0 + COSTLY_STEP)
                } else {
                    (2.0 * rate).min(f64::midpoint(rate, bad))
                }
            }
            Some(bad) if rate < bad => rate * (1.0 + FINE_STEP),
            Some(bad) => {
                let most = if costly {
                    COSTLY_BEYOND_STEP
                } else {
                    BEYOND_STEP
                };
                rate + (rate - bad).clamp(rate * FINE_STEP, rate * most)
            }
        }
    }

    /// The rate to stay at below a bad one.
    fn settled_rate(&self) -> f64 {
        let held_up = self.slowest / MINUTE;
        match self.level.bad {
            None => f64::INFINITY,
            Some(bad) if self.pause.costly() => {
                // Limits are whole numbers, and here each throttle counts.
                let limit = (bad * (1.0 + COSTLY_JITTER * held_up)).floor();
                limit.max(MIN_RATE).min(bad) * (1.0 - MARGIN - COSTLY_JITTER * held_up)
            }
            Some(bad) => bad * (1.0 - MARGIN - JITTER * held_up),
        }
    }

    /// Whole minutes were quiet above what was a bad rate.
    fn bad_no_longer(&mut self, now: f64) {
        self.retrying = false;
        let bad = self.level.bad;
        match self.other.filter(|other| other.good > self.level.good) {
            Some(high) => {
                self.level.good = self.level.good.min(bad.unwrap_or(f64::INFINITY) * BACK);
                self.other = Some(std::mem::replace(&mut self.level, high));
                self.retry_at = now + RETRY_AFTER;
            }
            None => self.suspect = self.level.bad.take(),
        }
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
        self.paid_at = self.paid_at.max(now) + RETRY_COST;
        if started < self.pause.resume_at {
            return Change::None;
        }
        let window_left = self.window_left();
        if limit == Limit::Rate && !self.pause.too_short() {
            self.lower(started, now);
        }
        let asked = retry_after.map(|asked| asked.as_secs_f64());
        let pause = self.pause.begin(now, window_left, asked);
        self.changed_at = self.pause.resume_at;
        if self.pause.long() {
            let paid_at = self.pause.resume_at + self.pause.total / RETRY_PAUSES;
            self.paid_at = self.paid_at.max(paid_at);
        }
        Change::Pause(Duration::from_secs_f64(pause))
    }

    /// How long at most until the ERP's minute is over, in seconds: at an even rate the calls that
    /// are certainly allowed have taken their share of it. When even those are too many, nothing is
    /// known.
    fn window_left(&self) -> f64 {
        if self.rate <= self.level.good {
            MINUTE + 1.0
        } else {
            MINUTE * (1.0 - self.level.good / self.rate) + 1.0
        }
    }

    /// Lowers the rate, and remembers what was learnt about the limit.
    fn lower(&mut self, started: f64, now: f64) {
        // A window that began within the last minute is full: the limit is no higher than what
        // has been let through since.
        let bad = self.rate.min(self.carried(started));
        let whole_minute = started - self.pause.resume_at >= MINUTE;
        let good = self.level.good;
        let mut wait = RETRY_AFTER;
        if whole_minute && good > 0.0 && bad >= good * FALL {
            self.before = self.level;
            self.level.good = good.min(bad * BACK);
            self.level.bad = Some(self.level.bad.map_or(bad, |old| old.min(bad)));
            self.rate = self.level.good.min(self.settled_rate());
            if self.other.is_some_and(|other| other.good > bad) {
                self.wait_after_fall *= RETRY_GROWTH;
                wait = self.wait_after_fall.min(wait);
            }
        } else if good > 0.0 {
            self.fall(bad, whole_minute);
            wait = self.wait_after_fall;
        } else {
            self.rate = bad / 2.0;
            self.level.bad = whole_minute.then_some(bad);
            // What is missing of the run's first minute others may have used before.
            let is_own = started >= MINUTE || bad >= LIKELY_LIMIT;
            self.suspect = is_own.then_some(bad);
        }
        self.rate = self.rate.max(MIN_RATE).min(self.ceiling);
        self.quiet = 0.0;
        self.retrying = false;
        self.retry_at = now + wait;
    }

    /// Even what was good is throttled: others use the quota. It goes on at the level of the last
    /// time, or the search begins again; the good rate is kept in mind for later.
    fn fall(&mut self, bad: f64, whole_minute: bool) {
        let good = self.level.good;
        let known = |low: &Level| low.good < bad && low.good > good * SAME_FALL;
        let low = self.other.filter(known);
        let left = if whole_minute {
            self.level
        } else {
            self.before
        };
        self.level = low.unwrap_or(Level {
            good: 0.0,
            bad: whole_minute.then_some(bad),
        });
        // Of a fall within a fall, the highest level counts.
        if low.is_some() || self.other.is_none_or(|other| other.good <= left.good) {
            self.other = Some(left);
        }
        self.rate = low.map_or(bad / 2.0, |low| low.good);
        self.before = self.level;
        self.suspect = Some(bad);
        self.wait_after_fall = RETRY_AFTER_FALL;
    }
}

#[cfg(test)]
mod tests;
