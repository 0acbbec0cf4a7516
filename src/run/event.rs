//! What observers are told while a run is under way: plain data, so that a console, a log or a
//! notification can each make its own of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::destination::Destination;
use super::summary::{Confirmed, Report};
use super::told::{Listings, PageRead, Planned};
use super::verify::report::{Verified, VerifyPlanned};
use crate::erp::CallError;
use crate::files::journal::Foreign;
use crate::files::{Agreement, Holder, NotUpdated, Status};
use crate::pace::Change;
use crate::sheet::Place;
use crate::stop::StopReason;

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Started {
        #[serde(flatten)]
        destination: Destination,
        sheet: String,
        results: String,
        failures: String,
        /// Where outcomes stand until the results are written.
        journal: String,
    },
    /// A failures file does not update the results it comes from; its own go to `results`.
    NotUpdated {
        results: String,
        why: NotUpdated,
    },
    /// Another run calls for the same account: they share its quota.
    AccountBusy {
        holder: Holder,
    },
    /// Runs for the account cannot know of each other.
    AccountUnknown,
    /// The last results show so many of the orders as accepted with the same flag.
    AcceptedBefore {
        orders: u64,
        finished_at: String,
    },
    /// A file of an earlier run is kept; `edited` since this program wrote it.
    Kept {
        path: String,
        kept_as: String,
        edited: bool,
    },
    /// A journal was in the way that is not continued; it is kept under `path`.
    JournalSetAside {
        path: String,
        why: Foreign,
    },
    /// A page of a listing has been read.
    Listed(PageRead),
    /// Flags are to be read back (`verify`).
    Verifying {
        #[serde(flatten)]
        destination: Destination,
        sheet: String,
        verified: String,
        different: String,
    },
    VerifyPlanned(VerifyPlanned),
    /// Listings have shown what pays; the orders that they did not show are asked for one by one.
    ListingsRead {
        listings: Listings,
        /// Rows of the orders that they show.
        rows: BTreeMap<Agreement, u64>,
        /// Calls for the others.
        calls_left: u64,
    },
    /// An order was asked for.
    ReadBack {
        order: String,
        /// Rows of the sheet that it settles.
        rows: u64,
        agreement: Agreement,
    },
    /// It is known, as far as listings show, which orders carry their flag already.
    Asked(Listings),
    Planned(Planned),
    /// The first call waits, as a run shortly before has called for the account.
    WaitsForPace {
        wait: Duration,
    },
    /// A call was answered, or was not: then `error` says why.
    Answered {
        /// The row it was made for, if it was made for one.
        row: Option<CalledFor>,
        /// Which of the calls for it, from 1.
        attempt: u32,
        error: Option<CallError>,
        /// The pace from now on, in calls a minute; `None` if nothing bounds it.
        pace: Option<f64>,
    },
    Throttled {
        change: Change,
        reason: String,
        /// As in [`Event::Answered`].
        pace: Option<f64>,
    },
    /// The server cannot be reached: the whole run waits, and tries again with one call.
    Outage {
        reason: String,
        next_try: Duration,
    },
    /// It answers again.
    OutageOver {
        lasted: Duration,
    },
    ClockCorrected {
        /// The ERP's clock minus this machine's, in seconds.
        offset: i64,
    },
    /// Nothing more is sent; calls in flight are brought to their end.
    Stopping {
        reason: StopReason,
    },
    /// An outcome is known and in the journal.
    Settled {
        line: u64,
        order: String,
        /// Rows of the sheet that it settles.
        rows: u64,
        /// Of those, the ones that give the order another flag.
        superseded: u64,
        status: Status,
    },
    /// An outcome is known and could not be written to the journal.
    Unrecorded {
        #[serde(flatten)]
        place: Place,
        order: String,
        status: Status,
        message: String,
    },
    /// So many orders are read back, now that they have been sent.
    Confirming {
        orders: u64,
    },
    Confirmed(Confirmed),
    Finished(Box<Report>),
    Verified(Box<Verified>),
}

/// The row that a call is made for.
#[derive(Clone, Debug, Serialize)]
pub struct CalledFor {
    #[serde(flatten)]
    pub place: Place,
    pub order: String,
}

/// Is told what happens, from any thread, and decides nothing.
pub trait Observer: Sync {
    fn event(&self, event: &Event);
}

impl Observer for [&dyn Observer] {
    fn event(&self, event: &Event) {
        for observer in self {
            observer.event(event);
        }
    }
}
