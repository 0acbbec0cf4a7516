//! The one place where workers wait for a permit to call.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};

use super::adaptive::AdaptiveRate;
use super::change::Change;
use super::pause::MAX_PAUSE;
use super::rate::{RateLimit, interval};
use crate::erp::Limit;
use crate::stop::Stop;

/// How soon a worker asks again when as many calls are in flight as may be.
const IN_FLIGHT_POLL: Duration = Duration::from_millis(5);

/// Gives permits to call: evenly spaced, never above the user's limit, none during a pause.
pub struct RateLimiter {
    began: Instant,
    clock: DefaultClock,
    /// What the user allows, whatever the adaptive rate below it does.
    ceiling: Option<DefaultDirectRateLimiter>,
    state: Mutex<State>,
}

struct State {
    rate: AdaptiveRate,
    /// When the next call may start at a rate below the ceiling.
    next: Duration,
    in_flight: usize,
}

/// Leave to make one call now. Ends when dropped.
pub struct Permit<'l> {
    limiter: &'l RateLimiter,
    started: Duration,
}

impl RateLimiter {
    pub fn new(limit: RateLimit, workers: usize) -> Self {
        let (rate, ceiling) = limit.per_minute();
        let quota = interval(ceiling).and_then(Quota::with_period);
        RateLimiter {
            began: Instant::now(),
            clock: DefaultClock::default(),
            ceiling: quota.map(governor::RateLimiter::direct),
            state: Mutex::new(State {
                rate: AdaptiveRate::new(rate, ceiling, workers),
                next: Duration::ZERO,
                in_flight: 0,
            }),
        }
    }

    /// Keeps its distance from a call of an earlier run, or lets a pause of it end. Returns how long
    /// the first permit has to wait.
    pub fn follow(&self, last_call: SystemTime) -> Duration {
        let mut state = self.lock();
        let interval = interval(state.rate.per_minute()).unwrap_or_default();
        let next = (last_call + interval).duration_since(SystemTime::now());
        let wait = next
            .unwrap_or_default()
            .min(interval + Duration::from_secs_f64(MAX_PAUSE));
        state.next = self.began.elapsed() + wait;
        wait
    }

    /// Waits for a permit; `None` once the run is stopped.
    pub fn permit(&self, stop: &Stop) -> Option<Permit<'_>> {
        while !stop.stopped() {
            match self.try_permit() {
                Ok(permit) => return Some(permit),
                Err(wait) if stop.sleep(wait) => {}
                Err(_) => break,
            }
        }
        None
    }

    /// The pace at the moment, in calls a minute; `None` if nothing bounds it.
    pub fn pace(&self) -> Option<f64> {
        let rate = self.lock().rate.per_minute();
        rate.is_finite().then_some(rate)
    }

    /// A permit now, or how long to wait before asking again.
    fn try_permit(&self) -> Result<Permit<'_>, Duration> {
        let mut state = self.lock();
        let now = self.began.elapsed();
        let open = state.next.max(state.rate.resume_at());
        if now < open {
            return Err(open - now);
        }
        if state.in_flight >= state.rate.max_in_flight() {
            return Err(IN_FLIGHT_POLL);
        }
        if let Some(ceiling) = &self.ceiling
            && let Err(not_yet) = ceiling.check()
        {
            return Err(not_yet.wait_time_from(self.clock.now()));
        }
        if let Some(interval) = state.rate.interval_below_ceiling() {
            state.next = now + interval;
        }
        state.in_flight += 1;
        Ok(Permit {
            limiter: self,
            started: now,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The call got through the ERP's limits, whatever else became of it.
    pub fn passed(self) {
        let mut state = self.limiter.lock();
        let now = self.limiter.began.elapsed();
        state.rate.passed(self.started, now);
    }

    /// The call was throttled. Returns what this changes for the whole run.
    pub fn throttled(self, limit: Limit, retry_after: Option<Duration>) -> Change {
        let mut state = self.limiter.lock();
        // Read under the lock, so that permits given before and after are told apart.
        let now = self.limiter.began.elapsed();
        state.rate.throttled(self.started, now, limit, retry_after)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.lock().in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_are_spaced_and_a_stop_ends_the_wait() {
        let limiter = RateLimiter::new("1000/s".parse().expect("a rate"), 8);
        let stop = Stop::default();
        let began = Instant::now();
        for _ in 0..50 {
            drop(limiter.permit(&stop).expect("not stopped"));
        }
        // Fifty permits are 49 intervals apart at the least, whatever the machine does.
        assert!(began.elapsed() >= Duration::from_millis(49));

        let slow = RateLimiter::new("1/h".parse().expect("a rate"), 8);
        drop(slow.permit(&stop).expect("the first is free"));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| slow.permit(&stop).is_none());
            stop.stop(crate::stop::StopReason::Signal(2));
            assert!(waiting.join().expect("no panic"));
        });
    }

    #[test]
    fn a_pause_holds_every_worker() {
        let limiter = RateLimiter::new(RateLimit::Unlimited, 2);
        let (first, second) = (
            limiter.try_permit().expect("a permit"),
            limiter.try_permit().expect("a permit"),
        );
        assert!(limiter.try_permit().is_err(), "two workers, two in flight");
        assert!(matches!(
            first.throttled(Limit::Rate, None),
            Change::Pause(_)
        ));
        assert_eq!(second.throttled(Limit::Rate, None), Change::None);
        assert!(limiter.try_permit().err().expect("paused") > Duration::from_secs(5));
    }
}
