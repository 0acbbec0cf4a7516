//! The rule by itself, call by call, and in whole nights.

mod simulation;

use super::super::pause::MAX_PAUSE;
use super::*;
use simulation::{MAKES, Make, Summary};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[expect(clippy::unnecessary_wraps, reason = "as it is given and told")]
const fn known(good: f64, bad: Option<f64>) -> Option<KnownRates> {
    Some(KnownRates { good, bad })
}

fn new(rate: &str, workers: &str, known: Option<KnownRates>) -> AdaptiveRate {
    let workers = workers.parse().expect("workers");
    AdaptiveRate::new(rate.parse().expect("a rate"), workers, known, secs(3_600))
}

fn throttle(pace: &mut AdaptiveRate, at: Duration) -> f64 {
    match pace.throttled(at, at, Limit::Rate, None) {
        Change::Pause(pause) => pause.as_secs_f64(),
        other => panic!("{other:?}"),
    }
}

/// Calls get through, each at once, until so long after.
fn quiet(pace: &mut AdaptiveRate, from: Duration, time: u64) -> Duration {
    let mut now = from;
    while now < from + secs(time) {
        pace.passed(now, now);
        now += pace.interval().expect("limited");
    }
    now
}

/// A pace that has gone at 60 a minute for a while, and the time.
fn settled(workers: &str) -> (AdaptiveRate, Duration) {
    let mut pace = new("60/min", workers, None);
    let now = quiet(&mut pace, Duration::ZERO, 600);
    assert_eq!(pace.rate, 60.0);
    (pace, now)
}

#[test]
fn a_first_minute_that_others_have_used_says_little_of_the_limit() {
    for (rate, passed, half) in [
        ("55/min", 0, 27.5),
        ("60/min", 30, 30.0),
        ("600/min", 9, 30.0),
        ("600/min", 99, 50.0),
        ("1/h", 0, 1.0 / 60.0),
        ("unlimited", 600, 300.5),
    ] {
        let mut pace = new(rate, "auto", None);
        assert_eq!(pace.interval().is_none(), rate == "unlimited");
        for _ in 0..passed {
            pace.passed(secs(1), secs(1));
        }
        let pause = throttle(&mut pace, secs(2));
        assert!((60.0..62.0).contains(&pause), "{pause}");
        assert_eq!(pace.rate, half, "{rate}");
    }
    let mut pace = new("55/min", "auto", None);
    throttle(&mut pace, secs(0));
    let now = pace.resume_at();
    quiet(&mut pace, now, 4 * 60);
    assert_eq!(pace.rate, 55.0, "soon it is as fast as ever");
}

#[test]
fn near_a_proven_rate_it_goes_on_just_below_it_and_falls_if_that_is_throttled_soon() {
    let (mut pace, now) = settled("4");
    let pause = throttle(&mut pace, now);
    assert_eq!(pause, 61.0, "when the minute began is not known any more");
    assert!((57.0..60.0).contains(&pace.rate), "{}", pace.rate);
    assert_eq!(pace.known(), known(60.0, Some(60.0)));
    let began = pace.resume_at();
    let now = quiet(&mut pace, began, 30);
    throttle(&mut pace, now);
    assert!((25.0..31.0).contains(&pace.rate), "{}", pace.rate);
    assert_eq!(pace.level.bad, None, "half a minute proves no limit");
    assert_eq!(pace.known().map(|known| known.good), Some(60.0));
}

#[test]
fn what_started_before_a_pause_says_nothing() {
    let (mut pace, now) = settled("4");
    throttle(&mut pace, now);
    let (rate, resume_at) = (pace.rate, pace.resume_at());
    for started in [0, 1] {
        let change = pace.throttled(now + secs(started), now + secs(2), Limit::Rate, None);
        assert_eq!(change, Change::None, "was in flight with it");
    }
    assert_eq!((pace.rate, pace.resume_at()), (rate, resume_at));
    // A reply that is late, and then the first call after the pause, throttled: the pause was too
    // short, and this is no other event.
    pace.passed(now, resume_at + secs(1));
    assert_eq!(throttle(&mut pace, resume_at), MAX_PAUSE);
    assert_eq!(pace.rate, rate);
}

