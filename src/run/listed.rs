//! What flags orders carry, read from the ERP's listings.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::calls::{Calls, Purpose};
use super::event::{Level, Observer};
use super::orders::Orders;
use super::read::{Carried, Found};
use crate::erp::{CallError, ErrorKind, Listing, Page, Query, Window};
use crate::language::say;
use crate::text::duration;

/// How many calls reading may cost beyond those that it saves: a few at least, or a share of the
/// calls without it.
const MIN_LOSS: u64 = 3;
const LOSS_SHARE: u64 = 10;
/// How often it is said how far the reading is.
const SAY_EVERY: Duration = Duration::from_secs(30);

/// What reading listings came to.
#[derive(Clone, Debug, Serialize)]
pub struct Listings {
    /// Orders that are wanted.
    pub orders: u64,
    /// Of these, the ones that need no call for themselves by what listings show.
    pub saved: u64,
    /// Calls that this took, repetitions included.
    pub calls: u64,
    pub ended: Ended,
}

/// Why no further listing was read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Every order that is wanted was seen, or all there is was read.
    Done,
    /// The pages left would cost as many calls as they could save.
    DoesNotPay { pages: u64, unseen: u64 },
    /// What was read has cost more calls than it has saved.
    SavesLittle { calls: u64, saved: u64 },
    /// The ERP does not list its orders, or in a form that is not known.
    Refused(CallError),
    /// The run is stopping.
    Stopped,
}

impl Ended {
    /// Why no other call that reads would be answered, if so.
    pub fn holds_for_all(&self) -> Option<&CallError> {
        match self {
            Ended::Refused(error) => Some(error).filter(|error| {
                matches!(error.kind, ErrorKind::Fatal | ErrorKind::Clock)
                    || error.lacks_permission()
            }),
            _ => None,
        }
    }

    pub fn tell_saves_little(&self, observers: &[&dyn Observer]) {
        if let &Ended::SavesLittle { calls, saved } = self {
            let text = say!("progress-saves-little", calls = calls, saved = saved);
            observers.say(Level::Note, text);
        }
    }
}

/// Reads, a call after the other, the orders that were modified within this time, the latest window
/// first, as long as that pays: each order seen may save a call that is made for it alone. `saves`
/// says whether one that carries this saves a call, given the flag that it is to get. Errors of the
/// ERP are no errors of the run; orders that were not seen are not known, and no more.
pub fn read_listings(
    calls: &Calls<'_>,
    orders: &mut Orders,
    within: Duration,
    saves: fn(carried: &Carried, flag: &str) -> bool,
) -> Listings {
    let wanted = orders.wanted().count() as u64;
    let mut reading = Reading {
        calls,
        orders,
        within,
        wanted,
        unseen: wanted,
        saves,
        saved: 0,
        made: 0,
        said: None,
    };
    let windows = reading.windows().len();
    let ended = (0..windows).find_map(|nth| {
        let later = (windows - nth - 1) as u64;
        reading.read_window(nth, later)
    });
    Listings {
        orders: wanted,
        saved: reading.saved,
        calls: reading.made,
        ended: ended.unwrap_or(Ended::Done),
    }
}

struct Reading<'r> {
    calls: &'r Calls<'r>,
    orders: &'r mut Orders,
    within: Duration,
    /// How many orders are wanted, how many of these have not been seen, and how many need no call
    /// for themselves.
    wanted: u64,
    unseen: u64,
    saved: u64,
    saves: fn(carried: &Carried, flag: &str) -> bool,
    /// Calls made.
    made: u64,
    /// When it was last said how far the reading is.
    said: Option<Instant>,
}

impl Reading<'_> {
    /// By the ERP's clock, as far as it is known; how many there are does not depend on it.
    fn windows(&self) -> Vec<Window> {
        let offset = SignedDuration::from_secs(self.calls.client.clock().offset());
        let now = Timestamp::now().saturating_add(offset);
        Window::back_from(now.unwrap_or(Timestamp::MAX), self.within)
    }

    /// Reads a window page by page; `Some` if nothing more is to be read after it. Windows that come
    /// `later` have a page each, at least.
    fn read_window(&mut self, nth: usize, later: u64) -> Option<Ended> {
        let mut window = self.windows().swap_remove(nth);
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
            let purpose = Purpose {
                order: None,
                is_read: true,
            };
            let attempted = self.calls.make(purpose, || {
                if page.counted {
                    // The attempt before may have told that the clock was wrong.
                    window = self.windows().swap_remove(nth);
                }
                let query = Query::Modified(window.clone());
                self.calls.client.list(&query, page)
            });
            self.made += u64::from(attempted.attempts);
            let listing = match attempted.result {
                Some(Ok(listing)) => listing,
                Some(Err(error)) if !self.calls.stop.stopped() => {
                    return Some(Ended::Refused(error));
                }
                Some(Err(_)) | None => return Some(Ended::Stopped),
            };
            if listing.orders.is_empty() {
                return None;
            }
            // A server may give fewer orders a page than it is asked for.
            if let Some(total) = listing.total.filter(|_| page.counted) {
                pages = total.div_ceil(listing.orders.len() as u64);
            }
            self.enter(listing);
            number += 1;
            self.tell(number, pages);
        }
        None
    }

    /// Whether no more is to be read, though so many pages are left, at least.
    fn does_not_pay(&self, pages: u64) -> Option<Ended> {
        let (unseen, calls, saved) = (self.unseen, self.made, self.saved);
        if unseen == 0 {
            Some(Ended::Done)
        } else if pages >= unseen {
            Some(Ended::DoesNotPay { pages, unseen })
        } else if calls >= saved + MIN_LOSS.max(self.wanted / LOSS_SHARE) {
            Some(Ended::SavesLittle { calls, saved })
        } else {
            None
        }
    }

    fn enter(&mut self, listing: Listing) {
        let read_at = Timestamp::now();
        for listed in listing.orders {
            let Some((flag, order)) = self.orders.get_mut(&listed.order) else {
                continue;
            };
            if !order.is_wanted {
                continue;
            }
            let mut now = Carried {
                flag: listed.flag.map(String::into_boxed_str),
                modified: listed.modified,
                read_at,
            };
            let saves = |it: &Carried| u64::from((self.saves)(it, flag));
            match order.found.take().as_deref().and_then(Found::carried) {
                Some(before) => {
                    // Of two on one page it is not known which is the later.
                    if before.read_at == read_at && before.flag != now.flag {
                        now.flag = None;
                    }
                    self.saved -= saves(before);
                }
                None => self.unseen -= 1,
            }
            self.saved += saves(&now);
            order.found = Box::new(Found::Shown(now)).into();
        }
    }

    /// Tells how far the reading is.
    fn tell(&mut self, page: u64, pages: u64) {
        let left = pages.saturating_sub(page);
        let is_due = self.said.is_none_or(|at| at.elapsed() >= SAY_EVERY);
        let level = if is_due && left > 0 {
            self.said = Some(Instant::now());
            Level::Note
        } else {
            Level::Detail
        };
        let seconds = self.calls.pace().map(|pace| left as f64 * 60.0 / pace);
        let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let seen: u64 = self.wanted - self.unseen;
        let mut text = say!(
            "progress-asking",
            seen = seen,
            wanted = self.wanted,
            page = page,
            pages = pages
        );
        if let Some(time) = time.filter(|_| left > 0) {
            text = say!("progress-asking-left", text = text, time = duration(time));
        }
        self.calls.observers.say(level, text);
    }
}
