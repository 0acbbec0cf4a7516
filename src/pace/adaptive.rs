//! The adaptive rate, below the user's ceiling. A pure rule: no clock, no sleep; time is a duration
//! since the run began.
//!
//! The ERP's limit on calls a minute differs between accounts, is not documented, and is shared
//! with other software. So it is searched for from below. When the ERP throttles, calls pause until
//! its minute has turned, and go on just below, or at half where no rate is known to be good. Each
//! quiet minute then raises the rate: fast while far from where calls were throttled, in small steps
//! near it, and not beyond it until long after. Where even a good rate is throttled others use the
//! quota, too: it goes on at the level of the last time, and the higher one is tried again soon.
//!
//! Calls overlap. A reply says something about a rate only if its call started after the rate was
//! set, and only a whole minute without a pause shows how many calls a minute are too many.

use std::collections::VecDeque;
use std::time::Duration;

use super::at_once::AtOnce;
use super::in_flight::{Change, InFlight, Workers};
use super::pause::{MINUTE, Pause};
use super::rate::{KnownRates, RateLimit, interval};
use crate::erp::Limit;

/// The lowest rate, in calls a minute: the search must be able to go on.
const MIN_RATE: f64 = 1.0;
/// What accounts are known to be allowed, in calls a minute: a few calls that got through in a
/// minute that others had begun to use are no sign of less.
const LIKELY_LIMIT: f64 = 60.0;
/// More calls a minute than any limit are not counted.
const MOST_COUNTED: usize = 10_000;
/// What a minute must carry of a rate to show that it is good: too few workers prove nothing.
const CARRIED: f64 = 0.8;
/// A bad rate below this share of the good one is another limit: others use the quota, too.
const FALL: f64 = 0.9;

/// How far below a bad rate to settle, as a share of it.
const MARGIN: f64 = 0.007;
/// How much further, as a share of the slowest call's part of a minute: calls that are held up on
/// their way come closer together. A call of more than a tenth of a minute is a hiccup.
const JITTER: f64 = 0.4;
const MOST_HELD_UP: f64 = 0.1;

/// The smallest step, as a share of the rate: the limit is found to a hundredth.
const FINE_STEP: f64 = 0.01;
/// The step towards a rate that was throttled, as a share of the way.
const APPROACH: f64 = 0.25;

/// How long a bad rate is not tried again, in seconds: the limit may have been raised. No divisor
/// of an hour, by which others may come and go.
const RETRY_AFTER: f64 = 4_500.0;
/// How long nothing is tried for each call that was throttled, in seconds: many are in flight at
/// once at a high rate, and all of them are.
const RETRY_COST: f64 = 400.0;
/// The pauses that a try may cost, as a share of the time until it, where they are long.
const RETRY_PAUSES: f64 = 0.015;

/// How calls are paced at the moment. Rates are in calls a minute, times in seconds.
#[derive(Clone, Debug, Default)]
pub struct AdaptiveRate {
    pub(super) ceiling: f64,
    pub(super) rate: f64,
    level: KnownRates,
    /// The level of the hours in which others use the quota, or of those in which they do not.
    other: Option<KnownRates>,
    /// Where calls were throttled, although it says nothing certain: where to step finely.
    suspect: Option<f64>,
    /// The rate of the last quiet minute, which may have shared a window with slower ones.
    quiet: f64,
    retry_at: f64,
    /// When throttled calls and long pauses are paid for: until then nothing is tried again.
    paid_at: f64,
    changed_at: f64,
    slowest: f64,
    /// Calls are made in bursts, and not yet at the rate.
    at_once: Option<AtOnce>,
    /// When the calls started that got through within a minute.
    last_minute: VecDeque<f64>,
    pause: Pause,
    in_flight: InFlight,
}

impl AdaptiveRate {
    /// Begins where an earlier run of the account ended, if that is known. No server can ask for a
    /// longer pause than `longest_wait`.
    pub fn new(
        limit: RateLimit,
        workers: Workers,
        known: Option<KnownRates>,
        longest_wait: Duration,
    ) -> Self {
        let mut pace = AdaptiveRate {
            ceiling: limit.ceiling(),
            level: known.unwrap_or_default(),
            retry_at: RETRY_AFTER,
            pause: Pause::new(longest_wait),
            in_flight: InFlight::new(workers, limit.ceiling()),
            ..AdaptiveRate::default()
        };
        pace.set_rate(limit.first(known).min(pace.settled_rate()));
        pace
    }

