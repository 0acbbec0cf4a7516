//! The rule of pacing: from what calls met with to how the next ones are made. No clock, no
//! sleep; time is a duration since the run began.
//!
//! The ERP's limit on calls a minute differs between accounts, is not documented, and is shared
//! with other software. So the rule searches for it from below. When the ERP throttles, it halves
//! the rate and pauses until the minute's window has turned. Each quiet minute then raises the
//! rate again: quickly to the highest rate that is proven to be let through, in small steps
//! beyond, and not as far as a rate that was throttled until long after. It never goes above the
//! rate the user allows.

use std::time::Duration;

use crate::erp::Limit;

/// The ERP counts calls by the minute.
const MINUTE: f64 = 60.0;
/// How many seconds of a minute calls may be held up on their way without more of them reaching
/// the ERP within one of its minutes than the rate allows.
const HELD_UP: f64 = 0.25;
/// The shortest pause, in seconds; pauses double while calls are throttled at once again.
const SHORTEST_PAUSE: f64 = 15.0;
/// The longest pause, in seconds; the ERP's advice is to leave it alone for 5 to 10 minutes.
const LONGEST_PAUSE: f64 = 300.0;
/// The longest pause that begins with an answer, once shorter ones are known not to be enough.
const LONGEST_NEEDED: f64 = 600.0;
/// The lowest rate, in calls a minute.
const LOWEST: f64 = 1.0;
/// How far a rate that was throttled is kept away from, as a share of it.
const MARGIN: f64 = 0.015;
/// Raises beyond the proven rate, as shares of the rate: far from any limit that was met, …
const COARSE_STEP: f64 = 0.05;
/// … and near one.
const FINE_STEP: f64 = 0.01;
/// What is near a limit that was met, as a share of it.
const NEAR: f64 = 0.1;
/// How long a rate that was throttled is not tried again, in seconds, at first and at the most.
const PROBE_AFTER: [f64; 2] = [2_700.0, 14_400.0];
/// The pauses that a try may cost, as a share of the time until it.
const PROBE_COST: f64 = 0.01;
/// What is left of the proven rate when even that is throttled, the first time and on.
const DISPROVEN: [f64; 3] = [0.97, 0.8, 0.5];

/// How calls are paced at the moment.
#[derive(Clone, Debug)]
pub struct Pace {
    ceiling: f64,
    /// Calls a minute.
    rate: f64,
    /// The highest rate that has been let through for a while.
    proven: f64,
    /// The rate of the last quiet minute.
    quiet: f64,
    /// The lowest rate that was throttled, until it is forgotten.
    refused: Option<f64>,
    /// The same, not forgotten: where to step carefully.
    met: Option<f64>,
    disproven: usize,
    probe_after: f64,
    probe_at: f64,
    /// When the rate last changed.
    since: f64,
    recent: Recent,
    pauses: Pauses,
    slots: Slots,
}

/// Pauses for the ERP's rate limit.
#[derive(Clone, Debug)]
struct Pauses {
    /// When the last throttled call was answered.
    throttled_at: Option<f64>,
    resume_at: f64,
    /// Whether a call has got through since.
    over: bool,
    last: f64,
    /// All pauses since a call last got through.
    total: f64,
    /// How long a pause is known to be needed, from earlier ones that were too short.
    needed: f64,
}

/// Calls in flight.
#[derive(Clone, Debug)]
struct Slots {
    most: usize,
    now: usize,
    /// The number that was throttled, and when it may be tried again.
    refused: Option<(usize, f64)>,
    retry_after: f64,
    throttled_at: Option<f64>,
    since: f64,
}

/// What an answer about a limit changes for the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// Nothing: the call was in flight with one that has changed it already.
    None,
    /// All calls pause.
    Pause(Duration),
    /// Fewer calls may be in flight.
    Slots(usize),
}

