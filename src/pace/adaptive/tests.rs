use super::*;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn pause(change: Change) -> f64 {
    match change {
        Change::Pause(pause) => pause.as_secs_f64(),
        other => panic!("{other:?}"),
    }
}

/// What stands between the run and the ERP, in several makes.
#[derive(Clone, Debug)]
enum Limiter {
    /// So many calls in each minute, which begin at this phase.
    Fixed { limit: u32, phase: f64 },
    /// So many calls in any minute.
    Sliding { limit: u32 },
    /// As `Fixed`, but who exceeds it is shut out for a time.
    PenaltyBox { limit: u32, shut: f64 },
}

impl Limiter {
    fn limit(&self) -> u32 {
        match *self {
            Limiter::Fixed { limit, .. }
            | Limiter::Sliding { limit }
            | Limiter::PenaltyBox { limit, .. } => limit,
        }
    }
}

/// A limiter at work.
struct Gate {
    limiter: Limiter,
    accepted: std::collections::VecDeque<f64>,
    shut_until: f64,
}

impl Gate {
    fn admits(&mut self, now: f64) -> bool {
        if now < self.shut_until {
            return false;
        }
        let window_began = match self.limiter {
            Limiter::Fixed { phase, .. } => ((now + phase) / MINUTE).floor() * MINUTE - phase,
            Limiter::PenaltyBox { .. } => (now / MINUTE).floor() * MINUTE,
            Limiter::Sliding { .. } => now - MINUTE,
        };
        while self.accepted.front().is_some_and(|&at| at < window_began) {
            self.accepted.pop_front();
        }
        let admits = (self.accepted.len() as u32) < self.limiter.limit();
        if admits {
            self.accepted.push_back(now);
        } else if let Limiter::PenaltyBox { shut, .. } = self.limiter {
            self.shut_until = now + shut;
        }
        admits
    }
}

/// Ten hours of calls.
#[derive(Debug)]
struct Night {
    accepted: u32,
    throttled: u32,
    above_ceiling: bool,
}

const NIGHT: f64 = 36_000.0;

fn simulate(limiter: &Limiter, rate: f64, ceiling: f64) -> Night {
    let mut gate = Gate {
        limiter: limiter.clone(),
        accepted: std::collections::VecDeque::new(),
        shut_until: 0.0,
    };
    let mut pace = AdaptiveRate::new(rate, ceiling, 4);
    let mut night = Night {
        accepted: 0,
        throttled: 0,
        above_ceiling: false,
    };
    let mut now = 0.0;
    while now < NIGHT {
        // A call takes up to a fifth of a second to arrive, and as long back.
        let way = 0.1 + 0.1 * (now * 7.0).sin();
        let at = Duration::from_secs_f64(now);
        let back = Duration::from_secs_f64(now + 2.0 * way);
        if gate.admits(now + way) {
            night.accepted += 1;
            pace.passed(back);
        } else {
            night.throttled += 1;
            let _ = pace.throttled(at, back, Limit::Rate, None);
        }
        night.above_ceiling |= pace.rate > ceiling;
        let interval = interval(pace.rate).expect("limited").as_secs_f64();
        now = (now + interval).max(pace.resume_at().as_secs_f64());
    }
    night
}

fn limiters() -> Vec<Limiter> {
    let mut limiters = Vec::new();
    for limit in [7, 20, 33, 40, 48, 54, 60, 100] {
        for phase in [0.0, 13.0, 41.5] {
            limiters.push(Limiter::Fixed { limit, phase });
        }
        limiters.push(Limiter::Sliding { limit });
        for shut in [300.0, 600.0] {
            limiters.push(Limiter::PenaltyBox { limit, shut });
        }
    }
    limiters
}