    fn set_rate(&mut self, rate: f64) {
        self.rate = rate.max(MIN_RATE).min(self.ceiling);
    }

    pub fn resume_at(&self) -> Duration {
        Duration::from_secs_f64(self.pause.resume_at)
    }

    pub fn max_in_flight(&self) -> usize {
        let rate = self.at_once.as_ref().map_or(self.rate, |_| self.ceiling);
        self.in_flight.most(rate)
    }

    pub fn interval(&self) -> Option<Duration> {
        interval(self.rate)
    }

    /// When the next call may start, after one that starts now.
    pub fn next(&mut self, now: Duration) -> Duration {
        let after = |rate| now + interval(rate).unwrap_or_default();
        let at = now.as_secs_f64();
        if let Some(at_once) = self.at_once.take_if(|it| at >= it.until) {
            self.level.good = at_once.calls as f64;
            self.set_rate(self.level.good);
            self.changed_at = at;
        }
        match &mut self.at_once {
            Some(at_once) => after(self.ceiling).max(Duration::from_secs_f64(at_once.next(at))),
            None => after(self.rate),
        }
    }

    /// Where another run is to begin: at the level without others, or, while none is proven, at the
    /// rate in force.
    pub fn known(&self) -> Option<KnownRates> {
        let high = self.other.filter(|other| other.good > self.level.good);
        if high.is_some() {
            return high;
        }
        let KnownRates { good, bad } = self.level;
        // What was throttled in a minute that others had used counts until it is passed.
        let suspect = self.suspect.filter(|&bad| bad >= good.max(self.rate));
        let bad = bad.or(suspect);
        if good > 0.0 {
            return Some(KnownRates { good, bad });
        }
        let good = self.rate;
        bad.map(|_| KnownRates { good, bad })
    }

    /// A call that started at `started` got through the ERP's limits, which became known at `now`,
    /// whatever else became of it.
    pub fn passed(&mut self, started: Duration, now: Duration) {
        let (started, now) = (started.as_secs_f64(), now.as_secs_f64());
        self.last_minute.push_back(started);
        self.carried(started);
        self.slowest = (now - started).max(self.slowest * 0.999);
        self.in_flight.passed(started, now);
        if started < self.pause.resume_at {
            return;
        }
        self.pause.pending = false;
        if started - self.changed_at >= MINUTE {
            self.quiet_minute(started, now);
        }
    }

