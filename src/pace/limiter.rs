//! The one place where workers wait for a permit to call.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};

use super::adaptive::AdaptiveRate;
use super::in_flight::{Change, Workers};
use super::pause::MAX_PAUSE;
use super::rate::{KnownRates, RateLimit, interval};
use crate::erp::Limit;
use crate::stop::{LOOK_FOR_STOP, Stop};
use crate::sync::lock;

/// Gives permits to call, in turn: evenly spaced, never above the user's limit, none during a pause.
pub struct RateLimiter {
    began: Instant,
    longest_wait: Duration,
    clock: DefaultClock,
    /// What the user allows, whatever the adaptive rate does.
    ceiling: Option<DefaultDirectRateLimiter>,
    /// Held by the worker that waits for the next permit; the others queue behind it, so that none
    /// of them wakes in vain and no call is overtaken by many.
    turn: Mutex<()>,
    state: Mutex<State>,
    ended: Condvar,
}

struct State {
    rate: AdaptiveRate,
    /// When the next call may start by the adaptive rate.
    next: Duration,
    in_flight: usize,
}

/// Leave to make one call now. Ends when dropped: then the call is lost, if it was not told before
/// what became of it.
pub struct Permit<'l> {
    limiter: &'l RateLimiter,
    started: Duration,
}

impl RateLimiter {
    /// Begins where an earlier run of the account ended, if that is `known`. No server can ask for
    /// more than `longest_wait`.
    pub fn new(
        limit: RateLimit,
        workers: Workers,
        known: Option<KnownRates>,
        longest_wait: Duration,
    ) -> Self {
        let quota = interval(limit.ceiling()).and_then(Quota::with_period);
        RateLimiter {
            began: Instant::now(),
            longest_wait,
            clock: DefaultClock::default(),
            ceiling: quota.map(governor::RateLimiter::direct),
            turn: Mutex::default(),
            state: Mutex::new(State {
                rate: AdaptiveRate::new(limit, workers, known, longest_wait),
                next: Duration::ZERO,
                in_flight: 0,
            }),
            ended: Condvar::new(),
        }
    }

    /// Keeps its distance from a call of an earlier run, or lets a pause of it end. Returns how long
    /// the first permit has to wait.
    pub fn follow(&self, last_call: SystemTime) -> Duration {
        let mut state = lock(&self.state);
        let interval = state.rate.interval().unwrap_or_default();
        let longest = self.longest_wait.max(Duration::from_secs_f64(MAX_PAUSE));
        let wait = (last_call + interval)
            .duration_since(SystemTime::now())
            .unwrap_or_default()
            .min(interval + longest);
        state.next = self.began.elapsed() + wait;
        wait
    }

    pub fn permit(&self, stop: &Stop) -> Option<Permit<'_>> {
        let _turn = lock(&self.turn);
        while !stop.stopped() {
            let mut state = lock(&self.state);
            if state.in_flight >= state.rate.max_in_flight() {
                let _ = self.ended.wait_timeout(state, LOOK_FOR_STOP);
                continue;
            }
            match self.try_permit(&mut state) {
                Ok(permit) => return Some(permit),
                Err(wait) => {
                    drop(state);
                    stop.sleep(wait);
                }
            }
        }
        None
    }

    /// At the moment, in calls a minute; `None` if nothing bounds it.
    pub fn pace(&self) -> Option<f64> {
        let rate = lock(&self.state).rate.rate;
        rate.is_finite().then_some(rate)
    }

    pub fn known(&self) -> Option<KnownRates> {
        lock(&self.state).rate.known()
    }

    /// A permit now, or how long to wait before asking again.
    fn try_permit(&self, state: &mut State) -> Result<Permit<'_>, Duration> {
        let now = self.began.elapsed();
        let open = state.next.max(state.rate.resume_at());
        if now < open {
            return Err(open - now);
        }
        if let Some(ceiling) = &self.ceiling
            && let Err(not_yet) = ceiling.check()
        {
            return Err(not_yet.wait_time_from(self.clock.now()));
        }
        state.next = state.rate.next(now);
        state.in_flight += 1;
        Ok(Permit {
            limiter: self,
            started: now,
        })
    }
}

impl Permit<'_> {
    /// The call got through the ERP's limits, whatever else became of it.
    pub fn passed(self) {
        let mut state = lock(&self.limiter.state);
        let now = self.limiter.began.elapsed();
        state.rate.passed(self.started, now);
    }

    /// The call was throttled. Returns what this changes for the whole run.
    pub fn throttled(self, limit: Limit, retry_after: Option<Duration>) -> Change {
        let mut state = lock(&self.limiter.state);
        // Read under the lock, so that permits given before and after are told apart.
        let now = self.limiter.began.elapsed();
        state.rate.throttled(self.started, now, limit, retry_after)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.limiter.state);
        state.rate.ended(self.started, self.limiter.began.elapsed());
        state.in_flight -= 1;
        drop(state);
        self.limiter.ended.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::StopReason;

    fn limiter(rate: &str, workers: &str) -> RateLimiter {
        let (rate, workers) = (rate.parse().expect("a rate"), workers.parse());
        let longest = Duration::from_secs(3_600);
        RateLimiter::new(rate, workers.expect("workers"), None, longest)
    }

    fn may_call(limiter: &RateLimiter) -> Result<Permit<'_>, Duration> {
        limiter.try_permit(&mut lock(&limiter.state))
    }

    #[test]
    fn a_stop_ends_every_wait() {
        let stop = Stop::default();
        let slow = limiter("1/h", "8");
        let _in_flight = slow.permit(&stop).expect("the first is free");
        let busy = limiter("unlimited", "1");
        let _in_flight = busy.permit(&stop).expect("one may be in flight");
        std::thread::scope(|scope| {
            // For time, for a call in flight to end, and each for the turn of another.
            let waiting = [&slow, &slow, &busy, &busy]
                .map(|limiter| scope.spawn(|| limiter.permit(&stop).is_none()));
            stop.stop(StopReason::Signal(2));
            for waiting in waiting {
                assert!(waiting.join().expect("no panic"));
            }
        });
    }

    #[test]
    fn the_first_call_keeps_its_distance_from_the_run_before() {
        let limiter = limiter("1/min", "1");
        let at = |seconds| SystemTime::now() + Duration::from_secs(seconds);
        assert_eq!(limiter.follow(SystemTime::UNIX_EPOCH), Duration::ZERO);
        for (last_call, least, most) in [(0, 59, 61), (60, 119, 121), (86_400, 3_660, 3_661)] {
            let wait = limiter.follow(at(last_call)).as_secs();
            assert!((least..=most).contains(&wait), "{last_call}: {wait}");
        }
        assert!(may_call(&limiter).is_err());
    }
}
