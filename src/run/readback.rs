//! Reading back which flags orders carry: from listings as long as these are cheaper, then order by
//! order.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::doubts::About;
use super::error::RunError;
use super::event::{Event, Observer};
use super::jobs::{Job, Jobs, pool};
use super::reading::{Carried, Reading};
use super::told::Listings;
use super::worker::{Purpose, Work};
use crate::erp::{CallError, ErrorKind, Page, Query};
use crate::files::Agreement;
use crate::language::say;
use crate::plan::Plan;
use crate::sheet::{Sheet, SheetError};
use crate::stop::StopReason;

/// After so many calls in a row that came to nothing, no more are made.
const MAX_CONSECUTIVE: u32 = 25;

/// What is known of an order.
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

impl Found {
    /// Whether the order carries this flag.
    pub fn agreement(&self, flag: &str) -> Agreement {
        match self {
            Found::Shown(Carried { flag: None, .. }) | Found::Failed { .. } => Agreement::Unknown,
            Found::Shown(Carried { flag: Some(it), .. }) if **it == *flag => Agreement::Same,
            Found::Shown(_) => Agreement::Different,
            Found::NotShown { .. } => Agreement::NotFound,
        }
    }

    /// Why it is not known which flag the order carries, if it is not.
    pub fn obstacle(&self) -> Option<String> {
        match self {
            Found::Shown(Carried { flag: Some(_), .. }) => None,
            Found::Shown(Carried { flag: None, .. }) => Some(say!("readback-without-flag")),
            Found::NotShown { .. } => Some(say!("readback-not-found")),
            Found::Failed { error, .. } => Some(error.reason.to_string()),
        }
    }
}

/// What was read back.
#[derive(Debug)]
pub struct ReadBack {
    /// By order; `None` where the ERP was not asked.
    pub found: Vec<Option<Found>>,
    /// Calls made, repetitions included.
    pub calls: u64,
    /// After this no more calls were made: they would come to nothing, too.
    pub given_up: Option<CallError>,
}

impl ReadBack {
    /// Why orders were not asked for, if that is known.
    pub fn cut_short(&self, stopped: Option<&StopReason>) -> Option<String> {
        let given_up = || self.given_up.as_ref().map(|error| error.reason.to_string());
        stopped.map(StopReason::to_string).or_else(given_up)
    }
}

/// Reads back the flags of the orders that are wanted (by order): first those that were modified
/// within this time.
///
/// # Errors
///
/// If the sheet cannot be read any more. What the ERP says is no error.
pub fn read_back(
    work: &Work<'_>,
    sheet: &Sheet,
    plan: &Plan,
    workers: usize,
    wanted: Vec<bool>,
    within: Duration,
) -> Result<ReadBack, RunError> {
    let mut reading = Reading::new(work, plan, wanted.clone(), |_, _| true);
    let listings = reading.read(within);
    let carried = |id| reading.carried(id).cloned().map(Found::Shown);
    let found: Vec<_> = plan.ids().map(carried).collect();
    let unseen = found.iter().zip(wanted);
    let unseen = unseen.map(|(found, wanted)| wanted && found.is_none());
    let unseen: Vec<bool> = unseen.collect();
    let asking = Asking {
        work,
        plan,
        state: Mutex::new(State {
            calls: listings.calls,
            given_up: listings.ended.holds_for_all().cloned(),
            found,
            failed_in_a_row: 0,
        }),
    };
    asking.tell_listed(&listings);
    if asking.goes_on() && unseen.contains(&true) {
        asking.ask_each(Jobs::of(sheet, plan, unseen)?, workers)?;
    }
    let state = asking.state.into_inner();
    let state = state.unwrap_or_else(PoisonError::into_inner);
    Ok(ReadBack {
        found: state.found,
        calls: state.calls,
        given_up: state.given_up,
    })
}

/// Asks for orders by their numbers.
struct Asking<'r> {
    work: &'r Work<'r>,
    plan: &'r Plan,
    state: Mutex<State>,
}

/// What is known, from all workers.
struct State {
    found: Vec<Option<Found>>,
    calls: u64,
    given_up: Option<CallError>,
    failed_in_a_row: u32,
}

