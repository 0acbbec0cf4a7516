//! What is known of a run's progress, and what follows for the time left. Knows no terminal.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::{RoundMode, Unit, ZonedDateTime, ZonedDateTimeRound};

use super::begun::Begun;
use super::line::{Notice, View};
use crate::language::say;
use crate::text::{clock_time, time_of_day};

/// How long the reason is shown why a call failed for now.
const TROUBLE_SHOWN: Duration = Duration::from_secs(30);
/// How many orders tell how fast calls really come to an end.
const RECENT: usize = 60;
/// Fewer than this tell nothing where the pace tells more.
const ENOUGH: usize = 8;
/// Calls may come to an end so many times slower than the pace by chance.
const BY_CHANCE: f64 = 1.2;

/// The progress of one run.
#[derive(Debug)]
pub struct State {
    rows: u64,
    counts: Vec<(&'static str, u64)>,
    calls_left: u64,
    /// In calls a minute; `None` if nothing bounds it.
    pace: Option<f64>,
    /// When the latest orders were settled, since the last pause.
    recent: VecDeque<Instant>,
    pause: Option<Pause>,
    /// Nobody knows for how long.
    outage: Option<Outage>,
    /// When a call last failed for now, and why.
    trouble: Option<(Instant, String)>,
    /// The order that was settled last.
    last: String,
}

#[derive(Debug)]
struct Pause {
    until: Instant,
    /// The same as a time of day.
    clock: String,
    reason: String,
}

#[derive(Debug)]
struct Outage {
    since: String,
    next_try: String,
    reason: String,
}

impl State {
    pub fn new(begun: Begun) -> Self {
        State {
            rows: begun.rows,
            counts: begun.counts,
            calls_left: begun.calls_left,
            pace: begun.rate.interval().map(|time| 60.0 / time.as_secs_f64()),
            recent: VecDeque::new(),
            pause: None,
            outage: None,
            trouble: None,
            last: String::new(),
        }
    }

    /// So many more rows have ended so.
    pub fn count(&mut self, word: &str, rows: u64) {
        if let Some((_, count)) = self.counts.iter_mut().find(|(it, _)| *it == word) {
            *count += rows;
        }
    }

    /// So many calls are left.
    pub fn left(&mut self, calls: u64) {
        self.calls_left = calls;
    }

    /// An order has come to its end.
    pub fn settled(&mut self, now: Instant, order: &str) {
        self.calls_left = self.calls_left.saturating_sub(1);
        order.clone_into(&mut self.last);
        self.recent.push_back(now);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// A call was answered; `trouble` is why it failed for now, if it did.
    pub fn answered(&mut self, now: Instant, pace: Option<f64>, trouble: Option<String>) {
        self.pace = pace;
        if let Some(why) = trouble {
            self.trouble = Some((now, why));
        }
    }

    pub fn paused(&mut self, now: Instant, clock: &ZonedDateTime, pause: Duration, reason: String) {
        self.recent.clear();
        self.pause = Some(Pause {
            until: now + pause,
            clock: end_of_pause(clock, pause),
            reason,
        });
    }

    /// The server cannot be reached; a call will try whether it is back.
    pub fn away(&mut self, clock: &ZonedDateTime, next_try: Duration, reason: String) {
        let since = match self.outage.take() {
            Some(outage) => outage.since,
            None => clock_time(clock, clock),
        };
        let next_try = clock.checked_add(next_try);
        let next_try = next_try.as_ref().unwrap_or(clock);
        self.outage = Some(Outage {
            since,
            next_try: time_of_day(next_try),
            reason,
        });
    }

    /// It answers again.
    pub fn back(&mut self) {
        self.outage = None;
        self.trouble = None;
        self.recent.clear();
    }

    /// Nothing more is sent.
    pub fn stopping(&mut self) {
        self.calls_left = 0;
        self.pause = None;
        self.outage = None;
        self.trouble = None;
    }

    /// What is to be seen at this moment.
    pub fn view(&self, now: Instant) -> View {
        let pause = self.pause.as_ref().filter(|pause| pause.until > now);
        let per_call = match &self.outage {
            Some(_) => None,
            None => self.time_per_call(now),
        };
        let pausing = pause.map(|pause| pause.until - now).unwrap_or_default();
        let left = per_call.map(|seconds| seconds * self.calls_left as f64);
        let trouble = self
            .trouble
            .as_ref()
            .filter(|(at, _)| now.saturating_duration_since(*at) < TROUBLE_SHOWN);
        View {
            rows: self.rows,
            counts: self.counts.clone(),
            calls_per_minute: per_call.filter(|_| pause.is_none()).map(|time| 60.0 / time),
            left: left
                .filter(|_| self.calls_left > 0)
                .and_then(|left| Duration::try_from_secs_f64(left).ok())
                .map(|left| left + pausing),
            notice: match (&self.outage, pause, trouble) {
                (Some(outage), ..) => Some(Notice::Away {
                    since: outage.since.clone(),
                    next_try: outage.next_try.clone(),
                    reason: outage.reason.clone(),
                }),
                (None, Some(pause), _) => Some(Notice::Paused {
                    until: pause.clock.clone(),
                    reason: pause.reason.clone(),
                }),
                (None, None, Some((_, reason))) => Some(Notice::Retrying {
                    reason: reason.clone(),
                }),
                (None, None, None) => None,
            },
        }
    }

    /// The same on one line, for where nothing can be drawn over.
    pub fn line(&self, now: Instant, clock: &str) -> String {
        let line = self.view(now).whole();
        let line = match self.last.as_str() {
            "" => line,
            order => say!("progress-last", line = line, order = order),
        };
        format!("{clock} {line}")
    }

    /// In seconds: as the pace says, unless calls come to an end more slowly.
    fn time_per_call(&self, now: Instant) -> Option<f64> {
        let paced = self.pace.map(|pace| 60.0 / pace);
        let measured = self.measured(now);
        match (paced, measured) {
            (Some(paced), Some(measured))
                if self.recent.len() >= ENOUGH && measured > paced * BY_CHANCE =>
            {
                Some(measured)
            }
            (Some(paced), _) => Some(paced),
            (None, measured) => measured.filter(|&time| time > 0.0),
        }
    }

    fn measured(&self, now: Instant) -> Option<f64> {
        let (first, last) = (*self.recent.front()?, *self.recent.back()?);
        let orders = self.recent.len() as f64;
        let since = |at: Instant| at.saturating_duration_since(first).as_secs_f64();
        let settled = match self.recent.len() {
            1 => 0.0,
            _ => since(last) / (orders - 1.0),
        };
        Some(settled.max(since(now) / orders))
    }
}

/// The minute in which a pause will be over for certain.
fn end_of_pause(now: &ZonedDateTime, pause: Duration) -> String {
    let round = ZonedDateTimeRound::new()
        .smallest(Unit::Minute)
        .mode(RoundMode::Ceil);
    let end = now.checked_add(pause).and_then(|end| end.round(round));
    clock_time(end.as_ref().unwrap_or(now), now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::files::Status;
    use crate::pace::Pacing;
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
            pacing: Pacing {
                rate: rate.parse().expect("a rate"),
                workers: 4,
                deadline: None,
            },
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
}
