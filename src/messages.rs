//! The words for what the rest of the program says as data.

mod call;
mod config;
mod earlier;
mod misfit;
mod note;
mod place;
mod problem;
mod stop;
mod warning;

pub use config::{NOWHERE_TO_ASK, asking_for, may_replace, overruled, saved};

pub const NO_ROWS: &str = "the sheet has a header and no rows";
pub const AS_WORKBOOKS: &str = "--output-format xlsx gives results and failures as workbooks, in which Excel and WPS change nothing";
/// Characters of a header that a message shows.
const MAX_HEADER: usize = 40;