/// What a call asks for, in seconds, that was in flight with one that asked for so much, how much later
/// that becomes known, and what it changes.
#[test]
fn the_longest_pause_that_calls_in_flight_ask_for_counts() {
    let pause = |wait| Change::Pause(secs(wait));
    for (name, first, then, later, change, resumes) in [
        ("attack: asked for more", 2, 10, 1, pause(10), 11),
        ("attack: for less", 10, 2, 1, Change::None, 10),
        (
            "attack: for the same",
            10,
            10,
            1,
            Change::Longer(secs(10)),
            11,
        ),
        ("attack: for the same at once", 10, 10, 0, Change::None, 10),
        ("attack: for nothing", 10, 0, 1, Change::None, 10),
        ("attack: for a day", 10, 86_400, 1, pause(3_600), 3_601),
        ("attack: when the pause is over", 2, 10, 5, pause(10), 15),
    ] {
        let (mut pace, now) = settled("4");
        let changed = pace.throttled(now, now, Limit::Rate, Some(secs(first)));
        assert_eq!(changed, pause(first), "{name}");
        let rate = pace.rate;
        let changed = pace.throttled(now, now + secs(later), Limit::Rate, Some(secs(then)));
        assert_eq!(changed, change, "{name}");
        let is_close = pace.resume_at().abs_diff(now + secs(resumes)) < Duration::from_millis(1);
        assert!(is_close, "{name}: {:?}", pace.resume_at());
        assert_eq!(pace.rate, rate, "{name}");
    }
}

#[test]
fn pauses_that_are_too_short_become_long_at_once_and_stay_so() {
    let mut pace = new("60/min", "4", None);
    let mut now = secs(10);
    pace.passed(now, now);
    for expected in [61.0, MAX_PAUSE, MAX_PAUSE] {
        assert_eq!(throttle(&mut pace, now), expected);
        assert_eq!(pace.rate, 30.0, "lowered once");
        now = pace.resume_at();
    }
    pace.passed(now, now);
    // It is known by now that short pauses are of no use.
    assert_eq!(throttle(&mut pace, now + secs(1)), MAX_PAUSE);
}

#[test]
fn a_pause_is_as_long_as_the_server_asks_within_reason_and_not_believed_if_too_short() {
    for (asked, pause, own) in [
        (0, 61, 620),
        (1, 1, 60),
        (90, 90, 620),
        (86_400, 3_600, 620),
    ] {
        let (mut pace, now) = settled("4");
        let change = pace.throttled(now, now, Limit::Rate, Some(secs(asked)));
        assert_eq!(change, Change::Pause(secs(pause)), "{asked}");
        let again = pace.resume_at();
        let change = pace.throttled(again, again, Limit::Rate, Some(secs(1)));
        assert_eq!(change, Change::Pause(secs(own)), "{asked}");
    }
}

#[test]
fn quiet_minutes_raise_the_rate_step_by_step_but_never_above_the_ceiling() {
    let (mut pace, now) = settled("4");
    throttle(&mut pace, now);
    let mut now = pace.resume_at();
    let mut rates = vec![pace.rate];
    while now < secs(3_600 * 6) {
        now = quiet(&mut pace, now, 1);
        rates.push(pace.rate);
    }
    assert!(rates.is_sorted() && rates[0] < 60.0, "{rates:?}");
    assert_eq!(rates.last(), Some(&60.0), "forgotten in time");
}

#[test]
fn a_run_begins_where_the_last_one_ended() {
    for (rate, known, first) in [
        ("55/min", known(36.0, Some(37.0)), 36.0),
        ("55/min", known(37.0, Some(37.0)), 37.0 * (1.0 - MARGIN)),
        ("20/min", known(36.0, Some(37.0)), 20.0),
        ("55/min", known(20.0, None), 55.0),
        ("auto", known(240.0, None), 240.0),
        ("auto", known(20.0, None), 55.0),
        ("unlimited", known(240.0, Some(250.0)), 240.0),
        ("unlimited", known(240.0, None), f64::INFINITY),
        // Nobody has written this.
        ("55/min", known(-1.0, Some(0.0)), MIN_RATE),
        ("1/h", known(-1.0, Some(0.0)), 1.0 / 60.0),
    ] {
        assert_eq!(new(rate, "4", known).rate, first, "{rate} {known:?}");
    }
}

