//! What is known of a run's progress, and what follows for the time left. Knows no terminal.

use std::time::{Duration, Instant};

use jiff::ZonedDateTime;

use super::summary::by_status;
use crate::files::Status;
use crate::language::say;
use crate::run::{Event, Planned};
use crate::text::{clock_time, duration, time_of_day};

const TROUBLE_SHOWN: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub struct State {
    pub rows: u64,
    /// Settled rows by how they ended, in the order in which they are shown.
    counts: Vec<(Status, u64)>,
    calls_left: u64,
    pace: Option<f64>,
    paused_until: Option<Instant>,
    away_since: Option<String>,
    /// What is out of the ordinary, and until when that is shown, if not until it is over.
    notice: Option<(Option<Instant>, String)>,
}

impl State {
    pub fn new(plan: &Planned) -> Self {
        let statuses = if plan.preview.is_some() {
            Status::OF_RESULTS
        } else {
            Status::OF_READINGS
        };
        let rows = |status| plan.settled.get(status).copied().unwrap_or_default();
        let interval = plan.pacing.rate.interval();
        State {
            rows: plan.rows,
            counts: statuses.iter().map(|it| (*it, rows(it))).collect(),
            calls_left: plan.calls,
            pace: interval.map(|time| 60.0 / time.as_secs_f64()),
            paused_until: None,
            away_since: None,
            notice: None,
        }
    }

    pub fn settled(&self) -> u64 {
        self.counts.iter().map(|(_, rows)| rows).sum()
    }

