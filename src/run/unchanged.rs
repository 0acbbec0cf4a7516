//! Asking before sending: an order that the ERP lists with the flag it is to get costs no call.

use std::time::Duration;

use super::calls::Calls;
use super::error::RunError;
use super::event::{Level, Observer};
use super::listed::{Ended, Listings, read_listings};
use super::orders::Orders;
use super::read::{Carried, Found};
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
        let found = order.found.get().map(|found| &**found);
        if let Some(carried) = found.and_then(Found::carried)
            && carries(carried, flag)
        {
            order.outcome = outcome(carried, flag).into();
            order.is_wanted = false;
        }
    }
    tell(&listings, calls.observers);
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

fn carries(carried: &Carried, flag: &str) -> bool {
    carried.flag.as_deref() == Some(flag)
}

fn outcome(carried: &Carried, flag: &str) -> Outcome {
    let message = match carried.modified() {
        Some(time) => say!("note-unchanged-since", flag = flag, time = time),
        None => say!("note-unchanged", flag = flag),
    };
    Outcome {
        status: Status::Unchanged,
        code: None,
        message: message.into(),
        attempts: 0,
        finished_at: carried.read_at,
    }
}

fn tell(asked: &Listings, observers: &[&dyn Observer]) {
    match &asked.ended {
        Ended::Refused(error) => {
            let text = say!("progress-asking-refused", error = error.to_string());
            observers.say(Level::Warning, text);
        }
        &Ended::DoesNotPay { pages, unseen } => {
            let text = say!(
                "progress-asking-does-not-pay",
                calls = pages,
                orders = unseen
            );
            observers.say(Level::Note, text);
        }
        ended => ended.tell_saves_little(observers),
    }
    let is_told = matches!(asked.ended, Ended::Refused(_)) && asked.saved == 0;
    if asked.calls > 0 && !is_told {
        let left: u64 = asked.orders - asked.saved;
        let text = say!(
            "progress-asked",
            unchanged = asked.saved,
            orders = asked.orders,
            calls = asked.calls,
            left = left
        );
        observers.say(Level::Note, text);
    }
}
