//! Whose orders a run changes, and where.

use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct Destination {
    /// The seller account.
    pub account: String,
    pub app_key: String,
    pub endpoint: String,
    /// Whether it is the stand-in inside this process: then nothing is sent to the ERP.
    pub stand_in: bool,
}
