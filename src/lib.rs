//! Carries a sheet of purchase order flags into the Wangdiantong flagship ERP.

pub mod erp;
pub mod run;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod sheet;
mod text;