#[test]
fn what_is_known_is_proven_or_measured() {
    assert_eq!(new("60/min", "4", None).known(), None);
    assert_eq!(settled("4").0.known(), known(60.0, None));
    let throttled_after = |passed| {
        let mut first = new("60/min", "4", None);
        for at in 0..passed {
            first.passed(secs(at), secs(at));
        }
        throttle(&mut first, secs(passed));
        first
    };
    assert_eq!(throttled_after(3).known(), None);
    let mut first = throttled_after(40);
    assert_eq!(first.known(), known(30.0, Some(41.0)));
    // Until it is passed, also once less is proven.
    let began = first.resume_at();
    let now = quiet(&mut first, began, 150);
    assert!(first.level.good > 0.0);
    assert_eq!(first.known().and_then(|known| known.bad), Some(41.0));
    quiet(&mut first, now, 3_600);
    assert_eq!(first.known(), known(60.0, None));
}

#[test]
fn a_slow_call_and_a_long_pause_leave_a_rate_to_go_on_at() {
    for (name, slow) in [
        ("pace F4: a quick call", 1),
        ("pace F4: a hiccup", 29),
        ("pace F4: a slow call", 60),
        ("pace F4: 200 s", 200),
        ("pace F4: most of an hour", 3_000),
    ] {
        let (mut pace, now) = settled("4");
        throttle(&mut pace, now);
        let again = pace.resume_at();
        throttle(&mut pace, again);
        let began = pace.resume_at();
        let now = quiet(&mut pace, began, 300);
        pace.passed(now, now + secs(slow));
        let now = quiet(&mut pace, now + secs(slow), 300);
        throttle(&mut pace, now);
        assert!((50.0..=60.0).contains(&pace.rate), "{name}: {}", pace.rate);
    }
}

/// A bad rate is tried again in time, however many slow calls come between.
#[test]
fn a_slow_call_does_not_put_off_the_next_try() {
    let mut pace = new("60/min", "4", known(30.0, Some(30.0)));
    let now = quiet(&mut pace, Duration::ZERO, 4_000);
    pace.passed(now, now + secs(10));
    let now = quiet(&mut pace, now + secs(10), 400);
    assert!(pace.rate < 30.0, "{}", pace.rate);
    quiet(&mut pace, now, 600);
    assert!(pace.rate > 30.0, "pace F9: one slow call: {}", pace.rate);
}

#[test]
fn a_concurrency_limit_takes_slots_and_gives_them_back() {
    let mut pace = new("600/min", "16", None);
    let now = secs(600);
    for (after, change) in [
        (0, Change::MaxInFlight(8)),
        // Was in flight with it.
        (0, Change::None),
        (1, Change::MaxInFlight(4)),
    ] {
        let at = now + secs(after);
        assert_eq!(pace.throttled(at, at, Limit::Concurrency, None), change);
    }
    assert_eq!(pace.rate, 600.0, "the rate is not to blame");
    assert_eq!(pace.resume_at(), Duration::ZERO, "nothing pauses");
    let mut most_in = |minutes: std::ops::Range<u64>| {
        let in_flight = minutes.map(|minute| {
            let at = now + secs(60 * minute + 2);
            pace.passed(at, at);
            pace.max_in_flight()
        });
        in_flight.max()
    };
    assert_eq!(most_in(1..40), Some(7), "one below what was throttled last");
    assert_eq!(most_in(40..240), Some(16), "forgotten in time");
}

#[test]
fn no_more_calls_are_in_flight_than_the_rate_in_force_needs_but_for_the_users_word() {
    for (workers, most, lowered) in [("auto", 30, 4), ("40", 40, 40)] {
        let mut pace = new("600/min", workers, None);
        assert_eq!(pace.max_in_flight(), most);
        throttle(&mut pace, secs(0));
        assert_eq!(pace.max_in_flight(), lowered, "at {} a minute", pace.rate);
    }
}

