//! What is said when something happens in a run.

use std::sync::atomic::Ordering;
use std::time::Instant;

use jiff::ZonedDateTime;

use super::progress::Progress;
use super::state::State;
use super::{Console, Label, Shown, forecast, preview};
use crate::erp::{CallError, ErrorKind};
use crate::language::say;
use crate::run::{Event, Level, Observer, OnConflict, Planned};
use crate::sheet::Place;
use crate::text::{clock_difference, duration};

impl Observer for Console {
    fn event(&self, event: &Event<'_>) {
        match *event {
            Event::Said { level, text } => self.said(level, text),
            Event::Started {
                account,
                ref journal,
            } => {
                let _ = self.account.set(account.to_string());
                if let Some(journal) = journal {
                    let _ = self.journal.set(journal.clone());
                }
            }
            Event::Planned(plan) => self.planned(plan),
            Event::Answered {
                order,
                attempt,
                error,
                pace,
            } => self.answered(order, attempt, error, pace),
            Event::MaxInFlight { calls, reason } => {
                self.detail(say!("event-max-in-flight", calls = calls, reason = reason))
            }
            Event::Paused { wait, reason } => {
                // The display shows it where there is one.
                let level = if self.lock().is_some() {
                    Shown::Details
                } else {
                    Shown::Notes
                };
                let time = duration(wait);
                let text = say!("event-pausing", pause = time, reason = reason);
                self.say(level, None, text);
                self.progress(|state| {
                    state.paused(Instant::now(), &ZonedDateTime::now(), wait, reason);
                });
            }
            Event::Outage { reason, next_try } => {
                let wait = duration(next_try);
                self.note(say!("event-outage", why = reason, wait = wait));
                self.progress(|state| state.away(&ZonedDateTime::now(), next_try, reason));
            }
            Event::OutageOver { lasted } => {
                self.progress(State::back);
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
                self.progress(State::stopping);
                self.note(say!("event-stopping", reason = reason.to_string()));
            }
            Event::Settled {
                order,
                rows,
                superseded,
                status,
                ..
            } => self.progress(|state| {
                let others = (status.of_other_flags(), superseded);
                state.settle(order, &[others, (status, rows - superseded)]);
            }),
        }
    }
}

impl Console {
    fn said(&self, level: Level, text: &str) {
        match level {
            Level::Error => self.say(Shown::Errors, None, text),
            Level::Alert => self.say(Shown::Errors, Some(Label::Warning), text),
            Level::Warning => self.warning(text),
            Level::Note => self.note(text),
            Level::Detail => self.detail(text),
        }
    }

    fn planned(&self, plan: &Planned) {
        if plan.rows == 0 {
            self.warning(say!("run-no-rows"));
        }
        if plan.conflicts > 0 && plan.preview.is_some() {
            self.warning(match plan.on_conflict {
                OnConflict::Last => say!("event-conflicts-last", orders = plan.conflicts),
                OnConflict::Invalid => say!("event-conflicts-invalid", orders = plan.conflicts),
            });
        }
        if let Some((rows, age)) = plan.continued {
            let age = duration(age);
            self.note(say!("event-continuing", age = age, rows = rows));
        }
        let account = self.account.get().map_or("", String::as_str);
        let calls = forecast(plan.calls, &plan.pacing, &ZonedDateTime::now());
        self.note(match plan.preview {
            Some(_) => say!("event-forecast", calls = calls, account = account),
            None => say!("verify-begins", calls = calls, account = account),
        });
        if let Some(sent) = &plan.preview {
            for line in preview(sent, plan.calls) {
                self.note(line);
            }
        }
        if self.shown >= Shown::Notes {
            *self.lock() = Some(Progress::begin(State::new(plan)));
        }
    }

    fn answered(
        &self,
        order: Option<(&str, &Place)>,
        attempt: u32,
        error: Option<&CallError>,
        pace: Option<f64>,
    ) {
        let kind = error.map(|error| error.kind);
        let is_trouble = matches!(
            kind,
            Some(ErrorKind::Transient | ErrorKind::NoReply | ErrorKind::Unreachable)
        );
        let trouble = error.filter(|_| is_trouble);
        let trouble = trouble.map(|error| error.reason.clone());
        self.progress(|state| state.answered(Instant::now(), pace, trouble));
        let level = match kind {
            None | Some(ErrorKind::Rejected) => Shown::Calls,
            Some(_) => Shown::Details,
        };
        if level > self.shown {
            return;
        }
        let verdict = match error {
            Some(error) => error.to_string(),
            None => say!("call-accepted"),
        };
        let call = match order {
            Some((order, place)) => {
                say!("event-call-for", place = place.to_string(), order = order)
            }
            None => say!("event-call"),
        };
        let text = if attempt == 1 {
            say!("event-answered", call = call, verdict = verdict)
        } else {
            say!(
                "event-answered-again",
                call = call,
                attempt = attempt,
                verdict = verdict
            )
        };
        self.say(level, None, text);
    }
}
