//! Whether the ERP carries what a sheet gives.

use std::fmt;

use serde::Serialize;

/// A row's status in what was read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The ERP carries the flag that is given for the row's order.
    Same,
    /// It carries another.
    Different,
    /// It does not show the order.
    NotFound,
    /// It was not asked, or did not say.
    Unknown,
}

impl Agreement {
    /// In the order summaries list them.
    pub const ALL: [Agreement; 4] = [
        Agreement::Same,
        Agreement::Different,
        Agreement::NotFound,
        Agreement::Unknown,
    ];

    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Agreement::Same => "same",
            Agreement::Different => "different",
            Agreement::NotFound => "not found",
            Agreement::Unknown => "unknown",
        }
    }

    /// Whether a run could put such a row right.
    pub fn is_difference(self) -> bool {
        matches!(self, Agreement::Different | Agreement::NotFound)
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
