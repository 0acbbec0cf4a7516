//! Why a run ended without results.

use std::path::PathBuf;
use std::time::Duration;

use crate::files::FileError;
use crate::language::say;
use crate::sheet::SheetError;
use crate::stop::{Stop, StopReason};
use crate::text::duration;

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The sheet cannot be read to its end; nothing was sent.
    #[error(transparent)]
    Plan(SheetError),
    /// The sheet changed or cannot be read any more, after calls were made.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    File(#[from] FileError),
    /// The failures were to replace the sheet, which is no longer the one that was read.
    #[error("{}", say!("run-sheet-replaced", sheet = .0.as_str()))]
    SheetReplaced(String),
    /// Another run of the account goes on; nothing was sent.
    #[error("{}", say!("run-account-busy", holder = holder.as_str(), waited = duration(*waited)))]
    AccountBusy { holder: String, waited: Duration },
    /// Nothing was sent.
    #[error("{0}")]
    Stopped(StopReason),
    /// Calls were made, and then something kept the results from being written.
    #[error("{}", say!(
        "run-interrupted",
        is_stopped = u8::from(stopped.is_some()),
        reason = stopped.as_ref().map(ToString::to_string).unwrap_or_default(),
        source = source.to_string(),
        journal = journal.display().to_string(),
        is_kept = u8::from(*is_kept)
    ))]
    Interrupted {
        stopped: Option<StopReason>,
        source: Box<RunError>,
        journal: PathBuf,
        is_kept: bool,
    },
    #[error("{}", say!("run-no-workers", why = .0.as_str()))]
    Workers(String),
}

/// An error if that comes before the first call.
pub fn ensure_not_stopped(stop: &Stop) -> Result<(), RunError> {
    stop.reason()
        .map_or(Ok(()), |reason| Err(RunError::Stopped(reason)))
}
