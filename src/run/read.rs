//! Reading back which flags orders carry: from listings as long as these are cheaper, then order by
//! order.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::calls::{Calls, Purpose};
use super::error::RunError;
use super::event::{Event, Observer};
use super::found::Found;
use super::listed::read_listings;
use super::orders::{Order, Orders};
use super::reach::About;
use crate::erp::{CallError, ErrorKind, Query};
use crate::sync::lock;

/// After so many calls in a row that came to nothing, no more are made.
const MAX_CONSECUTIVE: u32 = 25;

#[derive(Debug, Default)]
pub struct ReadBack {
    pub calls: u64,
    /// After this no more calls were made: they would come to nothing, too.
    pub given_up: Option<CallError>,
    failed_in_a_row: u32,
}

impl ReadBack {
    pub fn cut_short(&self, calls: &Calls<'_>) -> Option<String> {
        let given_up = || self.given_up.as_ref().map(|error| error.reason.clone());
        let stopped = calls.stop.reason().map(|reason| reason.to_string());
        stopped.or_else(given_up)
    }
}

/// Reads back the flags of the orders that are wanted: first those that were modified within this
/// time. What the ERP says is no error. `is_told` says whether each order counts as settled then.
pub fn read_back(
    calls: &Calls<'_>,
    orders: &mut Orders,
    within: Duration,
    is_told: bool,
) -> Result<ReadBack, RunError> {
    let listings = read_listings(calls, orders, within, |_, _| true);
    let orders = &*orders;
    let read = Mutex::new(ReadBack {
        calls: listings.calls,
        given_up: listings.refused.filter(CallError::holds_for_all),
        failed_in_a_row: 0,
    });
    let settled = |number: &str, order: &Order| {
        let found = order.found.get().filter(|_| is_told);
        if let Some(found) = found {
            calls.observers.event(&Event::Settled {
                line: order.line,
                order: number,
                rows: order.rows.into(),
                superseded: 0,
                status: found.status(orders.flag(order)),
            });
        }
    };
    let (seen, unseen): (Vec<_>, Vec<_>) = orders
        .in_turn()
        .into_iter()
        .partition(|(_, order)| order.found.get().is_some());
    for (number, order) in seen {
        settled(number, order);
    }
    calls.each(unseen, |(number, order)| {
        if lock(&read).given_up.is_some() {
            return;
        }
        let query = Query::Order {
            purchase_no: number.to_owned(),
        };
        let purpose = Purpose {
            order: Some((number, &orders.place(order))),
            ..Purpose::READ_MANY
        };
        let attempted = calls.make(purpose, || Ok(()), || calls.client.list(&query, 0));
        let mut read = lock(&read);
        read.calls += u64::from(attempted.attempts);
        let found = match attempted.result {
            None => return,
            Some(Ok(listing)) => {
                read.failed_in_a_row = 0;
                Found::of(listing.orders, number)
            }
            Some(Err(error)) => {
                // A refusal in the ERP's words is one on the order.
                let is_its = error.kind == ErrorKind::Rejected && error.code != Some(0);
                read.failed_in_a_row = if is_its { 0 } else { read.failed_in_a_row + 1 };
                let is_refused = error.kind == ErrorKind::Doubtful && !error.lacks_permission();
                if error.holds_for_all()
                    || is_refused && calls.reach.refused() == About::Run
                    || read.failed_in_a_row >= MAX_CONSECUTIVE
                {
                    read.given_up.get_or_insert(error.clone());
                }
                Found::nothing(error.reason, false)
            }
        };
        drop(read);
        // It is asked for once.
        let _ = order.found.set(Box::new(found));
        settled(number, order);
    })?;
    Ok(read.into_inner().unwrap_or_else(PoisonError::into_inner))
}
