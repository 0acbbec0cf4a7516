//! Carries a sheet of purchase order flags into the Wangdiantong flagship ERP.
//!
//! Imports point one way: `command → config, console, outputs → cli → run → files, pace → erp, sheet`.

pub mod cli;
pub mod command;
mod config;
mod console;
mod erp;
mod files;
mod language;
mod outputs;
mod pace;
mod run;
pub mod sandbox;
mod sheet;
mod stop;
mod sync;
mod text;
mod workbook;

/// What benches and fuzz targets use. No stable interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::erp::{Clock, Limit, Reply, UPDATE_METHOD, classify, masked, sign};
    pub use crate::files::journal;
    pub use crate::pace::{AdaptiveRate, RateLimit, Workers};
    pub use crate::run::{OnConflict, Orders};
    pub use crate::sheet::{Row, Sheet, SheetError, SheetOptions, Source};
}
