//! Flags that the ERP does not know: two orders show it, and the others with such a flag need no
//! call.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, PoisonError};

use super::orders::Orders;
use crate::erp::{CallError, ErrorKind, is_unknown_flag};
use crate::files::Status;
use crate::language::say;
use crate::stop::{LOOK_FOR_STOP, Stop};
use crate::sync::lock;

/// One order alone may have met a mistake of the ERP's.
const ENOUGH: usize = 2;

/// What the run has learnt of each flag, and which ones the run that it continues has set.
#[derive(Default)]
pub struct Flags<'o> {
    known: Mutex<HashMap<&'o str, Known>>,
    answered: Condvar,
}

#[derive(Default)]
struct Known {
    /// The orders of which the ERP said that it does not know their flag.
    refused: Vec<(String, Option<i64>)>,
    is_accepted: bool,
    /// Whether a call with it ended in any other way: then all orders are sent side by side.
    is_open: bool,
    /// Whether a call is under way whose answer the other orders wait for.
    is_asked: bool,
}

impl Known {
    /// What a run that stops has not reached is to be sent by the next one.
    fn ensure_wanted(&self, stop: &Stop) -> Result<(), CallError> {
        match self.refused.first() {
            Some((line, code))
                if self.refused.len() >= ENOUGH && !self.is_accepted && !stop.stopped() =>
            {
                let reason = say!("note-unknown-flag", line = line.as_str());
                Err(CallError::new(ErrorKind::Rejected, *code, reason))
            }
            _ => Ok(()),
        }
    }
}

impl<'o> Flags<'o> {
    pub fn of(orders: &'o Orders) -> Flags<'o> {
        let flags = Flags::default();
        for (_, order) in orders.iter().filter(|(_, order)| !order.is_settled) {
            if let Some(outcome) = order.outcome.get() {
                let flag = orders.flag(order);
                // Somebody may have defined since what was refused.
                if outcome.status == Status::Ok {
                    lock(&flags.known).entry(flag).or_default().is_accepted = true;
                }
            }
        }
        flags
    }

    /// Waits for the answer to the first call with the flag. An error if none is to be made any more.
    pub fn enter(&self, flag: &'o str, stop: &Stop) -> Result<(), CallError> {
        let mut all = lock(&self.known);
        loop {
            let known = all.entry(flag).or_default();
            known.ensure_wanted(stop)?;
            if known.is_accepted || known.is_open || !known.is_asked || stop.stopped() {
                known.is_asked = true;
                return Ok(());
            }
            let waited = self.answered.wait_timeout(all, LOOK_FOR_STOP);
            all = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// An error if meanwhile no call with the flag is to be made any more.
    pub fn ensure_wanted(&self, flag: &str, stop: &Stop) -> Result<(), CallError> {
        let all = lock(&self.known);
        all.get(flag)
            .map_or(Ok(()), |known| known.ensure_wanted(stop))
    }

    /// What came of an attempt for the order on this line.
    pub fn answered(&self, flag: &'o str, line: impl ToString, result: &Result<(), CallError>) {
        let mut all = lock(&self.known);
        let known = all.entry(flag).or_default();
        match result {
            Ok(()) => known.is_accepted = true,
            Err(error) => match error.kind {
                // Nothing is said of the flag yet, and the call is made again.
                ErrorKind::Throttled(_) | ErrorKind::Clock => return,
                ErrorKind::Rejected if is_unknown_flag(&error.reason, flag) => {
                    known.refused.push((line.to_string(), error.code));
                }
                _ => known.is_open = true,
            },
        }
        known.is_asked = false;
        self.answered.notify_all();
    }
}
