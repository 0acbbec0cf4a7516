//! The one place where workers wait for their turn.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::pace::{Change, Pace};
use super::stop::Stop;
use crate::erp::Limit;

/// An upper bound on calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// This many calls in this time.
    Limited {
        /// Calls.
        calls: NonZeroU32,
        /// The time they may take.
        per: Per,
    },
    /// Begins as the default and looks for the account's own limit.
    Auto,
    /// As fast as the workers and the server can.
    Unlimited,
}

/// The unit of time of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl Per {
    fn unit(self) -> &'static str {
        match self {
            Per::Second => "s",
            Per::Minute => "min",
            Per::Hour => "h",
        }
    }

    fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Per::Second => 1,
            Per::Minute => 60,
            Per::Hour => 3_600,
        })
    }
}

/// Why a text is no rate.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("write N/s, N/min, N/h (N a whole number from 1), auto or unlimited; for example 55/min")]
pub struct RateError;

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        match text {
            "auto" => return Ok(Rate::Auto),
            "unlimited" => return Ok(Rate::Unlimited),
            _ => {}
        }
        let (calls, per) = text.split_once('/').ok_or(RateError)?;
        let calls = calls.trim().parse().map_err(|_| RateError)?;
        let per = [Per::Second, Per::Minute, Per::Hour]
            .into_iter()
            .find(|unit| unit.unit() == per.trim())
            .ok_or(RateError)?;
        Ok(Rate::Limited { calls, per })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rate::Limited { calls, per } => write!(f, "{calls}/{}", per.unit()),
            Rate::Auto => f.write_str("auto"),
            Rate::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl Rate {
    /// Below the 60 calls a minute that accounts are known to be allowed.
    pub const DEFAULT: Rate = Rate::Limited {
        calls: NonZeroU32::MIN.saturating_add(54),
        per: Per::Minute,
    };

    /// Calls a minute at the start, and at the most.
    fn per_minute(self) -> (f64, f64) {
        match self {
            Rate::Limited { calls, per } => {
                let calls = f64::from(calls.get()) * 60.0 / per.duration().as_secs_f64();
                (calls, calls)
            }
            Rate::Auto => (Rate::DEFAULT.per_minute().0, f64::INFINITY),
            Rate::Unlimited => (f64::INFINITY, f64::INFINITY),
        }
    }

    /// The time from the start of one call to the start of the next, while nothing is throttled;
    /// `None` if unlimited.
    #[must_use]
    pub fn interval(self) -> Option<Duration> {
        let (rate, ceiling) = self.per_minute();
        Pace::new(rate, ceiling, 1).interval()
    }
}

/// Gives workers their turns: evenly spaced, never above the rate, none during a pause.
pub struct Pacer {
    began: Instant,
    clock: DefaultClock,
    state: Mutex<State>,
}

struct State {
    pace: Pace,
    spacing: Option<Spacing>,
    in_flight: usize,
}

/// Calls kept apart by one interval.
struct Spacing {
    interval: Duration,
    limiter: DefaultDirectRateLimiter,
}

/// A turn: leave to make one call now. Ends when dropped.
pub struct Turn<'p> {
    pacer: &'p Pacer,
    started: Duration,
}

/// How soon a worker asks again when all the calls allowed are in flight.
const SLOT_POLL: Duration = Duration::from_millis(5);

impl Pacer {
    /// A pacer for `workers` workers.
    #[must_use]
    pub fn new(rate: Rate, workers: usize) -> Self {
        let (rate, ceiling) = rate.per_minute();
        let pace = Pace::new(rate, ceiling, workers);
        Pacer {
            began: Instant::now(),
            clock: DefaultClock::default(),
            state: Mutex::new(State {
                spacing: pace.interval().and_then(Spacing::new),
                pace,
                in_flight: 0,
            }),
        }
    }

