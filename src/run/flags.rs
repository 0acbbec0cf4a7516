//! Flags that the ERP does not know: two orders show it, and the others with such a flag need no
//! call.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::orders::Orders;
use crate::erp::{CallError, ErrorKind, is_unknown_flag};
use crate::files::Status;
use crate::language::say;
use crate::stop::Stop;
use crate::sync::lock;

/// One order alone may have met a mistake of the ERP's.
const ENOUGH: usize = 2;
/// How soon a stop is noticed while another order of the flag is answered.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// What the run, and the one that it continues, have learnt of each flag.
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

impl<'o> Flags<'o> {
    pub fn of(orders: &'o Orders) -> Flags<'o> {
        let flags = Flags::default();
        for (_, order) in orders.iter().filter(|(_, order)| !order.is_settled) {
            if let Some(outcome) = order.outcome.get() {
                let flag = orders.flag(order);
                let mut known = lock(&flags.known);
                match outcome.status {
                    Status::Ok => known.entry(flag).or_default().is_accepted = true,
                    Status::Rejected if is_unknown_flag(&outcome.message, flag) => {
                        let refused = (orders.place(order).to_string(), outcome.code);
                        known.entry(flag).or_default().refused.push(refused);
                    }
                    _ => {}
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
            if known.is_accepted {
                return Ok(());
            }
            if let (Some((line, code)), true) =
                (known.refused.first(), known.refused.len() >= ENOUGH)
            {
                let reason = say!("note-unknown-flag", line = line.as_str());
                return Err(CallError::new(ErrorKind::Rejected, *code, reason));
            }
            if known.is_open || !known.is_asked || stop.stopped() {
                known.is_asked = true;
                return Ok(());
            }
            let waited = self.answered.wait_timeout(all, LOOK_FOR_STOP);
            all = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
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
