use std::collections::BTreeMap;

use super::*;
use crate::files::Status;
use crate::pace::{Pacing, Workers};
use crate::plan::{OnConflict, Preview};
use crate::run::Planned;

fn planned(rows: u64, calls_left: u64, rate: &str) -> Planned {
    Planned {
        rows,
        invalid: 2,
        calls: calls_left,
        conflicts: 0,
        conflicting_rows: 0,
        on_conflict: OnConflict::Last,
        recovered: BTreeMap::from([(Status::Ok, 5), (Status::Rejected, 1)]),
        unchanged: BTreeMap::new(),
        continued_after: None,
        calls_left,
        preview: Preview::default(),
        pacing: Pacing::new(rate.parse().expect("a rate"), Workers::Auto, None, None),
    }
}

fn begun(rows: u64, calls_left: u64, rate: &str) -> State {
    State::new(Begun::of_run(&planned(rows, calls_left, rate)))
}

fn after(start: Instant, seconds: u64) -> Instant {
    start + Duration::from_secs(seconds)
}

fn seconds_left(state: &State, now: Instant) -> Option<u64> {
    state
        .view(now)
        .left
        .map(|left| left.as_secs_f64().round() as u64)
}

#[test]
fn the_time_left_is_that_of_the_calls_left_at_the_pace_in_force() {
    let start = Instant::now();
    // 900 rows of one order, before 100 others.
    let mut state = begun(1_008, 101, "60/min");
    state.count("ok", 900);
    state.settled(after(start, 1), "CG1");
    assert_eq!(seconds_left(&state, after(start, 1)), Some(100));
    state.answered(after(start, 2), Some(30.0), None);
    assert_eq!(seconds_left(&state, after(start, 2)), Some(200));
    // Nothing is left, and no time either.
    for at in 0..100 {
        state.count("ok", 1);
        state.settled(after(start, 3 + at), "CG2");
    }
    assert_eq!(seconds_left(&state, after(start, 103)), None);
}

#[test]
fn rows_that_need_no_call_count_from_the_start() {
    let state = State::new(Begun::of_run(&Planned {
        unchanged: BTreeMap::from([(Status::Unchanged, 10), (Status::Superseded, 1)]),
        ..planned(20, 1, "60/min")
    }));
    let start = Instant::now();
    assert_eq!(
        state.view(start).whole(),
        "19 of 20 rows: 5 ok, 10 unchanged, 1 superseded, 1 rejected, 2 invalid, 60 calls/min, 1.0 s left"
    );
}

#[test]
fn calls_that_take_longer_than_the_pace_count_as_they_come() {
    let start = Instant::now();
    let mut state = begun(1_000, 1_000, "60/min");
    for at in 0..20 {
        state.count("ok", 1);
        state.settled(after(start, at * 4), "CG1");
    }
    assert_eq!(seconds_left(&state, after(start, 76)), Some(980 * 4));
    // Without a bound they are all that tells.
    let mut unlimited = begun(1_000, 1_000, "unlimited");
    assert_eq!(seconds_left(&unlimited, start), None);
    for at in 0..3 {
        unlimited.count("ok", 1);
        unlimited.settled(after(start, at * 4), "CG1");
    }
    assert_eq!(seconds_left(&unlimited, after(start, 8)), Some(997 * 4));
}

#[test]
fn a_pause_is_part_of_the_time_left_and_no_measure_of_it() {
    let start = Instant::now();
    let clock: ZonedDateTime = "2026-03-01T22:39:50[Asia/Shanghai]"
        .parse()
        .expect("a time");
    let mut state = begun(100, 60, "60/min");
    for at in 0..10 {
        state.count("ok", 1);
        state.settled(after(start, at), "CG1");
    }
    let pause = Duration::from_secs(61);
    state.paused(after(start, 10), &clock, pause, "too many".to_owned());
    let view = state.view(after(start, 10));
    let Some(Notice::Paused { until, reason }) = view.notice else {
        panic!("{view:?}");
    };
    assert_eq!((until.as_str(), reason.as_str()), ("22:41", "too many"));
    assert_eq!(view.calls_per_minute, None);
    assert_eq!(seconds_left(&state, after(start, 10)), Some(50 + 61));
    for at in 0..10 {
        state.count("ok", 1);
        state.settled(after(start, 72 + at), "CG1");
    }
    let view = state.view(after(start, 82));
    assert!(view.notice.is_none(), "{view:?}");
    assert_eq!(seconds_left(&state, after(start, 82)), Some(40));
}

#[test]
fn rows_taken_over_and_invalid_ones_count_by_status_from_the_start() {
    let view = begun(20, 12, "55/min").view(Instant::now());
    let counts = view.counts.into_iter().filter(|(_, rows)| *rows > 0);
    assert!(counts.eq([("ok", 5), ("rejected", 1), ("invalid", 2)]));
}

#[test]
fn a_plain_line_carries_the_time_and_the_last_order() {
    let start = Instant::now();
    let mut state = begun(20, 12, "60/min");
    state.count("ok", 1);
    state.settled(after(start, 1), "CG7");
    assert_eq!(
        state.line(after(start, 1), "22:41:07"),
        "22:41:07 9 of 20 rows: 6 ok, 1 rejected, 2 invalid, 60 calls/min, 11 s left; last order CG7"
    );
}

#[test]
fn while_the_server_is_away_no_time_is_left_and_none_once_a_run_is_stopping() {
    let start = Instant::now();
    let clock: ZonedDateTime = "2026-03-01T22:39:50[Asia/Shanghai]"
        .parse()
        .expect("a time");
    let mut state = begun(20, 12, "60/min");
    for (minutes, seconds) in [(0, 5), (1, 10)] {
        let clock = clock.saturating_add(jiff::SignedDuration::from_mins(minutes));
        let next_try = Duration::from_secs(seconds);
        state.away(&clock, next_try, "connection refused".to_owned());
    }
    let view = state.view(start);
    assert_eq!((view.left, view.calls_per_minute), (None, None));
    assert_eq!(
        view.whole(),
        "8 of 20 rows: 5 ok, 1 rejected, 2 invalid, server away since 22:39, next try at 22:41:00: connection refused"
    );
    state.back();
    assert_eq!(seconds_left(&state, start), Some(12));
    state.stopping();
    assert_eq!(seconds_left(&state, start), None);
}

#[test]
fn trouble_is_shown_for_a_while() {
    let start = Instant::now();
    let mut state = begun(20, 12, "55/min");
    state.answered(start, Some(55.0), Some("HTTP 502".to_owned()));
    assert!(matches!(
        state.view(after(start, 1)).notice,
        Some(Notice::Retrying { .. })
    ));
    assert!(state.view(after(start, 31)).notice.is_none());
}
