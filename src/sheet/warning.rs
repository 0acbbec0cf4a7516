//! What should be said about a sheet that is taken all the same.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Another encoding than the one that was guessed could as well be meant.
    CloseEncoding {
        taken: &'static str,
        other: &'static str,
    },
    /// Order or flag cells that are merged over rows.
    MergedCells { count: u64 },
    /// Rows that are not shown and are sent all the same.
    HiddenRows { count: u64 },
}
