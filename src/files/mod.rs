//! The files of a run: names, locks, the journal while it is under way, results at its end; and those
//! of what was read back.

mod account;
mod atomic;
mod checks;
mod claim;
mod correction;
mod error;
mod fs;
pub mod history;
pub mod journal;
mod lock;
mod outcome;
mod paths;
mod readings;
mod results;
mod row_check;
mod stand_in;

pub use account::{AccountLock, AccountState};
pub use atomic::{AtomicFile, Beside};
pub use claim::RunFiles;
pub use correction::{NotUpdated, PastResults, correct};
pub use error::FileError;
pub use fs::move_aside;
pub use lock::Holder;
pub use outcome::{Outcome, Status, local_time};
pub use paths::{Paths, Wanted, is_named_ours, named_apart, namesake};
pub use readings::{ReadingsFiles, ReadingsPaths};
pub use results::{OutputFormat, ResultRow, ResultsColumns, ResultsWriter, has_rows};
pub use row_check::{Issuer, RowCheck, origin_part};
pub use stand_in::{is_of_stand_in, stand_in_name};
