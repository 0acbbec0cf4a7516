//! What observers are told of reading back.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::erp::CallError;
use crate::files::{Agreement, Beside};
use crate::pace::Pacing;
use crate::run::destination::Destination;
use crate::run::summary::Summary;
use crate::stop::StopReason;

/// What is to be read back, before the first call.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyPlanned {
    pub rows: u64,
    /// Rows that name no order with a flag.
    pub unclear: u64,
    /// Calls to be made if listings showed none of the orders.
    pub calls: u64,
    pub pacing: Pacing,
}

/// What reading back came to.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    #[serde(flatten)]
    pub destination: Destination,
    pub summary: Summary<Agreement>,
    pub sheet: String,
    pub finished_at: Timestamp,
    /// Why it stopped early, if it did.
    pub stopped: Option<StopReason>,
    /// After this the ERP was asked no more: it would have answered so again.
    pub given_up: Option<CallError>,
    pub calls: u64,
    /// Of those, further attempts after transient failures.
    pub retries: u64,
    /// Pauses because the ERP throttled.
    pub pauses: u64,
    /// From the first call to the last.
    pub elapsed: Duration,
    pub verified: String,
    pub different: String,
    /// Rows in it.
    pub differences: u64,
    /// What `different` was kept as, if a person had edited it.
    pub kept: Option<String>,
    /// Files that could not take their place.
    pub beside: Vec<Beside>,
}
