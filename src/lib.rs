//! Carries a sheet of purchase order flags into the Wangdiantong flagship ERP.
//!
//! Arrows point one way: `command → cli, config, console → run → erp, sheet`. [`erp`] and
//! [`sheet`] never meet but in [`run`].

pub mod cli;
pub mod command;
pub mod config;
pub mod console;
pub mod erp;
pub mod files;
mod messages;
pub mod pace;
pub mod plan;
pub mod run;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod sheet;
pub mod stop;
mod text;
