//! What observers are told of planning and asking.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::erp::{CallError, ErrorKind};
use crate::files::Status;
use crate::pace::Pacing;
use crate::plan::{OnConflict, Preview};

/// What the plan found, before the first call.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    pub rows: u64,
    pub invalid: u64,
    /// Calls to be made if nothing were recovered.
    pub calls: u64,
    /// Orders that are given different flags.
    pub conflicts: u64,
    /// Rows that these make invalid.
    pub conflicting_rows: u64,
    pub on_conflict: OnConflict,
    /// Rows that an interrupted run has settled, by how.
    pub recovered: BTreeMap<Status, u64>,
    /// Rows of orders that the ERP lists with their flag, by how they end.
    pub unchanged: BTreeMap<Status, u64>,
    /// How long ago the last outcome of that run was known.
    pub continued_after: Option<Duration>,
    /// Calls to be made, one for each order that is not settled yet.
    pub calls_left: u64,
    /// The first and the last of them, and what is odd among them.
    pub preview: Preview,
    pub pacing: Pacing,
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PageRead {
    /// Which page of its window was read, from 1.
    pub page: u64,
    pub pages: u64,
    /// How many of the orders that are wanted have been seen.
    pub seen: u64,
    pub wanted: u64,
    /// In calls a minute; `None` if nothing bounds it.
    pub pace: Option<f64>,
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
            Ended::Done | Ended::DoesNotPay { .. } | Ended::SavesLittle { .. } | Ended::Stopped => {
                None
            }
        }
    }
}

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