#[test]
fn the_limit_is_found_and_used_and_seldom_exceeded() {
    let mut failures = Vec::new();
    for limiter in limiters() {
        for ceiling in [30.0, 55.0, 60.0, 120.0] {
            let night = simulate(&limiter, ceiling, ceiling);
            let allowed = f64::from(limiter.limit()).min(ceiling) * NIGHT / MINUTE;
            let used = f64::from(night.accepted) / allowed;
            println!("{limiter:?} {ceiling}: {used:.4} {}", night.throttled);
            assert!(!night.above_ceiling, "{limiter:?} {ceiling}");
            if used < 0.95 || night.throttled > 60 {
                failures.push(format!("{limiter:?} {ceiling}: {used:.4} {night:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// A pace that has gone at `rate` for a while, and the time.
fn settled(rate: f64, workers: usize) -> (AdaptiveRate, Duration) {
    let mut pace = AdaptiveRate::new(rate, rate, workers);
    let mut now = Duration::ZERO;
    while now < secs(600) {
        pace.passed(now);
        now += interval(pace.rate).expect("limited");
    }
    assert_eq!(pace.rate, rate);
    (pace, now)
}

#[test]
fn a_throttle_halves_the_rate_and_pauses_until_the_minute_has_turned() {
    let mut pace = AdaptiveRate::new(60.0, 60.0, 4);
    for at in 0..30 {
        pace.passed(secs(at));
    }
    assert_eq!(pace.rate, 60.0);
    let pause = pause(pace.throttled(secs(30), secs(30), Limit::Rate, None));
    assert!((60.0..62.0).contains(&pause), "{pause}");
    assert_eq!(pace.resume_at(), secs(30) + Duration::from_secs_f64(pause));
    assert_eq!(
        pace.rate, 15.0,
        "half of what was let through in the minute"
    );
}

#[test]
fn at_a_proven_rate_the_minute_is_nearly_over() {
    let (mut pace, now) = settled(60.0, 4);
    assert_eq!(
        pause(pace.throttled(now, now, Limit::Rate, None)),
        MIN_PAUSE
    );
    assert_eq!(pace.rate, 30.0);
}

#[test]
fn pauses_double_to_five_minutes_until_a_call_gets_through() {
    let (mut pace, mut now) = settled(60.0, 4);
    for expected in [15.0, 30.0, 60.0, 120.0, 240.0, 300.0, 300.0] {
        assert_eq!(pause(pace.throttled(now, now, Limit::Rate, None)), expected);
        assert_eq!(pace.rate, 30.0, "halved once");
        now = pace.resume_at();
    }
    pace.passed(now);
    // It is known by now that short pauses are of no use.
    let next = pause(pace.throttled(now + secs(1), now + secs(1), Limit::Rate, None));
    assert_eq!(next, MAX_FIRST_PAUSE);
}

#[test]
fn calls_in_flight_together_are_throttled_once() {
    let (mut pace, now) = settled(60.0, 4);
    let _ = pace.throttled(now, now + secs(1), Limit::Rate, None);
    let before = (pace.rate, pace.resume_at());
    for started in [0, 1] {
        let change = pace.throttled(now + secs(started), now + secs(2), Limit::Rate, None);
        assert_eq!(change, Change::None);
    }
    assert_eq!((pace.rate, pace.resume_at()), before);
}

#[test]
fn the_servers_wish_lengthens_a_pause_within_reason() {
    let asked = |seconds| {
        let (mut pace, now) = settled(60.0, 4);
        pause(pace.throttled(now, now, Limit::Rate, Some(secs(seconds))))
    };
    assert_eq!(asked(1), 15.0);
    assert_eq!(asked(40), 40.0);
    assert_eq!(asked(86_400), MAX_FIRST_PAUSE);
}

#[test]
fn quiet_minutes_raise_the_rate_step_by_step_but_never_above_the_ceiling() {
    let (mut pace, now) = settled(60.0, 4);
    let _ = pace.throttled(now, now, Limit::Rate, None);
    let mut now = pace.resume_at();
    let mut rates = vec![pace.rate];
    while now < secs(3_600 * 6) {
        pace.passed(now);
        if rates.last() != Some(&pace.rate) {
            rates.push(pace.rate);
        }
        now += interval(pace.rate).expect("limited");
    }
    assert!(rates.is_sorted(), "{rates:?}");
    assert!(rates.len() > 4, "{rates:?}");
    assert_eq!(
        rates.last(),
        Some(&60.0),
        "the throttle is forgotten in time"
    );
}

#[test]
fn auto_looks_for_the_limit_above_where_it_begins() {
    for limit in [100, 300] {
        for limiter in [
            Limiter::Sliding { limit },
            Limiter::Fixed { limit, phase: 13.0 },
        ] {
            let night = simulate(&limiter, 55.0, f64::INFINITY);
            let used = f64::from(night.accepted) / (f64::from(limit) * NIGHT / MINUTE);
            assert!(
                used > 0.93 && night.throttled <= 60,
                "{limiter:?} {used} {night:?}"
            );
        }
    }
}

#[test]
fn an_unlimited_run_that_is_throttled_learns_a_limit() {
    let mut pace = AdaptiveRate::new(f64::INFINITY, f64::INFINITY, 4);
    assert_eq!(interval(pace.rate), None);
    for at in 0..600 {
        pace.passed(Duration::from_millis(at));
    }
    let _ = pace.throttled(secs(1), secs(1), Limit::Rate, None);
    assert_eq!(pace.rate, 300.0);
    assert!(interval(pace.rate).is_some());
}

#[test]
fn a_concurrency_limit_takes_slots_and_gives_them_back() {
    let (mut pace, now) = settled(600.0, 16);
    let throttled = |pace: &mut AdaptiveRate, at| pace.throttled(at, at, Limit::Concurrency, None);
    assert_eq!(throttled(&mut pace, now), Change::MaxInFlight(8));
    assert_eq!(
        throttled(&mut pace, now),
        Change::None,
        "was in flight with it"
    );
    assert_eq!(throttled(&mut pace, now + secs(1)), Change::MaxInFlight(4));
    assert_eq!(pace.rate, 600.0, "the rate is not to blame");
    assert_eq!(pace.resume_at(), Duration::ZERO, "nothing pauses");

    let mut most = 0;
    for minute in 1..40 {
        pace.passed(now + secs(60 * minute + 2));
        most = most.max(pace.max_in_flight());
    }
    assert_eq!(most, 7, "one below what was throttled last");
    for minute in 40..240 {
        pace.passed(now + secs(60 * minute));
    }
    assert_eq!(pace.max_in_flight(), 16, "forgotten in time");
}

#[test]
fn with_one_call_in_flight_a_concurrency_limit_pauses_the_run() {
    let (mut pace, now) = settled(60.0, 1);
    let change = pace.throttled(now, now, Limit::Concurrency, None);
    assert_eq!(change, Change::Pause(Duration::from_secs_f64(MIN_PAUSE)));
    assert_eq!((pace.max_in_flight(), pace.rate), (1, 60.0));
}
