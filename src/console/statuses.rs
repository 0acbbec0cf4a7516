//! Rows by how they ended, in words.

use crate::files::Status;
use crate::language::say;
use crate::text::all;

/// How many rows ended how; what did not occur is left out, but for `ok`.
pub fn by_status(counts: impl IntoIterator<Item = (Status, u64)>) -> String {
    listed(counts, |status, rows| {
        say!("rows-by-status", rows = rows, status = status)
    })
}

/// The same in fewer words, where there is little room.
pub fn by_status_in_short(counts: impl IntoIterator<Item = (Status, u64)>) -> String {
    listed(counts, |status, rows| {
        say!("rows-by-status-in-short", rows = rows, status = status)
    })
}

fn listed(
    counts: impl IntoIterator<Item = (Status, u64)>,
    said: impl Fn(&'static str, u64) -> String,
) -> String {
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|&(status, rows)| rows > 0 || status == Status::Ok)
        .map(|(status, rows)| said(status.as_str(), rows))
        .collect();
    all(&counts)
}
