//! Rows by how they ended, in words.

use crate::language::say;
use crate::text::all;

/// How many rows ended how; what did not occur is left out, but for the first.
pub fn by_status(counts: impl IntoIterator<Item = (&'static str, u64)>) -> String {
    listed(counts, |status, rows| {
        say!("rows-by-status", rows = rows, status = status)
    })
}

/// The same in fewer words, where there is little room.
pub fn by_status_in_short(counts: impl IntoIterator<Item = (&'static str, u64)>) -> String {
    listed(counts, |status, rows| {
        say!("rows-by-status-in-short", rows = rows, status = status)
    })
}

fn listed(
    counts: impl IntoIterator<Item = (&'static str, u64)>,
    said: impl Fn(&'static str, u64) -> String,
) -> String {
    let counts: Vec<_> = counts
        .into_iter()
        .enumerate()
        .filter(|&(at, (_, rows))| rows > 0 || at == 0)
        .map(|(_, (status, rows))| said(status, rows))
        .collect();
    all(&counts)
}
