//! The files of a run: names, locks, the journal while it is under way, results at its end; and those
//! of what was read back.

mod account;
mod atomic;
mod correction;
mod error;
mod fs;
pub mod history;
pub mod journal;
mod lock;
mod names;
mod outcome;
mod results;
mod row_check;
mod run_files;

pub use account::{AccountLock, AccountState};
pub use atomic::{AtomicFile, Beside};
pub use correction::{
    LastWord, NotUpdated, PastResults, are_all_in, correct, is_edited, last_word, written_with,
};
pub use error::FileError;
pub use names::{
    Paths, Wanted, is_named_ours, is_of_stand_in, named_apart, namesake, of_other_format,
    results_of, stand_in_name,
};
pub use outcome::{Outcome, Status, local_time};
pub use results::{OutputFormat, ResultRow, ResultsColumns, ResultsWriter, has_rows, open_table};
pub use row_check::{Issuer, RowCheck};
pub use run_files::{
    ReadingsFiles, RunFiles, ensure_placed, ensure_writable, journal_of, open_replaceable,
};
