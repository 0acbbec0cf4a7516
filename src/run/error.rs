//! Why a run ended without results.

use std::path::{Path, PathBuf};

use crate::files::FileError;
use crate::sheet::SheetError;
use crate::stop::StopReason;

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
    #[error("{0}: another file was saved over it; it is left as it is")]
    SheetReplaced(String),
    /// Calls were made, and then something kept the results from being written.
    #[error(
        "{}{source}; {}",
        stopped.as_ref().map(|reason| format!("stopped early: {reason}; then: ")).unwrap_or_default(),
        what_is_known(journal, *is_kept)
    )]
    Interrupted {
        stopped: Option<StopReason>,
        source: Box<RunError>,
        journal: PathBuf,
        /// Whether the journal is still in its place.
        is_kept: bool,
    },
    #[error("cannot start the workers: {0}")]
    Workers(String),
}

fn what_is_known(journal: &Path, is_kept: bool) -> String {
    let journal = journal.display();
    match is_kept {
        true => format!(
            "what is known is kept in `{journal}`, and the same command continues from there"
        ),
        false => format!(
            "what is known stood in `{journal}`, which was removed or moved away during the run: put it back, or the same command starts over"
        ),
    }
}
