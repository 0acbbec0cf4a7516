//! Asking before sending: an order that the ERP lists with the flag it is to get costs no call.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::calling::Calling;
use super::error::RunError;
use super::event::{Event, Observer};
use super::reading::{Carried, Reading};
use super::send::to_send;
use super::told::Listings;
use super::worker::Work;
use crate::erp::Client;
use crate::files::{Outcome, Status};
use crate::language::say;
use crate::plan::Plan;
use crate::stop::Stop;
use crate::text::date_and_time;

/// Reads which of the orders that are to be sent carry their flag already, of those modified within
/// this time, and gives these their outcome. What is not known is sent.
pub(super) fn ask(
    work: &Work<'_>,
    plan: &Plan,
    to_send: Vec<bool>,
    within: Duration,
    outcomes: &mut [Option<Outcome>],
) -> Listings {
    let mut reading = Reading::new(work, plan, to_send, carries);
    let listings = reading.read(within);
    for id in plan.ids() {
        if let Some(carried) = reading.carried(id)
            && carries(carried, plan.flag(id))
        {
            outcomes[id.index()] = Some(outcome(carried, plan.flag(id)));
        }
    }
    work.observers.event(&Event::Asked(listings.clone()));
    listings
}

/// Asks as a run would, and sends nothing. Also gives, by order, which would be sent.
///
/// # Errors
///
/// If the calls cannot be looked after. What the ERP says is no error.
pub fn survey(
    plan: &Plan,
    client: &Client,
    calling: &Calling,
    within: Duration,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<(Listings, Vec<bool>), RunError> {
    let account = calling.lock(observers);
    let work = calling.work(client, account.as_ref(), stop, observers);
    work.keep_pace();
    let mut outcomes = vec![None; plan.orders()];
    let asked = work.watched(calling.stop_rules.deadline, || {
        let to_send = to_send(plan, &outcomes, None);
        Ok(ask(&work, plan, to_send, within, &mut outcomes))
    })?;
    Ok((asked, to_send(plan, &outcomes, None)))
}

fn carries(carried: &Carried, flag: &str) -> bool {
    carried.flag.as_deref() == Some(flag)
}

fn outcome(carried: &Carried, flag: &str) -> Outcome {
    let message = match carried.modified {
        Some(time) => say!(
            "note-unchanged-since",
            flag = flag,
            time = date_and_time(&time.to_zoned_datetime(TimeZone::system()))
        ),
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
