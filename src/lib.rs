//! Carries a sheet of purchase order flags into the Wangdiantong flagship ERP.

pub mod erp;
pub mod sheet;
mod text;
