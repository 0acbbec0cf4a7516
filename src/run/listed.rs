//! What flags orders carry, read from the ERP's listings.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::calls::{Calls, Purpose};
use super::error::RunError;
use super::event::{Level, Observer};
use super::found::Found;
use super::orders::Orders;
use super::rules::Rules;
use crate::erp::{CallError, Client, Listing, Query, Window};
use crate::files::{Outcome, Status};
use crate::language::say;
use crate::stop::{Stop, StopReason};

/// How many calls reading may cost beyond those that it saves: a few at least, or a share of the
/// calls without it.
const MIN_LOSS: u64 = 3;
const LOSS_SHARE: u64 = 10;
const SAY_EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub struct Listings {
    pub orders: u64,
    /// Of these, the ones that need no call for themselves by what listings show.
    pub saved: u64,
    /// Calls that this took, repetitions included.
    pub calls: u64,
    /// The ERP does not list its orders, or in a form that is not known.
    pub refused: Option<CallError>,
}

/// Reads, a call after the other, the orders that were modified within this time, the latest window
/// first, as long as that pays: each order seen may save a call that is made for it alone. `saves`
/// says whether an order of which this was found needs none, given the flag that it is to get.
/// Errors of the ERP are no errors of the run: orders that were not seen are not known, and no more.
pub fn read_listings(
    calls: &Calls<'_>,
    orders: &mut Orders,
    within: Duration,
    saves: fn(found: &Found, flag: &str) -> bool,
) -> Listings {
    let wanted = orders.wanted().count() as u64;
    let mut reading = Reading {
        calls,
        orders,
        within,
        saves,
        unseen: wanted,
        said: None,
        read: Listings {
            orders: wanted,
            ..Listings::default()
        },
    };
    let windows = reading.windows().len();
    for nth in 0..windows {
        if !reading.read_window(nth, (windows - nth - 1) as u64) {
            break;
        }
    }
    let read = reading.read;
    if let Some(error) = &read.refused {
        let text = say!("listing-refused", error = error.to_string());
        calls.observers.say(Level::Warning, text);
    }
    if read.saved > 0 || read.calls > 0 && read.refused.is_none() {
        let left: u64 = read.orders - read.saved;
        let text = say!(
            "listing-read",
            calls = read.calls,
            saved = read.saved,
            orders = read.orders,
            left = left
        );
        calls.observers.say(Level::Note, text);
    }
    read
}

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

/// Asks for the wanted orders as a run would, and sends nothing. What the ERP says is no error. With why it was stopped, if
/// it was.
pub fn survey(
    orders: &mut Orders,
    client: &Client,
    rules: &Rules,
    within: Duration,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<(Listings, Option<StopReason>), RunError> {
    let calls = Calls::begin(client, rules, stop, observers)?;
    let listings = calls.watched(|| {}, || Ok(settle_unchanged(&calls, orders, within)))?;
    Ok((listings, calls.stop_reason()))
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

struct Reading<'r> {
    calls: &'r Calls<'r>,
    orders: &'r mut Orders,
    within: Duration,
    saves: fn(found: &Found, flag: &str) -> bool,
    unseen: u64,
    said: Option<Instant>,
    read: Listings,
}

impl Reading<'_> {
    /// By the ERP's clock, as far as it is known; how many there are does not depend on it.
    fn windows(&self) -> Vec<Window> {
        let offset = SignedDuration::from_secs(self.calls.client.clock.offset());
        let now = Timestamp::now().saturating_add(offset);
        Window::back_from(now.unwrap_or(Timestamp::MAX), self.within)
    }

    /// Reads a window page by page, and returns whether earlier ones are to be read after it, which
    /// have a page each, at least.
    fn read_window(&mut self, nth: usize, earlier: u64) -> bool {
        let mut window = self.windows().swap_remove(nth);
        // The first page tells how many there are.
        let mut pages = 1;
        let mut number = 0;
        while number < pages {
            if !self.pays(pages - number + earlier) {
                return false;
            }
            let attempted = self.calls.make(
                Purpose::READ_MANY,
                || Ok(()),
                || {
                    if number == 0 {
                        // The attempt before may have told that the clock was wrong.
                        window = self.windows().swap_remove(nth);
                    }
                    let query = Query::Modified(window.clone());
                    self.calls.client.list(&query, number)
                },
            );
            self.read.calls += u64::from(attempted.attempts);
            let listing = match attempted.result {
                Some(Ok(listing)) => listing,
                Some(Err(error)) if !self.calls.stop.stopped() => {
                    self.read.refused = Some(error);
                    return false;
                }
                Some(Err(_)) | None => return false,
            };
            if listing.orders.is_empty() {
                return true;
            }
            // A server may give fewer orders a page than it is asked for.
            if let Some(total) = listing.total.filter(|_| number == 0) {
                pages = total.div_ceil(listing.orders.len() as u64);
            }
            self.enter(listing);
            number += 1;
            self.tell(number, pages);
        }
        true
    }

    /// Whether to go on, though so many pages are left, at least.
    fn pays(&self, pages: u64) -> bool {
        let loss = MIN_LOSS.max(self.read.orders / LOSS_SHARE);
        let pays = pages < self.unseen && self.read.calls < self.read.saved + loss;
        if !pays && self.unseen > 0 {
            self.calls
                .observers
                .say(Level::Note, say!("listing-does-not-pay"));
        }
        pays
    }

    fn enter(&mut self, listing: Listing) {
        let at = Timestamp::now();
        for listed in listing.orders {
            let Some((flag, order)) = self.orders.get_mut(&listed.order) else {
                continue;
            };
            if !order.is_wanted {
                continue;
            }
            let saves = |found: &Found| u64::from((self.saves)(found, flag));
            let now = match order.found.take() {
                Some(before) => {
                    self.read.saved -= saves(&before);
                    if before.at == at {
                        before.and(listed)
                    } else {
                        Found::shown(listed, at)
                    }
                }
                None => {
                    self.unseen -= 1;
                    Found::shown(listed, at)
                }
            };
            self.read.saved += saves(&now);
            order.found = Box::new(now).into();
        }
    }

    fn tell(&mut self, page: u64, pages: u64) {
        let left = pages.saturating_sub(page);
        let is_due = self.said.is_none_or(|at| at.elapsed() >= SAY_EVERY);
        let level = if is_due && left > 0 {
            self.said = Some(Instant::now());
            Level::Note
        } else {
            Level::Detail
        };
        let seen: u64 = self.read.orders - self.unseen;
        let text = say!(
            "listing-page",
            seen = seen,
            wanted = self.read.orders,
            page = page,
            pages = pages
        );
        self.calls.observers.say(level, text);
    }
}
