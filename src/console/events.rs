//! What is said when something happens in a run.

use std::sync::atomic::Ordering;
use std::time::Instant;

use jiff::ZonedDateTime;

use super::begun::Begun;
use super::progress::Progress;
use super::state::State;
use super::{Console, Label, Level, forecast, preview};
use crate::erp::{CallError, ErrorKind};
use crate::files::journal::Foreign;
use crate::language::say;
use crate::messages::set_aside;
use crate::pace::Change;
use crate::plan::OnConflict;
use crate::run::{CalledFor, Event, Observer, Planned};
use crate::text::{clock_difference, duration};

impl Console {
    fn begin(&self, plan: &Planned) {
        if plan.rows == 0 {
            self.warning(say!("run-no-rows"));
        }
        if plan.conflicts > 0 {
            self.warning(match plan.on_conflict {
                OnConflict::Last => say!("event-conflicts-last", orders = plan.conflicts),
                OnConflict::Invalid => say!("event-conflicts-invalid", orders = plan.conflicts),
            });
        }
        let recovered: u64 = plan.recovered.values().sum();
        if recovered > 0 {
            let age = duration(plan.continued_after.unwrap_or_default());
            self.note(say!("event-continuing", age = age, rows = recovered));
        }
        if let Some(destination) = self.destination.get() {
            let calls = forecast(plan.calls_left, &plan.pacing, &ZonedDateTime::now());
            let account = destination.to_string();
            self.note(say!("event-forecast", calls = calls, account = account));
        }
        for line in preview(&plan.preview, plan.calls_left) {
            self.note(line);
        }
        if self.shown >= Level::Note {
            *self.lock() = Some(Progress::begin(Begun::of_run(plan)));
        }
    }

    fn answered(
        &self,
        row: Option<&CalledFor>,
        attempt: u32,
        error: Option<&CallError>,
        pace: Option<f64>,
    ) {
        let kind = error.map(|error| error.kind);
        let trouble = error
            .filter(|error| {
                matches!(
                    error.kind,
                    ErrorKind::Transient | ErrorKind::Unreachable | ErrorKind::NoReply
                )
            })
            .map(|error| error.reason.to_string());
        self.progress(|state| state.answered(Instant::now(), pace, trouble));
        let level = match kind {
            None | Some(ErrorKind::Rejected) => Level::Trace,
            Some(_) => Level::Detail,
        };
        if level > self.shown {
            return;
        }
        let verdict = match error {
            Some(error) => error.to_string(),
            None => say!("call-accepted"),
        };
        self.say(level, None, answer(row, attempt, verdict));
    }

    fn throttled(&self, change: &Change, reason: String, pace: Option<f64>) {
        match change {
            Change::None => {}
            Change::Pause(pause) => {
                // The display shows it where there is one.
                let level = match *self.lock() {
                    Some(_) => Level::Detail,
                    None => Level::Note,
                };
                let time = duration(*pause);
                let text = say!("event-pausing", pause = time, reason = reason.as_str());
                self.say(level, None, text);
                self.progress(|state| {
                    state.answered(Instant::now(), pace, None);
                    state.paused(Instant::now(), &ZonedDateTime::now(), *pause, reason);
                });
            }
            Change::MaxInFlight(calls) => {
                self.detail(say!("event-max-in-flight", calls = calls, reason = reason));
            }
        }
    }
}

/// What became of a call.
fn answer(row: Option<&CalledFor>, attempt: u32, verdict: String) -> String {
    match (row, attempt) {
        (Some(row), 1) => say!(
            "event-answered",
            place = row.place.to_string(),
            order = row.order.as_str(),
            verdict = verdict
        ),
        (Some(row), attempt) => say!(
            "event-answered-again",
            place = row.place.to_string(),
            order = row.order.as_str(),
            attempt = attempt,
            verdict = verdict
        ),
        (None, 1) => say!("event-answered-alone", verdict = verdict),
        (None, attempt) => say!(
            "event-answered-alone-again",
            attempt = attempt,
            verdict = verdict
        ),
    }
}