/// No more is asked.
enum Over {
    Stopped,
    Sheet(SheetError),
}

impl Asking<'_> {
    /// Tells what listings came to, and of each order that they show.
    fn tell_listed(&self, listings: &Listings) {
        let observers = self.work.observers;
        let state = self.lock();
        let mut rows = BTreeMap::new();
        for id in self.plan.ids() {
            if let Some(found) = &state.found[id.index()] {
                let agreement = found.agreement(self.plan.flag(id));
                *rows.entry(agreement).or_default() += self.plan.rows_of(id);
            }
        }
        let goes_on = state.given_up.is_none() && !self.work.stop.stopped();
        let calls_left = match goes_on {
            true => listings.orders - listings.saved,
            false => 0,
        };
        drop(state);
        observers.event(&Event::ListingsRead {
            listings: listings.clone(),
            rows,
            calls_left,
        });
    }

    fn goes_on(&self) -> bool {
        self.lock().given_up.is_none() && !self.work.stop.stopped()
    }

    fn ask_each(&self, jobs: Jobs<'_>, workers: usize) -> Result<(), RunError> {
        let asked = pool(workers)?.install(|| {
            jobs.par_bridge().try_for_each(|job| {
                let job = job.map_err(Over::Sheet)?;
                match self.goes_on() {
                    true => self.ask(&job),
                    false => Err(Over::Stopped),
                }
            })
        });
        match asked {
            Err(Over::Sheet(error)) => Err(error.into()),
            Ok(()) | Err(Over::Stopped) => Ok(()),
        }
    }

    fn ask(&self, job: &Job) -> Result<(), Over> {
        let query = Query::Order {
            purchase_no: job.row.order.clone(),
        };
        let page = Page {
            number: 0,
            counted: false,
        };
        let purpose = Purpose::Read(Some(&job.row));
        let attempted = self
            .work
            .with_retry(purpose, || self.work.client.list(&query, page));
        let asked_at = Timestamp::now();
        let mut state = self.lock();
        state.calls += u64::from(attempted.attempts);
        let found = match attempted.result.ok_or(Over::Stopped)? {
            Ok(listing) => {
                // The ERP's database may take upper and lower case for the same.
                let mut orders = listing.orders;
                orders.retain(|it| it.order.eq_ignore_ascii_case(&job.row.order));
                if orders.iter().any(|it| it.order == job.row.order) {
                    orders.retain(|it| it.order == job.row.order);
                }
                let agree = orders.windows(2).all(|pair| pair[0].flag == pair[1].flag);
                let its = orders.into_iter().next();
                match its {
                    Some(listed) => Found::Shown(Carried {
                        flag: listed.flag.filter(|_| agree).map(String::into_boxed_str),
                        modified: listed.modified,
                        read_at: asked_at,
                    }),
                    None => Found::NotShown { asked_at },
                }
            }
            Err(error) => {
                if error.kind == ErrorKind::Rejected && error.code != Some(0) {
                    // It is a word on this order.
                    state.failed_in_a_row = 0;
                } else {
                    state.failed_in_a_row += 1;
                }
                if self.holds_for_all(&error) || state.failed_in_a_row >= MAX_CONSECUTIVE {
                    state.given_up.get_or_insert(error.clone());
                }
                Found::Failed { error, asked_at }
            }
        };
        if !matches!(found, Found::Failed { .. }) {
            state.failed_in_a_row = 0;
        }
        let agreement = found.agreement(&job.flag);
        state.found[job.id.index()] = Some(found);
        drop(state);
        self.work.observers.event(&Event::ReadBack {
            order: job.row.order.clone(),
            rows: self.plan.rows_of(job.id),
            agreement,
        });
        Ok(())
    }

    /// Whether every other call would be answered like this one.
    fn holds_for_all(&self, error: &CallError) -> bool {
        match error.kind {
            ErrorKind::Fatal | ErrorKind::Clock => true,
            ErrorKind::Doubtful => {
                error.lacks_permission() || self.work.doubts.refused() == About::Run
            }
            _ => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
