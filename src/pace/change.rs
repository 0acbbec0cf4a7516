//! What a throttled call changes.

use std::time::Duration;

use serde::Serialize;

/// What a throttled call changes for the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing: the call was in flight with one that has changed it already.
    None,
    /// All calls pause.
    Pause(Duration),
    /// At most so many calls may be in flight.
    MaxInFlight(usize),
}