impl Pace {
    /// The pace of a run that begins with `rate` and may go up to `ceiling`, both in calls a
    /// minute (infinite: unlimited), with at most `workers` calls in flight.
    #[must_use]
    pub fn new(rate: f64, ceiling: f64, workers: usize) -> Self {
        Pace {
            ceiling,
            rate: rate.min(ceiling),
            proven: 0.0,
            quiet: 0.0,
            refused: None,
            met: None,
            disproven: 0,
            probe_after: PROBE_AFTER[0],
            probe_at: 0.0,
            since: 0.0,
            recent: Recent::default(),
            pauses: Pauses {
                throttled_at: None,
                resume_at: 0.0,
                over: true,
                last: 0.0,
                total: 0.0,
                needed: 0.0,
            },
            slots: Slots {
                most: workers.max(1),
                now: workers.max(1),
                refused: None,
                retry_after: PROBE_AFTER[0],
                throttled_at: None,
                since: 0.0,
            },
        }
    }

    /// No call may start before this time.
    #[must_use]
    pub fn resume_at(&self) -> Duration {
        Duration::from_secs_f64(self.pauses.resume_at)
    }

    /// How many calls may be in flight.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots.now
    }

    /// Calls a minute, at present.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The time from the start of one call to the start of the next; `None` if unlimited.
    ///
    /// A little longer than the rate asks: calls may be held up on their way by a quarter of a
    /// second, and still none of the ERP's minutes sees more of them than the rate allows.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.rate.is_finite().then(|| {
            // Rounded up, so that what rounding takes is never the bound's.
            Duration::from_secs_f64((MINUTE + HELD_UP) / self.rate) + Duration::from_nanos(1)
        })
    }

    /// A call got through the ERP's limits, whatever else became of it.
    pub fn passed(&mut self, now: Duration) {
        let now = now.as_secs_f64();
        self.recent.count(now);
        if !self.pauses.over {
            self.pauses.over = true;
            if self.pauses.total > self.pauses.last {
                self.pauses.needed = self.pauses.total.min(LONGEST_NEEDED);
            }
        }
        if now - self.since >= MINUTE {
            self.quiet_minute(now);
        }
        self.slots.passed(now);
    }

    /// Nothing was throttled for a minute.
    fn quiet_minute(&mut self, now: f64) {
        // The last minute may have shared a window with slower ones; the minute before it proves
        // what it went at.
        self.proven = self.proven.max(self.quiet.min(self.rate));
        self.quiet = self.rate;
        self.since = now;
        let target = match self.refused {
            Some(refused) => (refused * (1.0 - MARGIN)).max(self.proven),
            None => f64::INFINITY,
        };
        let target = target.min(self.ceiling);
        if self.rate >= target {
            if now >= self.probe_at && self.refused.take().is_some() {
                self.disproven = 0;
            }
            return;
        }
        let step = self.rate * self.step();
        let raised = if self.rate < self.proven {
            (self.rate + step.max((self.proven - self.rate) / 2.0)).min(self.proven)
        } else {
            self.rate + step
        };
        self.rate = raised.min(target);
    }

    fn step(&self) -> f64 {
        match self.met {
            Some(met) if (self.rate - met).abs() < met * NEAR => FINE_STEP,
            _ => COARSE_STEP,
        }
    }

    /// A call that started at `started` was throttled, which became known at `now`; `asked` is how
    /// long the server asks to be left alone.
    ///
    /// Calls that were in flight together are throttled together, and count once.
    pub fn throttled(
        &mut self,
        started: Duration,
        now: Duration,
        limit: Limit,
        asked: Option<Duration>,
    ) -> Change {
        let (started, now) = (started.as_secs_f64(), now.as_secs_f64());
        if limit == Limit::Concurrency
            && let Some(change) = self.slots.throttled(started, now)
        {
            return change;
        }
        if self.pauses.throttled_at.is_some_and(|at| started <= at) {
            return Change::None;
        }
        let again = !self.pauses.over;
        let mut pause = if again {
            (self.pauses.last * 2.0).min(LONGEST_PAUSE)
        } else {
            self.window_left().max(self.pauses.needed)
        };
        if !again {
            self.pauses.total = 0.0;
            if limit == Limit::Rate {
                self.lower(now);
            }
        }
        if let Some(asked) = asked {
            pause = pause.max(asked.as_secs_f64()).min(LONGEST_NEEDED);
        }
        let pause = pause.max(SHORTEST_PAUSE);
        self.pauses = Pauses {
            throttled_at: Some(now),
            resume_at: now + pause,
            over: false,
            last: pause,
            total: self.pauses.total + pause,
            needed: self.pauses.needed,
        };
        self.since = self.pauses.resume_at;
        let wait = self.probe_after.max(self.pauses.total / PROBE_COST);
        self.probe_at = self.pauses.resume_at + wait;
        Change::Pause(Duration::from_secs_f64(pause))
    }

    /// How long at most until the ERP's minute is over, in seconds: at an even rate the calls that
    /// are certainly allowed have taken their share of it.
    fn window_left(&self) -> f64 {
        MINUTE * (1.0 - (self.proven / self.rate).min(1.0)) + 1.0
    }

    /// Halves the rate, and remembers what was learnt about the limit.
    fn lower(&mut self, now: f64) {
        // A window that began within the last minute is full: the limit is no higher than what
        // has been let through since.
        let seen = f64::from(self.recent.last_minute(now)).max(LOWEST);
        let refused = self.rate.min(seen);
        if refused <= self.proven {
            let left = DISPROVEN[self.disproven.min(DISPROVEN.len() - 1)];
            self.disproven += 1;
            self.proven = refused * left;
        }
        if self.refused.is_none() && self.met.is_some() {
            self.probe_after = (self.probe_after * 2.0).min(PROBE_AFTER[1]);
        }
        self.refused = Some(refused);
        self.met = Some(refused);
        self.rate = (refused / 2.0).max(LOWEST).min(self.ceiling);
        self.quiet = 0.0;
    }
}