    /// Something has happened at this moment, at which clocks show this.
    pub fn event(&mut self, event: &Event<'_>, now: Instant, clock: &ZonedDateTime) {
        match *event {
            Event::Answered { error, pace, .. } => {
                self.pace = pace;
                if let Some(error) = error.filter(|error| error.may_pass())
                    && self.notice(now).is_none()
                {
                    let text = say!("progress-retrying", reason = error.reason.as_str());
                    self.notice = Some((Some(now + TROUBLE_SHOWN), text));
                }
            }
            Event::Paused {
                wait, reason, pace, ..
            } => {
                self.pace = pace;
                let until = time_of_day(&clock.saturating_add(wait));
                let text = say!("progress-paused", until = until, reason = reason);
                self.paused_until = Some(now + wait);
                self.notice = Some((self.paused_until, text));
            }
            Event::Outage { reason, next_try } => {
                let since = &mut self.away_since;
                let since = since.get_or_insert_with(|| clock_time(clock, clock));
                let since = since.as_str();
                let next = time_of_day(&clock.saturating_add(next_try));
                let text = say!("progress-away", since = since, next = next, reason = reason);
                self.notice = Some((None, text));
            }
            Event::OutageOver { .. } => self.back(),
            Event::Stopping { .. } => {
                self.calls_left = 0;
                self.paused_until = None;
                self.back();
            }
            Event::Settled {
                rows,
                superseded,
                status,
                ..
            } => {
                let others = (status.of_other_flags(), superseded);
                for (status, rows) in [others, (status, rows - superseded)] {
                    let mut counts = self.counts.iter_mut();
                    if let Some((_, count)) = counts.find(|(it, _)| *it == status) {
                        *count += rows;
                    }
                }
                self.calls_left = self.calls_left.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn back(&mut self) {
        self.away_since = None;
        self.notice = None;
    }

    pub fn text(&self, now: Instant) -> String {
        let (settled, rows) = (self.settled(), self.rows);
        let is_calling = self.away_since.is_none() && self.paused_until.is_none_or(|at| at <= now);
        let left = self.time_left(now).map(duration);
        let counts = by_status(self.counts.iter().copied(), |rows, status| {
            say!("rows-by-status-in-short", rows = rows, status = status)
        });
        let parts = [
            Some(say!("progress-settled", settled = settled, rows = rows)),
            left.map(|left| say!("progress-left", time = left)),
            self.notice(now).map(str::to_owned),
            Some(counts),
            self.pace.filter(|_| is_calling).map(calls_at),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(&say!("part-separator"))
    }

    fn notice(&self, now: Instant) -> Option<&str> {
        let (until, text) = self.notice.as_ref()?;
        until.is_none_or(|until| until > now).then_some(text)
    }

    /// At the pace in force, pauses included; nobody knows while the server is away.
    fn time_left(&self, now: Instant) -> Option<Duration> {
        if self.calls_left == 0 || self.away_since.is_some() {
            return None;
        }
        let seconds = self.calls_left as f64 * 60.0 / self.pace?;
        let pause = self
            .paused_until
            .map(|at| at.saturating_duration_since(now));
        Some(Duration::try_from_secs_f64(seconds).ok()? + pause.unwrap_or_default())
    }
}

fn calls_at(pace: f64) -> String {
    if pace < 300.0 {
        say!("progress-per-minute", calls = format!("{pace:.0}"))
    } else {
        say!("progress-per-second", calls = format!("{:.0}", pace / 60.0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::erp::{CallError, ErrorKind};
    use crate::pace::{Pacing, Workers};
    use crate::run::{CallKind, OnConflict, Preview};
    use crate::stop::StopReason;

    fn state(calls: u64, rate: &str) -> State {
        let rate = rate.parse().expect("a rate");
        State::new(&Planned {
            rows: 1_008,
            settled: BTreeMap::from([(Status::Ok, 5), (Status::Rejected, 1), (Status::Invalid, 2)]),
            continued: None,
            conflicts: 0,
            on_conflict: OnConflict::Last,
            calls,
            pacing: Pacing::new(rate, Workers::default(), None, None),
            preview: Some(Preview::default()),
        })
    }

    fn settled(order: &str, rows: u64, superseded: u64) -> Event<'_> {
        Event::Settled {
            line: 2,
            order,
            rows,
            superseded,
            status: Status::Ok,
        }
    }

    fn answered(error: Option<&CallError>, pace: Option<f64>) -> Event<'_> {
        Event::Answered {
            kind: CallKind::Update,
            is_retry: false,
            took: Duration::ZERO,
            order: None,
            attempt: 1,
            error,
            pace,
        }
    }

    fn tell(state: &mut State, now: Instant, minute: i64, event: &Event<'_>) {
        let clock = "2026-03-01T22:39:50[Asia/Shanghai]".parse::<ZonedDateTime>();
        let clock = clock.expect("a time") + jiff::SignedDuration::from_mins(minute);
        state.event(event, now, &clock);
    }

    fn shows(state: &State, at: Instant, expected: &str) {
        let text = state.text(at);
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn the_time_left_is_that_of_the_calls_left_at_the_pace_in_force() {
        let now = Instant::now();
        let mut state = state(101, "60/min");
        // 900 rows of one order, before 100 others.
        tell(&mut state, now, 0, &settled("CG1", 900, 3));
        shows(
            &state,
            now,
            "908 of 1008 rows, 1 min 40 s left, 902 ok, 3 superseded, 1 rejected, 2 invalid, 60 calls/min",
        );
        tell(&mut state, now, 0, &answered(None, Some(30.0)));
        shows(&state, now, "3 min 20 s left");
        // The ERP throttles, and the pause is part of the time left.
        let (wait, reason, pace) = (Duration::from_secs(61), "too many", Some(15.0));
        tell(
            &mut state,
            now,
            0,
            &Event::Paused {
                wait,
                reason,
                is_asked: true,
                pace,
            },
        );
        shows(
            &state,
            now,
            "7 min 41 s left, paused until 22:40:51: too many, 902 ok",
        );
        shows(&state, now + wait, "6 min 40 s left, 902 ok");
        for _ in 0..100 {
            tell(&mut state, now, 0, &settled("CG2", 1, 0));
        }
        assert!(!state.text(now).contains("left"), "{}", state.text(now));
    }

    #[test]
    fn while_the_server_is_away_no_time_is_left_and_none_once_a_run_is_stopping() {
        let now = Instant::now();
        let mut state = state(12, "60/min");
        for (minute, seconds) in [(0, 5), (1, 10)] {
            let (reason, next_try) = ("connection refused", Duration::from_secs(seconds));
            tell(&mut state, now, minute, &Event::Outage { reason, next_try });
        }
        shows(
            &state,
            now,
            "8 of 1008 rows, server away since 22:39, next try at 22:41:00: connection refused, 5 ok",
        );
        let lasted = Duration::from_secs(70);
        tell(&mut state, now, 2, &Event::OutageOver { lasted });
        shows(&state, now, "12 s left");
        let reason = &StopReason::Deadline;
        tell(&mut state, now, 2, &Event::Stopping { reason });
        assert!(!state.text(now).contains("left"));
    }

    #[test]
    fn trouble_is_shown_for_a_while() {
        let now = Instant::now();
        let mut state = state(12, "unlimited");
        let error = CallError::new(ErrorKind::Transient, None, "HTTP 502".to_owned());
        tell(&mut state, now, 0, &answered(Some(&error), None));
        shows(&state, now, "trying again after: HTTP 502");
        assert!(!state.text(now + TROUBLE_SHOWN).contains("502"));
        assert!(!state.text(now).contains("left"), "no pace tells");
    }
}