    /// A call that started at `started` has ended at `now`. If it neither got through nor was
    /// throttled, it is lost.
    pub fn ended(&mut self, started: Duration, now: Duration) {
        let (started, now) = (started.as_secs_f64(), now.as_secs_f64());
        if started >= self.pause.resume_at {
            self.in_flight.ended(started, now);
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
        if self.level.bad.is_some_and(|bad| proven > bad) {
            self.bad_no_longer(now);
        }
        let settled = self.settled_rate();
        match self.level.bad {
            Some(bad) if self.rate <= bad && self.rate < settled * (1.0 - FINE_STEP) => {
                self.set_rate(self.raised().min(settled));
            }
            Some(bad) if self.rate <= bad => {
                let is_tried = now >= self.retry_at.max(self.paid_at);
                self.set_rate(if is_tried {
                    bad * (1.0 + FINE_STEP)
                } else {
                    settled
                });
            }
            _ => self.set_rate(self.raised()),
        }
    }

    /// The calls that got through in the minute before `started`, and one that may be on its way.
    fn carried(&mut self, started: f64) -> f64 {
        let calls = &mut self.last_minute;
        while calls.front().is_some_and(|&at| at < started - MINUTE) || calls.len() > MOST_COUNTED {
            calls.pop_front();
        }
        calls.len() as f64 + 1.0
    }

    fn raised(&self) -> f64 {
        let (rate, good) = (self.rate, self.level.good);
        let good = Some(good).filter(|good| rate < good * (1.0 - FINE_STEP));
        let step = match good.or(self.level.bad).or(self.suspect) {
            None => rate,
            Some(mark) if rate < mark => (mark - rate) * APPROACH,
            Some(mark) => rate - mark,
        };
        rate + step.max(rate * FINE_STEP).min(rate)
    }

    fn settled_rate(&self) -> f64 {
        let held_up = (self.slowest / MINUTE).min(MOST_HELD_UP);
        self.level.bad.unwrap_or(f64::INFINITY) * (1.0 - MARGIN - JITTER * held_up)
    }

    /// Whole minutes were quiet above what was a bad rate.
    fn bad_no_longer(&mut self, now: f64) {
        if let Some(high) = self.other.filter(|other| other.good > self.level.good) {
            self.other = Some(std::mem::replace(&mut self.level, high));
            self.retry_at = now + RETRY_AFTER;
        } else {
            self.suspect = self.level.bad.take();
        }
    }

    /// A call that started at `started` was throttled, which became known at `now`.
    ///
    /// Calls that were in flight together are throttled together, and count once, for the longest wait.
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
            let change = self.pause.lengthen(now, retry_after);
            if change != Change::None {
                self.paused(self.at_once.as_ref().map(|it| it.calls));
            }
            return change;
        }
        let window_left = self.window_left();
        // If the last pause was too short, it says nothing more.
        let says_more = limit == Limit::Rate && !self.pause.pending;
        let at_once = says_more.then(|| self.own_minute(started)).flatten();
        if says_more {
            self.lower(started, now);
        }
        let pause = self.pause.begin(now, window_left, retry_after);
        self.paused(at_once);
        Change::Pause(Duration::from_secs_f64(pause))
    }

    fn paused(&mut self, at_once: Option<usize>) {
        self.changed_at = self.pause.resume_at;
        self.at_once = at_once.map(|calls| AtOnce::new(calls, self.pause.resume_at));
        if self.pause.total > 1.5 * MINUTE {
            let paid_at = self.pause.resume_at + self.pause.total / RETRY_PAUSES;
            self.paid_at = self.paid_at.max(paid_at);
        }
    }

    /// How long at most until the ERP's minute is over, in seconds: at an even rate the calls that
    /// are certainly allowed have taken their share of it. When even those are too many, nothing is
    /// known.
    fn window_left(&self) -> f64 {
        let taken = self.level.good / self.rate;
        1.0 + MINUTE * if taken < 1.0 { 1.0 - taken } else { 1.0 }
    }

    /// The calls of the run's first minute, if they were enough to fill it, and soon.
    fn own_minute(&mut self, started: f64) -> Option<usize> {
        let calls = self.carried(started) - 1.0;
        let is_first = self.suspect.is_none() && started < MINUTE;
        let is_own = self.rate > LIKELY_LIMIT && calls >= LIKELY_LIMIT / 3.0;
        (is_first && is_own).then_some(calls as usize)
    }

    /// Lowers the rate, and remembers what was learnt about the limit.
    fn lower(&mut self, started: f64, now: f64) {
        // A window that began within the last minute is full: the limit is no higher than what
        // has been let through since.
        let bad = self.rate.min(self.carried(started));
        let whole_minute = started - self.pause.resume_at >= MINUTE;
        let good = self.level.good;
        if whole_minute && good > 0.0 && bad >= good * FALL {
            self.level.good = good.min(bad);
            self.level.bad = Some(self.level.bad.map_or(bad, |old| old.min(bad)));
            self.rate = self.level.good;
            if self.other.is_none_or(|other| other.good <= bad) {
                self.retry_at = now + RETRY_AFTER;
            }
        } else {
            self.fall(bad, whole_minute);
        }
        self.set_rate(self.rate.min(self.settled_rate()));
        self.quiet = 0.0;
    }

    /// Even what was good is throttled, or nothing was good yet. It goes on at the low level of the
    /// last time, or the search begins again; a good rate is kept in mind for later.
    fn fall(&mut self, bad: f64, whole_minute: bool) {
        let level = self.level;
        let low = self.other.filter(|low| low.good < bad);
        // Of a fall within a fall, the highest level counts.
        let is_highest = self.other.is_none_or(|other| other.good <= level.good);
        if level.good > 0.0 && (low.is_some() || is_highest) {
            self.other = Some(level);
        }
        let filled = if whole_minute {
            bad
        } else {
            bad.max(self.rate.min(LIKELY_LIMIT))
        };
        self.rate = low.map_or(filled / 2.0, |low| low.good);
        self.level = low.unwrap_or(KnownRates {
            good: 0.0,
            bad: whole_minute.then_some(bad),
        });
        self.suspect = Some(bad);
        self.retry_at = 0.0;
    }
}

#[cfg(test)]
mod tests;
