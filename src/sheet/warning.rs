//! What should be said about a sheet that is taken all the same.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Another encoding than the one that was guessed could as well be meant.
    CloseEncoding {
        taken: &'static str,
        other: &'static str,
    },
}
