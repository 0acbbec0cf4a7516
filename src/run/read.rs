//! Reading back which flags orders carry: from listings as long as these are cheaper, then order by
//! order.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::calls::{Calls, Purpose};
use super::error::RunError;
use super::event::{Event, Level, Observer};
use super::listed::{Ended, Listings, read_listings};
use super::orders::{Order, Orders};
use super::outage::About;
use crate::erp::{CallError, ErrorKind, Listing, Page, Query};
use crate::files::Status;
use crate::language::say;
use crate::sheet::Sheet;
use crate::text::date_and_time;

/// After so many calls in a row that came to nothing, no more are made.
const MAX_CONSECUTIVE: u32 = 25;

/// What the ERP says that an order carries.
#[derive(Clone, Debug)]
pub enum Found {
    Shown(Carried),
    /// The ERP does not show it, though it was asked for it by its number.
    NotShown {
        asked_at: Timestamp,
    },
    /// The call came to nothing.
    Failed {
        error: CallError,
        asked_at: Timestamp,
    },
}

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

impl Carried {
    /// When the order was last modified, for people.
    pub fn modified(&self) -> Option<String> {
        let modified = self.modified?.to_zoned_datetime(TimeZone::system());
        Some(date_and_time(&modified))
    }
}

impl Found {
    /// How the ERP's flag compares with this one.
    pub fn status(&self, flag: &str) -> Status {
        match self {
            Found::Shown(Carried { flag: None, .. }) | Found::Failed { .. } => Status::Unknown,
            Found::Shown(Carried { flag: Some(it), .. }) if **it == *flag => Status::Same,
            Found::Shown(_) => Status::Different,
            Found::NotShown { .. } => Status::NotFound,
        }
    }

    /// Why it is not known which flag the order carries, if it is not.
    pub fn obstacle(&self) -> Option<String> {
        match self {
            Found::Shown(Carried { flag: Some(_), .. }) => None,
            Found::Shown(Carried { flag: None, .. }) => Some(say!("readback-without-flag")),
            Found::NotShown { .. } => Some(say!("readback-not-found")),
            Found::Failed { error, .. } => Some(error.reason.clone()),
        }
    }

    pub fn carried(&self) -> Option<&Carried> {
        match self {
            Found::Shown(carried) => Some(carried),
            _ => None,
        }
    }

    pub fn asked_at(&self) -> Timestamp {
        match self {
            Found::Shown(carried) => carried.read_at,
            Found::NotShown { asked_at } | Found::Failed { asked_at, .. } => *asked_at,
        }
    }

    /// What the listing for an order's number says of it.
    fn of(listing: Listing, number: &str) -> Found {
        let asked_at = Timestamp::now();
        // The ERP's database may take upper and lower case for the same.
        let mut listed = listing.orders;
        listed.retain(|it| it.order.eq_ignore_ascii_case(number));
        if listed.iter().any(|it| it.order == number) {
            listed.retain(|it| it.order == number);
        }
        let agree = listed.windows(2).all(|pair| pair[0].flag == pair[1].flag);
        match listed.into_iter().next() {
            Some(its) => Found::Shown(Carried {
                flag: its.flag.filter(|_| agree).map(String::into_boxed_str),
                modified: its.modified,
                read_at: asked_at,
            }),
            None => Found::NotShown { asked_at },
        }
    }
}

/// What reading back has taken.
#[derive(Debug, Default)]
pub struct ReadBack {
    /// Calls made, repetitions included.
    pub calls: u64,
    /// After this no more calls were made: they would come to nothing, too.
    pub given_up: Option<CallError>,
}

impl ReadBack {
    /// Why orders were not asked for, if that is known.
    pub fn cut_short(&self, calls: &Calls<'_>) -> Option<String> {
        let given_up = || self.given_up.as_ref().map(|error| error.reason.clone());
        let stopped = calls.stop.reason().map(|reason| reason.to_string());
        stopped.or_else(given_up)
    }
}