    /// Waits for a turn; `None` once the run is stopped.
    pub fn turn(&self, stop: &Stop) -> Option<Turn<'_>> {
        while !stop.stopped() {
            match self.ask() {
                Ok(turn) => return Some(turn),
                Err(wait) if stop.sleep(wait) => {}
                Err(_) => break,
            }
        }
        None
    }

    /// A turn now, or how long to wait before asking again.
    fn ask(&self) -> Result<Turn<'_>, Duration> {
        let mut state = self.lock();
        let now = self.began.elapsed();
        let resume_at = state.pace.resume_at();
        if now < resume_at {
            return Err(resume_at - now);
        }
        if state.in_flight >= state.pace.slots() {
            return Err(SLOT_POLL);
        }
        if let Some(spacing) = &state.spacing
            && let Err(not_yet) = spacing.limiter.check()
        {
            return Err(not_yet.wait_time_from(self.clock.now()));
        }
        state.in_flight += 1;
        Ok(Turn {
            pacer: self,
            started: now,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Spaces calls as the pace now asks for.
    fn respace(&mut self) {
        let interval = self.pace.interval();
        if interval != self.spacing.as_ref().map(|spacing| spacing.interval) {
            self.spacing = interval.and_then(Spacing::new);
            // A new limiter lets the first call through at once; that call has been made.
            if let Some(spacing) = &self.spacing {
                let _ = spacing.limiter.check();
            }
        }
    }
}

impl Spacing {
    fn new(interval: Duration) -> Option<Self> {
        Some(Spacing {
            interval,
            limiter: RateLimiter::direct(Quota::with_period(interval)?),
        })
    }
}

impl Turn<'_> {
    /// The call got through the ERP's limits, whatever else became of it.
    pub fn passed(self) {
        self.end(Pace::passed);
    }

    /// The call was throttled. Returns what this changes for the whole run.
    pub fn throttled(self, limit: Limit, asked: Option<Duration>) -> Change {
        let started = self.started;
        self.end(|pace, now| pace.throttled(started, now, limit, asked))
    }

    /// Ends the turn, telling the pace how.
    fn end<T>(self, tell: impl FnOnce(&mut Pace, Duration) -> T) -> T {
        let pacer = self.pacer;
        std::mem::forget(self);
        let mut state = pacer.lock();
        // Read under the lock, so that turns given before and after are told apart.
        let now = pacer.began.elapsed();
        state.in_flight -= 1;
        let told = tell(&mut state.pace, now);
        state.respace();
        told
    }
}

impl Drop for Turn<'_> {
    /// The call came to nothing: no reply, or none of the ERP's.
    fn drop(&mut self) {
        self.pacer.lock().in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        for (text, seconds) in [("20/s", 0.05), ("55/min", 60.0 / 55.0), ("1/h", 3_600.0)] {
            let interval = text
                .parse::<Rate>()
                .expect(text)
                .interval()
                .expect("limited");
            let slack = interval.as_secs_f64() / seconds;
            assert!((1.0..1.01).contains(&slack), "{text}: {interval:?}");
        }
        assert_eq!("unlimited".parse(), Ok(Rate::Unlimited));
        assert_eq!("55/min".parse(), Ok(Rate::DEFAULT));
        assert_eq!(Rate::DEFAULT.to_string(), "55/min");
        for wrong in [
            "", "0/s", "-1/s", "1.5/s", "55", "55/m", "55/day", "/min", "auto!",
        ] {
            assert_eq!(wrong.parse::<Rate>(), Err(RateError), "{wrong}");
        }
    }

    /// The bound holds for any minute, however its calls are held up by a quarter of a second.
    #[test]
    fn no_minute_sees_more_calls_than_the_rate() {
        for calls in [1_u32, 55, 60, 600] {
            let rate = Rate::Limited {
                calls: NonZeroU32::new(calls).expect("not 0"),
                per: Per::Minute,
            };
            let interval = rate.interval().expect("limited").as_secs_f64();
            let most_in_a_minute = (60.25 / interval - 1e-9).floor() + 1.0;
            assert!(
                most_in_a_minute <= f64::from(calls) + 1e-9,
                "{calls}: {most_in_a_minute}"
            );
        }
    }

    #[test]
    fn turns_are_spaced_and_a_stop_ends_the_wait() {
        let pacer = Pacer::new("1000/s".parse().expect("a rate"), 8);
        let stop = Stop::default();
        let began = Instant::now();
        for _ in 0..50 {
            drop(pacer.turn(&stop).expect("not stopped"));
        }
        // Fifty turns are 49 intervals apart at the least, whatever the machine does.
        assert!(began.elapsed() >= Duration::from_millis(49));

        let slow = Pacer::new("1/h".parse().expect("a rate"), 8);
        drop(slow.turn(&stop).expect("the first is free"));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| slow.turn(&stop).is_none());
            stop.stop(super::super::stop::StopReason::Signal(2));
            assert!(waiting.join().expect("no panic"));
        });
    }

    #[test]
    fn a_pause_holds_every_worker() {
        let pacer = Pacer::new(Rate::Unlimited, 2);
        let stop = Stop::default();
        let (first, second) = (pacer.ask().expect("a turn"), pacer.ask().expect("a turn"));
        assert!(pacer.ask().is_err(), "two slots, two in flight");
        assert!(matches!(
            first.throttled(Limit::Rate, None),
            Change::Pause(_)
        ));
        assert_eq!(second.throttled(Limit::Rate, None), Change::None);
        assert!(pacer.ask().err().expect("paused") > Duration::from_secs(5));
        assert!(!stop.stopped());
    }
}
