//! Whose orders a run changes, and where.

use std::fmt;

use serde::Serialize;

use crate::language::say;

#[derive(Clone, Debug, Serialize)]
pub struct Destination {
    /// The seller account.
    pub account: String,
    pub app_key: String,
    pub endpoint: String,
    /// Whether it is the stand-in inside this process: then nothing is sent to the ERP.
    pub stand_in: bool,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&if self.stand_in {
            say!("destination-stand-in")
        } else {
            say!(
                "destination",
                account = self.account.as_str(),
                app_key = self.app_key.as_str(),
                endpoint = self.endpoint.as_str()
            )
        })
    }
}