/// Reads back the flags of the orders that are wanted: first those that were modified within this
/// time. What the ERP says is no error.
///
/// # Errors
///
/// If no workers can be had.
pub fn read_back(
    calls: &Calls<'_>,
    orders: &mut Orders,
    sheet: &Sheet,
    within: Duration,
    is_told: bool,
) -> Result<ReadBack, RunError> {
    let listings = read_listings(calls, orders, within, |_, _| true);
    let asking = Asking {
        calls,
        orders,
        sheet,
        is_told,
        state: Mutex::new(State {
            read: ReadBack {
                calls: listings.calls,
                given_up: listings.ended.holds_for_all().cloned(),
            },
            failed_in_a_row: 0,
        }),
    };
    asking.tell(&listings);
    let mut unseen = orders.in_turn();
    unseen.retain(|(_, order)| order.found.get().is_none());
    calls.each(unseen, |(number, order)| asking.ask(number, order))?;
    let state = asking.state.into_inner();
    Ok(state.unwrap_or_else(PoisonError::into_inner).read)
}

/// Asks for orders by their numbers.
struct Asking<'r> {
    calls: &'r Calls<'r>,
    orders: &'r Orders,
    sheet: &'r Sheet,
    /// Whether each order counts as settled once it was read.
    is_told: bool,
    state: Mutex<State>,
}

/// What is known, from all workers.
struct State {
    read: ReadBack,
    failed_in_a_row: u32,
}

impl Asking<'_> {
    /// Tells what listings came to, and of each order that they show.
    fn tell(&self, listings: &Listings) {
        let goes_on = self.lock().read.given_up.is_none() && !self.calls.stop.stopped();
        let left = if goes_on {
            listings.orders - listings.saved
        } else {
            0
        };
        let observers = self.calls.observers;
        match &listings.ended {
            Ended::Refused(error) if left > 0 => {
                let text = say!("verify-not-listed", error = error.to_string());
                observers.say(Level::Warning, text);
            }
            &Ended::DoesNotPay { pages, .. } if listings.calls > 0 => {
                let text = say!("verify-listing-does-not-pay", pages = pages, left = left);
                observers.say(Level::Note, text);
            }
            ended => ended.tell_saves_little(observers),
        }
        if listings.saved > 0 {
            let text = say!(
                "verify-listed",
                calls = listings.calls,
                seen = listings.saved,
                left = left
            );
            observers.say(Level::Note, text);
        }
        for (number, order) in self.orders.wanted() {
            if let Some(found) = order.found.get() {
                self.settled(number, order, found);
            }
        }
    }

    fn ask(&self, number: &str, order: &Order) {
        if self.lock().read.given_up.is_some() {
            return;
        }
        let query = Query::Order {
            purchase_no: number.to_owned(),
        };
        let page = Page {
            number: 0,
            counted: false,
        };
        let place = self.orders.place(order, self.sheet);
        let purpose = Purpose {
            order: Some((number, &place)),
            is_read: true,
        };
        let attempted = self
            .calls
            .make(purpose, || self.calls.client.list(&query, page));
        let mut state = self.lock();
        state.read.calls += u64::from(attempted.attempts);
        let Some(result) = attempted.result else {
            return;
        };
        // A refusal of the order is a word on it.
        state.failed_in_a_row = match &result {
            Err(error) if !is_about_order(error) => state.failed_in_a_row + 1,
            _ => 0,
        };
        let found = match result {
            Ok(listing) => Found::of(listing, number),
            Err(error) => {
                let holds_for_all = self.holds_for_all(&error);
                if holds_for_all || state.failed_in_a_row >= MAX_CONSECUTIVE {
                    state.read.given_up.get_or_insert(error.clone());
                }
                Found::Failed {
                    error,
                    asked_at: Timestamp::now(),
                }
            }
        };
        drop(state);
        let found = order.found.get_or_init(|| Box::new(found));
        self.settled(number, order, found);
    }

    fn settled(&self, number: &str, order: &Order, found: &Found) {
        if self.is_told {
            self.calls.observers.event(&Event::Settled {
                line: self.sheet.sheet_line(order.line).line,
                order: number,
                rows: self.orders.rows_of(order),
                superseded: 0,
                status: found.status(self.orders.flag(order)),
            });
        }
    }

    /// Whether every other call would be answered like this one.
    fn holds_for_all(&self, error: &CallError) -> bool {
        match error.kind {
            ErrorKind::Fatal | ErrorKind::Clock => true,
            ErrorKind::Doubtful => {
                error.lacks_permission() || self.calls.reach.refused() == About::Run
            }
            _ => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_about_order(error: &CallError) -> bool {
    error.kind == ErrorKind::Rejected && error.code.is_some_and(|code| code != 0)
}