#[test]
fn calls_that_are_lost_in_a_row_leave_fewer_in_flight() {
    let mut pace = new("600/min", "auto", None);
    for (started, most) in [(1, 15), (2, 15), (32, 7), (63, 4), (94, 4)] {
        pace.ended(secs(started), secs(started + 30));
        assert_eq!(pace.max_in_flight(), most, "{started}");
    }
    let mut others_pass = new("600/min", "auto", None);
    others_pass.passed(secs(2), secs(3));
    for (started, ended) in [(1, 31), (40, 41)] {
        others_pass.ended(secs(started), secs(ended));
    }
    assert_eq!(others_pass.max_in_flight(), 30, "each failed by itself");
}

/// A case: its name, the ERP's limit and what it is like, the bound, the orders, and how much longer
/// they may take than they must.
type Short = (&'static str, f64, Make, &'static str, usize, f64);

const SHORT: [Short; 14] = [
    (
        "users F38: 90 orders",
        30.0,
        Make::Fixed,
        "600/min",
        90,
        1.35,
    ),
    (
        "users F38: 91 orders",
        30.0,
        Make::Fixed,
        "600/min",
        91,
        1.35,
    ),
    (
        "users F38: 120 orders",
        30.0,
        Make::Fixed,
        "600/min",
        120,
        1.35,
    ),
    (
        "users F38: 150 orders",
        30.0,
        Make::Fixed,
        "600/min",
        150,
        1.35,
    ),
    (
        "users F38: 180 orders, twice the limit",
        60.0,
        Make::Fixed,
        "120/min",
        180,
        1.35,
    ),
    (
        "users F38: 60 orders, a low limit",
        20.0,
        Make::Fixed,
        "600/min",
        60,
        1.35,
    ),
    (
        "users F38: 270 orders, a high limit",
        90.0,
        Make::Fixed,
        "600/min",
        270,
        1.35,
    ),
    (
        "users F38: no minutes, but any",
        30.0,
        Make::Sliding,
        "600/min",
        90,
        1.35,
    ),
    (
        "users F38: a bucket",
        30.0,
        Make::Bucket,
        "600/min",
        90,
        1.35,
    ),
    (
        "users F38: the ERP says for how long",
        30.0,
        Make::RetryAfter(true),
        "600/min",
        90,
        1.35,
    ),
    (
        "public 9: the minute is used up",
        60.0,
        Make::UsedUp(1.0),
        "55/min",
        150,
        1.3,
    ),
    (
        "public 9: 50 of 60 are used",
        60.0,
        Make::UsedUp(50.0 / 60.0),
        "55/min",
        150,
        1.3,
    ),
    (
        "public 31: the minute is used up, 60/min",
        60.0,
        Make::UsedUp(1.0),
        "60/min",
        150,
        1.3,
    ),
    (
        "public 31: nothing is used",
        60.0,
        Make::Fixed,
        "55/min",
        150,
        1.01,
    ),
];

#[test]
fn short_runs_use_what_is_allowed() {
    for (name, limit, make, rate, orders, most) in SHORT {
        let times = simulation::short_run(make, limit, rate, orders);
        assert!((0.99..=most).contains(&times), "{name}: {times:.3}");
    }
}

/// What nights are to be used for, where measurements have found less.
const NIGHTS: [(&str, Make, f64); 3] = [
    (
        "pace F1: others are there when the run begins",
        Make::Shared,
        0.8,
    ),
    ("pace F2: the limit moves", Make::Moved, 0.9),
    (
        "pace F3: the server is slower than the rate",
        Make::Slow(0.7),
        0.95,
    ),
];

/// A few nights of each kind; `cargo bench --bench quota` shows many more.
#[test]
fn nights_use_what_is_allowed() {
    let makes = MAKES.into_iter().filter(|&make| make != Make::Bursts(0.8));
    let summaries = makes.map(|make| {
        let summary = Summary::of(make, &[20.0, 60.0], &["55/min", "auto"], 1);
        assert_eq!(summary.below_half, 0, "{make:?}: {summary}");
        summary.mean
    });
    let used: Vec<_> = summaries.collect();
    let mean = used.iter().sum::<f64>() / used.len() as f64;
    assert!(mean >= 0.9, "{mean}");
    for (name, make, least) in NIGHTS {
        let summary = Summary::of(make, &[60.0, 90.0], &["600/min", "auto"], 1);
        assert!(summary.mean >= least, "{name}: {summary}");
        assert_eq!(summary.below_half, 0, "{name}: {summary}");
    }
}
