//! The files of a run: names, locks, the journal while it is under way, results at its end.

mod atomic;
mod claim;
mod error;
mod fs;
pub mod journal;
mod lock;
mod outcome;
mod paths;
mod results;

pub use atomic::AtomicFile;
pub use claim::RunFiles;
pub use error::FileError;
pub use fs::move_aside;
pub use outcome::{Outcome, Status};
pub use paths::Paths;
pub use results::{ResultRow, ResultsColumns, ResultsWriter};
