//! Asking before sending: an order that the ERP lists with the flag it is to get costs no call.

use std::time::Duration;

use super::calls::Calls;
use super::error::RunError;
use super::event::Observer;
use super::found::Found;
use super::listed::{Listings, read_listings};
use super::orders::Orders;
use super::rules::Rules;
use crate::erp::Client;
use crate::files::{Outcome, Status};
use crate::language::say;
use crate::stop::Stop;

/// Reads which of the wanted orders carry their flag already, of those modified within this time,
/// and gives these their outcome: no call is wanted for them any more. What is not known is sent.
pub(super) fn settle_unchanged(
    calls: &Calls<'_>,
    orders: &mut Orders,
    within: Duration,
) -> Listings {
    let listings = read_listings(calls, orders, within, carries);
    for (_, flag, order) in orders.iter_mut().filter(|(.., order)| order.is_wanted) {
        if let Some(found) = order.found.get()
            && carries(found, flag)
        {
            order.outcome = outcome(found, flag).into();
            order.is_wanted = false;
        }
    }
    listings
}

/// Asks as a run would, and sends nothing.
///
/// # Errors
///
/// If the calls cannot be looked after, or not yet be made. What the ERP says is no error.
pub fn survey(
    orders: &mut Orders,
    client: &Client,
    rules: &Rules,
    within: Duration,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<Listings, RunError> {
    let calls = Calls::begin(client, rules, stop, observers)?;
    orders.want_unsettled(None);
    calls.watched(|| {}, || Ok(settle_unchanged(&calls, orders, within)))
}

fn carries(found: &Found, flag: &str) -> bool {
    found.status(flag) == Status::Same
}

fn outcome(found: &Found, flag: &str) -> Outcome {
    let message = match found.modified() {
        Some(time) => say!("note-unchanged-since", flag = flag, time = time),
        None => say!("note-unchanged", flag = flag),
    };
    Outcome {
        status: Status::Unchanged,
        code: None,
        message: message.into(),
        attempts: 0,
        finished_at: found.at,
    }
}
