//! What is known before the first call that sends, or that reads back.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::orders::{OnConflict, Orders};
use super::preview::Preview;
use crate::files::Status;
use crate::pace::Pacing;

#[derive(Debug, Serialize)]
pub struct Planned {
    /// Rows of the sheet that are wanted.
    pub rows: u64,
    /// Of these, the ones that need no call, by how they end.
    pub settled: BTreeMap<Status, u64>,
    /// Of these, the ones that an interrupted run has settled, and how long ago its last outcome
    /// was known.
    pub continued: Option<(u64, Duration)>,
    pub conflicts: u64,
    pub on_conflict: OnConflict,
    pub calls: u64,
    pub pacing: Pacing,
    /// What is sent; `None` if flags are read back.
    pub preview: Option<Preview>,
}

impl Planned {
    /// Of the orders that are wanted, to be sent. `age` is that of the run that is continued, if one
    /// is.
    pub fn to_send(orders: &Orders, pacing: Pacing, age: Option<Duration>) -> Self {
        let mut settled = BTreeMap::new();
        let mut recovered = 0;
        for (number, order) in orders.iter().filter(|(_, order)| orders.is_sent(order)) {
            if let Some(outcome) = order.outcome.get() {
                let superseded = orders.superseded_rows_of(number, order);
                *settled.entry(outcome.status.of_other_flags()).or_default() += superseded;
                *settled.entry(outcome.status).or_default() += u64::from(order.rows) - superseded;
                if outcome.status != Status::Unchanged {
                    recovered += u64::from(order.rows);
                }
            }
        }
        *settled.entry(Status::Invalid).or_default() += orders.unclear();
        Planned {
            settled,
            continued: age.filter(|_| recovered > 0).map(|age| (recovered, age)),
            preview: Some(Preview::of(orders)),
            ..Planned::to_read(orders, pacing)
        }
    }

    pub fn to_read(orders: &Orders, pacing: Pacing) -> Self {
        Planned {
            rows: orders.rows - orders.left_out,
            settled: BTreeMap::from([(Status::Unknown, orders.unclear())]),
            continued: None,
            conflicts: orders.conflicts,
            on_conflict: orders.on_conflict,
            calls: orders.wanted().count() as u64,
            pacing,
            preview: None,
        }
    }
}
