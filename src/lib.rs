//! Carries a sheet of purchase order flags into the Wangdiantong flagship ERP.
//!
//! Imports point one way: `command → cli, config, console → run → files, plan, pace → erp, sheet`.

pub mod cli;
pub mod command;
mod config;
mod console;
mod erp;
mod exit;
mod files;
mod language;
mod messages;
mod pace;
mod plan;
mod run;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod sheet;
mod stop;
mod text;

/// What benches and fuzz targets use. No stable interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::erp::Limit;
    pub use crate::erp::{AppSecret, Clock, Reason, Reply, Secrets, UPDATE_METHOD, classify, sign};
    pub use crate::files::journal;
    pub use crate::pace::{AdaptiveRate, KnownRates, RateLimit, Workers};
    pub use crate::plan::{OnConflict, Plan};
    pub use crate::sheet::{Row, Sheet, SheetError, SheetOptions, Source};
}
