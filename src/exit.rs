//! What the program's exit codes mean.

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::language::say;

pub const OK: u8 = 0;
pub const SOME_FAILED: u8 = 1;
pub const USAGE: u8 = 2;
pub const STOPPED: u8 = 3;
/// `EX_TEMPFAIL` of `sysexits.h`.
pub const LOCKED: u8 = 75;

/// By the convention of shells.
pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// For `--help` of `check`.
pub fn table_of_check() -> String {
    listed(&[
        (OK, say!("exit-check-ok")),
        (SOME_FAILED, say!("exit-check-some-failed")),
        (USAGE, say!("exit-check-usage")),
        (STOPPED, say!("exit-check-stopped")),
    ])
}

/// For `--help` of `verify`.
pub fn table_of_verify() -> String {
    listed(&[
        (OK, say!("exit-verify-ok")),
        (SOME_FAILED, say!("exit-verify-some-failed")),
        (USAGE, say!("exit-verify-usage")),
        (STOPPED, say!("exit-verify-stopped")),
        (LOCKED, say!("exit-locked")),
        (of_signal(SIGINT), say!("exit-interrupted")),
        (of_signal(SIGTERM), say!("exit-terminated")),
    ])
}

/// For `--help`.
pub fn table() -> String {
    listed(&[
        (OK, say!("exit-ok")),
        (SOME_FAILED, say!("exit-some-failed")),
        (USAGE, say!("exit-usage")),
        (STOPPED, say!("exit-stopped")),
        (LOCKED, say!("exit-locked")),
        (of_signal(SIGINT), say!("exit-interrupted")),
        (of_signal(SIGTERM), say!("exit-terminated")),
    ])
}

fn listed(rows: &[(u8, String)]) -> String {
    let rows = rows.iter();
    let rows: String = rows
        .map(|(code, meaning)| format!("\n  {code:<3}  {meaning}"))
        .collect();
    say!("exit-codes") + &rows
}