impl Observer for Console {
    fn event(&self, event: &Event) {
        match event {
            Event::Started {
                destination,
                journal,
                ..
            } => {
                let _ = self.destination.set(destination.clone());
                let _ = self.journal.set(journal.clone());
            }
            Event::Verifying { destination, .. } => {
                let _ = self.destination.set(destination.clone());
            }
            Event::Finished(_) | Event::Verified(_) => {}
            Event::AccountUnknown => self.warning(say!("event-account-unknown")),
            Event::AccountBusy { holder } => {
                self.warning(say!("event-account-busy", holder = holder.to_string()));
            }
            Event::AcceptedBefore {
                orders,
                finished_at,
            } => self.note(say!(
                "event-accepted-before",
                orders = orders,
                time = finished_at.as_str()
            )),
            Event::Kept {
                path,
                kept_as,
                edited: true,
            } => self.warning(say!(
                "event-kept-edited",
                path = path.as_str(),
                kept = kept_as.as_str()
            )),
            Event::Kept { path, kept_as, .. } => self.detail(say!(
                "event-kept",
                path = path.as_str(),
                kept = kept_as.as_str()
            )),
            Event::NotUpdated { results, why } => self.warning(say!(
                "event-not-updated",
                why = why.to_string(),
                results = results.as_str()
            )),
            Event::Listed(read) => self.read(read),
            Event::Asked(asked) => self.asked(asked),
            Event::Confirming { orders } => self.note(say!("confirm-begins", orders = orders)),
            Event::Confirmed(confirmed) => self.confirmed(confirmed),
            Event::VerifyPlanned(planned) => self.verify_planned(planned),
            Event::ListingsRead {
                listings,
                rows,
                calls_left,
            } => self.listings_read(listings, rows, *calls_left),
            Event::ReadBack {
                order,
                rows,
                agreement,
            } => self.progress(|state| {
                state.count(agreement.as_str(), *rows);
                state.settled(Instant::now(), order);
            }),
            Event::Planned(plan) => self.begin(plan),
            Event::JournalSetAside {
                path,
                why: Foreign::OtherSheet,
            } => self.warning(set_aside(path, Foreign::OtherSheet)),
            // Said even with -q: an earlier run's outcomes are not taken over.
            Event::JournalSetAside { path, why } => {
                let text = set_aside(path, *why);
                self.say(Level::Error, Some(Label::Warning), text);
            }
            Event::Answered {
                row,
                attempt,
                error,
                pace,
            } => self.answered(row.as_ref(), *attempt, error.as_ref(), *pace),
            Event::WaitsForPace { wait } => {
                self.note(say!("event-waits-for-pace", wait = duration(*wait)));
                self.progress(|state| {
                    let reason = say!("event-as-before");
                    state.paused(Instant::now(), &ZonedDateTime::now(), *wait, reason);
                });
            }
            Event::Throttled {
                change,
                reason,
                pace,
            } => self.throttled(change, reason.to_string(), *pace),
            Event::Outage { reason, next_try } => {
                let why = reason.to_string();
                self.note(say!(
                    "event-outage",
                    why = why.as_str(),
                    wait = duration(*next_try)
                ));
                self.progress(|state| {
                    state.away(&ZonedDateTime::now(), *next_try, why);
                });
            }
            Event::OutageOver { lasted } => {
                self.progress(State::back);
                self.note(say!("event-outage-over", lasted = duration(*lasted)));
            }
            // Every call in flight finds out; once is enough.
            Event::ClockCorrected { offset } => {
                if !self.clock_said.swap(true, Ordering::Relaxed) {
                    let difference = clock_difference(*offset);
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
                state.count(status.of_other_flags().as_str(), *superseded);
                state.count(status.as_str(), rows - superseded);
                state.settled(Instant::now(), order);
            }),
            Event::Unrecorded {
                place,
                order,
                status,
                message,
            } => {
                let (place, order) = (place.to_string(), order.as_str());
                let status = status.as_str();
                let text = match message.as_str() {
                    "" => say!(
                        "event-unrecorded",
                        place = place,
                        order = order,
                        status = status
                    ),
                    message => say!(
                        "event-unrecorded-with-message",
                        place = place,
                        order = order,
                        status = status,
                        message = message
                    ),
                };
                self.say(Level::Error, None, text);
            }
        }
    }
}
