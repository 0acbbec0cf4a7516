//! What the program's exit codes mean.

use signal_hook::consts::{SIGINT, SIGTERM};

/// What some systems do not have.
const SIGHUP: i32 = 1;

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
    let rows = [
        (OK, "every row can be sent, or a later row decides"),
        (SOME_FAILED, "some row is invalid and would not be sent"),
        (USAGE, "wrong usage, or a sheet that cannot be read"),
        (STOPPED, "standard output cannot be written"),
    ];
    listed(&rows)
}

/// For `--help`.
pub fn table() -> String {
    let rows = [
        (
            OK,
            "every row is ok, superseded or left out (--visible-only)",
        ),
        (SOME_FAILED, "the run finished and some row is neither"),
        (
            USAGE,
            "wrong usage, configuration or sheet; nothing was sent",
        ),
        (
            STOPPED,
            "the run stopped early: a fatal verdict, a stop rule, or files that cannot be written",
        ),
        (LOCKED, "another run is writing the same files"),
        (
            of_signal(SIGHUP),
            "stopped by SIGHUP (the terminal is gone)",
        ),
        (of_signal(SIGINT), "stopped by SIGINT (Ctrl-C)"),
        (of_signal(SIGTERM), "stopped by SIGTERM"),
    ];
    listed(&rows)
}

fn listed(rows: &[(u8, &str)]) -> String {
    let rows = rows.iter();
    let rows: String = rows
        .map(|(code, meaning)| format!("\n  {code:<3}  {meaning}"))
        .collect();
    format!("Exit codes:{rows}")
}
