//! What flags orders carry, read from the ERP's listings.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::event::{Event, Observer};
use super::told::{Ended, Listings, PageRead};
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

/// How many calls reading may cost beyond those that it saves: a few at least, or a share of the
/// calls without it.
const MIN_LOSS: u64 = 3;
const LOSS_SHARE: u64 = 10;

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
    /// Whether an order that carries this flag needs no call for itself, by what it is to get.
    saves: fn(carried: &Carried, flag: &str) -> bool,
    /// Orders of which this is so.
    saved: u64,
    calls: u64,
}

impl<'r> Reading<'r> {
    /// `wanted` says of which orders of the plan, by order; `saves` whether what was read of one
    /// saves a call, given the flag that it is to get.
    pub fn new(
        work: &'r Work<'r>,
        plan: &'r Plan,
        wanted: Vec<bool>,
        saves: fn(&Carried, &str) -> bool,
    ) -> Self {
        let orders = wanted.iter().filter(|&&wanted| wanted).count() as u64;
        Reading {
            work,
            plan,
            carried: vec![None; wanted.len()],
            wanted,
            orders,
            unseen: orders,
            saves,
            saved: 0,
            calls: 0,
        }
    }

    /// Reads the orders that were modified within this time, the latest window first, as long as
    /// that pays: each order seen may save a call that is made for it alone. Errors of the ERP are
    /// no errors of the run; orders that were not seen are not known, and no more.
    pub fn read(&mut self, within: Duration) -> Listings {
        let windows = self.windows(within).len();
        let ended = (0..windows).find_map(|nth| {
            let later = (windows - nth - 1) as u64;
            self.read_window(nth, later, within)
        });
        Listings {
            orders: self.orders,
            saved: self.saved,
            calls: self.calls,
            ended: ended.unwrap_or(Ended::Done),
        }
    }

    /// By the ERP's clock, as far as it is known; how many there are does not depend on it.
    fn windows(&self, within: Duration) -> Vec<Window> {
        let offset = SignedDuration::from_secs(self.work.client.clock().offset());
        let now = Timestamp::now().saturating_add(offset);
        Window::back_from(now.unwrap_or(Timestamp::MAX), within)
    }

    /// Reads a window page by page; `Some` if nothing more is to be read after it. Windows that come
    /// `later` have a page each, at least.
    fn read_window(&mut self, nth: usize, later: u64, within: Duration) -> Option<Ended> {
        let mut window = self.windows(within).swap_remove(nth);
        // The first page tells how many there are.
        let mut pages = 1;
        let mut number = 0;
        while number < pages {
            if let Some(ended) = self.does_not_pay(pages - number + later) {
                return Some(ended);
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
                self.work
                    .client
                    .list(&Query::Modified(window.clone()), page)
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

    /// Whether no more is to be read, though so many pages are left, at least.
    fn does_not_pay(&self, pages: u64) -> Option<Ended> {
        let &Reading {
            unseen,
            calls,
            saved,
            ..
        } = self;
        if unseen == 0 {
            Some(Ended::Done)
        } else if pages >= unseen {
            Some(Ended::DoesNotPay { pages, unseen })
        } else if calls >= saved + MIN_LOSS.max(self.orders / LOSS_SHARE) {
            Some(Ended::SavesLittle { calls, saved })
        } else {
            None
        }
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
            let mut now = Carried {
                flag: listed.flag.map(String::into_boxed_str),
                modified: listed.modified,
                read_at,
            };
            let before = self.carried[id.index()].take();
            // Of two on one page none is the later.
            if before
                .as_ref()
                .is_some_and(|it| it.read_at == read_at && it.flag != now.flag)
            {
                now.flag = None;
            }
            let saves = |it: &Carried| u64::from((self.saves)(it, self.plan.flag(id)));
            self.unseen -= u64::from(before.is_none());
            self.saved -= before.as_ref().map_or(0, saves);
            self.saved += saves(&now);
            self.carried[id.index()] = Some(now);
        }
    }

    /// What was read of an order; `None` if it was not seen, or is not wanted.
    pub fn carried(&self, id: OrderId) -> Option<&Carried> {
        self.carried[id.index()].as_ref()
    }
}
