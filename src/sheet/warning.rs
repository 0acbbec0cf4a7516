//! What should be said about a sheet that is taken all the same.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Another encoding than the one that was guessed could as well be meant.
    CloseEncoding {
        taken: &'static str,
        other: &'static str,
    },
    /// Rows are hidden, by a filter or by hand, and sent or left out.
    HiddenRows { count: u64, left_out: bool },
    /// Order or flag cells that are merged downwards.
    MergedCells { count: u64 },
}
