//! After sending: does the ERP carry what it accepted, and what of the calls whose reply was lost?

use std::time::Duration;

use jiff::Timestamp;

use super::error::RunError;
use super::event::{Event, Observer};
use super::readback::{Found, read_back};
use super::summary::Confirmed;
use super::worker::Work;
use crate::files::journal::{Journal, Line};
use crate::files::{Agreement, Outcome, Status};
use crate::language::say;
use crate::plan::Plan;
use crate::sheet::Sheet;
use crate::stop::StopReason;

/// The ERP may show what it accepted a moment later.
const PAUSE: Duration = Duration::from_secs(2);
/// An order was modified when its call was made, which may have been so long before its outcome.
const BEFORE_OUTCOME: Duration = Duration::from_secs(10 * 60);

/// Reads back the orders that were accepted, or failed, and gives those another outcome of which
/// more is known then, in the journal, too. Of a run that is stopping nothing is read: it is said of
/// what was accepted.
pub fn confirm(
    work: &Work<'_>,
    sheet: &Sheet,
    plan: &Plan,
    workers: usize,
    outcomes: &mut [Option<Outcome>],
    journal: &mut Journal,
) -> Result<Option<Confirmed>, RunError> {
    let is_wanted = |outcome: &&Outcome| matches!(outcome.status, Status::Ok | Status::Failed);
    let wanted = |outcome: &Option<Outcome>| outcome.as_ref().is_some_and(|it| is_wanted(&it));
    let wanted: Vec<bool> = outcomes.iter().map(wanted).collect();
    let outcomes_wanted = outcomes.iter().flatten().filter(is_wanted);
    let Some(earliest) = outcomes_wanted.map(|outcome| outcome.finished_at).min() else {
        return Ok(None);
    };
    if !work.stop.stopped() {
        let orders = wanted.iter().filter(|&&wanted| wanted).count() as u64;
        work.observers.event(&Event::Confirming { orders });
        work.stop.sleep(PAUSE);
    }
    let age = Duration::try_from(Timestamp::now().duration_since(earliest));
    let within = age.unwrap_or_default() + PAUSE + BEFORE_OUTCOME;
    let read = read_back(work, sheet, plan, workers, wanted.clone(), within)?;
    let mut confirmed = Confirmed {
        calls: read.calls,
        given_up: read.given_up.clone(),
        ..Confirmed::default()
    };
    let cut_short = read.cut_short(work.stop.reason().as_ref());
    let not_asked = cut_short.unwrap_or_else(|| say!("readback-not-asked"));
    let mut changed = Vec::new();
    for id in plan.ids().filter(|id| wanted[id.index()]) {
        if let Some(outcome) = &mut outcomes[id.index()] {
            let found = read.found[id.index()].as_ref();
            let before = outcome.status;
            confirmed.enter(outcome, found, plan.flag(id), &not_asked);
            if outcome.status != before {
                changed.push(Line {
                    order: plan.order(id).to_owned(),
                    flag: plan.flag(id).to_owned(),
                    line: sheet.sheet_line(plan.line(id)).line,
                    outcome: outcome.clone(),
                });
            }
        }
    }
    let lines: Vec<&Line> = changed.iter().collect();
    if let Err(error) = journal.append(&lines).and_then(|()| journal.sync()) {
        work.stop.stop(StopReason::Journal(error.to_string()));
    }
    work.observers.event(&Event::Confirmed(confirmed.clone()));
    Ok(Some(confirmed))
}

impl Confirmed {
    /// What was found of an order, for its outcome; `not_asked` says why, where it was not asked for.
    fn enter(&mut self, outcome: &mut Outcome, found: Option<&Found>, flag: &str, not_asked: &str) {
        let agreement = found.map_or(Agreement::Unknown, |found| found.agreement(flag));
        let (status, message) = match (outcome.status, agreement, found) {
            (Status::Ok, Agreement::Same, _) => {
                self.confirmed += 1;
                return;
            }
            (Status::Failed, Agreement::Same, _) => {
                self.recovered += 1;
                // What the ERP said last was about another attempt.
                outcome.code = None;
                (Status::Ok, say!("note-read-back"))
            }
            // It is no worse than it was.
            (Status::Failed, ..) => return,
            (_, Agreement::Different, Some(Found::Shown(carried))) => {
                self.refuted += 1;
                outcome.code = None;
                let flag = carried.flag.as_deref().unwrap_or_default();
                (Status::Rejected, say!("note-not-carried", flag = flag))
            }
            (_, _, found) => {
                self.unread += 1;
                let why = found.and_then(Found::obstacle);
                let why = why.unwrap_or_else(|| not_asked.to_owned());
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
