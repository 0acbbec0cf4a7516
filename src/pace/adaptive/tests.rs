//! The rule by itself, call by call, and in whole nights.

mod simulation;

use super::super::pause::MAX_PAUSE;
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

/// A pace that has gone at `rate` for a while, and the time.
fn settled(rate: f64, workers: usize) -> (AdaptiveRate, Duration) {
    let mut pace = AdaptiveRate::new(rate, rate, workers);
    let mut now = Duration::ZERO;
    while now < secs(600) {
        pace.passed(now, now);
        now += interval(pace.rate).expect("limited");
    }
    assert_eq!(pace.rate, rate);
    (pace, now)
}

#[test]
fn while_nothing_is_known_a_throttle_leaves_half_of_what_got_through() {
    let mut pace = AdaptiveRate::new(60.0, 60.0, 4);
    for at in 0..30 {
        pace.passed(secs(at), secs(at));
    }
    assert_eq!(pace.rate, 60.0);
    let pause = pause(pace.throttled(secs(30), secs(30), Limit::Rate, None));
    assert!((60.0..62.0).contains(&pause), "{pause}");
    assert_eq!(pace.resume_at(), secs(30) + Duration::from_secs_f64(pause));
    assert_eq!(
        pace.rate, 15.5,
        "half of what was let through, and one on its way"
    );
}

#[test]
fn a_minute_that_others_have_used_before_says_nothing_of_the_limit() {
    let mut pace = AdaptiveRate::new(55.0, 55.0, 4);
    let _ = pace.throttled(secs(0), secs(0), Limit::Rate, None);
    assert_eq!(pace.rate, 1.0);
    let mut now = pace.resume_at();
    let fast = now + secs(10 * 60);
    while now < fast {
        pace.passed(now, now);
        now += interval(pace.rate).expect("limited");
    }
    assert_eq!(pace.rate, 55.0, "ten minutes later it is as fast as ever");
}

#[test]
fn near_a_proven_rate_it_goes_on_just_below_it() {
    let (mut pace, now) = settled(60.0, 4);
    let pause = pause(pace.throttled(now, now, Limit::Rate, None));
    assert_eq!(pause, 61.0, "when the minute began is not known any more");
    assert!((57.0..60.0).contains(&pace.rate), "{}", pace.rate);
}

#[test]
fn a_throttle_soon_after_the_pause_is_a_fall_and_the_good_rate_is_kept_in_mind() {
    let (mut pace, now) = settled(60.0, 4);
    let _ = pace.throttled(now, now, Limit::Rate, None);
    let mut now = pace.resume_at();
    for _ in 0..30 {
        pace.passed(now, now);
        now += secs(1);
    }
    let _ = pace.throttled(now, now, Limit::Rate, None);
    assert!(pace.rate < 30.0, "{}", pace.rate);
    assert_eq!(pace.level.bad, None, "half a minute proves no limit");
    assert_eq!(pace.other.map(|other| other.good), Some(60.0));
}

#[test]
fn what_started_before_a_pause_says_nothing() {
    let (mut pace, now) = settled(60.0, 4);
    let _ = pace.throttled(now, now + secs(1), Limit::Rate, None);
    let resume_at = pace.resume_at();
    // A reply that is late, and then the first call after the pause, throttled: the pause was too
    // short, and this is no other event.
    pace.passed(now, resume_at + secs(1));
    let rate = pace.rate;
    let change = pace.throttled(resume_at, resume_at + secs(2), Limit::Rate, None);
    assert_eq!(pause(change), MAX_PAUSE);
    assert_eq!(pace.rate, rate);
}

#[test]
fn pauses_that_are_too_short_become_long_at_once_and_stay_so() {
    let mut pace = AdaptiveRate::new(60.0, 60.0, 4);
    let mut now = secs(10);
    pace.passed(now, now);
    for expected in [61.0, MAX_PAUSE, MAX_PAUSE] {
        assert_eq!(pause(pace.throttled(now, now, Limit::Rate, None)), expected);
        assert_eq!(pace.rate, 1.0, "lowered once");
        now = pace.resume_at();
    }
    pace.passed(now, now);
    // It is known by now that short pauses are of no use.
    let later = now + secs(1);
    let next = pause(pace.throttled(later, later, Limit::Rate, None));
    assert_eq!(next, MAX_PAUSE);
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
    assert_eq!(asked(1), 61.0);
    assert_eq!(asked(90), 90.0);
    assert_eq!(asked(86_400), MAX_PAUSE);
}

#[test]
fn quiet_minutes_raise_the_rate_step_by_step_but_never_above_the_ceiling() {
    let (mut pace, now) = settled(60.0, 4);
    let _ = pace.throttled(now, now, Limit::Rate, None);
    let mut now = pace.resume_at();
    let mut rates = vec![pace.rate];
    while now < secs(3_600 * 6) {
        pace.passed(now, now);
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
fn an_unlimited_run_that_is_throttled_learns_a_limit() {
    let mut pace = AdaptiveRate::new(f64::INFINITY, f64::INFINITY, 4);
    assert_eq!(interval(pace.rate), None);
    for at in 0..600 {
        pace.passed(Duration::from_millis(at), Duration::from_millis(at));
    }
    let _ = pace.throttled(secs(1), secs(1), Limit::Rate, None);
    assert_eq!(pace.rate, 300.5);
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
        pace.passed(now + secs(60 * minute + 2), now + secs(60 * minute + 2));
        most = most.max(pace.max_in_flight());
    }
    assert_eq!(most, 7, "one below what was throttled last");
    for minute in 40..240 {
        pace.passed(now + secs(60 * minute), now + secs(60 * minute));
    }
    assert_eq!(pace.max_in_flight(), 16, "forgotten in time");
}

#[test]
fn with_one_call_in_flight_a_concurrency_limit_pauses_the_run() {
    let (mut pace, now) = settled(60.0, 1);
    let change = pace.throttled(now, now, Limit::Concurrency, None);
    assert_eq!(change, Change::Pause(secs(61)));
    assert_eq!((pace.max_in_flight(), pace.rate), (1, 60.0));
}
