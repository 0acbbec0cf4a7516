//! What is said when something happens in a run.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::ZonedDateTime;

use super::progress::Progress;
use super::state::State;
use super::{Console, forecast, lock, preview};
use crate::erp::{CallError, ErrorKind};
use crate::language::say;
use crate::run::{Event, Level, Observer, Planned};
use crate::sheet::Place;
use crate::text::{self, clock_difference, duration};

impl Observer for Console {
    fn event(&self, event: &Event<'_>) {
        if let Some(progress) = &*lock(&self.progress) {
            let mut state = lock(&progress.state);
            state.event(event, Instant::now(), &ZonedDateTime::now());
        }
        match *event {
            Event::Said { level, text } => self.say(level, text),
            Event::Started {
                account,
                ref journal,
            } => {
                let _ = self.started.set((account.to_string(), journal.clone()));
            }
            Event::Planned(plan) => self.planned(plan),
            Event::Answered {
                order,
                attempt,
                error,
                ..
            } => {
                let level = match error.map(|error| error.kind) {
                    None | Some(ErrorKind::Rejected) => Level::Call,
                    Some(_) => Level::Detail,
                };
                if level <= self.shown {
                    self.say(level, answered(order, attempt, error));
                }
            }
            Event::MaxInFlight { calls, reason } => {
                let calls = text::calls(calls as u64);
                self.detail(say!("event-max-in-flight", calls = calls, reason = reason));
            }
            Event::Paused { wait, reason, .. } => {
                // The display shows it where there is one.
                let is_shown = lock(&self.progress).is_some();
                let level = if is_shown { Level::Detail } else { Level::Note };
                let time = duration(wait);
                self.say(level, say!("event-pausing", pause = time, reason = reason));
            }
            Event::Outage { reason, next_try } => {
                let wait = duration(next_try);
                self.note(say!("event-outage", why = reason, wait = wait));
            }
            Event::OutageOver { lasted } => {
                self.note(say!("event-outage-over", lasted = duration(lasted)));
            }
            // Every call in flight finds out; once is enough.
            Event::Clock { offset } => {
                if !self.clock_said.swap(true, Ordering::Relaxed) {
                    let difference = clock_difference(offset);
                    self.warning(say!("event-clock-corrected", difference = difference));
                }
            }
            Event::Stopping { reason } => {
                self.note(say!("event-stopping", reason = reason.to_string()));
            }
            Event::Settled { .. } => {}
        }
    }
}

impl Console {
    fn planned(&self, plan: &Planned) {
        if plan.conflicts > 0 && plan.preview.is_some() {
            let (orders, rule) = (plan.conflicts, plan.on_conflict.as_str());
            self.warning(say!("conflicts", orders = orders, rule = rule));
        }
        if let Some(text) = plan.continued.map(taken_over) {
            self.note(&text);
            self.noted(text);
        }
        let account = self.started.get().map_or("", |(account, _)| account);
        let calls = forecast(plan.calls, &plan.pacing, &ZonedDateTime::now());
        self.note(match plan.preview {
            None if plan.calls > 0 => say!("verify-begins", calls = calls, account = account),
            _ => say!("event-forecast", calls = calls, account = account),
        });
        for line in plan.preview.iter().flat_map(|it| preview(it, plan.calls)) {
            self.note(line);
        }
        if self.shown >= Level::Note {
            *lock(&self.progress) = Some(Progress::begin(State::new(plan)));
        }
    }
}

/// What an interrupted run has settled: so many rows, so long ago.
pub fn taken_over((rows, age): (u64, Duration)) -> String {
    let (rows, age) = (text::rows(rows), duration(age));
    say!("event-continuing", age = age, rows = rows)
}

fn answered(order: Option<(&str, &Place)>, attempt: u32, error: Option<&CallError>) -> String {
    let verdict = error.map_or_else(|| say!("call-accepted"), ToString::to_string);
    let call = match order {
        Some((order, place)) => say!("event-call-for", place = place.to_string(), order = order),
        None => say!("event-call"),
    };
    say!(
        "event-answered",
        call = call,
        attempt = attempt,
        verdict = verdict
    )
}
