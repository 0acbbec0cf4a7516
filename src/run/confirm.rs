//! After sending: does the ERP carry what it accepted, and what of the calls whose reply was lost?

use std::time::Duration;

use jiff::Timestamp;

use super::calls::Calls;
use super::error::RunError;
use super::event::{Level, Observer};
use super::found::Found;
use super::orders::Orders;
use super::read::read_back;
use super::report::Confirmed;
use crate::files::journal::{Journal, Line};
use crate::files::{Outcome, Status};
use crate::language::say;
use crate::stop::StopReason;
use crate::text;

/// The ERP may show what it accepted a moment later.
const PAUSE: Duration = Duration::from_secs(2);
/// An order was modified when its call was made, which may have been so long before its outcome.
const BEFORE_OUTCOME: Duration = Duration::from_secs(10 * 60);

/// Reads back the orders that were accepted, or failed, and gives those another outcome of which
/// more is known then, in the journal, too. Of a run that is stopping nothing is read: it is said of
/// what was accepted.
pub fn confirm(
    calls: &Calls<'_>,
    orders: &mut Orders,
    journal: &Journal,
) -> Result<Option<Confirmed>, RunError> {
    orders.want(|order| {
        let outcome = order.outcome.get().filter(|_| !order.is_settled);
        outcome.is_some_and(|it| matches!(it.status, Status::Ok | Status::Failed))
    });
    for (_, _, order) in orders.iter_mut() {
        // What was listed before sending is no longer true.
        order.found.take();
    }
    let outcomes = orders.wanted().filter_map(|(_, order)| order.outcome.get());
    let Some(earliest) = outcomes.map(|outcome| outcome.finished_at).min() else {
        return Ok(None);
    };
    if !calls.stop.stopped() {
        let wanted = orders.wanted().count() as u64;
        let text = say!("confirm-begins", orders = text::orders(wanted));
        calls.observers.say(Level::Note, text);
        calls.stop.sleep(PAUSE);
    }
    let age = Duration::try_from(Timestamp::now().duration_since(earliest)).unwrap_or_default();
    let within = age + PAUSE + BEFORE_OUTCOME;
    let read = read_back(calls, orders, within, false)?;
    let mut confirmed = Confirmed {
        calls: read.calls,
        given_up: read.given_up.clone(),
        ..Confirmed::default()
    };
    let cut_short = read.cut_short(calls);
    let not_asked = cut_short.unwrap_or_else(|| say!("readback-not-asked"));
    let mut changed = Vec::new();
    for (number, flag, order) in orders.iter_mut().filter(|(.., order)| order.is_wanted) {
        let found = order.found.get().map(|found| &**found);
        let Some(outcome) = order.outcome.get_mut() else {
            continue;
        };
        let before = outcome.status;
        confirmed.enter(outcome, found, flag, &not_asked);
        if outcome.status != before {
            changed.push(Line {
                order: number.to_owned(),
                flag: flag.to_owned(),
                line: order.line,
                outcome: outcome.clone(),
            });
        }
    }
    let lines: Vec<&Line> = changed.iter().collect();
    if let Err(error) = journal.append(&lines).and_then(|()| journal.sync()) {
        calls.stop.stop(StopReason::Journal(error.to_string()));
    }
    if let Some(error) = &confirmed.given_up {
        let reason = error.to_string();
        let text = if error.lacks_permission() {
            say!("confirm-no-permission", reason = reason)
        } else {
            say!("confirm-given-up", reason = reason)
        };
        calls.observers.say(Level::Warning, text);
    }
    Ok(Some(confirmed))
}

impl Confirmed {
    /// What was found of an order, for its outcome; `not_asked` says why, where it was not asked for.
    fn enter(&mut self, outcome: &mut Outcome, found: Option<&Found>, flag: &str, not_asked: &str) {
        let found_status = found.map_or(Status::Unknown, |found| found.status(flag));
        let (status, message) = match (outcome.status, found_status) {
            (Status::Ok, Status::Same) => {
                self.confirmed += 1;
                return;
            }
            (Status::Failed, Status::Same) => {
                self.recovered += 1;
                // What the ERP said last was about another attempt.
                outcome.code = None;
                (Status::Ok, say!("note-read-back"))
            }
            // It is no worse than it was.
            (Status::Failed, _) => return,
            (_, Status::Different) => {
                self.refuted += 1;
                outcome.code = None;
                let flag = found.and_then(|found| found.flag.as_deref());
                let flag = flag.unwrap_or_default();
                (Status::Rejected, say!("note-not-carried", flag = flag))
            }
            _ => {
                self.unread += 1;
                let why = found.map_or(not_asked, |found| &found.obstacle);
                (Status::Ok, say!("note-not-read-back", why = why))
            }
        };
        if status != outcome.status {
            outcome.status = status;
            outcome.finished_at = Timestamp::now();
        }
        outcome.message = message.into();
    }
}
