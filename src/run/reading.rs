//! What flags orders carry, read from the ERP's listings.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::event::{Event, Observer};
use super::told::{Ended, PageRead};
use super::worker::{Purpose, Work};
use crate::erp::{Listing, Page, Query, Window};
use crate::plan::{OrderId, Plan};

/// What a listing shows of an order.
#[derive(Clone, Debug)]
pub struct Carried {
    /// `无` for none; `None` if the listing does not say.
    pub flag: Option<Box<str>>,
    /// When the order was last modified, by the ERP's clock.
    pub modified: Option<Timestamp>,
    /// When the page it stands on came.
    pub read_at: Timestamp,
}

/// Reads listings, a call after the other, until the orders that are wanted have been seen.
pub struct Reading<'r> {
    work: &'r Work<'r>,
    plan: &'r Plan,
    /// By order.
    wanted: Vec<bool>,
    /// By order; the latest reading counts.
    carried: Vec<Option<Carried>>,
    /// How many are wanted.
    orders: u64,
    /// How many of these have not been seen.
    unseen: u64,
    calls: u64,
}

impl<'r> Reading<'r> {
    /// `wanted` says of which orders of the plan, by order.
    pub fn new(work: &'r Work<'r>, plan: &'r Plan, wanted: Vec<bool>) -> Self {
        let orders = wanted.iter().filter(|&&wanted| wanted).count() as u64;
        Reading {
            work,
            plan,
            carried: vec![None; wanted.len()],
            wanted,
            orders,
            unseen: orders,
            calls: 0,
        }
    }

    /// Reads the orders that were modified within this time, the latest window first, as long as
    /// that pays: each order seen may save a call that is made for it alone. Errors of the ERP are
    /// no errors of the run; orders that were not seen are not known, and no more.
    pub fn read(&mut self, within: Duration) -> Ended {
        let windows = self.windows(within).len();
        let ended = (0..windows).find_map(|nth| self.read_window(nth, within));
        ended.unwrap_or(Ended::Done)
    }

    /// By the ERP's clock, as far as it is known; how many there are does not depend on it.
    fn windows(&self, within: Duration) -> Vec<Window> {
        let offset = SignedDuration::from_secs(self.work.client.clock().offset());
        let now = Timestamp::now().saturating_add(offset);
        Window::back_from(now.unwrap_or(Timestamp::MAX), within)
    }

    /// Reads a window page by page; `Some` if nothing more is to be read after it.
    fn read_window(&mut self, nth: usize, within: Duration) -> Option<Ended> {
        let caller = self.work.client.caller();
        let mut window = self.windows(within).swap_remove(nth);
        // The first page tells how many there are.
        let mut pages = 1;
        let mut number = 0;
        while number < pages {
            match (pages - number, self.unseen) {
                (_, 0) => return Some(Ended::Done),
                (pages, unseen) if pages >= unseen => {
                    return Some(Ended::DoesNotPay { pages, unseen });
                }
                _ => {}
            }
            let page = Page {
                number,
                counted: number == 0,
            };
            let attempted = self.work.with_retry(Purpose::Read(None), || {
                if page.counted {
                    // The attempt before may have told that the clock was wrong.
                    window = self.windows(within).swap_remove(nth);
                }
                caller.list(&Query::Modified(window.clone()), page)
            });
            self.calls += u64::from(attempted.attempts);
            let listing = match attempted.result {
                Some(Ok(listing)) => listing,
                Some(Err(error)) if !self.work.stop.stopped() => {
                    return Some(Ended::Refused(error));
                }
                Some(Err(_)) | None => return Some(Ended::Stopped),
            };
            if listing.length == 0 {
                return None;
            }
            // A server may give fewer orders a page than it is asked for.
            if let Some(total) = listing.total.filter(|_| page.counted) {
                pages = total.div_ceil(listing.length);
            }
            self.enter(listing);
            number += 1;
            self.work.observers.event(&Event::Listed(PageRead {
                page: number,
                pages,
                seen: self.orders - self.unseen,
                wanted: self.orders,
                pace: self.work.limiter.pace(),
            }));
        }
        None
    }

    fn enter(&mut self, listing: Listing) {
        let read_at = Timestamp::now();
        for listed in listing.orders {
            let Some(id) = self.plan.find(&listed.order) else {
                continue;
            };
            if !self.wanted[id.index()] {
                continue;
            }
            let carried = &mut self.carried[id.index()];
            self.unseen -= u64::from(carried.is_none());
            *carried = Some(Carried {
                flag: listed.flag.map(String::into_boxed_str),
                modified: listed.modified,
                read_at,
            });
        }
    }

    /// What was read of an order; `None` if it was not seen, or is not wanted.
    pub fn carried(&self, id: OrderId) -> Option<&Carried> {
        self.carried[id.index()].as_ref()
    }

    /// How many orders are wanted.
    pub fn orders(&self) -> u64 {
        self.orders
    }

    /// Calls made, repetitions included.
    pub fn calls(&self) -> u64 {
        self.calls
    }
}
