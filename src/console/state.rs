//! What is known of a run's progress, and what follows for the time left. Knows no terminal.

use std::time::{Duration, Instant};

use jiff::{RoundMode, Unit, ZonedDateTime, ZonedDateTimeRound};

use super::summary::by_status_in_short;
use crate::files::Status;
use crate::language::say;
use crate::run::Planned;
use crate::text::{clock_time, duration, time_of_day};

/// How long the reason is shown why a call failed for now.
const TROUBLE_SHOWN: Duration = Duration::from_secs(30);

/// The progress of one run.
#[derive(Debug)]
pub struct State {
    rows: u64,
    /// Settled rows by how they ended, in the order in which they are shown.
    counts: Vec<(Status, u64)>,
    calls_left: u64,
    /// In calls a minute; `None` if nothing bounds it.
    pace: Option<f64>,
    /// Until when no call is made, and what is shown of that.
    pause: Option<(Instant, String)>,
    /// Since when the server has been away, and what is shown of that.
    outage: Option<(String, String)>,
    /// When a call last failed for now, and why.
    trouble: Option<(Instant, String)>,
    /// The order that was settled last.
    last: String,
}

impl State {
    pub fn new(plan: &Planned) -> Self {
        let statuses = if plan.preview.is_some() {
            Status::OF_RESULTS
        } else {
            Status::OF_READINGS
        };
        let rows = |status| plan.settled.get(status).copied().unwrap_or_default();
        State {
            rows: plan.rows,
            counts: statuses
                .iter()
                .map(|status| (*status, rows(status)))
                .collect(),
            calls_left: plan.calls,
            pace: plan
                .pacing
                .rate
                .interval()
                .map(|time| 60.0 / time.as_secs_f64()),
            pause: None,
            outage: None,
            trouble: None,
            last: String::new(),
        }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn settled(&self) -> u64 {
        self.counts.iter().map(|(_, rows)| rows).sum()
    }

    pub fn last(&self) -> &str {
        &self.last
    }

    /// An order has come to its end, and these rows with it.
    pub fn settle(&mut self, order: &str, rows: &[(Status, u64)]) {
        for (status, count) in &mut self.counts {
            let its = rows.iter().filter(|(it, _)| it == status);
            *count += its.map(|(_, rows)| rows).sum::<u64>();
        }
        self.calls_left = self.calls_left.saturating_sub(1);
        order.clone_into(&mut self.last);
    }

    /// A call was answered; `trouble` is why it failed for now, if it did.
    pub fn answered(&mut self, now: Instant, pace: Option<f64>, trouble: Option<String>) {
        self.pace = pace;
        if let Some(why) = trouble {
            self.trouble = Some((now, why));
        }
    }

    pub fn paused(&mut self, now: Instant, clock: &ZonedDateTime, pause: Duration, reason: &str) {
        let until = end_of_pause(clock, pause);
        let text = say!("progress-paused", until = until, reason = reason);
        self.pause = Some((now + pause, text));
    }

    /// The server cannot be reached; a call will try whether it is back.
    pub fn away(&mut self, clock: &ZonedDateTime, next_try: Duration, reason: &str) {
        let since = match self.outage.take() {
            Some((since, _)) => since,
            None => clock_time(clock, clock),
        };
        let next = clock.checked_add(next_try);
        let next = time_of_day(next.as_ref().unwrap_or(clock));
        let text = say!(
            "progress-away",
            since = since.as_str(),
            next = next,
            reason = reason
        );
        self.outage = Some((since, text));
    }

    /// It answers again.
    pub fn back(&mut self) {
        self.outage = None;
        self.trouble = None;
    }

    /// Nothing more is sent.
    pub fn stopping(&mut self) {
        self.calls_left = 0;
        self.pause = None;
        self.outage = None;
        self.trouble = None;
    }

    /// What is to be seen at this moment, the most important first.
    pub fn text(&self, now: Instant) -> String {
        let pause = self.pause.as_ref().filter(|(until, _)| *until > now);
        let trouble = self.trouble.as_ref();
        let trouble = trouble.filter(|(at, _)| now.saturating_duration_since(*at) < TROUBLE_SHOWN);
        let notice = match (&self.outage, pause, trouble) {
            (Some((_, text)), ..) | (None, Some((_, text)), _) => Some(text.clone()),
            (None, None, Some((_, reason))) => {
                Some(say!("progress-retrying", reason = reason.as_str()))
            }
            (None, None, None) => None,
        };
        let left = self.time_left(now);
        let settled = say!(
            "progress-settled",
            settled = self.settled(),
            rows = self.rows
        );
        let counts = by_status_in_short(self.counts.iter().copied());
        let pace = self
            .pace
            .filter(|_| self.outage.is_none() && pause.is_none());
        let parts = [
            Some(settled),
            left.map(|left| say!("progress-left", time = duration(left))),
            notice,
            Some(counts),
            pace.map(calls_at),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(&say!("progress-separator"))
    }

    /// At the pace in force, pauses included; nobody knows while the server is away.
    fn time_left(&self, now: Instant) -> Option<Duration> {
        if self.calls_left == 0 || self.outage.is_some() {
            return None;
        }
        let seconds = self.calls_left as f64 * 60.0 / self.pace?;
        let pausing = self
            .pause
            .as_ref()
            .map(|(until, _)| until.saturating_duration_since(now));
        let left = Duration::try_from_secs_f64(seconds).ok()?;
        Some(left + pausing.unwrap_or_default())
    }
}

fn calls_at(pace: f64) -> String {
    if pace < 300.0 {
        say!("progress-per-minute", calls = format!("{pace:.0}"))
    } else {
        let pace = format!("{:.0}", pace / 60.0);
        say!("progress-per-second", calls = pace)
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
    use crate::pace::Pacing;
    use crate::run::{OnConflict, Preview};

    fn state(calls: u64, rate: &str) -> State {
        State::new(&Planned {
            rows: 1_008,
            settled: BTreeMap::from([(Status::Ok, 5), (Status::Rejected, 1), (Status::Invalid, 2)]),
            continued: None,
            conflicts: 0,
            on_conflict: OnConflict::Last,
            calls,
            pacing: Pacing {
                rate: rate.parse().expect("a rate"),
                workers: 4,
                deadline: None,
            },
            preview: Some(Preview::default()),
        })
    }

    fn clock() -> ZonedDateTime {
        "2026-03-01T22:39:50[Asia/Shanghai]"
            .parse()
            .expect("a time")
    }

    #[test]
    fn the_time_left_is_that_of_the_calls_left_at_the_pace_in_force() {
        let now = Instant::now();
        let mut state = state(101, "60/min");
        // 900 rows of one order, before 100 others.
        state.settle("CG1", &[(Status::Superseded, 3), (Status::Ok, 897)]);
        assert_eq!(
            state.text(now),
            "908 of 1008 rows, 1 min 40 s left, 902 ok, 3 superseded, 1 rejected, 2 invalid, 60 calls/min"
        );
        state.answered(now, Some(30.0), None);
        assert!(state.text(now).contains("3 min 20 s left"));
        for _ in 0..100 {
            state.settle("CG2", &[(Status::Ok, 1)]);
        }
        assert!(!state.text(now).contains("left"), "{}", state.text(now));
        assert_eq!(state.last(), "CG2");
    }

    #[test]
    fn a_pause_is_part_of_the_time_left() {
        let now = Instant::now();
        let mut state = state(60, "60/min");
        state.paused(now, &clock(), Duration::from_secs(61), "too many");
        let shown = "8 of 1008 rows, 2 min 01 s left, paused until 22:41: too many, 5 ok";
        assert!(state.text(now).starts_with(shown), "{}", state.text(now));
        let later = now + Duration::from_secs(62);
        assert!(
            state
                .text(later)
                .starts_with("8 of 1008 rows, 1 min 00 s left, 5 ok")
        );
    }

    #[test]
    fn while_the_server_is_away_no_time_is_left_and_none_once_a_run_is_stopping() {
        let now = Instant::now();
        let mut state = state(12, "60/min");
        for (minutes, seconds) in [(0, 5), (1, 10)] {
            let clock = clock().saturating_add(jiff::SignedDuration::from_mins(minutes));
            state.away(&clock, Duration::from_secs(seconds), "connection refused");
        }
        let shown = "8 of 1008 rows, server away since 22:39, next try at 22:41:00: connection refused, 5 ok";
        assert!(state.text(now).starts_with(shown), "{}", state.text(now));
        state.back();
        assert!(state.text(now).contains("12 s left"));
        state.stopping();
        assert!(!state.text(now).contains("left"));
    }

    #[test]
    fn trouble_is_shown_for_a_while() {
        let now = Instant::now();
        let mut state = state(12, "unlimited");
        state.answered(now, None, Some("HTTP 502".to_owned()));
        assert!(state.text(now).contains("trying again after: HTTP 502"));
        assert!(!state.text(now + TROUBLE_SHOWN).contains("502"));
        assert!(!state.text(now).contains("left"), "no pace tells");
    }
}