impl Slots {
    /// `None` if there is none left to take: then the run must pause.
    fn throttled(&mut self, started: f64, now: f64) -> Option<Change> {
        if self.throttled_at.is_some_and(|at| started <= at) {
            return Some(Change::None);
        }
        if self.now == 1 {
            return None;
        }
        if self.refused.is_none() && self.throttled_at.is_some() {
            self.retry_after = (self.retry_after * 2.0).min(PROBE_AFTER[1]);
        }
        self.refused = Some((self.now, now + self.retry_after));
        self.now = (self.now / 2).max(1);
        self.throttled_at = Some(now);
        self.since = now;
        Some(Change::Slots(self.now))
    }

    /// One more after every quiet minute, but not as many as were throttled until long after.
    fn passed(&mut self, now: f64) {
        if self.now == self.most || now - self.since < MINUTE {
            return;
        }
        self.since = now;
        match self.refused {
            Some((refused, until)) if self.now + 1 >= refused => {
                if now >= until {
                    self.refused = None;
                }
            }
            _ => self.now += 1,
        }
    }
}

/// Calls that got through, by the second, for the last minute.
#[derive(Clone, Debug)]
struct Recent {
    counts: [u32; 61],
    second: u64,
}

impl Default for Recent {
    fn default() -> Self {
        Recent {
            counts: [0; 61],
            second: 0,
        }
    }
}

impl Recent {
    fn turn(&mut self, now: f64) {
        // Truncation is meant: whole seconds.
        let second = now as u64;
        let passed = second.saturating_sub(self.second);
        for gone in 0..passed.min(self.counts.len() as u64) {
            self.counts[((second - gone) % 61) as usize] = 0;
        }
        self.second = self.second.max(second);
    }

    fn count(&mut self, now: f64) {
        self.turn(now);
        let count = &mut self.counts[(self.second % 61) as usize];
        *count = count.saturating_add(1);
    }

    fn last_minute(&mut self, now: f64) -> u32 {
        self.turn(now);
        self.counts.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }
}

#[cfg(test)]
mod tests;
