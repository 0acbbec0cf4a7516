//! The middle of a run, where calls are made: orders go through a pool of workers into the journal.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rayon::ThreadPoolBuilder;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::calls::{Attempted, Calls, Purpose};
use super::error::RunError;
use super::event::{CallKind, Event, Level, Observer};
use super::flags::Flags;
use super::orders::{Order, Orders};
use super::rules::Breaker;
use crate::erp::ErrorKind;
use crate::files::journal::{Journal, Line};
use crate::files::{Outcome, Status};
use crate::language::say;
use crate::stop::StopReason;
use crate::sync::lock;

/// An order that failed, with its number: to be sent once more when all others have been.
type Aside<'o> = (&'o str, &'o Order, Outcome);

impl Calls<'_> {
    /// Does something for each, in turn: a worker takes the next as soon as it is free.
    pub fn each<T: Send>(
        &self,
        all: Vec<T>,
        work: impl Fn(T) + Send + Sync,
    ) -> Result<(), RunError> {
        if all.is_empty() {
            return Ok(());
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.pacing().workers)
            .thread_name(|n| format!("worker-{n}"))
            .build()
            .map_err(|error| RunError::Workers(error.to_string()))?;
        pool.install(|| all.into_iter().par_bridge().for_each(work));
        Ok(())
    }
}

/// Sends every order that is wanted and takes its outcome, if it comes to one, to the journal: only
/// there it counts as known.
pub fn send_all(calls: &Calls<'_>, orders: &Orders, journal: &Journal) -> Result<(), RunError> {
    let breaker = Breaker::new(calls.rules);
    // After an error nothing more may be appended: the last line may be torn.
    let is_writable = Mutex::new(true);
    let flags = Flags::of(orders);
    let alike: HashSet<&str> = orders.alike().into_iter().collect();
    let send = |number: &str, order: &Order, is_retry: bool| {
        let place = orders.place(order);
        let purpose = Purpose {
            order: Some((number, &place)),
            kind: CallKind::Update,
            is_retry,
        };
        let flag = orders.flag(order);
        if let Err(error) = flags.enter(flag, calls.stop) {
            return Attempted {
                attempts: 0,
                result: Some(Err(error)),
            };
        }
        let ensure_wanted = || flags.ensure_wanted(flag, calls.stop);
        calls.make(purpose, ensure_wanted, || {
            let result = calls.client.update_flag(number, flag);
            flags.answered(flag, place, &result);
            result
        })
    };
    let settle = |number: &str, order: &Order, outcome: Outcome| {
        // What was not sent is nothing that happened.
        if outcome.attempts > 0
            && let Some(reason) = breaker.record(outcome.status, &outcome.message)
        {
            calls.stop.stop(reason);
        }
        let line = Line {
            order: number.to_owned(),
            flag: orders.flag(order).to_owned(),
            line: order.line,
            outcome,
        };
        let is_recorded = {
            let mut is_writable = lock(&is_writable);
            if *is_writable && let Err(error) = journal.append(&[&line]) {
                *is_writable = false;
                calls.stop.stop(StopReason::Journal(error.to_string()));
            }
            *is_writable
        };
        let status = line.outcome.status;
        if is_recorded {
            calls.observers.event(&Event::Settled {
                line: order.line,
                order: number,
                rows: order.rows.into(),
                superseded: orders.superseded_rows_of(number, order),
                status,
            });
        } else {
            let text = say!(
                "event-unrecorded",
                place = orders.place(order).to_string(),
                order = number,
                status = status.as_str()
            );
            let text = match &*line.outcome.message {
                "" => text,
                message => format!("{text}, {message}"),
            };
            calls.observers.say(Level::Error, text);
        }
        // It is the only outcome: no order is sent twice.
        let _ = order.outcome.set(line.outcome);
    };
    let aside = Mutex::new(Vec::<Aside<'_>>::new());
    let first_pass = |(number, order)| {
        let attempted = send(number, order, false);
        let may_pass = matches!(&attempted.result, Some(Err(error)) if error.may_pass())
            && calls.rules.retries > 0
            && !alike.contains(number);
        match outcome(attempted, None) {
            Some(outcome) if may_pass && breaker.may_put_aside() => {
                lock(&aside).push((number, order, outcome));
            }
            Some(outcome) => settle(number, order, outcome),
            None => {}
        }
    };
    let in_turn = orders.in_turn().into_iter();
    let (in_line, others): (Vec<_>, Vec<_>) =
        in_turn.partition(|(number, _)| alike.contains(number));
    calls.each(others, first_pass)?;
    // What may be one order to the ERP is to carry the flag that the sheet gives last.
    in_line.into_iter().for_each(first_pass);
    // The last pass: what failed in the first may have been no more than a bad hour.
    let aside = aside.into_inner().unwrap_or_else(PoisonError::into_inner);
    calls.each(aside, |(number, order, before)| {
        let attempted = send(number, order, true);
        if let Some(outcome) = outcome(attempted, Some(before)) {
            settle(number, order, outcome);
        }
    })?;
    calls.sync(journal);
    Ok(())
}

fn outcome(attempted: Attempted<()>, before: Option<Outcome>) -> Option<Outcome> {
    let attempts = attempted.attempts + before.as_ref().map_or(0, |before| before.attempts);
    let Some(result) = attempted.result else {
        return before.map(|before| Outcome { attempts, ..before });
    };
    let (status, code, message) = match result {
        Ok(()) => (Status::Ok, Some(0), String::new()),
        Err(error) => {
            let status = match error.kind {
                ErrorKind::Rejected => Status::Rejected,
                _ => Status::Failed,
            };
            (status, error.code, error.reason)
        }
    };
    Some(Outcome {
        status,
        code,
        message: message.into(),
        attempts,
        finished_at: Timestamp::now(),
    })
}
